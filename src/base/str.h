/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * str: numbers in strings, strictly, and what else GLib lacks.
 * Called by: everyone.  Nothing here waits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole string is one number: no sign for unsigned ones, no blanks, no
 * rest, in range.  base 0 as strtol.  0 or -1. */
int str_to_int(const char *s, int base, int *value);
int str_to_uint(const char *s, int base, unsigned *value);
int str_to_i64(const char *s, int base, int64_t *value);
int str_to_u64(const char *s, int base, uint64_t *value);
/* Like str_to_u64, but a number may be followed: *rest points behind it. */
int str_scan_u64(const char *s, int base, const char **rest, uint64_t *value);
int str_to_double(const char *s, double *value); /* C locale */

/* "KiB", "M", "GB" … as the XML spells units; *factor bytes.  NULL or "": `fallback`. */
int str_unit_bytes(const char *unit, uint64_t fallback, uint64_t *factor);

static inline bool str_equal(const char *a, const char *b)
{
    return a == b || (a && b && __builtin_strcmp(a, b) == 0);
}
/* Escapes for an XML attribute or text; NULL stays NULL. */
char *str_xml_escape(const char *s);
