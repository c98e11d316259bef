/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Units of src/core: the registry and its lists, the event hub.
 */
#include "core-fixture.h"

/* ---- registry ------------------------------------------------------------------------------- */

static void
test_duplicates(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    REFUSED(fake_define(f->reg, "a", 2, 1, &err), VIR_ERR_OPERATION_FAILED,
            "domain 'a' already exists with uuid 5a");
    REFUSED(fake_define(f->reg, "b", 1, 1, &err), VIR_ERR_OPERATION_FAILED,
            "domain 'a' is already defined with uuid");
    OK(fake_define(f->reg, "b", 2, 1, &err));
    REFUSED(fake_define(f->reg, "b", 1, 1, &err), VIR_ERR_OPERATION_FAILED, "domain 'b' already exists");
    OK(fake_define(f->reg, "a", 1, 7, &err)); /* redefined */
    VIEW_AUTO view = vm_view_get(f->vm);
    g_assert_cmpint(view->config->number, ==, 7);
    unsigned char uuid[UUID_LEN];
    fake_uuid(uuid, 1);
    struct turn_request req = request(TURN_MODIFY, TURN_ANY, "create");
    struct turn *turn;
    REFUSED(registry_claim(f->reg, "a", uuid, CLAIM_NEW, &req, &turn, NULL, &err), VIR_ERR_OPERATION_FAILED,
            "exists");
    OK(fake_boot(f->vm, 0, &err));
    REFUSED(registry_claim(f->reg, "a", uuid, CLAIM_NOT_RUNNING, &req, &turn, NULL, &err),
            VIR_ERR_OPERATION_INVALID, "domain 'a' is already active");
    RUN_AUTO run = vm_run_get(f->vm);
    await_stop(f->vm, run);
}

static void
test_claim_fails(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    unsigned char uuid[UUID_LEN];
    fake_uuid(uuid, 9);
    struct turn_request req = request(TURN_MODIFY, TURN_ANY, "define");
    {
        TURN_AUTO turn = NULL;
        bool is_new;
        OK(registry_claim(f->reg, "n", uuid, 0, &req, &turn, &is_new, &err));
        g_assert_true(is_new);
        g_assert_cmpstr(turn_view(turn)->name, ==, "n");
    } /* nothing was published: as if it had never been */
    g_assert_null(registry_by_name(f->reg, "n", &err));
    g_assert_cmpint(err.code, ==, VIR_ERR_NO_DOMAIN);
    g_assert_cmpuint(registry_count(f->reg, true, true), ==, 1);
    OK(fake_define(f->reg, "n", 10, 1, &err)); /* the name is free, for another uuid */
}

static void
test_rename_undefine(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    OK(fake_define(f->reg, "b", 2, 1, &err));
    {
        TURN_AUTO turn = take(f->vm, TURN_MODIFY);
        REFUSED(registry_rename(turn, "b", NULL, &err), VIR_ERR_OPERATION_INVALID, "'b' already exists");
        OK(registry_rename(turn, "c", &(struct vm_change){ .what = CHANGE_CONFIG, .config = fake_def(8) },
                           &err));
    }
    g_assert_null(registry_by_name(f->reg, "a", NULL));
    VM_AUTO c = registry_by_name(f->reg, "c", &err);
    g_assert_true(c == f->vm);
    VIEW_AUTO view = vm_view_get(c);
    g_assert_cmpstr(view->name, ==, "c");
    g_assert_cmpint(view->config->number, ==, 8);
    OK(fake_define(f->reg, "a", 3, 1, &err)); /* the old name is free */

    /* undefine while it runs: transient, and gone when it stops */
    OK(fake_boot(c, 0, &err));
    {
        TURN_AUTO turn = take(c, TURN_MODIFY);
        OK(registry_undefine(turn, &err));
        g_assert_false(turn_view(turn)->persistent);
    }
    g_assert_cmpuint(registry_count(f->reg, true, true), ==, 3);
    RUN_AUTO run = vm_run_get(c);
    await_stop(c, run);
    g_assert_null(registry_by_name(f->reg, "c", &err));
    g_assert_null(vm_view_get(c));
    struct turn_request req = request(TURN_QUERY, TURN_ANY, "q");
    struct turn *turn;
    REFUSED(turn_begin(c, &req, &turn, &err), VIR_ERR_NO_DOMAIN, "undefined meanwhile");

    VM_AUTO b = registry_by_name(f->reg, "b", &err);
    {
        TURN_AUTO t = take(b, TURN_MODIFY);
        OK(registry_undefine(t, &err));
    }
    VIEW_LIST_AUTO list;
    registry_list(f->reg, NULL, NULL, &list);
    g_assert_cmpuint(list.n, ==, 1);
    g_assert_cmpstr(list.items[0]->name, ==, "a");
}

