/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * object: what drivers keep of a host besides guests: networks, pools, interfaces, devices, secrets.
 *
 * Owns: the index of the objects of one kind by name and uuid, what is published of each, and the
 * permission to work on one.
 * struct object_view   what readers see: immutable, reference counted; a look-up never waits for work.
 * struct object        held by one writer at a time (the calls of class `host`): it may take its time,
 *                      publishes as often as it likes, and releases.
 * Definitions are documents of src/model, shared and const; a change is copy, edit, publish.
 * Called by: the drivers of host objects.  object_hold() and object_claim() wait for the writer before.
 */
#pragma once

#include "base/err.h"
#include "base/ref.h"
#include "driver/driver.h"

#include <stdbool.h>
#include <stdint.h>

struct object_class {
    const char *what;           /* "network", for messages */
    int err_domain;             /* of clashes: VIR_FROM_NETWORK */
    int missing_domain, missing_code; /* of look-ups that fail: VIR_FROM_NETWORK, VIR_ERR_NO_NETWORK */
    void (*extra_clear)(void *extra); /* the content of an `extra`; may be NULL */
};

/* What changes in an object's life.  Pointers are borrowed: publishing takes its own references. */
struct object_facts {
    const void *config;         /* the persistent definition; NULL: transient */
    const void *live;           /* NULL: not active */
    const void *extra;          /* the driver's own, a g_atomic_rc_box, const once published */
    bool autostart;
};

struct object_view {
    const char *name;
    unsigned char uuid[UUID_LEN]; /* zeros for kinds that have none */
    struct object_facts is;
    /* private: */
    const struct object_class *klass;
    int refs;
};
const struct object_view *object_view_ref(const struct object_view *view);
void object_view_unref(const struct object_view *view);
static inline void object_view_cleanup(const struct object_view **v) { if (*v) object_view_unref(*v); }
#define OBJECT_VIEW_AUTO __attribute__((cleanup(object_view_cleanup))) const struct object_view *

static inline bool object_is_active(const struct object_view *v) { return v->is.live; }
static inline bool object_is_persistent(const struct object_view *v) { return v->is.config; }
/* The live definition, or the persistent one of an object that is not active. */
static inline const void *
object_def(const struct object_view *v)
{
    return v->is.live ? v->is.live : v->is.config;
}

struct object_store;
struct object_store *object_store_new(const struct object_class *klass);
void object_store_free(struct object_store *store); /* nobody may be at work */

/* ---- readers ------------------------------------------------------------------------------------
 * NULL with the class's error; err may be NULL. */
const struct object_view *object_by_name(struct object_store *store, const char *name, struct err *err);
const struct object_view *object_by_uuid(struct object_store *store, const unsigned char *uuid,
                                         struct err *err);

/* In the order of creation; match may be NULL and must not wait. */
struct object_list { const struct object_view **items; size_t n; };
typedef bool (*object_match)(const struct object_view *view, const void *arg);
void object_list(struct object_store *store, object_match match, const void *arg, struct object_list *list);
void object_list_clear(struct object_list *list);
#define OBJECT_LIST_AUTO __attribute__((cleanup(object_list_clear))) struct object_list

/* The filters that lists of networks and pools (all six bits) and of interfaces (the first two) share:
 * VIR_CONNECT_LIST_NETWORKS_INACTIVE … NO_AUTOSTART.  Other bits are not looked at. */
bool object_matches_list_flags(const struct object_view *view, unsigned flags);
/* virConnectNumOf…() and virConnectList…(): how many, and at most max of their names. */
int object_count(struct object_store *store, bool active);
int object_names(struct object_store *store, bool active, char **names, int max);

/* ---- writers -------------------------------------------------------------------------------- */

struct object;
/* The object of that uuid (or, with uuid NULL, of that name), to work on. */
struct object *object_hold(struct object_store *store, const char *name, const unsigned char *uuid,
                           struct err *err);
/* For define and create: the object of that name and uuid, or a new one that nobody sees before it is
 * published and that is gone when it is released without.  Refused: the name belongs to another uuid
 * or the uuid to another name (VIR_ERR_OPERATION_FAILED); with `inactive`, it is active
 * (VIR_ERR_OPERATION_INVALID).  uuid may be NULL for kinds that have none. */
struct object *object_claim(struct object_store *store, const char *name, const unsigned char *uuid,
                            bool inactive, struct err *err);
/* Borrowed until the next publication; NULL: new. */
const struct object_view *object_now(const struct object *object);
/* What is now, to be changed and published. */
static inline struct object_facts
object_facts(const struct object *object)
{
    const struct object_view *now = object_now(object);

    return now ? now->is : (struct object_facts){ 0 };
}
/* With neither definition nobody sees the object any more, and it leaves the store when it is released;
 * object_now() stays what it was. */
void object_publish(struct object *object, const struct object_facts *facts);
void object_release(struct object *object);
static inline void object_cleanup(struct object **o) { if (*o) object_release(*o); }
#define OBJECT_AUTO __attribute__((cleanup(object_cleanup))) struct object *
