/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands event, net-event, pool-event, nodedev-event and secret-event.  Callbacks run on the event
 * thread and print one line for each event. */
#include "cmd.h"
#include "events.h"
#include "lookup.h"
#include "names.h"
#include "params.h"

#include <stdlib.h>
#include <string.h>

/* What a callback gets: which wait it belongs to and the event's name. */
struct subscription {
    struct event_wait *wait;
    const char *name;
    int id; /* of the callback, -1 if none */
    struct watch *watch;
};

/* One command's subscriptions.  Each registered callback holds a reference, which the library drops when
 * the callback cannot run any more. */
enum { WATCH_MAX = 64 };
struct watch {
    struct event_wait wait;
    struct subscription subs[WATCH_MAX];
};

static void
subscription_free(void *opaque)
{
    g_atomic_rc_box_release(((struct subscription *)opaque)->watch);
}

#define W (((struct subscription *)opaque)->wait)
#define HEAD "event '%s' for domain '%s'"
#define HEAD_ARGS ((struct subscription *)opaque)->name, virDomainGetName(dom)

static const char *const lifecycle_words[] = {"Defined", "Undefined", "Started", "Suspended", "Resumed",
                                              "Stopped", "Shutdown", "PMSuspended", "Crashed"};
#define DETAILS 9
static const char *const lifecycle_details[][DETAILS] = {
    {"Added", "Updated", "Renamed", "Snapshot"},
    {"Removed", "Renamed"},
    {"Booted", "Migrated", "Restored", "Snapshot", "Event wakeup"},
    {"Paused", "Migrated", "I/O Error", "Watchdog", "Restored", "Snapshot", "API error", "Post-copy",
     "Post-copy Error"},
    {"Unpaused", "Migrated", "Snapshot", "Post-copy", "Post-copy Error"},
    {"Shutdown", "Destroyed", "Crashed", "Migrated", "Saved", "Failed", "Snapshot"},
    {"Finished", "Finished after guest request", "Finished after host request"},
    {"Memory", "Disk"},
    {"Panicked", "Crashloaded"},
};

static int
on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    const char *what = event >= 0 && (size_t)event < G_N_ELEMENTS(lifecycle_details)
                           ? word_of(lifecycle_details[event], DETAILS, detail) : "unknown";
    event_print(W, HEAD ": %s %s", HEAD_ARGS, WORD(lifecycle_words, event), what);
    return 0;
}

static void
on_generic(virConnectPtr conn, virDomainPtr dom, void *opaque)
{
    event_print(W, HEAD, HEAD_ARGS);
}

static void
on_rtc(virConnectPtr conn, virDomainPtr dom, long long offset, void *opaque)
{
    event_print(W, HEAD ": %lld", HEAD_ARGS, offset);
}

static void
on_watchdog(virConnectPtr conn, virDomainPtr dom, int action, void *opaque)
{
    static const char *const words[] = {"none", "pause", "reset", "poweroff", "shutdown", "debug",
                                        "inject-nmi"};
    event_print(W, HEAD ": %s", HEAD_ARGS, WORD(words, action));
}

static const char *const io_words[] = {"none", "pause", "report"};

static void
on_io_error(virConnectPtr conn, virDomainPtr dom, const char *path, const char *alias, int action,
            void *opaque)
{
    event_print(W, HEAD ": %s (%s) %s", HEAD_ARGS, path, alias, WORD(io_words, action));
}

static void
on_io_error_reason(virConnectPtr conn, virDomainPtr dom, const char *path, const char *alias, int action,
                   const char *reason, void *opaque)
{
    event_print(W, HEAD ": %s (%s) %s due to %s", HEAD_ARGS, path, alias, WORD(io_words, action), reason);
}

static void
on_graphics(virConnectPtr conn, virDomainPtr dom, int phase, const virDomainEventGraphicsAddress *local,
            const virDomainEventGraphicsAddress *remote, const char *auth,
            const virDomainEventGraphicsSubject *subject, void *opaque)
{
    static const char *const phases[] = {"connect", "initialize", "disconnect"};
    static const char *const families[] = {"IPv4", "IPv6", "unix"};
    g_autoptr(GString) s = g_string_new(NULL);
    g_string_append_printf(s, HEAD ": %s local[%s %s %s] remote[%s %s %s] %s\n", HEAD_ARGS,
                           WORD(phases, phase), WORD(families, local->family), local->node, local->service,
                           WORD(families, remote->family), remote->node, remote->service, auth);
    for (int i = 0; i < subject->nidentity; i++)
        g_string_append_printf(s, "\t%s=%s\n", subject->identities[i].type, subject->identities[i].name);
    g_string_truncate(s, s->len - 1);
    event_print(W, "%s", s->str);
}

