/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * scalar: single values between XML text and C members.
 *
 * Owns: enumerations, numbers, sizes with units, UUIDs, MAC addresses, CPU lists, and the text
 * buffer with XML escapes.
 * Called by: the engine.  Nothing waits.
 */
#include <ctype.h>
#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "model/engine.h"

const char *model_enum_str(const struct model_enum *e, unsigned value)
{
    return value < e->count ? e->names[value] : NULL;
}

static unsigned enum_find(const struct model_enum *e, const char *s, size_t n)
{
    for (unsigned i = 1; i < e->count; i++)
        if (!strncmp(e->names[i], s, n) && !e->names[i][n])
            return !model_newer && i < 64 && e->later >> i & 1 ? 0 : i;
    return 0;
}

unsigned model_enum_from(const struct model_enum *e, const char *name)
{
    return name ? enum_find(e, name, strlen(name)) : 0;
}

/* ---- text ----------------------------------------------------------------------------------- */

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

/* ---- numbers -------------------------------------------------------------------------------- */

static void trim(const char **s, size_t *n)
{
    while (*n && isspace((unsigned char)**s))
        (*s)++, (*n)--;
    while (*n && isspace((unsigned char)(*s)[*n - 1]))
        (*n)--;
}

/* base 0: decimal, 0x… or octal with a leading 0, as C has it */
static int scan_u64(const char *s, size_t n, int base, uint64_t *v)
{
    uint64_t r = 0;
    if (n && *s == '+')
        s++, n--;
    if ((base == 0 || base == 16) && n > 2 && s[0] == '0' && (s[1] | 32) == 'x')
        s += 2, n -= 2, base = 16;
    if (!base)
        base = n > 1 && *s == '0' ? 8 : 10;
    if (!n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        unsigned c = (unsigned char)s[i], d;
        if (c - '0' < 10)
            d = c - '0';
        else if ((c | 32) - 'a' < 6)
            d = (c | 32) - 'a' + 10;
        else
            return -1;
        if ((int)d >= base || __builtin_mul_overflow(r, (uint64_t)base, &r) ||
            __builtin_add_overflow(r, d, &r))
            return -1;
    }
    *v = r;
    return 0;
}

static int scan_i64(const char *s, size_t n, int base, int64_t *v)
{
    uint64_t u;
    bool neg = n && *s == '-';
    if (scan_u64(s + neg, n - neg, base, &u) < 0 || u > (uint64_t)INT64_MAX + neg)
        return -1;
    *v = neg ? (int64_t)-u : (int64_t)u;
    return 0;
}

/* Power of two (or of thousand) behind a unit; -1: no unit of ours. */
static int scan_unit(const char *u, size_t n, uint64_t *factor)
{
    static const char letters[] = "kmgtpe";
    if (!n || (n == 1 && (*u | 32) == 'b') || (n == 4 && !strncasecmp(u, "byte", 4)) ||
        (n == 5 && !strncasecmp(u, "bytes", 5))) {
        *factor = 1;
        return 0;
    }
    const char *p = memchr(letters, *u | 32, 6);
    if (!p)
        return -1;
    uint64_t base = 1024, r = 1;
    if (n == 2 && (u[1] | 32) == 'b')
        base = 1000;
    else if (!(n == 1 || (n == 3 && (u[1] | 32) == 'i' && (u[2] | 32) == 'b')))
        return -1;
    for (int i = p - letters; i >= 0; i--)
        r *= base;
    *factor = r;
    return 0;
}

bool scalar_is_unit(const char *unit)
{
    uint64_t factor;
    return scan_unit(unit, strlen(unit), &factor) == 0;
}

