/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the QEMU driver makes of a definition: defaults, addresses and the command line; images read in
 * process.
 */
#include "qemu-fixture.h"

#include "drivers/qemu/command.h"
#include "drivers/qemu/images.h"
#include "drivers/qemu/prepare.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

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

#define NO_DEVICES "<controller type='usb' model='none'/><memballoon model='none'/>"

/* Documents, and what is in them once they are complete. */
static void
completed(void)
{
    static const struct { const char *machine, *extra, *devices, *words[3];
    } table[] = {
        /* A conventional device brings a port and a bridge, whatever ports are free; the bridge takes the
           first. */
        { "q35",
          "",
          NO_DEVICES "<controller type='pci' index='1' model='pcie-root-port'/><interface type='user'/>",
          { "index='2' model='pcie-root-port'", "index='3' model='pcie-to-pci-bridge'",
            "bus='0x03' slot='0x01' function='0x0'/>\n    </interface>" } },
        /* A port stays free where one had to be added, and only there. */
        { "q35", "", NO_DEVICES, { "index='0' model='pcie-root'/>\n    <input" } },
        { "q35",
          "",
          NO_DEVICES "<rng model='virtio'><backend model='random'/></rng>",
          { "index='2' model='pcie-root-port'" } },
        /* The bus of a given address: the port in front of the bridge pushes it on. */
        { "q35",
          "",
          NO_DEVICES "<interface type='user'><address type='pci' bus='1' slot='1'/></interface>",
          { "index='2' model='pcie-to-pci-bridge'", "index='3' model='pcie-root-port'",
            "bus='0x02' slot='0x01' function='0x0'/>\n    </interface>" } },
        { "q35",
          "",
          NO_DEVICES "<interface type='user'><address type='pci' bus='3' slot='1'/></interface>",
          { "index='3' model='pci-bridge'", "bus='0x03' slot='0x01' function='0x0'/>\n    </interface>" } },
        /* Numbers left out are buses, too; switches; the place of the old bridge. */
        { "pc",
          "",
          NO_DEVICES "<controller type='pci' index='2' model='pci-bridge'/>",
          { "index='1' model='pci-bridge'" } },
        { "q35",
          "",
          NO_DEVICES "<controller type='pci' index='1' model='pcie-switch-upstream-port'/>"
                     "<controller type='pci' index='2' model='pcie-switch-downstream-port'/>"
                     "<controller type='pci' index='3' model='pcie-switch-downstream-port'/>",
          { "<target chassis='3' port='0x1'/>\n      <address type='pci' domain='0x0000' bus='0x01' "
            "slot='0x01'" } },
        { "q35",
          "",
          NO_DEVICES "<controller type='pci' index='1' model='dmi-to-pci-bridge'/>",
          { "bus='0x00' slot='0x1e'" } },
        { "pc",
          "",
          "<interface type='user'><address type='pci' slot='4' function='0'/></interface>"
          "<interface type='user'><address type='pci' slot='4' function='1'/></interface>",
          { "slot='0x04' function='0x0' multifunction='on'" } },
        /* USB: bus 0 is there, sets share a number, one type stands together */
        { "pc",
          "",
          "<controller type='usb' index='1' model='piix3-uhci'/><input type='tablet' bus='usb'/>",
          { "type='usb' index='0'", "type='usb' bus='0' port='1'" } },
        { "pc",
          "",
          "<controller type='usb' model='ich9-uhci1'/><controller type='usb' model='ich9-uhci1'/>"
          "<controller type='usb' model='ich9-ehci1'/>",
          { "index='1' model='ich9-ehci1'" } },
        { "pc",
          "",
          "<controller type='usb'/><controller type='virtio-serial'/><controller type='usb'/>",
          { "type='usb' index='1' model='piix3-uhci'>\n      <address type='pci' domain='0x0000' bus='0x00' "
            "slot='0x02'" } },
        { "pc",
          "",
          "<controller type='virtio-serial' index='2'/><channel type='pty'><target type='virtio' "
          "name='x'/></channel>",
          { "<address type='virtio-serial' controller='0' bus='0' port='1'/>" } },
        /* memory devices */
        { "pc",
          ROOM,
          PMEM("") VMEM("2048", "2048", ""),
          { "model='virtio-pmem' access='shared'", "slot='0x04' function='0x0'/>\n    </memory>" } },
        { "pc",
          "<vcpu>4</vcpu><cpu><numa><cell id='1' cpus='2' memory='32768'/><cell id='0' "
          "memory='32768'/></numa></cpu>",
          "",
          { "<cell id='0' cpus='0-1,3' memory='32768' unit='KiB'/>\n      <cell id='1' cpus='2'" } },
        { "pc", "", "<video><model type='vga' vram='3000'/></video>", { "vram='4096'" } },
        { "pc", "", "<graphics type='egl-headless'/><graphics type='egl-headless'/>", { "egl-headless" } },
        /* A USB controller of the user's is an old one where nothing is said; the one that is implied is not.
         */
        { "q35", "", "<controller type='usb'/>", { "type='usb' index='0' model='piix3-uhci'" } },
        { "q35", "", "", { "type='usb' index='0' model='qemu-xhci'" } },
        { "pc", "", "<interface type='vdpa'><source dev='/a'/></interface>", { "<model type='virtio'/>" } },
        { "q35",
          "",
          "<controller type='usb' model='ich9-ehci1'><address type='pci' slot='5' function='7'/></controller>"
          "<controller type='usb' model='ich9-uhci1'/>",
          { "slot='0x1d' function='0x0' multifunction='on'" } },
        /* The controller of a SCSI device of the host stands with its like. */
        { "pc",
          "",
          "<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' "
          "target='0' unit='0'/></source></hostdev><controller type='scsi'/>",
          { "type='scsi' index='0' model='lsilogic'>\n      <address type='pci' domain='0x0000' bus='0x00' "
            "slot='0x03' function='0x0'/>\n    </controller>\n    <controller type='usb'" } },
        /* A place without a slot is none, and one that is asked for on PCI is not the chipset's. */
        { "q35",
          "",
          "<controller type='usb' model='ich9-ehci1'><address type='pci' slot='5' function='7'/></controller>"
          "<controller type='usb' model='ich9-uhci1'><address type='pci' function='1'/></controller>",
          { "slot='0x05' function='0x0' multifunction='on'" } },
        { "pc",
          "",
          "<controller type='usb' model='ich9-ehci1'/><controller type='usb' model='ich9-uhci1'>"
          "<address type='pci'/></controller><memballoon model='none'/>",
          { "slot='0x02' function='0x7'", "slot='0x02' function='0x0' multifunction='on'" } },
        { "pc",
          "",
          "<interface type='user'><address type='pci' slot='2'/></interface><video><model "
          "type='cirrus'/></video>",
          { "slot='0x03' function='0x0'/>\n    </video>" } },
        { "pc", "", "<graphics type='spice'/><graphics type='vnc'/>", { "<audio id='1' type='none'/>" } },
        { "pc", "", "<graphics type='sdl'/><graphics type='spice'/>", { "<audio id='1' type='spice'/>" } },
        { "pc", "", "<graphics type='egl-headless'/>", { "<graphics type='egl-headless'/>\n    <video>" } },
        { "pc",
          "",
          "<rng model='virtio'><backend model='random'/><address type='virtio-mmio'/></rng>",
          { "<address type='virtio-mmio'/>" } },
        { "pc",
          "",
          "<controller type='scsi' model='ibmvscsi'/>",
          { "<address type='spapr-vio' reg='0x00002000'/>" } },
        { "pc", ENV("_a1"), "", { "<qemu:env name='_a1' value='x'/>" } },
        /* virtio-serial controllers that are used, and none between them */
        { "pc",
          "",
          "<channel type='pty'><target type='virtio' name='a'/><address type='virtio-serial' controller='3' "
          "port='2'/></channel>",
          { "type='virtio-serial' index='3'>\n      <address type='pci' domain='0x0000' bus='0x00' "
            "slot='0x02'" } },
        { "pc",
          "",
          "<serial type='pty'><target port='7'/></serial><serial type='pty'><target port='7'/></serial>",
          { "<target type='isa-serial' port='7'>" } },
        /* What a machine has where it has it, and what finds its place, are not moved by an address. */
        { "pc",
          "",
          "<controller type='ide'><address type='drive'/></controller>",
          { "type='ide' index='0'>\n      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' "
            "function='0x1'/>" } },
        { "pc",
          "",
          "<controller type='usb' model='piix3-uhci'><address type='unassigned'/></controller>",
          { "slot='0x01' function='0x2'" } },
        { "pc",
          "",
          "<shmem name='a'><model type='ivshmem-doorbell'/><server path='/a'/></shmem>",
          { "<msi ioeventfd='on'/>" } },
        { "pc",
          "",
          "<channel type='pty'><target type='virtio'/><address type='unassigned'/></channel>",
          { "type='virtio-serial' controller='0' bus='0' port='1'" } },
        { "pc", "", "<shmem name='a'><model type='ivshmem-plain'/></shmem>", { "<size unit='M'>4</size>" } },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        ERR_AUTO err = ERR_INIT;
        DOMAIN_DEF_AUTO def = parse(table[i].machine, table[i].extra, table[i].devices, &err);
        if (!def)
            g_error("row %zu: %s", i, err_message(&err));
        g_autofree char *text = domain_def_format(def, MODEL_FORMAT_SECURE);
        for (size_t w = 0; w < 3 && table[i].words[w]; w++) {
            if (!strstr(text, table[i].words[w]))
                g_error("row %zu lacks \"%s\":\n%s", i, table[i].words[w], text);
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
memory_command(void)
{
    ERR_AUTO err = ERR_INIT;
    DOMAIN_DEF_AUTO def =
        parse("pc", ROOM "<memoryBacking><hugepages/><nosharepages/><source type='memfd'/></memoryBacking>",
              PMEM("") VMEM("2048", "4096", ""), &err);
    g_assert_cmpstr(err.message, ==, NULL);
    struct qemu_command cmd;
    const struct qemu_command_opts opts = { .id = 8 };
    g_assert_cmpint(qemu_domain_prepare(def, host, 8, false, &err), ==, 0);
    g_assert_cmpint(qemu_command_build(def, host, &opts, &cmd, &err), ==, 0);
    g_assert_true(has_pair(cmd.argv, "-machine", "mem-merge=off"));
    g_assert_true(has_pair(cmd.argv, "-object",
                           "id=memvirtiopmem0,mem-path=/a,share=on,size=67108864"));
    g_assert_true(has_pair(cmd.argv, "-object", "id=memvirtiomem0,hugetlb=on,reserve=off"));
    g_assert_true(has_pair(cmd.argv, "-device",
                           "\"driver\":\"virtio-mem-pci\",\"node\":0,\"block-size\":2097152,"
                           "\"requested-size\":4194304,\"memdev\":\"memvirtiomem0\""));
    qemu_command_clear(&cmd);
    qemu_domain_release(def, host);

    DOMAIN_DEF_AUTO modules =
        parse("pc", ROOM,
              "<memory model='nvdimm'><source><path>/a</path></source><target><size "
              "unit='MiB'>64</size><node>0</node>"
              "<label><size>128</size></label><readonly/></target></memory>"
              "<memory model='dimm' access='shared' discard='yes'><source><nodemask>0</nodemask></source>"
              "<target><size unit='MiB'>64</size><node>0</node></target></memory>",
              &err);
    g_assert_cmpstr(err.message, ==, NULL);
    g_assert_cmpint(qemu_domain_prepare(modules, host, 9, false, &err), ==, 0);
    g_assert_cmpint(qemu_command_build(modules, host, &opts, &cmd, &err), ==, 0);
    g_assert_true(has_pair(cmd.argv, "-machine", ",nvdimm=on"));
    g_assert_true(has_pair(cmd.argv, "-object", "mem-path=/a,prealloc=on"));
    g_assert_true(has_pair(cmd.argv, "-device", "\"node\":0,\"label-size\":131072,\"unarmed\":true"));
    g_assert_true(has_pair(cmd.argv, "-object", "/dimm1,share=on,discard-data=on"));
    g_assert_true(has_pair(cmd.argv, "-object", "policy=bind"));
    /* Where that file lies is made, and removed with what QEMU has left in it. */
    struct stat st;
    g_assert_cmpint(qemu_command_make(&cmd, host, &err), ==, 0);
    g_autofree char *left = g_build_filename(cmd.ram_dir, "dimm1", NULL), *dir = g_strdup(cmd.ram_dir);
    g_assert_true(g_file_set_contents(left, "x", 1, NULL));
    qemu_command_close_fds(&cmd);
    qemu_command_unmake(&cmd);
    g_assert_cmpint(stat(dir, &st), ==, -1);
    qemu_command_clear(&cmd);
    qemu_domain_release(modules, host);
}

/* Memory of the whole guest, and threads that have no ids. */
static void
memory_frame(void)
{
    static const struct { const char *extra, *option, *has, *lacks;
    } table[] = {
        { "<memoryBacking><source type='memfd'/></memoryBacking>", "-object",
          "memory-backend-memfd,id=pc.ram,x-use-canonical-path-for-ramblock-id=off,size", "share" },
        { "<memoryBacking><source type='memfd'/><access mode='private'/></memoryBacking>", "-object",
          "id=pc.ram,share=off,x-use", NULL },
        { "<memoryBacking><access mode='shared'/></memoryBacking>", "-object",
          "/pc.ram,share=on,x-use-canonical-path-for-ramblock-id=off,size", "backend-ram" },
        { "<cpu><numa><cell id='0' cpus='0' memory='65536' memAccess='shared'/></numa></cpu>", "-object",
          "/ram-node0,share=on,size", "canonical" },
        { "<memoryBacking><discard/></memoryBacking>", "-object", "memory-backend-ram,id=pc.ram,size", NULL },
        { "<iothreads>2</iothreads>", "-object", "iothread,id=iothread2", NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        ERR_AUTO err = ERR_INIT;
        DOMAIN_DEF_AUTO def = parse("pc", table[i].extra, "", &err);
        struct qemu_command cmd;
        const struct qemu_command_opts opts = { .id = 11 };
        g_assert_cmpint(qemu_domain_prepare(def, host, 11, false, &err), ==, 0);
        g_assert_cmpint(qemu_command_build(def, host, &opts, &cmd, &err), ==, 0);
        g_assert_true(has_pair(cmd.argv, table[i].option, table[i].has));
        g_assert_false(table[i].lacks && has_pair(cmd.argv, table[i].option, table[i].lacks));
        qemu_command_clear(&cmd);
        qemu_domain_release(def, host);
    }
}

/* What the definition tells QEMU past us. */
static void namespace(void)
{
    static const char *const properties[] = {
        "name='addr' type='string' value='0x9'", "name='n' type='signed' value='-3'",
        "name='u' type='unsigned' value='3'", "name='b' type='bool' value='true'", "name='bus' type='remove'"
    };
    g_autoptr(GString) s =
        g_string_new("<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'/>"
                     "<q:capabilities xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'/>"
                     "<l:namespace xmlns:l='http://libvirt.org/schemas/domain/lxc/1.0'/>"
                     "<q:deprecation xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0' behavior='reject'/>"
                     "<q:override xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:device "
                     "alias='ua-a'><q:frontend>");
    for (size_t i = 0; i < G_N_ELEMENTS(properties); i++)
        g_string_append_printf(s, "<q:property %s/>", properties[i]);
    g_string_append(s, "</q:frontend></q:device></q:override>");
    ERR_AUTO err = ERR_INIT;
    DOMAIN_DEF_AUTO def = parse("pc", s->str, "<sound model='ac97'><alias name='ua-a'/></sound>", &err);
    struct qemu_command cmd;
    const struct qemu_command_opts opts = { .id = 10 };
    g_assert_cmpstr(err.message, ==, NULL);
    g_assert_true(!def->qemu_commandline && !def->qemu_capabilities && !def->lxc_namespace);
    g_assert_cmpint(qemu_domain_prepare(def, host, 10, false, &err), ==, 0);
    g_assert_cmpint(qemu_command_build(def, host, &opts, &cmd, &err), ==, 0);
    g_assert_true(
        has_pair(cmd.argv, "-compat", "{\"deprecated-output\":\"hide\",\"deprecated-input\":\"reject\"}"));
    g_assert_true(has_pair(cmd.argv, "-device", "\"addr\":\"0x9\",\"n\":-3,\"u\":3,\"b\":true}"));
    g_assert_false(has_pair(cmd.argv, "-device", "\"id\":\"ua-a\",\"bus\""));
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
    g_test_add_func("/qemu-define/pc", pc);
    g_test_add_func("/qemu-define/q35", q35);
    g_test_add_func("/qemu-define/many-devices", many_devices);
    g_test_add_func("/qemu-define/completed", completed);
    g_test_add_func("/qemu-define/command", command);
    g_test_add_func("/qemu-define/memory-command", memory_command);
    g_test_add_func("/qemu-define/memory-frame", memory_frame);
    g_test_add_func("/qemu-define/namespace", namespace);
    g_test_add_func("/qemu-define/images", images);
    return fixture_run();
}
