/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * domains: see domains.h.  Look-ups, flags, events.
 */
#include "driver/domains.h"

#include "model/devices.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN

int
flags_check_from(int domain, unsigned flags, unsigned allowed, const char *api, struct err *err)
{
    if (flags & ~allowed)
        return err_set_from(err, domain, VIR_ERR_INVALID_ARG, "unsupported flags (0x%x) in function %s",
                            flags & ~allowed, api);
    return 0;
}

int
err_not_running(struct err *err)
{
    return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_OPERATION_INVALID, "domain is not running");
}

int
domain_turn(struct drv_conn *conn, const struct domain_ref *dom, enum turn_class klass, enum turn_need need,
           const char *api, struct turn **turn, struct err *err)
{
    VM_AUTO vm = registry_by_ref(conn->guests, dom, err);
    struct turn_request req = { .turn_class = klass, .need = need, .api = api };

    if (!vm)
        return -1;
    return turn_begin(vm, &req, turn, err);
}

const struct vm_view *
domain_view(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return registry_view(conn->guests, dom, err);
}

int
domain_affect(const struct vm_view *view, unsigned flags, struct affect *affect, struct err *err)
{
    bool active = vm_view_is_active(view);

    affect->live = flags & VIR_DOMAIN_AFFECT_LIVE;
    affect->config = flags & VIR_DOMAIN_AFFECT_CONFIG;
    if (!affect->live && !affect->config) {
        affect->live = active;
        affect->config = !active;
    }
    if (affect->live && !active)
        return err_not_running(err);
    if (affect->config && !view->persistent)
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_OPERATION_INVALID,
                            "guest '%s' is transient and has no persistent definition to change", view->name);
    return 0;
}

const struct domain_def *
domain_one_def(const struct vm_view *view, unsigned flags, struct err *err)
{
    struct affect affect;

    if ((flags & VIR_DOMAIN_AFFECT_LIVE) && (flags & VIR_DOMAIN_AFFECT_CONFIG)) {
        err_set(err, VIR_ERR_INVALID_ARG,
                "this is about the running guest or its definition, not about both at once");
        return NULL;
    }
    if (domain_affect(view, flags, &affect, err) < 0)
        return NULL;
    return affect.live ? view->live : view->config;
}

/* ---- life-cycle actions --------------------------------------------------------------------- */

static const enum lifecycle_action actions[] = {
    [VIR_DOMAIN_LIFECYCLE_ACTION_DESTROY] = LIFECYCLE_ACTION_DESTROY,
    [VIR_DOMAIN_LIFECYCLE_ACTION_RESTART] = LIFECYCLE_ACTION_RESTART,
    [VIR_DOMAIN_LIFECYCLE_ACTION_RESTART_RENAME] = LIFECYCLE_ACTION_RENAME_RESTART,
    [VIR_DOMAIN_LIFECYCLE_ACTION_PRESERVE] = LIFECYCLE_ACTION_PRESERVE,
    [VIR_DOMAIN_LIFECYCLE_ACTION_COREDUMP_DESTROY] = LIFECYCLE_ACTION_COREDUMP_DESTROY,
    [VIR_DOMAIN_LIFECYCLE_ACTION_COREDUMP_RESTART] = LIFECYCLE_ACTION_COREDUMP_RESTART,
};

int
lifecycle_action_check(unsigned type, unsigned action, struct err *err)
{
    if (type > VIR_DOMAIN_LIFECYCLE_CRASH || action >= G_N_ELEMENTS(actions))
        return err_set(err, VIR_ERR_INVALID_ARG, "there is no life-cycle action %u for %u", action, type);
    if (type != VIR_DOMAIN_LIFECYCLE_CRASH && action >= VIR_DOMAIN_LIFECYCLE_ACTION_COREDUMP_DESTROY)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "a core dump can only follow a crash");
    return 0;
}

void
def_set_lifecycle_action(struct domain_def *def, unsigned type, unsigned action)
{
    if (type == VIR_DOMAIN_LIFECYCLE_POWEROFF)
        def->on_poweroff = actions[action];
    else if (type == VIR_DOMAIN_LIFECYCLE_REBOOT)
        def->on_reboot = actions[action];
    else
        def->on_crash = actions[action];
}

struct event *
domain_event(const struct vm_view *view, enum event_family family, int id)
{
    struct event *ev = event_new(family, id);

    ev->about.domain.name = g_strdup(view->name);
    memcpy(ev->about.domain.uuid, view->uuid, UUID_LEN);
    ev->about.domain.id = view->id;
    return ev;
}

struct event *
domain_lifecycle(const struct vm_view *view, int type, int detail)
{
    struct event *ev = domain_event(view, EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_LIFECYCLE);

    ev->u.lifecycle.event = type;
    ev->u.lifecycle.detail = detail;
    return ev;
}

/* ---- look-ups ------------------------------------------------------------------------------- */

static int
found(struct vm *vm, struct domain_ref *result)
{
    VM_AUTO owned = vm;
    VIEW_AUTO view = NULL;

    if (!owned)
        return -1;
    view = vm_view_get(owned);
    if (!view)
        return -1;
    view_to_ref(view, result);
    return 0;
}

