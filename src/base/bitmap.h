/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bitmap: sets of small numbers: CPUs, NUMA nodes, ports.
 *
 * Owns: the set, its text form ("0-3,^2,8") and its byte form (least
 * significant bit first, as the API's cpumaps).
 * Called by: model, drivers.  Nothing here waits.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct bitmap;

struct bitmap *bitmap_new(size_t nbits);
void bitmap_free(struct bitmap *map);
void bitmap_grow(struct bitmap *map, size_t nbits);
void bitmap_set(struct bitmap *map, size_t bit);   /* grows as needed */
void bitmap_clear(struct bitmap *map, size_t bit);
void bitmap_set_range(struct bitmap *map, size_t first, size_t last);
bool bitmap_test(const struct bitmap *map, size_t bit);
size_t bitmap_count(const struct bitmap *map);
bool bitmap_equal(const struct bitmap *a, const struct bitmap *b); /* as sets */
bool bitmap_is_subset(const struct bitmap *small, const struct bitmap *large);
/* First set bit after `after` (-1: from the start); -1: none. */
ssize_t bitmap_next(const struct bitmap *map, ssize_t after);
ssize_t bitmap_next_clear(const struct bitmap *map, ssize_t after); /* within size */
ssize_t bitmap_last(const struct bitmap *map);

/* "0-3,^2,8": numbers below `limit`; the result has room for `limit` bits. */
struct bitmap *bitmap_parse(const char *text, size_t limit, struct err *err);
char *bitmap_format(const struct bitmap *map); /* "" for the empty set */
struct bitmap *bitmap_from_bytes(const unsigned char *bytes, size_t n);
/* Fills n bytes, the rest of them 0; bits beyond are dropped. */
void bitmap_to_bytes(const struct bitmap *map, unsigned char *bytes, size_t n);
