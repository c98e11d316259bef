/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * events: see events.h.
 *
 * A registration holds a reference on its connection and is itself held by the
 * list and by each delivery that waits in the queue; the callback data is freed
 * with the last one, never while the callback runs.  The event loop is told by a
 * doorbell, which holds a link to the connection rather than the connection, which
 * another thread may be closing.
 */
#include "lib/events.h"

#include "base/fork.h"
#include "base/uuid.h"
#include "driver/doorbell.h"
#include "lib/conn.h"

#define ERR_FROM VIR_FROM_NONE

struct registration {
    struct registration *next;
    atomic_uint refs;
    virConnectPtr conn;
    enum event_family family;
    int event;
    char *object;  /* whose events only: its UUID or name, or NULL */
    int id;        /* what the application knows */
    int driver_id; /* what the driver knows */
    bool legacy, gone;
    void (*cb)(void);
    void *opaque;
    virFreeCallback freecb;
};

struct event_link {
    pthread_mutex_t lock;
    virConnectPtr conn; /* NULL once it is being freed */
};

struct delivery {
    struct event *ev;
    struct registration *reg;
};

static void
registration_unref(struct registration *reg)
{
    if (atomic_fetch_sub(&reg->refs, 1) != 1)
        return;
    if (reg->freecb)
        reg->freecb(reg->opaque);
    g_free(reg->object);
    g_free(reg);
}

static void
unref_opaque(void *opaque)
{
    registration_unref(opaque);
}

/* Driver's thread. */
static void
deliver(struct event *ev, int callback_id, void *opaque)
{
    struct registration *reg = opaque;
    struct delivery *d = g_new(struct delivery, 1);

    d->ev = event_ref(ev);
    d->reg = reg;
    atomic_fetch_add(&reg->refs, 1);
    pthread_mutex_lock(&reg->conn->lock);
    g_queue_push_tail(&reg->conn->queue, d);
    pthread_mutex_unlock(&reg->conn->lock);
    events_wake(reg->conn);
}

static void
free_link(void *opaque)
{
    struct event_link *link = opaque;

    fork_mutex_destroy(&link->lock);
    g_free(link);
}

/* Event loop's thread. */
static void
run_queue(void *opaque)
{
    struct event_link *link = opaque;
    virConnectPtr conn;
    struct delivery *d;

    pthread_mutex_lock(&link->lock);
    conn = link->conn && handle_try_ref(link->conn) ? link->conn : NULL;
    pthread_mutex_unlock(&link->lock);
    if (!conn)
        return;
    for (;;) {
        bool gone;

        pthread_mutex_lock(&conn->lock);
        d = g_queue_pop_head(&conn->queue);
        gone = d && d->reg->gone;
        pthread_mutex_unlock(&conn->lock);
        if (!d)
            break;
        if (!gone)
            event_dispatch(conn, d->ev, d->reg->cb, d->reg->opaque);
        event_unref(d->ev);
        registration_unref(d->reg);
        g_free(d);
    }
    conn_tell_lost(conn);
    handle_unref(conn);
}

/* Cuts the link first: the event loop may be about to call back. */
static void
remove_bell(struct doorbell *bell, struct event_link *link)
{
    pthread_mutex_lock(&link->lock);
    link->conn = NULL;
    pthread_mutex_unlock(&link->lock);
    doorbell_remove(bell);
}

bool
events_need_bell(virConnectPtr conn)
{
    struct event_link *link;
    struct doorbell *bell;
    bool have;

    pthread_mutex_lock(&conn->lock);
    conn->bell_users++;
    have = conn->bell != NULL;
    pthread_mutex_unlock(&conn->lock);
    if (have)
        return true;
    link = g_new0(struct event_link, 1);
    fork_mutex_init(&link->lock, FORK_LEAF);
    link->conn = conn;
    /* Not under the lock: the loop may be the application's own. */
    bell = doorbell_new(run_queue, link, free_link);
    if (!bell) {
        free_link(link);
        return false;
    }
    pthread_mutex_lock(&conn->lock);
    if (!conn->bell) {
        conn->bell = bell;
        conn->link = link;
        bell = NULL;
    }
    pthread_mutex_unlock(&conn->lock);
    if (bell)
        remove_bell(bell, link);
    return true;
}

void
events_wake(virConnectPtr conn)
{
    pthread_mutex_lock(&conn->lock);
    if (conn->bell)
        doorbell_ring(conn->bell);
    pthread_mutex_unlock(&conn->lock);
}

