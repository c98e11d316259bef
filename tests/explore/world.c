/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * world: see world.h.  Invariants of views, of the order of events, and that nothing is left behind.
 */
#include "world.h"

struct event_hub *hub;
struct registry *reg;
struct vm *vm;
struct run *first;       /* the life that set_up() began; reference */
int attached[8];         /* successful attachments, by id of the run */
int deaths, boots, refused_boots, late;
struct seen { int event; int id; uint64_t generation; };
static struct seen events[64];
static unsigned nevents;

static void
record(struct event *ev, int id, void *opaque)
{
    EXPLORE_CHECK(nevents < G_N_ELEMENTS(events));
    events[nevents++] = (struct seen){ ev->u.lifecycle.event, ev->about.domain.id, ev->generation };
}

bool
really_dead(const struct run *run)
{
    return atomic_load(&((struct run *)run)->dead);
}

/* What any reader may rely on, at any time. */
void
check_view(const struct vm_view *view)
{
    EXPLORE_CHECK((view->id == -1) == (view->generation == 0));
    EXPLORE_CHECK((view->id == -1) == (view->live == NULL));
    EXPLORE_CHECK((view->id == -1) == (view->state == VIR_DOMAIN_SHUTOFF));
    if (view->live) /* of this life: 100 + what was attached to it */
        EXPLORE_CHECK(view->live->number == 100 || view->live->number / 1000 == view->id);
}

static void
spawn(void (*fn)(void *), void *arg)
{
    explore_spawn(fn, arg);
}

void
set_up_off(void)
{
    ERR_AUTO err = ERR_INIT;
    struct event_filter lifecycle = { .family = EVENT_DOMAIN, .id = VIR_DOMAIN_EVENT_ID_LIFECYCLE };
    fake_spawn = spawn;
    hub = event_hub_new();
    reg = registry_new(&fake_class, hub);
    event_hub_subscribe(hub, &lifecycle, record, NULL, NULL);
    OK(fake_define(reg, "a", 1, 1, &err));
    vm = registry_by_name(reg, "a", &err);
    first = NULL;
    memset(attached, 0, sizeof(attached));
    deaths = boots = refused_boots = late = 0;
    nevents = 0;
    atomic_store(&stops_run, 0);
}

void
set_up(void)
{
    ERR_AUTO err = ERR_INIT;
    set_up_off();
    OK(fake_boot(vm, 0, &err));
    first = vm_run_get(vm);
}

/* Events of one life: started, then others, stopped last; lives do not mix. */
static void
check_events(void)
{
    uint64_t generation = 0;
    for (unsigned i = 0; i < nevents; i++) {
        if (events[i].event == VIR_DOMAIN_EVENT_STARTED) {
            EXPLORE_CHECK(generation == 0);
            generation = events[i].generation;
        } else if (events[i].event == VIR_DOMAIN_EVENT_STOPPED && !generation) {
            /* of a life that never came to be announced: nothing else may be of it */
            for (unsigned j = 0; j < nevents; j++)
                EXPLORE_CHECK(j == i || events[j].generation != events[i].generation);
        } else {
            EXPLORE_CHECK(events[i].generation == generation);
            if (events[i].event == VIR_DOMAIN_EVENT_STOPPED)
                generation = 0;
        }
    }
}

static void
tell_outcome(void)
{
    unsigned long h = 5381;
    uint64_t base = nevents ? events[0].generation : 0;
    for (unsigned i = 0; i < nevents; i++)
        h = (h * 33 + events[i].event) * 33 + (events[i].generation - base);
    for (unsigned i = 0; i < G_N_ELEMENTS(attached); i++)
        h = h * 33 + attached[i];
    explore_outcome(h * 33 + boots * 9 + refused_boots * 3 + (vm->run != NULL));
}

void
check(void)
{
    ERR_AUTO err = ERR_INIT;
    tell_outcome();
    const struct vm_view *view = vm_view_get(vm);
    if (view) {
        check_view(view);
        if (view->live && view->live->number != 100)
            EXPLORE_CHECK(view->live->number % 1000 == attached[view->id]); /* no update was lost */
        vm_view_unref(view);
    }
    EXPLORE_CHECK(!vm->holders && !vm->queue && !vm->notes);
    check_events();
    fake_spawn = NULL;
    struct run *run = vm_run_get(vm);
    if (run) {
        /* whoever is left alive can be stopped; whoever died has been torn down */
        EXPLORE_CHECK(!really_dead(run));
        EXPLORE_CHECK(run_stop(run, "end of test", "test", DEADLINE_NEVER, &err) == 0);
        run_unref(run);
    }
    if (first)
        run_unref(first);
    vm_unref(vm);
    registry_free(reg);
    event_hub_free(hub);
    EXPLORE_CHECK(atomic_load(&defs_alive) == 0);
    EXPLORE_CHECK(atomic_load(&backends_alive) == 0);
}
