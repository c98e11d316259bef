/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * auth: the credentials that opening a connection asks for.
 *
 * Owns: which file of credentials counts and how it is read: LIBVIRT_AUTH_FILE, authfile= of the
 * URI, libvirt/auth.conf of the user, then of the host.
 *     [credentials-NAME]
 *     username=…  authname=…  password=…  realm=…
 *     [auth-SERVICE-HOST]            HOST "default": all that have no section of their own
 *     credentials=NAME
 * What no file tells, the application's callback is asked for.
 *
 * Called by: drivers, while they open.  Waits: for the disk, and for the application's user.
 */
#pragma once

#include "driver/driver.h"

/* 1: *value is what the file says (the caller frees it), 0: it says nothing, -1 with err. */
int auth_from_file(const struct open_request *req, const char *service, const char *host, const char *item,
                   char **value, struct err *err);
/* Whether the application can be asked for this kind of credential. */
bool auth_may_ask(const struct open_request *req, int type);
/* Sets each result, by the file or by the application, in one question. */
int auth_fill(const struct open_request *req, const char *service, const char *host,
              virConnectCredentialPtr creds, unsigned n, struct err *err);
