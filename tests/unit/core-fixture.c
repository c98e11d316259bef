/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core-fixture: see core-fixture.h.
 */
#include "core-fixture.h"

static void
record(struct event *ev, int id, void *opaque)
{
    g_string_append_printf(opaque, "%s:%d/%d ", ev->about.domain.name, ev->u.lifecycle.event,
                           ev->u.lifecycle.detail);
}

static const struct event_filter all_lifecycle = { .family = EVENT_DOMAIN,
                                                   .id = VIR_DOMAIN_EVENT_ID_LIFECYCLE };

void
set_up(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    f->hub = event_hub_new();
    f->reg = registry_new(&fake_class, f->hub);
    f->events = g_string_new(NULL);
    event_hub_subscribe(f->hub, &all_lifecycle, record, f->events, NULL);
    g_assert_cmpint(fake_define(f->reg, "a", 1, 1, &err), ==, 0);
    f->vm = registry_by_name(f->reg, "a", &err);
    g_assert_nonnull(f->vm);
    atomic_store(&stops_run, 0);
}

void
tear_down(struct fixture *f, const void *arg)
{
    fake_join();
    vm_unref(f->vm);
    registry_free(f->reg);
    event_hub_free(f->hub);
    g_string_free(f->events, TRUE);
    g_assert_cmpint(defs_alive, ==, 0);
    g_assert_cmpint(backends_alive, ==, 0);
}

struct turn_request
request(enum turn_class klass, enum turn_need need, const char *api)
{
    return (struct turn_request){ .turn_class = klass, .need = need, .api = api, .nowait = true };
}

struct turn *
take(struct vm *vm, enum turn_class klass)
{
    ERR_AUTO err = ERR_INIT;
    struct turn_request req = request(klass, TURN_ANY,
                                      klass == TURN_QUERY ? "query"
                                      : klass == TURN_JOB ? "job"
                                                          : "modify");
    struct turn *turn;
    OK(turn_begin(vm, &req, &turn, &err));
    return turn;
}

void
await_stop(struct vm *vm, struct run *run)
{
    ERR_AUTO err = ERR_INIT;
    OK(run_stop(run, "test", "destroy", DEADLINE_NEVER, &err));
}