void
view_to_ref(const struct vm_view *view, struct domain_ref *ref)
{
    ref->name = g_strdup(view->name);
    memcpy(ref->uuid, view->uuid, UUID_LEN);
    ref->id = view->id;
}

int
domains_domain_lookup_by_id(struct drv_conn *conn, int id, struct domain_ref *result, struct err *err)
{
    return found(registry_by_id(conn->guests, id, err), result);
}

int
domains_domain_lookup_by_name(struct drv_conn *conn, const char *name, struct domain_ref *result,
                              struct err *err)
{
    return found(registry_by_name(conn->guests, name, err), result);
}

int
domains_domain_lookup_by_uuid(struct drv_conn *conn, const unsigned char *uuid, struct domain_ref *result,
                           struct err *err)
{
    return found(registry_by_uuid(conn->guests, uuid, err), result);
}

/* ---- from the view -------------------------------------------------------------------------- */

int
domains_domain_get_state(struct drv_conn *conn, const struct domain_ref *dom, int *state, int *reason,
                      unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;

    if (flags_check_from(registry_class(conn->guests)->err_domain, flags, 0, "virDomainGetState", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    *state = view->state;
    if (reason)
        *reason = view->reason;
    return 0;
}

int
domains_domain_is_active(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);

    return view ? vm_view_is_active(view) : -1;
}

int
domains_domain_is_persistent(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);

    return view ? view->persistent : -1;
}

int
domains_domain_get_max_memory(struct drv_conn *conn, const struct domain_ref *dom, unsigned long *result,
                              struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);

    if (!view)
        return -1;
    *result = def_max_memory(vm_view_def(view));
    return 0;
}

int
domains_domain_get_autostart(struct drv_conn *conn, const struct domain_ref *dom, int *autostart,
                             struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);

    if (!view)
        return -1;
    *autostart = view->autostart;
    return 0;
}

int
domains_domain_has_managed_save_image(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                                   struct err *err)
{
    VIEW_AUTO view = NULL;

    if (flags_check_from(registry_class(conn->guests)->err_domain, flags, 0, "virDomainHasManagedSaveImage",
                         err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    return view->managed_save;
}

void
domain_info(const struct vm_view *view, unsigned long memory, unsigned long long cpu_time,
            virDomainInfoPtr info)
{
    const struct domain_def *def = vm_view_def(view);

    memset(info, 0, sizeof(*info));
    info->state = (unsigned char)view->state;
    info->maxMem = def_max_memory(def);
    info->memory = memory;
    info->nrVirtCpu = (unsigned short)def_vcpus(def);
    info->cpuTime = cpu_time;
}

/* ---- another name --------------------------------------------------------------------------- */

struct turn *
domain_turn_rename(struct drv_conn *conn, const struct domain_ref *dom, int from, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainRename", &turn, err) < 0)
        return NULL;
    if (vm_view_is_active(turn_view(turn))) {
        err_set_from(err, from, VIR_ERR_OPERATION_INVALID,
                     "guest '%s' runs; only one that is off can be renamed", turn_view(turn)->name);
        return NULL;
    }
    return g_steal_pointer(&turn);
}

int
domain_take_name(struct turn *turn, const char *new_name, domain_saver save, struct err *err)
{
    const struct vm_view *old = turn_view(turn);
    struct domain_def *def = domain_def_copy(old->config);
    struct event *gone =
        domain_lifecycle(old, VIR_DOMAIN_EVENT_UNDEFINED, VIR_DOMAIN_EVENT_UNDEFINED_RENAMED);
    struct vm_change change = { .what = CHANGE_CONFIG };
    int ret;

    def->name = model_str(def, new_name);
    change.config = domain_def_copy(def);
    /* The name is taken first, so that two who want it do not both write its file. */
    ret = registry_rename(turn, new_name, &change, err);
    if (ret == 0 && save && (ret = save(turn, def, old->name, err)) < 0) {
        err_context(err, "cannot rename guest '%s'", old->name);
        change.config = domain_def_copy(old->config);
        if (registry_rename(turn, old->name, &change, NULL) < 0)
            err_context(err, "guest '%s' could not be given its old name back", new_name);
    }
    domain_def_unref(def);
    if (ret < 0) {
        event_unref(gone);
        return -1;
    }
    turn_emit(turn, gone);
    turn_emit(turn,
              domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_DEFINED, VIR_DOMAIN_EVENT_DEFINED_RENAMED));
    return 0;
}

/* ---- events --------------------------------------------------------------------------------- */

int
domains_connect_domain_event_register_any(struct drv_conn *conn, const struct event_filter *filter,
                                       event_deliver deliver, void *opaque, event_free_opaque free_opaque,
                                       struct err *err)
{
    return event_hub_subscribe(registry_hub(conn->guests), filter, deliver, opaque, free_opaque);
}

int
domains_connect_domain_event_deregister_any(struct drv_conn *conn, int callback_id, struct err *err)
{
    if (event_hub_unsubscribe(registry_hub(conn->guests), callback_id) < 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "no event callback %d is registered", callback_id);
    return 0;
}
