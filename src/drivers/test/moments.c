/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * moments: see moments.h.
 */
#include "drivers/test/moments.h"

#include "model/devices.h"

#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN

static const void *
ref(const void *def)
{
    return model_ref(def);
}

void
test_owned_free(void *arg)
{
    struct test_owned *owned = arg;

    moments_free(owned->moments.snapshots);
    moments_free(owned->moments.checkpoints);
    g_free(owned);
}

struct test_owned *
test_owned(struct vm *vm)
{
    struct test_owned *owned = vm_owned(vm);

    if (!owned) {
        owned = g_new0(struct test_owned, 1);
        owned->moments.snapshots = moments_new(ref, model_unref);
        owned->moments.checkpoints = moments_new(ref, model_unref);
        owned->agent.seconds = TEST_CLOCK_START;
        owned = vm_own(vm, owned);
    }
    return owned;
}

struct vm_moments *
test_moments(struct vm *vm)
{
    return &test_owned(vm)->moments;
}

int
test_moments_publish(struct turn *turn, struct err *err)
{
    const struct vm_moments *m = test_moments(turn_vm(turn));

    return turn_publish(turn, &(struct vm_change){
        .what = CHANGE_SNAPSHOTS | CHANGE_CHECKPOINTS, .has_snapshots = !moments_empty(m->snapshots),
        .has_checkpoints = !moments_empty(m->checkpoints) }, err);
}

struct domain_def *
test_moment_domain(void *root, const struct vm_view *view)
{
    struct domain_def *def = model_import(root, &domain_def_table, vm_view_def(view));

    def->has_id = false;
    def_drop_board_keyboard(def);   /* a moment is kept as another host would be told of it */
    return def;
}

int
test_moment_guest(void *root, struct domain_def **guest, struct err *err)
{
    DOMAIN_DEF_AUTO alone = NULL;

    if (!*guest)
        return 0;
    alone = model_extract(&domain_def_document, *guest);
    if (test_defaults_past(alone, err) < 0)
        return -1;
    *guest = model_import(root, &domain_def_table, alone);
    return 0;
}

/* What consoles are numbered by is their order, whatever a document says. */
static void
forget_console_numbers(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_consoles; i++)
        if (def->consoles[i]->target)
            def->consoles[i]->target->has_port = false;
}

int
test_moment_same_guest(const struct domain_def *was, const struct domain_def *now, struct err *err)
{
    DOMAIN_DEF_AUTO a = model_extract(&domain_def_document, was);
    DOMAIN_DEF_AUTO b = model_extract(&domain_def_document, now);
    g_autofree char *where = NULL;

    forget_console_numbers(a);
    forget_console_numbers(b);
    if (g_strcmp0(a->name, b->name) != 0)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "the guest was called '%s', not '%s'", a->name,
                       b->name);
    if (!model_abi_equal(a, b, &where))
        return err_set_from(err,
                            strstr(where, "/cpu")         ? VIR_FROM_CPU
                            : strstr(where, "/sysinfo[") ? VIR_FROM_SYSINFO
                                                         : VIR_FROM_DOMAIN,
                            VIR_ERR_CONFIG_UNSUPPORTED, "the guest would be another one: %s", where);
    return 0;
}

int
test_moment_place(struct moments *all, const char *what, const char *name, const char *parent, bool redefined,
                  struct err *err)
{
    MOMENT_AUTO same = { 0 };
    MOMENT_AUTO above = { 0 };

    if (moment_get(all, name, &same) && !redefined)
        return err_set(err, VIR_ERR_OPERATION_FAILED, "the guest has a %s '%s' already", what, name);
    if (!redefined || !parent)
        return 0;
    if (strcmp(parent, name) == 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "%s '%s' cannot be its own parent", what, name);
    if (!moment_get(all, parent, &above))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "%s '%s' names the parent '%s', which the guest does not have", what, name, parent);
    if (same.def && moment_is_below(all, parent, name))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "%s '%s' cannot have the parent '%s', which descends from it", what, name, parent);
    return 0;
}

int
test_moment_redefined(int domain, const char *name, const struct domain_def *kept, const struct vm_view *view,
                      struct err *err)
{
    if (kept && memcmp(kept->uuid, view->uuid, UUID_LEN) != 0)
        return err_set_from(err, domain, VIR_ERR_INVALID_ARG,
                            "'%s' is of another guest: the uuid in its <domain> is not "
                            "that of '%s'",
                            name, view->name);
    return 0;
}

int
test_moment_delete(struct turn *turn, struct drv_conn *conn, const struct moment_kind *kind,
                   struct moments *all, const char *name, bool children, bool children_only, struct err *err)
{
    MOMENT_AUTO m = { 0 };

    if (moment_find(conn, kind, all, name, &m, err) < 0)
        return -1;
    if (children || children_only)
        moment_remove_tree(all, name, children_only);
    else
        moment_remove(all, name);
    return test_moments_publish(turn, err);
}
