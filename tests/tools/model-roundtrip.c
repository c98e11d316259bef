/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * model-roundtrip: reads documents and writes them again.
 *
 * usage: model-roundtrip [-l] [-s] [-q] [-t N] FILE...
 *   prints each document as we write it; -q only says which differ from the file, with the number
 *   that came back unchanged; -c completed as every driver does, -l live, -s without secrets; -t N measures N rounds.
 * A development tool: the tests use it on our own samples, an engineer on whatever is at hand.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/complete.h"

static double now(void)
{
    return g_get_monotonic_time() * 1e-6;
}

static void measure(const char *xml, size_t n, int rounds)
{
    ERR_AUTO err = ERR_INIT;
    double t0 = now();
    for (int i = 0; i < rounds; i++) {
        DOMAIN_DEF_AUTO def = NULL;
        if (domain_def_parse(xml, n, 0, &def, &err) < 0)
            exit(1);
    }
    double t1 = now();
    DOMAIN_DEF_AUTO def = NULL;
    if (domain_def_parse(xml, n, 0, &def, &err) < 0)
        exit(1);
    for (int i = 0; i < rounds; i++)
        free(domain_def_format(def, 0));
    double t2 = now();
    DOMAIN_DEF_AUTO copy = domain_def_copy(def);
    for (int i = 0; i < rounds; i++)
        domain_def_unref(domain_def_copy(def));
    double t3 = now();
    printf("parse %.2f us, format %.2f us, copy %.2f us; %zu bytes as parsed, %zu as copied\n",
           (t1 - t0) / rounds * 1e6, (t2 - t1) / rounds * 1e6, (t3 - t2) / rounds * 1e6, model_footprint(def),
           model_footprint(copy));
}

int main(int argc, char **argv)
{
    unsigned pflags = 0, fflags = MODEL_FORMAT_SECURE, same = 0, all = 0;
    bool quiet = false, complete = false;
    int rounds = 0, status = 0;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-l")) {
            pflags |= MODEL_PARSE_LIVE;
            fflags |= MODEL_FORMAT_LIVE;
            continue;
        } else if (!strcmp(argv[i], "-s")) {
            fflags &= ~MODEL_FORMAT_SECURE;
            continue;
        } else if (!strcmp(argv[i], "-c")) {
            complete = true;
            continue;
        } else if (!strcmp(argv[i], "-q")) {
            quiet = true;
            continue;
        } else if (!strcmp(argv[i], "-t") && i + 1 < argc) {
            rounds = atoi(argv[++i]);
            continue;
        }
        g_autofree char *xml = NULL;
        gsize n;
        DOMAIN_DEF_AUTO def = NULL;
        ERR_AUTO err = ERR_INIT;
        if (!g_file_get_contents(argv[i], &xml, &n, NULL)) {
            fprintf(stderr, "%s: cannot be read\n", argv[i]);
            return 2;
        }
        all++;
        if (domain_def_parse(xml, n, pflags, &def, &err) < 0) {
            printf("%s: error %d/%d: %s\n", argv[i], err.code, err.domain, err.message);
            status = 1;
            continue;
        }
        if (complete && domain_complete(def, ARCH_I686, &err) < 0) {
            printf("%s: error %d/%d: %s\n", argv[i], err.code, err.domain, err.message);
            status = 1;
            continue;
        }
        if (rounds) {
            measure(xml, n, rounds);
            continue;
        }
        char *out = domain_def_format(def, fflags);
        DOMAIN_DEF_AUTO copy = domain_def_copy(def);
        char *again = domain_def_format(copy, fflags);
        if (strcmp(out, again) || !domain_def_equal(def, copy)) {
            printf("%s: the copy differs\n", argv[i]);
            status = 1;
        }
        if (strcmp(out, xml))
            quiet ? printf("%s differs\n", argv[i]) : 0;
        else
            same++;
        if (!quiet)
            fputs(out, stdout);
        free(out);
        free(again);
    }
    if (quiet)
        printf("%u of %u came back unchanged\n", same, all);
    return status;
}
