/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * migrate-steps: a migration as its client leads it, both hosts in turn, or the source alone.
 *
 * Called by: the entry points of migrate.c, with arguments that were looked at.  Waits for both hosts.
 */
#pragma once

#include "driver/migration.h"
#include "lib/entry.h"

/* Owned copies of what the caller gave, and what the hosts have said since. */
struct migration {
    struct entry *e; /* errors go to its err */
    virDomainPtr dom;
    virTypedParameterPtr params;
    int nparams, max;
    unsigned int flags;
};

void migration_clear(struct migration *m);
void migration_add_string(struct migration *m, const char *name, const char *value); /* NULL: nothing */
void migration_add_bandwidth(struct migration *m, unsigned long mibs);               /* 0: nothing */

/* 1, 0; -1 with err. */
int migration_supports(struct entry *e, virConnectPtr conn, enum wire_feature feature);

/* The guest as the destination has it, or NULL with err; the source's runs on then. */
virDomainPtr migration_by_steps(struct migration *m, virConnectPtr dconn);
/* `dconnuri`: of the destination's daemon, which the source's will call; NULL: the hypervisors talk alone. */
int migration_by_source(struct migration *m, const char *dconnuri);