static void
on_block_job(virConnectPtr conn, virDomainPtr dom, const char *disk, int type, int status, void *opaque)
{
    static const char *const types[] = {"Unknown job", "Block Pull", "Block Copy", "Block Commit",
                                        "Active Block Commit", "Backup"};
    static const char *const statuses[] = {"completed", "failed", "canceled", "ready"};
    event_print(W, HEAD ": %s for %s %s", HEAD_ARGS, WORD(types, type), disk, WORD(statuses, status));
}

static void
on_disk_change(virConnectPtr conn, virDomainPtr dom, const char *from, const char *to, const char *alias,
               int reason, void *opaque)
{
    static const char *const words[] = {"changed", "dropped"};
    event_print(W, HEAD " disk %s: %s -> %s: %s", HEAD_ARGS, alias, from ? from : "", to ? to : "",
                WORD(words, reason));
}

static void
on_tray(virConnectPtr conn, virDomainPtr dom, const char *alias, int reason, void *opaque)
{
    static const char *const words[] = {"opened", "closed"};
    event_print(W, HEAD " disk %s: %s", HEAD_ARGS, alias, WORD(words, reason));
}

static void
on_pm(virConnectPtr conn, virDomainPtr dom, int reason, void *opaque)
{
    event_print(W, HEAD, HEAD_ARGS);
}

static void
on_balloon(virConnectPtr conn, virDomainPtr dom, unsigned long long actual, void *opaque)
{
    event_print(W, HEAD ": %lluKiB", HEAD_ARGS, actual);
}

static void
on_device(virConnectPtr conn, virDomainPtr dom, const char *alias, void *opaque)
{
    event_print(W, HEAD ": %s", HEAD_ARGS, alias);
}

static void
print_params(void *opaque, virDomainPtr dom, virTypedParameterPtr params, int n)
{
    g_autoptr(GString) s = g_string_new(NULL);
    g_string_append_printf(s, HEAD ":", HEAD_ARGS);
    for (int i = 0; i < n; i++) {
        g_autofree char *value = param_text(&params[i]);
        g_string_append_printf(s, "\n\t%s: %s", params[i].field, value);
    }
    event_print(W, "%s", s->str);
}

static void
on_tunable(virConnectPtr conn, virDomainPtr dom, virTypedParameterPtr params, int n, void *opaque)
{
    print_params(opaque, dom, params, n);
}

static void
on_agent(virConnectPtr conn, virDomainPtr dom, int state, int reason, void *opaque)
{
    static const char *const states[] = {NULL, "connected", "disconnected"};
    static const char *const reasons[] = {NULL, "domain started", "channel event"};
    event_print(W, HEAD ": state: '%s' reason: '%s'", HEAD_ARGS, WORD(states, state), WORD(reasons, reason));
}

static void
on_iteration(virConnectPtr conn, virDomainPtr dom, int iteration, void *opaque)
{
    event_print(W, HEAD ": iteration: '%d'", HEAD_ARGS, iteration);
}

static void
on_metadata(virConnectPtr conn, virDomainPtr dom, int type, const char *uri, void *opaque)
{
    static const char *const words[] = {"description", "title", "element"};
    event_print(W, HEAD ": %s %s", HEAD_ARGS, WORD(words, type), uri ? uri : "");
}

static void
on_threshold(virConnectPtr conn, virDomainPtr dom, const char *dev, const char *path,
             unsigned long long threshold, unsigned long long excess, void *opaque)
{
    event_print(W, HEAD ": dev: %s(%s) %llu %llu", HEAD_ARGS, dev, path ? path : "", threshold, excess);
}

static void
on_memory_failure(virConnectPtr conn, virDomainPtr dom, int recipient, int action, unsigned int flags,
                  void *opaque)
{
    static const char *const recipients[] = {"hypervisor", "guest"};
    static const char *const actions[] = {"ignore", "inject", "fatal", "reset"};
    g_autoptr(GString) s = g_string_new(NULL);
    if (flags & VIR_DOMAIN_MEMORY_FAILURE_ACTION_REQUIRED)
        g_string_append(s, " action required");
    if (flags & VIR_DOMAIN_MEMORY_FAILURE_RECURSIVE)
        g_string_append(s, " recursive");
    event_print(W, HEAD ":\nrecipient: %s\naction: %s\nflags:%s", HEAD_ARGS, WORD(recipients, recipient),
                WORD(actions, action), s->len ? s->str : " none");
}

