/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-calls: the driver's calls that compare processors: with the host's, and with what an emulator makes.
 * Waits: for probing, the first time after an upgrade; else for nobody.
 */
#include "drivers/qemu/verbs.h"

#include "driver/cpu-calls.h"
#include "drivers/qemu/capabilities.h"
#include "drivers/qemu/cpu.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

#define COMPARE_FLAGS (VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE | VIR_CONNECT_COMPARE_CPU_VALIDATE_XML)
#define BASELINE_FLAGS (VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES | VIR_CONNECT_BASELINE_CPU_MIGRATABLE)

int
qemu_connect_compare_cpu(struct drv_conn *conn, const char *xml, unsigned int flags, struct err *err)
{
    struct cpu_set has;
    const char *vendor;

    if (flags_check(flags, COMPARE_FLAGS, "virConnectCompareCPU", err) < 0)
        return -1;
    if (!cpu_host(&has, &vendor))
        return err_set(err, VIR_ERR_NO_SUPPORT, "what the processor of this host can do is not known");
    return cpu_compare(xml, &has, vendor, flags, err);
}

/* What the emulator of these words can give, and it itself. */
static struct qemu_caps *
emulator(struct drv_conn *conn, const char *path, const char *arch, const char *machine, const char *virttype,
         struct cpu_set *has, const char **vendor, enum qemu_accel *accel, struct err *err)
{
    bool kvm;
    struct qemu_caps *caps =
        qemu_offer(conn_driver(conn)->host, path, arch, machine, virttype, &arch, &kvm, err);

    if (!caps)
        return NULL;
    *accel = kvm ? QEMU_ACCEL_KVM : QEMU_ACCEL_TCG;
    if ((!strcmp(arch, "x86_64") || !strcmp(arch, "i686")) &&
        qemu_cpu_all(caps, *accel, has, vendor))
        return caps;
    err_set(err, VIR_ERR_OPERATION_UNSUPPORTED,
            "what processors emulator '%s' makes for %s guests is not known in their features", caps->binary,
            arch);
    qemu_caps_unref(caps);
    return NULL;
}

int
qemu_connect_compare_hypervisor_cpu(struct drv_conn *conn, const char *path, const char *arch,
                                    const char *machine, const char *virttype, const char *xml,
                                    unsigned int flags, struct err *err)
{
    struct cpu_set has;
    const char *vendor;
    enum qemu_accel accel;
    struct qemu_caps *caps;

    if (flags_check(flags, COMPARE_FLAGS, "virConnectCompareHypervisorCPU", err) < 0 ||
        !(caps = emulator(conn, path, arch, machine, virttype, &has, &vendor, &accel, err)))
        return -1;
    qemu_caps_unref(caps);
    return cpu_compare(xml, &has, vendor, flags, err);
}

/* Features of processors that QEMU has no name for: guests do not get them. */
static void
nameless(struct cpu_set *set)
{
    static const char *const names[] = { "osxsave", "ospke", "cmt", "mbm_total", "mbm_local" };

    *set = (struct cpu_set){ { 0 } };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        cpu_set_add(set, names[i]);
}

int
qemu_connect_baseline_cpu(struct drv_conn *conn, const char **xml, unsigned int n, unsigned int flags,
                          char **result, struct err *err)
{
    struct cpu_set without;

    if (flags_check(flags, BASELINE_FLAGS, "virConnectBaselineCPU", err) < 0)
        return -1;
    nameless(&without);
    return cpu_baseline(xml, n, flags, &without, NULL, result, err);
}

int
qemu_connect_baseline_hypervisor_cpu(struct drv_conn *conn, const char *path, const char *arch,
                                     const char *machine, const char *virttype, const char **xml,
                                     unsigned int n, unsigned int flags, char **result, struct err *err)
{
    struct cpu_set has;
    const char *vendor;
    struct qemu_maker maker;
    enum qemu_accel accel;
    struct qemu_caps *caps;
    int r;

    if (flags_check(flags, BASELINE_FLAGS, "virConnectBaselineHypervisorCPU", err) < 0 ||
        cpu_check(xml, n, err) < 0 ||
        !(caps = emulator(conn, path, arch, machine, virttype, &has, &vendor, &accel, err)))
        return -1;
    maker = qemu_maker_of(caps, accel);
    nameless(&has);
    r = cpu_baseline(xml, n, flags, &has, &maker.maker, result, err);
    qemu_caps_unref(caps);
    return r;
}
