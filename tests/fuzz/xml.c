/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzzes domain documents: whatever is accepted must come back as the same text when it is written
 * and read again, must equal its copy, and must survive completion and comparison.
 */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/complete.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void die(const char *what, const char *a, const char *b)
{
    fprintf(stderr, "%s:\n%s\n%s\n", what, a, b);
    abort();
}

static struct domain_def *read_back(const char *xml, unsigned flags)
{
    struct domain_def *def = NULL;
    ERR_AUTO err = ERR_INIT;
    if (domain_def_parse(xml, strlen(xml), flags, &def, &err) < 0)
        die("what was written is not accepted", err.message, xml);
    return def;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    DOMAIN_DEF_AUTO def = NULL;
    ERR_AUTO err = ERR_INIT;
    if (size < 2)
        return 0;
    unsigned pflags = data[0] & 1 ? MODEL_PARSE_LIVE | MODEL_PARSE_STATUS : 0;
    unsigned fflags = MODEL_FORMAT_SECURE | (data[0] & 1 ? MODEL_FORMAT_LIVE | MODEL_FORMAT_STATUS : 0);
    if (domain_def_parse((const char *)data + 1, size - 1, pflags, &def, &err) < 0) {
        g_assert(err.code != VIR_ERR_OK && *err.message);
        return 0;
    }
    for (int round = 0; round < 2; round++) {
        char *one = domain_def_format(def, fflags);
        DOMAIN_DEF_AUTO again = read_back(one, pflags);
        char *two = domain_def_format(again, fflags);
        if (strcmp(one, two))
            die("changed on the way", one, two);
        DOMAIN_DEF_AUTO copy = domain_def_copy(def);
        g_assert(domain_def_equal(def, copy));
        char *where = NULL;
        g_assert(model_abi_equal(def, copy, &where));
        g_free(where);
        free(one);
        free(two);
        if (round || domain_complete(def, ARCH_X86_64, &err) < 0)
            break;
    }
    return 0;
}
