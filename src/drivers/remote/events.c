/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * events: subscriptions at the daemon, and what comes of them.
 *
 * A daemon takes one subscription to an event (of one object, or of all) from one
 * client, so those of the application that ask for the same share a channel; the
 * daemon sends each event once per channel, with the id it gave that.  An event may
 * come before the reply that tells the id is handled: while a registration is under
 * way, unknown ids are kept.
 * deliver() of a subscription only queues (driver.h), so it is called under the
 * lock that deregistering takes.
 */
#include "remote-hand.h"

#define ERR_FROM VIR_FROM_RPC
#define UNCLAIMED_MAX 1000

struct remote_channel {
    struct event_filter filter; /* owns name */
    char *monitor_event;
    unsigned int flags;
    int id;                     /* the daemon's */
    GPtrArray *subscriptions;   /* struct remote_subscription * */
};

struct unclaimed { struct event *ev; int id; };

static struct remote_channel *
channel_by_id(struct remote *r, enum event_family family, int id)
{
    for (guint i = 0; i < r->channels->len; i++) {
        struct remote_channel *c = g_ptr_array_index(r->channels, i);
        if (c->filter.family == family && c->id == id)
            return c;
    }
    return NULL;
}

static struct remote_channel *
channel_for(struct remote *r, const struct event_filter *f, const char *monitor_event, unsigned int flags)
{
    for (guint i = 0; i < r->channels->len; i++) {
        struct remote_channel *c = g_ptr_array_index(r->channels, i);
        const struct event_filter *o = &c->filter;
        if (o->family == f->family && o->id == f->id && o->one_object == f->one_object &&
            (!f->one_object ||
             (memcmp(o->uuid, f->uuid, UUID_LEN) == 0 && g_strcmp0(o->name, f->name) == 0)) &&
            g_strcmp0(c->monitor_event, monitor_event) == 0 && c->flags == flags)
            return c;
    }
    return NULL;
}

static void
channel_free(struct remote_channel *c)
{
    g_ptr_array_free(c->subscriptions, TRUE);
    g_free(c->filter.name);
    g_free(c->monitor_event);
    g_free(c);
}

static void
fan_out(struct remote_channel *c, struct event *ev)
{
    for (guint i = 0; i < c->subscriptions->len; i++) {
        struct remote_subscription *s = g_ptr_array_index(c->subscriptions, i);
        s->deliver(ev, s->id, s->opaque);
    }
}

void
remote_event_deliver(struct remote *r, struct frame *f)
{
    ERR_AUTO err = ERR_INIT;
    int id;
    struct event *ev = event_from_message(f, &id, &err);
    if (!ev)
        return; /* newer than we are, or broken: no reason to give the connection up */
    pthread_mutex_lock(&r->events_lock);
    struct remote_channel *c = channel_by_id(r, ev->family, id);
    if (c) {
        fan_out(c, ev);
    } else if (r->registering && r->unclaimed.length < UNCLAIMED_MAX) {
        struct unclaimed *u = g_new(struct unclaimed, 1);
        *u = (struct unclaimed){ event_ref(ev), id };
        g_queue_push_tail(&r->unclaimed, u);
    }
    pthread_mutex_unlock(&r->events_lock);
    event_unref(ev);
}

/* The registration that was under way is over; c NULL: it failed.  events_lock held. */
static void
registered(struct remote *r, struct remote_channel *c)
{
    struct unclaimed *u;
    r->registering = false;
    if (c)
        g_ptr_array_add(r->channels, c);
    while ((u = g_queue_pop_head(&r->unclaimed))) {
        if (c && u->ev->family == c->filter.family && u->id == c->id)
            fan_out(c, u->ev);
        event_unref(u->ev);
        g_free(u);
    }
}

void
remote_events_free(struct remote *r)
{
    registered(r, NULL);
    for (guint i = 0; i < r->channels->len; i++) {
        struct remote_channel *c = g_ptr_array_index(r->channels, i);
        for (guint k = 0; k < c->subscriptions->len; k++) {
            struct remote_subscription *s = g_ptr_array_index(c->subscriptions, k);
            if (s->free_opaque)
                s->free_opaque(s->opaque);
            g_free(s);
        }
        channel_free(c);
    }
    g_ptr_array_free(r->channels, TRUE);
}

struct subscriber {
    event_deliver deliver;
    void *opaque;
    event_free_opaque free_opaque;
};

