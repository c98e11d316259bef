/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * prepare: the way of a definition through the QEMU driver.
 *
 *   parse (model) → qemu_domain_defaults() → stored
 *   stored copy   → qemu_domain_prepare()  → live, ready for qemu_command_build()
 *   live, ended   → qemu_domain_release()
 *
 * Called by: define, create, attach, XML-to-native.
 * Waits: never for a guest. defaults and prepare may probe the emulator (once)
 * and read image headers.
 */
#pragma once

#include "base/err.h"
#include "drivers/qemu/qemu-host.h"

struct domain_def;

/* How guests are read for this driver: its guests are labelled. */
#define QEMU_PARSE MODEL_PARSE_LABELLED

/* After parsing, for XML from a client (not for our own files, which carry
 * everything already): emulator, machine, implied devices, models, addresses,
 * generated uuid and mac addresses; then checks that the driver can run it.
 * `flags`: of virDomainDefineXMLFlags. */
/* The same of a definition that has been read, and whose devices have changed. */
int qemu_domain_again(struct domain_def *def, struct qemu_host *host, struct err *err);
/* Of a guest that has only the device that is asked about: what that implies.  No places are given. */
int qemu_device_defaults(struct domain_def *def, struct qemu_host *host, struct err *err);
/* Can this guest have the device of that kind at that place in its list? */
int qemu_device_check(struct domain_def *def, struct qemu_host *host, const char *kind, uint32_t at,
                      struct err *err);
int qemu_domain_defaults(struct domain_def *def, struct qemu_host *host, unsigned flags, struct err *err);

/* Makes a copy of a stored definition live: aliases, paths of sockets, ports
 * taken, backing chains read, firmware found, cpu resolved.
 * `native`: nothing is reserved, and on disk only descriptions of firmware are looked for. */
int qemu_domain_prepare(struct domain_def *live, struct qemu_host *host, int id, bool native,
                        struct err *err);
/* overlay.c: the images of transient disks, made when all chains are read; and away with them. */
int qemu_overlays_make(struct domain_def *live, struct err *err);
void qemu_overlays_remove(const struct domain_def *live);
/* Gives back ports and such. Safe on a half prepared definition. */
/* prepare-graphics.c: part of qemu_domain_prepare(). */
int qemu_graphics_prepare(struct domain_def *live, struct qemu_host *host, const char *guest_dir, bool native,
                          struct err *err);
void qemu_domain_release(struct domain_def *live, struct qemu_host *host);
/* After a daemon restart: takes what a running guest holds already. */
void qemu_domain_reclaim(const struct domain_def *live, struct qemu_host *host);

/* Ownership of images and sockets (dynamic_ownership): given to the guest's
 * user at start, given back when it ends. Both are idempotent per guest. */
int qemu_security_grant(const struct domain_def *live, struct qemu_host *host, struct err *err);
void qemu_security_restore(const struct domain_def *live, struct qemu_host *host);
/* Why the guests' user may be denied one of the guest's files, by the mode bits
 * on the way to it, and what to do; NULL: nothing to see. Free it. */
char *qemu_security_hint(const struct domain_def *live, struct qemu_host *host);

/* Control groups: one scope per guest, in whatever layout the host has. */
struct qemu_cgroup;
/* NULL with err when the host has controllers but they cannot be used in
 * system mode; NULL without err when none are to be used. */
struct qemu_cgroup *qemu_cgroup_new(struct qemu_host *host, const struct domain_def *live,
                                    const char *name, struct err *err);
/* After a daemon restart: finds the groups of a process. */
struct qemu_cgroup *qemu_cgroup_find(struct qemu_host *host, pid_t pid);
/* Moves a process (all its threads) in; call as soon as it is spawned. */
int qemu_cgroup_attach(struct qemu_cgroup *cg, pid_t pid, struct err *err);
/* Moves one thread (vcpu, iothread) into a child group "vcpu0", "emulator", …
 * where the layout has one; does nothing otherwise. */
int qemu_cgroup_attach_thread(struct qemu_cgroup *cg, const char *child, pid_t tid, struct err *err);
int qemu_cgroup_set(struct qemu_cgroup *cg, const char *child, const char *controller,
                    const char *file, const char *value, struct err *err);
/* true: v2 files (cpu.weight …), false: v1 files (cpu.shares …) */
bool qemu_cgroup_is_v2(const struct qemu_cgroup *cg, const char *controller);
bool qemu_cgroup_has(const struct qemu_cgroup *cg, const char *controller);
void qemu_cgroup_remove(struct qemu_cgroup *cg); /* rmdir of an ended guest's groups */
void qemu_cgroup_free(struct qemu_cgroup *cg);