static int scan_hexdigits(const char *s, unsigned char *out)
{
    unsigned v = 0;
    for (int i = 0; i < 2; i++) {
        unsigned c = (unsigned char)s[i];
        if (!isxdigit(c))
            return -1;
        v = v << 4 | (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    *out = v;
    return 0;
}

static int scan_uuid(const char *s, size_t n, unsigned char *out)
{
    unsigned have = 0;
    for (size_t i = 0; i < n;) {
        if (s[i] == '-' ) {
            i++;
            continue;
        }
        if (have == 16 || i + 1 >= n || scan_hexdigits(s + i, out + have) < 0)
            return -1;
        have++;
        i += 2;
    }
    return have == 16 ? 0 : -1;
}

static int scan_mac(const char *s, size_t n, unsigned char *out)
{
    for (unsigned i = 0; i < 6; i++) {
        unsigned v = 0, digits = 0;
        while (n && isxdigit((unsigned char)*s) && digits < 2) {
            v = v << 4 | (*s <= '9' ? *s - '0' : (*s | 32) - 'a' + 10);
            s++, n--, digits++;
        }
        if (!digits || (i < 5 && (!n || *s != ':')))
            return -1;
        if (i < 5)
            s++, n--;
        out[i] = v;
    }
    return n ? -1 : 0;
}

static void print_u64(struct text *t, uint64_t v);

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
        print_u64(&out, i);
        if (j > i) {
            text_lit(&out, "-");
            print_u64(&out, j);
        }
        i = j;
    }
    char *r = arena_bytes(h, out.n + 1);
    memcpy(r, out.n ? out.s : "", out.n);
    r[out.n] = 0;
    g_free(out.s);
    return r;
}

/* ---- members -------------------------------------------------------------------------------- */

size_t scalar_size(const struct model_field *f)
{
    switch ((enum model_kind)f->kind) {
        case MODEL_K_FLAG:
        case MODEL_K_ENUM:
        case MODEL_K_U8:
        case MODEL_K_X8:
        case MODEL_K_SLOT:
        case MODEL_K_FUNCTION: return 1;
        case MODEL_K_U16:
        case MODEL_K_X16:
        case MODEL_K_OCT: return 2;
        case MODEL_K_U32:
        case MODEL_K_I32:
        case MODEL_K_X32:
        case MODEL_K_N32:
        case MODEL_K_BUS: return 4;
        case MODEL_K_UUID: return 16;
        case MODEL_K_MAC: return 6;
        default: return 8;
    }
}

static uint64_t load(const struct model_field *f, const void *base)
{
    const void *p = FIELD_CPTR(base, f->offset);
    switch (scalar_size(f)) {
    case 1: return *(const uint8_t *)p;
    case 2: return *(const uint16_t *)p;
    case 4: return f->kind == MODEL_K_I32 ? (uint64_t)(int64_t)*(const int32_t *)p : *(const uint32_t *)p;
    default: return *(const uint64_t *)p;
    }
}

static int store(const struct model_field *f, void *base, uint64_t v)
{
    void *p = FIELD_PTR(base, f->offset);
    switch (scalar_size(f)) {
    case 1:
        if (v > UINT8_MAX)
            return -1;
        *(uint8_t *)p = v;
        break;
    case 2:
        if (v > UINT16_MAX)
            return -1;
        *(uint16_t *)p = v;
        break;
    case 4:
        if (v > UINT32_MAX)
            return -1;
        *(uint32_t *)p = v;
        break;
    default:
        *(uint64_t *)p = v;
    }
    return 0;
}

bool scalar_present(const struct model_field *f, const void *base)
{
    return f->flags & MODEL_ALWAYS || scalar_given(f, base);
}

bool scalar_given(const struct model_field *f, const void *base)
{
    if (f->has != MODEL_NO_OFFSET)
        return field_has(base, f);
    switch ((enum model_kind)f->kind) {
    case MODEL_K_STR: case MODEL_K_RAW: case MODEL_K_CPUSET:
        return FIELD_STR(base, f) != NULL;
    default:
        return load(f, base) != 0;
    }
}

