/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * monitor: QMP under a turn.
 *
 * Owns: the way of a request from a verb to the monitor and of its answer back
 * (a batch is one wait, however many commands it has), and the connection of a
 * monitor to its run: every answer and event makes the guest responsive, its
 * end of file is the end of the run.
 * Called by: verbs; the I/O thread with answers.
 * Waits: monitor_call() and monitor_batch(), in turn_call().
 */
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/events.h"
#include "drivers/qemu/guest.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

struct batch;
struct slot {
    struct batch *batch;
    json_t *value;
    struct err err;
};

struct batch {
    gint left;              /* answers to come, and one for start() */
    struct pending *pending;
    struct run *run;
    struct qmp *qmp;
    size_t n;
    struct slot slots[];
};

/* Lives as long as turn_call(); says who owns the batch when that fails. */
struct launch {
    struct batch *batch;
    struct monitor_cmd *cmds;
    bool sent;
};

static void
batch_free(void *arg)
{
    struct batch *batch = arg;

    for (size_t i = 0; i < batch->n; i++) {
        json_decref(batch->slots[i].value);
        err_clear(&batch->slots[i].err);
    }
    qmp_unref(batch->qmp);
    run_unref(batch->run);
    g_free(batch);
}

static void
batch_step(struct batch *batch)
{
    if (g_atomic_int_dec_and_test(&batch->left))
        pending_complete(batch->pending, batch, batch_free);
}

static void
slot_done(void *opaque, const struct qmp_reply *reply)
{
    struct slot *slot = opaque;

    run_answered(slot->batch->run, RUN_MONITOR);
    if (reply->err) {
        err_copy(&slot->err, reply->err);
        slot->err.str1 = g_strdup(reply->error_class);
    } else {
        slot->value = json_incref(reply->value);
    }
    batch_step(slot->batch);
}

/* With the vm's lock: must not wait. */
static int
batch_start(struct pending *pending, void *arg, struct err *err)
{
    struct launch *launch = arg;
    struct batch *batch = launch->batch;
    size_t sent = 0;

    batch->pending = pending;
    for (size_t i = 0; i < batch->n; i++) {
        struct monitor_cmd *cmd = &launch->cmds[i];
        struct slot *slot = &batch->slots[i];
        int fd = cmd->fd > 0 ? cmd->fd : -1;
        int ret;

        cmd->fd = 0;
        if (cmd->raw) {
            ret = qmp_execute_raw(batch->qmp, cmd->command, fd, slot_done, slot, &slot->err);
        } else {
            json_t *args = cmd->args;

            cmd->args = NULL;
            ret = qmp_execute(batch->qmp, cmd->command, args, fd, slot_done, slot, &slot->err);
        }
        if (ret == 0) {
            sent++;
        } else if (sent == 0) {
            /* Nothing is under way: the whole call fails. */
            err_move(err, &slot->err);
            return -1;
        } else {
            batch_step(batch);
        }
    }
    launch->sent = true;
    batch_step(batch);
    return 0;
}

/* A reply that is well-formed and makes no sense. */
static void
batch_garble(struct pending *pending, void *arg)
{
    struct batch *batch = g_malloc0(sizeof(*batch));

    pending_complete(pending, batch, batch_free);
}

void
monitor_cmds_clear(struct monitor_cmd *cmds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        json_decref(cmds[i].args);
        json_decref(cmds[i].value);
        err_clear(&cmds[i].err);
        if (cmds[i].fd > 0)
            close(cmds[i].fd);
        cmds[i].args = cmds[i].value = NULL;
        cmds[i].fd = 0;
    }
}

static int
send_batch(struct turn *turn, struct monitor_cmd *cmds, size_t n, int64_t deadline, bool last,
           struct err *err)
{
    struct guest *guest = turn_guest(turn);
    struct batch *batch;
    struct batch *answer;
    struct launch launch = { NULL, cmds, false };
    void *result = NULL;
    struct call call = {
        .what = cmds[0].raw ? "a monitor command" : cmds[0].command,
        .channel = RUN_MONITOR,
        .start = batch_start,
        .deadline = deadline,
        .last = last,
        .garble = batch_garble,
    };

