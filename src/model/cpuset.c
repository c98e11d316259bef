/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpuset: lists of CPUs or nodes, as people write them, in their one form.
 *
 * Called by: the engine, and checks of documents.  Nothing waits.
 */
#include <ctype.h>
#include <glib.h>
#include "model/engine.h"

char *cpuset_canonical(struct model_head *h, const char *s, size_t n)
{
    enum { MAX_CPU = 16384 };
    uint64_t bits[MAX_CPU / 64] = { 0 };
    unsigned highest = 0;                /* nothing is beyond it: most lists are of a few */
    const char *p = s, *end = s + n;
    if (p == end)
        return NULL;
    while (p < end) {
        unsigned a = 0, b;
        while (p < end && isspace((unsigned char)*p))
            p++;
        bool neg = p < end && *p == '^';
        p += neg;
        if (p == end || !isdigit((unsigned char)*p))
            return NULL;
        while (p < end && isdigit((unsigned char)*p) && a < MAX_CPU)
            a = a * 10 + (*p++ - '0');
        b = a;
        if (p < end && *p == '-' && !neg) {
            p++;
            if (p == end || !isdigit((unsigned char)*p))
                return NULL;
            for (b = 0; p < end && isdigit((unsigned char)*p) && b < MAX_CPU;)
                b = b * 10 + (*p++ - '0');
        }
        while (p < end && isspace((unsigned char)*p))
            p++;
        if (a >= MAX_CPU || b >= MAX_CPU || b < a || (p < end && *p != ','))
            return NULL;
        if (p < end && ++p == end)
            return NULL;
        for (unsigned i = a; i <= b; i++) {
            if (neg)
                bits[i / 64] &= ~(UINT64_C(1) << i % 64);
            else
                bits[i / 64] |= UINT64_C(1) << i % 64;
        }
        highest = MAX(highest, b);
    }
    struct text out = { 0 };
    for (unsigned i = 0; i <= highest; i++) {
        if (!(bits[i / 64] >> i % 64 & 1))
            continue;
        unsigned j = i;
        while (j < highest && bits[(j + 1) / 64] >> (j + 1) % 64 & 1)
            j++;
        if (out.n)
            text_lit(&out, ",");
        text_u64(&out, i);
        if (j > i) {
            text_lit(&out, "-");
            text_u64(&out, j);
        }
        i = j;
    }
    char *r = arena_bytes(h, out.n + 1);
    memcpy(r, out.n ? out.s : "", out.n);
    r[out.n] = 0;
    g_free(out.s);
    return r;
}
