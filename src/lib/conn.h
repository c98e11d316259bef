/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * conn: what other parts of the library need of connections; see conn.c.
 */
#pragma once

#include "lib/entry.h"

struct conf;

/* The URI to open: the argument, the environment or the configuration, with its
 * alias replaced; "" when there is none.  NULL with err. */
char *conn_choose_uri(struct conf *conf, const char *name, unsigned int flags, struct err *err);
/* For libvirt-admin. */
virConnectPtr conn_open_admin(const struct open_request *req, struct err *err);

int conn_set_close(struct entry *e, virConnectPtr conn, virConnectCloseFunc cb, virAdmConnectCloseFunc adm_cb,
                   void *opaque, virFreeCallback freecb);
int conn_unset_close(struct entry *e, virConnectPtr conn, virConnectCloseFunc cb,
                     virAdmConnectCloseFunc adm_cb);
/* On the event loop's thread. */
void conn_tell_lost(virConnectPtr conn);
