/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * console: who holds a guest's consoles and channels.  See console.c.
 */
#pragma once

struct guest;

/* The guest has ended: its consoles' streams end, too. */
void console_end_all(struct guest *guest);