static void
drop_queue(GQueue *queue)
{
    struct delivery *d;

    while ((d = g_queue_pop_head(queue))) {
        event_unref(d->ev);
        registration_unref(d->reg);
        g_free(d);
    }
}

void
events_drop_bell(virConnectPtr conn)
{
    GQueue queue = G_QUEUE_INIT; /* of callbacks that are gone */
    struct event_link *link = NULL;
    struct doorbell *bell = NULL;

    pthread_mutex_lock(&conn->lock);
    if (--conn->bell_users == 0 && conn->bell) {
        bell = conn->bell;
        link = conn->link;
        queue = conn->queue;
        conn->bell = NULL;
        conn->link = NULL;
        g_queue_init(&conn->queue);
    }
    pthread_mutex_unlock(&conn->lock);
    if (bell)
        remove_bell(bell, link);
    drop_queue(&queue);
}

void
events_close(virConnectPtr conn)
{
    if (conn->bell)
        remove_bell(conn->bell, conn->link);
    drop_queue(&conn->queue);
}

#define SLOT(conn, family, slot) ((conn)->drv->family ? (conn)->drv->family->slot : NULL)

static bool
driver_has(virConnectPtr conn, enum event_family family)
{
    switch (family) {
    case EVENT_DOMAIN:
        return SLOT(conn, hypervisor, connect_domain_event_register_any);
    case EVENT_NETWORK:
        return SLOT(conn, network, connect_network_event_register_any);
    case EVENT_STORAGE_POOL:
        return SLOT(conn, storage, connect_storage_pool_event_register_any);
    case EVENT_NODE_DEVICE:
        return SLOT(conn, node_device, connect_node_device_event_register_any);
    case EVENT_SECRET:
        return SLOT(conn, secret, connect_secret_event_register_any);
    case EVENT_QEMU_MONITOR:
        return SLOT(conn, hypervisor, connect_domain_qemu_monitor_event_register);
    }
    return false;
}

/* The driver's id, or -1 with e->err; only when driver_has() the family. */
static int
driver_register_event(struct entry *e, const struct event_request *req, struct registration *reg)
{
    struct drv_conn *drv = e->conn->drv;
    const struct event_filter *filter = &req->filter;

#define REGISTER(family, slot) \
    return drv->family->slot(drv, filter, deliver, reg, unref_opaque, &e->err)
    switch (filter->family) {
    case EVENT_DOMAIN:
        REGISTER(hypervisor, connect_domain_event_register_any);
    case EVENT_NETWORK:
        REGISTER(network, connect_network_event_register_any);
    case EVENT_STORAGE_POOL:
        REGISTER(storage, connect_storage_pool_event_register_any);
    case EVENT_NODE_DEVICE:
        REGISTER(node_device, connect_node_device_event_register_any);
    case EVENT_SECRET:
        REGISTER(secret, connect_secret_event_register_any);
    case EVENT_QEMU_MONITOR:
        return drv->hypervisor->connect_domain_qemu_monitor_event_register(
            drv, filter, req->monitor_event, deliver, reg, unref_opaque, req->flags, &e->err);
    }
    return -1;
}

static int
driver_deregister_event(struct entry *e, const struct registration *reg)
{
    struct drv_conn *drv = e->conn->drv;

#define DEREGISTER(family, slot) \
    return SLOT(e->conn, family, slot) ? drv->family->slot(drv, reg->driver_id, &e->err) : -1
    switch (reg->family) {
    case EVENT_DOMAIN:
        DEREGISTER(hypervisor, connect_domain_event_deregister_any);
    case EVENT_NETWORK:
        DEREGISTER(network, connect_network_event_deregister_any);
    case EVENT_STORAGE_POOL:
        DEREGISTER(storage, connect_storage_pool_event_deregister_any);
    case EVENT_NODE_DEVICE:
        DEREGISTER(node_device, connect_node_device_event_deregister_any);
    case EVENT_SECRET:
        DEREGISTER(secret, connect_secret_event_deregister_any);
    case EVENT_QEMU_MONITOR:
        DEREGISTER(hypervisor, connect_domain_qemu_monitor_event_deregister);
    }
    return -1;
}

/* One callback may be told of one event of one object once only. */
static bool
tracked(virConnectPtr conn, const struct registration *as)
{
    if (as->family == EVENT_QEMU_MONITOR)
        return false;
    for (struct registration *reg = conn->registrations; reg; reg = reg->next)
        if (!reg->gone && reg->cb == as->cb && reg->family == as->family && reg->event == as->event &&
            reg->legacy == as->legacy && g_strcmp0(reg->object, as->object) == 0)
            return true;
    return false;
}

