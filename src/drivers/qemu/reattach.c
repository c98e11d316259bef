/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * reattach: what ran before this daemon did.
 *
 * Owns: reading definitions and status files at start, and for each guest with a
 * status file: is its process (by pid and start time, by pidfd from then on)
 * still there, and what has become of it.  A guest whose start had not ended
 * is ended: nobody was told that it runs.
 * Called by: qemu_driver_start(), before any client; guests in parallel.
 * Waits: for files, then for each QEMU on a thread.
 */
#include "drivers/qemu/guest.h"
#include "drivers/qemu/memory.h"
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/start.h"
#include "drivers/qemu/status.h"
#include "drivers/qemu/stop.h"
#include "drivers/qemu/verbs.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/process.h"
#include "base/str.h"
#include "base/uuid.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU
LOG_FROM("qemu.reattach");

static void
load_definition(const char *name, const char *text, size_t n, bool autostart, const struct err *why,
                void *arg)
{
    struct qemu_driver *drv = arg;
    DOMAIN_DEF_AUTO def = NULL;
    ERR_AUTO err = ERR_INIT;
    struct vm_change change = { .what = CHANGE_CONFIG | CHANGE_AUTOSTART | CHANGE_MANAGED_SAVE | CHANGE_STATE,
                                .autostart = autostart, .state = VIR_DOMAIN_SHUTOFF,
                                .reason = VIR_DOMAIN_SHUTOFF_UNKNOWN };
    g_autofree char *save = g_strdup_printf("%s/%s.save", drv->host->dirs.save, name);
    struct vm *vm = NULL;

    if (!text) {
        log_error("the definition of guest '%s' is not loaded: %s", name, err_message(why));
        return;
    }
    if (domain_def_parse(text, n, 0, &def, &err) < 0) {
        log_error("the definition of guest '%s' is not loaded: %s", name, err_message(&err));
        return;
    }
    if (!str_equal(def->name, name)) {
        log_error("the definition in %s.xml is not loaded: it is of a guest named '%s'", name, def->name);
        return;
    }
    change.managed_save = access(save, F_OK) == 0;
    change.config = domain_def_copy(def);
    if (registry_load(drv->registry, def->name, def->uuid, &change, &vm, &err) < 0)
        log_error("the definition of guest '%s' is not loaded: %s", name, err_message(&err));
    else
        vm_unref(vm);
}

/* ---- running guests ------------------------------------------------------------------------- */

struct found {
    struct qemu_driver *driver;
    char *name;
    struct guest_status st;
    struct domain_def *live;
    struct process proc;
    struct reattach *all;
};

struct reattach {
    struct qemu_driver *driver;
    GPtrArray *found;
    GMutex lock;
    GCond done;
    unsigned left;
    gint refs;
};

/* A guest that does not answer shall not keep the daemon from serving: after so
 * long the rest is found while clients are served. */
#define PATIENCE_MS 2000

static void
found_free(void *arg)
{
    struct found *f = arg;

    domain_def_unref(f->live);
    guest_status_clear(&f->st);
    process_close(&f->proc);
    g_free(f->name);
    g_free(f);
}

static char *
pid_path(struct qemu_driver *drv, const char *name)
{
    return g_strdup_printf("%s/%s.pid", drv->host->dirs.state, name);
}

/* Does the process's command line name the guest's uuid?  Guards against a pid
 * that was given to another process. */
static bool
is_our_qemu(pid_t pid, const unsigned char *uuid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", pid);
    g_autofree char *text = NULL;
    char want[UUID_TEXT];
    ssize_t n = file_read_quiet(AT_FDCWD, path, 1 << 20, &text);

    return n > 0 && memmem(text, (size_t)n, uuid_format(uuid, want), UUID_TEXT - 1);
}

/* Opens a pidfd of the guest's process if it is alive and really that. */
static bool
find_process(struct found *f)
{
    uint64_t start;

    if (f->st.pid <= 0) {
        g_autofree char *path = pid_path(f->driver, f->name);
        g_autofree char *text = NULL;

        if (file_read_quiet(AT_FDCWD, path, 64, &text) > 0)
            f->st.pid = atoi(text);
    }
    if (f->st.pid <= 0)
        return false;
    f->proc.pid = f->st.pid;
    f->proc.pidfd = process_pidfd_open(f->st.pid, NULL);
    if (f->proc.pidfd < 0)
        return false;
    start = process_start_time(f->st.pid);
    if (start == 0 || (f->st.start_time && start != f->st.start_time) ||
        !is_our_qemu(f->st.pid, f->live->uuid))
        return false;
    f->st.start_time = start;
    return true;
}

