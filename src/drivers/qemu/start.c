/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * start: from a definition to a running guest.
 *
 * Owns: the order of it.  A run is begun first, so that everybody sees the
 * guest starting and destroy has something to end; then files, sockets and the
 * process are made on the side (offloaded); then one batch on the monitor
 * learns what only QEMU knows, and one lets it go.  No step sleeps or polls: the
 * monitor's socket listens before QEMU exists, so the connection and the first
 * requests wait in the kernel until QEMU takes them.
 * The status file stands before the process does, and the child writes its
 * pid before it becomes QEMU: a daemon that dies anywhere in between finds all.
 * Called by: create, create from XML, autostart.
 * Waits: for files, for QEMU.
 */
#include "drivers/qemu/start.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/process.h"
#include "drivers/qemu/cpu.h"
#include "drivers/qemu/first-words.h"
#include "drivers/qemu/guest.h"
#include "drivers/qemu/memory.h"
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/status.h"
#include "drivers/qemu/stop.h"
#include "drivers/qemu/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU
LOG_FROM("qemu.start");

static void
guest_free(void *backend)
{
    struct guest *guest = backend;

    if (guest->has_command)
        qemu_command_clear(&guest->command);
    qmp_unref(guest->qmp);
    qemu_cgroup_free(guest->cgroup);
    g_mutex_clear(&guest->status_lock);
    g_mutex_clear(&guest->consoles_lock);
    g_clear_pointer(&guest->consoles, g_hash_table_unref);
    domain_def_unref(guest->launched);
    g_free(guest->name);
    g_free(guest->monitor_path);
    g_free(guest->pid_path);
    g_free(guest->guest_dir);
    g_free(guest->log_path);
    g_free(guest);
}

struct guest *
guest_new(struct qemu_driver *drv, const char *name)
{
    struct guest *guest = g_new0(struct guest, 1);

    guest->driver = drv;
    guest->name = g_strdup(name);
    guest->pause_reason = VIR_DOMAIN_PAUSED_UNKNOWN;
    guest->pause_detail = VIR_DOMAIN_EVENT_SUSPENDED_PAUSED;
    guest->resume_reason = VIR_DOMAIN_RUNNING_UNPAUSED;
    guest->resume_detail = VIR_DOMAIN_EVENT_RESUMED_UNPAUSED;
    g_mutex_init(&guest->status_lock);
    g_mutex_init(&guest->consoles_lock);
    return guest;
}

int
guest_begin_run(struct turn *turn, struct guest *guest, int id, int state, int reason,
                const struct domain_def *live, struct err *err)
{
    struct run_start start = {
        .id = id,
        .state = state,
        .reason = reason,
        .live = live,
        .backend = guest,
        .free_backend = guest_free,
    };

    if (turn_start_run(turn, &start, err) < 0)
        return -1;
    guest->run = turn_run(turn);
    guest->id = run_id(guest->run);
    return 0;
}

/* ---- on the side: files and the process ----------------------------------------------------- */

struct launch {
    struct guest *guest;
    struct run *run;
    struct domain_def *live;    /* being prepared; ours alone */
    const char *api;
};

/* In the child, right before it becomes QEMU: raw system calls only. */
static int
write_own_pid(void *arg)
{
    int fd = *(int *)arg;
    char buf[16];
    size_t n = sizeof(buf);
    pid_t pid = getpid();

    buf[--n] = '\n';
    do {
        buf[--n] = (char)('0' + pid % 10);
        pid /= 10;
    } while (pid > 0);
    if (write(fd, buf + n, sizeof(buf) - n) < 0)
        return errno;
    close(fd); /* it is not QEMU's */
    return 0;
}

