/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qmp-send: commands to QEMU's monitor, from JSON to the bytes to write.
 *
 * Owns: the form of a request (QEMU 7.2 takes its monitor input byte by byte,
 * so requests are as short as they can be: no spaces, small numbers as ids, no
 * empty arguments) and the order in which they leave.
 * Called by: any thread adds requests, qmp-io.c takes their bytes.
 * Waits: never.
 */
#include "drivers/qemu/qmp-impl.h"

#include "base/clock.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

/* Takes `fd`; `body` is the request without braces and id. */
static int
enqueue(struct qmp *qmp, const char *command, const char *body, bool raw, int fd,
        qmp_done done, void *opaque, struct err *err)
{
    struct qmp_request *r;
    struct qmp_chunk *c;
    void (*wake)(void *) = NULL;
    void *wake_opaque = NULL;

    g_mutex_lock(&qmp->lock);
    if (qmp->closed || qmp->pending.length >= QMP_PENDING_MAX) {
        if (qmp->closed)
            err_set(err, VIR_ERR_OPERATION_FAILED, "cannot send '%s' to the monitor of guest '%s': %s",
                    command, qmp->who, err_message(&qmp->why));
        else
            err_set(err, VIR_ERR_OPERATION_FAILED,
                    "cannot send '%s' to the monitor of guest '%s': %u commands wait there already",
                    command, qmp->who, qmp->pending.length);
        g_mutex_unlock(&qmp->lock);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    r = g_new0(struct qmp_request, 1);
    r->id = ++qmp->next_id;
    r->since = clock_now();
    r->command = g_strdup(command);
    r->raw = raw;
    r->done = done;
    r->opaque = opaque;
    g_queue_push_tail(&qmp->pending, r);
    c = g_new0(struct qmp_chunk, 1);
    c->text = g_strdup_printf("{%s,\"id\":%u}\n", body, r->id);
    c->n = strlen(c->text);
    c->fd = fd;
    if (g_queue_is_empty(&qmp->out)) {
        wake = qmp->wake;
        wake_opaque = qmp->wake_opaque;
    }
    g_queue_push_tail(&qmp->out, c);
    g_mutex_unlock(&qmp->lock);
    if (wake)
        wake(wake_opaque);
    return 0;
}

int
qmp_execute(struct qmp *qmp, const char *command, json_t *args, int fd,
            qmp_done done, void *opaque, struct err *err)
{
    g_autofree char *body = NULL;

    if (args && json_object_size(args) > 0) {
        char *text = json_dumps(args, JSON_COMPACT);

        if (!text) {
            json_decref(args);
            if (fd >= 0)
                close(fd);
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "cannot write the arguments of '%s' as JSON: not UTF-8?", command);
        }
        body = g_strdup_printf("\"execute\":\"%s\",\"arguments\":%s", command, text);
        free(text);
    } else {
        body = g_strdup_printf("\"execute\":\"%s\"", command);
    }
    json_decref(args);
    return enqueue(qmp, command, body, false, fd, done, opaque, err);
}

int
qmp_execute_raw(struct qmp *qmp, const char *text, int fd, qmp_done done, void *opaque, struct err *err)
{
    json_error_t where;
    json_t *request = json_loads(text, 0, &where);
    const char *command;
    char *dump;
    int ret;

    if (!request || !json_is_object(request)) {
        if (request)
            err_set(err, VIR_ERR_INTERNAL_ERROR, "a monitor command has to be a JSON object: %s", text);
        else
            err_set(err, VIR_ERR_INTERNAL_ERROR,
                    "cannot read the monitor command as JSON: %s at column %d: %s", where.text, where.column,
                    text);
        json_decref(request);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    command = json_string_value(json_object_get(request, "execute"));
    if (!command)
        command = json_string_value(json_object_get(request, "exec-oob"));
    json_object_del(request, "id");
    g_autofree char *name = g_strdup(command ? command : "(no command)");
    if (json_object_size(request) == 0) {
        json_decref(request);
        if (fd >= 0)
            close(fd);
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "a monitor command needs a member 'execute'");
    }
    dump = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    dump[strlen(dump) - 1] = '\0'; /* the braces come back with the id */
    ret = enqueue(qmp, name, dump + 1, true, fd, done, opaque, err);
    free(dump);
    return ret;
}

const char *
qmp_output(struct qmp *qmp, size_t *n, int *fd)
{
    struct qmp_chunk *c;
    const char *text = NULL;

    g_mutex_lock(&qmp->lock);
    c = g_queue_peek_head(&qmp->out);
    if (c && !qmp->closed) {
        /* Only the writer removes chunks: the text stays until qmp_written(). */
        text = c->text + c->off;
        *n = c->n - c->off;
        *fd = c->off == 0 ? c->fd : -1;
    }
    g_mutex_unlock(&qmp->lock);
    return text;
}

void
qmp_written(struct qmp *qmp, size_t n)
{
    struct qmp_chunk *c;

    g_mutex_lock(&qmp->lock);
    c = g_queue_peek_head(&qmp->out);
    if (c) {
        c->off += n;
        if (c->fd >= 0 && n > 0) {
            close(c->fd);
            c->fd = -1;
        }
        if (c->off >= c->n)
            qmp_chunk_free(g_queue_pop_head(&qmp->out));
    }
    g_mutex_unlock(&qmp->lock);
}
