/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Many threads do to few guests whatever comes to mind, while their QEMUs are killed and
 * stopped: for the sanitizers.  Judged: everything returns, each refusal has a cause, lives
 * do not mix in the events, and in the end nothing is left.
 * Usage: qemu-stress [OPERATIONS-PER-THREAD]
 */
#include "qemu-world.h"

#define GUESTS 2
#define THREADS 6

static struct domain_ref doms[GUESTS];
static const char *const names[GUESTS] = { "red", "blue" };
static int per_thread = 60;
static atomic_int done, refused;
static pthread_mutex_t pids_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- events: started and stopped alternate, per guest --------------------------------------- */

static int alive[GUESTS], lives[GUESTS];
static uint64_t generation[GUESTS];

static void
deliver(struct event *ev, int id, void *opaque)
{
    int g = strcmp(ev->about.domain.name, names[0]) != 0;
    if (ev->u.lifecycle.event == VIR_DOMAIN_EVENT_STARTED) {
        g_assert_cmpint(alive[g], ==, 0);
        g_assert_cmpuint(ev->generation, >, generation[g]);
        generation[g] = ev->generation;
        alive[g] = 1;
        lives[g]++;
    } else if (ev->u.lifecycle.event == VIR_DOMAIN_EVENT_STOPPED) {
        alive[g] = 0;
    } else if (ev->u.lifecycle.event != VIR_DOMAIN_EVENT_DEFINED) {
        g_assert_cmpuint(ev->generation, >=, generation[g]);
    }
}

/* ---- operations ----------------------------------------------------------------------------- */

static void
signal_guest(int g, int sig)
{
    g_autofree char *path = g_strdup_printf("%s/libvirt/qemu/run/%s.pid", home, names[g]), *text = NULL;
    pthread_mutex_lock(&pids_lock);
    if (g_file_get_contents(path, &text, NULL, NULL) && atoi(text) > 1)
        kill(atoi(text), sig);
    pthread_mutex_unlock(&pids_lock);
}

static int
operate(int what, int g, struct err *err)
{
    const struct domain_ref *dom = &doms[g];
    virDomainMemoryStatStruct memory[VIR_DOMAIN_MEMORY_STAT_NR];
    virDomainBlockStatsStruct block;
    virDomainInfo info;
    g_autofree char *text = NULL;
    switch (what) {
    case 0: case 1: case 2:
        return HV->domain_create(&conn, dom, err);
    case 3:
        return HV->domain_destroy(&conn, dom, err);
    case 4:
        return HV->domain_suspend(&conn, dom, err);
    case 5: case 6:
        return HV->domain_resume(&conn, dom, err);
    case 7:
        return HV->domain_set_memory_flags(&conn, dom, 50000, VIR_DOMAIN_AFFECT_LIVE, err);
    case 8:
        return HV->domain_memory_stats(&conn, dom, memory, VIR_DOMAIN_MEMORY_STAT_NR, 0, err);
    case 9:
        return HV->domain_block_stats(&conn, dom, "vda", &block, sizeof(block), err);
    case 10:
        return HV->domain_get_info(&conn, dom, &info, err);
    case 11:
        return HV->domain_get_xml_desc(&conn, dom, 0, &text, err);
    case 12:
        return HV->domain_reset(&conn, dom, 0, err);
    case 13:
        signal_guest(g, SIGKILL);
        return 0;
    case 14:
        signal_guest(g, SIGSTOP);
        return 0;
    default:
        signal_guest(g, SIGCONT);
        return 0;
    }
}

static void *
worker(void *arg)
{
    unsigned seed = GPOINTER_TO_UINT(arg) * 7919u + (unsigned)g_test_rand_int();
    for (int i = 0; i < per_thread; i++) {
        ERR_AUTO err = ERR_INIT;
        int what = rand_r(&seed) % 18, g = rand_r(&seed) % GUESTS;
        if (operate(what, g, &err) < 0) {
            g_assert_cmpint(err.code, !=, VIR_ERR_OK);
            g_assert_true(err.message && *err.message);
            atomic_fetch_add(&refused, 1);
        }
        atomic_fetch_add(&done, 1);
    }
    return NULL;
}

/* Nobody stays stopped for long, or every call would take its deadline. */
static atomic_bool finished;

static void *
nurse(void *arg)
{
    while (!atomic_load(&finished)) {
        g_usleep(20000);
        for (int g = 0; g < GUESTS; g++)
            signal_guest(g, SIGCONT);
    }
    return NULL;
}

static void
stress(void)
{
    struct event_filter lifecycle = { .family = EVENT_DOMAIN, .id = VIR_DOMAIN_EVENT_ID_LIFECYCLE };
    int id = event_hub_subscribe(hub, &lifecycle, deliver, NULL, NULL);
    pthread_t threads[THREADS], night;
    for (size_t i = 0; i < THREADS; i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, worker, GUINT_TO_POINTER(i)), ==, 0);
    g_assert_cmpint(pthread_create(&night, NULL, nurse, NULL), ==, 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    atomic_store(&finished, true);
    pthread_join(night, NULL);
    for (int g = 0; g < GUESTS; g++)
        world_destroy(&doms[g]);
    world_no_child();
    event_hub_unsubscribe(hub, id);
    g_test_message("%d operations, %d refused, %d and %d lives", done, refused, lives[0], lives[1]);
    for (int g = 0; g < GUESTS; g++)
        g_assert_cmpint(alive[g], ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc > 1)
        per_thread = atoi(argv[1]);
    if (!world_begin(1500))
        return 0;
    for (int g = 0; g < GUESTS; g++)
        world_define(names[g], 0xa0 + g, &doms[g]);
    g_test_add_func("/qemu/stress", stress);
    int rc = g_test_run();
    for (int g = 0; g < GUESTS; g++)
        domain_ref_clear(&doms[g]);
    world_end();
    return rc;
}