static struct registration *
find(virConnectPtr conn, enum event_family family, int id, void (*cb)(void))
{
    struct registration *reg;

    for (reg = conn->registrations; reg; reg = reg->next)
        if (reg->family == family && !reg->gone && (cb ? reg->legacy && reg->cb == cb : reg->id == id))
            return reg;
    return NULL;
}

int
events_register(struct entry *e, const struct event_request *req, bool legacy)
{
    virConnectPtr conn = e->conn;
    struct registration *reg;
    int id, driver_id;

    if (!driver_has(conn, req->filter.family))
        return entry_no_support(e);
    e->domain = VIR_FROM_NONE;
    if (!events_need_bell(conn)) {
        events_drop_bell(conn);
        return entry_set(e, VIR_ERR_INTERNAL_ERROR, "no event loop: call virEventRegisterDefaultImpl() or "
                                                    "virEventRegisterImpl() before asking for events");
    }
    reg = g_new0(struct registration, 1);
    atomic_init(&reg->refs, 2); /* the list's and the driver's */
    reg->conn = conn;
    reg->family = req->filter.family;
    reg->event = req->filter.id;
    reg->legacy = legacy;
    reg->cb = req->cb;
    reg->opaque = req->opaque;
    if (req->filter.one_object && req->filter.name)
        reg->object = g_strdup(req->filter.name);
    else if (req->filter.one_object)
        reg->object = uuid_format(req->filter.uuid, g_malloc(VIR_UUID_STRING_BUFLEN));
    pthread_mutex_lock(&conn->lock);
    if (tracked(conn, reg)) {
        pthread_mutex_unlock(&conn->lock);
        events_drop_bell(conn);
        g_free(reg->object);
        g_free(reg);
        return entry_set(e, VIR_ERR_INVALID_ARG, "this callback is registered already");
    }
    id = reg->id = conn->next_callback++;
    reg->next = conn->registrations;
    conn->registrations = reg;
    pthread_mutex_unlock(&conn->lock);
    handle_ref(conn);

    driver_id = driver_register_event(e, req, reg);
    pthread_mutex_lock(&conn->lock);
    if (driver_id < 0) {
        struct registration **at = &conn->registrations;

        while (*at != reg)
            at = &(*at)->next;
        *at = reg->next;
    } else {
        reg->driver_id = driver_id;
        reg->freecb = req->freecb;
    }
    pthread_mutex_unlock(&conn->lock);
    if (driver_id < 0) {
        registration_unref(reg); /* a driver that failed keeps nothing */
        registration_unref(reg);
        events_drop_bell(conn);
        e->conn = NULL;
        handle_unref(conn);
        e->conn = conn;
        return entry_fail(e);
    }
    return id;
}

static int
deregister(struct entry *e, struct registration *reg)
{
    virConnectPtr conn = e->conn;
    struct registration **at;
    int left = 0, rc;

    rc = driver_deregister_event(e, reg);
    pthread_mutex_lock(&conn->lock);
    for (at = &conn->registrations; *at && *at != reg; at = &(*at)->next)
        ;
    if (*at)
        *at = reg->next;
    for (struct registration *r = conn->registrations; r; r = r->next)
        left += r->family == reg->family && r->event == reg->event && !r->gone;
    pthread_mutex_unlock(&conn->lock);
    registration_unref(reg);
    events_drop_bell(conn);
    if (rc < 0)
        entry_fail(e);
    e->conn = NULL;
    handle_unref(conn);
    return rc < 0 ? -1 : left;
}

/* Marks it gone, so that nobody else deregisters it and queued events are dropped. */
static struct registration *
take(virConnectPtr conn, enum event_family family, int id, void (*cb)(void))
{
    struct registration *reg;

    pthread_mutex_lock(&conn->lock);
    reg = find(conn, family, id, cb);
    if (reg)
        reg->gone = true;
    pthread_mutex_unlock(&conn->lock);
    return reg;
}

int
events_deregister(struct entry *e, enum event_family family, int id)
{
    struct registration *reg;

    if (!driver_has(e->conn, family))
        return entry_no_support(e);
    reg = take(e->conn, family, id, NULL);
    e->domain = VIR_FROM_NONE;
    if (!reg)
        return entry_set(e, VIR_ERR_INVALID_ARG, "no event callback of the id %d is registered", id);
    return deregister(e, reg) < 0 ? -1 : 0;
}

