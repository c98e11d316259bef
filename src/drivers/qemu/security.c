/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * security: who owns the files a guest uses while it runs.
 *
 * In system mode guests run as a user without rights; what they use is given
 * to that user at start and given back at the end.  Whom it belonged to before
 * stands, with a count of guests, in extended attributes of the file itself
 * (trusted.libvirt.security.dac, …ref_dac), where it outlives the daemon; on a
 * file system without them the file goes back to root.
 * Called by: start, stop, attach, detach.  Waits for the file system only.
 */
#include "drivers/qemu/prepare.h"

#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/qemu-conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_SECURITY
#define XATTR_OWNER "trusted.libvirt.security.dac"
#define XATTR_COUNT "trusted.libvirt.security.ref_dac"

struct what {
    const char *path;
    bool shared;     /* others may use it too: without a count it is not given back */
};

typedef int (*per_path)(const struct what *w, struct qemu_host *host, struct err *err);

/* The user may have said, per disk or per guest, that ownership is none of ours. */
static bool
relabels(const struct storage_source *src)
{
    for (uint32_t i = 0; i < src->n_seclabels; i++) {
        if ((!src->seclabels[i]->model || str_is(src->seclabels[i]->model, "dac")) &&
            src->seclabels[i]->relabel == TRI_NO)
            return false;
    }
    return true;
}

static int
one_source(enum storage_type type, const struct storage_source *src, bool shared, struct qemu_host *host,
           per_path fn, struct err *err)
{
    const char *path = type == STORAGE_TYPE_BLOCK                               ? src->dev
                       : type == STORAGE_TYPE_FILE || type == STORAGE_TYPE_UNSET ? src->file
                                                                                 : NULL;
    if (!path || !*path || !relabels(src))
        return 0;
    struct what w = { path, shared };
    return fn(&w, host, err);
}

