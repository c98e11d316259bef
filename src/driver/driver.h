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
 *   - a returned string becomes `char **result`, unsigned long (long) becomes
 *     `unsigned long (long) *result`
 *   - `virDomainPtr **list` becomes `struct domain_ref_list *list` (NULL: only
 *     count)
 *   - all else, typed parameters and caller-allocated arrays included, stays
 *     as the public header has it
 *   - the result is the public int, -1 for failure with err filled
 *   - virConnect…EventRegisterAny/DeregisterAny take struct event_filter and a
 *     deliver callback, as event_hub_subscribe() does
 * A NULL slot answers VIR_ERR_NO_SUPPORT, from the generated caller.
 *
 * Called by: lib/ (in-process and remote) and daemon/ (dispatch).
 */
#pragma once

#include "base/err.h"
#include "base/identity.h"
#include "base/ref.h"
#include "core/event.h"
#include "driver/stream.h"

struct hypervisor_ops; /* connect, node, domain, snapshot, checkpoint */
struct network_ops;    /* networks and ports */
struct interface_ops;
struct storage_ops;    /* pools and volumes */
struct node_device_ops;
struct secret_ops;
struct nwfilter_ops;   /* filters and bindings */

struct drv_conn {
    const struct hypervisor_ops *hypervisor;
    const struct network_ops *network;
    const struct interface_ops *interface;
    const struct storage_ops *storage;
    const struct node_device_ops *node_device;
    const struct secret_ops *secret;
    const struct nwfilter_ops *nwfilter;
    /* The state behind each table; owned by the driver that set it. */
    void *hypervisor_state, *network_state, *interface_state, *storage_state,
         *node_device_state, *secret_state, *nwfilter_state;

    char *uri;              /* canonical */
    unsigned int flags;     /* VIR_CONNECT_RO … as opened */
    const struct identity *who; /* NULL in process: ourselves */
};