static void
on_memory_size(virConnectPtr conn, virDomainPtr dom, const char *alias, unsigned long long size, void *opaque)
{
    event_print(W, HEAD ": alias: '%s' size: %lluKiB", HEAD_ARGS, alias, size);
}

struct event_def {
    const char *name;
    int id;
    virConnectDomainEventGenericCallback fn; /* of the type the event has */
};

#define CB(f) ((virConnectDomainEventGenericCallback)(void *)(f))
static const struct event_def domain_events[] = {
    {"lifecycle", VIR_DOMAIN_EVENT_ID_LIFECYCLE, CB(on_lifecycle)},
    {"reboot", VIR_DOMAIN_EVENT_ID_REBOOT, CB(on_generic)},
    {"rtc-change", VIR_DOMAIN_EVENT_ID_RTC_CHANGE, CB(on_rtc)},
    {"watchdog", VIR_DOMAIN_EVENT_ID_WATCHDOG, CB(on_watchdog)},
    {"io-error", VIR_DOMAIN_EVENT_ID_IO_ERROR, CB(on_io_error)},
    {"graphics", VIR_DOMAIN_EVENT_ID_GRAPHICS, CB(on_graphics)},
    {"io-error-reason", VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, CB(on_io_error_reason)},
    {"control-error", VIR_DOMAIN_EVENT_ID_CONTROL_ERROR, CB(on_generic)},
    {"block-job", VIR_DOMAIN_EVENT_ID_BLOCK_JOB, CB(on_block_job)},
    {"disk-change", VIR_DOMAIN_EVENT_ID_DISK_CHANGE, CB(on_disk_change)},
    {"tray-change", VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, CB(on_tray)},
    {"pm-wakeup", VIR_DOMAIN_EVENT_ID_PMWAKEUP, CB(on_pm)},
    {"pm-suspend", VIR_DOMAIN_EVENT_ID_PMSUSPEND, CB(on_pm)},
    {"balloon-change", VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, CB(on_balloon)},
    {"pm-suspend-disk", VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, CB(on_pm)},
    {"device-removed", VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, CB(on_device)},
    {"block-job-2", VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, CB(on_block_job)},
    {"tunable", VIR_DOMAIN_EVENT_ID_TUNABLE, CB(on_tunable)},
    {"agent-lifecycle", VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, CB(on_agent)},
    {"device-added", VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, CB(on_device)},
    {"migration-iteration", VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION, CB(on_iteration)},
    {"job-completed", VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, CB(on_tunable)},
    {"device-removal-failed", VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, CB(on_device)},
    {"metadata-change", VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, CB(on_metadata)},
    {"block-threshold", VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD, CB(on_threshold)},
    {"memory-failure", VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE, CB(on_memory_failure)},
    {"memory-device-size-change", VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE, CB(on_memory_size)},
};

/* ---- the other kinds ---- */

static void
on_network(virConnectPtr conn, virNetworkPtr net, int event, int detail, void *opaque)
{
    static const char *const words[] = {"Defined", "Undefined", "Started", "Stopped"};
    event_print(W, "event 'lifecycle' for network %s: %s", virNetworkGetName(net), WORD(words, event));
}

#if API_12
static void
on_network_metadata(virConnectPtr conn, virNetworkPtr net, int type, const char *uri, void *opaque)
{
    static const char *const words[] = {"description", "title", "element"};
    event_print(W, "event 'metadata-change' for network %s: %s %s", virNetworkGetName(net), WORD(words, type),
                uri ? uri : "");
}
#endif

static void
on_pool(virConnectPtr conn, virStoragePoolPtr pool, int event, int detail, void *opaque)
{
    static const char *const words[] = {"Defined", "Undefined", "Started", "Stopped", "Created", "Deleted"};
    event_print(W, "event 'lifecycle' for storage pool %s: %s", virStoragePoolGetName(pool),
                WORD(words, event));
}

static void
on_pool_refresh(virConnectPtr conn, virStoragePoolPtr pool, void *opaque)
{
    event_print(W, "event 'refresh' for storage pool %s", virStoragePoolGetName(pool));
}

static void
on_nodedev(virConnectPtr conn, virNodeDevicePtr dev, int event, int detail, void *opaque)
{
    static const char *const words[] = {"Created", "Deleted", "Defined", "Undefined"};
    event_print(W, "event 'lifecycle' for node device %s: %s", virNodeDeviceGetName(dev), WORD(words, event));
}

