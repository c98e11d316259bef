/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qmp: the protocol machine of QEMU's monitor, without any I/O.
 *
 * Owns: the line buffer, the queue of requests not yet written and the list of
 * those not yet answered, under one mutex that is never held while a callback
 * runs.  QEMU 7.2 takes its monitor input byte by byte, so requests are as
 * short as they can be: no spaces, small numbers as ids, no empty arguments.
 * Called by: qmp-io.c feeds and drains it, any thread adds requests.
 * Waits: never.
 */
#include "drivers/qemu/qmp.h"

#include "base/clock.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

struct request {
    unsigned id;
    int64_t since;
    char *command;
    bool raw;
    qmp_done done;
    void *opaque;
};

struct chunk {
    char *text;
    size_t n, off;
    int fd;
};

struct qmp {
    gint refs;
    char *who;
    struct qmp_callbacks cb;
    void *opaque;
    void (*wake)(void *opaque);
    void *wake_opaque;
    void (*free_wake_opaque)(void *);

    GMutex lock;
    bool closed;
    bool greeted;
    unsigned long version;
    unsigned next_id;
    GQueue pending;   /* struct request: in the order they were sent */
    GQueue out;       /* struct chunk */
    struct err why;   /* once closed */

    /* Only the feeding thread. */
    GString *line;
    size_t scanned;   /* no newline in line before this */
};

static void
request_free(struct request *r)
{
    g_free(r->command);
    g_free(r);
}

static void
chunk_free(struct chunk *c)
{
    if (c->fd >= 0)
        close(c->fd);
    g_free(c->text);
    g_free(c);
}

static void
handshake_done(void *opaque, const struct qmp_reply *reply)
{
    struct qmp *qmp = opaque;

    if (reply->err && !qmp_is_closed(qmp)) {
        ERR_AUTO why = ERR_INIT;

        err_copy(&why, reply->err);
        err_context(&why, "cannot agree with QEMU on monitor capabilities");
        qmp_close(qmp, &why);
    }
}

struct qmp *
qmp_new(const char *who, const struct qmp_callbacks *cb, void *opaque)
{
    struct qmp *qmp = g_new0(struct qmp, 1);

    qmp->refs = 1;
    qmp->who = g_strdup(who);
    qmp->cb = *cb;
    qmp->opaque = opaque;
    g_mutex_init(&qmp->lock);
    g_queue_init(&qmp->pending);
    g_queue_init(&qmp->out);
    qmp->line = g_string_new(NULL);
    /* The handshake goes ahead of everything, without waiting for the greeting. */
    qmp_execute(qmp, "qmp_capabilities", NULL, -1, handshake_done, qmp, NULL);
    return qmp;
}

struct qmp *
qmp_ref(struct qmp *qmp)
{
    g_atomic_int_inc(&qmp->refs);
    return qmp;
}

void
qmp_unref(struct qmp *qmp)
{
    if (!qmp || !g_atomic_int_dec_and_test(&qmp->refs))
        return;
    if (qmp->free_wake_opaque)
        qmp->free_wake_opaque(qmp->wake_opaque);
    g_queue_clear_full(&qmp->pending, (GDestroyNotify)request_free);
    g_queue_clear_full(&qmp->out, (GDestroyNotify)chunk_free);
    g_string_free(qmp->line, TRUE);
    g_mutex_clear(&qmp->lock);
    err_clear(&qmp->why);
    g_free(qmp->who);
    g_free(qmp);
}

void
qmp_set_wake(struct qmp *qmp, void (*wake)(void *opaque), void *opaque, void (*free_opaque)(void *))
{
    g_mutex_lock(&qmp->lock);
    qmp->wake = wake;
    qmp->wake_opaque = opaque;
    qmp->free_wake_opaque = free_opaque;
    g_mutex_unlock(&qmp->lock);
}

void *
qmp_wake_opaque(struct qmp *qmp)
{
    void *opaque;

    g_mutex_lock(&qmp->lock);
    opaque = qmp->wake_opaque;
    g_mutex_unlock(&qmp->lock);
    return opaque;
}

bool
qmp_is_closed(struct qmp *qmp)
{
    bool closed;

    g_mutex_lock(&qmp->lock);
    closed = qmp->closed;
    g_mutex_unlock(&qmp->lock);
    return closed;
}

unsigned long
qmp_version(struct qmp *qmp)
{
    unsigned long version;

    g_mutex_lock(&qmp->lock);
    version = qmp->version;
    g_mutex_unlock(&qmp->lock);
    return version;
}

