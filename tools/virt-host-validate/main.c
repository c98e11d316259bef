/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* virt-host-validate: checks what guests need of this host, one line a check, without a daemon.  A failed
 * check makes the exit code 1; a warning does not.  What a check needs and cannot read counts as missing. */
#include "config.h"

#include <getopt.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum level { WARN, FAIL };

static bool quiet;
static bool failed;

/* Prints the line of one check; passes its result on. */
static bool G_GNUC_PRINTF(5, 6)
check(const char *who, bool ok, enum level level, const char *hint, const char *fmt, ...)
{
    static const char *const words[] = {"WARN", "FAIL"}, *const colors[] = {"\033[33m", "\033[31m"};
    bool color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *what = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    if (!ok && level == FAIL)
        failed = true;
    if (quiet)
        return ok;
    printf("%6s: %-69s: %s%s%s", who, what, color ? (ok ? "\033[32m" : colors[level]) : "",
           ok ? "PASS" : words[level], color ? "\033[0m" : "");
    if (!ok)
        printf(" (%s)", hint);
    printf("\n");
    return ok;
}

static char *
file(const char *path)
{
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

/* Whether a word is among those of a text. */
static bool
has_word(const char *text, const char *word)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t\n,", 0);
    return g_strv_contains((const char *const *)words, word);
}

static void
check_device(const char *who, const char *path, enum level level, const char *hint)
{
    check(who, access(path, F_OK) == 0, level, hint, "Checking if device %s exists", path);
}

/* On version 1 a controller is a mount option; on version 2 a word in a file, where cpu counts time too and
 * devices are ruled by BPF programs. */
static bool
has_controller(const char *name)
{
    g_autofree char *mounts = file("/proc/self/mounts");
    g_autofree char *v2 = file("/sys/fs/cgroup/cgroup.controllers");
    g_auto(GStrv) lines = g_strsplit(mounts, "\n", 0);
    for (size_t i = 0; lines[i]; i++) {
        g_auto(GStrv) fields = g_strsplit(lines[i], " ", 0);
        if (g_strv_length(fields) > 3 && strcmp(fields[2], "cgroup") == 0 && has_word(fields[3], name))
            return true;
    }
    if (!*v2)
        return false;
    return strcmp(name, "devices") == 0 || strcmp(name, "freezer") == 0 ||
           has_word(v2, strcmp(name, "cpuacct") == 0 ? "cpu" : strcmp(name, "blkio") == 0 ? "io" : name);
}

static void
check_controllers(const char *who, const char *const *names)
{
    for (; *names; names++) {
        g_autofree char *hint =
            g_strdup_printf("the kernel offers no '%s' controller: enable it in the kernel's "
                            "configuration or mount its hierarchy",
                            *names);
        check(who, has_controller(*names), FAIL, hint, "Checking for cgroup '%s' controller support", *names);
    }
}