/* `last`: one more than the highest event of the family. */
#define FAMILY(function, argument, handle_type_, handle_kind, family_, from, last, set) \
    int function##RegisterAny(virConnectPtr conn, handle_type_ object, int eventID, argument cb, \
                              void *opaque, virFreeCallback freecb) \
    { \
        ENTRY(#function "RegisterAny", from); \
        struct event_request req = { .filter = { .family = family_, .id = eventID }, \
                                     .cb = (void (*)(void))cb, .opaque = opaque, .freecb = freecb }; \
        if (!entry_self(&e, HANDLE_conn, conn) || \
            (object && !entry_other(&e, HANDLE_##handle_kind, object)) || \
            !entry_nonnull(&e, "cb", (const void *)cb) || \
            !entry_that(&e, eventID >= 0, "eventID", "must not be negative") || \
            !entry_that(&e, eventID < (last), "eventID", "is not an event of this family")) \
            return entry_fail(&e); \
        if (object) { \
            req.filter.one_object = true; \
            set; \
        } \
        return events_register(&e, &req, false); \
    } \
    int function##DeregisterAny(virConnectPtr conn, int callbackID) \
    { \
        ENTRY(#function "DeregisterAny", from); \
        if (!entry_self(&e, HANDLE_conn, conn) || \
            !entry_that(&e, callbackID >= 0, "callbackID", "must not be negative")) \
            return entry_fail(&e); \
        return events_deregister(&e, family_, callbackID); \
    }
#define BY_UUID memcpy(req.filter.uuid, object->ref.uuid, UUID_LEN)

FAMILY(virConnectDomainEvent, virConnectDomainEventGenericCallback, virDomainPtr, domain, EVENT_DOMAIN,
       VIR_FROM_DOMAIN, VIR_DOMAIN_EVENT_ID_LAST, BY_UUID)
FAMILY(virConnectNetworkEvent, virConnectNetworkEventGenericCallback, virNetworkPtr, network, EVENT_NETWORK,
       VIR_FROM_NETWORK, VIR_NETWORK_EVENT_ID_LAST, BY_UUID)
FAMILY(virConnectStoragePoolEvent, virConnectStoragePoolEventGenericCallback, virStoragePoolPtr, storage_pool,
       EVENT_STORAGE_POOL, VIR_FROM_STORAGE, VIR_STORAGE_POOL_EVENT_ID_LAST, BY_UUID)
FAMILY(virConnectNodeDeviceEvent, virConnectNodeDeviceEventGenericCallback, virNodeDevicePtr, node_device,
       EVENT_NODE_DEVICE, VIR_FROM_NODEDEV, VIR_NODE_DEVICE_EVENT_ID_LAST, req.filter.name = object->ref.name)
FAMILY(virConnectSecretEvent, virConnectSecretEventGenericCallback, virSecretPtr, secret, EVENT_SECRET,
       VIR_FROM_SECRET, VIR_SECRET_EVENT_ID_LAST, BY_UUID)

/* The first API had one callback of the life cycle, and named it to remove it. */
int
virConnectDomainEventRegister(virConnectPtr conn, virConnectDomainEventCallback cb, void *opaque,
                              virFreeCallback freecb)
{
    ENTRY("virConnectDomainEventRegister", VIR_FROM_DOMAIN);
    struct event_request req = { .filter = { .family = EVENT_DOMAIN, .id = VIR_DOMAIN_EVENT_ID_LIFECYCLE },
                                 .cb = (void (*)(void))cb, .opaque = opaque, .freecb = freecb };

    if (!entry_self(&e, HANDLE_conn, conn) || !entry_nonnull(&e, "cb", (const void *)cb))
        return entry_fail(&e);
    return events_register(&e, &req, true) < 0 ? -1 : 0;
}

int
virConnectDomainEventDeregister(virConnectPtr conn, virConnectDomainEventCallback cb)
{
    ENTRY("virConnectDomainEventDeregister", VIR_FROM_DOMAIN);
    struct registration *reg;

    if (!entry_self(&e, HANDLE_conn, conn) || !entry_nonnull(&e, "cb", (const void *)cb))
        return entry_fail(&e);
    reg = take(conn, EVENT_DOMAIN, -1, (void (*)(void))cb);
    e.domain = VIR_FROM_NONE;
    if (!reg)
        return entry_set(&e, VIR_ERR_INVALID_ARG, "this callback is not registered");
    return deregister(&e, reg) < 0 ? -1 : 0;
}
