/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-host: what the processor can do that this program runs on.  See cpu-models.h.
 *
 * Called by: capabilities, comparisons.  Waits for the kernel only.
 */
#include "driver/cpu-models.h"

#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)

#include <cpuid.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

/* From the processor itself, where the kernel lets us read it, else what KVM says of it. */
static uint64_t
read_msr(uint32_t number)
{
    uint64_t value = 0;
    int fd = open("/dev/cpu/0/msr", O_RDONLY | O_CLOEXEC);
    bool done = fd >= 0 && pread(fd, &value, sizeof(value), number) == sizeof(value);

    if (fd >= 0)
        close(fd);
    if (!done && (fd = open("/dev/kvm", O_RDWR | O_CLOEXEC)) >= 0) {
        g_autofree struct kvm_msrs *msrs = g_malloc0(sizeof(*msrs) + sizeof(msrs->entries[0]));

        msrs->nmsrs = 1;
        msrs->entries[0].index = number;
        done = ioctl(fd, KVM_GET_MSRS, msrs) == 1;
        value = msrs->entries[0].data;
        close(fd);
    }
    return done ? value : 0;
}

static uint32_t
read_register(const struct cpu_register *r)
{
    uint32_t v[4] = { 0 };

    if (r->leaf > (uint32_t)__get_cpuid_max(r->leaf & 0x80000000, NULL))
        return 0;
    __cpuid_count(r->leaf, r->sub, v[0], v[1], v[2], v[3]);
    return v[r->reg - CPU_EAX];
}

bool
cpu_host(struct cpu_set *set, const char **vendor)
{
    uint32_t max, v[3];
    char id[13] = "";
    bool lists[2];              /* MSRs that exist only where CPUID says so */

    *set = (struct cpu_set){ { 0 } };
    for (const struct cpu_register *r = cpu_registers; r->n; r++)
        if (r->reg != CPU_MSR)
            cpu_set_add_register(set, r->leaf, r->sub, r->reg, read_register(r));
    lists[0] = cpu_set_has_name(set, "arch-capabilities");
    lists[1] = cpu_set_has_name(set, "core-capability");
    for (const struct cpu_register *r = cpu_registers; r->n; r++)
        if (r->reg == CPU_MSR && lists[r->leaf == 0xcf])
            cpu_set_add_register(set, r->leaf, r->sub, r->reg, read_msr(r->leaf));
    __cpuid(0, max, v[0], v[2], v[1]);
    memcpy(id, v, sizeof(v));
    *vendor = cpu_vendor_name(id);
    return max > 0;
}

#else

bool
cpu_host(struct cpu_set *set, const char **vendor)
{
    return false;
}

#endif
