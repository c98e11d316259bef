/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tls: certificates and encrypted connections, on both ends.
 *
 * Owns: what is read from certificate files (`struct tls_credentials`, shared by all connections made with
 * it) and the state of one connection (`struct tls`).  GnuTLS lies beneath and is not visible here.
 * A build without it has all of these functions; reading credentials then fails and says why, so that
 * none of the others is reached.
 *
 * Called by: secure.c for bytes, the daemon's log-in, the remote driver's transports.  The descriptor is
 * nonblocking: nothing here waits, but tls_credentials_load() for the disk.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tls_credentials;
struct tls;

struct tls_files {
    bool server;
    const char *ca, *crl;    /* crl: need not exist */
    const char *cert, *key;  /* NULL: a client without a certificate */
    const char *priority;    /* NULL: the library's default */
    bool no_sanity;          /* our own certificates are not looked at before use */
};

struct tls_credentials *tls_credentials_load(const struct tls_files *files, struct err *err);
struct tls_credentials *tls_credentials_ref(struct tls_credentials *c);
void tls_credentials_unref(struct tls_credentials *c);

/* `host`: the name that the server's certificate must have; NULL on the server's side. */
struct tls *tls_new(struct tls_credentials *c, int fd, const char *host, struct err *err);
/* Nothing is said to the peer, so that a copy in a child process is freed quietly. */
void tls_free(struct tls *t);
/* Says that nothing follows, as far as the socket takes it. */
void tls_bye(struct tls *t);

/* One step: 0 done, TLS_READ or TLS_WRITE: what the descriptor must be ready for, -1 with err. */
enum { TLS_READ = 1, TLS_WRITE = 2 };
int tls_handshake(struct tls *t, struct err *err);
/* After it.  Whether the peer's certificate is one we trust, is made for its side, and names the host we
 * meant; a peer that is not told so in an alert.  `names`: of a client, patterns of which one must fit its
 * distinguished name; NULL: any. */
int tls_check_peer(struct tls *t, const char *const *names, struct err *err);
/* The distinguished name of the peer's certificate, or NULL without one; the caller frees it. */
char *tls_peer_name(struct tls *t);
int tls_key_bits(struct tls *t); /* of the cipher in use */

/* As read() and write(); TLS_AGAIN when the socket has to become ready first.  A write that said so is
 * repeated with the same bytes.  tls_read() says 0 at the end. */
#define TLS_AGAIN (-2)
ssize_t tls_read(struct tls *t, void *buf, size_t n, struct err *err);
ssize_t tls_write(struct tls *t, const void *buf, size_t n, struct err *err);
bool tls_has_more(struct tls *t); /* was read from the socket already: poll() will not tell */
