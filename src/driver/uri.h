/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * uri: a connection URI taken apart.
 *
 * Owns: the parts of scheme[+transport]://[user@][server[:port]]/path[?query],
 * percent-decoded, the query as name=value pairs ('&' or ';' between them).
 * Called by: lib/ parses what the application gave; drivers read it.  Nothing waits.
 */
#pragma once

#include "base/err.h"

#include <stddef.h>

struct uri_param { char *name; char *value; };

struct uri {
    char *scheme;     /* "qemu" */
    char *transport;  /* "ssh" of "qemu+ssh", or NULL */
    char *user;       /* or NULL */
    char *server;     /* or NULL; an IPv6 address without its brackets */
    int port;         /* 0: none given */
    char *path;       /* "/system"; "" when there is none */
    char *query;      /* as given, or NULL */
    char *fragment;   /* or NULL */
    struct uri_param *params;
    size_t nparams;
};

struct uri *uri_parse(const char *text, struct err *err);
/* The canonical text; the caller frees it. */
char *uri_format(const struct uri *uri);
/* The value of a query parameter, or NULL. */
const char *uri_param(const struct uri *uri, const char *name);
void uri_free(struct uri *uri);
