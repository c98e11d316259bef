/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * handle: the objects behind the public pointers (virDomainPtr …).
 *
 * Owns: their memory.  A handle is a reference count, the connection it belongs
 * to (which it keeps alive) and a plain reference from base/ref.h, constant but
 * for a domain's id and name.  The magic number tells a live handle from a
 * freed one, another type, or garbage.
 * Called by: the entry points.  Nothing waits, but the last reference on a
 * connection closes it.
 */
#pragma once

#include "base/err.h"
#include "base/ref.h"
#include "driver/driver.h"

#include <glib.h>
#include <libvirt/libvirt-admin.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <stdatomic.h>

enum handle_type {
    HANDLE_NONE,
    HANDLE_conn,
    HANDLE_adm_conn,
    HANDLE_stream,
#define HANDLE_ENUM(type) HANDLE_##type,
    REF_TYPES(HANDLE_ENUM)
#undef HANDLE_ENUM
    HANDLE_TYPES
};

#define HANDLE_MAGIC 0x56690000u /* and the type */

struct handle {
    unsigned int magic;
    atomic_uint refs;
    virConnectPtr conn; /* a reference; of a connection: itself, without one */
};

struct registration; /* of event callbacks: events.c */
struct event_link;

struct _virConnect {
    struct handle h;
    struct drv_conn *drv;
    char *type;            /* virConnectGetType()'s answer, kept */
    pthread_mutex_t lock;  /* all below */
    virError error;
    virErrorFunc error_func;
    void *error_data;
    bool is_lost;
    int lost_reason;
    virConnectCloseFunc close_func;
    virAdmConnectCloseFunc adm_close_func;
    void *close_data;
    virFreeCallback close_free;
    bool close_told;
    struct registration *registrations;
    int next_callback;
    struct doorbell *bell; /* in the event loop, or NULL */
    int bell_users;        /* registrations, and the close callback */
    struct event_link *link; /* what the bell holds */
    GQueue queue;          /* of struct delivery */
};

/* An admin connection is a virConnect of another magic. */
static inline virConnectPtr adm_conn(virAdmConnectPtr conn) { return (virConnectPtr)conn; }

struct _virStream {
    struct handle h;
    struct stream st;
    bool fd_ready;        /* made non-blocking */
    uint64_t moved;       /* through the descriptor */
    int watch;            /* of the event loop, for a descriptor */
    pthread_mutex_t lock; /* the callback */
    virStreamEventCallback event_cb;
    void *event_opaque;
    virFreeCallback event_free;
};

struct _virDomain { struct handle h; struct domain_ref ref; };
struct _virNetwork { struct handle h; struct network_ref ref; };
struct _virNetworkPort { struct handle h; struct network_port_ref ref; virNetworkPtr net; };
struct _virInterface { struct handle h; struct interface_ref ref; };
struct _virStoragePool { struct handle h; struct storage_pool_ref ref; };
struct _virStorageVol { struct handle h; struct storage_vol_ref ref; };
struct _virNodeDevice { struct handle h; struct node_device_ref ref; char *parent; bool asked; };
struct _virSecret { struct handle h; struct secret_ref ref; };
struct _virNWFilter { struct handle h; struct nwfilter_ref ref; };
struct _virNWFilterBinding { struct handle h; struct nwfilter_binding_ref ref; };
struct _virDomainSnapshot { struct handle h; struct domain_snapshot_ref ref; virDomainPtr dom; };
struct _virDomainCheckpoint { struct handle h; struct domain_checkpoint_ref ref; virDomainPtr dom; };
struct _virAdmServer { struct handle h; struct admin_server_ref ref; };
struct _virAdmClient { struct handle h; struct admin_client_ref ref; virAdmServerPtr srv; };

#define HANDLE_POINTERS(X) \
    X(domain, virDomain) X(network, virNetwork) X(network_port, virNetworkPort) X(interface, virInterface) \
    X(storage_pool, virStoragePool) X(storage_vol, virStorageVol) X(node_device, virNodeDevice) \
    X(secret, virSecret) X(nwfilter, virNWFilter) X(nwfilter_binding, virNWFilterBinding) \
    X(domain_snapshot, virDomainSnapshot) X(domain_checkpoint, virDomainCheckpoint) \
    X(admin_server, virAdmServer) X(admin_client, virAdmClient)

/* handle_new_domain(conn, &ref) takes over what `ref` owns.
 * handles_domain(conn, &list, &array) makes a NULL-terminated array (malloc's) of
 * the list, takes over what that owns and returns the number. */
#define HANDLE_DECLARE(type, name) \
    name##Ptr handle_new_##type(virConnectPtr conn, struct type##_ref *ref); \
    int handles_##type(virConnectPtr conn, struct type##_ref_list *list, name##Ptr **array);
HANDLE_POINTERS(HANDLE_DECLARE)
#undef HANDLE_DECLARE

bool handle_is(const void *handle, enum handle_type type);
/* One reference more; handle_unref() returns how many are left. */
void handle_ref(void *handle);
bool handle_try_ref(void *handle); /* false: it is being freed */
unsigned int handle_unref(void *handle);

/* The guest's id (and name) changed by a call just made: ask, or know that it is gone. */
void handle_domain_refresh(virDomainPtr dom);
void handle_domain_gone(virDomainPtr dom);
/* It may have ended by the call just made.  Known where guests are at hand; over a wire nobody asks. */
void handle_domain_settle(virDomainPtr dom);

/* A new connection around `drv`; conn.c. */
virConnectPtr conn_new(enum handle_type type);
void conn_free(virConnectPtr conn);
void stream_free(virStreamPtr st);
