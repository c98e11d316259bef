/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What 10,000 guests cost: loading their definitions, memory, look-ups, lists, publishing,
 * turns; and one define with its disk writes.
 * Usage: bench-registry [GUESTS [FOLDER]]; FOLDER (default /tmp) decides which disk is measured.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/uuid.h"
#include "core/registry.h"
#include "core/state.h"
#include "model/domain-def.h"

#include <fcntl.h>
#include <glib.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct domain_def *
def_ref(const struct domain_def *def)
{
    return domain_def_ref((struct domain_def *)def);
}

static void
def_unref(const struct domain_def *def)
{
    domain_def_unref((struct domain_def *)def);
}

static void
stop(struct turn *turn, struct run *run)
{
    turn_end_run(turn, &(struct run_end){ VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED, 0 }, NULL);
}

static const struct vm_class klass = {
    .name = "bench", .err_domain = VIR_FROM_TEST, .def_ref = def_ref, .def_unref = def_unref, .stop = stop,
};

static const char document[] =
    "<domain type='qemu'>\n  <name>%s</name>\n  <uuid>%s</uuid>\n  <memory unit='KiB'>262144</memory>\n"
    "  <currentMemory unit='KiB'>262144</currentMemory>\n  <vcpu placement='static'>2</vcpu>\n"
    "  <os>\n    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>\n    <boot dev='hd'/>\n  </os>\n"
    "  <features>\n    <acpi/>\n    <apic/>\n  </features>\n  <clock offset='utc'/>\n"
    "  <on_poweroff>destroy</on_poweroff>\n  <on_reboot>restart</on_reboot>\n  <on_crash>destroy</on_crash>\n"
    "  <devices>\n    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n"
    "    <disk type='file' device='disk'>\n      <driver name='qemu' type='qcow2'/>\n"
    "      <source file='/var/lib/libvirt/images/%s.qcow2'/>\n      <target dev='vda' bus='virtio'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x04' function='0x0'/>\n    </disk>\n"
    "    <controller type='usb' index='0' model='piix3-uhci'>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>\n    </controller>\n"
    "    <controller type='pci' index='0' model='pci-root'/>\n"
    "    <interface type='user'>\n      <mac address='52:54:00:%02x:%02x:%02x'/>\n      <model "
    "type='virtio'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/>\n    </interface>\n"
    "    <serial type='pty'>\n      <target type='isa-serial' port='0'>\n        <model name='isa-serial'/>\n"
    "      </target>\n    </serial>\n    <console type='pty'>\n      <target type='serial' port='0'/>\n    "
    "</console>\n"
    "    <memballoon model='virtio'>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>\n    </memballoon>\n"
    "  </devices>\n</domain>\n";

static char *
text_of(int i, unsigned char *uuid, char *name)
{
    char text[UUID_TEXT];
    uuid_generate(uuid);
    g_snprintf(name, 32, "guest-%05d", i);
    return g_strdup_printf(document, name, uuid_format(uuid, text), name, i >> 16, i >> 8 & 255, i & 255);
}

static size_t
private_memory(void)
{
    g_autofree char *text = NULL;
    if (file_read_quiet(AT_FDCWD, "/proc/self/smaps_rollup", 65536, &text) < 0)
        return 0;
    size_t kib = 0;
    for (const char *p = text; (p = strstr(p, "Private_")); p++)
        kib += strtoul(strchr(p, ':') + 1, NULL, 10);
    return kib;
}

static double
ms_since(int64_t then)
{
    return (double)(clock_now() - then) / NSEC_PER_MSEC;
}

/* Of this process alone, whatever else the machine does. */
static double
cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static void
report(const char *what, double value, const char *unit)
{
    printf("%-44s %10.3f %s\n", what, value, unit);
    fflush(stdout);
}

static void
load(const char *name, const char *text, size_t n, bool autostart, const struct err *why, void *arg)
{
    ERR_AUTO err = ERR_INIT;
    struct domain_def *def = NULL;
    if (!text || domain_def_parse(text, n, 0, &def, &err) < 0)
        g_error("%s: %s", name, err_message(why ? why : &err));
    struct vm_change change = { .what = CHANGE_CONFIG, .config = def };
    if (registry_load(arg, def->name, def->uuid, &change, NULL, &err) < 0)
        g_error("%s", err_message(&err));
}

static void
read_only(const char *name, const char *text, size_t n, bool autostart, const struct err *why, void *arg)
{
    *(size_t *)arg += n;
}

