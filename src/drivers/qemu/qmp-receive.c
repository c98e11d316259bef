/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qmp-receive: what QEMU's monitor says, from bytes to answers and events.
 *
 * Owns: the line that is not complete yet and what each kind of message does;
 * what is no QMP closes the machine.
 * Called by: qmp-io.c, on the one thread that reads the guest's monitor.
 * Waits: never; callbacks run without the machine's mutex.
 */
#include "drivers/qemu/qmp-impl.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

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

static struct qmp_request *
take_request(struct qmp *qmp, json_t *id, bool has_id)
{
    struct qmp_request *r = NULL;

    g_mutex_lock(&qmp->lock);
    for (GList *l = qmp->pending.head; l; l = l->next) {
        struct qmp_request *have = l->data;

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
    struct qmp_request *r;
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
    qmp_request_free(r);
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
