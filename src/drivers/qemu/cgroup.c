/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cgroup: one group per guest in every hierarchy that the host offers.
 *
 * Works on v1, v2 and hybrid layouts: a controller is used where it is mounted.
 * Guests live in MOUNT/machine/NAME.libvirt-qemu (the partition of
 * <resource> instead of machine when given); vcpus and the rest are children of
 * that: threaded groups on v2, plain ones with the cpu controllers on v1.  A
 * hierarchy we may not write to is left out.  Session mode uses none.
 * Called by: start, stop, tuning verbs.  Waits for the kernel only.
 */
#include "drivers/qemu/prepare.h"

#include "base/file.h"
#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/qemu-conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_CGROUP

static const char *const known[] = { "cpu",     "cpuacct", "cpuset", "memory", "devices",
                                     "freezer", "blkio",   "io",     "pids" };
/* Which of them sort a guest's threads. */
static const char *const threaded[] = { "cpu", "cpuacct", "cpuset" };

struct hierarchy {
    char *dir;           /* the guest's group */
    bool v2;
    char **controllers;  /* NULL-terminated */
};

struct qemu_cgroup {
    struct hierarchy *h;
    size_t n;
};

static bool
list_has(char *const *list, const char *word)
{
    for (; list && *list; list++) {
        if (!strcmp(*list, word))
            return true;
    }
    return false;
}

static bool
is_one_of(const char *const *words, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(words[i], word))
            return true;
    }
    return false;
}

static int
poke(const char *dir, const char *file, const char *text)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);
    return file_poke(AT_FDCWD, path, text, NULL);
}

/* What the administrator lets us use; "io" is v2's name of blkio. */
static bool
wanted(const struct qemu_conf *conf, const char *controller)
{
    if (!is_one_of(known, G_N_ELEMENTS(known), controller))
        return false;
    if (!conf->cgroup_controllers)
        return true;
    return list_has(conf->cgroup_controllers, controller) ||
           (!strcmp(controller, "io") && list_has(conf->cgroup_controllers, "blkio"));
}

struct mount {
    char *path;
    bool v2;
    char **controllers;
};

static void
mount_clear(gpointer p)
{
    struct mount *m = p;
    g_free(m->path);
    g_strfreev(m->controllers);
}

static GArray *
find_mounts(void)
{
    GArray *list = g_array_new(FALSE, TRUE, sizeof(struct mount));
    g_array_set_clear_func(list, mount_clear);
    g_autofree char *text = NULL;
    if (file_read_quiet(AT_FDCWD, "/proc/self/mounts", 4 << 20, &text) < 0)
        return list;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **l = lines; *l; l++) {
        char path[1024], type[64], opts[1024];
        if (sscanf(*l, "%*s %1023s %63s %1023s", path, type, opts) != 3)
            continue;
        struct mount m = { NULL, !strcmp(type, "cgroup2"), NULL };
        if (m.v2) {
            g_autofree char *file = g_build_filename(path, "cgroup.controllers", NULL);
            g_autofree char *words = NULL;
            if (file_read_quiet(AT_FDCWD, file, 4096, &words) < 0)
                continue;
            m.controllers = g_strsplit(g_strstrip(words), " ", -1);
        } else if (!strcmp(type, "cgroup")) {
            m.controllers = g_strsplit(opts, ",", -1);
        } else {
            continue;
        }
        /* The same hierarchy may be mounted again; once is enough. */
        bool again = false;
        for (guint i = 0; i < list->len && !again; i++) {
            const struct mount *o = &g_array_index(list, struct mount, i);
            again = !strcmp(o->path, path) || (o->v2 && m.v2);
            for (char **c = m.controllers; *c && !m.v2 && !o->v2; c++)
                again = again || (is_one_of(known, G_N_ELEMENTS(known), *c) && list_has(o->controllers, *c));
        }
        if (again) {
            g_strfreev(m.controllers);
            continue;
        }
        m.path = g_strdup(path);
        g_array_append_val(list, m);
    }
    return list;
}

