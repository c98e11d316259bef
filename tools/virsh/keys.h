/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of key code sets and keys. */
#pragma once

int keyset_find(const char *name); /* a virKeycodeSet, or -1 */
int key_find(int set, const char *text); /* by name or number, or -1 */
