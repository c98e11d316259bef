/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * images: what a disk image says about itself, read without running anything.
 * Called by: prepare. Waits for the disk only.
 */
#pragma once

#include "base/err.h"
#include "model/domain-def.h"

#include <stdbool.h>

/* Reads the chain below each disk into its <backingStore> elements, unless
 * the user gave them, and numbers all sources.  An image that cannot be read
 * is an error that names it. */
int images_read_chain(struct domain_def *def, struct domain_disk *disk, struct err *err);
/* The host has a CD drive by that name. */
bool image_is_cdrom(const char *path);
/* The disk's image is the one above its own that holds what a transient disk is told while the guest runs. */
bool image_is_overlay(const struct domain_def *live, const struct domain_disk *disk);
/* Numbers the sources of all disks as block nodes are named. */
void images_number(struct domain_def *def);
/* The highest of those numbers, empty drives counted. */
unsigned images_last(const struct domain_def *def);
