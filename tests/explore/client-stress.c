/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * client-stress: 32 threads on one connection, beside an event loop and others that open and close: in
 * process, and through a daemon.  Nothing of it may race, crash, leak a reference or end in a broken
 * connection.
 *
 * usage: client-stress VIREOD
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 32
#define ROUNDS 40

static const char *uri;
static virConnectPtr shared;
static atomic_bool stop;
static atomic_int events;

/* An error that the state of the guests explains, as others change it meanwhile. */
static void
explained(void)
{
    switch (virGetLastErrorCode()) {
    case VIR_ERR_OK: case VIR_ERR_NO_DOMAIN: case VIR_ERR_OPERATION_INVALID: case VIR_ERR_OPERATION_FAILED:
    case VIR_ERR_NO_SUPPORT: case VIR_ERR_INTERNAL_ERROR: case VIR_ERR_OPERATION_TIMEOUT:
    case VIR_ERR_NO_DOMAIN_METADATA:
        return;
    default:
        g_error("an error that nothing explains: %d: %s", virGetLastErrorCode(), virGetLastErrorMessage());
    }
}

static void
on_event(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    g_assert_nonnull(virDomainGetName(dom));
    events++;
}

static atomic_int freed;

static void
on_free(void *opaque)
{
    freed++;
}

static int
other_cb(virConnectPtr conn, virDomainPtr dom, void *opaque)
{
    return 0;
}

static void
some_events(virConnectPtr conn, virDomainPtr dom, unsigned int seed)
{
    /* One callback may be registered once: most threads are refused, and that is the test. */
    int id = seed % 2 ? virConnectDomainEventRegisterAny(conn, dom, VIR_DOMAIN_EVENT_ID_REBOOT,
                                                         VIR_DOMAIN_EVENT_CALLBACK(other_cb), NULL, NULL)
                      : virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                                         VIR_DOMAIN_EVENT_CALLBACK(on_event), NULL, NULL);

    if (id >= 0)
        virConnectDomainEventDeregisterAny(conn, id);
    else
        g_assert_true(virGetLastErrorCode() == VIR_ERR_INVALID_ARG ||
                      virGetLastErrorCode() == VIR_ERR_NO_SUPPORT);
}

static void
one_round(virConnectPtr conn, unsigned int seed)
{
    virDomainPtr dom = virDomainLookupByName(conn, "test"), *all = NULL;
    virDomainInfo info;
    char *xml;
    int n;

    g_assert_nonnull(dom);
    g_assert_cmpstr(virDomainGetName(dom), ==, "test");
    switch (seed % 8) {
    case 0:
        virDomainSuspend(dom);
        break;
    case 1:
        virDomainResume(dom);
        break;
    case 2:
        virDomainDestroy(dom);
        break;
    case 3:
        virDomainCreate(dom);
        break;
    case 4:
        n = virConnectListAllDomains(conn, &all, 0);
        g_assert_cmpint(n, >=, 1);
        for (int i = 0; i < n; i++)
            virDomainFree(all[i]);
        free(all);
        break;
    case 5:
        xml = virDomainGetXMLDesc(dom, 0);
        g_assert_true(xml && strstr(xml, "<name>test</name>"));
        free(xml);
        break;
    case 6:
        some_events(conn, dom, seed / 8);
        virResetLastError();
        break;
    default:
        g_assert_null(virDomainLookupByName(conn, "nobody"));
        g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_NO_DOMAIN);
    }
    explained();
    if (virDomainGetInfo(dom, &info) < 0)
        explained();
    virDomainRef(dom);
    virDomainFree(dom);
    virDomainFree(dom);
}

static gpointer
user(gpointer opaque)
{
    unsigned int seed = GPOINTER_TO_UINT(opaque);

    for (int i = 0; i < ROUNDS; i++) {
        if (seed % 8 == 7) { /* some have a connection of their own */
            virConnectPtr own = virConnectOpen(uri);

            g_assert_nonnull(own);
            one_round(own, seed + (unsigned int)i);
            g_assert_cmpint(virConnectClose(own), ==, 0);
        } else {
            one_round(shared, seed * 5 + (unsigned int)i);
        }
    }
    return NULL;
}

static gpointer
loop(gpointer opaque)
{
    while (!stop)
        g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
    return NULL;
}

static void
wake(int timer, void *opaque)
{
    virEventRemoveTimeout(timer);
}

static void
stress(void)
{
    GThread *threads[THREADS], *looper;
    int id;

    stop = false;
    events = 0;
    looper = g_thread_new("loop", loop, NULL);
    shared = virConnectOpen(uri);
    g_assert_nonnull(shared);
    id = virConnectDomainEventRegisterAny(shared, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(on_event), NULL, on_free);
    g_assert_cmpint(id, >=, 0);
    for (unsigned int i = 0; i < THREADS; i++)
        threads[i] = g_thread_new("user", user, GUINT_TO_POINTER(i));
    for (int i = 0; i < THREADS; i++)
        g_thread_join(threads[i]);
    g_assert_true(virConnectIsAlive(shared) == 1);
    g_assert_cmpint(virConnectDomainEventDeregisterAny(shared, id), >=, 0);
    stop = true;
    virEventAddTimeout(0, wake, NULL, NULL);
    g_thread_join(looper);
    g_assert_cmpint(events, >, 0);
    g_assert_cmpint(virConnectClose(shared), ==, 0);
    g_assert_cmpint(freed, >=, 1);
}

static void
in_process(void)
{
    uri = "test:///default";
    stress();
}

static const char *vireod;

static void
through_the_daemon(void)
{
    g_autofree char *top = g_dir_make_tmp("cs-XXXXXX", NULL);
    g_autofree char *socket = g_build_filename(top, "libvirt", "libvirt-sock", NULL);
    g_autofree char *text = g_strdup_printf("test+unix:///default?socket=%s", socket);
    g_autofree char *pid_file = g_build_filename(top, "libvirt", "vireod.pid", NULL);
    g_autofree char *pid = NULL;
    const char *argv[] = { vireod, "--session", "--daemon", NULL };
    GError *error = NULL;
    int status;

    for (const char *const *name =
             (const char *const[]){ "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME",
                                    "XDG_STATE_HOME", NULL };
         *name; name++)
        g_setenv(*name, top, TRUE);
    g_chmod(top, 0700);
    /* It goes to the background once it serves. */
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, 0, NULL, NULL, NULL, NULL, &status, &error));
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    uri = text;
    stress();
    g_assert_true(g_file_get_contents(pid_file, &pid, NULL, NULL));
    g_assert_cmpint(kill((pid_t)atol(pid), SIGTERM), ==, 0);
}

static void
quiet(void *opaque, virErrorPtr err)
{
}

int
main(int argc, char **argv)
{
    vireod = argc > 1 ? argv[1] : "vireod";
    argc = 1;
    g_test_init(&argc, &argv, NULL);
    virSetErrorFunc(NULL, quiet);
    g_assert_cmpint(virEventRegisterDefaultImpl(), ==, 0);
    g_test_add_func("/client-stress/in-process", in_process);
    g_test_add_func("/client-stress/through-the-daemon", through_the_daemon);
    return g_test_run();
}
