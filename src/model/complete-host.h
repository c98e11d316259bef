/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-host: what documents of host objects mean beyond their words: identity, defaults, and
 * the checks that do not depend on what the host has.  One file for each: complete-network.c,
 * complete-pool.c, …  A driver calls these on a document it has parsed and not yet shared.
 * Called by: the test driver, the network, storage and device code.  Nothing waits.
 */
#pragma once

#include "model/host-def.h"
#include "model/network-def.h"
#include "model/snapshot-def.h"
#include "model/storage-def.h"

/* Each: 0, or -1 with err filled. */
int network_complete(struct network_def *def, struct err *err);
int network_port_complete(struct network_port_def *def, struct err *err);
int nwfilter_complete(struct nwfilter_def *def, struct err *err);
int nwfilter_binding_complete(struct nwfilter_binding_def *def, struct err *err);
int storage_pool_complete(struct storage_pool_def *def, struct err *err);
/* What a new volume of a pool of that type is; key, paths and times are the storage's to fill in. */
int storage_vol_complete(struct storage_vol_def *def, enum pool_type pool, struct err *err);
int secret_complete(struct secret_def *def, struct err *err);
int interface_complete(struct interface_def *def, struct err *err);
/* Of a device that is to be made: what no kind of device can do without. */
int node_device_read_check(struct node_device_def *def, struct err *err);
/* For a device that is there: does the document say what each of its capabilities is made of? */
int node_device_check(struct node_device_def *def, struct err *err);
/* Does the document of a new snapshot contradict itself?  Memory and disks get their modes as far as it says.
 * disk_only: without memory, as VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY. */
int snapshot_read_check(struct snapshot_def *def, bool running, bool disk_only, struct err *err);
/* The same of one that a client brings back as it was: name, time and state have to be there too. */
int snapshot_redefine_check(struct snapshot_def *def, struct err *err);
/* Is it the path of a regular file?  Drivers know: nothing in the model looks at the disk. */
typedef bool (*is_file_fn)(const char *path);
/* After snapshot_read_check.  `now` names what has no name and is its time; `domain` is the guest that it is
 * taken of.  The caller adds its parent and its <domain>. */
int snapshot_complete(struct snapshot_def *def, const struct domain_def *domain, bool running, bool disk_only,
                      int64_t now, is_file_fn is_file, struct err *err);
/* After snapshot_redefine_check: only what the document leaves open is filled in. */
int snapshot_realign(struct snapshot_def *def, const struct domain_def *domain, is_file_fn is_file,
                     struct err *err);
/* Of any: the guest inside is a whole one; that of a snapshot may be as in old ones, with little more than
 * its uuid, so the schema of guests inside does not say so.  VIR_ERR_XML_INVALID_SCHEMA. */
int checkpoint_check(const struct checkpoint_def *def, struct err *err);
/* Of one that a client brings back as it was: it needs a name and a time. */
int checkpoint_redefine_check(const struct checkpoint_def *def, struct err *err);
int checkpoint_complete(struct checkpoint_def *def, const struct domain_def *domain, int64_t now,
                        struct err *err);
/* What a redefined one leaves open; domain may be NULL: what the guest was like is not known. */
int checkpoint_realign(struct checkpoint_def *def, const struct domain_def *domain, struct err *err);
int backup_complete(struct backup_def *def, const struct domain_def *domain, int64_t now, struct err *err);

/* Any document, as far as that is possible without its surroundings: for tools and tests. */
int document_complete(void *root, struct err *err);
