/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What fuzzers of documents share: whatever was accepted must come back as the same text when it is written
 * and read again, must equal its copy, and must survive the way through JSON.
 */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/all-def.h"
#include "model/complete-host.h"
#include "model/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void die(const char *what, const char *a, const char *b)
{
    fprintf(stderr, "%s:\n%s\n%s\n", what, a, b ? b : "");
    abort();
}

/* The first byte of an input: which document, and as what it is read. */
struct kind {
    const struct model_document *document;
    unsigned parse, format;
};

static inline struct kind kind_of(uint8_t byte)
{
    bool live = byte & 1;
    return (struct kind){
        model_documents[(byte >> 1) % MODEL_N_DOCUMENTS], live ? MODEL_PARSE_LIVE | MODEL_PARSE_STATUS : 0,
        MODEL_FORMAT_SECURE | (live ? MODEL_FORMAT_LIVE | MODEL_FORMAT_STATUS : 0),
    };
}

static inline void check_document(const struct kind *k, const void *def)
{
    ERR_AUTO err = ERR_INIT;
    void *again = NULL, *copy = model_copy(def), *third = NULL;
    char *one = model_format(def, k->format), *two, *where = NULL;
    if (model_parse(k->document, one, strlen(one), k->parse, &again, &err) < 0)
        die("what was written is not accepted", err_message(&err), one);
    two = model_format(again, k->format);
    if (strcmp(one, two))
        die("changed on the way", one, two);
    if (!model_equal(def, copy))
        die("its copy differs", one, NULL);
    if (!model_abi_equal(def, copy, &where))
        die("its copy looks different to a guest", where, one);
    char *json = model_to_json(def, k->format);
    if (model_from_json(k->document, json, strlen(json), k->parse, &third, &err) < 0)
        die("its JSON is not accepted", err_message(&err), json);
    char *json2 = model_to_json(third, k->format);
    if (strcmp(json, json2))
        die("changed on the way through JSON", json, json2);
    free(one);
    free(two);
    free(json);
    free(json2);
    model_unref(again);
    model_unref(copy);
    model_unref(third);
}
