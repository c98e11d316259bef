/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The QEMU driver in this process against a real QEMU: a guest's whole life,
 * with the events it makes, without daemon and wire.
 */
#include "base/clock.h"
#include "base/io.h"
#include "base/uuid.h"
#include "core/event.h"
#include "core/executor.h"
#include "drivers/qemu/qemu-driver.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EMULATOR "/usr/bin/qemu-system-x86_64"

static struct io *io;
static struct executor *executor;
static struct event_hub *hub;
static struct qemu_driver *driver;
static struct drv_conn conn;
static GString *log_text;
static GMutex log_lock;
static GCond log_changed;

static const char xml[] =
    "<domain type='qemu'><name>life</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>"
    "<memory>65536</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>"
    "<features><acpi/></features><devices><emulator>" EMULATOR "</emulator>"
    "<serial type='pty'/><console type='pty'/><memballoon model='virtio'/></devices></domain>";

static void
deliver(struct event *ev, int id, void *opaque)
{
    g_mutex_lock(&log_lock);
    if (ev->id == VIR_DOMAIN_EVENT_ID_LIFECYCLE)
        g_string_append_printf(log_text, "%s %d/%d;", ev->about.domain.name, ev->u.lifecycle.event,
                               ev->u.lifecycle.detail);
    else
        g_string_append_printf(log_text, "%s id %d;", ev->about.domain.name, ev->id);
    g_cond_broadcast(&log_changed);
    g_mutex_unlock(&log_lock);
}

/* Waits until the log of events is `want`; empties it. */
static void
expect_events(const char *want)
{
    gint64 until = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND;

    g_mutex_lock(&log_lock);
    while (strcmp(log_text->str, want) != 0)
        if (!g_cond_wait_until(&log_changed, &log_lock, until))
            break;
    g_assert_cmpstr(log_text->str, ==, want);
    g_string_truncate(log_text, 0);
    g_mutex_unlock(&log_lock);
}

static void
start_driver(void)
{
    struct qemu_driver_config config = { .privileged = false, .io = io, .executor = executor, .hub = hub };
    ERR_AUTO err = ERR_INIT;

    driver = qemu_driver_start(&config, &err);
    if (!driver)
        g_error("%s", err_message(&err));
    qemu_driver_open(driver, &conn);
}

