/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete: what a domain document means beyond its words, for every hypervisor.
 *
 * Owns: the checks and additions that do not depend on a driver: identity, memory and CPU counts,
 * life-cycle defaults, disk buses and addresses from target names, the controllers that devices
 * need, the first serial port and its console, listeners of graphics, the primary video.
 * A driver calls domain_complete() on a document it has parsed and not yet shared, after it has
 * filled in what only it knows (architecture, machine, emulator) and before it adds what only it
 * can add (guest addresses, its own implied devices).
 * Called by: drivers.  Nothing waits.
 */
#pragma once

#include "model/domain-def.h"

/* 0, or -1 with err filled. */
int domain_complete(struct domain_def *def, enum arch default_arch, struct err *err);
/* Its parts, for a driver that chooses addresses in between: what contradicts itself in the document, the
 * additions, and what is wrong with the whole.  Where a document has several faults, programs expect the
 * one that the reference finds first.  Flags are those of parsing. */
int domain_read_check(struct domain_def *def, unsigned flags, struct err *err);
/* The same of one of its devices alone. */
int domain_read_device(struct domain_def *def, const char *kind, void *device, struct err *err);
/* Before it, for hypervisors that find no firmware by its features unless firmware= asks for one. */
void domain_forget_idle_firmware(struct domain_def *def);
/* Of hypervisors that are free to choose: <memory> is what the NUMA cells and the memory devices add up to.
 */
void domain_add_up_memory(struct domain_def *def);
/* Of one type, those whose index is given come in its order; what is implied comes after them. */
void domain_sort_controllers(struct domain_def *def);
/* What a driver has to say to the at-th device of a kind; info: where it is, NULL if it is nowhere.  Kind ""
 * is the guest itself. */
typedef int (*domain_check_fn)(struct domain_def *def, const char *kind, uint32_t at, void *device,
                               struct device_info *info, void *data, struct err *err);
/* theirs: what can be told before devices have a place; it may be NULL. */
int domain_fill(struct domain_def *def, enum arch default_arch, domain_check_fn theirs, void *data,
                struct err *err);
/* What comes before all of domain_check(), for a driver that has something to say before that itself. */
int domain_check_name(const struct domain_def *def, struct err *err);
int domain_check(struct domain_def *def, domain_check_fn theirs, void *data, struct err *err);
/* The device of that kind at that place in its list alone. */
int domain_check_device(struct domain_def *def, const char *kind, uint32_t at, domain_check_fn theirs,
                        void *data, struct err *err);

/* Takes from a copy of a running guest's document what the run has added and the flags of fields do
 * not know: ports taken by autoport, generated names of taps.  For the inactive XML of a transient guest. */
void domain_strip_live(struct domain_def *def);
/* Of interfaces alone: names that we make ourselves, unless the user keeps the tap (managed='no'), are not
 * the user's. */
void domain_strip_names(struct domain_def *def);

/* The parts, for drivers that add devices one by one (attach). */
void domain_complete_disk(struct domain_def *def, struct domain_disk *disk);
int domain_complete_interface(struct domain_def *def, struct domain_interface *net, struct err *err);
void domain_complete_graphics(struct domain_def *def, struct domain_graphics *g);
/* Controllers that the devices of def need and that are not there yet. */
int domain_add_implied_controllers(struct domain_def *def, struct err *err);
/* The controller of that type and index, or NULL. */
struct domain_controller *domain_find_controller(const struct domain_def *def, enum controller_type type,
                                                 unsigned index);
/* Is there one that was given this index? */
bool domain_find_numbered(const struct domain_def *def, enum controller_type type, unsigned index);
struct domain_controller *domain_add_controller(struct domain_def *def, enum controller_type type,
                                                unsigned index, const char *model);

/* "vdb" → 1, "sdaa" → 26; -1: no name of a disk.  prefix_len may be NULL. */
int disk_target_index(const char *target, size_t *prefix_len);
/* Does it begin as names of disks do? */
bool disk_target_known(const char *target);
/* Is there something in the drive? */
bool disk_has_source(const struct domain_disk *d);

/* The usual port of each host that names none; root: the document that owns the source. */
/* Does what is said of where an image is contradict itself?  name is the disk's. */
int check_image(const char *name, enum storage_type type, struct storage_source *s, struct err *err);
void storage_complete_hosts(const void *root, struct storage_source *s);

/* Calls fn for every device that has a device_info, in the order of the document; kind is the
 * name of the element, device its struct.  Stops when fn returns nonzero and returns that. */
typedef int (*domain_device_fn)(struct domain_def *def, const char *kind, void *device,
                                struct device_info *info, void *data);
int domain_each_device(struct domain_def *def, domain_device_fn fn, void *data);
