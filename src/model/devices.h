/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * devices: small questions about devices of a definition.
 *
 * Called by: drivers.  Nothing here waits.
 */
#pragma once

#include "model/domain-def.h"

/* Path, URL-like text or NULL (an empty drive) of where a disk's data is. */
const char *storage_path(enum storage_type type, const struct disk_source *source);
const char *disk_path(const struct domain_disk *disk);
/* By target ("vda") or source path; NULL: none. */
const struct domain_disk *def_disk_by_name(const struct domain_def *def, const char *name);

/* By the name of its end on the host or by MAC address; NULL: none. */
struct domain_interface *def_interface_by_name(const struct domain_def *def, const char *name);

/* Is one of type 'hostdev' a USB device of the host?  Else it is one on PCI. */
bool interface_source_is_usb(const struct interface_source *source);

/* Is the device of the host that an interface is (type 'hostdev')? */
bool hostdev_is_interface(const struct domain_hostdev *hostdev, const struct domain_interface *net);

/* "org.qemu.guest_agent.0" of a virtio channel, else NULL. */
const char *channel_name(const struct domain_channel *channel);
/* false: it was so already. */
bool channel_set_state(struct domain_channel *channel, bool open);
const char *chardev_path(const struct chardev_source *source);

/* The keyboard that every board has: whoever reads the document adds it. */
void def_drop_board_keyboard(struct domain_def *def);
/* Leaves out what hosts of older releases take for granted, or would not understand. */
void def_strip_for_migration(struct domain_def *def);
unsigned def_max_vcpus(const struct domain_def *def);
unsigned def_vcpus(const struct domain_def *def);
unsigned long long def_max_memory(const struct domain_def *def); /* KiB */
unsigned long long def_memory(const struct domain_def *def);     /* KiB */
bool def_has_balloon(const struct domain_def *def);
