/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * conf: configuration files of the form `key = value`.
 *
 *     # a comment
 *     unix_sock_group = "libvirt"
 *     max_clients = 5000
 *     cgroup_controllers = [ "cpu", "devices" ]     # lists may span lines
 *
 * Values: numbers, strings in '…', "…" or """…""" (no escapes inside), lists
 * of strings.  A key given twice: the last one counts.
 * Owns: the parsed file.  Getters return 1 when the key is there, 0 when it is
 * not (the variable keeps its default), -1 with an error that names file, line
 * and key when it has the wrong kind.
 * Called by: daemon, drivers and library while they start.  Waits for the disk.
 */
#pragma once

#include "base/err.h"

#include <limits.h>

struct conf;

/* A file that does not exist is an empty one when `optional`. */
struct conf *conf_load(const char *path, bool optional, struct err *err);
struct conf *conf_parse(const char *text, const char *name, struct err *err);
void conf_free(struct conf *conf);
static inline void conf_cleanup(struct conf **conf) { conf_free(*conf); }
#define CONF_AUTO __attribute__((cleanup(conf_cleanup))) struct conf

/* Replaces *value (frees what was there). */
int conf_get_string(struct conf *conf, const char *key, char **value, struct err *err);
int conf_get_int(struct conf *conf, const char *key, long long min, long long max, int *value,
                 struct err *err);
int conf_get_uint(struct conf *conf, const char *key, unsigned max, unsigned *value, struct err *err);
int conf_get_ll(struct conf *conf, const char *key, long long min, long long max, long long *value,
                struct err *err);
int conf_get_bool(struct conf *conf, const char *key, bool *value, struct err *err); /* 0 or 1 */
/* A NULL-terminated vector; a single string is a list of one. */
int conf_get_list(struct conf *conf, const char *key, char ***value, struct err *err);

/* Calls `each` for every key that no getter has asked for: typing errors. */
void conf_unused(struct conf *conf, void (*each)(const char *name, int line, const char *key, void *opaque),
                 void *opaque);
