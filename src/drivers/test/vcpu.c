/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * vcpu: how many processors a guest has, and on which ones of the host its threads may run.
 *
 * Called by: clients.  Waits: for a turn.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "model/devices.h"
#include "model/tune.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

#define AFFECT (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)
#define COUNT_FLAGS (AFFECT | VIR_DOMAIN_VCPU_MAXIMUM)

/* ---- counts --------------------------------------------------------------------------------- */

int
test_domain_get_vcpus_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                            struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def =
        test_read_one(conn, dom, flags, COUNT_FLAGS, "virDomainGetVcpusFlags", &view, err);

    if (!def)
        return -1;
    return (int)(flags & VIR_DOMAIN_VCPU_MAXIMUM ? def_max_vcpus(def) : def_vcpus(def));
}

int
test_domain_get_max_vcpus(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return test_domain_get_vcpus_flags(conn, dom, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_VCPU_MAXIMUM, err);
}

struct count { unsigned n; bool maximum; };

static int
edit_count(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct count *c = arg;

    if (c->maximum && !live) {
        def_set_max_vcpus(def, c->n);
        return 0;
    }
    if (c->n > def_max_vcpus(def))
        return err_set(err, VIR_ERR_INVALID_ARG, "%u vCPUs are more than guest '%s' can have, %u", c->n,
                       def->name, def_max_vcpus(def));
    def_set_vcpus(def, c->n);
    return 0;
}

int
test_domain_set_vcpus_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int n,
                            unsigned int flags, struct err *err)
{
    struct count count = { n, flags & VIR_DOMAIN_VCPU_MAXIMUM };

    if (flags_check(flags, COUNT_FLAGS, "virDomainSetVcpusFlags", err) < 0)
        return -1;
    if (n > TEST_MAX_VCPUS)
        return err_set(err, VIR_ERR_INVALID_ARG, "%u vCPUs are more than this hypervisor has, %d", n,
                       TEST_MAX_VCPUS);
    return test_edit(conn, dom, flags, COUNT_FLAGS, "virDomainSetVcpusFlags", edit_count, &count, err);
}

int
test_domain_set_vcpus(struct drv_conn *conn, const struct domain_ref *dom, unsigned int n, struct err *err)
{
    return test_domain_set_vcpus_flags(conn, dom, n, VIR_DOMAIN_AFFECT_LIVE, err);
}

int
test_domain_get_vcpus(struct drv_conn *conn, const struct domain_ref *dom, virVcpuInfoPtr info, int maxinfo,
                      unsigned char *cpumaps, int maplen, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);
    unsigned cpus = VIR_NODEINFO_MAXCPUS(test_conn(conn)->node);
    unsigned online;
    int n = 0;

    if (!view)
        return -1;
    if (!vm_view_is_active(view))
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' does not run: its vCPUs have no times",
                       view->name);
    online = def_vcpus(view->live);
    for (unsigned i = 0; i < online && n < maxinfo; i++, n++) {
        const char *cpuset = def_cpu_pin(view->live, (int)i);
        size_t len = (cpus + 7) / 8;
        g_autofree unsigned char *map = g_malloc0(len);
        struct bitmap *bits;

        cpuset_to_bytes(cpuset, cpus, map, len);
        bits = bitmap_from_bytes(map, len);
        if (info)
            info[n] = (virVcpuInfo){ .number = i, .state = VIR_VCPU_RUNNING, .cpu = (int)bitmap_last(bits),
                                     .cpuTime = (unsigned long long)g_get_real_time() / 10 };
        if (cpumaps)
            bitmap_to_bytes(bits, cpumaps + n * maplen, (size_t)maplen);
        bitmap_free(bits);
    }
    return n;
}

/* ---- pins ----------------------------------------------------------------------------------- */

int
test_domain_get_vcpu_pin_info(struct drv_conn *conn, const struct domain_ref *dom, int ncpumaps,
                              unsigned char *cpumaps, int maplen, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def =
        test_read_one(conn, dom, flags, ~0u, "virDomainGetVcpuPinInfo", &view, err);
    int n;

    if (!def)
        return -1;
    n = MIN(ncpumaps, (int)def_max_vcpus(def));
    for (int i = 0; i < n; i++)
        cpuset_to_bytes(def_cpu_pin(def, i), VIR_NODEINFO_MAXCPUS(test_conn(conn)->node),
                        cpumaps + i * maplen, (size_t)maplen);
    return n;
}

int
test_domain_get_emulator_pin_info(struct drv_conn *conn, const struct domain_ref *dom, unsigned char *cpumap,
                                  int maplen, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def =
        test_read_one(conn, dom, flags, AFFECT, "virDomainGetEmulatorPinInfo", &view, err);

    if (!def)
        return -1;
    cpuset_to_bytes(def_cpu_pin(def, -1), VIR_NODEINFO_MAXCPUS(test_conn(conn)->node), cpumap,
                    (size_t)maplen);
    return 1;
}

struct pin { int vcpu; char *cpuset; };

static int
edit_pin(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct pin *pin = arg;

    if (pin->vcpu < 0 && *pin->cpuset == '\0')
        return err_set(err, VIR_ERR_INVALID_ARG, "an empty set of processors was given to pin to");
    if (pin->vcpu >= (int)def_vcpus(def))
        return err_set(err, VIR_ERR_INVALID_ARG, "guest '%s' has no vCPU %d", def->name, pin->vcpu);
    def_set_cpu_pin(def, pin->vcpu, pin->cpuset);
    return 0;
}

int
test_domain_pin_vcpu(struct drv_conn *conn, const struct domain_ref *dom, unsigned int vcpu,
                     unsigned char *cpumap, int maplen, struct err *err)
{
    g_autofree char *cpuset = cpuset_from_bytes(cpumap, (size_t)maplen);
    struct pin pin = { (int)MIN(vcpu, G_MAXINT), cpuset };
    VIEW_AUTO view = domain_view(conn, dom, err);

    if (!view)
        return -1;
    if (!vm_view_is_active(view))
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' does not run: it has no vCPUs to pin",
                       view->name);
    return test_edit(conn, dom, VIR_DOMAIN_AFFECT_LIVE, AFFECT, "virDomainPinVcpu", edit_pin, &pin, err);
}

int
test_domain_pin_vcpu_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int vcpu,
                           unsigned char *cpumap, int maplen, unsigned int flags, struct err *err)
{
    if (flags_check(flags, 0, "virDomainPinVcpuFlags", err) < 0)
        return -1;
    return test_domain_pin_vcpu(conn, dom, vcpu, cpumap, maplen, err);
}

int
test_domain_pin_emulator(struct drv_conn *conn, const struct domain_ref *dom, unsigned char *cpumap,
                         int maplen, unsigned int flags, struct err *err)
{
    g_autofree char *cpuset = cpuset_from_bytes(cpumap, (size_t)maplen);
    struct pin pin = { -1, cpuset };

    return test_edit_one(conn, dom, flags, AFFECT, "virDomainPinEmulator", edit_pin, &pin, err);
}
