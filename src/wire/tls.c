/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tls: one encrypted connection; see tls.h.  Credentials are tls-credentials.c's.
 *
 * A connection is used by one thread at a time (secure.c sees to that).
 */
#include "wire/tls-impl.h"

#include <fnmatch.h>
#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_RPC

struct tls {
    gnutls_session_t session;
    struct tls_credentials *credentials;
    char *host;
    bool unsent; /* GnuTLS keeps a record that the socket did not take */
};

struct tls *
tls_new(struct tls_credentials *c, int fd, const char *host, struct err *err)
{
    struct tls *t = g_new0(struct tls, 1);
    t->credentials = tls_credentials_ref(c);
    t->host = g_strdup(host);
    unsigned role = c->server ? GNUTLS_SERVER : GNUTLS_CLIENT;
    int rc = gnutls_init(&t->session, role | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    if (rc >= 0)
        rc = gnutls_priority_set(t->session, c->priority);
    if (rc >= 0)
        rc = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, c->x509);
    if (rc < 0) {
        err_set(err, VIR_ERR_RPC, "Cannot begin a TLS connection: %s", gnutls_strerror(rc));
        tls_free(t);
        return NULL;
    }
    if (c->server)
        gnutls_certificate_server_set_request(t->session, GNUTLS_CERT_REQUEST);
    gnutls_transport_set_int2(t->session, fd, fd);
    return t;
}

void
tls_free(struct tls *t)
{
    if (!t)
        return;
    if (t->session)
        gnutls_deinit(t->session);
    tls_credentials_unref(t->credentials);
    g_free(t->host);
    g_free(t);
}

void
tls_bye(struct tls *t)
{
    if (!t->unsent)
        (void)gnutls_bye(t->session, GNUTLS_SHUT_WR);
}

static int
failed(struct tls *t, int rc, const char *what, struct err *err)
{
    if (rc == GNUTLS_E_FATAL_ALERT_RECEIVED)
        return err_set(err, VIR_ERR_RPC, "%s failed: the peer refuses: %s", what,
                       gnutls_alert_get_name(gnutls_alert_get(t->session)));
    if (rc == GNUTLS_E_PREMATURE_TERMINATION)
        return err_set(err, VIR_ERR_RPC, "%s failed: the peer closed the connection; its log may say why",
                       what);
    return err_set(err, VIR_ERR_RPC, "%s failed: %s", what, gnutls_strerror(rc));
}

int
tls_handshake(struct tls *t, struct err *err)
{
    int rc;
    do
        rc = gnutls_handshake(t->session);
    while (rc == GNUTLS_E_INTERRUPTED || rc == GNUTLS_E_WARNING_ALERT_RECEIVED ||
           rc == GNUTLS_E_GOT_APPLICATION_DATA);
    if (rc == GNUTLS_E_SUCCESS)
        return 0;
    if (rc == GNUTLS_E_AGAIN)
        return gnutls_record_get_direction(t->session) ? TLS_WRITE : TLS_READ;
    failed(t, rc, "TLS handshake", err);
    if (rc != GNUTLS_E_FATAL_ALERT_RECEIVED && rc != GNUTLS_E_PUSH_ERROR && rc != GNUTLS_E_PULL_ERROR)
        (void)gnutls_alert_send_appropriate(t->session, rc);
    return -1;
}

/* ---- who is there ---- */

static gnutls_x509_crt_t
peer_certificate(struct tls *t)
{
    unsigned n = 0;
    gnutls_x509_crt_t cert = NULL;
    const gnutls_datum_t *list = gnutls_certificate_get_peers(t->session, &n);
    if (!list || n == 0 || gnutls_x509_crt_init(&cert) < 0)
        return NULL;
    if (gnutls_x509_crt_import(cert, &list[0], GNUTLS_X509_FMT_DER) < 0) {
        gnutls_x509_crt_deinit(cert);
        return NULL;
    }
    return cert;
}

char *
tls_peer_name(struct tls *t)
{
    gnutls_x509_crt_t cert = peer_certificate(t);
    char *name = cert ? certificate_dn(cert) : NULL;
    if (cert)
        gnutls_x509_crt_deinit(cert);
    return name;
}

static int
refuse(struct tls *t, gnutls_alert_description_t alert, struct err *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    (void)gnutls_alert_send(t->session, GNUTLS_AL_FATAL, alert);
    const char *side = t->credentials->server ? "client" : "server";
    return err_set(err, t->credentials->server ? VIR_ERR_AUTH_FAILED : VIR_ERR_SYSTEM_ERROR,
                   "The certificate of the %s is not accepted: %s", side, text);
}

static gnutls_alert_description_t
alert_for(unsigned status)
{
    if (status & GNUTLS_CERT_REVOKED)
        return GNUTLS_A_CERTIFICATE_REVOKED;
    if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
        return GNUTLS_A_UNKNOWN_CA;
    if (status & (GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED))
        return GNUTLS_A_CERTIFICATE_EXPIRED;
    return GNUTLS_A_BAD_CERTIFICATE;
}

