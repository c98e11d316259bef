/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * status: what is kept about running guests outside this process.
 *
 * Owns: the status file of each running guest: a document (model/status.model) with what
 * the daemon needs to find the guest again and its live definition.  It is written
 * before QEMU is started, so that no QEMU is ever without a record, and after
 * each change of state or live definition.  What libvirt's own daemon left is read too: where it is replaced,
 * guests go on.
 * Called by: start, stop, events (through a thread), verbs that change a live
 * definition, reattach.
 * Waits: for the file system (a tmpfs); never for a guest.
 */
#include "drivers/qemu/status.h"

#include "base/log.h"
#include "base/str.h"
#include "drivers/qemu/verbs.h"
#include "model/status-def.h"

#include <stdlib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_QEMU
LOG_FROM("qemu.status");

enum { STATUS_FORMAT = 2 };

char *
status_format(const struct guest_status *st, const struct domain_def *live)
{
    DOMAIN_STATUS_AUTO doc = domain_status_new();

    doc->format = STATUS_FORMAT;
    doc->phase = st->starting ? STATUS_PHASE_STARTING : STATUS_PHASE_RUNNING;
    doc->id = st->id;
    doc->state = model_printf(doc, "%d", st->state);
    doc->reason = model_printf(doc, "%d", st->reason);
    doc->pid = st->pid;
    doc->start = st->start_time;
    doc->balloon = st->balloon_kib;
    doc->has_format = doc->has_id = doc->has_pid = doc->has_start = doc->has_balloon = true;
    doc->reboot = st->fake_reboot ? TRI_YES : TRI_NO;
    doc->monitor = model_str(doc, st->monitor_path ? st->monitor_path : "");
    doc->domain = (struct domain_def *)live;      /* only to be written */
    return domain_status_format(doc, MODEL_FORMAT_LIVE | MODEL_FORMAT_SECURE | MODEL_FORMAT_STATUS);
}

/* What a guest does, and why, in the words of the daemon that was here before; 0 if they are not known. */
static int
number_of(const char *word, const char *const *words)
{
    for (int i = 0; word && words[i]; i++)
        if (str_equal(words[i], word))
            return i;
    return 0;
}

static void
read_old(const struct domain_status *doc, struct guest_status *st)
{
    static const char *const states[] = { "nostate", "running", "blocked", "paused", "shutdown", "shutoff",
                                          "crashed", "pmsuspended", NULL };
    static const char *const running[] = { "unknown", "booted", "migrated", "restored", "from snapshot",
                                           "unpaused", "migration canceled", "save canceled", "wakeup",
                                           "crashed", "post-copy", "post-copy failed", NULL };
    static const char *const paused[] = { "unknown", "user", "migration", "save", "dump", "ioerror",
                                          "watchdog", "from snapshot", "", "snapshot", "panicked", NULL };
    int state = number_of(doc->state, states);

    *st = (struct guest_status){
        .old = true,
        .starting = state == VIR_DOMAIN_NOSTATE || state == VIR_DOMAIN_SHUTOFF,
        .id = doc->domain ? doc->domain->id : 0,
        .state = state,
        .reason = state == VIR_DOMAIN_RUNNING  ? number_of(doc->reason, running)
                  : state == VIR_DOMAIN_PAUSED ? number_of(doc->reason, paused)
                                               : 0,
        .pid = doc->pid,
        .fake_reboot = doc->old_reboot,
        .monitor_path = g_strdup(doc->old_monitor ? doc->old_monitor : ""),
    };
}

static int
read_own(const struct domain_status *doc, struct guest_status *st, struct err *err)
{
    if (doc->format != STATUS_FORMAT)
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "the status file has format %u, and this program knows %u", doc->format,
                       STATUS_FORMAT);
    *st = (struct guest_status){
        .starting = doc->phase == STATUS_PHASE_STARTING,
        .id = doc->id,
        .state = atoi(doc->state),
        .reason = doc->reason ? atoi(doc->reason) : 0,
        .pid = doc->pid,
        .start_time = doc->start,
        .balloon_kib = doc->balloon,
        .fake_reboot = doc->reboot == TRI_YES,
        .monitor_path = g_strdup(doc->monitor ? doc->monitor : ""),
    };
    return 0;
}