static bool even(const struct vm_view *view, void *arg) { return view->config->number % 2 == 0; }

static void
test_list(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    for (int i = 0; i < 20; i++) {
        char name[8];
        unsigned char uuid[UUID_LEN];
        g_snprintf(name, sizeof(name), "v%02d", i);
        fake_uuid(uuid, 100 + i);
        struct vm_change change = { .what = CHANGE_CONFIG | CHANGE_AUTOSTART,
                                    .config = fake_def(i),
                                    .autostart = true };
        OK(registry_load(f->reg, name, uuid, &change, NULL, &err));
    }
    unsigned char uuid[UUID_LEN];
    fake_uuid(uuid, 100);
    REFUSED(registry_load(f->reg, "v00", uuid,
                          &(struct vm_change){ .what = CHANGE_CONFIG, .config = fake_def(0) }, NULL, &err),
            VIR_ERR_OPERATION_FAILED, "already exists");
    VIEW_LIST_AUTO list;
    registry_list(f->reg, even, NULL, &list);
    g_assert_cmpuint(list.n, ==, 10);
    for (size_t i = 0; i < list.n; i++)
        g_assert_cmpint(list.items[i]->config->number, ==, 2 * (int)i);
    struct domain_ref ref = { .name = (char *)"v03" };
    fake_uuid(ref.uuid, 103);
    VIEW_AUTO view = registry_view(f->reg, &ref, &err);
    g_assert_true(view->autostart);
    fake_uuid(ref.uuid, 999);
    g_assert_null(registry_view(f->reg, &ref, &err));
    g_assert_nonnull(strstr(err.message, "(v03)"));
    registry_reserve_id(f->reg, 40);
    OK(fake_boot(f->vm, 0, &err));
    RUN_AUTO run = vm_run_get(f->vm);
    g_assert_cmpint(run_id(run), ==, 41);
    await_stop(f->vm, run);
}

/* ---- events --------------------------------------------------------------------------------- */

static int second_id;
static struct event_hub *the_hub;

static void
once(struct event *ev, int id, void *opaque)
{
    g_string_append_c(opaque, '1');
    g_assert_cmpint(event_hub_unsubscribe(the_hub, id), ==, 0);
    g_assert_cmpint(event_hub_unsubscribe(the_hub, id), ==, -1);
}

static void two(struct event *ev, int id, void *opaque) { g_string_append_c(opaque, '2'); }

static struct event *
domain_event(int n, uint64_t generation)
{
    struct event *ev = event_new(EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_REBOOT);
    fake_uuid(ev->about.domain.uuid, n);
    ev->generation = generation;
    return ev;
}

static atomic_int freed;
static void count_free(void *opaque) { atomic_fetch_add(&freed, 1); }

static void
test_hub(void)
{
    struct event_hub *hub = the_hub = event_hub_new();
    GString *log = g_string_new(NULL);
    struct event_filter f = { .family = EVENT_DOMAIN, .id = VIR_DOMAIN_EVENT_ID_REBOOT };
    event_hub_subscribe(hub, &f, once, log, count_free);
    f.one_object = true;
    fake_uuid(f.uuid, 7);
    second_id = event_hub_subscribe(hub, &f, two, log, count_free);
    event_hub_emit(hub, domain_event(7, 0));
    g_assert_cmpstr(log->str, ==, "12");
    g_assert_cmpint(freed, ==, 1); /* swept after it unsubscribed itself */
    event_hub_emit(hub, domain_event(8, 0));
    g_assert_cmpstr(log->str, ==, "12");
    event_hub_emit(hub, domain_event(7, 5)); /* a life that has not begun */
    g_assert_cmpstr(log->str, ==, "12");
    event_hub_generation_begin(hub, 5);
    struct event *kept = event_ref(domain_event(7, 5));
    event_hub_emit(hub, kept);
    g_assert_cmpstr(log->str, ==, "122");
    g_assert_cmpuint(kept->sequence, ==, 3);
    event_unref(kept);
    event_hub_generation_end(hub, 5);
    event_hub_emit(hub, domain_event(7, 5));
    g_assert_cmpstr(log->str, ==, "122");
    g_assert_cmpint(event_hub_unsubscribe(hub, second_id), ==, 0);
    event_hub_emit(hub, domain_event(7, 0));
    g_assert_cmpstr(log->str, ==, "122");
    g_assert_cmpint(freed, ==, 2);
    event_hub_free(hub);
    g_string_free(log, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/registry/duplicates", test_duplicates);
    ADD("/registry/claim-fails", test_claim_fails);
    ADD("/registry/rename-undefine", test_rename_undefine);
    ADD("/registry/list", test_list);
    g_test_add_func("/registry/hub", test_hub);
    return g_test_run();
}
