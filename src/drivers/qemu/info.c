/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * info: what is known of a guest without asking it.
 *
 * Called by: the I/O thread.  Nothing here waits: everything is in the view;
 * CPU time is one system call on the process's clock.
 */
#include "drivers/qemu/verbs.h"

#include "base/clock.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

unsigned long long
view_memory(const struct vm_view *view)
{
    const struct guest_pub *pub = view_pub(view);
    const struct domain_def *def = vm_view_def(view);

    if (pub && pub->has_balloon && pub->balloon_kib)
        return pub->balloon_kib;
    /* A running guest without balloon has all of it. */
    return pub && !pub->has_balloon ? def_max_memory(def) : def_memory(def);
}

int
qemu_domain_get_info(struct drv_conn *conn, const struct domain_ref *dom, virDomainInfoPtr info,
                     struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);

    if (!view)
        return -1;
    domain_info(view, view_memory(view), guest_pub_cpu_time(view_pub(view)), info);
    return 0;
}

int
qemu_domain_get_control_info(struct drv_conn *conn, const struct domain_ref *dom,
                             virDomainControlInfoPtr info, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    VM_AUTO vm = NULL;
    struct vm_holder holder;

    if (flags_check(flags, 0, "virDomainGetControlInfo", err) < 0 ||
        !(vm = registry_by_ref(conn_driver(conn)->registry, dom, err)) || !(view = vm_view_get(vm)))
        return -1;
    if (!vm_view_is_active(view))
        return err_not_running(err);
    memset(info, 0, sizeof(*info));
    if (view->unresponsive_since) {
        info->state = VIR_DOMAIN_CONTROL_ERROR;
        info->details = VIR_DOMAIN_CONTROL_ERROR_REASON_MONITOR;
        info->stateTime = (unsigned long long)((clock_now() - view->unresponsive_since) / NSEC_PER_MSEC);
    } else if (vm_get_holder(vm, &holder)) {
        info->state = holder.job_operation ? VIR_DOMAIN_CONTROL_JOB : VIR_DOMAIN_CONTROL_OCCUPIED;
        info->stateTime = (unsigned long long)((clock_now() - holder.since) / NSEC_PER_MSEC);
    }
    return 0;
}

int
qemu_domain_is_updated(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);
    const struct guest_pub *pub;

    if (!view)
        return -1;
    pub = view_pub(view);
    return pub && pub->updated;
}

int
qemu_domain_get_os_type(struct drv_conn *conn, const struct domain_ref *dom, char **result, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);
    const struct domain_def *def;

    if (!view)
        return -1;
    def = vm_view_def(view);
    *result = g_strdup(def->os && def->os->type ? os_type_str(def->os->type) : "hvm");
    return 0;
}

int
qemu_domain_get_vcpus_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                            struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def;
    struct affect affect;

    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG | VIR_DOMAIN_VCPU_MAXIMUM |
                    VIR_DOMAIN_VCPU_GUEST, "virDomainGetVcpusFlags", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    if ((flags & VIR_DOMAIN_AFFECT_LIVE) && (flags & VIR_DOMAIN_AFFECT_CONFIG))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "a count can be read of the running guest or of its definition, not of both at once");
    if (flags & VIR_DOMAIN_VCPU_GUEST) {
        if (!vm_view_is_active(view))
            return err_set(err, VIR_ERR_INVALID_ARG,
                           "what the guest agent sees of vCPUs can only be asked of a running guest");
        return err_set(err, VIR_ERR_AGENT_UNRESPONSIVE, "the guest agent of '%s' is not connected",
                       view->name);
    }
    if (domain_affect(view, flags, &affect, err) < 0)
        return -1;
    def = affect.live ? view->live : view->config;
    return (int)(flags & VIR_DOMAIN_VCPU_MAXIMUM ? def_max_vcpus(def) : def_vcpus(def));
}

int
qemu_domain_get_max_vcpus(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return qemu_domain_get_vcpus_flags(conn, dom, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_VCPU_MAXIMUM, err);
}

int
qemu_domain_get_job_info(struct drv_conn *conn, const struct domain_ref *dom, virDomainJobInfoPtr info,
                         struct err *err)
{
    VIEW_AUTO view = NULL;
    VM_AUTO vm = registry_by_ref(conn_driver(conn)->registry, dom, err);
    struct vm_holder holder;

    if (!vm || !(view = vm_view_get(vm)))
        return -1;
    if (!vm_view_is_active(view))
        return err_not_running(err);
    memset(info, 0, sizeof(*info));
    if (vm_get_holder(vm, &holder) && holder.job_operation) {
        info->type = VIR_DOMAIN_JOB_UNBOUNDED;
        info->timeElapsed = (unsigned long long)((clock_now() - holder.since) / NSEC_PER_MSEC);
    }
    return 0;
}

int
qemu_domain_get_job_stats(struct drv_conn *conn, const struct domain_ref *dom, int *type,
                          virTypedParameterPtr *params, int *nparams, unsigned int flags, struct err *err)
{
    virDomainJobInfo info;

    if (flags_check(flags, VIR_DOMAIN_JOB_STATS_COMPLETED | VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED,
                    "virDomainGetJobStats", err) < 0)
        return -1;
    if (flags & VIR_DOMAIN_JOB_STATS_COMPLETED) {
        memset(&info, 0, sizeof(info));
        VIEW_AUTO view = domain_view(conn, dom, err);

        if (!view)
            return -1;
    } else if (qemu_domain_get_job_info(conn, dom, &info, err) < 0) {
        return -1;
    }
    *type = info.type;
    *params = NULL;
    *nparams = 0;
    return 0;
}
