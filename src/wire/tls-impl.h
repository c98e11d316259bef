/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tls-impl: what the two files of tls.h share.
 */
#pragma once

#include "delay-gnutls.h"
#include "wire/tls.h"

#include <stdatomic.h>

struct tls_credentials {
    atomic_uint refs;
    bool server;
    gnutls_certificate_credentials_t x509;
    gnutls_priority_t priority;
    char *ca_file;
};

enum certificate_role { CERTIFICATE_CA, CERTIFICATE_SERVER, CERTIFICATE_CLIENT };
/* NULL, or why a certificate may not be used in this role; the caller frees it. */
char *certificate_purpose(gnutls_x509_crt_t cert, enum certificate_role role);
/* In the order in which the certificate has its parts, as tls_allowed_dn_list has them. */
char *certificate_dn(gnutls_x509_crt_t cert);