int scalar_scan(struct model_head *h, const struct model_field *f, void *base, const char *s, size_t n,
                const char *unit, size_t unit_len, const char **valid)
{
    uint64_t v = 0, factor;
    int64_t i;
    char *str;
    if (f->kind == MODEL_K_UUID || f->kind == MODEL_K_CPUSET)
        trim(&s, &n);
    else if (f->kind != MODEL_K_STR && f->kind != MODEL_K_RAW && f->kind != MODEL_K_ENUM &&
             f->kind != MODEL_K_MAC)
        for (; n && isspace((unsigned char)*s); n--)        /* numbers, as strtol() reads them */
            s++;
    switch ((enum model_kind)f->kind) {
    case MODEL_K_STR:
    case MODEL_K_RAW:
        str = arena_bytes(h, n + 1);
        memcpy(str, s, n);
        str[n] = 0;
        *(const char **)FIELD_PTR(base, f->offset) = str;
        return 0;
    case MODEL_K_CPUSET:
        *valid = "a list of CPUs or nodes such as 0-3,^2,5";
        if (!(str = cpuset_canonical(h, s, n)))
            return -1;
        if (!*str && !(f->flags & MODEL_KEEP))
            return SCALAR_BEYOND;
        if (!*str)              /* a list of none, as it can be read again */
            str = memcpy(arena_bytes(h, sizeof("^0")), "^0", sizeof("^0"));
        *(const char **)FIELD_PTR(base, f->offset) = str;
        return 0;
    case MODEL_K_ENUM:
        *valid = NULL;
        if (!(v = enum_find(f->sub, s, n)))
            return -1;
        return store(f, base, v);
    case MODEL_K_U8: case MODEL_K_U16: case MODEL_K_U32: case MODEL_K_U64:
        *valid = f->kind == MODEL_K_U8 ? "a number from 0 to 255" : f->kind == MODEL_K_U16 ?
            "a number from 0 to 65535" : f->kind == MODEL_K_U32 ? "a number from 0 to 4294967295" :
            "a number that is not negative";
        if (scan_u64(s, n, f->flags & MODEL_BASE0 ? 0 : 10, &v) < 0 || (f->flags & MODEL_POSITIVE && !v) ||
            store(f, base, v) < 0)
            return -1;
        break;
    case MODEL_K_X8: case MODEL_K_X16: case MODEL_K_X32: case MODEL_K_X64:
        *valid = "a number, decimal or with 0x in front, that fits";
        if (scan_u64(s, n, f->flags & MODEL_BASE16 ? 16 : 0, &v) < 0 || store(f, base, v) < 0)
            return -1;
        break;
    case MODEL_K_N32:
        *valid = "a number from 0 to 4294967295, decimal or with 0x in front";
        if (scan_u64(s, n, 0, &v) < 0 || store(f, base, v) < 0)
            return -1;
        break;
    case MODEL_K_BUS: case MODEL_K_SLOT: case MODEL_K_FUNCTION: {
        uint64_t most = f->kind == MODEL_K_BUS ? 0xff : f->kind == MODEL_K_SLOT ? 0x1f : 7;
        *valid = f->kind == MODEL_K_BUS ? "a PCI bus, from 0 to 0xff" : f->kind == MODEL_K_SLOT ?
            "a PCI slot, from 0 to 0x1f" : "a PCI function, from 0 to 7";
        if (scan_u64(s, n, 0, &v) < 0 || v > UINT32_MAX)
            return -1;
        if (v > most || store(f, base, v) < 0)
            return SCALAR_BEYOND;
        break;
    }
    case MODEL_K_OCT:
        *valid = "an octal number such as 0644";
        if (scan_u64(s, n, 8, &v) < 0)
            return -1;
        if (v > 0777)
            return SCALAR_BEYOND;
        *(uint16_t *)FIELD_PTR(base, f->offset) = v;
        break;
    case MODEL_K_I32:
        *valid = "a whole number";
        if (scan_i64(s, n, 10, &i) < 0 || i < INT32_MIN || i > INT32_MAX)
            return -1;
        *(int32_t *)FIELD_PTR(base, f->offset) = i;
        break;
    case MODEL_K_I64:
        *valid = "a whole number";
        if (scan_i64(s, n, f->flags & MODEL_BASE0 ? 0 : 10, &i) < 0)
            return -1;
        *(int64_t *)FIELD_PTR(base, f->offset) = i;
        break;
    case MODEL_K_DOUBLE: {
        char buf[64], *end;
        *valid = "a number";
        if (!n || n >= sizeof(buf))
            return -1;
        memcpy(buf, s, n);
        buf[n] = 0;
        *(double *)FIELD_PTR(base, f->offset) = g_ascii_strtod(buf, &end);
        if (*end)
            return -1;
        break;
    }
    case MODEL_K_UUID:
        *valid = "32 hexadecimal digits, with or without dashes";
        if (scan_uuid(s, n, FIELD_PTR(base, f->offset)) < 0)
            return -1;
        break;
    case MODEL_K_MAC:
        *valid = "six bytes such as 52:54:00:12:34:56";
        if (scan_mac(s, n, FIELD_PTR(base, f->offset)) < 0)
            return -1;
        break;
    case MODEL_K_SIZE:
        *valid = "a size; units are bytes, KB, KiB, MB, MiB, and so on to EiB";
        factor = UINT64_C(1) << f->def;
        if ((unit && scan_unit(unit, unit_len, &factor) < 0) || scan_u64(s, n, 10, &v) < 0)
            return -1;
        if (__builtin_mul_overflow(v, factor, &v) || (v > INT64_MAX && !(f->flags & MODEL_WIDE)))
            return SCALAR_BEYOND;
        v = (v >> f->arg) + (!(f->flags & MODEL_DOWN) && (v & ((UINT64_C(1) << f->arg) - 1)) != 0);
        store(f, base, v);
        break;
    default:
        g_assert_not_reached();
    }
    if (f->has != MODEL_NO_OFFSET)
        field_set_has(base, f);
    return 0;
}