#define OK(call) \
    do { \
        ERR_AUTO err = ERR_INIT; \
        if ((call) < 0) \
            g_error("%s: %s", #call, err_message(&err)); \
    } while (0)
#define FAILS(want, call) \
    do { \
        ERR_AUTO err = ERR_INIT; \
        g_assert_cmpint((call), ==, -1); \
        g_test_message("%s", err_message(&err)); \
        g_assert_cmpint(err.code, ==, (want)); \
    } while (0)
#define HV conn.hypervisor

static void
expect_state(const struct domain_ref *dom, int want, int want_reason)
{
    int state, reason;

    OK(HV->domain_get_state(&conn, dom, &state, &reason, 0, &err));
    g_assert_cmpint(state, ==, want);
    g_assert_cmpint(reason, ==, want_reason);
}

static void
test_life(void)
{
    struct domain_ref dom = { 0 }, again = { 0 };
    virDomainInfo info;
    char *text = NULL;

    OK(HV->domain_define_xml(&conn, xml, &dom, &err));
    expect_events("life 0/0;");
    expect_state(&dom, VIR_DOMAIN_SHUTOFF, 0);
    FAILS(VIR_ERR_OPERATION_INVALID, HV->domain_suspend(&conn, &dom, &err));
    FAILS(VIR_ERR_OPERATION_INVALID, HV->domain_destroy(&conn, &dom, &err));

    OK(HV->domain_create(&conn, &dom, &err));
    expect_events("life 4/0;life 2/0;");
    expect_state(&dom, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    FAILS(VIR_ERR_OPERATION_INVALID, HV->domain_create(&conn, &dom, &err));
    OK(HV->domain_lookup_by_name(&conn, "life", &again, &err));
    g_assert_cmpint(again.id, >, 0);
    domain_ref_clear(&again);
    OK(HV->domain_get_info(&conn, &dom, &info, &err));
    g_assert_cmpint(info.state, ==, VIR_DOMAIN_RUNNING);
    g_assert_cmpuint(info.maxMem, ==, 65536);
    g_assert_cmpuint(info.cpuTime, >, 0);
    OK(HV->domain_get_xml_desc(&conn, &dom, 0, &text, &err));
    g_assert_nonnull(strstr(text, "/dev/pts/"));
    g_free(text);

    OK(HV->domain_suspend(&conn, &dom, &err));
    expect_events("life 3/0;");
    expect_state(&dom, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
    OK(HV->domain_resume(&conn, &dom, &err));
    expect_events("life 4/0;");
    expect_state(&dom, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
    OK(HV->domain_reset(&conn, &dom, 0, &err));

    OK(HV->domain_destroy(&conn, &dom, &err));
    expect_state(&dom, VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED);
    g_mutex_lock(&log_lock);
    g_assert_nonnull(strstr(log_text->str, "life 5/1;"));
    g_string_truncate(log_text, 0);
    g_mutex_unlock(&log_lock);

    OK(HV->domain_create_with_flags(&conn, &dom, VIR_DOMAIN_START_PAUSED, &err));
    expect_events("life 2/0;life 3/0;");
    expect_state(&dom, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
    OK(HV->domain_undefine(&conn, &dom, &err));
    expect_events("life 1/0;");
    g_assert_cmpint(HV->domain_is_persistent(&conn, &dom, NULL), ==, 0);
    OK(HV->domain_destroy(&conn, &dom, &err));
    FAILS(VIR_ERR_NO_DOMAIN, HV->domain_lookup_by_name(&conn, "life", &again, &err));
    domain_ref_clear(&dom);
    g_mutex_lock(&log_lock);
    g_string_truncate(log_text, 0);
    g_mutex_unlock(&log_lock);
}

/* QEMU's own words are in the error. */
static void
test_bad_start(void)
{
    struct domain_ref dom = { 0 };
    ERR_AUTO err = ERR_INIT;
    g_autofree char *bad = NULL;
    char **parts = g_strsplit(xml, "</devices>", 2);

    bad = g_strjoin(NULL, parts[0],
                    "</devices><qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
                    "<qemu:arg value='-no-such-option'/></qemu:commandline>",
                    parts[1], NULL);
    g_strfreev(parts);
    g_assert_cmpint(HV->domain_create_xml(&conn, bad, 0, &dom, &err), ==, -1);
    g_test_message("%s", err_message(&err));
    g_assert_nonnull(strstr(err_message(&err), "no-such-option"));
    g_assert_cmpint(HV->connect_num_of_domains(&conn, NULL), ==, 0);
    g_mutex_lock(&log_lock);
    g_string_truncate(log_text, 0);
    g_mutex_unlock(&log_lock);
}

/* The process dies by itself; a stopped one is destroyed at once. */
static void
test_deaths(void)
{
    struct domain_ref dom = { 0 };
    g_autofree char *path = NULL, *text = NULL;
    gint64 began;
    pid_t pid;

    OK(HV->domain_define_xml(&conn, xml, &dom, &err));
    expect_events("life 0/0;");
    path = g_strdup_printf("%s/libvirt/qemu/run/life.pid", g_getenv("XDG_RUNTIME_DIR"));
    for (int i = 0; i < 2; i++) {
        g_autofree char *found = NULL;

        OK(HV->domain_create(&conn, &dom, &err));
        expect_events("life 4/0;life 2/0;");
        g_assert_true(g_file_get_contents(path, &found, NULL, NULL));
        pid = atoi(found);
        g_assert_cmpint(pid, >, 1);
        if (i == 0) {
            kill(pid, SIGKILL);
            expect_events("life 5/5;");
            expect_state(&dom, VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED);
        } else {
            kill(pid, SIGSTOP);
            began = g_get_monotonic_time();
            OK(HV->domain_destroy(&conn, &dom, &err));
            g_test_message("destroy of a stopped QEMU: %" G_GINT64_FORMAT " us",
                           g_get_monotonic_time() - began);
            expect_events("life 5/1;");
        }
    }
    OK(HV->domain_undefine(&conn, &dom, &err));
    expect_events("life 1/0;");
    domain_ref_clear(&dom);
}

/* How long a start and a destroy take; told, not judged. */
static void
test_speed(void)
{
    struct domain_ref dom = { 0 };

    OK(HV->domain_define_xml(&conn, xml, &dom, &err));
    for (int i = 0; i < 5; i++) {
        gint64 t0 = g_get_monotonic_time(), t1;

        OK(HV->domain_create(&conn, &dom, &err));
        t1 = g_get_monotonic_time();
        OK(HV->domain_destroy(&conn, &dom, &err));
        g_test_message("start %" G_GINT64_FORMAT " us, destroy %" G_GINT64_FORMAT " us", t1 - t0,
                       g_get_monotonic_time() - t1);
    }
    OK(HV->domain_undefine(&conn, &dom, &err));
    domain_ref_clear(&dom);
}

int
main(int argc, char **argv)
{
    g_autofree char *home = g_dir_make_tmp("vireo-life-XXXXXX", NULL);
    struct executor_config ec = { 0 };
    ERR_AUTO err = ERR_INIT;
    g_autofree char *clean = g_strdup_printf("rm -rf %s", home);
    int ret;

    if (access(EMULATOR, X_OK) < 0) {
        printf("1..0 # SKIP no " EMULATOR "\n");
        return 0;
    }
    g_setenv("HOME", home, TRUE);
    g_setenv("XDG_RUNTIME_DIR", home, TRUE);
    g_setenv("XDG_CONFIG_HOME", home, TRUE);
    g_setenv("XDG_CACHE_HOME", home, TRUE);
    g_setenv("XDG_DATA_HOME", home, TRUE);
    g_test_init(&argc, &argv, NULL);
    log_text = g_string_new(NULL);
    io = io_new(&err);
    g_assert_nonnull(io);
    g_assert_cmpint(io_start(io, "io", &err), ==, 0);
    executor = executor_new(&ec);
    hub = event_hub_new();
    for (int id = 0; id < 26; id++) {
        const struct event_filter filter = { .family = EVENT_DOMAIN, .id = id };

        if (id != VIR_DOMAIN_EVENT_ID_REBOOT)
            event_hub_subscribe(hub, &filter, deliver, NULL, NULL);
    }
    start_driver();
    g_test_add_func("/qemu/life", test_life);
    g_test_add_func("/qemu/bad-start", test_bad_start);
    g_test_add_func("/qemu/deaths", test_deaths);
    g_test_add_func("/qemu/speed", test_speed);
    ret = g_test_run();
    qemu_driver_stop(driver);
    executor_free(executor);
    io_stop(io);
    io_free(io);
    event_hub_free(hub);
    g_string_free(log_text, TRUE);
    if (system(clean) != 0)
        return 1;
    return ret;
}
