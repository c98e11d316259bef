/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * registry: see registry.h.
 */
#include "core/impl.h"
#include "base/uuid.h"

#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN

struct registry *
registry_new(const struct vm_class *klass, struct event_hub *hub)
{
    struct registry *reg = g_new0(struct registry, 1);
    atomic_init(&reg->refs, 1);
    reg->klass = klass;
    reg->hub = hub;
    reg->next_id = 1;
    lock_init(&reg->lock);
    parker_init(&reg->idle);
    reg->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    reg->by_uuid = g_hash_table_new(uuid_hash, uuid_equal);
    reg->by_id = g_hash_table_new(NULL, NULL);
    reg->vms = g_ptr_array_new();
    return reg;
}

struct registry *
registry_ref(struct registry *reg)
{
    atomic_fetch_add_explicit(&reg->refs, 1, memory_order_relaxed);
    return reg;
}

void
registry_unref(struct registry *reg)
{
    if (atomic_fetch_sub_explicit(&reg->refs, 1, memory_order_acq_rel) != 1)
        return;
    g_hash_table_destroy(reg->by_name);
    g_hash_table_destroy(reg->by_uuid);
    g_hash_table_destroy(reg->by_id);
    g_ptr_array_free(reg->vms, TRUE);
    parker_destroy(&reg->idle);
    lock_destroy(&reg->lock);
    g_free(reg);
}

/* Runs that are alive stay alive: guests outlive the daemon. */
void
registry_free(struct registry *reg)
{
    if (!reg)
        return;
    while (atomic_load(&reg->tasks))
        parker_wait(&reg->idle, DEADLINE_NEVER);
    lock_take(&reg->lock, RANK_REGISTRY);
    g_hash_table_remove_all(reg->by_name);
    g_hash_table_remove_all(reg->by_uuid);
    g_hash_table_remove_all(reg->by_id);
    GPtrArray *vms = reg->vms;
    reg->vms = g_ptr_array_new();
    for (guint i = 0; i < vms->len; i++) {
        struct vm *vm = vms->pdata[i];
        vm_take(vm);
        vm_set_gone(vm);
        vm_set_run(vm, NULL);
        queue_grant(vm);
        vm_release(vm);
    }
    lock_release(&reg->lock, RANK_REGISTRY);
    for (guint i = 0; i < vms->len; i++)
        vm_unref(vms->pdata[i]);
    g_ptr_array_free(vms, TRUE);
    registry_unref(reg);
}

struct event_hub *
registry_hub(const struct registry *reg)
{
    return reg->hub;
}

const struct vm_class *
registry_class(const struct registry *reg)
{
    return reg->klass;
}

/* ---- readers -------------------------------------------------------------------------------- */

static struct vm *
seen(struct vm *vm)
{
    if (!vm)
        return NULL;
    leaf_take(vm);
    bool visible = vm->visible && !vm->gone;
    leaf_release(vm);
    return visible ? vm_ref(vm) : NULL;
}

static struct vm *
look_up(struct registry *reg, GHashTable *index, gconstpointer key)
{
    lock_take(&reg->lock, RANK_REGISTRY);
    struct vm *vm = seen(g_hash_table_lookup(index, key));
    lock_release(&reg->lock, RANK_REGISTRY);
    return vm;
}

struct vm *
registry_by_uuid(struct registry *reg, const unsigned char *uuid, struct err *err)
{
    struct vm *vm = look_up(reg, reg->by_uuid, uuid);
    if (!vm) {
        char text[UUID_TEXT];
        err_set_from(err, reg->klass->err_domain, VIR_ERR_NO_DOMAIN, "no domain with uuid '%s'",
                     uuid_format(uuid, text));
    }
    return vm;
}

struct vm *
registry_by_name(struct registry *reg, const char *name, struct err *err)
{
    struct vm *vm = look_up(reg, reg->by_name, name);
    if (!vm)
        err_set_from(err, reg->klass->err_domain, VIR_ERR_NO_DOMAIN, "no domain with name '%s'", name);
    return vm;
}

struct vm *
registry_by_id(struct registry *reg, int id, struct err *err)
{
    struct vm *vm = look_up(reg, reg->by_id, GINT_TO_POINTER(id));
    if (!vm)
        err_set_from(err, reg->klass->err_domain, VIR_ERR_NO_DOMAIN, "no running domain with id %d", id);
    return vm;
}

