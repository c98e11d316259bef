/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Kill at wait, on the QEMU driver with a real QEMU: each wait of each life-cycle call meets
 * each fault (end of file, exit, deadline passed, error, nonsense).
 *
 * In process, without daemon and wire.  After each case: the call has answered, with a cause; the guest
 * is in a state that can be told; it can be destroyed and started again; no child is left.
 * Usage: qemu-faults [-p /qemu/faults/CALL]
 */
#include "qemu-world.h"

static struct domain_ref dom;

/* ---- calls ---------------------------------------------------------------------------------- */

#define CALL(name, ...) static int call_##name(struct err *err) { return __VA_ARGS__; }
CALL(create, HV->domain_create(&conn, &dom, err))
CALL(create_paused, HV->domain_create_with_flags(&conn, &dom, VIR_DOMAIN_START_PAUSED, err))
CALL(suspend, HV->domain_suspend(&conn, &dom, err))
CALL(resume, HV->domain_resume(&conn, &dom, err))
CALL(reset, HV->domain_reset(&conn, &dom, 0, err))
CALL(reboot, HV->domain_reboot(&conn, &dom, 0, err))
CALL(shutdown, HV->domain_shutdown_flags(&conn, &dom, 0, err))
CALL(nmi, HV->domain_inject_nmi(&conn, &dom, 0, err))
CALL(set_memory,
     HV->domain_set_memory_flags(&conn, &dom, 60000, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG, err))
CALL(set_vcpus, HV->domain_set_vcpus_flags(&conn, &dom, 2, VIR_DOMAIN_AFFECT_LIVE, err))
CALL(destroy, HV->domain_destroy(&conn, &dom, err))

static int
call_memory_stats(struct err *err)
{
    virDomainMemoryStatStruct stats[VIR_DOMAIN_MEMORY_STAT_NR];
    return HV->domain_memory_stats(&conn, &dom, stats, VIR_DOMAIN_MEMORY_STAT_NR, 0, err);
}

static int
call_block_stats(struct err *err)
{
    virDomainBlockStatsStruct stats;
    return HV->domain_block_stats(&conn, &dom, "vda", &stats, sizeof(stats), err);
}

static int
call_block_info(struct err *err)
{
    virDomainBlockInfo info;
    return HV->domain_get_block_info(&conn, &dom, "vda", &info, 0, err);
}

static int
call_vcpus(struct err *err)
{
    virVcpuInfo info[2];
    return HV->domain_get_vcpus(&conn, &dom, info, 2, NULL, 0, err);
}

static int
call_send_key(struct err *err)
{
    unsigned keys[] = { 30 };
    return HV->domain_send_key(&conn, &dom, VIR_KEYCODE_SET_LINUX, 10, keys, 1, 0, err);
}

static int
call_monitor(struct err *err)
{
    g_autofree char *result = NULL;
    return HV->domain_qemu_monitor_command(&conn, &dom, "{\"execute\":\"query-status\"}", &result, 0, err);
}

struct call_case {
    const char *name, *api;
    int (*run)(struct err *err);
    bool runs, paused;
    bool last; /* one whose answer counts if it came before the death: of struct call */
};
static const struct call_case calls[] = {
    { "create", "virDomainCreate", call_create, false, false },
    { "create-paused", "virDomainCreateWithFlags", call_create_paused, false, false },
    { "suspend", NULL, call_suspend, true, false },
    { "resume", NULL, call_resume, true, true },
    { "reset", NULL, call_reset, true, false, true },
    { "reboot", NULL, call_reboot, true, false, true },
    { "shutdown", NULL, call_shutdown, true, false, true },
    { "inject-nmi", NULL, call_nmi, true, false, true },
    { "set-memory", NULL, call_set_memory, true, false },
    { "set-vcpus", NULL, call_set_vcpus, true, false },
    { "memory-stats", NULL, call_memory_stats, true, false },
    { "block-stats", NULL, call_block_stats, true, false },
    { "block-info", NULL, call_block_info, true, false },
    { "vcpus", NULL, call_vcpus, true, false },
    { "send-key", NULL, call_send_key, true, false },
    { "monitor-command", NULL, call_monitor, true, false, true },
    { "destroy", NULL, call_destroy, true, false },
};

/* ---- the sweep ------------------------------------------------------------------------------ */

static __thread bool counting;      /* only the caller's waits: others have turns of their own */
static bool hit;
static GThread *restarter;
static bool with_restart;
static unsigned seen, target_nth;
static enum fault target_fault;
static GString *points;

/* Somebody starts the guest again while the call still waits; it queues behind the teardown. */
static gpointer
restart(gpointer arg)
{
    ERR_AUTO err = ERR_INIT;
    if (HV->domain_create(&conn, &dom, &err) < 0)
        g_assert_cmpint(err.code, ==, VIR_ERR_OPERATION_INVALID);
    return NULL;
}

