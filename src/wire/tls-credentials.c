/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tls-credentials: certificate files, read and looked at before they are used; see tls.h.
 *
 * A wrong file shows in the log of the peer, if at all, and there as a failed handshake; so what can be
 * found out here is said here, with the file's name.  Called by: start of the daemon, reload, the remote
 * driver.  Waits for the disk.
 */
#include "wire/tls-impl.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
#define CHAIN_MAX 16

char *
certificate_dn(gnutls_x509_crt_t cert)
{
    gnutls_datum_t name = { 0 };
    if (gnutls_x509_crt_get_dn3(cert, &name, GNUTLS_X509_DN_FLAG_COMPAT) < 0)
        return NULL;
    char *text = g_strndup((const char *)name.data, name.size);
    gnutls_free(name.data);
    return text;
}

char *
certificate_purpose(gnutls_x509_crt_t cert, enum certificate_role role)
{
    unsigned critical = 0, usage = 0;
    int ca = gnutls_x509_crt_get_basic_constraints(cert, &critical, NULL, NULL);
    if (role == CERTIFICATE_CA && ca <= 0)
        return g_strdup("it is not the certificate of an authority (basic constraints: CA is not true)");
    if (role != CERTIFICATE_CA && ca > 0)
        return g_strdup(
            "it is the certificate of an authority, which signs others and is not for connections");
    if (gnutls_x509_crt_get_key_usage(cert, &usage, &critical) == 0) {
        unsigned want = role == CERTIFICATE_CA ? GNUTLS_KEY_KEY_CERT_SIGN
                                               : GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT;
        if (critical && !(usage & want))
            return g_strdup_printf("its key usage does not allow %s",
                                   role == CERTIFICATE_CA ? "to sign certificates" : "digital signatures");
    }
    if (role == CERTIFICATE_CA)
        return NULL;
    const char *oid = role == CERTIFICATE_SERVER ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT;
    bool any = false, fits = false, must = false;
    for (unsigned i = 0;; i++) {
        char text[128];
        size_t size = sizeof(text);
        if (gnutls_x509_crt_get_key_purpose_oid(cert, i, text, &size, &critical) < 0)
            break;
        any = true;
        must |= critical;
        fits |= strcmp(text, oid) == 0 || strcmp(text, GNUTLS_KP_ANY) == 0;
    }
    if (any && must && !fits)
        return g_strdup_printf("its extended key usage does not name %s",
                               role == CERTIFICATE_SERVER ? "TLS servers" : "TLS clients");
    return NULL;
}

static int
bad_file(struct err *err, const char *path, const char *what, int rc)
{
    return err_set(err, VIR_ERR_SYSTEM_ERROR, "Cannot use '%s' as %s: %s", path, what, gnutls_strerror(rc));
}

static int
must_exist(const char *path, const char *what, struct err *err)
{
    if (access(path, R_OK) == 0)
        return 0;
    return err_set(err, VIR_ERR_SYSTEM_ERROR, "Cannot read %s '%s': %s", what, path, g_strerror(errno));
}

static int
load_chain(const char *path, gnutls_x509_crt_t *list, unsigned *n, const char *what, struct err *err)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) e = NULL;
    gsize size;
    *n = CHAIN_MAX;
    if (!g_file_get_contents(path, &text, &size, &e))
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "Cannot read %s: %s", what, e->message);
    gnutls_datum_t data = { (unsigned char *)text, (unsigned)size };
    int rc = gnutls_x509_crt_list_import(list, n, &data, GNUTLS_X509_FMT_PEM, 0);
    if (rc >= 0) {
        *n = (unsigned)rc;
        return 0;
    }
    *n = 0;
    return bad_file(err, path, what, rc);
}

static int
check_one(gnutls_x509_crt_t cert, enum certificate_role role, const char *path, struct err *err)
{
    time_t now = time(NULL);
    if (gnutls_x509_crt_get_expiration_time(cert) < now)
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "The certificate in '%s' has expired: it has to be renewed",
                       path);
    if (gnutls_x509_crt_get_activation_time(cert) > now)
        return err_set(err, VIR_ERR_SYSTEM_ERROR,
                       "The certificate in '%s' is not valid yet: is this host's clock right?", path);
    g_autofree char *why = certificate_purpose(cert, role);
    return why ? err_set(err, VIR_ERR_SYSTEM_ERROR, "The certificate in '%s' cannot be used: %s", path, why)
               : 0;
}

