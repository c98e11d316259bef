/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of key code sets and keys. */
#pragma once

#include <stddef.h>

int keyset_find(const char *name); /* a virKeycodeSet, or -1 */
const char *key_name(int set, size_t i); /* the names of a set of keys, one after the other, then NULL */
int key_find(int set, const char *text); /* by name or number, or -1 */
