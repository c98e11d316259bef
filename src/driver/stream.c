/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stream: see stream.h.
 */
#include "driver/stream.h"

void
stream_set_fd(struct stream *st, int fd, bool to_client, bool from_client)
{
    st->fd = fd;
    st->to_client = to_client;
    st->from_client = from_client;
}
