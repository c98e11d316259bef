/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qemu-world: the QEMU driver in this process, in folders of its own, with a real QEMU.
 */
#pragma once

#include "base/clock.h"
#include "base/io.h"
#include "core/event.h"
#include "core/executor.h"
#include "core/fault.h"
#include "drivers/qemu/qemu-driver.h"

#include <errno.h>
#include <execinfo.h>
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EMULATOR "/usr/bin/qemu-system-x86_64"
#define HV conn.hypervisor

static char *home;
static struct io *io;
static struct executor *executor;
static struct event_hub *hub;
static struct qemu_driver *driver;
static struct drv_conn conn;

static const char document[] =
    "<domain type='qemu'><name>%s</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db18%02x</uuid>"
    "<memory>65536</memory><vcpu current='1'>2</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>"
    "<features><acpi/></features><devices><emulator>" EMULATOR "</emulator>"
    "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='%s/%s.img'/>"
    "<target dev='vda' bus='virtio'/></disk><interface type='user'><model type='virtio'/></interface>"
    "<serial type='pty'/><console type='pty'/><memballoon model='virtio'/></devices></domain>";

/* A call that hangs is the worst result. */
static void
on_alarm(int sig)
{
    static const char text[] = "# a call did not return within its deadline\n";
    if (write(2, text, sizeof(text) - 1) < 0)
        _exit(4);
    abort();
}

/* What happens once in a hundred runs has to say where; sanitizers do by themselves. */
static void
on_crash(int sig)
{
    void *frames[64];
    backtrace_symbols_fd(frames, backtrace(frames, G_N_ELEMENTS(frames)), STDERR_FILENO);
    signal(sig, SIG_DFL);
    raise(sig);
}

static void
report_crashes(void)
{
    void *frame;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return;
#endif
    backtrace(&frame, 1); /* loads what it needs */
    signal(SIGSEGV, on_crash);
    signal(SIGBUS, on_crash);
    signal(SIGABRT, on_crash);
}

static bool
world_begin(unsigned patience)
{
    if (access(EMULATOR, X_OK) < 0) {
        printf("1..0 # SKIP no " EMULATOR "\n");
        return false;
    }
    static const char *const variables[] = { "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
                                             "XDG_DATA_HOME" };
    home = g_dir_make_tmp("vireo-world-XXXXXX", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
        g_setenv(variables[i], home, TRUE);
    report_crashes();
    signal(SIGALRM, on_alarm);
    alarm(patience);

    ERR_AUTO err = ERR_INIT;
    io = io_new(&err);
    if (!io || io_start(io, "io", &err) < 0)
        g_error("%s", err_message(&err));
    executor = executor_new(&(struct executor_config){ 0 });
    hub = event_hub_new();
    struct qemu_driver_config config = { .io = io, .executor = executor, .hub = hub };
    driver = qemu_driver_start(&config, &err);
    if (!driver)
        g_error("%s", err_message(&err));
    qemu_driver_open(driver, &conn);
    return true;
}

static void
world_define(const char *name, int number, struct domain_ref *dom)
{
    ERR_AUTO err = ERR_INIT;
    g_autofree char *xml = g_strdup_printf(document, name, number, home, name);
    g_autofree char *disk = g_strdup_printf("%s/%s.img", home, name);
    g_autofree char *zeros = g_malloc0(1 << 20);
    g_assert_true(g_file_set_contents(disk, zeros, 1 << 20, NULL));
    if (HV->domain_define_xml(&conn, xml, dom, &err) < 0)
        g_error("%s", err_message(&err));
}

static int
world_state(const struct domain_ref *dom)
{
    ERR_AUTO err = ERR_INIT;
    int state = -1, reason;
    if (HV->domain_get_state(&conn, dom, &state, &reason, 0, &err) < 0)
        g_error("the state cannot be told: %s", err_message(&err));
    return state;
}

static void
world_destroy(const struct domain_ref *dom)
{
    ERR_AUTO err = ERR_INIT;
    if (world_state(dom) != VIR_DOMAIN_SHUTOFF && HV->domain_destroy(&conn, dom, &err) < 0 &&
        err.code != VIR_ERR_OPERATION_INVALID)
        g_error("cannot destroy: %s", err_message(&err));
    g_assert_cmpint(world_state(dom), ==, VIR_DOMAIN_SHUTOFF);
}

static void
world_no_child(void)
{
    int status;
    g_assert_cmpint(waitpid(-1, &status, WNOHANG), ==, -1);
    g_assert_cmpint(errno, ==, ECHILD);
}

static void
world_end(void)
{
    qemu_driver_close(&conn);
    qemu_driver_stop(driver);
    executor_free(executor);
    io_stop(io);
    io_free(io);
    event_hub_free(hub);
    g_autofree char *clean = g_strdup_printf("rm -rf '%s'", home);
    if (system(clean) != 0)
        fprintf(stderr, "# %s is left\n", home);
    g_free(home);
}
