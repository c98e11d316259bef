/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * pool: what pool.c and volume.c share.
 *
 * struct contents  the `extra` of a pool: its size and its volumes, const once published.  The test
 *                  host has 100 GiB for each pool; volumes take of it what they allocate.
 */
#pragma once

#include "drivers/test/objects.h"

struct contents {
    uint64_t capacity, allocation;
    size_t n;
    const struct storage_vol_def **vols; /* in the order of creation, each with a reference */
};
/* A copy that takes up to one volume more, with one reference (g_atomic_rc_box).  from NULL: empty. */
struct contents *contents_copy(const struct contents *from);
void contents_unref(struct contents *contents);
static inline void contents_unrefp(struct contents **c) { if (*c) contents_unref(*c); }
#define CONTENTS_AUTO __attribute__((cleanup(contents_unrefp))) struct contents *
void contents_clear(void *contents); /* object_class.extra_clear */

static inline const struct contents *contents_of(const struct object_view *pool) { return pool->is.extra; }
/* A preset may have filled a pool with more than it has. */
static inline uint64_t
contents_available(const struct contents *c)
{
    return c->capacity > c->allocation ? c->capacity - c->allocation : 0;
}
/* -1: there is none of that name. */
int contents_find(const struct contents *contents, const char *name);

const struct object_view *pool_view(struct drv_conn *conn, const struct storage_pool_ref *pool,
                                    struct err *err);
void pool_to_ref(const struct object_view *view, struct storage_pool_ref *ref);
int pool_check_active(const struct object_view *view, struct err *err);