/* A new v1 cpuset has no CPUs: it takes its parent's. */
static void
inherit_cpuset(const char *parent, const char *dir)
{
    static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *from = g_build_filename(parent, files[i], NULL);
        g_autofree char *to = g_build_filename(dir, files[i], NULL);
        g_autofree char *value = NULL, *own = NULL;
        if (file_read_quiet(AT_FDCWD, to, 4096, &own) > 0 && *g_strstrip(own))
            continue;
        if (file_read_quiet(AT_FDCWD, from, 4096, &value) > 0)
            poke(dir, files[i], g_strstrip(value));
    }
}

static int
make_group(const struct mount *m, const char *parent, const char *dir)
{
    if (mkdir(dir, 0755) < 0 && errno != EEXIST)
        return -1;
    if (!m->v2 && list_has(m->controllers, "cpuset"))
        inherit_cpuset(parent, dir);
    return 0;
}

static void
enable_controllers(const struct mount *m, const struct qemu_conf *conf, const char *dir)
{
    for (char **c = m->controllers; m->v2 && *c; c++) {
        if (!wanted(conf, *c))
            continue;
        g_autofree char *word = g_strconcat("+", *c, NULL);
        poke(dir, "cgroup.subtree_control", word); /* some cannot be: those we do without */
    }
}

