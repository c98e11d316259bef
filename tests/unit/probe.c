/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Probing: a broken emulator answers with its own words, a real one is asked
 * once and remembered, an upgrade is noticed.
 */
#include "drivers/qemu/capabilities.h"
#include "drivers/qemu/probe.h"
#include "drivers/qemu/qemu-host.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *root;

static char *
script(const char *name, const char *text)
{
    char *path = g_build_filename(root, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(chmod(path, 0755), ==, 0);
    return path;
}

static struct qemu_host *
new_host(void)
{
    ERR_AUTO err = ERR_INIT;
    struct qemu_host *host = qemu_host_new(false, root, true, &err);
    g_assert_cmpstr(err.message, ==, NULL);
    return host;
}

static void
broken(void)
{
    struct qemu_host *host = new_host();
    static const struct { const char *text, *expect; } table[] = {
        { "#!/bin/sh\necho 'no firmware today' >&2\nexit 3\n", "no firmware today" },
        { "#!/bin/sh\nexit 3\n", "exit status 3" },
        { "#!/bin/sh\nkill -9 $$\n", "signal 9" },
        { "#!/bin/sh\necho hello\nsleep 60\n", "something else than JSON" },
        { "#!/bin/sh\necho '{\"QMP\": {}}'\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do echo '{\"return\": "
          "{}}'; done\n",
          "does not tell its version" },
        { "#!/nonexistent/interpreter\n", "No such file" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *name = g_strdup_printf("broken%zu", i);
        g_autofree char *path = script(name, table[i].text);
        ERR_AUTO err = ERR_INIT;
        g_assert_null(qemu_host_caps(host, path, &err));
        if (!strstr(err_message(&err), table[i].expect))
            g_error("'%s' lacks '%s'", err_message(&err), table[i].expect);
        g_assert_nonnull(strstr(err_message(&err), path));
        /* The second time comes from memory and says the same. */
        ERR_AUTO again = ERR_INIT;
        g_assert_null(qemu_host_caps(host, path, &again));
        g_assert_cmpstr(again.message, ==, err.message);
    }
    ERR_AUTO err = ERR_INIT;
    g_assert_null(qemu_host_caps(host, "/nonexistent/qemu", &err));
    g_assert_cmpint(err.code, ==, VIR_ERR_SYSTEM_ERROR);
    qemu_host_free(host);
}

/* An emulator that counts how often it was asked. */
static void
cached(void)
{
    g_autofree char *counter = g_build_filename(root, "count", NULL);
    g_autofree char *text = g_strdup_printf(
        "#!/bin/sh\ncase \"$*\" in *accel=kvm*) exit 1;; esac\necho x >> %s\necho '{\"QMP\": {}}'\n"
        "echo '{\"return\": {}}'\n"
        "echo '{\"return\": {\"qemu\": {\"major\": 9, \"minor\": 1, \"micro\": 2}, \"package\": \"p\"}}'\n"
        "echo '{\"return\": {\"arch\": \"x86_64\"}}'\n"
        "echo '{\"return\": [{\"name\": \"pc-9\", \"alias\": \"pc\", \"cpu-max\": 7, \"is-default\": "
        "true}]}'\n"
        "echo '{\"return\": [{\"name\": \"qemu64\", \"unavailable-features\": []}]}'\n"
        "echo '{\"return\": [{\"name\": \"stop\"}]}'\necho '{\"return\": [{\"name\": \"VGA\"}]}'\n"
        "echo '{\"return\": []}'\necho '{\"error\": {}}'\necho '{\"return\": []}'\necho '{\"return\": []}'\n"
        "echo '{\"return\": []}'\necho '{\"return\": {}}'\n",
        counter);
    g_autofree char *path = script("qemu-fake", text);
    for (int round = 0; round < 3; round++) {
        struct qemu_host *host = new_host();
        if (round == 2) {
            struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
            g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
        }
        for (int i = 0; i < 3; i++) {
            ERR_AUTO err = ERR_INIT;
            struct qemu_caps *caps = qemu_host_caps(host, path, &err);
            g_assert_cmpstr(err.message, ==, NULL);
            g_assert_cmpuint(caps->version, ==, 9001002);
            g_assert_cmpuint(qemu_caps_machine(caps, "pc")->max_cpus, ==, 7);
            g_assert_cmpstr(qemu_caps_default_machine(caps)->name, ==, "pc-9");
            g_assert_true(qemu_caps_has_command(caps, "stop"));
            g_assert_false(qemu_caps_has_command(caps, "cont"));
            g_assert_true(qemu_caps_has_type(caps, "VGA"));
            g_assert_true(qemu_caps_cpu(caps, QEMU_ACCEL_TCG, "qemu64")->usable);
            g_assert_false(caps->kvm);
            qemu_caps_unref(caps);
        }
        g_autofree char *count = NULL;
        g_assert_true(g_file_get_contents(counter, &count, NULL, NULL));
        g_assert_cmpuint(strlen(count), ==, round == 2 ? 4 : 2);
        qemu_host_free(host);
    }
}

static void
real(void)
{
    struct qemu_host *host = new_host();
    g_autofree char *binary = qemu_host_default_emulator(host, "x86_64", NULL);
    if (!binary) {
        g_test_skip("no qemu-system-x86_64");
        qemu_host_free(host);
        return;
    }
    ERR_AUTO err = ERR_INIT;
    struct qemu_caps *caps = qemu_host_caps(host, binary, &err);
    g_assert_cmpstr(err.message, ==, NULL);
    g_assert_cmpstr(caps->arch, ==, "x86_64");
    g_assert_cmpuint(caps->version, >, 5000000);
    g_assert_nonnull(qemu_caps_machine(caps, "pc"));
    g_assert_true(qemu_caps_has_type(caps, "virtio-blk-pci"));
    g_assert_true(qemu_caps_has(caps, QEMU_FEATURE_BLOCKDEV_AUTO_READ_ONLY));
    g_assert_true(qemu_caps_has(caps, QEMU_FEATURE_CHARDEV_LOGFILE));
    g_assert_true(qemu_caps_has(caps, QEMU_FEATURE_OBJECT_JSON));
    g_assert_true(qemu_caps_has_option(caps, "sandbox"));
    g_assert_cmpuint(caps->ncpus[QEMU_ACCEL_TCG], >, 10);
    qemu_caps_unref(caps);
    g_autofree char *text = qemu_domain_capabilities(host, binary, NULL, "q35", "qemu", &err);
    g_assert_cmpstr(err.message, ==, NULL);
    g_assert_nonnull(strstr(text, "<arch>x86_64</arch>"));
    g_assert_null(qemu_domain_capabilities(host, binary, NULL, "nonsense", "qemu", &err));
    g_assert_cmpint(err.code, ==, VIR_ERR_INVALID_ARG);
    qemu_host_free(host);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    root = g_dir_make_tmp("probe-XXXXXX", NULL);
    g_test_add_func("/probe/broken", broken);
    g_test_add_func("/probe/cached", cached);
    g_test_add_func("/probe/real", real);
    int rc = g_test_run();
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", root);
    if (system(command) != 0)
        g_printerr("%s stays\n", root);
    return rc;
}
