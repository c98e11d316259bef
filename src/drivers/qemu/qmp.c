/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qmp: the protocol machine of QEMU's monitor, without any I/O: its life.
 *
 * Owns: the queue of requests not yet written and the list of those not yet
 * answered, under one mutex that is never held while a callback runs; what
 * closing does to them.  qmp-send.c fills the queue, qmp-receive.c answers.
 * Called by: qmp-io.c, the monitor of a guest.
 * Waits: never.
 */
#include "drivers/qemu/qmp-impl.h"

#define ERR_FROM VIR_FROM_QEMU

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
    g_queue_clear_full(&qmp->pending, (GDestroyNotify)qmp_request_free);
    g_queue_clear_full(&qmp->out, (GDestroyNotify)qmp_chunk_free);
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
    struct qmp_request *r;
    int64_t since;

    g_mutex_lock(&qmp->lock);
    r = g_queue_peek_head(&qmp->pending);
    since = r ? r->since : 0;
    g_mutex_unlock(&qmp->lock);
    return since;
}

void
qmp_close(struct qmp *qmp, const struct err *why)
{
    struct qmp_request *r;
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
        qmp_request_free(r);
    }
    qmp_unref(qmp);
}