struct vm *
registry_by_ref(struct registry *reg, const struct domain_ref *ref, struct err *err)
{
    struct vm *vm = look_up(reg, reg->by_uuid, ref->uuid);
    if (!vm) {
        char text[UUID_TEXT];
        uuid_format(ref->uuid, text);
        err_set_from(err, reg->klass->err_domain, VIR_ERR_NO_DOMAIN, "no domain with uuid '%s'%s%s%s", text,
                     ref->name ? " (" : "", ref->name ? ref->name : "", ref->name ? ")" : "");
    }
    return vm;
}

const struct vm_view *
registry_view(struct registry *reg, const struct domain_ref *ref, struct err *err)
{
    VM_AUTO vm = registry_by_ref(reg, ref, err);
    if (!vm)
        return NULL;
    const struct vm_view *view = vm_view_get(vm);
    if (!view)
        err_set_from(err, reg->klass->err_domain, VIR_ERR_NO_DOMAIN,
                     "domain '%s' has been undefined meanwhile", ref->name ? ref->name : "");
    return view;
}

size_t
registry_count(struct registry *reg, bool active, bool inactive)
{
    size_t n = 0;
    lock_take(&reg->lock, RANK_REGISTRY);
    if (active)
        n += reg->nactive;
    if (inactive)
        n += reg->vms->len - reg->nactive;
    lock_release(&reg->lock, RANK_REGISTRY);
    return n;
}

void
registry_list(struct registry *reg, view_match match, void *arg, struct view_list *list)
{
    lock_take(&reg->lock, RANK_REGISTRY);
    list->items = g_new(const struct vm_view *, reg->vms->len);
    list->n = 0;
    for (guint i = 0; i < reg->vms->len; i++) {
        const struct vm_view *view = vm_view_get(reg->vms->pdata[i]);
        if (view && (!match || match(view, arg)))
            list->items[list->n++] = view;
        else
            vm_view_unref(view);
    }
    lock_release(&reg->lock, RANK_REGISTRY);
}

void
view_list_clear(struct view_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        vm_view_unref(list->items[i]);
    g_free(list->items);
    list->items = NULL;
    list->n = 0;
}

struct vm **
registry_vms(struct registry *reg, size_t *n)
{
    lock_take(&reg->lock, RANK_REGISTRY);
    struct vm **vms = g_new(struct vm *, reg->vms->len + 1);
    *n = 0;
    for (guint i = 0; i < reg->vms->len; i++) {
        struct vm *vm = seen(reg->vms->pdata[i]);
        if (vm)
            vms[(*n)++] = vm;
    }
    lock_release(&reg->lock, RANK_REGISTRY);
    return vms;
}

/* ---- writers -------------------------------------------------------------------------------- */

static struct vm *
add(struct registry *reg, const char *name, const unsigned char *uuid)
{
    struct vm *vm = vm_new(reg, name, uuid);
    g_hash_table_insert(reg->by_name, vm->index_name, vm);
    g_hash_table_insert(reg->by_uuid, vm->uuid, vm);
    g_ptr_array_add(reg->vms, vm); /* the reference of vm_new() */
    return vm;
}

void
registry_drop(struct registry *reg, struct vm *vm)
{
    lock_assert_held(RANK_REGISTRY);
    lock_assert_held(RANK_VM);
    if (g_hash_table_lookup(reg->by_uuid, vm->uuid) != vm)
        return; /* the registry was freed */
    g_hash_table_remove(reg->by_name, vm->index_name);
    g_hash_table_remove(reg->by_uuid, vm->uuid);
    g_ptr_array_remove(reg->vms, vm);
    vm_set_gone(vm);
    vm_unref(vm); /* never the last: who drops it works on it */
}

/* Finds the one of that name and uuid; *clash is filled when they belong to different ones. */
static struct vm *
find_pair(struct registry *reg, const char *name, const unsigned char *uuid, struct err *err, bool *clash)
{
    struct vm *by_name = g_hash_table_lookup(reg->by_name, name);
    struct vm *by_uuid = g_hash_table_lookup(reg->by_uuid, uuid);
    char text[UUID_TEXT];
    *clash = by_name != by_uuid;
    if (by_name && *clash)
        err_set(err, VIR_ERR_OPERATION_FAILED, "domain '%s' already exists with uuid %s", name,
                uuid_format(by_name->uuid, text));
    else if (by_uuid && *clash)
        err_set(err, VIR_ERR_OPERATION_FAILED, "domain '%s' is already defined with uuid %s",
                by_uuid->index_name, uuid_format(uuid, text));
    return by_uuid;
}

