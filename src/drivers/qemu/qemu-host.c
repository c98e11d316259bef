/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qemu-host: folders, users, emulators.  See qemu-host.h.
 */
#include "drivers/qemu/qemu-host.h"

#include "base/file.h"
#include "base/uuid.h"
#include "drivers/qemu/ports.h"
#include "drivers/qemu/probe.h"
#include "drivers/qemu/qemu-conf.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

/* A number (perhaps after '+') is an id; anything else is looked up. */
static int
find_user(const char *name, uid_t *uid, gid_t *gid)
{
    struct passwd pw, *found = NULL;
    char buf[16384];
    char *end;
    unsigned long n = strtoul(name[0] == '+' ? name + 1 : name, &end, 10);
    bool number = end != name && !*end;
    if (name[0] != '+' && getpwnam_r(name, &pw, buf, sizeof(buf), &found) == 0 && found) {
        *uid = pw.pw_uid;
        *gid = pw.pw_gid;
        return 0;
    }
    if (!number)
        return -1;
    *uid = n;
    *gid = getpwuid_r(n, &pw, buf, sizeof(buf), &found) == 0 && found ? pw.pw_gid : (gid_t)n;
    return 0;
}

static int
find_group(const char *name, gid_t *gid)
{
    struct group gr, *found = NULL;
    char buf[65536];
    char *end;
    if (name[0] != '+' && getgrnam_r(name, &gr, buf, sizeof(buf), &found) == 0 && found) {
        *gid = gr.gr_gid;
        return 0;
    }
    unsigned long n = strtoul(name[0] == '+' ? name + 1 : name, &end, 10);
    if (end == name || *end)
        return -1;
    *gid = n;
    return 0;
}

static void
find_groups(struct qemu_host *host)
{
    struct passwd pw, *found = NULL;
    char buf[16384];
    gid_t groups[256];
    int n = G_N_ELEMENTS(groups);
    if (getpwuid_r(host->uid, &pw, buf, sizeof(buf), &found) != 0 || !found ||
        getgrouplist(pw.pw_name, pw.pw_gid, groups, &n) < 0)
        return;
    host->groups = g_new0(gid_t, n + 1);
    for (int i = 0; i < n; i++) {
        if (groups[i] != host->gid)
            host->groups[host->ngroups++] = groups[i];
    }
}

/* In session mode guests are we.  In system mode a user from the file must
 * exist; the one built in may be missing (then nothing can start, and the
 * message of a start says so), because the daemon is useful without it. */
static int
find_owner(struct qemu_host *host, const char *conf_path, struct err *err)
{
    host->uid = geteuid();
    host->gid = getegid();
    if (!host->privileged)
        return 0;
    const char *user = host->conf->user ? host->conf->user : QEMU_USER;
    const char *group = host->conf->group ? host->conf->group : host->conf->user ? NULL : QEMU_GROUP;
    if (find_user(user, &host->uid, &host->gid) < 0) {
        if (host->conf->user)
            return err_set(
                err, VIR_ERR_CONF_SYNTAX,
                "%s: the user '%s' that guests are to run as does not exist; create it or change 'user'",
                conf_path, user);
        host->user_problem = g_strdup_printf(
            "the user '%s' that guests run as does not exist; create it, or set 'user' and 'group' in %s",
            user, conf_path);
        if (find_user("nobody", &host->uid, &host->gid) < 0)
            host->uid = host->gid = 65534;
        return 0;
    }
    if (group && find_group(group, &host->gid) < 0 && host->conf->group)
        return err_set(
            err, VIR_ERR_CONF_SYNTAX,
            "%s: the group '%s' that guests are to run as does not exist; create it or change 'group'",
            conf_path, group);
    find_groups(host);
    return 0;
}

static char *
env_dir(const char *variable, const char *fallback)
{
    const char *value = g_getenv(variable);
    if (value && value[0] == '/')
        return g_strdup(value);
    return g_build_filename(g_get_home_dir(), fallback, NULL);
}

