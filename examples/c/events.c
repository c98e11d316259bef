// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints what happens to guests, networks and pools until it is interrupted or the connection ends.
// One event loop serves the library's events and the program's own: here a signal and a timer.
//
// usage: events [URI]
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool done;

static void
die(const char *doing)
{
    fprintf(stderr, "%s: %s\n", doing, virGetLastErrorMessage());
    exit(1);
}

// What may fail here without harm need not be printed; die() tells the rest.
static void
quiet(void *opaque, virErrorPtr error)
{
    (void)opaque;
    (void)error;
}

static const char *
name_in(const char *const *names, size_t n, int value)
{
    // A newer library may send what this program has no name for.
    return value >= 0 && (size_t)value < n ? names[value] : "something new";
}

static int
on_lifecycle(virConnectPtr conn, virDomainPtr domain, int event, int detail, void *opaque)
{
    static const char *const names[] = {
        [VIR_DOMAIN_EVENT_DEFINED] = "defined", [VIR_DOMAIN_EVENT_UNDEFINED] = "undefined",
        [VIR_DOMAIN_EVENT_STARTED] = "started", [VIR_DOMAIN_EVENT_SUSPENDED] = "suspended",
        [VIR_DOMAIN_EVENT_RESUMED] = "resumed", [VIR_DOMAIN_EVENT_STOPPED] = "stopped",
        [VIR_DOMAIN_EVENT_SHUTDOWN] = "shutting down", [VIR_DOMAIN_EVENT_PMSUSPENDED] = "asleep",
        [VIR_DOMAIN_EVENT_CRASHED] = "crashed",
    };
    (void)conn;
    (void)opaque;
    printf("domain %s: %s (detail %d)\n", virDomainGetName(domain), name_in(names, LENGTH(names), event),
           detail);
    return 0;
}

static void
on_reboot(virConnectPtr conn, virDomainPtr domain, void *opaque)
{
    (void)conn;
    (void)opaque;
    printf("domain %s: rebooted\n", virDomainGetName(domain));
}

static void
on_device_added(virConnectPtr conn, virDomainPtr domain, const char *alias, void *opaque)
{
    (void)conn;
    (void)opaque;
    printf("domain %s: has device %s\n", virDomainGetName(domain), alias);
}

static void
on_device_removed(virConnectPtr conn, virDomainPtr domain, const char *alias, void *opaque)
{
    (void)conn;
    (void)opaque;
    printf("domain %s: lost device %s\n", virDomainGetName(domain), alias);
}

static void
on_network(virConnectPtr conn, virNetworkPtr network, int event, int detail, void *opaque)
{
    static const char *const names[] = {
        [VIR_NETWORK_EVENT_DEFINED] = "defined", [VIR_NETWORK_EVENT_UNDEFINED] = "undefined",
        [VIR_NETWORK_EVENT_STARTED] = "started", [VIR_NETWORK_EVENT_STOPPED] = "stopped",
    };
    (void)conn;
    (void)detail;
    (void)opaque;
    printf("network %s: %s\n", virNetworkGetName(network), name_in(names, LENGTH(names), event));
}

static void
on_pool(virConnectPtr conn, virStoragePoolPtr pool, int event, int detail, void *opaque)
{
    static const char *const names[] = {
        [VIR_STORAGE_POOL_EVENT_DEFINED] = "defined", [VIR_STORAGE_POOL_EVENT_UNDEFINED] = "undefined",
        [VIR_STORAGE_POOL_EVENT_STARTED] = "started", [VIR_STORAGE_POOL_EVENT_STOPPED] = "stopped",
        [VIR_STORAGE_POOL_EVENT_CREATED] = "created", [VIR_STORAGE_POOL_EVENT_DELETED] = "deleted",
    };
    (void)conn;
    (void)detail;
    (void)opaque;
    printf("pool %s: %s\n", virStoragePoolGetName(pool), name_in(names, LENGTH(names), event));
}

static void
on_close(virConnectPtr conn, int reason, void *opaque)
{
    (void)conn;
    (void)opaque;
    printf("the connection has ended (reason %d)\n", reason);
    done = true;
}

static void
on_signal(int watch, int fd, int events, void *opaque)
{
    struct signalfd_siginfo info;
    (void)watch;
    (void)events;
    (void)opaque;
    if (read(fd, &info, sizeof info) == sizeof info)
        done = true;
}

static void
on_timer(int timer, void *opaque)
{
    virConnectPtr conn = opaque;
    (void)timer;
    fprintf(stderr, "still here; the connection is %s\n", virConnectIsAlive(conn) == 1 ? "alive" : "dead");
}

int
main(int argc, char **argv)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL); // before the library starts threads: they inherit it
    setlinebuf(stdout);
    virSetErrorFunc(NULL, quiet);

    if (virEventRegisterDefaultImpl() < 0)
        die("register the event loop");
    virConnectPtr conn = virConnectOpenReadOnly(argc > 1 ? argv[1] : NULL);
    if (!conn)
        die("connect");

    // Each kind of event has a callback of its own type; the macro casts it to the common one.
    const struct {
        int id;
        virConnectDomainEventGenericCallback callback;
    } domain_events[] = {
        { VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle) },
        { VIR_DOMAIN_EVENT_ID_REBOOT, VIR_DOMAIN_EVENT_CALLBACK(on_reboot) },
        { VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, VIR_DOMAIN_EVENT_CALLBACK(on_device_added) },
        { VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK(on_device_removed) },
    };
    int ids[LENGTH(domain_events)];
    for (size_t i = 0; i < LENGTH(domain_events); i++)
        if ((ids[i] = virConnectDomainEventRegisterAny(conn, NULL, domain_events[i].id,
                                                       domain_events[i].callback, NULL, NULL)) < 0)
            die("register for the events of guests");
    // A host without networks or pools still tells about its guests.
    int network_id = virConnectNetworkEventRegisterAny(conn, NULL, VIR_NETWORK_EVENT_ID_LIFECYCLE,
                                                       VIR_NETWORK_EVENT_CALLBACK(on_network), NULL, NULL);
    int pool_id = virConnectStoragePoolEventRegisterAny(conn, NULL, VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE,
                                                        VIR_STORAGE_POOL_EVENT_CALLBACK(on_pool), NULL, NULL);
    if (virConnectRegisterCloseCallback(conn, on_close, NULL, NULL) < 0)
        fprintf(stderr, "no word when the connection ends: %s\n", virGetLastErrorMessage());
    virConnectSetKeepAlive(conn, 5, 3); // notices a daemon that is gone without a word; local ones need none

    int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
    int watch = virEventAddHandle(signal_fd, VIR_EVENT_HANDLE_READABLE, on_signal, NULL, NULL);
    int timer = virEventAddTimeout(60 * 1000, on_timer, conn, NULL);
    if (signal_fd < 0 || watch < 0 || timer < 0)
        die("watch for a signal");

    puts("waiting for events");
    while (!done)
        if (virEventRunDefaultImpl() < 0)
            die("run the event loop");

    virEventRemoveTimeout(timer);
    virEventRemoveHandle(watch);
    close(signal_fd);
    virConnectUnregisterCloseCallback(conn, on_close);
    if (pool_id >= 0)
        virConnectStoragePoolEventDeregisterAny(conn, pool_id);
    if (network_id >= 0)
        virConnectNetworkEventDeregisterAny(conn, network_id);
    for (size_t i = 0; i < LENGTH(ids); i++)
        virConnectDomainEventDeregisterAny(conn, ids[i]);
    virConnectClose(conn);
    return 0;
}
