/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tls-none: tls.h in a build without GnuTLS.  Credentials cannot be had; the rest is not reached.
 */
#include "wire/tls.h"

#define ERR_FROM VIR_FROM_RPC

static int
absent(struct err *err)
{
    return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                   "This build has no TLS: it was made without the library GnuTLS");
}

struct tls_credentials *
tls_credentials_load(const struct tls_files *files, struct err *err)
{
    absent(err);
    return NULL;
}

struct tls_credentials *
tls_credentials_ref(struct tls_credentials *c)
{
    return c;
}

void
tls_credentials_unref(struct tls_credentials *c)
{
}

struct tls *
tls_new(struct tls_credentials *c, int fd, const char *host, struct err *err)
{
    absent(err);
    return NULL;
}

void
tls_free(struct tls *t)
{
}

void
tls_bye(struct tls *t)
{
}

int
tls_handshake(struct tls *t, struct err *err)
{
    return absent(err);
}

int
tls_check_peer(struct tls *t, const char *const *names, struct err *err)
{
    return absent(err);
}

char *
tls_peer_name(struct tls *t)
{
    return NULL;
}

int
tls_key_bits(struct tls *t)
{
    return 0;
}

ssize_t
tls_read(struct tls *t, void *buf, size_t n, struct err *err)
{
    return absent(err);
}

ssize_t
tls_write(struct tls *t, const void *buf, size_t n, struct err *err)
{
    return absent(err);
}

bool
tls_has_more(struct tls *t)
{
    return false;
}