static void
on_nodedev_update(virConnectPtr conn, virNodeDevicePtr dev, void *opaque)
{
    event_print(W, "event 'update' for node device %s", virNodeDeviceGetName(dev));
}

static void
on_secret(virConnectPtr conn, virSecretPtr secret, int event, int detail, void *opaque)
{
    static const char *const words[] = {"Defined", "Undefined"};
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    virSecretGetUUIDString(secret, uuid);
    event_print(W, "event 'lifecycle' for secret %s: %s", uuid, WORD(words, event));
}

static void
on_secret_value(virConnectPtr conn, virSecretPtr secret, void *opaque)
{
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    virSecretGetUUIDString(secret, uuid);
    event_print(W, "event 'value-changed' for secret %s", uuid);
}

static const struct event_def network_events[] = {
    {"lifecycle", VIR_NETWORK_EVENT_ID_LIFECYCLE, CB(on_network)},
#if API_12
    {"metadata-change", VIR_NETWORK_EVENT_ID_METADATA_CHANGE, CB(on_network_metadata)},
#endif
};
static const struct event_def pool_events[] = {
    {"lifecycle", VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, CB(on_pool)},
    {"refresh", VIR_STORAGE_POOL_EVENT_ID_REFRESH, CB(on_pool_refresh)},
};
static const struct event_def nodedev_events[] = {
    {"lifecycle", VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, CB(on_nodedev)},
    {"update", VIR_NODE_DEVICE_EVENT_ID_UPDATE, CB(on_nodedev_update)},
};
static const struct event_def secret_events[] = {
    {"lifecycle", VIR_SECRET_EVENT_ID_LIFECYCLE, CB(on_secret)},
    {"value-changed", VIR_SECRET_EVENT_ID_VALUE_CHANGED, CB(on_secret_value)},
};

static int
add_domain(struct shell *sh, void *object, const struct event_def *e, struct subscription *s)
{
    return virConnectDomainEventRegisterAny(sh->conn, object, e->id, e->fn, s, subscription_free);
}

static int
add_network(struct shell *sh, void *object, const struct event_def *e, struct subscription *s)
{
    return virConnectNetworkEventRegisterAny(sh->conn, object, e->id, (void *)e->fn, s, subscription_free);
}

static int
add_pool(struct shell *sh, void *object, const struct event_def *e, struct subscription *s)
{
    return virConnectStoragePoolEventRegisterAny(sh->conn, object, e->id, (void *)e->fn, s,
                                                 subscription_free);
}

static int
add_nodedev(struct shell *sh, void *object, const struct event_def *e, struct subscription *s)
{
    return virConnectNodeDeviceEventRegisterAny(sh->conn, object, e->id, (void *)e->fn, s, subscription_free);
}

static int
add_secret(struct shell *sh, void *object, const struct event_def *e, struct subscription *s)
{
    return virConnectSecretEventRegisterAny(sh->conn, object, e->id, (void *)e->fn, s, subscription_free);
}

static const struct event_kind {
    const char *complete;
    const struct event_def *events;
    size_t n;
    int (*add)(struct shell *sh, void *object, const struct event_def *e, struct subscription *s);
    int (*del)(virConnectPtr conn, int id);
} kinds[] = {
    {"domevent", domain_events, G_N_ELEMENTS(domain_events), add_domain, virConnectDomainEventDeregisterAny},
    {"netevent", network_events, G_N_ELEMENTS(network_events), add_network,
     virConnectNetworkEventDeregisterAny},
    {"poolevent", pool_events, G_N_ELEMENTS(pool_events), add_pool, virConnectStoragePoolEventDeregisterAny},
    {"nodedevevent", nodedev_events, G_N_ELEMENTS(nodedev_events), add_nodedev,
     virConnectNodeDeviceEventDeregisterAny},
    {"secretevent", secret_events, G_N_ELEMENTS(secret_events), add_secret,
     virConnectSecretEventDeregisterAny},
};
enum { KIND_DOMAIN, KIND_NETWORK, KIND_POOL, KIND_NODEDEV, KIND_SECRET };

const char *const *
event_names(const char *kind)
{
    static const char *names[G_N_ELEMENTS(domain_events) + 1];
    size_t n = 0;
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
        for (size_t i = 0; i < kinds[k].n && strcmp(kinds[k].complete, kind) == 0; i++)
            names[n++] = kinds[k].events[i].name;
    names[n] = NULL;
    return names;
}

