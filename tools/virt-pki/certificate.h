/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates in PEM files. */
#pragma once

#include <glib.h>
#include <gnutls/x509.h>

typedef struct gnutls_x509_crt_int certificate;
/* NULL, and *why, to be freed. */
certificate *certificate_read(const char *path, char **why);
char *certificate_name(certificate *cert); /* the distinguished name */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(certificate, gnutls_x509_crt_deinit)
