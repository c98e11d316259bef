/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate.h"

#include <string.h>

certificate *
certificate_read(const char *path, char **why)
{
    g_autoptr(GError) e = NULL;
    g_autofree char *text = NULL;
    gsize n;
    gnutls_x509_crt_t cert = NULL;
    if (!g_file_get_contents(path, &text, &n, &e)) {
        *why = g_strdup(e->message);
        return NULL;
    }
    gnutls_datum_t data = {(unsigned char *)text, (unsigned int)n};
    int rc = gnutls_x509_crt_init(&cert);
    if (rc == 0)
        rc = gnutls_x509_crt_import(cert, &data, GNUTLS_X509_FMT_PEM);
    if (rc == 0)
        return cert;
    *why = g_strdup_printf("'%s' is not a certificate in PEM form: %s", path, gnutls_strerror(rc));
    if (cert)
        gnutls_x509_crt_deinit(cert);
    return NULL;
}

char *
certificate_name(certificate *cert)
{
    gnutls_datum_t name = {NULL, 0};
    /* In the order of the certificate, as the daemon compares it. */
    if (gnutls_x509_crt_get_dn3(cert, &name, GNUTLS_X509_DN_FLAG_COMPAT) < 0)
        return NULL;
    char *text = g_strndup((char *)name.data, name.size);
    gnutls_free(name.data);
    return text;
}