int
main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 10000;
    ERR_AUTO err = ERR_INIT;
    g_autofree char *folder =
        g_strdup_printf("%s/vireo-bench-%d", argc > 2 ? argv[2] : "/tmp", (int)getpid());
    struct state_dir *quick = state_dir_open(folder, 0700, NULL, false, &err);
    if (!quick)
        g_error("%s", err_message(&err));
    unsigned char first[UUID_LEN], uuid[UUID_LEN];
    char name[32];
    for (int i = 0; i < n; i++) {
        g_autofree char *text = text_of(i, i ? uuid : first, name);
        if (state_save(quick, name, text, strlen(text), &err) < 0)
            g_error("%s", err_message(&err));
    }

    size_t bytes = 0;
    int64_t t = clock_now();
    state_load_all(quick, read_only, &bytes, &err);
    report("read all definition files", ms_since(t), "ms");

    struct registry *reg = registry_new(&klass, NULL);
    malloc_trim(0);
    size_t before = private_memory();
    double cpu = cpu_ms();
    t = clock_now();
    if (state_load_all(quick, load, reg, &err) != n)
        g_error("%s", err_message(&err));
    report("read, parse, register all", ms_since(t), "ms");
    report("  of it on the processor", cpu_ms() - cpu, "ms");
    malloc_trim(0);
    report("private memory per guest", (double)(private_memory() - before) * 1024 / n, "bytes");

    /* Core's share: the same without definitions. */
    struct registry *bare = registry_new(&klass, NULL);
    size_t used = mallinfo2().uordblks;
    for (int i = 0; i < n; i++) {
        uuid_generate(uuid);
        g_snprintf(name, sizeof(name), "guest-%05d", i);
        if (registry_load(bare, name, uuid, &(struct vm_change){ .what = 0 }, NULL, &err) < 0)
            g_error("%s", err_message(&err));
    }
    report("  of it core (no definitions)", (double)(mallinfo2().uordblks - used) / n, "bytes");
    registry_free(bare);

    const int rounds = 1000000;
    struct domain_ref ref = { .name = name };
    memcpy(ref.uuid, first, UUID_LEN);
    t = clock_now();
    for (int i = 0; i < rounds; i++)
        vm_view_unref(registry_view(reg, &ref, &err));
    report("look up by uuid, take view, drop it", ms_since(t) * 1e6 / rounds, "ns");
    t = clock_now();
    for (int i = 0; i < rounds; i++)
        vm_unref(registry_by_name(reg, "guest-00000", &err));
    report("look up by name", ms_since(t) * 1e6 / rounds, "ns");
    t = clock_now();
    for (int i = 0; i < 20; i++) {
        VIEW_LIST_AUTO list;
        registry_list(reg, NULL, NULL, &list);
    }
    report("list of all views", ms_since(t) / 20, "ms");

    struct vm *vm = registry_by_uuid(reg, first, &err);
    t = clock_now();
    for (int i = 0; i < rounds; i++) {
        struct turn_request req = { .turn_class = TURN_MODIFY, .api = "bench" };
        TURN_AUTO turn = NULL;
        if (turn_begin(vm, &req, &turn, &err) < 0)
            g_error("%s", err_message(&err));
    }
    report("begin and end a turn", ms_since(t) * 1e6 / rounds, "ns");
    {
        struct turn_request req = { .turn_class = TURN_MODIFY, .api = "bench" };
        TURN_AUTO turn = NULL;
        if (turn_begin(vm, &req, &turn, &err) < 0)
            g_error("%s", err_message(&err));
        t = clock_now();
        for (int i = 0; i < rounds; i++) {
            if (turn_publish(turn, &(struct vm_change){ .what = CHANGE_AUTOSTART, .autostart = i & 1 },
                             &err) < 0)
                g_error("%s", err_message(&err));
        }
        report("publish", ms_since(t) * 1e6 / rounds, "ns");
    }
    vm_unref(vm);

    struct state_dir *durable = state_dir_open(folder, 0700, NULL, true, &err);
    g_autofree char *text = text_of(0, uuid, name);
    t = clock_now();
    for (int i = 0; i < 50; i++) {
        g_snprintf(name, sizeof(name), "new-%d", i);
        if (state_save(durable, name, text, strlen(text), &err) < 0)
            g_error("%s", err_message(&err));
    }
    report("save a new definition, on disk", ms_since(t) / 50, "ms");
    t = clock_now();
    for (int i = 0; i < 50; i++) {
        if (state_save(durable, "new-0", text, strlen(text), &err) < 0)
            g_error("%s", err_message(&err));
    }
    report("replace a definition, on disk", ms_since(t) / 50, "ms");
    state_dir_close(durable);
    state_dir_close(quick);
    registry_free(reg);
    g_autofree char *rm = g_strdup_printf("rm -rf '%s'", folder);
    return system(rm) != 0;
}