int64_t
qmp_waiting_since(struct qmp *qmp)
{
    struct request *r;
    int64_t since;

    g_mutex_lock(&qmp->lock);
    r = g_queue_peek_head(&qmp->pending);
    since = r ? r->since : 0;
    g_mutex_unlock(&qmp->lock);
    return since;
}

/* Takes `fd`; `body` is the request without braces and id. */
static int
enqueue(struct qmp *qmp, const char *command, const char *body, bool raw, int fd,
        qmp_done done, void *opaque, struct err *err)
{
    struct request *r;
    struct chunk *c;
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
    r = g_new0(struct request, 1);
    r->id = ++qmp->next_id;
    r->since = clock_now();
    r->command = g_strdup(command);
    r->raw = raw;
    r->done = done;
    r->opaque = opaque;
    g_queue_push_tail(&qmp->pending, r);
    c = g_new0(struct chunk, 1);
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
    struct chunk *c;
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
    struct chunk *c;

    g_mutex_lock(&qmp->lock);
    c = g_queue_peek_head(&qmp->out);
    if (c) {
        c->off += n;
        if (c->fd >= 0 && n > 0) {
            close(c->fd);
            c->fd = -1;
        }
        if (c->off >= c->n)
            chunk_free(g_queue_pop_head(&qmp->out));
    }
    g_mutex_unlock(&qmp->lock);
}

void
qmp_close(struct qmp *qmp, const struct err *why)
{
    struct request *r;
    GQueue failed = G_QUEUE_INIT;

    g_mutex_lock(&qmp->lock);
    if (qmp->closed) {
        g_mutex_unlock(&qmp->lock);
        return;
    }
    qmp->closed = true;
    err_copy(&qmp->why, why);
    failed = qmp->pending;
    g_queue_init(&qmp->pending);
    g_mutex_unlock(&qmp->lock);

    qmp_ref(qmp);
    qmp->cb.closed(qmp->opaque, why);
    while ((r = g_queue_pop_head(&failed))) {
        ERR_AUTO err = ERR_INIT;
        struct qmp_reply reply = { NULL, NULL, &err };

        err_copy(&err, why);
        err_context(&err, "no answer to '%s' from the monitor of guest '%s'", r->command, qmp->who);
        r->done(r->opaque, &reply);
        request_free(r);
    }
    qmp_unref(qmp);
}

static int G_GNUC_PRINTF(2, 3)
protocol_error(struct qmp *qmp, const char *fmt, ...)
{
    ERR_AUTO err = ERR_INIT;
    va_list ap;
    char *detail;

    va_start(ap, fmt);
    detail = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    err_set(&err, VIR_ERR_INTERNAL_ERROR, "the monitor of guest '%s' does not speak QMP: %s", qmp->who,
            detail);
    g_free(detail);
    qmp_close(qmp, &err);
    return -1;
}

/* The beginning of what came, safe to show in a message. */
static char *
excerpt(const char *text)
{
    g_autofree char *head = g_strndup(text, 60);

    return g_strescape(head, "\"");
}

static struct request *
take_request(struct qmp *qmp, json_t *id, bool has_id)
{
    struct request *r = NULL;

    g_mutex_lock(&qmp->lock);
    for (GList *l = qmp->pending.head; l; l = l->next) {
        struct request *have = l->data;

        /* A request that QEMU could not parse is answered without its id; it
         * can only be the oldest. */
        if (!has_id || (json_is_integer(id) && json_integer_value(id) == (json_int_t)have->id)) {
            r = have;
            g_queue_delete_link(&qmp->pending, l);
            break;
        }
    }
    g_mutex_unlock(&qmp->lock);
    return r;
}

static int
handle_reply(struct qmp *qmp, json_t *msg)
{
    json_t *value = json_object_get(msg, "return");
    json_t *error = json_object_get(msg, "error");
    json_t *id = json_object_get(msg, "id");
    struct request *r;
    ERR_AUTO err = ERR_INIT;
    struct qmp_reply reply = { value, NULL, NULL };

    if (!id && !error)
        return protocol_error(qmp, "a result came without id");
    r = take_request(qmp, id, id != NULL);
    if (!r)
        return protocol_error(qmp, "a reply came to a command that was not sent");
    if (r->raw) {
        json_object_del(msg, "id");
        reply.value = msg;
    }
    if (error) {
        const char *desc = json_string_value(json_object_get(error, "desc"));

        reply.error_class = json_string_value(json_object_get(error, "class"));
        if (!reply.error_class)
            reply.error_class = "GenericError";
        if (!r->raw) {
            err_set(&err, VIR_ERR_INTERNAL_ERROR, "QEMU of guest '%s' refused '%s': %s", qmp->who, r->command,
                    desc ? desc : reply.error_class);
            reply.err = &err;
            reply.value = NULL;
        }
    }
    r->done(r->opaque, &reply);
    request_free(r);
    return 0;
}

