/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bitmap: see bitmap.h.  Words of 64 bits; what lies beyond the size is 0.
 */
#include "base/bitmap.h"
#include "base/str.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#define ERR_FROM VIR_FROM_NONE
#define WORD 64
#define WORDS(nbits) (((nbits) + WORD - 1) / WORD)

struct bitmap {
    size_t nbits;
    uint64_t *words;
};

struct bitmap *
bitmap_new(size_t nbits)
{
    struct bitmap *map = g_new(struct bitmap, 1);
    map->nbits = nbits;
    map->words = g_new0(uint64_t, WORDS(nbits) + 1);
    return map;
}

void
bitmap_free(struct bitmap *map)
{
    if (!map)
        return;
    g_free(map->words);
    g_free(map);
}

void
bitmap_grow(struct bitmap *map, size_t nbits)
{
    if (nbits <= map->nbits)
        return;
    size_t have = WORDS(map->nbits), want = WORDS(nbits);
    if (want > have) {
        map->words = g_renew(uint64_t, map->words, want + 1);
        memset(map->words + have, 0, (want + 1 - have) * sizeof(uint64_t));
    }
    map->nbits = nbits;
}

void
bitmap_set(struct bitmap *map, size_t bit)
{
    bitmap_grow(map, bit + 1);
    map->words[bit / WORD] |= UINT64_C(1) << bit % WORD;
}

void
bitmap_clear(struct bitmap *map, size_t bit)
{
    if (bit < map->nbits)
        map->words[bit / WORD] &= ~(UINT64_C(1) << bit % WORD);
}

void
bitmap_set_range(struct bitmap *map, size_t first, size_t last)
{
    for (size_t bit = first; bit <= last; bit++)
        bitmap_set(map, bit);
}

bool
bitmap_test(const struct bitmap *map, size_t bit)
{
    return bit < map->nbits && (map->words[bit / WORD] >> bit % WORD & 1);
}

size_t
bitmap_count(const struct bitmap *map)
{
    size_t n = 0;
    for (size_t i = 0; i < WORDS(map->nbits); i++)
        n += __builtin_popcountll(map->words[i]);
    return n;
}

bool
bitmap_is_subset(const struct bitmap *small, const struct bitmap *large)
{
    for (size_t i = 0; i < WORDS(small->nbits); i++) {
        uint64_t other = i < WORDS(large->nbits) ? large->words[i] : 0;
        if (small->words[i] & ~other)
            return false;
    }
    return true;
}

bool
bitmap_equal(const struct bitmap *a, const struct bitmap *b)
{
    return a == b || (a && b && bitmap_is_subset(a, b) && bitmap_is_subset(b, a));
}

static ssize_t
next(const struct bitmap *map, ssize_t after, uint64_t flip)
{
    size_t bit = after + 1;
    for (size_t i = bit / WORD; i < WORDS(map->nbits); i++) {
        uint64_t w = map->words[i] ^ flip;
        if (i == bit / WORD)
            w &= ~UINT64_C(0) << bit % WORD;
        if (w) {
            size_t found = i * WORD + __builtin_ctzll(w);
            return found < map->nbits ? (ssize_t)found : -1;
        }
    }
    return -1;
}

ssize_t
bitmap_next(const struct bitmap *map, ssize_t after)
{
    return next(map, after, 0);
}

ssize_t
bitmap_next_clear(const struct bitmap *map, ssize_t after)
{
    return next(map, after, ~UINT64_C(0));
}

ssize_t
bitmap_last(const struct bitmap *map)
{
    for (size_t i = WORDS(map->nbits); i-- > 0;) {
        if (map->words[i])
            return i * WORD + (WORD - 1 - __builtin_clzll(map->words[i]));
    }
    return -1;
}

struct bitmap *
bitmap_parse(const char *text, size_t limit, struct err *err)
{
    struct bitmap *map = bitmap_new(limit);
    const char *p = text;
    while (g_ascii_isspace(*p))
        p++;
    while (*p) {
        bool without = *p == '^';
        if (without)
            p++;
        uint64_t first, last;
        if (str_scan_u64(p, 10, &p, &first) < 0)
            goto malformed;
        last = first;
        if (*p == '-' && !without) {
            p++;
            if (str_scan_u64(p, 10, &p, &last) < 0 || last < first)
                goto malformed;
        }
        if (last >= limit) {
            err_set(err, VIR_ERR_INVALID_ARG, "'%s' names %" PRIu64 ", but numbers must be below %zu", text,
                    last, limit);
            bitmap_free(map);
            return NULL;
        }
        if (without)
            bitmap_clear(map, first);
        else
            bitmap_set_range(map, first, last);
        while (g_ascii_isspace(*p))
            p++;
        if (*p == ',') {
            p++;
            while (g_ascii_isspace(*p))
                p++;
            if (!*p)
                goto malformed;
        } else if (*p) {
            goto malformed;
        }
    }
    return map;

malformed:
    err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not a list of numbers and ranges such as 0-3,^2,8", text);
    bitmap_free(map);
    return NULL;
}

char *
bitmap_format(const struct bitmap *map)
{
    GString *out = g_string_new(NULL);
    ssize_t first = -1;
    while ((first = bitmap_next(map, first)) >= 0) {
        ssize_t end = bitmap_next_clear(map, first);
        ssize_t last = end < 0 ? (ssize_t)map->nbits - 1 : end - 1;
        if (out->len)
            g_string_append_c(out, ',');
        if (last == first)
            g_string_append_printf(out, "%zd", first);
        else
            g_string_append_printf(out, "%zd-%zd", first, last);
        first = last;
    }
    return g_string_free(out, FALSE);
}

struct bitmap *
bitmap_from_bytes(const unsigned char *bytes, size_t n)
{
    struct bitmap *map = bitmap_new(n * 8);
    for (size_t bit = 0; bit < n * 8; bit++) {
        if (bytes[bit / 8] >> bit % 8 & 1)
            bitmap_set(map, bit);
    }
    return map;
}

void
bitmap_to_bytes(const struct bitmap *map, unsigned char *bytes, size_t n)
{
    memset(bytes, 0, n);
    for (ssize_t bit = -1; (bit = bitmap_next(map, bit)) >= 0 && (size_t)bit < n * 8;)
        bytes[bit / 8] |= 1 << bit % 8;
}
