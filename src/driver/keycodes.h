/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * keycodes: the keys of a keyboard, as different systems number them.
 *
 * Owns: the table from the key codes of other systems to the PC's set 1 with 0x80 added for extended keys.
 * Called by: drivers.  Nothing here waits.
 */
#pragma once

#include <stdbool.h>

/* "linux", "usb" …, by virKeycodeSet; NULL: there is no such set. */
const char *keycode_set_name(unsigned codeset);
/* Whether the set numbers a key so. */
bool keycode_is_known(unsigned codeset, unsigned code);
/* 0: a PC's keyboard has no such key. */
unsigned keycode_to_qnum(unsigned codeset, unsigned code);