static void
validate_qemu(void)
{
    static const char *const controllers[] = {"cpu", "cpuacct", "cpuset", "memory", "devices", "blkio", NULL};
    static const char who[] = "QEMU";
    g_autofree char *cpuinfo = file("/proc/cpuinfo");
    struct utsname u;
    bool x86 = uname(&u) == 0 && (strcmp(u.machine, "x86_64") == 0 || strcmp(u.machine, "i686") == 0);
    bool cpu = x86 ? has_word(cpuinfo, "vmx") || has_word(cpuinfo, "svm") : access("/dev/kvm", F_OK) == 0;
    if (check(who, cpu, FAIL,
              "the CPU offers no virtualization: look into the firmware's settings; guests run on "
              "emulation, which is slow",
              "Checking for hardware virtualization")) {
        check_device(who, "/dev/kvm", FAIL,
                     "load the module kvm_intel or kvm_amd, and see that the firmware enables "
                     "virtualization");
        check(who, access("/dev/kvm", R_OK | W_OK) == 0, FAIL,
              "see that /dev/kvm may be read and written by this user, "
              "for example by the group kvm",
              "Checking if device %s is accessible", "/dev/kvm");
    }
    check_device(who, "/dev/vhost-net", WARN,
                 "load the module vhost_net: virtio networks are faster with it");
    check_device(who, "/dev/net/tun", FAIL,
                 "load the module tun: guests cannot be put on a network without it");
    check_controllers(who, controllers);
    bool iommu = access("/sys/firmware/acpi/tables/DMAR", F_OK) == 0 ||
                 access("/sys/firmware/acpi/tables/IVRS", F_OK) == 0;
    if (check(who, iommu, WARN, "the firmware tells of no IOMMU: host devices cannot be given to guests",
              "Checking for device assignment IOMMU support")) {
        g_autoptr(GDir) groups = g_dir_open("/sys/kernel/iommu_groups", 0, NULL);
        check(who, groups && g_dir_read_name(groups), WARN,
              "the kernel does not use the IOMMU: add intel_iommu=on or "
              "amd_iommu=on to its command line",
              "Checking if IOMMU is enabled by kernel");
    }
    g_autofree char *sev = file("/sys/module/kvm_amd/parameters/sev");
    check(who, sev[0] == 'Y' || sev[0] == '1' || access("/sys/firmware/uv/prot_virt_host", F_OK) == 0, WARN,
          "neither AMD SEV nor Secure Execution is there: guests cannot be kept secret from this host",
          "Checking for secure guest support");
}

static void
validate_lxc(void)
{
    static const char *const controllers[] = { "cpu",     "cpuacct", "cpuset", "memory",
                                               "devices", "freezer", "blkio",  NULL };
    static const char *const namespaces[] = {"ipc", "mnt", "pid", "uts", "net", "user"};
    static const char who[] = "LXC";
    struct utsname u;
    int a = 0, b = 0, c = 0;
    bool known = uname(&u) == 0 && sscanf(u.release, "%d.%d.%d", &a, &b, &c) >= 2;
    check(who, known && a * 1000000 + b * 1000 + c >= 2006026, FAIL, "a newer kernel is needed",
          "Checking for Linux >= 2.6.26");
    for (size_t i = 0; i < G_N_ELEMENTS(namespaces); i++) {
        g_autofree char *path = g_strdup_printf("/proc/self/ns/%s", namespaces[i]);
        check(who, access(path, F_OK) == 0, FAIL, "the kernel was built without this namespace",
              "Checking for namespace %s", namespaces[i]);
    }
    check_controllers(who, controllers);
    check_device(who, "/sys/fs/fuse/connections", FAIL,
                 "load the module fuse: containers get their /proc files by it");
}

static void
usage(FILE *to)
{
    fprintf(to,
            "\nsyntax: virt-host-validate [OPTIONS] [HVTYPE]\n\n Hypervisor types:\n\n   - qemu\n   - lxc\n\n"
            " Options:\n   -h, --help     this text\n   -v, --version  version number\n"
            "   -q, --quiet    print nothing, only set the exit code\n\n");
}

int
main(int argc, char **argv)
{
    static const struct option options[] = { { "help", no_argument, NULL, 'h' },
                                             { "version", no_argument, NULL, 'v' },
                                             { "quiet", no_argument, NULL, 'q' },
                                             { NULL, 0, NULL, 0 } };
    int c;
    while ((c = getopt_long(argc, argv, "hvq", options, NULL)) != -1) {
        switch (c) {
        case 'h': usage(stdout); return 0;
        case 'v': printf("version: %s\n", PACKAGE_VERSION); return 0;
        case 'q': quiet = true; break;
        default: usage(stderr); return 1;
        }
    }
    if (argc - optind > 1) {
        fprintf(stderr, "%s: too many command line arguments\n", argv[0]);
        usage(stderr);
        return 1;
    }
    const char *type = argv[optind];
    if (type && strcmp(type, "qemu") != 0 && strcmp(type, "lxc") != 0) {
        fprintf(stderr, "%s: unsupported hypervisor name %s\n", argv[0], type);
        return 1;
    }
    if (!type || strcmp(type, "qemu") == 0)
        validate_qemu();
    if (!type || strcmp(type, "lxc") == 0)
        validate_lxc();
    return failed ? 1 : 0;
}
