/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-login: what the files of a client's log-in share.  I/O thread.
 */
#pragma once

#include "daemon/session.h"

enum auth_kind session_wanted_auth(struct session *s);
void session_logged_in(struct session *s);
