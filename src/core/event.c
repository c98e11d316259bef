/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * event: see event.h.
 *
 * The hub delivers under its own lock: that gives every subscriber the same
 * order, and makes unsubscribing final.  deliver() only queues, so the lock is
 * short.  A subscriber that unsubscribes from inside deliver() is marked and swept
 * afterwards.
 */
#include "core/event.h"
#include "core/lock.h"
#include "base/typed_params.h"

#include <glib.h>
#include <string.h>

struct event *
event_new(enum event_family family, int id)
{
    struct event *ev = g_new0(struct event, 1);
    atomic_init(&ev->refs, 1);
    ev->family = family;
    ev->id = id;
    return ev;
}

struct event *
event_ref(struct event *ev)
{
    atomic_fetch_add_explicit(&ev->refs, 1, memory_order_relaxed);
    return ev;
}

static void
free_domain_payload(struct event *ev)
{
    switch (ev->id) {
    case VIR_DOMAIN_EVENT_ID_IO_ERROR:
    case VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON:
        g_free(ev->u.io_error.srcPath);
        g_free(ev->u.io_error.devAlias);
        g_free(ev->u.io_error.reason);
        break;
    case VIR_DOMAIN_EVENT_ID_GRAPHICS:
        g_free(ev->u.graphics.local.node);
        g_free(ev->u.graphics.local.service);
        g_free(ev->u.graphics.remote.node);
        g_free(ev->u.graphics.remote.service);
        g_free(ev->u.graphics.authScheme);
        for (size_t i = 0; i < ev->u.graphics.nsubject; i++) {
            g_free(ev->u.graphics.subject[i].type);
            g_free(ev->u.graphics.subject[i].name);
        }
        g_free(ev->u.graphics.subject);
        break;
    case VIR_DOMAIN_EVENT_ID_BLOCK_JOB:
    case VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2:
        g_free(ev->u.block_job.disk);
        break;
    case VIR_DOMAIN_EVENT_ID_DISK_CHANGE:
        g_free(ev->u.disk_change.oldSrcPath);
        g_free(ev->u.disk_change.newSrcPath);
        g_free(ev->u.disk_change.devAlias);
        break;
    case VIR_DOMAIN_EVENT_ID_TRAY_CHANGE:
        g_free(ev->u.tray_change.devAlias);
        break;
    case VIR_DOMAIN_EVENT_ID_DEVICE_ADDED:
    case VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED:
    case VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED:
        g_free(ev->u.device.devAlias);
        break;
    case VIR_DOMAIN_EVENT_ID_TUNABLE:
    case VIR_DOMAIN_EVENT_ID_JOB_COMPLETED:
        typed_params_free(ev->u.params.params, ev->u.params.nparams);
        break;
    case VIR_DOMAIN_EVENT_ID_CHANNEL_LIFECYCLE:
        g_free(ev->u.channel_lifecycle.channelName);
        break;
    case VIR_DOMAIN_EVENT_ID_METADATA_CHANGE:
        g_free(ev->u.metadata_change.nsuri);
        break;
    case VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD:
        g_free(ev->u.block_threshold.dev);
        g_free(ev->u.block_threshold.path);
        break;
    case VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE:
        g_free(ev->u.memory_device_size_change.alias);
        break;
    case VIR_DOMAIN_EVENT_ID_NIC_MAC_CHANGE:
        g_free(ev->u.nic_mac_change.alias);
        g_free(ev->u.nic_mac_change.oldMAC);
        g_free(ev->u.nic_mac_change.newMAC);
        break;
    }
}

void
event_unref(struct event *ev)
{
    if (!ev || atomic_fetch_sub_explicit(&ev->refs, 1, memory_order_acq_rel) != 1)
        return;
    switch (ev->family) {
    case EVENT_DOMAIN:
        free_domain_payload(ev);
        domain_ref_clear(&ev->about.domain);
        break;
    case EVENT_QEMU_MONITOR:
        g_free(ev->u.qemu_monitor.event);
        g_free(ev->u.qemu_monitor.details);
        domain_ref_clear(&ev->about.domain);
        break;
    case EVENT_NETWORK:
        if (ev->id == VIR_NETWORK_EVENT_ID_METADATA_CHANGE)
            g_free(ev->u.metadata_change.nsuri);
        network_ref_clear(&ev->about.network);
        break;
    case EVENT_STORAGE_POOL:
        storage_pool_ref_clear(&ev->about.storage_pool);
        break;
    case EVENT_NODE_DEVICE:
        node_device_ref_clear(&ev->about.node_device);
        break;
    case EVENT_SECRET:
        secret_ref_clear(&ev->about.secret);
        break;
    }
    if (ev->encoded && ev->free_encoded)
        ev->free_encoded(ev->encoded);
    g_free(ev);
}

/* ---- hub ------------------------------------------------------------------------------------ */

struct subscriber {
    int callback_id;
    bool gone;
    struct event_filter filter;
    event_deliver deliver;
    void *opaque;
    void (*free_opaque)(void *);
};

struct event_hub {
    struct lock lock;
    GPtrArray *subscribers;
    GHashTable *generations;    /* that live; keys are uint64_t */
    uint64_t sequence;
    int next_id;
    bool sweep;                 /* some are gone */
    atomic_ulong delivering; /* the thread that emits, 0: none; read by any */
};

static void
subscriber_free(struct subscriber *s)
{
    if (s->free_opaque)
        s->free_opaque(s->opaque);
    g_free(s->filter.name);
    g_free(s);
}

