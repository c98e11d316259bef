/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * QEMU's command line as domxml-to-native tells it, a row for each rule: what has to be in it, and what must
 * not.
 */
#include "qemu-command-text.h"

#include "drivers/qemu/first-words.h"

#define CELLS(first) \
    "<vcpu>2</vcpu><cpu><numa><cell cpus='0' memory='65536'>" first "</cell><cell cpus='1' memory='65536'/>" \
    "<cell memory='65536'/></numa></cpu>"
#define COST(text) \
    "<vcpu>2</vcpu><cpu><numa><cell cpus='0' memory='65536'/><cell cpus='1' memory='65536'>" \
    "<cache level='1' associativity='full' policy='writeback'><size value='8'/><line value='64'/></cache>" \
    "</cell><cell memory='65536'/><interconnects>" text "</interconnects></numa></cpu>"
#define LATENCY(from, to, value) \
    "<latency initiator='" from "' target='" to "' type='access' value='" value "'/>"
#define NET(type, rest)                                                                                      \
    "<interface type='" type                                                                                 \
    "'><mac address='52:54:00:00:00:01'/><source type='unix' path='/s' mode='client' "                       \
    "bridge='b'/><model type='virtio'/>" rest "</interface>"
#define NETDISK(protocol, name, rest) \
    "<disk type='network'><source protocol='" protocol "' name='" name "'>" rest "</source>" \
    "<target dev='vda'/></disk>"

#define THROTTLED(target, name)                                                                              \
    "<disk type='file'><source file='/" name "'/><target dev='" target "'/><iotune><total_iops_sec>9"        \
    "</total_iops_sec></iotune><alias name='" name "'/></disk>"

