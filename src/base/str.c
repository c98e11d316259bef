/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * str: see str.h.
 */
#include "base/str.h"

#include <errno.h>
#include <glib.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int
str_scan_u64(const char *s, int base, const char **rest, uint64_t *value)
{
    if (!s || !g_ascii_isxdigit(*s)) /* no sign, no blank */
        return -1;
    char *end;
    errno = 0;
    unsigned long long v = strtoull(s, &end, base);
    if (errno || end == s)
        return -1;
    *rest = end;
    *value = v;
    return 0;
}

int
str_to_u64(const char *s, int base, uint64_t *value)
{
    const char *rest;
    uint64_t v;
    if (str_scan_u64(s, base, &rest, &v) < 0 || *rest)
        return -1;
    *value = v;
    return 0;
}

int
str_to_i64(const char *s, int base, int64_t *value)
{
    if (!s)
        return -1;
    bool negative = *s == '-';
    uint64_t v;
    if (str_to_u64(s + negative, base, &v) < 0 || v > (uint64_t)INT64_MAX + negative)
        return -1;
    *value = negative ? (int64_t)(0 - v) : (int64_t)v;
    return 0;
}

int
str_to_int(const char *s, int base, int *value)
{
    int64_t v;
    if (str_to_i64(s, base, &v) < 0 || v < INT_MIN || v > INT_MAX)
        return -1;
    *value = v;
    return 0;
}

int
str_to_uint(const char *s, int base, unsigned *value)
{
    uint64_t v;
    if (str_to_u64(s, base, &v) < 0 || v > UINT_MAX)
        return -1;
    *value = v;
    return 0;
}

int
str_to_double(const char *s, double *value)
{
    if (!s || !*s || g_ascii_isspace(*s))
        return -1;
    char *end;
    errno = 0;
    double v = g_ascii_strtod(s, &end);
    if (errno == ERANGE || end == s || *end || !isfinite(v))
        return -1;
    *value = v;
    return 0;
}

/* b; k, KiB: powers of 1024; kB and KB: of 1000. */
int
str_unit_bytes(const char *unit, uint64_t fallback, uint64_t *factor)
{
    if (!unit || !*unit) {
        *factor = fallback;
        return 0;
    }
    if (g_ascii_strcasecmp(unit, "b") == 0 || g_ascii_strcasecmp(unit, "byte") == 0 ||
        g_ascii_strcasecmp(unit, "bytes") == 0) {
        *factor = 1;
        return 0;
    }
    static const char prefixes[] = "kmgtpe";
    const char *p = strchr(prefixes, g_ascii_tolower(*unit));
    if (!p)
        return -1;
    uint64_t base;
    if (!unit[1] || g_ascii_strcasecmp(unit + 1, "iB") == 0)
        base = 1024;
    else if (g_ascii_strcasecmp(unit + 1, "B") == 0)
        base = 1000;
    else
        return -1;
    *factor = base;
    for (const char *q = prefixes; q < p; q++)
        *factor *= base;
    return 0;
}

char *
str_xml_escape(const char *s)
{
    if (!s)
        return NULL;
    GString *out = g_string_sized_new(strlen(s) + 16);
    for (; *s; s++) {
        switch (*s) {
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        case '\'':
            g_string_append(out, "&apos;");
            break;
        default:
            g_string_append_c(out, *s);
        }
    }
    return g_string_free(out, FALSE);
}