static int
check_claim(struct turn *turn, unsigned flags, struct err *err)
{
    struct vm *vm = turn->vm;
    char text[UUID_TEXT];
    if (flags & CLAIM_NEW && vm->visible)
        return err_set(err, VIR_ERR_OPERATION_FAILED, "domain '%s' already exists with uuid %s",
                       vm->index_name, uuid_format(vm->uuid, text));
    if (flags & CLAIM_NOT_RUNNING && vm->run)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "domain '%s' is already active", vm->index_name);
    return 0;
}

int
registry_claim(struct registry *reg, const char *name, const unsigned char *uuid, unsigned flags,
               const struct turn_request *req, struct turn **turn, bool *is_new, struct err *err)
{
    for (;;) {
        bool clash;
        lock_take(&reg->lock, RANK_REGISTRY);
        VM_AUTO vm = find_pair(reg, name, uuid, err, &clash);
        if (!clash)
            vm = vm_ref(vm ? vm : add(reg, name, uuid));
        else
            vm = NULL;
        lock_release(&reg->lock, RANK_REGISTRY);
        if (!vm)
            return -1;
        if (turn_begin(vm, req, turn, err) < 0) {
            /* Only when a claim before us failed, or it was undefined: then it is new. */
            if (err_is(err, VIR_ERR_NO_DOMAIN)) {
                err_clear(err);
                continue;
            }
            return -1;
        }
        if (check_claim(*turn, flags, err) < 0) {
            turn_end(*turn);
            *turn = NULL;
            return -1;
        }
        if (is_new)
            *is_new = !vm->visible;
        return 0;
    }
}

int
registry_load(struct registry *reg, const char *name, const unsigned char *uuid,
              const struct vm_change *change, struct vm **result, struct err *err)
{
    bool clash;
    lock_take(&reg->lock, RANK_REGISTRY);
    struct vm *vm = find_pair(reg, name, uuid, err, &clash);
    if (vm && !clash) {
        char text[UUID_TEXT];
        err_set(err, VIR_ERR_OPERATION_FAILED, "domain '%s' already exists with uuid %s", name,
                uuid_format(uuid, text));
        clash = true;
    }
    if (!clash) {
        vm = add(reg, name, uuid);
        vm_take(vm);
        vm_publish(vm, &(struct publication){ .change = change });
        vm_release(vm);
        if (result)
            *result = vm_ref(vm);
    } else {
        change_drop(reg->klass, change);
    }
    lock_release(&reg->lock, RANK_REGISTRY);
    return clash ? -1 : 0;
}

int
registry_rename(struct turn *turn, const char *name, const struct vm_change *change, struct err *err)
{
    static const struct vm_change nothing = { .what = 0 };
    struct vm *vm = turn->vm;
    struct registry *reg = vm->registry;
    if (!change)
        change = &nothing;
    int rc = turn_check(turn, err);
    if (rc == 0) {
        turn_lose_lock(turn);
        lock_take(&reg->lock, RANK_REGISTRY);
        rc = turn_regain_lock(turn, err);
        if (rc == 0 && vm->gone)
            rc = err_set(err, VIR_ERR_NO_DOMAIN, "domain '%s' has been undefined meanwhile", vm->index_name);
        if (rc == 0 && g_hash_table_contains(reg->by_name, name))
            rc = err_set(err, VIR_ERR_OPERATION_INVALID, "domain with name '%s' already exists", name);
        if (rc == 0) {
            g_hash_table_remove(reg->by_name, vm->index_name);
            g_free(vm->index_name);
            vm->index_name = g_strdup(name);
            g_hash_table_insert(reg->by_name, vm->index_name, vm);
            vm_publish(vm, &(struct publication){ .change = change, .name = name });
        }
        lock_release(&reg->lock, RANK_REGISTRY);
    }
    if (rc < 0)
        change_drop(reg->klass, change);
    return rc;
}

int
registry_undefine(struct turn *turn, struct err *err)
{
    static const struct vm_change transient = { .what = CHANGE_TRANSIENT };
    struct vm *vm = turn->vm;
    struct registry *reg = vm->registry;
    if (turn_check(turn, err) < 0)
        return -1;
    turn_lose_lock(turn);
    lock_take(&reg->lock, RANK_REGISTRY);
    int rc = turn_regain_lock(turn, err);
    if (rc == 0 && vm->run)
        vm_publish(vm, &(struct publication){ .change = &transient });
    else if (rc == 0 && !vm->gone)
        registry_drop(reg, vm);
    lock_release(&reg->lock, RANK_REGISTRY);
    return rc;
}

void
registry_reserve_id(struct registry *reg, int id)
{
    lock_take(&reg->lock, RANK_REGISTRY);
    if (id >= reg->next_id)
        reg->next_id = id + 1;
    lock_release(&reg->lock, RANK_REGISTRY);
}