static void
name_dirs(struct qemu_host *host)
{
    struct qemu_dirs *d = &host->dirs;
    g_autofree char *config = NULL, *lib = NULL, *cache = NULL, *run = NULL;
    if (host->root) {
        config = g_strdup_printf("%s/etc", host->root);
        lib = g_strdup_printf("%s/lib", host->root);
        cache = g_strdup_printf("%s/cache", host->root);
        run = g_strdup_printf("%s/run", host->root);
        d->log = g_strdup_printf("%s/log/qemu", host->root);
    } else if (host->privileged) {
        config = g_strdup(SYSCONFDIR "/libvirt");
        lib = g_strdup(LOCALSTATEDIR "/lib/libvirt");
        cache = g_strdup(LOCALSTATEDIR "/cache/libvirt");
        run = g_strdup(RUNSTATEDIR "/libvirt");
        d->log = g_strdup(LOCALSTATEDIR "/log/libvirt/qemu");
    } else {
        g_autofree char *xdg_config = env_dir("XDG_CONFIG_HOME", ".config");
        g_autofree char *xdg_cache = env_dir("XDG_CACHE_HOME", ".cache");
        const char *runtime = g_getenv("XDG_RUNTIME_DIR");
        config = g_build_filename(xdg_config, "libvirt", NULL);
        lib = g_strdup(config);
        cache = g_build_filename(xdg_cache, "libvirt", NULL);
        run = runtime && runtime[0] == '/' ? g_build_filename(runtime, "libvirt", NULL)
                                           : g_build_filename(cache, "run", NULL);
        d->log = g_build_filename(cache, "qemu", "log", NULL);
    }
    d->config = g_build_filename(config, "qemu", NULL);
    d->autostart = g_build_filename(d->config, "autostart", NULL);
    d->state = g_build_filename(run, "qemu", host->privileged ? NULL : "run", NULL);
    d->cache = g_build_filename(cache, "qemu", host->privileged ? NULL : "cache", NULL);
    d->lib = host->privileged || host->root ? g_build_filename(lib, "qemu", NULL)
                                            : g_build_filename(config, "qemu", "lib", NULL);
    struct { char **dir; const char *name; } below[] = {
        { &d->save, "save" }, { &d->snapshot, "snapshot" }, { &d->checkpoint, "checkpoint" },
        { &d->dump, "dump" }, { &d->nvram, "nvram" },       { &d->channel, "channel/target" },
        { &d->ram, "ram" },
    };
    bool session = !host->privileged && !host->root;
    for (size_t i = 0; i < G_N_ELEMENTS(below); i++)
        *below[i].dir = g_build_filename(session ? d->config : d->lib, below[i].name, NULL);
    /* Sockets of a session live where paths are short and temporary. */
    if (session) {
        g_free(d->channel);
        d->channel = g_build_filename(run, "qemu", "channel", "target", NULL);
    }
    d->swtpm = g_build_filename(run, "qemu", "swtpm", NULL);
    d->dbus = g_build_filename(run, "qemu", "dbus", NULL);
    d->slirp = g_build_filename(run, "qemu", "slirp", NULL);
    d->passt = g_build_filename(run, "qemu", "passt", NULL);
    if (host->conf->memory_backing_dir) {
        g_free(d->ram);
        d->ram = g_build_filename(host->conf->memory_backing_dir, "libvirt", "qemu", NULL);
    }
    if (host->conf->auto_dump_path) {
        g_free(d->dump);
        d->dump = g_strdup(host->conf->auto_dump_path);
    }
}