/* `callback_id` is in q->ret.  The register lock is held while the daemon answers. */
static int
subscribe(struct drv_conn *conn, const struct event_filter *filter, const char *monitor_event,
          unsigned int flags, const struct remote_request *q, const int *callback_id,
          const struct subscriber *who, struct err *err)
{
    struct remote *r = remote_of(conn);
    if (remote_watch(r, err) < 0)
        return -1;
    struct remote_subscription *s = g_new(struct remote_subscription, 1);
    *s = (struct remote_subscription){ 0, who->deliver, who->opaque, who->free_opaque };
    pthread_mutex_lock(&r->register_lock);
    pthread_mutex_lock(&r->events_lock);
    s->id = r->next_subscription++;
    struct remote_channel *c = channel_for(r, filter, monitor_event, flags);
    if (c)
        g_ptr_array_add(c->subscriptions, s);
    r->registering = !c;
    pthread_mutex_unlock(&r->events_lock);
    if (!c) {
        REMOTE_REPLY_INIT(reply);
        int rc = remote_request(conn, q, &reply, err);
        pthread_mutex_lock(&r->events_lock);
        if (rc == 0) {
            c = g_new0(struct remote_channel, 1);
            c->filter = *filter;
            c->filter.name = g_strdup(filter->name);
            c->monitor_event = g_strdup(monitor_event);
            c->flags = flags;
            c->id = *callback_id;
            c->subscriptions = g_ptr_array_new();
            g_ptr_array_add(c->subscriptions, s);
        }
        registered(r, c);
        pthread_mutex_unlock(&r->events_lock);
    }
    pthread_mutex_unlock(&r->register_lock);
    if (!c) {
        g_free(s);
        return -1;
    }
    return s->id;
}

static int
unsubscribe(struct drv_conn *conn, enum event_family family, uint32_t program, int proc, enum xdr_type type,
            int id, struct err *err)
{
    struct remote *r = remote_of(conn);
    struct remote_subscription *s = NULL;
    struct remote_channel *empty = NULL;
    int rc = 0;
    pthread_mutex_lock(&r->register_lock);
    pthread_mutex_lock(&r->events_lock);
    for (guint i = 0; i < r->channels->len && !s; i++) {
        struct remote_channel *c = g_ptr_array_index(r->channels, i);
        for (guint k = 0; c->filter.family == family && k < c->subscriptions->len; k++) {
            struct remote_subscription *candidate = g_ptr_array_index(c->subscriptions, k);
            if (candidate->id != id)
                continue;
            s = candidate;
            g_ptr_array_remove_index(c->subscriptions, k);
            if (c->subscriptions->len == 0) {
                empty = c;
                g_ptr_array_remove_index(r->channels, i);
            }
            break;
        }
    }
    pthread_mutex_unlock(&r->events_lock);
    if (!s)
        rc = err_set(err, VIR_ERR_INVALID_ARG, "No event callback with id %d is registered", id);
    if (empty) {
        /* All these arguments are one id. */
        struct remote_connect_network_event_deregister_any_args args = { .callbackID = empty->id };
        REMOTE_REPLY_INIT(reply);
        rc = remote_call(conn, program, proc, type, &args, XDR_NONE, NULL, &reply, err);
        channel_free(empty);
    }
    pthread_mutex_unlock(&r->register_lock);
    if (s && s->free_opaque)
        s->free_opaque(s->opaque);
    g_free(s);
    return rc;
}

#define REGISTER_ARGS struct drv_conn *conn, const struct event_filter *filter, event_deliver deliver, \
    void *opaque, event_free_opaque free_opaque, struct err *err
