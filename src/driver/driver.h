/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * driver: what a connection is made of below the public API.
 *
 * Owns: `struct drv_conn`, one open connection to a set of drivers, and the
 * registration of drivers by URI scheme.  The slot tables themselves
 * (struct hypervisor_ops, network_ops, …) are generated from api/ into
 * driver-tables.h.
 *
 * The signature of a slot follows from the public function by rule:
 *   int SLOT(struct drv_conn *conn, ARGS…, [RESULT,] struct err *err)
 *   - SLOT is the function's name in snake case without `vir`
 *     (virDomainCreateWithFlags → domain_create_with_flags)
 *   - a virConnectPtr argument is dropped: `conn` is it
 *   - a handle argument becomes `const struct domain_ref *` and so on
 *   - virStreamPtr becomes `struct stream *`
 *   - a returned handle becomes a last argument `struct domain_ref *result`
 *   - a returned string becomes `char **result` (also where the public function
 *     keeps ownership: it caches), unsigned long (long) becomes
 *     `unsigned long (long) *result`
 *   - `virDomainPtr **list` becomes `struct domain_ref_list *list` (NULL: only
 *     count)
 *   - all else, typed parameters and caller-allocated arrays included, stays
 *     as the public header has it
 *   - the result is the public int, -1 for failure with err filled
 *   - virConnect…EventRegisterAny/DeregisterAny take struct event_filter and a
 *     deliver callback, as event_hub_subscribe() does; a registration that fails
 *     does not call free_opaque
 *   - virConnectGetAllDomainStats and virDomainListGetStats are one slot that
 *     takes the domains (NULL: all) and fills a struct domain_stats_list
 *   - virAdm… functions: the same in admin_ops, without `adm_`
 *   - VIR_TYPED_PARAM_STRING_OKAY never reaches a slot: the remote driver adds it
 *     on the wire, the dispatch takes it off (and keeps strings back without it)
 * A NULL slot answers VIR_ERR_NO_SUPPORT, from the generated caller.
 * DRIVER_SLOTS(X) in driver-tables.h lists every slot with its function and
 * its class.
 *
 * Called by: lib/ (in-process and remote) and daemon/ (dispatch).
 */
#pragma once

#include "base/err.h"
#include "base/identity.h"
#include "base/ref.h"
#include "core/event.h"
#include "driver/stream.h"
#include "driver/uri.h"

#include <libvirt/libvirt.h>

typedef void (*event_free_opaque)(void *opaque);

struct domain_stats { struct domain_ref dom; virTypedParameterPtr params; int nparams; };
struct domain_stats_list { struct domain_stats *items; size_t n; };
void domain_stats_list_clear(struct domain_stats_list *list);

#include "driver/driver-tables.h"

struct hypervisor_ops; /* connect, node, domain, snapshot, checkpoint */
struct network_ops;    /* networks and ports */
struct interface_ops;
struct storage_ops;    /* pools and volumes */
struct node_device_ops;
struct secret_ops;
struct nwfilter_ops;   /* filters and bindings */
struct admin_ops;      /* the daemon itself */
struct migration_ops;  /* moving guests */

struct drv_conn {
    const struct hypervisor_ops *hypervisor;
    const struct network_ops *network;
    const struct interface_ops *interface;
    const struct storage_ops *storage;
    const struct node_device_ops *node_device;
    const struct secret_ops *secret;
    const struct nwfilter_ops *nwfilter;
    const struct admin_ops *admin;
    const struct migration_ops *migration; /* driver/migration.h; its state is the hypervisor's */
    /* The state behind each table; owned by the driver that set it. */
    void *hypervisor_state, *network_state, *interface_state, *storage_state,
         *node_device_state, *secret_state, *nwfilter_state, *admin_state;
    const struct driver *driver; /* who opened it, and closes it */

    /* Set by the owner before open(), for a driver that learns that the connection
     * is lost (reason: virConnectCloseReason).  Called once, from any thread. */
    void (*lost)(struct drv_conn *conn, int reason, void *opaque);
    void *lost_opaque;
    /* Set by a driver that learns of a loss only while it is asked something: keep an
     * eye on the connection from now on.  May be NULL. */
    int (*watch)(struct drv_conn *conn, struct err *err);

    /* Where guests are, of drivers that keep them in a registry: driver/domains.h reads it. */
    struct registry *guests;

    char *uri;              /* canonical */
    unsigned int flags;     /* VIR_CONNECT_RO … as opened */
    const struct identity *who; /* NULL in process: ourselves */
};

/* What virConnectOpen…() asked for, after the configuration has had its say. */
struct open_request {
    const struct uri *uri;      /* NULL: none given, a driver may say it is its turn */
    virConnectAuthPtr auth;     /* may be NULL; borrowed for the open() */
    unsigned int flags;         /* virConnectFlags */
    bool admin;                 /* virAdmConnectOpen(): fill conn->admin only */
    struct conf *conf;         /* libvirt.conf, may be NULL */
};

/* A driver, known by the schemes it serves.  One that leaves `schemes` NULL is
 * asked for whatever nobody else has taken (the remote driver: also for every
 * URI with a transport or a server). */
struct driver {
    const char *name;
    const char *const *schemes; /* NULL-terminated */
    /* 1: opened, tables and states of `conn` are set; 0: not for me, ask the next;
     * -1 with err.  conn->flags and conn->who are set, conn->uri is the canonical
     * text and may be replaced. */
    int (*open)(struct drv_conn *conn, const struct open_request *req, struct err *err);
    /* NULL, or ends what ends with the connection and waits for that: its client has said that it leaves, and
     * is told afterwards.  Other calls of it may be under way. */
    void (*leave)(struct drv_conn *conn);
    /* Frees what open() made; waits for calls under way that it started itself. */
    void (*close)(struct drv_conn *conn);
};

#define DRIVERS_MAX 16
/* At start, before the first connection; later registrations come later in turn. */
void driver_register(const struct driver *driver);
/* A connection over the first driver that takes the request; NULL with err. */
struct drv_conn *drv_conn_open(const struct open_request *req, const struct identity *who,
                               void (*lost)(struct drv_conn *, int, void *), void *lost_opaque,
                               struct err *err);
void drv_conn_leave(struct drv_conn *conn);
void drv_conn_close(struct drv_conn *conn);
/* For every table: one library holds all drivers of a process. */
int driver_get_lib_version(struct drv_conn *conn, unsigned long *libVer, struct err *err);
