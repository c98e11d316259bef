/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Status files: our own come back as they were written, and those of the daemon that was here before are
 * read.
 */
#include "base/err.h"
#include "drivers/qemu/status.h"

#include <string.h>

#define GUEST                                                                                                \
    "<domain type='qemu' id='4'><name>g</name><memory>65536</memory><os><type>hvm</type></os><devices>"      \
    "<disk type='file' device='disk'><source file='/a' index='2'><privateData><nodenames>"                   \
    "<nodename type='storage' name='libvirt-2-storage'/></nodenames></privateData></source>"                 \
    "<target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk></devices></domain>"

static const struct {
    const char *head, *more;
    int state, reason;
    bool starting, reboot;
} old[] = {
    { "state='running' reason='booted'", "", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED, false, false },
    { "state='running' reason='wakeup'", "<fakereboot/>", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_WAKEUP,
      false, true },
    { "state='paused' reason='ioerror'", "", VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR, false, false },
    { "state='paused' reason='none that is known'", "", VIR_DOMAIN_PAUSED, 0, false, false },
    { "state='shutoff' reason='unknown'", "", VIR_DOMAIN_SHUTOFF, 0, true, false },
    { "state='pmsuspended' reason='unknown'", "", VIR_DOMAIN_PMSUSPENDED, 0, false, false },
};

static void
of_the_daemon_before(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(old); i++) {
        g_autofree char *text = g_strdup_printf("<domstatus %s pid='99'><taint flag='high-privileges'/>"
                                                "<monitor path='/run/m.sock' type='unix'/><vcpus>"
                                                "<vcpu id='0' pid='107'/></vcpus>%s" GUEST "</domstatus>",
                                                old[i].head, old[i].more);
        DOMAIN_DEF_AUTO live = NULL;
        ERR_AUTO err = ERR_INIT;
        struct guest_status st;
        g_assert_cmpint(status_parse(text, strlen(text), &st, &live, &err), ==, 0);
        g_assert_true(st.old);
        g_assert_cmpint(st.id, ==, 4);
        g_assert_cmpint(st.pid, ==, 99);
        g_assert_cmpint(st.state, ==, old[i].state);
        g_assert_cmpint(st.reason, ==, old[i].reason);
        g_assert_cmpint(st.starting, ==, old[i].starting);
        g_assert_cmpint(st.fake_reboot, ==, old[i].reboot);
        g_assert_cmpstr(st.monitor_path, ==, "/run/m.sock");
        g_assert_cmpstr(live->disks[0]->info.alias, ==, "virtio-disk0");
        guest_status_clear(&st);
    }
}

static void
our_own(void)
{
    DOMAIN_DEF_AUTO def = NULL;
    DOMAIN_DEF_AUTO live = NULL;
    ERR_AUTO err = ERR_INIT;
    char monitor[] = "/run/m.sock";
    struct guest_status got, st = {
        .id = 4, .state = VIR_DOMAIN_PAUSED, .reason = VIR_DOMAIN_PAUSED_USER, .pid = 99, .start_time = 12345,
        .balloon_kib = 77, .monitor_path = monitor,
    };
    g_assert_cmpint(domain_def_parse(GUEST, strlen(GUEST), MODEL_PARSE_LIVE, &def, &err), ==, 0);
    g_autofree char *text = status_format(&st, def);
    g_assert_cmpint(status_parse(text, strlen(text), &got, &live, &err), ==, 0);
    g_assert_false(got.old);
    g_assert_cmpint(got.id, ==, st.id);
    g_assert_cmpint(got.state, ==, st.state);
    g_assert_cmpint(got.reason, ==, st.reason);
    g_assert_cmpint(got.pid, ==, st.pid);
    g_assert_cmpuint(got.start_time, ==, st.start_time);
    g_assert_cmpuint(got.balloon_kib, ==, st.balloon_kib);
    g_assert_cmpstr(got.monitor_path, ==, st.monitor_path);
    guest_status_clear(&got);
}

static void
incomplete(void)
{
    static const char *const wrong[] = {
        "<domstatus state='running' pid='99'>" GUEST "</domstatus>",
        "<domstatus state='running' pid='99'><monitor path='/m'/></domstatus>",
        "<domstatus format='1' id='3' state='1' pid='99' monitor='/m'>" GUEST "</domstatus>",
        "<domstatus format='2' state='1' pid='99' monitor='/m'>" GUEST "</domstatus>",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        DOMAIN_DEF_AUTO live = NULL;
        ERR_AUTO err = ERR_INIT;
        struct guest_status st;
        g_assert_cmpint(status_parse(wrong[i], strlen(wrong[i]), &st, &live, &err), ==, -1);
        g_assert_cmpint(err.code, ==, VIR_ERR_INTERNAL_ERROR);
        guest_status_clear(&st);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qemu-status/before", of_the_daemon_before);
    g_test_add_func("/qemu-status/own", our_own);
    g_test_add_func("/qemu-status/incomplete", incomplete);
    return g_test_run();
}
