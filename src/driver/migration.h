/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * migration: the steps of moving a guest, which a client takes with both hosts in turn, or the source with
 * the destination when it is asked to (peer to peer).
 *
 * Owns: the table of steps, which no public function names.  A driver without it, or without a feature, moves
 * no guests that way.  Each step hands the other host's last cookie on, unread, and gives one of its own.
 *
 * Called by: lib/migrate-steps.c.  Every step waits for its host; perform() until the guest has moved.
 */
#pragma once

#include "base/err.h"
#include "base/ref.h"
#include "wire/peer-features.h"

#include <glib.h>
#include <libvirt/libvirt.h>
#include <stdbool.h>
#include <stdint.h>

struct drv_conn;

struct migration_cookie { unsigned char *data; uint32_t n; }; /* data: g_free() */

static inline void
migration_cookie_clear(struct migration_cookie *cookie)
{
    g_clear_pointer(&cookie->data, g_free);
    cookie->n = 0;
}

/* What every step is told. */
struct migration_step {
    virTypedParameterPtr params; /* of virDomainMigrate3() */
    int nparams;
    unsigned int flags;
    struct migration_cookie in; /* borrowed */
};

struct migration_ops {
    /* 1, 0, -1 with err; FEATURE_MIGRATION_PARAMS stands for the steps below. */
    int (*supports)(struct drv_conn *conn, enum wire_feature feature, struct err *err);
    /* On the source: what the destination is to run. */
    int (*begin)(struct drv_conn *conn, const struct domain_ref *dom, const struct migration_step *step,
                 struct migration_cookie *out, char **xml, struct err *err);
    /* On the destination, which waits for the guest from now on; `uri`: where, NULL if it was told. */
    int (*prepare)(struct drv_conn *conn, const struct migration_step *step, struct migration_cookie *out,
                   char **uri, struct err *err);
    /* On the source; with `dconnuri` it takes the other steps itself. */
    int (*perform)(struct drv_conn *conn, const struct domain_ref *dom, const char *dconnuri,
                   const struct migration_step *step, struct migration_cookie *out, struct err *err);
    /* On the destination: the guest runs there, or (cancelled) is forgotten. */
    int (*finish)(struct drv_conn *conn, const struct migration_step *step, bool cancelled,
                  struct migration_cookie *out, struct domain_ref *result, struct err *err);
    /* On the source: the guest ends there, or (cancelled) goes on. */
    int (*confirm)(struct drv_conn *conn, const struct domain_ref *dom, const struct migration_step *step,
                   bool cancelled, struct err *err);
};
