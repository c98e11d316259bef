/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * socket-tls: a client's TLS: which certificate files count, the handshake, and the server's word that ours
 * is accepted.
 *
 * Files: those in pkipath= of the URI; otherwise of each kind the user's (~/.pki/libvirt) where they are,
 * else the host's (/etc/pki).  Called by: socket.c.  Waits for the server.
 */
#include "drivers/remote/socket.h"

#include "base/clock.h"
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
#define SILENCE_MS (60 * 1000) /* from a server that is asked for a handshake */

struct paths { char *ca, *crl, *cert, *key; };

static void
paths_clear(struct paths *p)
{
    g_free(p->ca);
    g_free(p->crl);
    g_free(p->cert);
    g_free(p->key);
}

static bool
there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void
in_folder(struct paths *p, const char *folder)
{
    p->ca = g_build_filename(folder, "cacert.pem", NULL);
    p->crl = g_build_filename(folder, "cacrl.pem", NULL);
    p->cert = g_build_filename(folder, "clientcert.pem", NULL);
    p->key = g_build_filename(folder, "clientkey.pem", NULL);
}

static void
replace(char **path, const char *by)
{
    g_free(*path);
    *path = g_strdup(by);
}

static void
find_paths(struct paths *p, const char *pkipath)
{
    g_autofree char *own = g_build_filename(g_get_home_dir(), ".pki/libvirt", NULL);
    in_folder(p, pkipath && *pkipath ? pkipath : own);
    if (!pkipath || !*pkipath) {
        if (geteuid() == 0 || !there(p->ca)) {
            replace(&p->ca, SYSCONFDIR "/pki/CA/cacert.pem");
            replace(&p->crl, SYSCONFDIR "/pki/CA/cacrl.pem");
        }
        if (geteuid() == 0 || !there(p->cert) || !there(p->key)) {
            replace(&p->cert, SYSCONFDIR "/pki/libvirt/clientcert.pem");
            replace(&p->key, SYSCONFDIR "/pki/libvirt/private/clientkey.pem");
        }
    }
    /* A client needs none where the server asks for another proof. */
    if (!there(p->cert)) {
        replace(&p->cert, NULL);
        replace(&p->key, NULL);
    }
}

static bool
flag(const struct uri *uri, const char *name)
{
    const char *value = uri_param(uri, name);
    return value && strcmp(value, "0") != 0;
}

static int
await(int fd, short events, struct err *err)
{
    struct pollfd p = { .fd = fd, .events = events };
    int rc;
    do
        rc = poll(&p, 1, SILENCE_MS);
    while (rc < 0 && errno == EINTR);
    if (rc < 0)
        return err_errno(err, errno, "Cannot wait for the server");
    return rc > 0 ? 0
                  : err_set(err, VIR_ERR_SYSTEM_ERROR,
                            "The server has said nothing for %d seconds: is it a TLS server?",
                            SILENCE_MS / 1000);
}

/* The server looks at our certificate after the handshake; one byte says that it likes it. */
static int
await_word(struct tls *tls, int fd, struct err *err)
{
    char word = 0;
    ssize_t got;
    while ((got = tls_read(tls, &word, 1, err)) == TLS_AGAIN)
        if (await(fd, POLLIN, err) < 0)
            return -1;
    if (got < 0)
        return err_context(err, "The server does not accept this client");
    if (got == 0 || word != 1)
        return err_set(err, VIR_ERR_RPC,
                       "The server does not accept this client's certificate, or wants one: "
                       "its log says why (client certificate: clientcert.pem and clientkey.pem)");
    return 0;
}

static int
greet(const struct uri *uri, struct tls *tls, int fd, struct err *err)
{
    int rc;
    while ((rc = tls_handshake(tls, err)) > 0)
        if (await(fd, rc == TLS_WRITE ? POLLOUT : POLLIN, err) < 0)
            return -1;
    if (rc < 0)
        return -1;
    if (!flag(uri, "no_verify") && tls_check_peer(tls, NULL, err) < 0)
        return -1;
    return await_word(tls, fd, err);
}

struct tls_credentials *
remote_tls_credentials(const struct uri *uri, struct err *err)
{
    __attribute__((cleanup(paths_clear))) struct paths paths = { 0 };
    find_paths(&paths, uri_param(uri, "pkipath"));
    const struct tls_files files = {
        .ca = paths.ca, .crl = paths.crl, .cert = paths.cert, .key = paths.key,
        .priority = uri_param(uri, "tls_priority"), .no_sanity = flag(uri, "no_sanity"),
    };
    return tls_credentials_load(&files, err);
}

int
remote_start_tls(const struct uri *uri, struct tls_credentials *credentials, struct remote_target *t,
                 struct err *err)
{
    const char *server = uri->server && *uri->server ? uri->server : "localhost";
    int flags = fcntl(t->fd, F_GETFL);
    if (flags < 0 || fcntl(t->fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return err_errno(err, errno, "Cannot make a socket nonblocking");
    struct tls *tls = tls_new(credentials, t->fd, server, err);
    if (!tls || greet(uri, tls, t->fd, err) < 0) {
        tls_free(tls);
        return -1;
    }
    t->tls_bits = tls_key_bits(tls);
    t->secure = secure_new(t->fd, tls);
    return 0;
}