struct event_hub *
event_hub_new(void)
{
    struct event_hub *hub = g_new0(struct event_hub, 1);
    lock_init(&hub->lock);
    hub->subscribers = g_ptr_array_new();
    hub->generations = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return hub;
}

void
event_hub_free(struct event_hub *hub)
{
    if (!hub)
        return;
    for (guint i = 0; i < hub->subscribers->len; i++)
        subscriber_free(hub->subscribers->pdata[i]);
    g_ptr_array_free(hub->subscribers, TRUE);
    g_hash_table_destroy(hub->generations);
    lock_destroy(&hub->lock);
    g_free(hub);
}

static bool
inside_deliver(struct event_hub *hub)
{
    return atomic_load(&hub->delivering) == (unsigned long)pthread_self();
}

int
event_hub_subscribe(struct event_hub *hub, const struct event_filter *filter, event_deliver deliver,
                    void *opaque, void (*free_opaque)(void *))
{
    struct subscriber *s = g_new0(struct subscriber, 1);
    s->filter = *filter;
    s->filter.name = g_strdup(filter->name);
    s->deliver = deliver;
    s->opaque = opaque;
    s->free_opaque = free_opaque;
    bool nested = inside_deliver(hub);
    if (!nested)
        lock_take(&hub->lock, RANK_HUB);
    int id = s->callback_id = ++hub->next_id;
    g_ptr_array_add(hub->subscribers, s);
    if (!nested)
        lock_release(&hub->lock, RANK_HUB);
    return id;
}

int
event_hub_unsubscribe(struct event_hub *hub, int callback_id)
{
    struct subscriber *found = NULL;
    bool nested = inside_deliver(hub);
    if (!nested)
        lock_take(&hub->lock, RANK_HUB);
    for (guint i = 0; i < hub->subscribers->len && !found; i++) {
        struct subscriber *s = hub->subscribers->pdata[i];
        if (s->callback_id != callback_id || s->gone)
            continue;
        found = s;
        if (nested) {
            s->gone = true;
            hub->sweep = true;
        } else {
            g_ptr_array_remove_index(hub->subscribers, i);
        }
    }
    if (!nested) {
        lock_release(&hub->lock, RANK_HUB);
        if (found)
            subscriber_free(found);
    }
    return found ? 0 : -1;
}

static bool
same_object(const struct event_filter *f, const struct event *ev)
{
    switch (ev->family) {
    case EVENT_NODE_DEVICE:
        return g_strcmp0(f->name, ev->about.node_device.name) == 0;
    case EVENT_DOMAIN:
    case EVENT_QEMU_MONITOR:
        return memcmp(f->uuid, ev->about.domain.uuid, UUID_LEN) == 0;
    case EVENT_NETWORK:
        return memcmp(f->uuid, ev->about.network.uuid, UUID_LEN) == 0;
    case EVENT_STORAGE_POOL:
        return memcmp(f->uuid, ev->about.storage_pool.uuid, UUID_LEN) == 0;
    case EVENT_SECRET:
        return memcmp(f->uuid, ev->about.secret.uuid, UUID_LEN) == 0;
    }
    return false;
}

void
event_hub_emit(struct event_hub *hub, struct event *ev)
{
    GPtrArray *swept = NULL;
    if (!hub) {
        event_unref(ev);
        return;
    }
    lock_take(&hub->lock, RANK_HUB);
    if (ev->generation && !g_hash_table_contains(hub->generations, &ev->generation)) {
        lock_release(&hub->lock, RANK_HUB);
        event_unref(ev);
        return;
    }
    ev->sequence = ++hub->sequence;
    atomic_store(&hub->delivering, (unsigned long)pthread_self());
    guint n = hub->subscribers->len; /* who subscribes now hears the next one */
    for (guint i = 0; i < n; i++) {
        struct subscriber *s = hub->subscribers->pdata[i];
        if (s->filter.family == ev->family && s->filter.id == ev->id && !s->gone &&
            (!s->filter.one_object || same_object(&s->filter, ev)))
            s->deliver(ev, s->callback_id, s->opaque);
    }
    atomic_store(&hub->delivering, 0);
    if (hub->sweep) {
        swept = g_ptr_array_new();
        for (guint i = hub->subscribers->len; i-- > 0;) {
            struct subscriber *s = hub->subscribers->pdata[i];
            if (s->gone)
                g_ptr_array_add(swept, g_ptr_array_remove_index(hub->subscribers, i));
        }
        hub->sweep = false;
    }
    lock_release(&hub->lock, RANK_HUB);
    for (guint i = 0; swept && i < swept->len; i++)
        subscriber_free(swept->pdata[i]);
    if (swept)
        g_ptr_array_free(swept, TRUE);
    event_unref(ev);
}

void
event_hub_generation_begin(struct event_hub *hub, uint64_t generation)
{
    if (!hub)
        return;
    uint64_t *key = g_new(uint64_t, 1);
    *key = generation;
    lock_take(&hub->lock, RANK_HUB);
    g_hash_table_add(hub->generations, key);
    lock_release(&hub->lock, RANK_HUB);
}

void
event_hub_generation_end(struct event_hub *hub, uint64_t generation)
{
    if (!hub)
        return;
    lock_take(&hub->lock, RANK_HUB);
    g_hash_table_remove(hub->generations, &generation);
    lock_release(&hub->lock, RANK_HUB);
}
