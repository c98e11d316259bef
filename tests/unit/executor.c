/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * executor: limits per client and guest, and that stuck guests hold up nobody.
 */
#include "core/executor.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int running, most, finished, gone;
static bool gate_open;

struct job { struct work work; bool waits; };

static void
job_run(struct work *work)
{
    struct job *job = (struct job *)work;
    pthread_mutex_lock(&lock);
    running++;
    most = MAX(most, running);
    pthread_cond_broadcast(&changed);
    while (job->waits && !gate_open)
        pthread_cond_wait(&changed, &lock);
    running--;
    finished++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void
job_done(struct work *work)
{
    g_free(work);
    pthread_mutex_lock(&lock);
    gone++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static struct job *
job_new(struct exec_lane *lane, int guest, bool waits)
{
    struct job *job = g_new0(struct job, 1);
    job->work = (struct work){ .run = job_run, .done = job_done, .lane = lane, .has_guest = guest > 0 };
    memset(job->work.guest, guest, UUID_LEN);
    job->waits = waits;
    return job;
}

static void
reset(void)
{
    running = most = finished = gone = 0;
    gate_open = false;
}

static void
await(const int *what, int value)
{
    pthread_mutex_lock(&lock);
    while (*what < value)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void
open_gate(void)
{
    pthread_mutex_lock(&lock);
    gate_open = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void
test_client_limit(void)
{
    reset();
    struct executor *ex = executor_new(NULL);
    struct exec_lane lane = { .limit = 3 };
    for (int i = 0; i < 1000; i++)
        executor_submit(ex, &job_new(&lane, 0, i < 3)->work);
    await(&running, 3);
    g_assert_cmpint(finished, ==, 0);
    open_gate();
    await(&gone, 1000);
    g_assert_cmpint(most, <=, 3);
    executor_free(ex);
    g_assert_cmpint(lane.running, ==, 0);
    g_assert_cmpint(lane.queued, ==, 0);
}

static void
test_stuck_guests(void)
{
    reset();
    struct executor *ex = executor_new(&(struct executor_config){ .per_guest = 2 });
    struct exec_lane lanes[25] = { { 0 } }, healthy = { .limit = 5 };
    /* Each of 25 guests hangs, with many more calls to it behind. */
    for (int g = 0; g < 25; g++)
        for (int i = 0; i < 10; i++)
            executor_submit(ex, &job_new(&lanes[g], g + 1, true)->work);
    await(&running, 50);
    g_assert_cmpint(finished, ==, 0);
    for (int i = 0; i < 100; i++)
        executor_submit(ex, &job_new(&healthy, 200, false)->work);
    await(&gone, 100);
    struct executor_stats stats;
    executor_get_stats(ex, &stats);
    g_assert_cmpint(stats.threads, <=, 55);
    /* Urgent work reaches a stuck guest. */
    struct job *destroy = job_new(&lanes[0], 1, false);
    destroy->work.urgent = true;
    executor_submit(ex, &destroy->work);
    await(&gone, 101);
    open_gate();
    await(&gone, 351);
    executor_free(ex);
}

static void
test_cancel(void)
{
    reset();
    struct executor *ex = executor_new(NULL);
    struct exec_lane lane = { .limit = 1 };
    for (int i = 0; i < 10; i++)
        executor_submit(ex, &job_new(&lane, 0, true)->work);
    await(&running, 1);
    int n = 0;
    for (struct work *w = executor_cancel(ex, &lane), *next; w; w = next, n++) {
        next = w->next;
        g_free(w);
    }
    g_assert_cmpint(n, ==, 9);
    open_gate();
    await(&gone, 1);
    executor_free(ex);
    g_assert_cmpint(finished, ==, 1);
}

static void
test_pause(void)
{
    reset();
    struct executor *ex = executor_new(NULL);
    struct exec_lane lane = { .limit = 4 };
    executor_pause(ex, &lane, true);
    for (int i = 0; i < 10; i++)
        executor_submit(ex, &job_new(&lane, 0, false)->work);
    struct job *urgent = job_new(&lane, 0, false);
    urgent->work.urgent = true;
    executor_submit(ex, &urgent->work);
    await(&gone, 1);
    g_assert_cmpint(lane.queued, ==, 10);
    executor_pause(ex, &lane, false);
    await(&gone, 11);
    executor_free(ex);
}

static void
test_few_threads(void)
{
    reset();
    struct executor *ex = executor_new(&(struct executor_config){ .max_threads = 2 });
    for (int i = 0; i < 500; i++)
        executor_submit(ex, &job_new(NULL, i % 200 + 1, false)->work);
    executor_free(ex); /* runs what is queued */
    g_assert_cmpint(gone, ==, 500);
    g_assert_cmpint(most, <=, 2);
}

/* What is urgent has threads of its own when all others are busy, and they do nothing else. */
static void
test_spare(void)
{
    reset();
    struct executor *ex = executor_new(&(struct executor_config){ .max_threads = 2, .spare = 1 });
    for (int i = 0; i < 2; i++)
        executor_submit(ex, &job_new(NULL, 0, true)->work);
    await(&running, 2);
    executor_submit(ex, &job_new(NULL, 0, false)->work); /* has to wait */
    struct job *urgent = job_new(NULL, 0, false);
    urgent->work.urgent = true;
    executor_submit(ex, &urgent->work);
    await(&gone, 1);
    struct executor_stats stats;
    executor_get_stats(ex, &stats);
    g_assert_cmpint(stats.queued, ==, 1);
    open_gate();
    await(&gone, 4);
    executor_free(ex);
}

/* Threads that were needed once stay, as many as shall; fewer shall later. */
static void
test_kept(void)
{
    reset();
    struct executor *ex = executor_new(&(struct executor_config){ .idle_ms = 1, .min_threads = 3 });
    for (int i = 0; i < 8; i++)
        executor_submit(ex, &job_new(NULL, 0, true)->work);
    await(&running, 8);
    open_gate();
    struct executor_stats stats;
    do {
        g_usleep(2000);
        executor_get_stats(ex, &stats);
    } while (stats.threads > 3);
    g_usleep(20000);
    executor_get_stats(ex, &stats);
    g_assert_cmpint(stats.threads, ==, 3);
    executor_set_threads(ex, 2048, 0, 0);
    do {
        g_usleep(2000);
        executor_get_stats(ex, &stats);
    } while (stats.threads > 0);
    executor_free(ex);
}

static void
test_shrink(void)
{
    reset();
    struct executor *ex = executor_new(&(struct executor_config){ .idle_ms = 20, .max_idle = 4 });
    for (int i = 0; i < 50; i++)
        executor_submit(ex, &job_new(NULL, 0, true)->work);
    await(&running, 50);
    open_gate();
    struct executor_stats stats;
    do {
        g_usleep(2000);
        executor_get_stats(ex, &stats);
    } while (stats.threads > 0);
    g_assert_cmpint(stats.peak, ==, 50);
    executor_submit(ex, &job_new(NULL, 0, false)->work);
    await(&gone, 51);
    executor_free(ex);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/executor/client-limit", test_client_limit);
    g_test_add_func("/executor/stuck-guests", test_stuck_guests);
    g_test_add_func("/executor/cancel", test_cancel);
    g_test_add_func("/executor/pause", test_pause);
    g_test_add_func("/executor/few-threads", test_few_threads);
    g_test_add_func("/executor/spare", test_spare);
    g_test_add_func("/executor/kept", test_kept);
    g_test_add_func("/executor/shrink", test_shrink);
    return g_test_run();
}