/* Folders that guests write in belong to their user; the rest to us. */
static int
make_dirs(struct qemu_host *host, struct err *err)
{
    struct qemu_dirs *d = &host->dirs;
    const struct { const char *path; mode_t mode; bool guests; } list[] = {
        { d->config, 0700, false }, { d->autostart, 0700, false }, { d->state, 0755, false },
        { d->cache, 0755, false }, { d->log, 0755, false }, { d->lib, 0751, true }, { d->save, 0751, true },
        { d->snapshot, 0751, true }, { d->checkpoint, 0751, true }, { d->dump, 0751, true },
        { d->nvram, 0751, true }, { d->channel, 0751, true }, { d->ram, 0751, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(list); i++) {
        mode_t mode = host->privileged ? list[i].mode : 0700;
        if (folder_make(list[i].path, mode, err) < 0)
            return err_context(err, "cannot prepare the QEMU driver");
        if (host->privileged && list[i].guests && !host->user_problem &&
            chown(list[i].path, host->uid, host->gid) < 0)
            return err_errno(err, errno, "cannot give folder '%s' to the user that guests run as",
                             list[i].path);
    }
    return 0;
}

/* The machine's own uuid where firmware tells it, else one from its id. */
static void
find_uuid(struct qemu_host *host)
{
    g_autofree char *text = NULL;
    if (file_read_quiet(AT_FDCWD, "/sys/class/dmi/id/product_uuid", 256, &text) > 0 &&
        uuid_parse(g_strstrip(text), host->uuid) == 0 && uuid_is_valid(host->uuid))
        return;
    g_clear_pointer(&text, g_free);
    if (file_read_quiet(AT_FDCWD, "/etc/machine-id", 256, &text) > 0 &&
        uuid_parse(g_strstrip(text), host->uuid) == 0 && uuid_is_valid(host->uuid))
        return;
    uuid_generate(host->uuid);
}

struct qemu_host *
qemu_host_new(bool privileged, const char *root, bool create, struct err *err)
{
    struct qemu_host *host = g_new0(struct qemu_host, 1);
    host->privileged = privileged;
    host->root = g_strdup(root);
    g_autofree char *xdg_config = env_dir("XDG_CONFIG_HOME", ".config");
    g_autofree char *conf_path = root         ? g_build_filename(root, "etc", "qemu.conf", NULL)
                                 : privileged ? g_strdup(SYSCONFDIR "/libvirt/qemu.conf")
                                              : g_build_filename(xdg_config, "libvirt", "qemu.conf", NULL);
    host->conf = qemu_conf_load(conf_path, privileged, err);
    if (!host->conf || find_owner(host, conf_path, err) < 0) {
        qemu_host_free(host);
        return NULL;
    }
    name_dirs(host);
    if (create && make_dirs(host, err) < 0) {
        qemu_host_free(host);
        return NULL;
    }
    find_uuid(host);
    host->emulators = emulator_cache_new();
    host->vnc_ports =
        port_range_new("VNC and SPICE displays", host->conf->vnc_port_min, host->conf->vnc_port_max);
    host->vnc_websocket_ports =
        port_range_new("VNC websockets", host->conf->websocket_port_min, host->conf->websocket_port_max);
    return host;
}

void
qemu_host_free(struct qemu_host *host)
{
    if (!host)
        return;
    char **all = (char **)&host->dirs;
    for (size_t i = 0; i < sizeof(host->dirs) / sizeof(char *); i++)
        g_free(all[i]);
    qemu_conf_free(host->conf);
    emulator_cache_free(host->emulators);
    port_range_free(host->vnc_ports);
    port_range_free(host->vnc_websocket_ports);
    g_free(host->groups);
    g_free(host->user_problem);
    g_free(host->root);
    g_free(host);
}

/* By the device's mode bits, as the guests' user would meet them: asking by
 * opening would answer for us, not for them. */
bool
qemu_host_has_kvm(const struct qemu_host *host)
{
    struct stat st;
    if (stat("/dev/kvm", &st) < 0 || !S_ISCHR(st.st_mode))
        return false;
    if (!host->privileged)
        return access("/dev/kvm", R_OK | W_OK) == 0;
    if (host->uid == 0)
        return true;
    if (st.st_uid == host->uid)
        return (st.st_mode & 0600) == 0600;
    bool member = st.st_gid == host->gid;
    for (size_t i = 0; i < host->ngroups && !member; i++)
        member = st.st_gid == host->groups[i];
    return member ? (st.st_mode & 0060) == 0060 : (st.st_mode & 0006) == 0006;
}

/* Our architecture names, the suffix of QEMU's program, and another program
 * that runs the same guests. */
static const struct { const char *arch, *program, *other; } programs[] = {
    { "alpha", "alpha", NULL },
    { "armv7l", "arm", "aarch64" },
    { "armv6l", "arm", "aarch64" },
    { "aarch64", "aarch64", NULL },
    { "cris", "cris", NULL },
    { "i686", "i386", "x86_64" },
    { "x86_64", "x86_64", NULL },
    { "lm32", "lm32", NULL },
    { "loongarch64", "loongarch64", NULL },
    { "m68k", "m68k", NULL },
    { "microblaze", "microblaze", NULL },
    { "microblazeel", "microblazeel", NULL },
    { "mips", "mips", NULL },
    { "mipsel", "mipsel", NULL },
    { "mips64", "mips64", NULL },
    { "mips64el", "mips64el", NULL },
    { "or32", "or1k", NULL },
    { "parisc", "hppa", NULL },
    { "ppc", "ppc", NULL },
    { "ppc64", "ppc64", NULL },
    { "ppc64le", "ppc64", NULL },
    { "riscv32", "riscv32", NULL },
    { "riscv64", "riscv64", NULL },
    { "s390x", "s390x", NULL },
    { "sh4", "sh4", NULL },
    { "sh4eb", "sh4eb", NULL },
    { "sparc", "sparc", NULL },
    { "sparc64", "sparc64", NULL },
    { "xtensa", "xtensa", NULL },
    { "xtensaeb", "xtensaeb", NULL },
};

const char *
qemu_arch_of_program(const char *qemu_arch)
{
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        if (!g_strcmp0(programs[i].program, qemu_arch))
            return programs[i].arch;
    }
    return NULL;
}

