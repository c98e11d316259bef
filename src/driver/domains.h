/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * domains: what every driver that keeps its guests in a registry answers alike.
 *
 * Owns: look-ups, lists with their filters, and the facts that stand in the published
 * view; what flags such as VIR_DOMAIN_AFFECT_CURRENT mean for a guest; events about it.
 * The functions of domains.def have the shape of driver slots and go straight into the
 * tables of drivers; they read conn->guests.
 * Called by: driver tables, the verbs of drivers.  domain_turn() waits for its turn,
 * domain_take_name() for what saves the definition.
 */
#pragma once

#include "core/registry.h"
#include "driver/driver.h"

/* Declared with the very type of the slot: a wrong signature does not compile. */
#define SLOT(name) __typeof__(*((struct hypervisor_ops *)0)->name) domains_##name;
#include "driver/domains.def"
#undef SLOT

void view_to_ref(const struct vm_view *view, struct domain_ref *ref);
bool view_matches_list_flags(const struct vm_view *view, unsigned flags);

/* -1 with VIR_ERR_INVALID_ARG, from the file's ERR_FROM, when a flag outside `allowed` is set. */
#define flags_check(flags, allowed, api, err) flags_check_from(ERR_FROM, (flags), (allowed), (api), (err))
int flags_check_from(int domain, unsigned flags, unsigned allowed, const char *api, struct err *err);
int err_not_running(struct err *err);

/* Looks the vm up and begins a turn on it. */
int domain_turn(struct drv_conn *conn, const struct domain_ref *dom, enum turn_class klass,
                enum turn_need need, const char *api, struct turn **turn, struct err *err) TURN_WAITS;
/* The view only. */
const struct vm_view *domain_view(struct drv_conn *conn, const struct domain_ref *dom, struct err *err);

/* VIR_DOMAIN_AFFECT_*: what a call with CURRENT means now; checks running and
 * persistent. */
struct affect { bool live, config; };
int domain_affect(const struct vm_view *view, unsigned flags, struct affect *affect, struct err *err);

/* The one that they name; both at once is VIR_ERR_INVALID_ARG.  Borrowed from the view; NULL with err. */
const struct domain_def *domain_one_def(const struct vm_view *view, unsigned flags, struct err *err);

/* virDomainLifecycle and virDomainLifecycleAction: -1 for what makes no sense. */
int lifecycle_action_check(unsigned type, unsigned action, struct err *err);
void def_set_lifecycle_action(struct domain_def *def, unsigned type, unsigned action);

/* virDomainGetInfo(): `memory` in KiB, `cpu_time` in ns are the driver's to know. */
void domain_info(const struct vm_view *view, unsigned long memory, unsigned long long cpu_time,
                 virDomainInfoPtr info);

/* The turn of a virDomainRename() in the driver `from` (VIR_FROM_*): its guest is off.  NULL with err. */
struct turn *domain_turn_rename(struct drv_conn *conn, const struct domain_ref *dom, int from,
                                struct err *err) TURN_WAITS;

/* Gives the guest of a turn another name, which the caller has found to be a good one.  `save` writes
 * the definition where it is kept (NULL: nowhere) and may wait; when it fails the old name comes back. */
typedef int (*domain_saver)(struct turn *turn, const struct domain_def *def, const char *old_name,
                            struct err *err) TURN_WAITS;
int domain_take_name(struct turn *turn, const char *new_name, domain_saver save, struct err *err) TURN_WAITS;

struct event *domain_event(const struct vm_view *view, enum event_family family, int id);
struct event *domain_lifecycle(const struct vm_view *view, int type, int detail);
