/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * guest: helpers that all verbs share.
 *
 * Called by: the verbs.  Only domain_turn() waits (for its turn).
 */
#include "drivers/qemu/guest.h"

#include "core/executor.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

static void
guest_pub_free(struct vm_extra *extra)
{
    struct guest_pub *pub = (struct guest_pub *)extra;

    g_free(pub);
}

struct guest_pub *
guest_pub_copy(const struct guest_pub *old, size_t nvcpus)
{
    struct guest_pub *pub = g_malloc0(sizeof(*pub) + nvcpus * sizeof(pub->vcpus[0]));

    if (old) {
        memcpy((char *)pub + sizeof(pub->extra), (const char *)old + sizeof(old->extra),
               sizeof(*old) - sizeof(old->extra));
        memcpy(pub->vcpus, old->vcpus, MIN(nvcpus, old->nvcpus) * sizeof(pub->vcpus[0]));
    }
    pub->nvcpus = nvcpus;
    atomic_init(&pub->extra.refs, 1);
    pub->extra.free = guest_pub_free;
    return pub;
}

unsigned long long
guest_pub_cpu_time(const struct guest_pub *pub)
{
    struct timespec ts;

    /* One system call for the sum over all threads. */
    if (!pub || pub->pid <= 0 || clock_gettime(pub->cpu_clock, &ts) < 0)
        return 0;
    return (unsigned long long)ts.tv_sec * 1000000000ull + (unsigned long long)ts.tv_nsec;
}

struct job {
    struct work work;
    void (*fn)(void *arg);
    void *arg;
};

static void
job_run(struct work *work)
{
    struct job *job = (struct job *)work;

    job->fn(job->arg);
}

static void
job_done(struct work *work)
{
    g_free(work);
}

void
driver_spawn(struct qemu_driver *drv, void (*fn)(void *arg), void *arg)
{
    struct job *job = g_new0(struct job, 1);

    job->work.run = job_run;
    job->work.done = job_done;
    job->work.urgent = true;
    job->fn = fn;
    job->arg = arg;
    executor_submit(drv->executor, &job->work);
}
