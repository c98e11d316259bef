/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * login-none: login.h in a build without Cyrus SASL.  Beginning fails; the rest is not reached.
 */
#include "wire/login.h"

#define ERR_FROM VIR_FROM_RPC

static int
absent(struct err *err)
{
    return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                   "This build cannot log in by SASL: it was made without the library libsasl2");
}

int
login_server_ready(struct err *err)
{
    return absent(err);
}

struct login *
login_server_begin(const struct login_security *sec, const char *local, const char *peer, struct err *err)
{
    absent(err);
    return NULL;
}

struct login *
login_client_begin(const struct login_security *sec, const char *host, const char *local, const char *peer,
                   const struct login_asker *asker, struct err *err)
{
    absent(err);
    return NULL;
}

void
login_end(struct login *l)
{
}

char *
login_mechanisms(struct login *l, struct err *err)
{
    absent(err);
    return NULL;
}

int
login_client_first(struct login *l, const char *mechanisms, const char **mechanism, const char **out,
                   size_t *n, struct err *err)
{
    return absent(err);
}

int
login_server_first(struct login *l, const char *mechanism, const char *in, size_t in_n, const char **out,
                   size_t *n, struct err *err)
{
    return absent(err);
}

int
login_step(struct login *l, const char *in, size_t in_n, const char **out, size_t *n, struct err *err)
{
    return absent(err);
}

const char *
login_user(struct login *l)
{
    return NULL;
}

int
login_layer_bits(struct login *l)
{
    return 0;
}

size_t
login_layer_most(struct login *l)
{
    return 0;
}

int
login_layer_encode(struct login *l, const char *in, size_t in_n, const char **out, size_t *n, struct err *err)
{
    return absent(err);
}

int
login_layer_decode(struct login *l, const char *in, size_t in_n, const char **out, size_t *n, struct err *err)
{
    return absent(err);
}
