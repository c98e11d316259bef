/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * status: what is kept about running guests outside this process.
 *
 * Owns: the status file of each running guest: one line with what the daemon
 * needs to find the guest again, then its live definition.  It is written
 * before QEMU is started, so that no QEMU is ever without a record, and after
 * each change of state or live definition.
 * Called by: start, stop, events (through a thread), verbs that change a live
 * definition, reattach.
 * Waits: for the file system (a tmpfs); never for a guest.
 */
#include "drivers/qemu/status.h"

#include "base/log.h"
#include "base/str.h"
#include "drivers/qemu/verbs.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU
LOG_FROM("qemu.status");

char *
status_format(const struct guest_status *st, const struct domain_def *live)
{
    g_autofree char *monitor = str_xml_escape(st->monitor_path);
    char *xml = domain_def_format(live, MODEL_FORMAT_LIVE | MODEL_FORMAT_SECURE | MODEL_FORMAT_STATUS);
    char *text = g_strdup_printf(
        "<domstatus format='1' phase='%s' id='%d' state='%d' reason='%d' pid='%d' start='%llu' balloon='%llu' "
        "reboot='%d' monitor='%s'/>\n%s",
        st->starting ? "starting" : "running", st->id, st->state, st->reason, st->pid, st->start_time,
        st->balloon_kib, st->fake_reboot, monitor ? monitor : "", xml);

    free(xml);
    return text;
}

static void
on_element(GMarkupParseContext *ctx, const char *element, const char **names, const char **values, gpointer arg,
           GError **error)
{
    struct guest_status *st = arg;

    for (size_t i = 0; strcmp(element, "domstatus") == 0 && names[i]; i++) {
        const char *name = names[i], *value = values[i];

        if (strcmp(name, "phase") == 0)
            st->starting = strcmp(value, "running") != 0;
        else if (strcmp(name, "id") == 0)
            st->id = atoi(value);
        else if (strcmp(name, "state") == 0)
            st->state = atoi(value);
        else if (strcmp(name, "reason") == 0)
            st->reason = atoi(value);
        else if (strcmp(name, "pid") == 0)
            st->pid = atoi(value);
        else if (strcmp(name, "start") == 0)
            st->start_time = strtoull(value, NULL, 10);
        else if (strcmp(name, "balloon") == 0)
            st->balloon_kib = strtoull(value, NULL, 10);
        else if (strcmp(name, "reboot") == 0)
            st->fake_reboot = atoi(value);
        else if (strcmp(name, "monitor") == 0 && !st->monitor_path)
            st->monitor_path = g_strdup(value);
    }
}

int
status_parse(const char *text, size_t n, struct guest_status *st, struct domain_def **live, struct err *err)
{
    static const GMarkupParser parser = { .start_element = on_element };
    const char *nl = memchr(text, '\n', n);
    g_autoptr(GMarkupParseContext) ctx = NULL;
    g_autoptr(GError) error = NULL;

    memset(st, 0, sizeof(*st));
    if (!nl)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the status file has no definition in it");
    ctx = g_markup_parse_context_new(&parser, 0, st, NULL);
    if (!g_markup_parse_context_parse(ctx, text, nl - text, &error) || st->id <= 0 || !st->monitor_path) {
        err_set(err, VIR_ERR_INTERNAL_ERROR, "the first line of the status file makes no sense: %s",
                error ? error->message : "id or monitor are missing");
        guest_status_clear(st);
        return -1;
    }
    if (domain_def_parse(nl + 1, n - (size_t)(nl + 1 - text), MODEL_PARSE_LIVE | MODEL_PARSE_STATUS, live, err) < 0) {
        guest_status_clear(st);
        return -1;
    }
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
