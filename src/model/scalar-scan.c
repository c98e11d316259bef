/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * scalar-scan: single values, from the text of XML into C members.
 *
 * Owns: what is a number, a size with its unit, a UUID, a MAC address, and what fits into a member.
 * Called by: the engine and what reads values of documents elsewhere.  Nothing waits.
 */
#include <ctype.h>
#include <glib.h>
#include <strings.h>
#include "model/engine.h"

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

/* One that is malformed leaves nothing behind. */
static int scan_mac(const char *s, size_t n, unsigned char *out)
{
    unsigned char mac[6];
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
        mac[i] = v;
    }
    if (n && !isspace((unsigned char)*s))       /* what follows a blank is not looked at */
        return -1;
    memcpy(out, mac, sizeof(mac));
    return 0;
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
        if (scan_i64(s, n, f->flags & MODEL_BASE0 ? 0 : 10, &i) < 0 || i < INT32_MIN || i > INT32_MAX)
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
