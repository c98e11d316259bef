/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * first-words: what a guest's QEMU is told once before it runs, because the
 * command line cannot say it: throttles of disks, passwords of displays, links
 * that are down.
 * Called by: start. Nothing waits.
 */
#pragma once

#include "drivers/qemu/prepare.h"
#include "model/domain-def.h"

#include <glib.h>
#include <jansson.h>

struct first_word { const char *command; json_t *args; };

/* A GArray of struct first_word; the caller owns the arguments. */
GArray *first_words(const struct domain_def *live, const struct qemu_host *host);
