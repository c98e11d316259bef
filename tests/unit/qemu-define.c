/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the QEMU driver makes of a definition: defaults, addresses, refusals,
 * and the command line; images read in process.  Needs an emulator to ask; a
 * small script plays one, so that the answers are the same everywhere.
 */
#include "drivers/qemu/command.h"
#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/images.h"
#include "drivers/qemu/prepare.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char *root, *emulator;
static struct qemu_host *host;

static const char types[] =
    "piix3-usb-uhci qemu-xhci rtl8139 cirrus-vga lsi53c895a virtio-blk-pci virtio-scsi-pci "
    "iothread virtio-rng-device virtio-vga";

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

static struct domain_def *
parse(const char *machine, const char *extra, const char *devices, struct err *err)
{
    struct domain_def *def = NULL;
    g_autofree char *xml = g_strdup_printf(
        "<domain type='qemu'><name>t</name><memory unit='MiB'>64</memory><os><type arch='x86_64' "
        "machine='%s'>hvm</type></os>%s<devices><emulator>%s</emulator>%s</devices></domain>",
        machine, extra, emulator, devices);
    if (domain_def_parse(xml, strlen(xml), 0, &def, err) < 0)
        return NULL;
    if (qemu_domain_defaults(def, host, 0, err) < 0) {
        domain_def_unref(def);
        return NULL;
    }
    return def;
}

static struct domain_def *
good(const char *machine, const char *devices)
{
    ERR_AUTO err = ERR_INIT;
    struct domain_def *def = parse(machine, "", devices, &err);
    g_assert_cmpstr(err.message, ==, NULL);
    return def;
}

static void
assert_pci(const struct device_info *info, unsigned bus, unsigned slot, unsigned function)
{
    g_assert_nonnull(info->address);
    g_assert_cmpint(info->address->type, ==, ADDRESS_TYPE_PCI);
    g_assert_cmpuint(info->address->bus, ==, bus);
    g_assert_cmpuint(info->address->slot, ==, slot);
    g_assert_cmpuint(info->address->function, ==, function);
}

static void
pc(void)
{
    DOMAIN_DEF_AUTO def = good("pc", "<disk type='file'><source file='/a'/><target dev='vda'/></disk>"
                                     "<disk type='file'><source file='/b'/><target dev='hdc'/></disk>"
                                     "<interface type='user'/><graphics type='vnc'/>");
    g_assert_cmpstr(def->os->machine, ==, "pc-i440fx-7.2");
    g_assert_true(def->has_uuid);
    g_assert_cmpstr(def->cpu->model->name, ==, "qemu64");
    g_assert_cmpstr(def->interfaces[0]->model, ==, "rtl8139");
    g_assert_cmpuint(def->interfaces[0]->mac[0], ==, 0x52);
    g_assert_cmpint(def->videos[0]->model->type, ==, VIDEO_TYPE_CIRRUS);
    assert_pci(&def->videos[0]->info, 0, 2, 0);
    assert_pci(&def->interfaces[0]->info, 0, 3, 0);
    assert_pci(&def->disks[0]->info, 0, 4, 0);
    assert_pci(&def->memballoon->info, 0, 5, 0);
    assert_pci(&domain_find_controller(def, CONTROLLER_TYPE_IDE, 0)->info, 0, 1, 1);
    assert_pci(&domain_find_controller(def, CONTROLLER_TYPE_USB, 0)->info, 0, 1, 2);
    g_assert_cmpuint(def->disks[1]->info.address->bus, ==, 1);
    g_assert_cmpint(def->audios[0]->type, ==, AUDIO_TYPE_NONE);
    /* What was written back is what comes out again. */
    g_autofree char *once = domain_def_format(def, MODEL_FORMAT_SECURE);
    DOMAIN_DEF_AUTO again = NULL;
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(domain_def_parse(once, strlen(once), 0, &again, &err), ==, 0);
    g_assert_cmpint(qemu_domain_defaults(again, host, 0, &err), ==, 0);
    g_autofree char *twice = domain_def_format(again, MODEL_FORMAT_SECURE);
    g_assert_cmpstr(once, ==, twice);
}

