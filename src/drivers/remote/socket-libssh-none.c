/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * socket-libssh-none: a build without libssh says so.
 */
#include "drivers/remote/socket.h"

#define ERR_FROM VIR_FROM_REMOTE

int
remote_connect_libssh(const struct open_request *req, struct remote_target *t, struct err *err)
{
    return err_set(
        err, VIR_ERR_INVALID_ARG,
        "Transport '%s' needs libssh, which this build was made without; '%s+ssh' runs the program ssh",
        req->uri->transport, req->uri->scheme);
}

void
remote_relay_end(struct relay *r)
{
}