static void
load_status(const char *name, const char *text, size_t n, bool autostart, const struct err *why, void *arg)
{
    struct reattach *all = arg;
    struct found *f = g_new0(struct found, 1);
    ERR_AUTO err = ERR_INIT;

    f->driver = all->driver;
    f->all = all;
    f->name = g_strdup(name);
    f->proc.pidfd = -1;
    if (!text || status_parse(text, n, &f->st, &f->live, &err) < 0) {
        log_error("guest '%s' is not found again: %s", name, text ? err_message(&err) : err_message(why));
        found_free(f);
        return;
    }
    registry_reserve_id(all->driver->registry, f->st.id);
    g_ptr_array_add(all->found, f);
}

static void
sync_state(struct turn *turn, struct guest *guest, json_t *status)
{
    const char *word = json_string_value(json_object_get(status, "status"));
    const struct vm_view *view = turn_view(turn);
    struct vm_change change = { .what = CHANGE_STATE };
    ERR_AUTO err = ERR_INIT;
    struct event *ev = NULL;

    if (g_strcmp0(word, "running") == 0) {
        if (view->state == VIR_DOMAIN_RUNNING)
            return;
        change.state = VIR_DOMAIN_RUNNING;
        change.reason = VIR_DOMAIN_RUNNING_UNPAUSED;
        ev = domain_lifecycle(view, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED);
    } else if (g_strcmp0(word, "shutdown") == 0) {
        /* It powered off while nobody listened; QEMU waits for our word. */
        const struct run_end end = { VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SHUTDOWN,
                                     VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN };

        guest->ending = true;
        run_set_end(turn_run(turn), &end);
        run_kill(turn_run(turn), SIGTERM, NULL);
        return;
    } else {
        if (view->state != VIR_DOMAIN_RUNNING)
            return;
        change.state = VIR_DOMAIN_PAUSED;
        change.reason = g_strcmp0(word, "io-error") == 0     ? VIR_DOMAIN_PAUSED_IOERROR
                        : g_strcmp0(word, "watchdog") == 0   ? VIR_DOMAIN_PAUSED_WATCHDOG
                        : g_strcmp0(word, "guest-panicked") == 0 ? VIR_DOMAIN_PAUSED_CRASHED
                                                             : VIR_DOMAIN_PAUSED_UNKNOWN;
        ev = domain_lifecycle(view, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED);
    }
    if (turn_publish(turn, &change, &err) == 0)
        turn_emit(turn, ev);
    else
        event_unref(ev);
}

static int
talk(struct turn *turn, struct guest *guest, unsigned long long balloon_kib, struct err *err)
{
    json_t *cpus = NULL;
    struct monitor_cmd cmds[] = { { .command = "query-status" }, { .command = "query-balloon" } };

    (void)balloon_kib;
    if (monitor_connect(guest, turn_run(turn), err) < 0 || guest_learn(turn, guest, &cpus, err) < 0)
        return -1;
    json_decref(cpus);
    if (monitor_batch(turn, cmds, G_N_ELEMENTS(cmds), 0, err) < 0)
        return -1;
    if (cmds[1].value) {
        const struct guest_pub *old = view_pub(turn_view(turn));
        struct guest_pub *pub = guest_pub_copy(old, old ? old->nvcpus : 0);
        struct vm_change change = { .what = CHANGE_EXTRA, .extra = &pub->extra };

        pub->balloon_kib =
            (unsigned long long)json_integer_value(json_object_get(cmds[1].value, "actual")) / 1024 +
            memory_devices_taken(turn_live_def(turn));
        if (turn_publish(turn, &change, err) < 0) {
            monitor_cmds_clear(cmds, G_N_ELEMENTS(cmds));
            return -1;
        }
    }
    if (cmds[0].value)
        sync_state(turn, guest, cmds[0].value);
    monitor_cmds_clear(cmds, G_N_ELEMENTS(cmds));
    return 0;
}

static void
fill_guest(struct found *f, struct guest *guest)
{
    struct qemu_host *host = f->driver->host;

    guest->monitor_path = g_strdup(f->st.monitor_path);
    guest->pid_path = pid_path(f->driver, f->name);
    guest->guest_dir = qemu_guest_dir(host, f->st.id, f->name);
    guest->log_path = g_strdup_printf("%s/%s.log", host->dirs.log, f->name);
    guest->pid = f->st.pid;
    guest->start_time = f->st.start_time;
    guest->fake_reboot = f->st.fake_reboot;
    guest->prepared = guest->granted = true;
}