static void
q35(void)
{
    DOMAIN_DEF_AUTO def =
        good("q35", "<disk type='file'><source file='/a'/><target dev='vda'/></disk>"
                    "<interface type='user'/><channel type='unix'><target type='virtio' name='x'/></channel>"
                    "<input type='tablet' bus='usb'/>");
    g_assert_cmpstr(domain_find_controller(def, CONTROLLER_TYPE_PCI, 0)->model, ==, "pcie-root");
    assert_pci(&domain_find_controller(def, CONTROLLER_TYPE_SATA, 0)->info, 0, 0x1f, 2);
    /* rtl8139 needs a conventional bus: a bridge in the first port */
    assert_pci(&def->interfaces[0]->info, 2, 1, 0);
    g_assert_cmpstr(domain_find_controller(def, CONTROLLER_TYPE_PCI, 2)->model, ==, "pcie-to-pci-bridge");
    struct domain_controller *port = domain_find_controller(def, CONTROLLER_TYPE_PCI, 1);
    assert_pci(&port->info, 0, 1, 0);
    g_assert_cmpint(port->info.address->multifunction, ==, TRI_ON);
    g_assert_cmpuint(port->target->port, ==, 8);
    g_assert_cmpuint(def->channels[0]->info.address->port, ==, 1);
    g_assert_cmpstr(def->inputs[0]->info.address->usb_port, ==, "1");
}

static void
many_devices(void)
{
    GString *s = g_string_new(NULL);
    for (int i = 0; i < 60; i++)
        g_string_append(s, "<interface type='user'><model type='virtio'/></interface>");
    static const char *const machines[] = { "pc", "q35" };
    for (size_t m = 0; m < 2; m++) {
        DOMAIN_DEF_AUTO def = good(machines[m], s->str);
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (uint32_t i = 0; i < def->n_interfaces; i++) {
            const struct device_address *a = def->interfaces[i]->info.address;
            g_assert_true(g_hash_table_add(seen, g_strdup_printf("%u/%u/%u", a->bus, a->slot, a->function)));
            g_assert_nonnull(domain_find_controller(def, CONTROLLER_TYPE_PCI, a->bus));
        }
    }
    g_string_free(s, TRUE);
}

