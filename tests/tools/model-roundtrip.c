/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * model-roundtrip: reads documents and writes them again.
 *
 * usage: model-roundtrip [-l] [-s] [-q] [-t N] FILE...
 *   prints each document as we write it; -q only says which differ from the file, with the number
 *   that came back unchanged; -c completed as every driver does, -v refusing what is not described, -l live, -s without secrets; -t N measures N rounds.
 * A development tool: the tests use it on our own samples, an engineer on whatever is at hand.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/complete.h"
#include "model/complete-host.h"
#include "model/json.h"
#include "model/snapshot-def.h"

static double now(void)
{
    return g_get_monotonic_time() * 1e-6;
}

/* The kind of a document by its root element. */
static const struct model_document *document_of(const char *xml)
{
    static const struct model_document *const all[] = {
        &domain_def_document, &network_def_document, &network_port_def_document, &nwfilter_def_document,
        &nwfilter_binding_def_document, &storage_pool_def_document, &storage_vol_def_document, &secret_def_document,
        &interface_def_document, &node_device_def_document, &snapshot_def_document, &checkpoint_def_document,
        &backup_def_document,
    };
    for (const char *p = xml; (p = strchr(p, '<')); p++) {
        if (!g_ascii_isalpha(p[1]))
            continue;
        size_t n = strcspn(p + 1, " />\t\r\n");
        for (unsigned i = 0; i < G_N_ELEMENTS(all); i++)
            if (strlen(all[i]->element) == n && !strncmp(all[i]->element, p + 1, n))
                return all[i];
        break;
    }
    return &domain_def_document;
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
        } else if (!strcmp(argv[i], "-v")) {
            pflags |= MODEL_PARSE_STRICT;
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
        void *def = NULL;
        ERR_AUTO err = ERR_INIT;
        if (!g_file_get_contents(argv[i], &xml, &n, NULL)) {
            fprintf(stderr, "%s: cannot be read\n", argv[i]);
            return 2;
        }
        all++;
        const struct model_document *doc = document_of(xml);
        if (model_parse(doc, xml, n, pflags, &def, &err) < 0) {
            printf("%s: error %d/%d: %s\n", argv[i], err.code, err.domain, err.message);
            status = 1;
            continue;
        }
        if (complete && (doc == &domain_def_document ? domain_complete(def, ARCH_I686, &err) :
                         doc == &network_def_document ? network_complete(def, &err) :
                         doc == &storage_pool_def_document ? storage_pool_complete(def, &err) : 0) < 0) {
            printf("%s: error %d/%d: %s\n", argv[i], err.code, err.domain, err.message);
            status = 1;
            model_unref(def);
            continue;
        }
        if (rounds) {
            measure(xml, n, rounds);
            model_unref(def);
            continue;
        }
        char *out = model_format(def, fflags);
        void *copy = model_copy(def);
        char *again = model_format(copy, fflags);
        if (strcmp(out, again) || !model_equal(def, copy)) {
            printf("%s: the copy differs\n", argv[i]);
            status = 1;
        }
        char *json = model_to_json(def, fflags), *back = NULL;
        void *third = NULL;
        if (model_from_json(doc, json, strlen(json), pflags, &third, &err) < 0 ||
            strcmp(back = model_format(third, fflags), out)) {
            printf("%s: differs after a way through JSON: %s\n", argv[i], err_message(&err));
            status = 1;
        }
        model_unref(third);
        free(json);
        free(back);
        if (strcmp(out, xml))
            quiet ? printf("%s differs\n", argv[i]) : 0;
        else
            same++;
        if (!quiet)
            fputs(out, stdout);
        free(out);
        free(again);
        model_unref(def);
        model_unref(copy);
    }
    if (quiet)
        printf("%u of %u came back unchanged\n", same, all);
    return status;
}
