/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-event: what a client wants to be told, and telling it.
 *
 * A subscription lives in the driver's hub; deliver() runs on whatever thread
 * emits, puts the message (encoded once for all clients) into the session's
 * output and leaves the sending to the I/O thread, so that a storm of events
 * costs the emitter no system call and each client one.
 */
#include "daemon/session.h"

#include "base/log.h"
#include "driver/driver-tables.h"
#include "driver/event-wire.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.events");

#define SUBSCRIPTIONS_MAX 4096 /* of one client */

struct subscription {
    struct session *s;
    enum event_family family;
    enum event_style style;
    int id, callback_id;
};

static void
free_subscription(void *opaque)
{
    struct subscription *sub = opaque;
    session_unref(sub->s);
    g_free(sub);
}

static void
deliver(struct event *ev, int callback_id, void *opaque)
{
    struct subscription *sub = opaque;
    struct session *s = sub->s;
    struct xdr_writer w;
    xdr_writer_init(&w, NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX);
    ERR_AUTO err = ERR_INIT;
    if (event_message(ev, sub->style, callback_id, &w, &err) < 0) {
        log_warn("an event cannot be told to client %llu: %s", (unsigned long long)s->id, err_message(&err));
    } else if (w.len > 0) {
        pthread_mutex_lock(&s->lock);
        if (s->fd >= 0 && !s->broken) {
            frame_writer_add_copy(&s->out, w.buf, w.len);
            if (s->out.bytes > SESSION_EVENT_BYTES) {
                log_warn("client %llu (process %d) does not read its events: given up",
                         (unsigned long long)s->id, (int)s->who.pid);
                s->broken = true;
                session_close_later(s);
            }
        }
        pthread_mutex_unlock(&s->lock);
        server_flush_later(s->server, s);
    }
    xdr_writer_clear(&w);
}

static int
unsubscribe(struct drv_conn *conn, enum event_family family, int callback_id, struct err *err)
{
    int (*slot)(struct drv_conn *, int, struct err *) = NULL;
    switch (family) {
        case EVENT_DOMAIN:
            slot = conn->hypervisor ? conn->hypervisor->connect_domain_event_deregister_any : NULL;
            break;
        case EVENT_NETWORK:
            slot = conn->network ? conn->network->connect_network_event_deregister_any : NULL;
            break;
        case EVENT_STORAGE_POOL:
            slot = conn->storage ? conn->storage->connect_storage_pool_event_deregister_any : NULL;
            break;
        case EVENT_NODE_DEVICE:
            slot = conn->node_device ? conn->node_device->connect_node_device_event_deregister_any : NULL;
            break;
        case EVENT_SECRET:
            slot = conn->secret ? conn->secret->connect_secret_event_deregister_any : NULL;
            break;
        case EVENT_QEMU_MONITOR:
            slot = conn->hypervisor ? conn->hypervisor->connect_domain_qemu_monitor_event_deregister : NULL;
            break;
    }
    return slot ? slot(conn, callback_id, err)
                : err_set(err, VIR_ERR_NO_SUPPORT, "this driver has no events of that kind");
}

int
session_event_register(struct dispatch_call *call, const struct event_filter *filter, enum event_style style,
                       const char *monitor_event, unsigned int flags, int *callback_id, struct err *err)
{
    struct session *s = call->session;
    struct drv_conn *conn = call->conn;
    typedef int (*slot_fn)(struct drv_conn *, const struct event_filter *, event_deliver, void *,
                           event_free_opaque, struct err *);
    slot_fn slot = NULL;
    if (!s->subscriptions)
        s->subscriptions = g_ptr_array_new();
    if (s->subscriptions->len >= SUBSCRIPTIONS_MAX)
        return err_set(err, VIR_ERR_OPERATION_FAILED, "the client has %u event callbacks registered already; "
                       "deregister some", s->subscriptions->len);
    switch (filter->family) {
        case EVENT_DOMAIN:
            slot = conn->hypervisor ? conn->hypervisor->connect_domain_event_register_any : NULL;
            break;
        case EVENT_NETWORK:
            slot = conn->network ? conn->network->connect_network_event_register_any : NULL;
            break;
        case EVENT_STORAGE_POOL:
            slot = conn->storage ? conn->storage->connect_storage_pool_event_register_any : NULL;
            break;
        case EVENT_NODE_DEVICE:
            slot = conn->node_device ? conn->node_device->connect_node_device_event_register_any : NULL;
            break;
        case EVENT_SECRET:
            slot = conn->secret ? conn->secret->connect_secret_event_register_any : NULL;
            break;
        case EVENT_QEMU_MONITOR: break;
    }
    bool monitor = filter->family == EVENT_QEMU_MONITOR && conn->hypervisor &&
                   conn->hypervisor->connect_domain_qemu_monitor_event_register;
    if (!slot && !monitor)
        return err_set(err, VIR_ERR_NO_SUPPORT, "this driver has no events of that kind");
    struct subscription *sub = g_new0(struct subscription, 1);
    *sub = (struct subscription){ session_ref(s), filter->family, style, filter->id, -1 };
    int id = monitor ? conn->hypervisor->connect_domain_qemu_monitor_event_register(
                           conn, filter, monitor_event, deliver, sub, free_subscription, flags, err)
                     : slot(conn, filter, deliver, sub, free_subscription, err);
    if (id < 0) {
        free_subscription(sub);
        return -1;
    }
    sub->callback_id = id;
    g_ptr_array_add(s->subscriptions, sub);
    *callback_id = id;
    return 0;
}

int
session_event_deregister(struct dispatch_call *call, enum event_family family, enum event_style style, int id,
                         struct err *err)
{
    struct session *s = call->session;
    for (guint i = 0; s->subscriptions && i < s->subscriptions->len; i++) {
        struct subscription *sub = g_ptr_array_index(s->subscriptions, i);
        int key = style == EVENT_STYLE_LEGACY ? sub->id : sub->callback_id;
        if (sub->family != family || sub->style != style || key != id)
            continue;
        int callback_id = sub->callback_id;
        g_ptr_array_remove_index_fast(s->subscriptions, i);
        return unsubscribe(call->conn, family, callback_id, err); /* frees sub */
    }
    return err_set(err, VIR_ERR_INVALID_ARG, "the client has registered no event callback with id %d", id);
}

void
session_events_close(struct session *s)
{
    if (!s->subscriptions)
        return;
    GPtrArray *subs = g_steal_pointer(&s->subscriptions);
    for (guint i = 0; i < subs->len; i++) {
        struct subscription *sub = g_ptr_array_index(subs, i);
        unsubscribe(s->conn, sub->family, sub->callback_id, NULL);
    }
    g_ptr_array_free(subs, TRUE);
}
