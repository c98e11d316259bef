/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * text: text that grows, and what is written into it by rule: escapes of XML, indentation, numbers.
 *
 * Called by: all that print documents.  Nothing waits.
 */
#include <glib.h>
#include "model/engine.h"

void text_need(struct text *t, size_t more)
{
    size_t cap = t->cap ? t->cap : 4096;
    while (cap < t->n + more)
        cap *= 2;
    t->s = g_realloc(t->s, cap);
    t->cap = cap;
}

void text_escape(struct text *t, const char *s, size_t n)
{
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        const char *rep = NULL;
        switch (s[i]) {
        case '&': rep = "&amp;"; break;
        case '<': rep = "&lt;"; break;
        case '>': rep = "&gt;"; break;
        case '"': rep = "&quot;"; break;
        case '\'': rep = "&apos;"; break;
        case '\t': case '\n': continue;
        case '\r': rep = "&#13;"; break;
        default:
            if ((unsigned char)s[i] >= 0x20)
                continue;
            rep = "";           /* cannot be written in XML at all */
        }
        text_add(t, s + from, i - from);
        text_add(t, rep, strlen(rep));
        from = i + 1;
    }
    text_add(t, s + from, n - from);
}

void text_indent(struct text *t, unsigned level)
{
    static const char spaces[] = "                                ";
    for (unsigned n = level * 2; n;) {
        unsigned k = MIN(n, sizeof(spaces) - 1);
        text_add(t, spaces, k);
        n -= k;
    }
}

void text_u64(struct text *t, uint64_t v)
{
    char buf[20];
    unsigned i = sizeof(buf);
    do {
        buf[--i] = '0' + v % 10;
    } while (v /= 10);
    text_add(t, buf + i, sizeof(buf) - i);
}

void text_hex(struct text *t, uint64_t v, unsigned width)
{
    char buf[18];
    unsigned i = sizeof(buf);
    do {
        buf[--i] = "0123456789abcdef"[v & 15];
    } while (v >>= 4);
    while (sizeof(buf) - i < width)
        buf[--i] = '0';
    buf[--i] = 'x';
    buf[--i] = '0';
    text_add(t, buf + i, sizeof(buf) - i);
}