/* All names that the certificate has, for the message about the one that is missing. */
static char *
names_of(gnutls_x509_crt_t cert)
{
    GString *text = g_string_new(NULL);
    char name[256];
    size_t size = sizeof(name);
    int type = 0;
    for (unsigned i = 0; type >= 0; i++, size = sizeof(name)) {
        type = gnutls_x509_crt_get_subject_alt_name(cert, i, name, &size, NULL);
        if (type == GNUTLS_SAN_DNSNAME)
            g_string_append_printf(text, "%s%.*s", text->len ? ", " : "", (int)size, name);
        if (type == GNUTLS_SAN_IPADDRESS && size == 4)
            g_string_append_printf(text, "%s%u.%u.%u.%u", text->len ? ", " : "", (unsigned char)name[0],
                                   (unsigned char)name[1], (unsigned char)name[2], (unsigned char)name[3]);
    }
    size = sizeof(name);
    if (gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) == 0)
        g_string_append_printf(text, "%s%.*s", text->len ? ", " : "", (int)size, name);
    return g_string_free(text, FALSE);
}

static int
check_names(struct tls *t, gnutls_x509_crt_t cert, const char *const *names, struct err *err)
{
    if (t->host) {
        if (gnutls_x509_crt_check_hostname(cert, t->host))
            return 0;
        g_autofree char *has = names_of(cert);
        return refuse(t, GNUTLS_A_BAD_CERTIFICATE, err,
                      "it is not for '%s', the name in the URI; it is for: %s. Use one of these names, "
                      "or give the server a certificate with this one",
                      t->host, *has ? has : "nobody");
    }
    g_autofree char *dn = certificate_dn(cert);
    for (size_t i = 0; names && names[i]; i++)
        if (dn && fnmatch(names[i], dn, 0) == 0)
            return 0;
    if (!names)
        return 0;
    return refuse(t, GNUTLS_A_ACCESS_DENIED, err, "no pattern of tls_allowed_dn_list fits its name '%s'",
                  dn ? dn : "");
}

int
tls_check_peer(struct tls *t, const char *const *names, struct err *err)
{
    gnutls_x509_crt_t cert = peer_certificate(t);
    unsigned status = 0;
    if (!cert)
        return refuse(t, GNUTLS_A_CERTIFICATE_REQUIRED, err, "it sent none");
    int rc = gnutls_certificate_verify_peers2(t->session, &status);
    if (rc < 0) {
        rc = refuse(t, GNUTLS_A_BAD_CERTIFICATE, err, "checking it failed: %s", gnutls_strerror(rc));
    } else if (status) {
        gnutls_datum_t why = { 0 };
        gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &why, 0);
        g_autofree char *dn = certificate_dn(cert);
        rc = refuse(t, alert_for(status), err, "%s: %s(authority: '%s')", dn ? dn : "", (char *)why.data,
                    t->credentials->ca_file);
        gnutls_free(why.data);
    } else {
        g_autofree char *why = certificate_purpose(cert, t->credentials->server ? CERTIFICATE_CLIENT
                                                         : CERTIFICATE_SERVER);
        rc = why ? refuse(t, GNUTLS_A_UNSUPPORTED_CERTIFICATE, err, "%s", why)
                 : check_names(t, cert, names, err);
    }
    gnutls_x509_crt_deinit(cert);
    return rc;
}

int
tls_key_bits(struct tls *t)
{
    return (int)gnutls_cipher_get_key_size(gnutls_cipher_get(t->session)) * 8;
}

/* ---- bytes ---- */

ssize_t
tls_read(struct tls *t, void *buf, size_t n, struct err *err)
{
    ssize_t got;
    do
        got = gnutls_record_recv(t->session, buf, n);
    while (got == GNUTLS_E_INTERRUPTED || got == GNUTLS_E_WARNING_ALERT_RECEIVED);
    if (got >= 0)
        return got;
    if (got == GNUTLS_E_AGAIN)
        return TLS_AGAIN;
    /* Messages say how long they are: one that is cut is noticed without the farewell, which many
     * programs leave out. */
    if (got == GNUTLS_E_PREMATURE_TERMINATION || got == GNUTLS_E_PULL_ERROR)
        return 0;
    return failed(t, (int)got, "Reading from the TLS connection", err);
}

ssize_t
tls_write(struct tls *t, const void *buf, size_t n, struct err *err)
{
    ssize_t sent;
    do
        sent = t->unsent ? gnutls_record_send(t->session, NULL, 0) : gnutls_record_send(t->session, buf, n);
    while (sent == GNUTLS_E_INTERRUPTED);
    t->unsent = sent == GNUTLS_E_AGAIN;
    if (t->unsent)
        return TLS_AGAIN;
    if (sent < 0)
        return failed(t, (int)sent, "Writing to the TLS connection", err);
    return sent;
}

bool
tls_has_more(struct tls *t)
{
    return gnutls_record_check_pending(t->session) > 0;
}