static int
open_log(struct guest *guest, const struct qemu_command *cmd, struct err *err)
{
    g_autofree char *line = NULL;
    g_autofree char *args = qemu_command_to_string(cmd, true);
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *when = g_date_time_format(now, "%Y-%m-%d %H:%M:%S");
    struct stat st;
    int fd = open(cmd->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_errno(err, errno, "cannot open the log of guest '%s', %s", guest->name, cmd->log_path);
    line = g_strdup_printf("%s+0000: starting up, vireo version %s, qemu log of guest '%s'\n%s\n", when,
                           "12.8.0", guest->name, args);
    if (fd_write_all(fd, line, strlen(line)) < 0) {
        err_errno(err, errno, "cannot write to the log of guest '%s', %s", guest->name, cmd->log_path);
        close(fd);
        return -1;
    }
    if (fstat(fd, &st) == 0)
        guest->log_start = st.st_size;
    return fd;
}

static int
spawn(struct guest *guest, struct run *run, struct qemu_command *cmd, struct err *err)
{
    g_autofree struct process_fd *fds = g_new0(struct process_fd, cmd->nfds + 3);
    struct process_rlimit limits[4];
    size_t nlimits = 0;
    FD_AUTO log_fd = -1;
    FD_AUTO pid_fd = -1;
    int child_pid_fd = 3;
    struct process proc = PROCESS_INIT;
    struct process_spec spec = {
        .path = cmd->binary,
        .argv = (const char *const *)cmd->argv,
        .env = (const char *const *)cmd->env,
        .cwd = "/",
        .fds = fds,
        .setsid = true,
        .set_umask = true,
        .umask = 0002,
        .set_ids = cmd->set_ids,
        .uid = cmd->uid,
        .gid = cmd->gid,
        .groups = cmd->groups,
        .ngroups = cmd->ngroups,
        .rlimits = limits,
        .last = write_own_pid,
        .last_arg = &child_pid_fd,
    };

    if ((log_fd = open_log(guest, cmd, err)) < 0)
        return -1;
    pid_fd = open(cmd->pid_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (pid_fd < 0)
        return err_errno(err, errno, "cannot make the pid file %s", cmd->pid_path);
    for (size_t i = 0; i < cmd->nfds; i++) {
        fds[spec.nfds++] = (struct process_fd){ cmd->fds[i].fd, cmd->fds[i].child_fd };
        child_pid_fd = MAX(child_pid_fd, cmd->fds[i].child_fd + 1);
    }
    fds[spec.nfds++] = (struct process_fd){ pid_fd, child_pid_fd };
    fds[spec.nfds++] = (struct process_fd){ log_fd, 1 };
    fds[spec.nfds++] = (struct process_fd){ log_fd, 2 };
#define LIMIT(res, value)                                                                                    \
    limits[nlimits++] = (struct process_rlimit)                                                              \
    {                                                                                                        \
        (res),                                                                                               \
        {                                                                                                    \
            (rlim_t)(value), (rlim_t)(value)                                                                 \
        }                                                                                                    \
    }
    if (cmd->memlock)
        LIMIT(RLIMIT_MEMLOCK, cmd->memlock);
    if (cmd->max_files)
        LIMIT(RLIMIT_NOFILE, cmd->max_files);
    if (cmd->max_processes)
        LIMIT(RLIMIT_NPROC, cmd->max_processes);
    if (cmd->max_core >= 0)
        LIMIT(RLIMIT_CORE, cmd->max_core);
#undef LIMIT
    spec.nrlimits = nlimits;
    if (process_spawn(&spec, &proc, err) < 0)
        return err_context(err, "cannot start the emulator of guest '%s'", guest->name);
    guest->pid = proc.pid;
    guest->start_time = process_start_time(proc.pid);
    guest->child = true;
    run_set_process(run, proc.pid, proc.pidfd);
    return 0;
}

static int
save_starting(struct guest *guest, const struct domain_def *live, struct err *err)
{
    struct guest_status st = {
        .starting = true,
        .id = guest->id,
        .state = VIR_DOMAIN_PAUSED,
        .reason = VIR_DOMAIN_PAUSED_STARTING_UP,
        .pid = guest->pid,
        .start_time = guest->start_time,
        .monitor_path = guest->monitor_path,
    };
    g_autofree char *text = status_format(&st, live);

    return state_save(guest->driver->status, guest->name, text, strlen(text), err);
}

static int
launch(void *arg, struct err *err)
{
    struct launch *l = arg;
    struct guest *guest = l->guest;
    struct qemu_host *host = guest->driver->host;
    struct qemu_command *cmd = &guest->command;
    const struct qemu_command_opts opts = { .id = guest->id, .paused = true };

    guest->prepared = true;
    if (qemu_domain_prepare(l->live, host, guest->id, false, err) < 0 ||
        qemu_command_build(l->live, host, &opts, cmd, err) < 0)
        return -1;
    guest->has_command = true;
    guest->monitor_path = g_strdup(cmd->monitor_path);
    guest->pid_path = g_strdup(cmd->pid_path);
    guest->guest_dir = g_strdup(cmd->guest_dir);
    guest->log_path = g_strdup(cmd->log_path);
    if (save_starting(guest, l->live, err) < 0 || qemu_command_make(cmd, host, err) < 0)
        return -1;
    guest->granted = true;
    if (qemu_security_grant(l->live, host, err) < 0)
        return -1;
    guest->cgroup = qemu_cgroup_new(host, l->live, cmd->cgroup_name, err);
    if (!guest->cgroup && err_is_set(err))
        return -1;
    if (spawn(guest, l->run, cmd, err) < 0)
        return -1;
    qemu_command_close_fds(cmd);
    if (guest->cgroup && qemu_cgroup_attach(guest->cgroup, guest->pid, err) < 0)
        return -1;
    return 0;
}

/* ---- letting it run ------------------------------------------------------------------------- */

/* Balloon to its first size, statistics on, and go. */
static int
let_go(struct turn *turn, struct guest *guest, bool paused, struct err *err)
{
    const struct domain_def *live = turn_live_def(turn);
    GArray *words = first_words(live, guest->driver->host);
    g_autofree struct monitor_cmd *cmds = g_new0(struct monitor_cmd, words->len + 3);
    size_t n = 0;
    int ret = 0;

    for (guint i = 0; i < words->len; i++) {
        cmds[n].command = g_array_index(words, struct first_word, i).command;
        cmds[n++].args = g_array_index(words, struct first_word, i).args;
    }
    g_array_free(words, TRUE);
    if (def_has_balloon(live) && live->memballoon->stats_period && live->memballoon->info.alias) {
        g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", live->memballoon->info.alias);

        cmds[n].command = "qom-set";
        cmds[n++].args = json_pack("{s:s,s:s,s:I}", "path", path, "property", "guest-stats-polling-interval",
                                   "value", (json_int_t)live->memballoon->stats_period);
    }
    if (def_has_balloon(live) && def_memory(live) < def_max_memory(live)) {
        cmds[n].command = "balloon";
        cmds[n++].args = json_pack("{s:I}", "value", (json_int_t)def_memory(live) * 1024);
    }
    if (!paused)
        cmds[n++].command = "cont";
    if (n == 0)
        return 0;
    if (monitor_batch(turn, cmds, n, deadline_in_ms(HANDSHAKE_MS), err) < 0)
        return -1;
    for (size_t i = 0; i < n && ret == 0; i++) {
        if (err_is_set(&cmds[i].err)) {
            err_move(err, &cmds[i].err);
            ret = -1;
        }
    }
    monitor_cmds_clear(cmds, n);
    return ret;
}

static void
place_vcpus(struct guest *guest, json_t *cpus)
{
    size_t i;
    json_t *cpu;

    json_array_foreach(cpus, i, cpu) {
        g_autofree char *child =
            g_strdup_printf("vcpu%d", (int)json_integer_value(json_object_get(cpu, "cpu-index")));
        pid_t tid = (pid_t)json_integer_value(json_object_get(cpu, "thread-id"));
        ERR_AUTO err = ERR_INIT;

        if (guest->cgroup && tid > 0 && qemu_cgroup_attach_thread(guest->cgroup, child, tid, &err) < 0)
            log_warn("guest '%s': %s", guest->name, err_message(&err));
    }
}

static void
announce(struct turn *turn, struct guest *guest, bool paused)
{
    const struct vm_view *view = turn_view(turn);

    for (uint32_t i = 0; i < view->live->n_channels; i++) {
        const char *name = channel_name(view->live->channels[i]);

        if (name && strcmp(name, "org.qemu.guest_agent.0") == 0 && !guest->agent_up) {
            struct event *ev = domain_event(view, EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE);

            ev->u.agent_lifecycle.state = VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED;
            ev->u.agent_lifecycle.reason = VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_DOMAIN_STARTED;
            turn_emit(turn, ev);
        }
    }
    if (!paused)
        turn_emit(turn, domain_lifecycle(view, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED));
    turn_emit(turn, domain_lifecycle(view, VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_BOOTED));
    if (paused)
        turn_emit(turn,
                  domain_lifecycle(view, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED));
}

static void
channels_disconnected(struct domain_def *live)
{
    for (uint32_t i = 0; i < live->n_channels; i++)
        if (live->channels[i]->target && live->channels[i]->target->type == CHANNEL_TARGET_TYPE_VIRTIO)
            channel_set_state(live->channels[i], false);
}

static int
steps(struct turn *turn, struct guest *guest, bool paused, struct err *err)
{
    struct launch l = { guest, guest->run, domain_def_copy(turn_live_def(turn)), turn_api(turn) };
    struct vm_change change = { .what = CHANGE_LIVE };
    struct vm_change state = { .what = CHANGE_STATE };
    json_t *cpus = NULL;
    int ret;

    l.live->id = guest->id;
    l.live->has_id = true;
    ret = turn_offload(turn, launch, &l, err);
    channels_disconnected(l.live);
    if (ret < 0) {
        guest->launched = l.live; /* what was reserved is named there */
        return -1;
    }
    change.live = domain_def_copy(l.live);
    domain_def_unref(l.live);
    if (turn_publish(turn, &change, err) < 0 || monitor_connect(guest, turn_run(turn), err) < 0 ||
        guest_plug_vcpus(turn, err) < 0 || guest_learn(turn, guest, &cpus, err) < 0)
        return -1;
    place_vcpus(guest, cpus);
    guest_apply_pins(turn_live_def(turn), view_pub(turn_view(turn)));
    ret = guest_apply_sched(guest, turn_live_def(turn), json_array_size(cpus), err);
    if (ret == 0)
        ret = qemu_cpu_learn(turn, json_string_value(json_object_get(json_array_get(cpus, 0), "qom-path")),
                             err);
    json_decref(cpus);
    if (ret < 0)
        return -1;
    if (let_go(turn, guest, paused, err) < 0)
        return -1;
    guest->starting = false;
    guest->managed = true;
    state.state = paused ? VIR_DOMAIN_PAUSED : VIR_DOMAIN_RUNNING;
    state.reason = paused ? (int)VIR_DOMAIN_PAUSED_USER : (int)VIR_DOMAIN_RUNNING_BOOTED;
    if (turn_publish(turn, &state, err) < 0)
        return -1;
    announce(turn, guest, paused);
    return guest_status_save(turn, err);
}

/* QEMU's own words come last in the message: they say what is wrong. */
static void
add_qemus_words(struct guest *guest, const struct domain_def *def, struct err *err)
{
    g_autofree char *words = guest_log_tail(guest);
    /* By then its files are ours again: the way to them is what can still be seen. */
    g_autofree char *hint =
        words && strstr(words, "Permission denied") ? qemu_security_hint(def, guest->driver->host) : NULL;

    if (words && *words) {
        ERR_AUTO had = ERR_INIT;

        err_move(&had, err);
        err_set(err, had.stale ? VIR_ERR_INTERNAL_ERROR : had.code, "%s; QEMU said: %s%s%s",
                had.stale ? "QEMU ended while it was starting" : err_message(&had), words, hint ? "; " : "",
                hint ? hint : "");
        if (err && !had.stale)
            err->domain = had.domain;
    }
}

int
guest_start(struct turn *turn, struct drv_conn *conn, const struct domain_def *def, unsigned flags,
            struct err *err)
{
    static const struct run_end failed = { VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_FAILED,
                                           VIR_DOMAIN_EVENT_STOPPED_FAILED };
    struct guest *guest = guest_new(turn_driver(turn), def->name);
    struct run_end end;
    struct event *final = NULL;
    struct run *run;

    guest->starting = true;
    guest->autodestroy = flags & VIR_DOMAIN_START_AUTODESTROY ? conn : NULL;
    if (guest_begin_run(turn, guest, 0, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP,
                        domain_def_copy(def), err) < 0)
        return -1;
    run = run_ref(guest->run);
    if (steps(turn, guest, flags & VIR_DOMAIN_START_PAUSED, err) == 0) {
        run_unref(run);
        return 0;
    }
    guest_clear_away(turn, run);
    if (guest->pid > 0) {
        VIEW_AUTO view = vm_view_get(run_vm(run));

        add_qemus_words(guest, def, err);
        if (view)
            final = domain_lifecycle(view, VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_FAILED);
    }
    err_context(err, "cannot start guest '%s'", def->name);
    end = run_get_end(run, &failed);
    turn_end_run(turn, &end, final);
    run_unref(run);
    return -1;
}
