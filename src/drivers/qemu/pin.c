/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * pin: on which of the host's processors a guest's threads may run.
 *
 * Called by: clients; start applies what the definition says.  Setting waits
 * for the disk; nothing waits for QEMU: its threads are known.
 */
#include "base/bitmap.h"
#include "base/log.h"
#include "base/typed_params.h"
#include "drivers/qemu/verbs.h"
#include "model/tune.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU
LOG_FROM("qemu.pin");

static size_t
host_cpus(void)
{
    return (size_t)sysconf(_SC_NPROCESSORS_CONF);
}

static int
set_affinity(pid_t tid, const char *cpuset, struct err *err)
{
    struct bitmap *map = bitmap_parse(cpuset, CPU_SETSIZE, err);
    cpu_set_t set;

    if (!map)
        return -1;
    CPU_ZERO(&set);
    for (ssize_t cpu = bitmap_next(map, -1); cpu >= 0; cpu = bitmap_next(map, cpu))
        CPU_SET((size_t)cpu, &set);
    bitmap_free(map);
    if (sched_setaffinity(tid, sizeof(set), &set) < 0)
        return err_errno(err, errno, "cannot pin thread %d to the processors %s", tid, cpuset);
    return 0;
}

void
guest_apply_pins(const struct domain_def *def, const struct guest_pub *pub)
{
    ERR_AUTO err = ERR_INIT;

    for (size_t i = 0; i < pub->nvcpus; i++) {
        const char *cpuset = def_cpu_pin(def, pub->vcpus[i].index);

        if (cpuset && set_affinity(pub->vcpus[i].tid, cpuset, &err) < 0)
            log_warn("guest '%s': %s", def->name, err_message(&err));
        err_clear(&err);
    }
    if (def_cpu_pin(def, -1) && set_affinity(pub->pid, def_cpu_pin(def, -1), &err) < 0)
        log_warn("guest '%s': %s", def->name, err_message(&err));
}

static int
pin_view(struct drv_conn *conn, const struct domain_ref *dom, unsigned flags, const char *api,
         const struct vm_view **view, const struct domain_def **def, struct err *err)
{
    struct affect affect;

    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG, api, err) < 0 ||
        !(*view = domain_view(conn, dom, err)) || domain_affect(*view, flags, &affect, err) < 0)
        return -1;
    *def = affect.live ? (*view)->live : (*view)->config;
    return 0;
}

int
qemu_domain_get_vcpu_pin_info(struct drv_conn *conn, const struct domain_ref *dom, int ncpumaps,
                              unsigned char *cpumaps, int maplen, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def;
    int n;

    if (pin_view(conn, dom, flags, "virDomainGetVcpuPinInfo", &view, &def, err) < 0)
        return -1;
    n = MIN(ncpumaps, (int)def_max_vcpus(def));
    for (int i = 0; i < n; i++)
        cpuset_to_bytes(def_cpu_pin(def, i), host_cpus(), cpumaps + i * maplen, (size_t)maplen);
    return n;
}

int
qemu_domain_get_emulator_pin_info(struct drv_conn *conn, const struct domain_ref *dom, unsigned char *cpumaps,
                                  int maplen, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def;

    if (pin_view(conn, dom, flags, "virDomainGetEmulatorPinInfo", &view, &def, err) < 0)
        return -1;
    cpuset_to_bytes(def_cpu_pin(def, -1), host_cpus(), cpumaps, (size_t)maplen);
    return 1;
}

static void
tell(struct turn *turn, const char *name, const char *value)
{
    struct event *ev = domain_event(turn_view(turn), EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_TUNABLE);
    int max = 0;

    typed_params_add_string(&ev->u.params.params, &ev->u.params.nparams, &max, name, value);
    turn_emit(turn, ev);
}

/* vcpu -1: the emulator's own threads */
static int
set_pin(struct drv_conn *conn, const struct domain_ref *dom, int vcpu, const unsigned char *bytes, int n,
        unsigned flags, const char *api, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct affect affect;
    g_autofree char *cpuset = cpuset_from_bytes(bytes, (size_t)n);
    g_autofree char *name = NULL;
    const struct vm_view *view;

    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG, api, err) < 0)
        return -1;
    if (*cpuset == '\0')
        return err_set(err, VIR_ERR_INVALID_ARG, "an empty set of processors was given to pin to");
    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, api, &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    if (domain_affect(view, flags, &affect, err) < 0)
        return -1;
    if ((affect.live && vcpu >= (int)def_max_vcpus(view->live)) ||
        (affect.config && vcpu >= (int)def_max_vcpus(view->config)))
        return err_set(err, VIR_ERR_INVALID_ARG, "guest '%s' has no vCPU %d", view->name, vcpu);
    if (affect.live) {
        const struct guest_pub *pub = view_pub(view);
        struct domain_def *def;

        if (pub && vcpu < 0 && set_affinity(pub->pid, cpuset, err) < 0)
            return -1;
        for (size_t i = 0; pub && i < pub->nvcpus; i++)
            if (pub->vcpus[i].index == vcpu && set_affinity(pub->vcpus[i].tid, cpuset, err) < 0)
                return -1;
        def = domain_def_copy(view->live);
        def_set_cpu_pin(def, vcpu, cpuset);
        if (guest_save_live(turn, def, err) < 0)
            return -1;
        name = vcpu < 0 ? g_strdup(VIR_DOMAIN_TUNABLE_CPU_EMULATORPIN)
                        : g_strdup_printf("cputune.vcpupin%d", vcpu);
        tell(turn, name, cpuset);
    }
    if (affect.config) {
        struct domain_def *def = domain_def_copy(turn_config_def(turn));

        def_set_cpu_pin(def, vcpu, cpuset);
        return guest_save_config(turn, def, err);
    }
    return 0;
}

int
qemu_domain_pin_vcpu_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int vcpu,
                           unsigned char *cpumap, int maplen, unsigned int flags, struct err *err)
{
    return set_pin(conn, dom, (int)vcpu, cpumap, maplen, flags, "virDomainPinVcpuFlags", err);
}

int
qemu_domain_pin_vcpu(struct drv_conn *conn, const struct domain_ref *dom, unsigned int vcpu,
                     unsigned char *cpumap, int maplen, struct err *err)
{
    return set_pin(conn, dom, (int)vcpu, cpumap, maplen, VIR_DOMAIN_AFFECT_LIVE, "virDomainPinVcpu", err);
}

int
qemu_domain_pin_emulator(struct drv_conn *conn, const struct domain_ref *dom, unsigned char *cpumap,
                         int maplen, unsigned int flags, struct err *err)
{
    return set_pin(conn, dom, -1, cpumap, maplen, flags, "virDomainPinEmulator", err);
}
