/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * own-loop: an application that brings its own event loop: the library and the application's own watches and
 * timers go through it alone.
 */
#include "lib/conn.h"

static int watches, timers, updates, removals, ready_fd;
static virEventHandleCallback ready;
static void *ready_opaque;
static virFreeCallback ready_free;

static int
add_handle(int fd, int event, virEventHandleCallback cb, void *opaque, virFreeCallback ff)
{
    ready = cb;
    ready_fd = fd;
    ready_opaque = opaque;
    ready_free = ff;
    return 100 + watches++;
}

static void
update_handle(int watch, int event)
{
    updates++;
}

static int
remove_handle(int watch)
{
    removals++;
    if (ready_free)
        ready_free(ready_opaque);
    ready_free = NULL;
    return watch >= 100 ? 0 : -1;
}

static int
add_timeout(int timeout, virEventTimeoutCallback cb, void *opaque, virFreeCallback ff)
{
    return 200 + timers++;
}

static void
update_timeout(int timer, int timeout)
{
    updates++;
}

static int
remove_timeout(int timer)
{
    removals++;
    return 0;
}

static int events;

static int
on_event(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    events++;
    return 0;
}

static void
nothing(int id, int fd, int what, void *opaque)
{
}

static void
tick(int timer, void *opaque)
{
}

static void
own_loop(void)
{
    virConnectPtr conn;
    virDomainPtr dom;
    int id;

    g_assert_cmpint(virEventAddHandle(0, 0, nothing, NULL, NULL), ==, -1); /* before there is one */
    g_assert_cmpint(virEventAddTimeout(0, tick, NULL, NULL), ==, -1);
    virEventRegisterImpl(add_handle, update_handle, remove_handle, add_timeout, update_timeout,
                         remove_timeout);
    g_assert_cmpint(virEventAddHandle(0, VIR_EVENT_HANDLE_READABLE, nothing, NULL, NULL), ==, 100);
    virEventUpdateHandle(100, 0);
    g_assert_cmpint(virEventRemoveHandle(100), ==, 0);
    g_assert_cmpint(virEventRemoveHandle(99), ==, -1);
    g_assert_cmpint(virEventAddTimeout(-1, tick, NULL, NULL), ==, 200);
    virEventUpdateTimeout(200, 5);
    g_assert_cmpint(virEventRemoveTimeout(200), ==, 0);
    g_assert_cmpint(updates, ==, 2);
    g_assert_cmpint(removals, ==, 3);
    /* The library's events wait for the application's loop to call. */
    conn = virConnectOpen("test:///default");
    g_assert_nonnull(conn);
    id = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(on_event), NULL, NULL);
    g_assert_cmpint(id, >=, 0);
    g_assert_cmpint(watches, ==, 2);
    dom = virDomainLookupByName(conn, "test");
    g_assert_cmpint(virDomainSuspend(dom), ==, 0);
    g_assert_cmpint(virDomainResume(dom), ==, 0);
    g_assert_cmpint(events, ==, 0);
    ready(101, ready_fd, VIR_EVENT_HANDLE_READABLE, ready_opaque);
    g_assert_cmpint(events, ==, 2);
    g_assert_cmpint(virConnectDomainEventDeregisterAny(conn, id), ==, 0);
    virDomainFree(dom);
    g_assert_cmpint(virConnectClose(conn), ==, 0);
    g_assert_null(ready_free); /* the watch went with the last callback */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    virInitialize();
    g_test_add_func("/own-loop", own_loop);
    return g_test_run();
}