    if (!guest || !guest->qmp) {
        if (turn_check(turn, err) == 0)
            err_not_running(err);
        monitor_cmds_clear(cmds, n);
        return -1;
    }
    batch = g_malloc0(sizeof(*batch) + n * sizeof(batch->slots[0]));
    batch->left = (gint)n + 1;
    batch->n = n;
    batch->run = run_ref(turn_run(turn));
    batch->qmp = qmp_ref(guest->qmp);
    for (size_t i = 0; i < n; i++)
        batch->slots[i].batch = batch;
    launch.batch = batch;
    call.arg = &launch;
    if (turn_call(turn, &call, &result, err) < 0) {
        /* Not sent: still ours.  Sent: core frees it with the late answer. */
        if (!launch.sent)
            batch_free(batch);
        monitor_cmds_clear(cmds, n);
        return -1;
    }
    answer = result;
    for (size_t i = 0; i < n; i++) {
        if (!answer || i >= answer->n) {
            err_set(&cmds[i].err, VIR_ERR_INTERNAL_ERROR, "QEMU's answer to '%s' makes no sense",
                    cmds[i].command);
            continue;
        }
        cmds[i].value = answer->slots[i].value;
        answer->slots[i].value = NULL;
        err_move(&cmds[i].err, &answer->slots[i].err);
    }
    if (answer)
        batch_free(answer);
    return 0;
}

int
monitor_batch(struct turn *turn, struct monitor_cmd *cmds, size_t n, int64_t deadline, struct err *err)
{
    return send_batch(turn, cmds, n, deadline, false, err);
}

int
monitor_cmd_last(struct turn *turn, struct monitor_cmd *cmd, struct err *err)
{
    if (send_batch(turn, cmd, 1, 0, true, err) < 0)
        return -1;
    if (err_is_set(&cmd->err)) {
        err_move(err, &cmd->err);
        return -1;
    }
    return 0;
}

int
monitor_call_last(struct turn *turn, const char *command, json_t *args, struct err *err)
{
    struct monitor_cmd cmd = { .command = command, .args = args };

    if (monitor_cmd_last(turn, &cmd, err) < 0)
        return -1;
    json_decref(cmd.value);
    return 0;
}

int
monitor_call(struct turn *turn, const char *command, json_t *args, json_t **value, struct err *err)
{
    struct monitor_cmd cmd = { .command = command, .args = args };

    if (value)
        *value = NULL;
    if (monitor_batch(turn, &cmd, 1, 0, err) < 0)
        return -1;
    if (err_is_set(&cmd.err)) {
        err_move(err, &cmd.err);
        return -1;
    }
    if (value)
        *value = cmd.value;
    else
        json_decref(cmd.value);
    return 0;
}

/* ---- connection ----------------------------------------------------------------------------- */

static void
on_event(void *opaque, const char *name, json_t *data, long long seconds, unsigned micros)
{
    struct run *run = opaque;

    run_answered(run, RUN_MONITOR);
    guest_handle_event(run, name, data, seconds, micros);
}

static void
on_closed(void *opaque, const struct err *why)
{
    struct run *run = opaque;
    struct guest *guest = run_backend(run);

    /* A daemon that leaves lets go of its guests; they go on. */
    if (!g_atomic_int_get(&guest->driver->stopping))
        run_mark_dead(run, err_message(why));
    run_unref(run);
}

int
monitor_connect(struct guest *guest, struct run *run, struct err *err)
{
    static const struct qmp_callbacks callbacks = { on_event, on_closed };
    struct sockaddr_un sa = { .sun_family = AF_UNIX };
    int fd;

    if (strlen(guest->monitor_path) >= sizeof(sa.sun_path))
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the path of the monitor socket is too long: %s",
                       guest->monitor_path);
    strcpy(sa.sun_path, guest->monitor_path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_errno(err, errno, "cannot make a socket for the monitor");
    if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
        err_errno(err, errno, "cannot connect to the monitor at %s", guest->monitor_path);
        close(fd);
        return -1;
    }
    g_atomic_pointer_set(&guest->qmp, qmp_new(guest->name, &callbacks, run_ref(run)));
    qmp_attach(guest->qmp, guest->driver->io, fd);
    return 0;
}
