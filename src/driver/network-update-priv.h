/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * network-update-priv: what the files of network-update share among themselves.
 */
#pragma once

#include "driver/network-update.h"

#include <libxml/tree.h>

struct update {
    struct network_def *def;
    unsigned command;
    int parent;
    const char *xml;
    xmlNodePtr item;
};

static inline bool adds(const struct update *u) { return u->command != VIR_NETWORK_UPDATE_COMMAND_DELETE; }

/* The item and its network: an attribute of it (NULL: not there), where it goes in a list of n, the whole
 * element in the arena of the definition, and what is refused. */
const char *update_attr(const struct update *u, const char *name);
uint32_t update_place(const struct update *u, uint32_t n);
int update_check_element(const struct update *u, const char *element, struct err *err);
void *update_import(const struct update *u, const char *element, const struct model_table *table,
                    struct err *err);
int update_exists(const struct update *u, const char *what, struct err *err);
int update_missing(const struct update *u, const char *what, struct err *err);
int update_no_modify(const struct update *u, const char *what, struct err *err);
bool update_same_ip(const char *a, const char *b);
bool update_is_ip(const char *text);

int update_dns(struct update *u, unsigned section, struct err *err);