static int
handle_greeting(struct qmp *qmp, json_t *greeting)
{
    json_t *v = json_object_get(json_object_get(greeting, "version"), "qemu");
    json_int_t major = json_integer_value(json_object_get(v, "major"));
    json_int_t minor = json_integer_value(json_object_get(v, "minor"));
    json_int_t micro = json_integer_value(json_object_get(v, "micro"));

    if (qmp->greeted)
        return protocol_error(qmp, "it greeted twice");
    if (major < 1 || major > 1000 || minor < 0 || minor > 999 || micro < 0 || micro > 999)
        return protocol_error(qmp, "its greeting names no version");
    g_mutex_lock(&qmp->lock);
    qmp->greeted = true;
    qmp->version = (unsigned long)(major * 1000000 + minor * 1000 + micro);
    g_mutex_unlock(&qmp->lock);
    return 0;
}

static int
handle_line(struct qmp *qmp, const char *text, size_t n)
{
    g_autofree char *shown = NULL;
    json_error_t where;
    json_t *msg, *greeting;
    const char *name;
    int ret;

    while (n > 0 && (text[n - 1] == '\r' || text[n - 1] == ' '))
        n--;
    if (n == 0)
        return 0;
    msg = qmp_load(text, n, &where);
    if (!msg) {
        g_autofree char *reason = excerpt(where.text);

        shown = excerpt(text);
        return protocol_error(qmp, "%s at byte %d of: %s", reason, where.position, shown);
    }
    if (!json_is_object(msg)) {
        json_decref(msg);
        return protocol_error(qmp, "a message is not an object: %s", (shown = excerpt(text)));
    }
    name = json_string_value(json_object_get(msg, "event"));
    greeting = json_object_get(msg, "QMP");
    if (greeting) {
        ret = handle_greeting(qmp, greeting);
    } else if (!qmp->greeted) {
        ret = protocol_error(qmp, "the first message is no greeting: %s", (shown = excerpt(text)));
    } else if (name) {
        json_t *when = json_object_get(msg, "timestamp");

        qmp->cb.event(qmp->opaque, name, json_object_get(msg, "data"),
                      json_integer_value(json_object_get(when, "seconds")),
                      (unsigned)json_integer_value(json_object_get(when, "microseconds")));
        ret = 0;
    } else if (json_object_get(msg, "return") || json_object_get(msg, "error")) {
        ret = handle_reply(qmp, msg);
    } else {
        ret = protocol_error(qmp, "a message is neither event nor reply: %s", (shown = excerpt(text)));
    }
    json_decref(msg);
    return ret;
}

int
qmp_feed(struct qmp *qmp, const char *data, size_t n)
{
    size_t start = 0;
    int ret = 0;

    qmp_ref(qmp);
    g_string_append_len(qmp->line, data, (gssize)n);
    while (ret == 0) {
        char *nl = memchr(qmp->line->str + qmp->scanned, '\n', qmp->line->len - qmp->scanned);

        if (qmp_is_closed(qmp)) {
            ret = -1;
            break;
        }
        if (!nl) {
            qmp->scanned = qmp->line->len;
            if (qmp->line->len - start > QMP_LINE_MAX)
                ret = protocol_error(qmp, "a line is longer than %u bytes", QMP_LINE_MAX);
            break;
        }
        *nl = '\0';
        ret = handle_line(qmp, qmp->line->str + start, (size_t)(nl - qmp->line->str) - start);
        start = qmp->scanned = (size_t)(nl - qmp->line->str) + 1;
    }
    if (start > 0) {
        g_string_erase(qmp->line, 0, (gssize)start);
        qmp->scanned -= start;
        /* The reply to one big query shall not stay with each of many guests. */
        if (qmp->line->len == 0 && qmp->line->allocated_len > 4096) {
            g_string_free(qmp->line, TRUE);
            qmp->line = g_string_new(NULL);
        }
    }
    qmp_unref(qmp);
    return ret;
}