static int
each_path(const struct domain_def *live, struct qemu_host *host, per_path fn, struct err *err)
{
    for (uint32_t i = 0; i < live->n_seclabels; i++) {
        if (str_is(live->seclabels[i]->model, "dac") &&
            (live->seclabels[i]->relabel == TRI_NO || live->seclabels[i]->type == SECLABEL_TYPE_NONE))
            return 0;
    }
    for (uint32_t i = 0; i < live->n_disks; i++) {
        const struct domain_disk *d = live->disks[i];
        bool shared = d->readonly || d->shareable;
        if (d->source && one_source(d->type, &d->source->src, shared, host, fn, err) < 0)
            return err_context(err, "disk %s", d->target);
        for (const struct disk_backing_store *b = d->backing_store; b && b->source; b = b->backing_store) {
            if (one_source(b->type, &b->source->src, true, host, fn, err) < 0)
                return err_context(err, "disk %s", d->target);
        }
    }
    const struct domain_os *os = live->os;
    const struct what files[] = {
        { os->nvram ? os->nvram->path : NULL, false },
        { os->kernel, true }, { os->initrd, true }, { os->dtb, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (files[i].path && fn(&files[i], host, err) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < live->n_memories; i++) {
        const struct domain_memory *m = live->memories[i];
        struct what w = { m->source ? m->source->path : NULL, m->access == MEMORY_ACCESS_SHARED };
        if (w.path && fn(&w, host, err) < 0)
            return err_context(err, "memory device %u", i);
    }
    for (uint32_t i = 0; i < live->n_serials; i++) {
        const struct chardev_source *s = &live->serials[i]->source;
        struct what w = { s->type == CHARDEV_TYPE_DEV && s->n_ends ? s->ends[0]->path : NULL, false };
        if (w.path && fn(&w, host, err) < 0)
            return err_context(err, "serial port %u", i);
    }
    return 0;
}

static bool
may_change_owners(const struct qemu_host *host)
{
    return host->privileged && host->conf->dynamic_ownership && geteuid() == 0;
}

static long
count_of(const char *path)
{
    char buf[32];
    ssize_t n = getxattr(path, XATTR_COUNT, buf, sizeof(buf) - 1);
    if (n <= 0)
        return 0;
    buf[n] = 0;
    return strtol(buf, NULL, 10);
}

static bool
set_count(const char *path, long count)
{
    char buf[32];
    int n = snprintf(buf, sizeof(buf), "%ld", count);
    return setxattr(path, XATTR_COUNT, buf, n, 0) == 0;
}

static int
grant_one(const struct what *w, struct qemu_host *host, struct err *err)
{
    struct stat st;
    if (stat(w->path, &st) < 0)
        return err_errno(err, errno, "cannot use '%s'", w->path);
    if (S_ISDIR(st.st_mode))
        return 0;
    if (host->conf->remember_owner) {
        long count = count_of(w->path);
        char owner[64];
        int n = snprintf(owner, sizeof(owner), "+%u:+%u", st.st_uid, st.st_gid);
        if (count > 0 || setxattr(w->path, XATTR_OWNER, owner, n, 0) == 0)
            set_count(w->path, count + 1);
    }
    if ((st.st_uid == host->uid && st.st_gid == host->gid) || chown(w->path, host->uid, host->gid) == 0)
        return 0;
    /* What cannot change hands may be readable all the same; QEMU will tell. */
    if (errno == EROFS || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)
        return 0;
    return err_errno(err, errno,
                     "cannot give '%s' to uid %u, whom guests run as; dynamic_ownership = 0 in qemu.conf "
                     "leaves files alone",
                     w->path, (unsigned)host->uid);
}

static int
restore_one(const struct what *w, struct qemu_host *host, struct err *err)
{
    struct stat st;
    uid_t uid = 0;
    gid_t gid = 0;
    if (stat(w->path, &st) < 0 || S_ISDIR(st.st_mode))
        return 0;
    char owner[64];
    ssize_t n = host->conf->remember_owner ? getxattr(w->path, XATTR_OWNER, owner, sizeof(owner) - 1) : -1;
    if (n > 0) {
        long count = count_of(w->path);
        if (count > 1) {
            set_count(w->path, count - 1);
            return 0;
        }
        owner[n] = 0;
        removexattr(w->path, XATTR_COUNT);
        removexattr(w->path, XATTR_OWNER);
        if (sscanf(owner, "+%u:+%u", &uid, &gid) != 2)
            uid = gid = 0;
    } else if (w->shared || st.st_uid != host->uid) {
        return 0;
    }
    if (chown(w->path, uid, gid) < 0) {
        /* nothing that the end of a guest could do about it */
    }
    return 0;
}

int
qemu_security_grant(const struct domain_def *live, struct qemu_host *host, struct err *err)
{
    if (!may_change_owners(host) || each_path(live, host, grant_one, err) == 0)
        return 0;
    return err_context(err, "cannot start guest '%s'", live->name);
}

void
qemu_security_restore(const struct domain_def *live, struct qemu_host *host)
{
    if (may_change_owners(host))
        each_path(live, host, restore_one, NULL);
}

/* Mode bits only: access control lists may still allow it, which is why this
 * explains a failure and does not cause one. */
static bool
mode_allows(const struct stat *st, const struct qemu_host *host, mode_t bits)
{
    if (host->uid == 0)
        return true;
    if (st->st_uid == host->uid)
        return (st->st_mode >> 6 & bits) == bits;
    bool member = st->st_gid == host->gid;
    for (size_t i = 0; i < host->ngroups && !member; i++)
        member = st->st_gid == host->groups[i];
    return ((member ? st->st_mode >> 3 : st->st_mode) & bits) == bits;
}

/* -1 with the hint as message: found. */
static int
look(const struct what *w, struct qemu_host *host, struct err *err)
{
    g_autofree char *path = g_strdup(w->path);
    struct stat st;
    for (char *slash = path[0] == '/' ? strchr(path + 1, '/') : NULL; slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        bool closed = stat(path, &st) == 0 && !mode_allows(&st, host, 1);
        if (closed)
            return err_set(err, VIR_ERR_OPERATION_DENIED,
                           "folder '%s' on the way to '%s' may not be entered by uid %u, whom the guest runs "
                           "as (chmod o+x "
                           "'%s', or keep the file elsewhere)",
                           path, w->path, (unsigned)host->uid, path);
        *slash = '/';
    }
    if (stat(path, &st) == 0 && !mode_allows(&st, host, w->shared ? 4 : 6))
        return err_set(err, VIR_ERR_OPERATION_DENIED,
                       "file '%s' (owner %u:%u, mode %03o) may not be %s by uid %u, whom the "
                       "guest runs as",
                       path, st.st_uid, st.st_gid, st.st_mode & 0777, w->shared ? "read" : "written",
                       (unsigned)host->uid);
    return 0;
}

char *
qemu_security_hint(const struct domain_def *live, struct qemu_host *host)
{
    ERR_AUTO hint = ERR_INIT;
    return each_path(live, host, look, &hint) < 0 ? g_strdup(hint.message) : NULL;
}