/* Subscribes to one event or to all, waits, and leaves nothing behind. */
static bool
wait_for(struct shell *sh, const struct call *call, int which, void *object, const char *event, bool all)
{
    const struct event_kind *kind = &kinds[which];
    int timeout = 0, active = 0;
    bool ok = true;
    if (opt_timeout_ms(sh, call, &timeout) < 0)
        return false;
    struct watch *w = g_atomic_rc_box_new0(struct watch);
    event_wait_init(&w->wait, sh, call);
    for (size_t i = 0; i < kind->n; i++) {
        struct subscription *s = &w->subs[i];
        s->wait = &w->wait;
        s->watch = w;
        s->name = kind->events[i].name;
        s->id = -1;
        if (!all && strcmp(s->name, event) != 0)
            continue;
        g_atomic_rc_box_acquire(w);
        s->id = kind->add(sh, object, &kind->events[i], s);
        if (s->id >= 0) {
            active++;
            continue;
        }
        g_atomic_rc_box_release(w);
        /* With --all, those that the hypervisor does not have are left out. */
        if (!all)
            ok = false;
    }
    if (ok && active)
        ok = event_wait_run(&w->wait, timeout);
    else
        ok = false;
    for (size_t i = 0; i < kind->n; i++)
        if (w->subs[i].id >= 0)
            kind->del(sh->conn, w->subs[i].id);
    g_atomic_rc_box_release(w);
    return ok;
}

static bool
list_events(struct shell *sh, int which)
{
    const char *const *names = event_names(kinds[which].complete);
    fact_list(sh);
    for (size_t i = 0; names[i]; i++)
        out(sh, "%s\n", names[i]);
    return true;
}

/* The name given by --event, checked; `*all` if there is --all instead. */
static bool
event_given(struct shell *sh, const struct call *call, int which, const char **event, bool *all)
{
    *all = option_find(call->def, "all") && opt_flag(call, "all");
    if (opt_string(sh, call, "event", event) < 0)
        return false;
    if (*all && *event)
        return fail(sh, "Options --%s and --%s are mutually exclusive", "all", "event");
    if (!*all && !*event)
        return fail(sh, "one of --list, %s--event <type> is required",
                    which == KIND_DOMAIN ? "--all, or " : "or ");
    if (*event && !g_strv_contains(event_names(kinds[which].complete), *event))
        return fail(sh, "unknown event type %s", *event);
    return true;
}

bool
cmd_event(struct shell *sh, const struct call *call)
{
    const char *event = NULL;
    bool all;
    g_autoptr(virDomain) dom = NULL;
    if (!opt_exclusive(sh, call, "list", "event", NULL) || !opt_exclusive(sh, call, "list", "all", NULL))
        return false;
    if (opt_flag(call, "list"))
        return list_events(sh, KIND_DOMAIN);
    if (!event_given(sh, call, KIND_DOMAIN, &event, &all))
        return false;
    if (opt_text(call, "domain") && !(dom = domain_of(sh, call)))
        return false;
    return wait_for(sh, call, KIND_DOMAIN, dom, event, all);
}

#define OBJECT_EVENT(FN, WHICH, OPTION, TYPE, OF)                                                            \
    bool FN(struct shell *sh, const struct call *call)                                                       \
    {                                                                                                        \
        const char *event = NULL;                                                                            \
        bool all;                                                                                            \
        g_autoptr(TYPE) object = NULL;                                                                       \
        if (opt_flag(call, "list"))                                                                          \
            return list_events(sh, WHICH);                                                                   \
        if (!event_given(sh, call, WHICH, &event, &all))                                                     \
            return false;                                                                                    \
        if (opt_text(call, OPTION) && !(object = OF))                                                        \
            return false;                                                                                    \
        return wait_for(sh, call, WHICH, object, event, all);                                                \
    }

OBJECT_EVENT(cmd_net_event, KIND_NETWORK, "network", virNetwork, network_of(sh, call, NULL))
OBJECT_EVENT(cmd_pool_event, KIND_POOL, "pool", virStoragePool, pool_of(sh, call, "pool", NULL))
OBJECT_EVENT(cmd_nodedev_event, KIND_NODEDEV, "device", virNodeDevice, nodedev_of(sh, call, NULL))
OBJECT_EVENT(cmd_secret_event, KIND_SECRET, "secret", virSecret, secret_of(sh, call, NULL))