static const struct command_row table[] = {
    /* ---- boot */
    { "pc", "<os><type arch='x86_64' machine='pc'>hvm</type><boot dev='network'/></os>", NET("bridge", ""),
      "\"bootindex\":1", NULL },
    { "pc", "", NET("bridge", "<boot order='3'/>"), "-device {\"driver\":\"virtio-net-pci\"", "bootindex" },
    { "pc",
      "<os><type arch='x86_64' machine='pc'>hvm</type><bootmenu enable='yes' timeout='5'/>"
      "<bios useserial='yes' rebootTimeout='7'/></os>",
      "<serial type='pty'/>", "-boot menu=on,reboot-timeout=7,splash-time=5,strict=on", NULL },
    { "pc", "<os><type arch='x86_64' machine='pc'>hvm</type><bios useserial='yes'/></os>",
      "<serial type='pty'/>", ",graphics=off", NULL },
    { "pc", "", "<interface type='user'><model type='virtio-net'/></interface>",
      "{\"driver\":\"virtio-net\",", NULL },
    /* ---- cards: a line that is only read names none of the host's parts */
    { "pc", "", NET("vhostuser", "<driver queues='4'/><mtu size='1400'/>"), "-netdev tap,", "mq" },
    { "pc", "", NET("vhostuser", "<mtu size='1400'/>"), "-netdev tap,", "host_mtu" },
    { "pc", "", "<channel type='pty'><target type='guestfwd' address='10.0.0.1' port='7'/></channel>",
      "-netdev user,guestfwd=tcp:10.0.0.1:7-chardev:charchannel0,id=channel0", NULL },
    /* ---- CPUs and memory */
    { "pc", "<cpu><model vendor_id='AuthenticAMD'>qemu64</model></cpu>", "",
      "-cpu qemu64,vendor=AuthenticAMD", NULL },
    { "pc", "<vcpu>4</vcpu><cpu><topology sockets='2' cores='2' threads='1'/></cpu>", "",
      "-smp 4,sockets=2,dies=1,cores=2,threads=1", NULL },
    { "pc", CELLS("<distances><sibling id='1' value='21'/></distances>"), "", "dist,src=1,dst=0,val=21",
      NULL },
    { "pc", CELLS("<distances><sibling id='1' value='21'/></distances>"), "", "dist,src=2,dst=2,val=10",
      NULL },
    { "pc", CELLS("<distances><sibling id='1' value='21'/></distances>"), "", "dist,src=0,dst=2,val=20",
      NULL },
    { "pc", CELLS(""), "", "-numa node,nodeid=2,memdev=ram-node2", "dist" },
    { "pc",
      "<numatune><memory mode='preferred' nodeset='0'/><memnode cellid='1' mode='interleave' "
      "nodeset='0'/></numatune>" CELLS(""),
      "", "id=ram-node1,size=67108864,policy=interleave", NULL },
    { "pc",
      "<numatune><memory mode='preferred' nodeset='0'/><memnode cellid='1' mode='interleave' "
      "nodeset='0'/></numatune>" CELLS(""),
      "", "id=ram-node0,size=67108864,policy=preferred", NULL },
    { "pc", COST(LATENCY("0", "2", "50") LATENCY("1", "2", "5")), "", ",hmat=on", NULL },
    { "pc", COST(LATENCY("0", "2", "50") LATENCY("1", "2", "5")), "", "node,nodeid=2,initiator=1,", NULL },
    { "pc", COST(LATENCY("0", "2", "50") LATENCY("1", "2", "5")), "", "node,nodeid=1,cpus=1,initiator=1,",
      NULL },
    { "pc", COST(LATENCY("0", "2", "50")), "",
      "hmat-lb,initiator=0,target=2,hierarchy=memory,data-type=access-latency,latency=50", NULL },
    { "pc", COST(""), "",
      "hmat-cache,node-id=1,size=8K,level=1,associativity=complex,policy=write-back,line=64", NULL },
    { "pc",
      COST("<bandwidth initiator='0' target='2' type='read' value='1'/>"
           "<bandwidth initiator='1' target='2' type='read' value='2'/>"),
      "", "node,nodeid=2,initiator=1,", NULL },
    { "pc", COST("<bandwidth initiator='0' target='1' cache='1' type='write' value='2' unit='MiB'/>"), "",
      "hierarchy=first-level,data-type=write-bandwidth,bandwidth=2048K", NULL },
    { "pc",
      "<features><hyperv><reset state='on'/><vendor_id state='on' value='a'/><frequencies "
      "state='on'/></hyperv></features>",
      "", "-cpu qemu64,hv-reset=on,hv-vendor-id=a,hv-frequencies=on", NULL },
    { "pc", ROOM, VMEM("2048", "0", ""), "\"block-size\":2097152", "requested-size" },
    /* ---- disks */
    { "pc", "",
      "<disk type='file'><source file='/a'/><target dev='hda'/><geometry cyls='1' heads='2' secs='3' "
      "trans='lba'/></disk>",
      "\"bios-chs-trans\":\"lba\"", NULL },
    { "pc", "",
      "<disk type='file' device='cdrom'><driver name='qemu' cache='none'/><source file='/a'/><target "
      "dev='hda'/></disk>",
      "\"write-cache\":\"on\"", NULL },
    { "q35", "", "<disk type='file' device='floppy'><source file='/a'/><target dev='fda'/></disk>",
      "{\"driver\":\"isa-fdc\"}", "fdc0.0" },
    { "pc", "", "<disk type='block' device='lun'><source dev='/a'/><target dev='vda'/></disk>",
      "\"scsi\":true", NULL },
    { "pc", "", NETDISK("gluster", "v/p/i", "<host name='g'/><host transport='unix' socket='/s'/>"),
      "\"volume\":\"v\",\"path\":\"p/i\",\"server\":[{\"type\":\"inet\",\"host\":\"g\",\"port\":\"24007\"},"
      "{\"type\":\"unix\",\"path\":\"/s\"}]",
      NULL },
    { "pc", "", NETDISK("sheepdog", "v", "<host name='g'/>"), "\"vdi\":\"v\"", NULL },
    { "pc", "", NETDISK("nfs", "/v", "<host name='g'/><identity user='+7' group='+9'/>"),
      "\"user\":7,\"group\":9", NULL },
    /* ---- displays on sockets */
    { "pc", "", "<graphics type='vnc' socket='/s'/>", "-vnc vnc=unix:/s", NULL },
    { "pc", "", "<graphics type='spice'><listen type='socket' socket='/s'/></graphics>",
      "-spice unix,addr=/s", NULL },
    /* ---- what is given of the host */
    { "pc", "",
      "<hostdev mode='subsystem' type='usb'><source><address bus='1' device='3'/></source></hostdev>",
      "\"hostdevice\":\"/dev/bus/usb/001/003\"", NULL },
    { "q35", "",
      "<hostdev mode='subsystem' type='mdev' model='vfio-pci' display='on' ramfb='on'><source><address "
      "uuid='11111111-2222-4333-8444-555555555555'/></source></hostdev><graphics type='vnc'/>",
      "{\"driver\":\"vfio-pci-nohotplug\",\"id\":\"hostdev0\","
      "\"sysfsdev\":\"/sys/bus/mdev/devices/"
      "11111111-2222-4333-8444-555555555555\",\"display\":\"on\",\"ramfb\":true",
      NULL },
    { "q35", "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>",
      "<filesystem type='mount'><driver type='virtiofs'/><source dir='/a'/><target dir='t'/></filesystem>",
      "/fs0-fs.sock", NULL },
    { "pc", "", "<shmem name='a' role='peer'><model type='ivshmem-plain'/></shmem>", "\"master\":\"off\"",
      NULL },
    { "pc", "", "<shmem name='a'><model type='ivshmem-doorbell'/><server/><msi vectors='2'/></shmem>",
      "\"chardev\":\"charshmem0\",\"vectors\":2,\"ioeventfd\":true", NULL },
    { "pc", "",
      "<shmem name='a'><model type='ivshmem-doorbell'/><server path='/p'/><msi ioeventfd='off'/></shmem>",
      "socket,id=charshmem0,path=/p", "\"ioeventfd\":true" },
    /* ---- character devices */
    { "pc", "",
      "<serial type='tcp'><source mode='connect' host='h' service='1'><reconnect enabled='no'/></source>"
      "</serial>",
      ",host=h,port=1,reconnect=0", NULL },
    { "pc", "",
      "<serial type='tcp'><source mode='connect' host='h' service='1'>"
      "<reconnect enabled='yes' timeout='3'/></source></serial>",
      ",host=h,port=1,reconnect=3", NULL },
    { "pc", "", "<serial type='udp'><source mode='connect' host='h' service='9'/></serial>",
      "host=h,port=9,localaddr=,localport=0", NULL },
    /* ---- folders, disks, screens */
    { "pc", "",
      "<filesystem type='mount' multidevs='remap'><driver type='path' wrpolicy='immediate'/><source "
      "dir='/e'/>"
      "<target dir='t'/><readonly/></filesystem>",
      "multidevs=remap,writeout=immediate,id=fsdev-fs0,path=/e,readonly", NULL },
    { "pc", "",
      "<filesystem type='mount' accessmode='mapped' fmode='644' dmode='755'><source dir='/e'/>"
      "<target dir='t'/></filesystem>",
      "security_model=mapped,fmode=0644,dmode=0755,", NULL },
    { "pc", "",
      "<disk type='dir' device='floppy'><driver name='qemu' type='fat'/><source dir='/e'/><target dev='fda'/>"
      "<readonly/></disk>",
      "\"dir\":\"/e\",\"floppy\":true,\"rw\":false", NULL },
    { "pc", "",
      "<disk type='file'><driver name='qemu' copy_on_read='on' discard='unmap'/><source file='/d'/>"
      "<target dev='vda'/></disk>",
      "\"file\":\"libvirt-1-format\",\"discard\":\"unmap\"", NULL },
    { "pc", "",
      "<disk type='file'><driver name='qemu' event_idx='off' ioeventfd='on'/><source file='/d'/>"
      "<target dev='vda'/></disk>",
      "\"ioeventfd\":true,\"event_idx\":false", NULL },
    { "pc", "", "<graphics type='sdl' fullscreen='yes'/>", "-full-screen", "full-screen=on" },
};

static void
rows(void)
{
    command_rows(table, G_N_ELEMENTS(table));
}

/* QEMU knows a disk by its name, and a virtio disk by what is in its card. */
static void
throttles(void)
{
    static const char *const ids[] = { "/machine/peripheral/ua-a/virtio-backend", "ua-b" };
    ERR_AUTO err = ERR_INIT;
    DOMAIN_DEF_AUTO def = parse("pc", "", THROTTLED("vda", "ua-a") THROTTLED("sda", "ua-b"), &err);
    g_assert_nonnull(def);
    GArray *words = first_words(def, host);

    g_assert_cmpuint(words->len, ==, G_N_ELEMENTS(ids));
    for (unsigned i = 0; i < words->len; i++) {
        struct first_word *w = &g_array_index(words, struct first_word, i);
        g_assert_cmpstr(w->command, ==, "block_set_io_throttle");
        g_assert_cmpstr(json_string_value(json_object_get(w->args, "id")), ==, ids[i]);
        json_decref(w->args);
    }
    g_array_free(words, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qemu-command/rows", rows);
    g_test_add_func("/qemu-command/throttles", throttles);
    return fixture_run();
}
