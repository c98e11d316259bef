/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * view: see view.h.
 *
 * The pointer to the current view is copied under a leaf lock that is held for
 * that copy only; one such lock serves many vms, so that it costs them no memory.
 */
#include "core/impl.h"

#include <string.h>

#define LEAVES 64
static struct lock leaves[LEAVES] = { [0 ... LEAVES - 1] = LOCK_INIT };

static struct lock *
leaf_of(const struct vm *vm)
{
    uintptr_t p = (uintptr_t)vm;
    return &leaves[(p >> 6 ^ p >> 12) % LEAVES];
}

void
leaf_take(const struct vm *vm)
{
    LOCK_HOOK(touch(&vm->lock, 1, true));
    lock_take(leaf_of(vm), RANK_LEAF);
}

void
leaf_release(const struct vm *vm)
{
    lock_release(leaf_of(vm), RANK_LEAF);
}

struct vm_extra *
vm_extra_ref(struct vm_extra *extra)
{
    if (extra)
        atomic_fetch_add_explicit(&extra->refs, 1, memory_order_relaxed);
    return extra;
}

void
vm_extra_unref(struct vm_extra *extra)
{
    if (extra && atomic_fetch_sub_explicit(&extra->refs, 1, memory_order_acq_rel) == 1)
        extra->free(extra);
}

static struct vm_view *
view_alloc(const char *name)
{
    size_t n = strlen(name) + 1;
    struct vm_view *view = g_malloc0(sizeof(*view) + n);
    memcpy(view->name, name, n);
    atomic_init(&view->refs, 1);
    return view;
}

struct vm_view *
view_new(const struct vm_class *klass, const char *name, const unsigned char *uuid)
{
    struct vm_view *view = view_alloc(name);
    view->klass = klass;
    view->id = -1;
    view->state = VIR_DOMAIN_SHUTOFF;
    view->changed = clock_now();
    memcpy(view->uuid, uuid, UUID_LEN);
    return view;
}

const struct vm_view *
vm_view_ref(const struct vm_view *view)
{
    atomic_fetch_add_explicit(&((struct vm_view *)view)->refs, 1, memory_order_relaxed);
    return view;
}

void
vm_view_unref(const struct vm_view *cview)
{
    struct vm_view *view = (struct vm_view *)cview;
    if (!view || atomic_fetch_sub_explicit(&view->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (view->config)
        view->klass->def_unref(view->config);
    if (view->live)
        view->klass->def_unref(view->live);
    vm_extra_unref(view->extra);
    g_free(view);
}

const struct vm_view *
vm_view_get(struct vm *vm)
{
    LOCK_POINT(&vm->lock, 1, false);
    leaf_take(vm);
    const struct vm_view *view = vm->visible && !vm->gone ? vm_view_ref(vm->view) : NULL;
    leaf_release(vm);
    return view;
}

void
change_drop(const struct vm_class *klass, const struct vm_change *change)
{
    if (change->config && change->what & CHANGE_CONFIG)
        klass->def_unref(change->config);
    if (change->live && change->what & CHANGE_LIVE)
        klass->def_unref(change->live);
    if (change->what & CHANGE_EXTRA)
        vm_extra_unref(change->extra);
}

static void
apply(struct vm_view *view, const struct vm_change *c)
{
    if (c->what & CHANGE_STATE) {
        view->state = c->state;
        view->reason = c->reason;
    }
    if (c->what & CHANGE_CONFIG) {
        if (view->config)
            view->klass->def_unref(view->config);
        view->config = c->config;
        view->persistent = true;
    }
    if (c->what & CHANGE_LIVE) {
        if (view->live)
            view->klass->def_unref(view->live);
        view->live = c->live;
    }
    if (c->what & CHANGE_AUTOSTART)
        view->autostart = c->autostart;
    if (c->what & CHANGE_MANAGED_SAVE)
        view->managed_save = c->managed_save;
    if (c->what & CHANGE_SNAPSHOTS)
        view->has_snapshots = c->has_snapshots;
    if (c->what & CHANGE_CHECKPOINTS)
        view->has_checkpoints = c->has_checkpoints;
    if (c->what & CHANGE_EXTRA) {
        vm_extra_unref(view->extra);
        view->extra = c->extra;
    }
    if (c->what & CHANGE_TRANSIENT) {
        view->persistent = false;
        view->autostart = false;
    }
}

void
vm_publish(struct vm *vm, const struct publication *pub)
{
    lock_assert_held(RANK_VM);
    struct vm_view *old = vm->view; /* only replaced with the vm's lock */
    struct vm_view *view = view_alloc(pub->name ? pub->name : old->name);
    view->klass = old->klass;
    view->id = old->id;
    view->state = old->state;
    view->reason = old->reason;
    view->persistent = old->persistent;
    view->autostart = old->autostart;
    view->managed_save = old->managed_save;
    view->has_snapshots = old->has_snapshots;
    view->has_checkpoints = old->has_checkpoints;
    memcpy(view->uuid, old->uuid, UUID_LEN);
    view->generation = old->generation;
    view->serial = ++vm->serial;
    view->changed = clock_now();
    view->unresponsive_since = old->unresponsive_since;
    view->config = old->config ? vm->klass->def_ref(old->config) : NULL;
    view->live = old->live ? vm->klass->def_ref(old->live) : NULL;
    view->extra = vm_extra_ref(old->extra);
    if (pub->begins) {
        view->id = pub->begins->id;
        view->generation = pub->begins->generation;
    }
    if (pub->ends) {
        view->id = -1;
        view->generation = 0;
        view->unresponsive_since = 0;
        if (view->live)
            vm->klass->def_unref(view->live);
        view->live = NULL;
        vm_extra_unref(view->extra);
        view->extra = NULL;
    } else if (vm->run) {
        view->unresponsive_since = atomic_load(&vm->run->since[RUN_MONITOR]);
    }
    if (pub->change)
        apply(view, pub->change);
    /* Together: nobody finds a run whose view says that there is none, or the reverse. */
    struct run *ended = pub->ends ? vm->run : NULL;
    leaf_take(vm);
    vm->view = view;
    vm->visible = true;
    if (pub->begins)
        vm->run = run_ref(pub->begins);
    else if (pub->ends)
        vm->run = NULL;
    leaf_release(vm);
    vm_view_unref(old);
    if (ended)
        run_unref(ended);
}
