/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A host with one emulator of PCs, which a small script plays, and definitions for it.  See qemu-fixture.h.
 */
#include "qemu-fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

char *root, *emulator;
struct qemu_host *host;

static const char types[] =
    "piix3-usb-uhci qemu-xhci rtl8139 cirrus-vga lsi53c895a virtio-blk-pci virtio-scsi-pci "
    "iothread virtio-rng-device virtio-vga i8042 ich9-ahci PIIX4_PM VGA qxl bochs-display vmware-svga "
    "ivshmem-plain ivshmem-doorbell pc-dimm nvdimm virtio-pmem-pci virtio-mem-pci usb-hub virtio-mmio "
    "tpm-tis";

static void
make_emulator(void)
{
    GString *s = g_string_new(
        "#!/bin/sh\ncase \"$*\" in *accel=kvm*) exit 1;; esac\ncat << 'EOF'\n{\"QMP\": {}}\n{\"return\": "
        "{}}\n"
        "{\"return\": {\"qemu\": {\"major\": 7, \"minor\": 2, \"micro\": 0}, \"package\": \"\"}}\n"
        "{\"return\": {\"arch\": \"x86_64\"}}\n"
        "{\"return\": [{\"name\": \"pc-i440fx-7.2\", \"alias\": \"pc\", \"cpu-max\": 255, \"is-default\": "
        "true, "
        "\"default-cpu-type\": \"qemu64-x86_64-cpu\", \"default-ram-id\": \"pc.ram\"}, "
        "{\"name\": \"pc-q35-7.2\", \"alias\": \"q35\", \"cpu-max\": 288, "
        "\"default-cpu-type\": \"qemu64-x86_64-cpu\", \"default-ram-id\": \"pc.ram\"}]}\n"
        "{\"return\": [{\"name\": \"qemu64\", \"unavailable-features\": []}]}\n{\"return\": "
        "[]}\n{\"return\": [");
    g_auto(GStrv) words = g_strsplit(types, " ", -1);
    for (char **w = words; *w; w++)
        g_string_append_printf(s, "%s{\"name\": \"%s\"}", w == words ? "" : ", ", *w);
    g_string_append(
        s, "]}\n{\"return\": [{\"option\": \"sandbox\", \"parameters\": []}]}\n{\"return\": []}\n"
           "{\"return\": []}\n{\"return\": []}\n"
           "{\"return\": [{\"name\": \"device_add\", \"meta-type\": \"command\", \"arg-type\": \"0\", "
           "\"ret-type\": \"0\", \"features\": [\"json-cli\"]}]}\n{\"return\": {}}\nEOF\n");
    emulator = g_build_filename(root, "qemu", NULL);
    g_assert_true(g_file_set_contents(emulator, s->str, -1, NULL));
    g_assert_cmpint(chmod(emulator, 0755), ==, 0);
    g_string_free(s, TRUE);
}

struct domain_def *
parse(const char *machine, const char *extra, const char *devices, struct err *err)
{
    struct domain_def *def = NULL;
    g_autofree char *os =
        g_str_has_prefix(extra, "<os>")
            ? g_strdup("")
            : g_strdup_printf("<os><type arch='x86_64' machine='%s'>hvm</type></os>", machine);
    g_autofree char *xml = g_strdup_printf(
        "<domain type='qemu'><name>t</name><memory unit='MiB'>64</memory>%s%s<devices><emulator>%s</emulator>"
        "%s</devices></domain>",
        os, extra, emulator, devices);
    if (domain_def_parse(xml, strlen(xml), QEMU_PARSE, &def, err) < 0)
        return NULL;
    if (qemu_domain_defaults(def, host, 0, err) < 0) {
        domain_def_unref(def);
        return NULL;
    }
    return def;
}

struct domain_def *
good(const char *machine, const char *devices)
{
    ERR_AUTO err = ERR_INIT;
    struct domain_def *def = parse(machine, "", devices, &err);
    g_assert_cmpstr(err.message, ==, NULL);
    return def;
}

int
fixture_run(void)
{
    root = g_dir_make_tmp("define-XXXXXX", NULL);
    make_emulator();
    ERR_AUTO err = ERR_INIT;
    host = qemu_host_new(false, root, true, &err);
    g_assert_cmpstr(err.message, ==, NULL);
    int rc = g_test_run();
    qemu_host_free(host);
    g_autofree char *cleanup = g_strdup_printf("rm -rf '%s'", root);
    if (system(cleanup) != 0)
        g_printerr("%s stays\n", root);
    return rc;
}