/* Our own certificate, before others find out. */
static int
check_own(const struct tls_files *f, struct err *err)
{
    gnutls_x509_crt_t ca[CHAIN_MAX], own[CHAIN_MAX];
    unsigned nca = 0, nown = 0, status = 0;
    int rc = load_chain(f->ca, ca, &nca, "certificates of authorities", err);
    if (rc == 0 && f->cert)
        rc = load_chain(f->cert, own, &nown, "certificate", err);
    for (unsigned i = 0; i < nca && rc == 0; i++)
        rc = check_one(ca[i], CERTIFICATE_CA, f->ca, err);
    if (rc == 0 && nown)
        rc = check_one(own[0], f->server ? CERTIFICATE_SERVER : CERTIFICATE_CLIENT, f->cert, err);
    if (rc == 0 && nown) {
        int checked = gnutls_x509_crt_list_verify(own, (int)nown, ca, (int)nca, NULL, 0, 0, &status);
        if (checked < 0) {
            rc = bad_file(err, f->cert, "certificate", checked);
        } else if (status & GNUTLS_CERT_INVALID) {
            gnutls_datum_t why = { 0 };
            gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &why, 0);
            rc = err_set(err, VIR_ERR_SYSTEM_ERROR,
                         "The certificate in '%s' does not fit the authority in '%s': %s", f->cert, f->ca,
                         (char *)why.data);
            gnutls_free(why.data);
        }
    }
    for (unsigned i = 0; i < nca; i++)
        gnutls_x509_crt_deinit(ca[i]);
    for (unsigned i = 0; i < nown; i++)
        gnutls_x509_crt_deinit(own[i]);
    return rc;
}

static int
load_files(struct tls_credentials *c, const struct tls_files *f, struct err *err)
{
    int rc = gnutls_certificate_set_x509_trust_file(c->x509, f->ca, GNUTLS_X509_FMT_PEM);
    if (rc < 0)
        return bad_file(err, f->ca, "certificates of authorities", rc);
    if (rc == 0)
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "There is no certificate of an authority in '%s'", f->ca);
    if (f->crl && access(f->crl, R_OK) == 0) {
        rc = gnutls_certificate_set_x509_crl_file(c->x509, f->crl, GNUTLS_X509_FMT_PEM);
        if (rc < 0)
            return bad_file(err, f->crl, "list of revoked certificates", rc);
    }
    if (f->cert) {
        rc = gnutls_certificate_set_x509_key_file(c->x509, f->cert, f->key, GNUTLS_X509_FMT_PEM);
        if (rc < 0)
            return err_set(err, VIR_ERR_SYSTEM_ERROR, "Cannot use certificate '%s' with key '%s': %s",
                           f->cert, f->key, gnutls_strerror(rc));
    }
    if (f->server)
        (void)gnutls_certificate_set_known_dh_params(c->x509, GNUTLS_SEC_PARAM_MEDIUM);
    return 0;
}

struct tls_credentials *
tls_credentials_load(const struct tls_files *f, struct err *err)
{
    const char *where = NULL;
    if (delay_load(&gnutls_library, err) < 0)
        return NULL;
    struct tls_credentials *c = g_new0(struct tls_credentials, 1);
    atomic_init(&c->refs, 1);
    c->server = f->server;
    c->ca_file = g_strdup(f->ca);
    int rc = gnutls_certificate_allocate_credentials(&c->x509);
    if (rc < 0) {
        err_set(err, VIR_ERR_RPC, "Cannot set up TLS: %s", gnutls_strerror(rc));
        goto fail;
    }
    if (must_exist(f->ca, "CA certificate", err) < 0 ||
        (f->cert && must_exist(f->cert, f->server ? "server certificate" : "client certificate", err) < 0) ||
        (f->cert && must_exist(f->key, f->server ? "server private key" : "client private key", err) < 0) ||
        (!f->no_sanity && check_own(f, err) < 0) || load_files(c, f, err) < 0)
        goto fail;
    const char *priority = f->priority ? f->priority : "NORMAL";
    rc = gnutls_priority_init(&c->priority, priority, &where);
    if (rc < 0) {
        err_set(err, VIR_ERR_RPC, "Cannot set TLS priority '%s': %s at '%s'", priority, gnutls_strerror(rc),
                where ? where : "");
        goto fail;
    }
    return c;
fail:
    tls_credentials_unref(c);
    return NULL;
}

struct tls_credentials *
tls_credentials_ref(struct tls_credentials *c)
{
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

void
tls_credentials_unref(struct tls_credentials *c)
{
    if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (c->priority)
        gnutls_priority_deinit(c->priority);
    if (c->x509)
        gnutls_certificate_free_credentials(c->x509);
    g_free(c->ca_file);
    g_free(c);
}