/* Nobody is left of it: as the end of a run that was seen, without the process. */
static void
bury(struct turn *turn, struct guest *guest)
{
    static const struct run_end gone = { VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_UNKNOWN,
                                         VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN };
    struct run *run = turn_run(turn);

    guest->pid = 0;
    guest_clear_away(turn, run);
    turn_end_run(turn, &gone, domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_STOPPED,
                                              VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN));
}

static int
reattach_one(struct found *f, struct err *err)
{
    struct qemu_driver *drv = f->driver;
    const struct turn_request req = { .turn_class = TURN_MODIFY, .api = "finding guests again" };
    bool alive = find_process(f), is_new;
    struct guest *guest;
    TURN_AUTO turn = NULL;
    RUN_AUTO run = NULL;

    if (registry_claim(drv->registry, f->name, f->live->uuid, CLAIM_NOT_RUNNING, &req, &turn, &is_new, err) <
        0)
        return -1;
    guest = guest_new(drv, f->name);
    fill_guest(f, guest);
    if (guest_begin_run(turn, guest, f->st.id, f->st.state, f->st.reason, domain_def_copy(f->live), err) < 0)
        return -1;
    run = run_ref(guest->run);
    qemu_domain_reclaim(f->live, drv->host);
    if (!alive) {
        bury(turn, guest);
        return 0;
    }
    run_set_process(run, f->proc.pid, f->proc.pidfd);
    f->proc.pidfd = -1;
    guest->cgroup = qemu_cgroup_find(drv->host, guest->pid);
    if (f->st.starting) {
        run_kill(run, SIGKILL, NULL);
        guest->granted = guest->prepared = true;
        guest_clear_away(turn, run);
        turn_end_run(turn,
                     &(struct run_end){ VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_FAILED,
                                        VIR_DOMAIN_EVENT_STOPPED_FAILED },
                     domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_STOPPED,
                                      VIR_DOMAIN_EVENT_STOPPED_FAILED));
        return err_set(err, VIR_ERR_OPERATION_FAILED, "its start was under way when the daemon ended");
    }
    guest->managed = true;
    if (talk(turn, guest, f->st.balloon_kib, err) == 0)
        return f->st.old ? guest_status_save(turn, err) : 0;
    /* It is there and does not talk (yet): stays as it was; what cannot be
     * connected to at all has ended. */
    if (!guest->qmp)
        run_mark_dead(run, err_message(err));
    return -1;
}

static void
reattach_unref(struct reattach *all)
{
    if (!g_atomic_int_dec_and_test(&all->refs))
        return;
    g_ptr_array_unref(all->found);
    g_mutex_clear(&all->lock);
    g_cond_clear(&all->done);
    g_free(all);
}

static void
reattach_thread(void *arg)
{
    struct found *f = arg;
    struct reattach *all = f->all;
    ERR_AUTO err = ERR_INIT;

    if (reattach_one(f, &err) < 0)
        log_warn("guest '%s': %s", f->name, err_message(&err));
    g_mutex_lock(&all->lock);
    if (--all->left == 0)
        g_cond_signal(&all->done);
    g_mutex_unlock(&all->lock);
    reattach_unref(all);
}

int
qemu_reattach(struct qemu_driver *drv, struct err *err)
{
    struct reattach *all = g_new0(struct reattach, 1);
    gint64 until = g_get_monotonic_time() + PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
    int ret = -1;

    all->driver = drv;
    all->found = g_ptr_array_new_with_free_func(found_free);
    all->refs = 1;
    g_mutex_init(&all->lock);
    g_cond_init(&all->done);
    if (state_load_all(drv->configs, load_definition, drv, err) >= 0 &&
        state_load_all(drv->status, load_status, all, err) >= 0) {
        unsigned n = all->found->len;

        all->left = n;
        g_atomic_int_add(&all->refs, (gint)n);
        for (unsigned i = 0; i < n; i++)
            driver_spawn(drv, reattach_thread, all->found->pdata[i]);
        g_mutex_lock(&all->lock);
        while (all->left > 0 && g_cond_wait_until(&all->done, &all->lock, until))
            ;
        g_mutex_unlock(&all->lock);
        ret = 0;
    }
    reattach_unref(all);
    return ret;
}
