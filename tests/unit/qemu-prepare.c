/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a start makes of a guest before its QEMU runs: the images of transient disks, what the administrator
 * decides, what is said of a chain.  A small script plays qemu-img.
 */
#include "qemu-fixture.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DISK(target, file) \
    "<disk type='file'><source file='%s/" file "'/><target dev='" target "'/><transient/></disk>"

static char *
put(const char *name, const char *text, int mode)
{
    char *path = g_build_filename(root, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(chmod(path, mode), ==, 0);
    return path;
}

static struct domain_def *
guest(const char *devices)
{
    g_autofree char *text = g_strdup_printf(devices, root, root);
    return good("pc", text);
}

static void
use_script(const char *text)
{
    g_autofree char *script = put("qemu-img", text, 0755);
    g_autofree char *path = g_strdup_printf("%s:/usr/bin:/bin", root);
    g_setenv("PATH", path, TRUE);
}

/* The guest writes to an image above the disk's, numbered after all others, which goes with the guest. */
static void
transient(void)
{
    ERR_AUTO err = ERR_INIT;
    g_autofree char *a = put("a", "", 0600), *b = put("b", "", 0600);
    g_autofree char *above = g_strconcat(a, ".TRANSIENT-t", NULL);
    DOMAIN_DEF_AUTO def = guest(DISK("vda", "a") DISK("vdb", "b"));

    use_script("#!/bin/sh\nfor last; do :; done\n: > \"$last\"\n");
    if (qemu_domain_prepare(def, host, 5, false, &err) < 0)
        g_error("%s", err_message(&err));
    const struct domain_disk *d = def->disks[0];
    g_assert_cmpstr(d->source->src.file, ==, above);
    g_assert_cmpuint(d->source->src.index, ==, 3);
    g_assert_cmpint(d->driver->type, ==, STORAGE_FORMAT_QCOW2);
    g_assert_cmpstr(d->backing_store->source->src.file, ==, a);
    g_assert_cmpuint(d->backing_store->index, ==, 2);
    g_assert_cmpint(d->backing_store->format->type, ==, STORAGE_FORMAT_RAW);
    g_assert_cmpint(access(above, F_OK), ==, 0);
    qemu_domain_reclaim(def, host);     /* as by a daemon that finds the guest running */
    g_assert_cmpint(access(above, F_OK), ==, 0);
    qemu_domain_release(def, host);
    g_assert_cmpint(access(above, F_OK), !=, 0);
    g_assert_cmpint(access(a, F_OK), ==, 0);
}

/* One that cannot be made leaves those before it not behind, and what was there is nobody's to take away. */
static void
refused(void)
{
    ERR_AUTO err = ERR_INIT;
    g_autofree char *a = put("a", "", 0600), *b = put("b", "", 0600), *old = put("b.TRANSIENT-t", "x", 0600);
    g_autofree char *above = g_strconcat(a, ".TRANSIENT-t", NULL);
    DOMAIN_DEF_AUTO def = guest(DISK("vda", "a") DISK("vdb", "b"));

    use_script("#!/bin/sh\nfor last; do :; done\n: > \"$last\"\n");
    g_assert_cmpint(qemu_domain_prepare(def, host, 5, false, &err), <, 0);
    g_assert_cmpint(err.code, ==, VIR_ERR_OPERATION_UNSUPPORTED);
    g_assert_cmpint(access(above, F_OK), !=, 0);
    g_assert_cmpint(access(old, F_OK), ==, 0);
    g_assert_cmpint(unlink(old), ==, 0);

    ERR_AUTO why = ERR_INIT;
    DOMAIN_DEF_AUTO again = guest(DISK("vda", "a") DISK("vdb", "b"));
    use_script("#!/bin/sh\necho broken >&2; exit 1\n");
    g_assert_cmpint(qemu_domain_prepare(again, host, 5, false, &why), <, 0);
    g_assert_nonnull(strstr(err_message(&why), "broken"));
}

static void
decided(void)
{
    ERR_AUTO err = ERR_INIT;
    DOMAIN_DEF_AUTO def =
        guest("<smartcard mode='passthrough' type='tcp'><source mode='bind' host='h' "
              "service='1'/></smartcard><disk type='dir'><driver type='fat'/><source dir='%s'/>"
              "<target dev='vda'/><readonly/></disk>"
              "<disk type='dir'><driver type='fat'/><source dir='%s'/><target dev='vdb'/>"
              "<readonly/></disk><disk type='network'><source protocol='nbd'><host name='h'/></source>"
              "<target dev='vdc'/></disk>");

    g_assert_cmpint(qemu_domain_prepare(def, host, 5, false, &err), ==, 0);
    g_assert_cmpint(def->smartcards[0]->source.ends[0]->tls, ==, TRI_NO);
    g_assert_cmpint(def->disks[2]->source->src.tls, ==, TRI_NO);
    g_assert_nonnull(def->disks[0]->backing_store);
    g_assert_null(def->disks[0]->backing_store->source);
    qemu_domain_release(def, host);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qemu-prepare/transient", transient);
    g_test_add_func("/qemu-prepare/refused", refused);
    g_test_add_func("/qemu-prepare/decided", decided);
    return fixture_run();
}