#define REGISTER(name, family, PROC, field, optional, fill)                                                  \
    int remote_connect_##name##_register_any(REGISTER_ARGS)                                                  \
    {                                                                                                        \
        struct optional about = { 0 };                                                                       \
        struct PROC##_register_any_args args = { .eventID = filter->id };                                    \
        struct PROC##_register_any_ret ret = { 0 };                                                          \
        if (filter->one_object) {                                                                            \
            fill;                                                                                            \
            args.field = &about;                                                                             \
        }                                                                                                    \
        return subscribe(conn, filter, NULL, 0,                                                              \
                         &(struct remote_request){ .program = REMOTE_PROGRAM,                                \
                                                   .proc = PROC##_register_number,                           \
                                                   .args_type = XDR_##PROC##_register_any_args,              \
                                                   .args = &args,                                            \
                                                   .ret_type = XDR_##PROC##_register_any_ret,                \
                                                   .ret = &ret },                                            \
                         &ret.callbackID, &(struct subscriber){ deliver, opaque, free_opaque }, err);        \
    }                                                                                                        \
    int remote_connect_##name##_deregister_any(struct drv_conn *conn, int id, struct err *err)               \
    {                                                                                                        \
        return unsubscribe(conn, family, REMOTE_PROGRAM, PROC##_deregister_number,                           \
                           XDR_##PROC##_deregister_any_args, id, err);                                       \
    }

#define remote_connect_domain_event_callback_register_number                                                 \
    REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY
#define remote_connect_domain_event_callback_deregister_number                                               \
    REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY
#define remote_connect_network_event_register_number REMOTE_PROC_CONNECT_NETWORK_EVENT_REGISTER_ANY
#define remote_connect_network_event_deregister_number REMOTE_PROC_CONNECT_NETWORK_EVENT_DEREGISTER_ANY
#define remote_connect_storage_pool_event_register_number REMOTE_PROC_CONNECT_STORAGE_POOL_EVENT_REGISTER_ANY
#define remote_connect_storage_pool_event_deregister_number                                                  \
    REMOTE_PROC_CONNECT_STORAGE_POOL_EVENT_DEREGISTER_ANY
#define remote_connect_node_device_event_register_number REMOTE_PROC_CONNECT_NODE_DEVICE_EVENT_REGISTER_ANY
#define remote_connect_node_device_event_deregister_number                                                   \
    REMOTE_PROC_CONNECT_NODE_DEVICE_EVENT_DEREGISTER_ANY
#define remote_connect_secret_event_register_number REMOTE_PROC_CONNECT_SECRET_EVENT_REGISTER_ANY
#define remote_connect_secret_event_deregister_number REMOTE_PROC_CONNECT_SECRET_EVENT_DEREGISTER_ANY
#define UUID_AND_NAME \
    memcpy(about.uuid, filter->uuid, UUID_LEN); \
    about.name = filter->name ? filter->name : (char *)"-"

REGISTER(domain_event, EVENT_DOMAIN, remote_connect_domain_event_callback, dom, domain_ref, UUID_AND_NAME;
         about.id = -1)
REGISTER(network_event, EVENT_NETWORK, remote_connect_network_event, net, network_ref, UUID_AND_NAME)
REGISTER(storage_pool_event, EVENT_STORAGE_POOL, remote_connect_storage_pool_event, pool, storage_pool_ref,
         UUID_AND_NAME)
REGISTER(node_device_event, EVENT_NODE_DEVICE, remote_connect_node_device_event, dev, node_device_ref,
         about.name = filter->name)
REGISTER(secret_event, EVENT_SECRET, remote_connect_secret_event, secret, secret_ref,
         memcpy(about.uuid, filter->uuid, UUID_LEN); about.usage_id = (char *)"-")

int
remote_connect_domain_qemu_monitor_event_register(struct drv_conn *conn, const struct event_filter *filter,
                                                  const char *event, event_deliver deliver, void *opaque,
                                                  event_free_opaque free_opaque, unsigned int flags,
                                                  struct err *err)
{
    struct domain_ref about = { .id = -1 };
    struct qemu_connect_domain_monitor_event_register_args args = { .event = (char *)event, .flags = flags };
    struct qemu_connect_domain_monitor_event_register_ret ret = { 0 };
    if (filter->one_object) {
        UUID_AND_NAME;
        args.dom = &about;
    }
    return subscribe(conn, filter, event, flags,
                     &(struct remote_request){ .program = QEMU_PROGRAM,
                     .proc = QEMU_PROC_CONNECT_DOMAIN_MONITOR_EVENT_REGISTER,
                     .args_type = XDR_qemu_connect_domain_monitor_event_register_args, .args = &args,
                     .ret_type = XDR_qemu_connect_domain_monitor_event_register_ret, .ret = &ret },
                     &ret.callbackID, &(struct subscriber){ deliver, opaque, free_opaque }, err);
}

int
remote_connect_domain_qemu_monitor_event_deregister(struct drv_conn *conn, int id, struct err *err)
{
    return unsubscribe(conn, EVENT_QEMU_MONITOR, QEMU_PROGRAM,
                       QEMU_PROC_CONNECT_DOMAIN_MONITOR_EVENT_DEREGISTER,
                       XDR_qemu_connect_domain_monitor_event_deregister_args, id, err);
}
