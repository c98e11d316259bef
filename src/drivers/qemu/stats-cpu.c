/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stats-cpu: processor time of a guest's threads.
 *
 * Called by: statistics, vcpu info.  Reads /proc; nothing here waits for a guest.
 */
#include "base/file.h"
#include "drivers/qemu/stats.h"
#include "drivers/qemu/verbs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

static bool
read_proc(pid_t pid, pid_t tid, const char *file, char **text)
{
    char path[96];

    if (tid)
        g_snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, file);
    else
        g_snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
    return file_read_quiet(AT_FDCWD, path, 1 << 16, text) > 0;
}

bool
thread_read_times(pid_t pid, pid_t tid, struct thread_times *times)
{
    g_autofree char *stat = NULL;
    g_autofree char *schedstat = NULL;
    unsigned long long user, system, tick = 1000000000ull / (unsigned long long)sysconf(_SC_CLK_TCK);
    const char *p;
    int cpu = 0;

    memset(times, 0, sizeof(*times));
    if (!read_proc(pid, tid, "stat", &stat) || !(p = strrchr(stat, ')')) ||
        sscanf(
            p + 2,
            "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %*u %*u %*d %*u "
            "%*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*d %d",
            &user, &system, &cpu) != 3)
        return false;
    times->user = user * tick;
    times->system = system * tick;
    times->time = times->user + times->system;
    times->cpu = cpu;
    if (read_proc(pid, tid, "schedstat", &schedstat))
        sscanf(schedstat, "%*u %llu", &times->delay);
    if (tid) {
        g_autofree char *sched = NULL;
        double wait;

        if (read_proc(pid, tid, "sched", &sched) && (p = strstr(sched, "wait_sum")) && (p = strchr(p, ':')) &&
            sscanf(p + 1, "%lf", &wait) == 1)
            times->wait = (unsigned long long)(wait * 1000000);
    }
    return true;
}

static bool
add(virTypedParameterPtr params, unsigned room, unsigned *n, const char *name, unsigned long long value)
{
    if (*n >= room)
        return false;
    g_strlcpy(params[*n].field, name, sizeof(params[*n].field));
    params[*n].type = VIR_TYPED_PARAM_ULLONG;
    params[(*n)++].value.ul = value;
    return true;
}

/* Total only (start -1); a host without cpuacct counts nothing per processor. */
int
qemu_domain_get_cpu_stats(struct drv_conn *conn, const struct domain_ref *dom, virTypedParameterPtr params,
                          unsigned int nparams, int start_cpu, unsigned int ncpus, unsigned int flags,
                          struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct guest_pub *pub;
    struct thread_times times;
    unsigned n = 0, online = (unsigned)sysconf(_SC_NPROCESSORS_CONF);
    unsigned long long per_cpu[2];

    if (flags_check(flags, VIR_TYPED_PARAM_STRING_OKAY, "virDomainGetCPUStats", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    pub = view_pub(view);
    if (!pub)
        return err_not_running(err);
    if (start_cpu == -1) {
        if (nparams == 0)
            return 3;
        if (!thread_read_times(pub->pid, 0, &times))
            return err_set(err, VIR_ERR_OPERATION_FAILED, "cannot read the processor times of process %d",
                           pub->pid);
        add(params, nparams, &n, VIR_DOMAIN_CPU_STATS_CPUTIME, guest_pub_cpu_time(pub));
        add(params, nparams, &n, VIR_DOMAIN_CPU_STATS_USERTIME, times.user);
        add(params, nparams, &n, VIR_DOMAIN_CPU_STATS_SYSTEMTIME, times.system);
        return (int)n;
    }
    if (nparams == 0 && ncpus != 0)
        return 2;
    if (ncpus == 0)
        return (int)online;
    if ((unsigned)start_cpu >= online)
        return err_set(err, VIR_ERR_INVALID_ARG, "there is no processor %d; the host has %u", start_cpu,
                       online);
    /* By the processor each thread ran on last: the kernel keeps no closer account
     * of a process without a cpuacct group. */
    for (unsigned c = 0; c < ncpus && start_cpu + c < online; c++) {
        g_autofree char *path = g_strdup_printf("/proc/%d/task", pub->pid);
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        const char *name;
        unsigned at = 0;

        per_cpu[0] = per_cpu[1] = 0;
        while (dir && (name = g_dir_read_name(dir))) {
            pid_t tid = atoi(name);

            if (tid <= 0 || !thread_read_times(pub->pid, tid, &times) || times.cpu != (int)(start_cpu + c))
                continue;
            per_cpu[0] += times.time;
            for (size_t v = 0; v < pub->nvcpus; v++)
                if (pub->vcpus[v].tid == tid)
                    per_cpu[1] += times.time;
        }
        add(params + c * nparams, nparams, &at, VIR_DOMAIN_CPU_STATS_CPUTIME, per_cpu[0]);
        add(params + c * nparams, nparams, &at, VIR_DOMAIN_CPU_STATS_VCPUTIME, per_cpu[1]);
        n = at;
    }
    return (int)n;
}
