/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * login: SASL, by the mechanisms of Cyrus SASL, on both ends, and the layer that some of them put around
 * what follows.
 *
 * Owns: the negotiation of one connection.  A build without the library has all of these functions;
 * beginning one then fails and says why, so that none of the others is reached.
 *
 * Called by: the daemon's log-in, the remote driver's; secure.c for the layer.  A step waits for what the
 * mechanism asks (passwords on disk, other daemons): on the I/O thread only the layer is used.
 */
#pragma once

#include "base/err.h"

#include <libvirt/libvirt.h>
#include <stdbool.h>
#include <stddef.h>

struct login;

/* How much must be protected, in bits of a cipher. */
struct login_security {
    int outside;     /* what TLS gives; 0: none */
    bool secret;     /* the way is secret already (TLS, a socket of this host): no layer, and passwords may
                        be shown to the other end */
    int least;       /* otherwise: of the layer */
};
#define LOGIN_SECRET_BITS 56 /* from here on a cipher counts */

/* Who answers what a mechanism asks the user of a client.  Each `result` is set by malloc(). */
struct login_asker {
    const int *types; /* credentials that can be had */
    size_t ntypes;
    int (*ask)(virConnectCredentialPtr creds, unsigned n, void *opaque, struct err *err);
    void *opaque;
};

/* At start: whether a server can do it at all. */
int login_server_ready(struct err *err);
/* Addresses are "host;port" or NULL. */
struct login *login_server_begin(const struct login_security *sec, const char *local, const char *peer,
                                 struct err *err);
struct login *login_client_begin(const struct login_security *sec, const char *host, const char *local,
                                 const char *peer, const struct login_asker *asker, struct err *err);
void login_end(struct login *l);

/* The mechanisms that a server offers, by commas; the caller frees it.  NULL with err. */
char *login_mechanisms(struct login *l, struct err *err);

/* A step: 1 done, 0 goes on, -1 with err.  `out` NULL is nothing, which is not the same as no bytes; it is
 * good until the next step.  The first one of a client chooses among `mechanisms` and says which. */
int login_client_first(struct login *l, const char *mechanisms, const char **mechanism, const char **out,
                       size_t *n, struct err *err);
int login_server_first(struct login *l, const char *mechanism, const char *in, size_t in_n, const char **out,
                       size_t *n, struct err *err);
int login_step(struct login *l, const char *in, size_t in_n, const char **out, size_t *n, struct err *err);

/* After the last step. */
const char *login_user(struct login *l);   /* who has logged in */
int login_layer_bits(struct login *l);     /* 0: there is no layer */
size_t login_layer_most(struct login *l);  /* bytes that are encoded at once */
int login_layer_encode(struct login *l, const char *in, size_t in_n, const char **out, size_t *n,
                       struct err *err);
int login_layer_decode(struct login *l, const char *in, size_t in_n, const char **out, size_t *n,
                       struct err *err);
