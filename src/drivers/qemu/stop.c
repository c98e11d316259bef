/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stop: the end of a run, and how it is brought about.
 *
 * Owns: destroy (kill first, by pidfd, waiting for nobody who works on the
 * guest) and the teardown that core calls when a run is over, whoever ended it.
 * Called by: clients; core, on a thread of its own.
 * Waits: for the end of the process, by pidfd.
 */
#include "drivers/qemu/stop.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "drivers/qemu/command.h"
#include "drivers/qemu/console.h"
#include "drivers/qemu/status.h"
#include "drivers/qemu/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU
LOG_FROM("qemu.stop");

#define TERM_MS 10000
#define LOOK_MS 30 /* how often to see whether it is able to end at all */
#define LOG_TAIL 4096

/* Lines that QEMU writes at every start. */
static void
drop_chatter(char *text)
{
    char *line = text;

    while (*line) {
        char *end = strchr(line, '\n');
        size_t n = end ? (size_t)(end - line) + 1 : strlen(line);

        if (strncmp(line, "char device redirected to ", 26) == 0)
            memmove(line, line + n, strlen(line + n) + 1);
        else
            line += n;
    }
}

char *
guest_log_tail(struct guest *guest)
{
    FD_AUTO fd = guest->log_path ? open(guest->log_path, O_RDONLY | O_CLOEXEC) : -1;
    struct stat st;
    off_t from;
    ssize_t n;
    char *text;

    if (fd < 0 || fstat(fd, &st) < 0)
        return NULL;
    from = MAX((off_t)guest->log_start, st.st_size - LOG_TAIL);
    text = g_malloc(LOG_TAIL + 1);
    n = pread(fd, text, LOG_TAIL, from);
    if (n <= 0) {
        g_free(text);
        return NULL;
    }
    text[n] = '\0';
    drop_chatter(text);
    g_strstrip(text);
    if (!g_utf8_validate(text, -1, NULL)) {
        char *valid = g_utf8_make_valid(text, -1);

        g_free(text);
        text = valid;
    }
    return text;
}

static void
reap(struct run *run, struct guest *guest)
{
    if (guest->pid <= 0)
        return;
    /* Its monitor may have ended before it did: give it the time to end by
     * itself, but it ends. */
    if (!run_await_exit(run, deadline_in_ms(guest->ending ? TERM_MS : 200))) {
        run_kill(run, SIGKILL, NULL);
        run_await_exit(run, deadline_in_ms(TERM_MS));
    }
    if (guest->child)
        while (waitpid(guest->pid, NULL, WNOHANG) < 0 && errno == EINTR)
            ;
    guest->child = false;
}

static void
clear_away(void *arg)
{
    struct run *run = arg;
    struct guest *guest = run_backend(run);
    struct qemu_host *host = guest->driver->host;
    VIEW_AUTO view = vm_view_get(run_vm(run));
    const struct domain_def *def = guest->launched ? guest->launched : view ? view->live : NULL;

    reap(run, guest);
    if (guest->qmp)
        qmp_detach(guest->qmp);
    console_end_all(guest);
    if (guest->granted && def)
        qemu_security_restore(def, host);
    if (guest->prepared && def)
        qemu_domain_release((struct domain_def *)def, host);
    if (guest->has_command) {
        qemu_command_unmake(&guest->command);
    } else if (guest->guest_dir) {
        guest_dir_remove(guest);
    }
    if (guest->cgroup)
        qemu_cgroup_remove(guest->cgroup);
    if (guest->pid_path)
        unlink(guest->pid_path);
    guest_status_remove(guest);
    guest->prepared = guest->granted = false;
}

void
guest_clear_away(struct turn *turn, struct run *run)
{
    turn_clean_up(turn, clear_away, run);
}

/* A guest found after a restart: what make() made is not known by name. */
void
guest_dir_remove(struct guest *guest)
{
    g_autofree char *ram = qemu_guest_ram_dir(guest->driver->host, guest->guest_dir);
    const char *const folders[] = { guest->guest_dir, ram };

    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autoptr(GDir) dir = g_dir_open(folders[i], 0, NULL);
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
            g_autofree char *path = g_build_filename(folders[i], name, NULL);

            unlink(path);
        }
        rmdir(folders[i]);
    }
}

/* How a run ended that nobody had said a word about. */
static const struct run_end crashed = { VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED,
                                        VIR_DOMAIN_EVENT_STOPPED_FAILED };

void
guest_stop(struct turn *turn, struct run *run)
{
    struct guest *guest = run_backend(run);
    struct run_end end;
    VIEW_AUTO view = NULL;

    guest_clear_away(turn, run);
    end = run_get_end(run, &crashed);
    view = vm_view_get(run_vm(run));
    log_info("guest '%s' has ended: %s", guest->name, run_death(run) ? run_death(run) : "?");
    turn_end_run(turn, &end,
                 view ? domain_lifecycle(view, VIR_DOMAIN_EVENT_STOPPED, end.event_detail) : NULL);
}

/* ---- destroy -------------------------------------------------------------------------------- */

/* A stopped process takes no SIGTERM. */
static bool
process_is_stopped(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = NULL;
    const char *p;

    if (file_read_quiet(AT_FDCWD, path, 4096, &text) < 0 || !(p = strrchr(text, ')')))
        return false;
    return p[1] == ' ' && (p[2] == 'T' || p[2] == 't');
}

static int
end_process(struct run *run, bool graceful, struct err *err)
{
    bool at_once = process_is_stopped(run_pid(run)) || run_unresponsive(run, RUN_MONITOR, NULL) != 0;

    if (run_pid(run) <= 0 || run_is_dead(run))
        return 0;
    if (!at_once || graceful) {
        if (run_kill(run, SIGTERM, err) < 0)
            return -1;
        for (int64_t until = deadline_in_ms(TERM_MS); !deadline_passed(until);) {
            if (run_await_exit(run, deadline_in_ms(LOOK_MS)))
                return 0;
            if (!graceful && process_is_stopped(run_pid(run)))
                break;
        }
        if (graceful)
            return err_set(
                err, VIR_ERR_OPERATION_FAILED,
                "QEMU (process %d) has not ended within %d seconds of SIGTERM; destroy without the "
                "flag for grace kills it",
                run_pid(run), TERM_MS / 1000);
    }
    return run_kill(run, SIGKILL, err);
}

int
guest_destroy(struct run *run, bool graceful, struct err *err)
{
    static const struct run_end destroyed = { VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED,
                                              VIR_DOMAIN_EVENT_STOPPED_DESTROYED };

    run_set_end(run, &destroyed);
    if (end_process(run, graceful, err) < 0)
        return -1;
    return run_stop(run, "it was destroyed", "virDomainDestroy", deadline_in_ms(30000), err);
}

int
qemu_domain_destroy_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                          struct err *err)
{
    VM_AUTO vm = NULL;
    RUN_AUTO run = NULL;

    if (flags_check(flags, VIR_DOMAIN_DESTROY_GRACEFUL | VIR_DOMAIN_DESTROY_REMOVE_LOGS,
                    "virDomainDestroyFlags", err) < 0 ||
        !(vm = registry_by_ref(conn_driver(conn)->registry, dom, err)))
        return -1;
    run = vm_run_get(vm);
    if (!run)
        return err_not_running(err);
    return guest_destroy(run, flags & VIR_DOMAIN_DESTROY_GRACEFUL, err) < 0
               ? err_context(err, "cannot destroy guest '%s'", dom->name)
               : 0;
}

int
qemu_domain_destroy(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return qemu_domain_destroy_flags(conn, dom, 0, err);
}