static void
refused(void)
{
    static const struct { const char *machine, *extra, *devices; int code; const char *words[2]; } table[] = {
        { "pc",
          "",
          "<interface type='user'><mac address='52:54:00:00:00:01'/><address type='pci' "
          "slot='7'/></interface>"
          "<disk type='file'><source file='/a'/><target dev='vdb'/><address type='pci' slot='7'/></disk>",
          VIR_ERR_XML_ERROR,
          { "disk vdb", "interface 52:54:00:00:00:01" } },
        { "pc",
          "",
          "<disk type='file'><source file='/a'/><target dev='hda'/></disk>"
          "<disk type='file'><source file='/b'/><target dev='hdb'/><address type='drive' unit='0'/></disk>",
          VIR_ERR_XML_ERROR,
          { "hda", "hdb" } },
        { "pc",
          "",
          "<disk type='file'><source file='/a'/><target dev='vda'/></disk>"
          "<disk type='file'><source file='/b'/><target dev='vda'/></disk>",
          VIR_ERR_XML_ERROR,
          { "vda" } },
        { "nonsense", "", "", VIR_ERR_XML_ERROR, { "nonsense", "PCI" } },
        { "nonsense",
          "",
          "<memballoon model='none'/><controller type='usb' model='none'/>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "no machine 'nonsense'" } },
        { "q35",
          "",
          "<disk type='file'><source file='/a'/><target dev='hda' bus='ide'/></disk>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "sata" } },
        { "pc",
          "",
          "<controller type='pci' index='0' model='pcie-root'/>",
          VIR_ERR_XML_ERROR,
          { "pci-root" } },
        { "pc", "<vcpu>300</vcpu>", "", VIR_ERR_CONFIG_UNSUPPORTED, { "255" } },
        { "pc",
          "",
          "<channel type='spicevmc'><target type='virtio'/></channel>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "spice" } },
        { "pc",
          "",
          "<controller type='usb' model='none'/><input type='tablet' bus='usb'/>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "USB" } },
        { "pc",
          "<launchSecurity type='sev'><policy>1</policy></launchSecurity>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "launchSecurity" } },
        { "pc",
          "",
          "<interface type='user'><address type='pci' slot='0x20'/></interface>",
          VIR_ERR_XML_ERROR,
          { NULL } },
        { "pc",
          "",
          "<controller type='usb' model='none-such'/>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "none-such", "piix3-uhci" } },
        { "pc", "", "<interface type='network'><source/></interface>", VIR_ERR_XML_ERROR, { "network" } },
        { "pc", "", "<sound model='virtio'/>", VIR_ERR_XML_ERROR, { "virtio" } },
        { "pc", "<features><none-such/></features>", "", VIR_ERR_CONFIG_UNSUPPORTED, { "none-such" } },
        { "pc", "", "<hostdev type='pci'/>", VIR_ERR_XML_ERROR, { "<source>" } },
        { "pc",
          "",
          "<input type='tablet' bus='usb'><address type='usb' bus='0' port='1'/></input>"
          "<redirdev type='pty'><address type='usb' bus='0' port='1'/></redirdev>",
          VIR_ERR_XML_ERROR,
          { "usb input tablet", "redirdev" } },
        { "pc",
          "",
          "<channel type='pty'><target type='virtio' name='a'/><address type='virtio-serial' "
          "port='1'/></channel>"
          "<channel type='pty'><target type='virtio' name='b'/><address type='virtio-serial' "
          "port='1'/></channel>",
          VIR_ERR_XML_ERROR,
          { "'a'", "'b'" } },
        { "pc", "<seclabel relabel='yes'/>", "", VIR_ERR_XML_ERROR, { "model" } },
        { "pc",
          "",
          "<memballoon model='virtio'/><memballoon model='virtio'/>",
          VIR_ERR_INTERNAL_ERROR,
          { "memballoon" } },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        ERR_AUTO err = ERR_INIT;
        struct domain_def *def = parse(table[i].machine, table[i].extra, table[i].devices, &err);
        g_assert_null(def);
        if (err.code != table[i].code)
            g_error("row %zu: code %d: %s", i, err.code, err_message(&err));
        for (size_t w = 0; w < 2 && table[i].words[w]; w++) {
            if (!strstr(err_message(&err), table[i].words[w]))
                g_error("row %zu: '%s' lacks '%s'", i, err_message(&err), table[i].words[w]);
        }
    }
}

static bool
has_pair(char **argv, const char *option, const char *part)
{
    for (; *argv; argv++) {
        if (!strcmp(*argv, option) && argv[1] && strstr(argv[1], part))
            return true;
    }
    return false;
}

static void
command(void)
{
    DOMAIN_DEF_AUTO def =
        good("pc", "<disk type='file' device='cdrom'><target dev='hda'/></disk>"
                   "<disk type='file'><driver name='qemu' type='raw' cache='none'/>"
                   "<source file='/dev/null'/><target dev='vda'/><serial>a b</serial></disk>"
                   "<serial type='pty'/><graphics type='vnc'/>");
    ERR_AUTO err = ERR_INIT;
    struct qemu_command cmd;
    const struct qemu_command_opts opts = { .id = 7, .paused = true };
    g_assert_cmpint(qemu_domain_prepare(def, host, 7, false, &err), ==, 0);
    g_assert_cmpint(qemu_command_build(def, host, &opts, &cmd, &err), ==, 0);
    g_assert_cmpstr(err.message, ==, NULL);
    g_assert_true(has_pair(cmd.argv, "-name", "guest=t,"));
    g_assert_true(has_pair(cmd.argv, "-machine", "pc-i440fx-7.2,"));
    g_assert_true(has_pair(cmd.argv, "-uuid", ""));
    g_assert_true(has_pair(cmd.argv, "-sandbox", "on,"));
    g_assert_true(has_pair(cmd.argv, "-device", "\"serial\":\"a b\""));
    g_assert_true(has_pair(cmd.argv, "-blockdev", "\"cache\":{\"direct\":true,\"no-flush\":false}"));
    g_assert_true(has_pair(cmd.argv, "-device",
                           "\"driver\":\"ide-cd\",\"bus\":\"ide.0\",\"unit\":0,\"id\":\"ide0-0-0\""));
    g_assert_cmpint(def->graphics[0]->port, >=, 5900);
    g_assert_true(has_pair(cmd.argv, "-vnc", "127.0.0.1:"));
    g_assert_cmpstr(strrchr(cmd.guest_dir, '/'), ==, "/domain-7-t");

    /* What it needs is made, connectable before QEMU runs, and removed without a trace. */
    g_assert_cmpint(qemu_command_make(&cmd, host, &err), ==, 0);
    struct stat st;
    g_assert_cmpint(stat(cmd.master_key_path, &st), ==, 0);
    g_assert_cmpint(st.st_size, ==, 32);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    g_strlcpy(addr.sun_path, cmd.monitor_path, sizeof(addr.sun_path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), ==, 0);
    close(fd);
    qemu_command_close_fds(&cmd);
    qemu_command_unmake(&cmd);
    g_assert_cmpint(stat(cmd.guest_dir, &st), ==, -1);

    g_autofree char *text = qemu_command_to_string(&cmd, false);
    int argc = 0;
    g_auto(GStrv) words = NULL;
    g_assert_true(g_shell_parse_argv(text, &argc, &words, NULL));
    g_assert_cmpint(argc, ==, (int)(g_strv_length(cmd.env) + g_strv_length(cmd.argv)));
    qemu_command_clear(&cmd);
    qemu_domain_release(def, host);
}

static void
put32(unsigned char *p, uint32_t v)
{
    p[0] = v >> 24;
    p[1] = v >> 16;
    p[2] = v >> 8;
    p[3] = v;
}

/* A qcow2 header, as the format's description has it. */
static char *
qcow2(const char *name, const char *backing, const char *format)
{
    unsigned char h[1024] = { 'Q', 'F', 'I', 0xfb };
    size_t at = 104;
    put32(h + 4, 3);
    put32(h + 100, 104);
    if (format) {
        put32(h + at, 0xE2792ACA);
        put32(h + at + 4, strlen(format));
        memcpy(h + at + 8, format, strlen(format));
        at += 8 + ((strlen(format) + 7) & ~7u);
    }
    at += 8;
    if (backing) {
        put32(h + 12, at);
        put32(h + 16, strlen(backing));
        memcpy(h + at, backing, strlen(backing));
    }
    char *path = g_build_filename(root, name, NULL);
    g_assert_true(g_file_set_contents(path, (char *)h, sizeof(h), NULL));
    return path;
}

static int
chain(const char *path, struct domain_def **def, struct err *err)
{
    g_autofree char *disk =
        g_strdup_printf("<disk type='file'><driver name='qemu' type='qcow2'/><source file='%s'/>"
                        "<target dev='vda'/></disk>",
                        path);
    *def = good("pc", disk);
    int rc = images_read_chain(*def, (*def)->disks[0], err);
    images_number(*def);
    return rc;
}

static void
images(void)
{
    g_autofree char *base = qcow2("base", NULL, NULL), *mid = qcow2("mid", "base", "qcow2");
    g_autofree char *top = qcow2("top", mid, "qcow2"), *untold = qcow2("untold", "base", NULL);
    g_autofree char *loop = qcow2("loop", "loop", "qcow2"), *remote = qcow2("remote", "http://x/y", "raw");
    ERR_AUTO err = ERR_INIT;
    DOMAIN_DEF_AUTO def = NULL;
    g_assert_cmpint(chain(top, &def, &err), ==, 0);
    const struct disk_backing_store *b = def->disks[0]->backing_store;
    g_assert_cmpstr(b->source->src.file, ==, mid);
    g_assert_cmpstr(b->backing_store->source->src.file, ==, base);
    g_assert_null(b->backing_store->backing_store->source);
    g_assert_cmpuint(def->disks[0]->source->src.index, ==, 1);
    g_assert_cmpuint(b->backing_store->index, ==, 3);
    const struct { const char *path, *words; } bad[] = {
        { untold, "format" },
        { loop, "circles" },
        { remote, "backingStore" },
        { emulator, "does not start like one" },
        { "/proc/nowhere", "No such file" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        ERR_AUTO why = ERR_INIT;
        DOMAIN_DEF_AUTO d = NULL;
        g_assert_cmpint(chain(bad[i].path, &d, &why), ==, -1);
        if (!strstr(err_message(&why), bad[i].words) || !strstr(err_message(&why), "vda"))
            g_error("'%s' lacks '%s'", err_message(&why), bad[i].words);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    root = g_dir_make_tmp("define-XXXXXX", NULL);
    make_emulator();
    ERR_AUTO err = ERR_INIT;
    host = qemu_host_new(false, root, true, &err);
    g_assert_cmpstr(err.message, ==, NULL);
    g_test_add_func("/qemu-define/pc", pc);
    g_test_add_func("/qemu-define/q35", q35);
    g_test_add_func("/qemu-define/many-devices", many_devices);
    g_test_add_func("/qemu-define/refused", refused);
    g_test_add_func("/qemu-define/command", command);
    g_test_add_func("/qemu-define/images", images);
    int rc = g_test_run();
    qemu_host_free(host);
    g_autofree char *cleanup = g_strdup_printf("rm -rf '%s'", root);
    if (system(cleanup) != 0)
        g_printerr("%s stays\n", root);
    return rc;
}