static enum fault
hook(const struct wait_point *wp)
{
    static const char *const kinds[] = { "call", "sleep", "offload" };
    if (!counting)
        return FAULT_NONE;
    seen++;
    if (points)
        g_string_append_printf(points, " %u:%s%s%s", seen, kinds[wp->kind], *wp->what ? ":" : "", wp->what);
    if (seen != target_nth)
        return FAULT_NONE;
    hit = true;
    if (with_restart)
        restarter = g_thread_new("restart", restart, NULL);
    return target_fault;
}

/* Brings the guest where the case wants it. */
static void
make_ready(const struct call_case *c, bool fresh)
{
    ERR_AUTO err = ERR_INIT;
    int state = world_state(&dom);
    if (state != VIR_DOMAIN_SHUTOFF && (fresh || !c->runs)) {
        world_destroy(&dom);
        state = VIR_DOMAIN_SHUTOFF;
    }
    if (!c->runs) {
        g_assert_cmpint(state, ==, VIR_DOMAIN_SHUTOFF);
        return;
    }
    if (state == VIR_DOMAIN_SHUTOFF && HV->domain_create(&conn, &dom, &err) < 0)
        g_error("cannot start again: %s", err_message(&err));
    state = world_state(&dom);
    if (c->paused && state == VIR_DOMAIN_RUNNING && HV->domain_suspend(&conn, &dom, &err) < 0)
        g_error("cannot suspend: %s", err_message(&err));
    if (!c->paused && state == VIR_DOMAIN_PAUSED && HV->domain_resume(&conn, &dom, &err) < 0)
        g_error("cannot resume: %s", err_message(&err));
}

static int
run_case(const struct call_case *c, unsigned nth, enum fault fault, struct err *err)
{
    target_nth = nth;
    target_fault = fault;
    seen = 0;
    hit = false;
    counting = true;
    int rc = c->run(err);
    counting = false;
    return rc;
}

static void
sweep(gconstpointer arg)
{
    static const char *const names[] = { "none", "eof", "exit", "timeout", "error", "garbage" };
    const struct call_case *c = arg;
    {
        ERR_AUTO err = ERR_INIT;
        with_restart = false;
        make_ready(c, true);
        points = g_string_new(NULL);
        int rc = run_case(c, 0, FAULT_NONE, &err);
        g_test_message("%s: %u waits:%s", c->name, seen, points->str);
        g_string_free(points, TRUE);
        points = NULL;
        if (rc < 0)
            g_error("undamaged: %s", err_message(&err));
    }
    unsigned n = seen;
    for (unsigned nth = 1; nth <= n; nth++) {
        for (int k = 0; k < FAULT_GARBAGE + 2; k++) {
            static const enum fault faults[] = { FAULT_EOF,     FAULT_EXIT, FAULT_TIMEOUT, FAULT_ERROR,
                                                 FAULT_GARBAGE, FAULT_EOF,  FAULT_EXIT };
            enum fault f = faults[k];
            ERR_AUTO err = ERR_INIT;
            with_restart = k >= FAULT_GARBAGE;
            make_ready(c, true); /* the one before may be dead, or not answer */
            int rc = run_case(c, nth, f, &err);
            if (with_restart && hit)
                g_thread_join(restarter);
            if (rc < 0) {
                g_assert_cmpint(err.code, !=, VIR_ERR_OK);
                g_assert_nonnull(err.message);
                g_test_message("%s, wait %u, %s%s: %d: %s", c->name, nth, names[f],
                               with_restart ? " and restart" : "", err.code, err.message);
            } else {
                g_test_message("%s, wait %u, %s: went on", c->name, nth, names[f]);
            }
            if (!hit)
                g_test_message("%s, wait %u: was not reached this time", c->name, nth);
            else if (f == FAULT_EOF && c->run != call_destroy && !c->last)
                g_assert_cmpint(rc, ==, -1); /* a dead guest is never a success */
            if (rc < 0 && !c->runs && !with_restart) /* a start that failed has left nothing */
                g_assert_cmpint(world_state(&dom), ==, VIR_DOMAIN_SHUTOFF);
        }
    }
    /* One full life: nothing lingers. */
    make_ready(&(struct call_case){ .runs = true }, true);
    world_destroy(&dom);
    world_no_child();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (!world_begin(1500))
        return 0;
    world_define("faulty", 0x0f, &dom);
    fault_hook = hook;
    for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_autofree char *path = g_strdup_printf("/qemu/faults/%s", calls[i].name);
        g_test_add_data_func(path, &calls[i], sweep);
    }
    int rc = g_test_run();
    world_destroy(&dom);
    domain_ref_clear(&dom);
    world_end();
    return rc;
}