int
status_parse(const char *text, size_t n, struct guest_status *st, struct domain_def **live, struct err *err)
{
    DOMAIN_STATUS_AUTO doc = NULL;

    memset(st, 0, sizeof(*st));
    if (domain_status_parse(text, n, MODEL_PARSE_LIVE | MODEL_PARSE_STATUS, &doc, err) < 0)
        return err_context(err, "the status file cannot be read");
    if (!doc->has_format)
        read_old(doc, st);
    else if (read_own(doc, st, err) < 0)
        return -1;
    if (!doc->domain || st->id <= 0 || !*st->monitor_path) {
        const char *what = !doc->domain ? "definition" : st->id <= 0 ? "id" : "monitor";

        guest_status_clear(st);
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the status file lacks its %s", what);
    }
    *live = model_extract(&domain_def_document, doc->domain);
    return 0;
}

void
guest_status_clear(struct guest_status *st)
{
    g_free(st->monitor_path);
    memset(st, 0, sizeof(*st));
}

static int
status_write(void *arg, struct err *err)
{
    struct run *run = arg;
    struct guest *guest = run_backend(run);
    VIEW_AUTO view = vm_view_get(run_vm(run));
    g_autofree char *text = NULL;
    struct guest_status st;
    int ret = 0;

    if (!view || view->generation != run_generation(run) || !view->live)
        return 0;
    g_mutex_lock(&guest->status_lock);
    if (!guest->status_closed) {
        const struct guest_pub *pub = view_pub(view);

        st = (struct guest_status){
            .starting = !guest->managed, .id = guest->id, .state = view->state, .reason = view->reason,
            .pid = guest->pid, .start_time = guest->start_time, .fake_reboot = guest->fake_reboot,
            .balloon_kib = pub ? pub->balloon_kib : 0, .monitor_path = guest->monitor_path,
        };
        text = status_format(&st, view->live);
        ret = state_save(guest->driver->status, view->name, text, strlen(text), err);
    }
    g_mutex_unlock(&guest->status_lock);
    return ret;
}

void
guest_status_remove(struct guest *guest)
{
    ERR_AUTO err = ERR_INIT;

    g_mutex_lock(&guest->status_lock);
    guest->status_closed = true;
    if (state_remove(guest->driver->status, guest->name, &err) < 0)
        log_warn("cannot remove the status file of guest '%s': %s", guest->name, err_message(&err));
    g_mutex_unlock(&guest->status_lock);
}

int
guest_status_save(struct turn *turn, struct err *err)
{
    struct run *run = turn_run(turn);

    if (!run)
        return turn_check(turn, err);
    return turn_offload(turn, status_write, run, err);
}

int
guest_save_live(struct turn *turn, struct domain_def *def, struct err *err)
{
    if (def) {
        struct vm_change change = { .what = CHANGE_LIVE, .live = domain_def_copy(def) };

        domain_def_unref(def);
        if (turn_publish(turn, &change, err) < 0)
            return -1;
    }
    return guest_status_save(turn, err);
}

/* After an event, which cannot wait: on a thread.  Needs no turn: it writes what
 * is published, whatever that is by then. */
static void
save_later(void *arg)
{
    RUN_AUTO run = arg;
    ERR_AUTO err = ERR_INIT;

    if (status_write(run, &err) < 0)
        log_warn("cannot save the state of guest %d: %s", run_id(run), err_message(&err));
}

void
guest_status_later(struct run *run)
{
    struct guest *guest;

    if (!run)
        return;
    guest = run_backend(run);
    driver_spawn(guest->driver, save_later, run_ref(run));
}
