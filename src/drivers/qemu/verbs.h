/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * verbs: the calls of the driver, and what they share.
 *
 * The prototype of a call is that of its slot in the table: verbs.def lists
 * them, driver.c puts them in the table.
 */
#pragma once

#include "drivers/qemu/guest.h"
#include "drivers/qemu/start.h"

/* Declared with the very type of the slot: a wrong signature does not compile. */
#define SLOT(name) __typeof__(*((struct hypervisor_ops *)0)->name) qemu_##name;
#include "drivers/qemu/verbs.def"
#undef SLOT

/* What the guest has now, in KiB. */
unsigned long long view_memory(const struct vm_view *view);

/* Parses and completes a definition from a client. */
int guest_parse(struct qemu_driver *drv, const char *xml, unsigned flags, struct domain_def **def,
                struct err *err);

int qemu_reattach(struct qemu_driver *drv, struct err *err);
void qemu_autostart(struct qemu_driver *drv);
/* The form for another host; config is what stands for good, of one that runs here. */
char *qemu_migratable(const struct qemu_driver *drv, const struct domain_def *config,
                      const struct domain_def *def, bool live);
void qemu_xml_forget(void); /* at the end: the texts kept for domain_get_xml_desc */

/* From a note: system_reset and cont, soon, on a thread. */
void guest_restart_later(struct run *run);
/* In a note: a channel's other end in the guest came or went. */
void channel_set_connected(struct note *note, struct guest *guest, const char *alias, bool open,
                           bool at_start);
void guest_apply_pins(const struct domain_def *def, const struct guest_pub *pub);
int guest_apply_sched(struct guest *guest, const struct domain_def *def, size_t nvcpus, struct err *err);
void publish_live(struct note *note, struct domain_def *def); /* takes def */
/* Of a guest that was found again: the folder of its sockets. */
void guest_dir_remove(struct guest *guest);