static void print_u64(struct text *t, uint64_t v)
{
    char buf[20];
    unsigned i = sizeof(buf);
    do {
        buf[--i] = '0' + v % 10;
    } while (v /= 10);
    text_add(t, buf + i, sizeof(buf) - i);
}

static void print_hex(struct text *t, uint64_t v, unsigned width)
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

void scalar_print(struct text *t, const struct model_field *f, const void *base)
{
    const unsigned char *p;
    const char *s;
    char buf[64];
    int n;
    switch ((enum model_kind)f->kind) {
    case MODEL_K_STR: case MODEL_K_CPUSET:
        s = FIELD_STR(base, f);
        text_escape(t, s, strlen(s));
        break;
    case MODEL_K_ENUM:
        s = model_enum_str(f->sub, load(f, base));
        if (s)
            text_add(t, s, strlen(s));
        break;
    case MODEL_K_U8:
    case MODEL_K_U16:
    case MODEL_K_U32:
    case MODEL_K_U64:
    case MODEL_K_SIZE:
    case MODEL_K_N32: print_u64(t, load(f, base)); break;
    case MODEL_K_I32: case MODEL_K_I64: {
        int64_t v = (int64_t)load(f, base);
        if (v < 0)
            text_lit(t, "-");
        print_u64(t, v < 0 ? -(uint64_t)v : (uint64_t)v);
        break;
    }
    case MODEL_K_X8:
    case MODEL_K_X16:
    case MODEL_K_X32:
    case MODEL_K_X64:
    case MODEL_K_BUS:
    case MODEL_K_SLOT:
    case MODEL_K_FUNCTION:
        print_hex(t, load(f, base), f->arg);
        break;
    case MODEL_K_OCT:
        n = snprintf(buf, sizeof(buf), f->flags & MODEL_ATTR ? "%04o" : "0%o", (unsigned)load(f, base));
        text_add(t, buf, n);
        break;
    case MODEL_K_DOUBLE:
        g_ascii_formatd(buf, sizeof(buf), "%g", *(const double *)FIELD_CPTR(base, f->offset));
        text_add(t, buf, strlen(buf));
        break;
    case MODEL_K_UUID:
        p = FIELD_CPTR(base, f->offset);
        for (int i = 0; i < 16; i++) {
            if (i == 4 || i == 6 || i == 8 || i == 10)
                text_lit(t, "-");
            buf[0] = "0123456789abcdef"[p[i] >> 4];
            buf[1] = "0123456789abcdef"[p[i] & 15];
            text_add(t, buf, 2);
        }
        break;
    case MODEL_K_MAC:
        p = FIELD_CPTR(base, f->offset);
        n = snprintf(buf, sizeof(buf), "%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3], p[4], p[5]);
        text_add(t, buf, n);
        break;
    default:
        break;
    }
}