static char **
usable_controllers(const struct mount *m, const struct qemu_conf *conf, const char *dir)
{
    GPtrArray *list = g_ptr_array_new();
    if (m->v2) {
        g_autofree char *file = g_build_filename(dir, "cgroup.controllers", NULL);
        g_autofree char *words = NULL;
        if (file_read_quiet(AT_FDCWD, file, 4096, &words) >= 0) {
            g_auto(GStrv) have = g_strsplit(g_strstrip(words), " ", -1);
            for (char **c = have; *c; c++) {
                if (wanted(conf, *c))
                    g_ptr_array_add(list, g_strdup(*c));
            }
        }
    } else {
        for (char **c = m->controllers; *c; c++) {
            if (wanted(conf, *c))
                g_ptr_array_add(list, g_strdup(*c));
        }
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

static void
tune(struct qemu_cgroup *cg, const struct domain_def *live)
{
    const struct domain_cputune *t = live->cputune;
    char text[64];
    if (t && t->has_shares) {
        snprintf(text, sizeof(text), "%llu", (unsigned long long)t->shares);
        qemu_cgroup_set(cg, NULL, "cpu", qemu_cgroup_is_v2(cg, "cpu") ? "cpu.weight" : "cpu.shares", text,
                        NULL);
    }
    if (t && (t->has_global_quota || t->global_period)) {
        unsigned long long period = t->global_period ? t->global_period : 100000;
        if (qemu_cgroup_is_v2(cg, "cpu")) {
            if (t->has_global_quota && t->global_quota > 0)
                snprintf(text, sizeof(text), "%lld %llu", (long long)t->global_quota, period);
            else
                snprintf(text, sizeof(text), "max %llu", period);
            qemu_cgroup_set(cg, NULL, "cpu", "cpu.max", text, NULL);
        } else {
            snprintf(text, sizeof(text), "%llu", period);
            qemu_cgroup_set(cg, NULL, "cpu", "cpu.cfs_period_us", text, NULL);
            if (t->has_global_quota) {
                snprintf(text, sizeof(text), "%lld", (long long)t->global_quota);
                qemu_cgroup_set(cg, NULL, "cpu", "cpu.cfs_quota_us", text, NULL);
            }
        }
    }
    const struct domain_memtune *mt = live->memtune;
    if (mt && mt->hard_limit) {
        snprintf(text, sizeof(text), "%llu", (unsigned long long)mt->hard_limit * 1024);
        qemu_cgroup_set(cg, NULL, "memory",
                        qemu_cgroup_is_v2(cg, "memory") ? "memory.max" : "memory.limit_in_bytes", text, NULL);
    }
    if (mt && mt->soft_limit) {
        snprintf(text, sizeof(text), "%llu", (unsigned long long)mt->soft_limit * 1024);
        qemu_cgroup_set(cg, NULL, "memory",
                        qemu_cgroup_is_v2(cg, "memory") ? "memory.high" : "memory.soft_limit_in_bytes", text,
                        NULL);
    }
    if (live->blkiotune && live->blkiotune->weight) {
        snprintf(text, sizeof(text), "%u", live->blkiotune->weight);
        if (qemu_cgroup_has(cg, "io"))
            qemu_cgroup_set(cg, NULL, "io", "io.bfq.weight", text, NULL);
        else
            qemu_cgroup_set(cg, NULL, "blkio", "blkio.bfq.weight", text, NULL);
    }
}

struct qemu_cgroup *
qemu_cgroup_new(struct qemu_host *host, const struct domain_def *live, const char *name, struct err *err)
{
    if (!host->privileged || geteuid() != 0)
        return NULL;
    GArray *mounts = find_mounts();
    struct qemu_cgroup *cg = g_new0(struct qemu_cgroup, 1);
    cg->h = g_new0(struct hierarchy, mounts->len + 1);
    const char *partition =
        live->resource && live->resource->partition ? live->resource->partition : "/machine";
    for (guint i = 0; i < mounts->len; i++) {
        const struct mount *m = &g_array_index(mounts, struct mount, i);
        bool any = false;
        for (char **c = m->controllers; *c; c++)
            any = any || wanted(host->conf, *c);
        if (!any)
            continue;
        g_autofree char *at = g_strdup(m->path);
        g_auto(GStrv) steps = g_strsplit(partition, "/", -1);
        bool failed = false;
        enable_controllers(m, host->conf, at);
        for (char **s = steps; *s && !failed; s++) {
            if (!**s || !strcmp(*s, "..") || !strcmp(*s, "."))
                continue;
            g_autofree char *next = g_build_filename(at, *s, NULL);
            failed = make_group(m, at, next) < 0;
            g_free(at);
            at = g_steal_pointer(&next);
            enable_controllers(m, host->conf, at);
        }
        g_autofree char *leaf = g_strconcat(name, ".libvirt-qemu", NULL);
        g_autofree char *dir = g_build_filename(at, leaf, NULL);
        if (failed || make_group(m, at, dir) < 0)
            continue;
        struct hierarchy *h = &cg->h[cg->n++];
        h->dir = g_steal_pointer(&dir);
        h->v2 = m->v2;
        h->controllers = usable_controllers(m, host->conf, h->dir);
    }
    g_array_free(mounts, TRUE);
    if (!cg->n) {
        qemu_cgroup_free(cg);
        return NULL;
    }
    tune(cg, live);
    return cg;
}

struct qemu_cgroup *
qemu_cgroup_find(struct qemu_host *host, pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/cgroup", pid);
    g_autofree char *text = NULL;
    if (!host->privileged || file_read_quiet(AT_FDCWD, path, 65536, &text) < 0)
        return NULL;
    GArray *mounts = find_mounts();
    struct qemu_cgroup *cg = g_new0(struct qemu_cgroup, 1);
    cg->h = g_new0(struct hierarchy, mounts->len + 1);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; i < mounts->len; i++) {
        const struct mount *m = &g_array_index(mounts, struct mount, i);
        for (char **l = lines; *l; l++) {
            g_auto(GStrv) parts = g_strsplit(*l, ":", 3);
            if (g_strv_length(parts) < 3 || !strstr(parts[2], ".libvirt-qemu"))
                continue;
            g_auto(GStrv) words = g_strsplit(parts[1], ",", -1);
            if (m->v2 ? *parts[1] != 0 : !*parts[1] || !list_has(m->controllers, words[0]))
                continue;
            /* its main thread may sit in a child of the guest's group */
            char *end = strstr(parts[2], ".libvirt-qemu") + strlen(".libvirt-qemu");
            *end = 0;
            struct hierarchy *h = &cg->h[cg->n];
            h->dir = g_build_filename(m->path, parts[2], NULL);
            h->v2 = m->v2;
            h->controllers = usable_controllers(m, host->conf, h->dir);
            cg->n++;
            break;
        }
    }
    g_array_free(mounts, TRUE);
    if (!cg->n) {
        qemu_cgroup_free(cg);
        return NULL;
    }
    return cg;
}

int
qemu_cgroup_attach(struct qemu_cgroup *cg, pid_t pid, struct err *err)
{
    char text[16];
    snprintf(text, sizeof(text), "%d", pid);
    for (size_t i = 0; i < cg->n; i++) {
        g_autofree char *path = g_build_filename(cg->h[i].dir, "cgroup.procs", NULL);
        if (file_poke(AT_FDCWD, path, text, err) < 0)
            return err_context(err, "cannot put process %d into its control group", pid);
    }
    return 0;
}

static bool
sorts_threads(const struct hierarchy *h)
{
    for (char **c = h->controllers; *c; c++) {
        if (is_one_of(threaded, G_N_ELEMENTS(threaded), *c))
            return true;
    }
    return false;
}

int
qemu_cgroup_attach_thread(struct qemu_cgroup *cg, const char *child, pid_t tid, struct err *err)
{
    char text[16];
    snprintf(text, sizeof(text), "%d", tid);
    for (size_t i = 0; i < cg->n; i++) {
        struct hierarchy *h = &cg->h[i];
        if (!sorts_threads(h))
            continue;
        g_autofree char *dir = g_build_filename(h->dir, child, NULL);
        if (mkdir(dir, 0755) < 0 && errno != EEXIST)
            return err_errno(err, errno, "cannot make control group '%s'", dir);
        if (h->v2)
            poke(dir, "cgroup.type", "threaded");
        else if (list_has(h->controllers, "cpuset"))
            inherit_cpuset(h->dir, dir);
        g_autofree char *file = g_build_filename(dir, h->v2 ? "cgroup.threads" : "tasks", NULL);
        if (file_poke(AT_FDCWD, file, text, err) < 0)
            return err_context(err, "cannot put thread %d into its control group", tid);
    }
    return 0;
}

static const struct hierarchy *
hierarchy_of(const struct qemu_cgroup *cg, const char *controller)
{
    for (size_t i = 0; cg && i < cg->n; i++) {
        if (list_has(cg->h[i].controllers, controller))
            return &cg->h[i];
    }
    return NULL;
}

bool
qemu_cgroup_has(const struct qemu_cgroup *cg, const char *controller)
{
    return hierarchy_of(cg, controller) != NULL;
}

bool
qemu_cgroup_is_v2(const struct qemu_cgroup *cg, const char *controller)
{
    const struct hierarchy *h = hierarchy_of(cg, controller);
    return h && h->v2;
}

static char *
file_of(const struct qemu_cgroup *cg, const char *child, const char *controller, const char *file,
        struct err *err)
{
    const struct hierarchy *h = hierarchy_of(cg, controller);
    if (!h) {
        err_set(err, VIR_ERR_OPERATION_INVALID, "the host offers no control group controller '%s' to guests",
                controller);
        return NULL;
    }
    return g_build_filename(h->dir, child ? child : ".", file, NULL);
}

int
qemu_cgroup_set(struct qemu_cgroup *cg, const char *child, const char *controller, const char *file,
                const char *value, struct err *err)
{
    g_autofree char *path = file_of(cg, child, controller, file, err);
    return path ? file_poke(AT_FDCWD, path, value, err) : -1;
}

static void
remove_group(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        struct stat st;
        if (lstat(child, &st) == 0 && S_ISDIR(st.st_mode))
            rmdir(child);
    }
    if (dir)
        g_dir_close(dir);
    rmdir(path);
}

void
qemu_cgroup_remove(struct qemu_cgroup *cg)
{
    for (size_t i = 0; cg && i < cg->n; i++)
        remove_group(cg->h[i].dir);
}

void
qemu_cgroup_free(struct qemu_cgroup *cg)
{
    if (!cg)
        return;
    for (size_t i = 0; i < cg->n; i++) {
        g_free(cg->h[i].dir);
        g_strfreev(cg->h[i].controllers);
    }
    g_free(cg->h);
    g_free(cg);
}