bool
qemu_program_runs(const char *qemu_arch, const char *arch)
{
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        if (!g_strcmp0(programs[i].arch, arch))
            return !g_strcmp0(programs[i].program, qemu_arch) || !g_strcmp0(programs[i].other, qemu_arch);
    }
    return false;
}

bool
qemu_arch_known(const char *arch)
{
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        if (!g_strcmp0(programs[i].arch, arch))
            return true;
    }
    return !g_strcmp0(arch, "armv6l") || !g_strcmp0(arch, "armv7b") || !g_strcmp0(arch, "s390") ||
           !g_strcmp0(arch, "ia64") || !g_strcmp0(arch, "itanium") || !g_strcmp0(arch, "ppcemb") ||
           !g_strcmp0(arch, "parisc64") || !g_strcmp0(arch, "unicore32");
}

static char *
find_program(const char *suffix)
{
    static const char *const dirs[] = { "/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin",
                                        "/usr/sbin" };
    g_autofree char *name = g_strconcat("qemu-system-", suffix, NULL);
    const char *path = g_getenv("PATH");
    g_auto(GStrv) from_env = path && geteuid() == getuid() ? g_strsplit(path, ":", -1) : NULL;
    for (char **d = from_env; d && *d; d++) {
        g_autofree char *full = (*d)[0] == '/' ? g_build_filename(*d, name, NULL) : NULL;
        if (full && access(full, X_OK) == 0)
            return g_steal_pointer(&full);
    }
    for (size_t i = 0; !from_env && i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *full = g_build_filename(dirs[i], name, NULL);
        if (access(full, X_OK) == 0)
            return g_steal_pointer(&full);
    }
    return NULL;
}

char *
qemu_host_default_emulator(struct qemu_host *host, const char *arch, struct err *err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        if (g_strcmp0(programs[i].arch, arch))
            continue;
        char *found = find_program(arch);       /* a distribution's own name for it goes first */
        if (!found)
            found = find_program(programs[i].program);
        if (!found && programs[i].other)
            found = find_program(programs[i].other);
        if (!found && !strcmp(arch, "x86_64") && access("/usr/libexec/qemu-kvm", X_OK) == 0)
            found = g_strdup("/usr/libexec/qemu-kvm");
        if (found)
            return found;
    }
    err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
            "no emulator for '%s' guests is installed: qemu-system-… was not found in PATH",
            arch ? arch : "?");
    return NULL;
}

struct probe_job {
    struct qemu_host *host;
    char *binary;
    struct qemu_caps *caps;
};

static gpointer
probe_thread(gpointer p)
{
    struct probe_job *job = p;
    job->caps = qemu_host_caps(job->host, job->binary, NULL);
    return NULL;
}

struct qemu_caps **
qemu_host_all_caps(struct qemu_host *host)
{
    struct probe_job jobs[G_N_ELEMENTS(programs)] = { { 0 } };
    GThread *threads[G_N_ELEMENTS(programs)] = { NULL };
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    size_t n = 0, found = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        char *binary = find_program(programs[i].program);
        if (!binary || !g_hash_table_add(seen, binary)) {
            g_free(binary);
            continue;
        }
        jobs[n++] = (struct probe_job){ host, binary, NULL };
    }
    for (size_t i = 1; i < n; i++)
        threads[i] = g_thread_try_new("probe", probe_thread, &jobs[i], NULL);
    for (size_t i = 0; i < n; i++) {
        if (threads[i])
            g_thread_join(threads[i]);
        else
            probe_thread(&jobs[i]);
    }
    struct qemu_caps **list = g_new0(struct qemu_caps *, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].caps)
            list[found++] = jobs[i].caps;
        g_free(jobs[i].binary);
    }
    return list;
}

void
qemu_caps_list_free(struct qemu_caps **list)
{
    for (size_t i = 0; list && list[i]; i++)
        qemu_caps_unref(list[i]);
    g_free(list);
}
