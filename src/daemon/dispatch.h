/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * dispatch: from a call's number and bytes to the driver's slot, and back.
 *
 * Owns: the tables of procedures of each program (generated from api/ into
 * dispatch-*.c, indexed by number) and the generic half around them: decoding,
 * read-only and access checks, encoding of the result.  What belongs to the
 * session itself (opening, authentication, events) ends in the session_*
 * functions below, which the daemon writes by hand.
 * Called by: sessions.  dispatch_find() and dispatch_guest() on the I/O thread;
 * dispatch_run() there for class snapshot, on an executor thread otherwise.
 * Waits: dispatch_run(), as the slot does.
 */
#pragma once

#include "base/err.h"
#include "core/event.h"
#include "driver/event-wire.h"
#include "driver/stream.h"
#include "wire/xdr.h"

#include <libvirt/libvirt.h>

struct drv_conn;
struct session; /* the daemon's */
struct dispatch_call;

enum call_class {
    CALL_LOCAL, CALL_SNAPSHOT, CALL_QUERY, CALL_MODIFY, CALL_LONG, CALL_HOST,
};

enum {
    DISPATCH_WRITE = 1,       /* refused on a read-only connection */
    DISPATCH_STREAM = 2,      /* opens a stream: call->stream is there */
    DISPATCH_STREAM_WRITE = 4,/* … whose bytes go to the server (screen shots: from it) */
    DISPATCH_SESSION = 8,     /* ends in a session_* function; class SNAPSHOT: never waits,
                                 class HOST: may (opening) */
    DISPATCH_NO_AUTH = 16,    /* allowed before authentication */
    DISPATCH_NO_OPEN = 32,    /* allowed before connect_open */
    DISPATCH_GUEST = 64,      /* arguments begin with a domain: dispatch_guest() knows which */
    DISPATCH_GUEST_SECOND = 128, /* … with a name, then the domain */
    DISPATCH_URGENT = 256,    /* passes the limits of client and guest: destroy, abort … */
};

struct dispatch_entry {
    const char *name;         /* "domain_create_with_flags"; NULL: no such procedure */
    int (*run)(struct dispatch_call *call, struct xdr_reader *args, struct xdr_writer *ret, struct err *err);
    uint8_t cls;              /* enum call_class */
    uint16_t flags;
    uint16_t domain;          /* virErrorDomain of refusals */
};

struct dispatch_program {
    uint32_t program, version;
    const struct dispatch_entry *entries; /* by procedure number */
    size_t n;
};
extern const struct dispatch_program dispatch_remote, dispatch_qemu, dispatch_lxc, dispatch_admin;

/* One call being answered.  The session fills it. */
struct dispatch_call {
    struct session *session;
    struct drv_conn *conn;    /* NULL until session_connect_open() has set it */
    const struct dispatch_entry *entry;
    uint32_t serial;
    struct xdr_arena *arena;  /* of this call: arguments and results point into it */
    int *fds_in;              /* received with the call; whoever takes one over sets it to -1 */
    size_t nfds_in;
    int fds_out[NET_MESSAGE_NUM_FDS_MAX]; /* sent with the reply, then closed by the session */
    size_t nfds_out;
    struct stream *stream;    /* DISPATCH_STREAM: made by the session, opened when run() gives 0 */
    /* Access control; NULL: everything is allowed.  `ref`: a struct …_ref that fits
     * the object ("domain"), NULL for "connect".  0, or -1 with VIR_ERR_ACCESS_DENIED. */
    int (*access)(struct dispatch_call *call, const char *object, const char *permission, const void *ref,
                  struct err *err);
};

/* NULL with err: no such program, version or procedure. */
const struct dispatch_entry *dispatch_find(const struct dispatch_program *const *programs, size_t n,
                                           uint32_t program, uint32_t version, int32_t proc, struct err *err);
/* Whether the call is about one guest, and which; looks at the bytes, changes nothing. */
bool dispatch_guest(const struct dispatch_entry *entry, const char *payload, size_t n,
                    unsigned char uuid[UUID_LEN]);
/* Checks, decodes `payload` (changed in place), calls, appends the result's bytes to `ret`. */
int dispatch_run(struct dispatch_call *call, char *payload, size_t n, struct xdr_writer *ret,
                 struct err *err);

/* ---- written by the daemon ---- */

/* Sets call->conn (and the session's) on success. */
int session_connect_open(struct dispatch_call *call, const struct remote_connect_open_args *args,
                         struct err *err);
int session_connect_close(struct dispatch_call *call, struct err *err);
int session_connect_supports_feature(struct dispatch_call *call, int feature, int *supported,
                                     struct err *err);
int session_connect_get_uri(struct dispatch_call *call, char **uri, struct err *err); /* arena or constant */
int session_connect_is_secure(struct dispatch_call *call, int *secure, struct err *err);
int session_connect_set_identity(struct dispatch_call *call, virTypedParameterPtr params, int nparams,
                                 unsigned int flags, struct err *err);
int session_auth_list(struct dispatch_call *call, struct remote_auth_list_ret *ret, struct err *err);
int session_auth_sasl_init(struct dispatch_call *call, struct remote_auth_sasl_init_ret *ret,
                           struct err *err);
int session_auth_sasl_start(struct dispatch_call *call, const struct remote_auth_sasl_start_args *args,
                            struct remote_auth_sasl_start_ret *ret, struct err *err);
int session_auth_sasl_step(struct dispatch_call *call, const struct remote_auth_sasl_step_args *args,
                           struct remote_auth_sasl_step_ret *ret, struct err *err);
int session_auth_polkit(struct dispatch_call *call, struct remote_auth_polkit_ret *ret, struct err *err);
int session_admin_open(struct dispatch_call *call, unsigned int flags, struct err *err);
int session_admin_close(struct dispatch_call *call, struct err *err);
/* Tell the client when the connection to the hypervisor is lost, or no more. */
int session_close_callback(struct dispatch_call *call, bool want, struct err *err);

/* Subscribes the session at the driver of the filter's family; the session's
 * deliver() appends event_message() to its output.
 * `monitor_event`: the name wanted from the QEMU monitor, with its flags. */
int session_event_register(struct dispatch_call *call, const struct event_filter *filter,
                           enum event_style style, const char *monitor_event, unsigned int flags,
                           int *callback_id, struct err *err);
/* By callback id; for EVENT_STYLE_LEGACY `id` is the event id. */
int session_event_deregister(struct dispatch_call *call, enum event_family family, enum event_style style,
                             int id, struct err *err);
