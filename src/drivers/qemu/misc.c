/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * misc: small calls that belong to no other file: looking into memory,
 * life-cycle actions, the saved state, the end of a job.
 *
 * Called by: clients.  Waits: for QEMU, for the disk.
 */
#include "base/file.h"
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

#define PEEK_MAX (4u << 20)

int
qemu_domain_memory_peek(struct drv_conn *conn, const struct domain_ref *dom, unsigned long long start,
                        size_t size, void *buffer, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    g_autofree char *path = NULL;
    static gint serial;
    FD_AUTO fd = -1;
    ssize_t n;

    if (flags != VIR_MEMORY_VIRTUAL && flags != VIR_MEMORY_PHYSICAL)
        return err_set(err, VIR_ERR_INVALID_ARG, "either virtual or physical memory has to be asked for");
    if (size > PEEK_MAX)
        return err_set(err, VIR_ERR_INVALID_ARG, "at most %u bytes of memory can be read at once, not %zu",
                       PEEK_MAX, size);
    if (domain_turn(conn, dom, TURN_QUERY, TURN_RUNNING, "virDomainMemoryPeek", &turn, err) < 0)
        return -1;
    path = g_strdup_printf("%s/memory-%d", turn_guest(turn)->guest_dir, g_atomic_int_add(&serial, 1));
    if (monitor_call(turn, flags == VIR_MEMORY_VIRTUAL ? "memsave" : "pmemsave",
                     json_pack("{s:I,s:I,s:s}", "val", (json_int_t)start, "size", (json_int_t)size,
                               "filename", path),
                     NULL, err) < 0) {
        unlink(path);
        return -1;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        err_errno(err, errno, "cannot open what QEMU saved of its memory, %s", path);
        unlink(path);
        return -1;
    }
    unlink(path);
    n = read(fd, buffer, size);
    if (n < 0 || (size_t)n != size)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "QEMU saved %zd bytes of memory instead of %zu", n, size);
    return 0;
}

/* ---- life-cycle actions --------------------------------------------------------------------- */

int
qemu_domain_set_lifecycle_action(struct drv_conn *conn, const struct domain_ref *dom, unsigned int type,
                                 unsigned int action, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct affect affect;
    struct domain_def *def;

    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG, "virDomainSetLifecycleAction",
                    err) < 0)
        return -1;
    if (lifecycle_action_check(type, action, err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainSetLifecycleAction", &turn, err) < 0 ||
        domain_affect(turn_view(turn), flags, &affect, err) < 0)
        return -1;
    if (affect.live) {
        /* What QEMU itself does at a reset was settled when it started. */
        if (type == VIR_DOMAIN_LIFECYCLE_REBOOT &&
            monitor_call(turn, "set-action",
                         json_pack("{s:s}", "reboot",
                                   action == VIR_DOMAIN_LIFECYCLE_ACTION_RESTART ? "reset" : "shutdown"),
                         NULL, err) < 0)
            return -1;
        def = domain_def_copy(turn_live_def(turn));
        def_set_lifecycle_action(def, type, action);
        if (guest_save_live(turn, def, err) < 0)
            return -1;
    }
    if (affect.config) {
        def = domain_def_copy(turn_config_def(turn));
        def_set_lifecycle_action(def, type, action);
        return guest_save_config(turn, def, err);
    }
    return 0;
}

/* ---- saved state, jobs ---------------------------------------------------------------------- */

static int
remove_file(void *arg, struct err *err)
{
    const char *path = arg;

    return unlink(path) == 0 ? 0 : err_errno(err, errno, "cannot remove the saved state %s", path);
}

int
qemu_domain_managed_save_remove(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                                struct err *err)
{
    TURN_AUTO turn = NULL;
    g_autofree char *path = NULL;
    struct vm_change change = { .what = CHANGE_MANAGED_SAVE };

    if (flags_check(flags, 0, "virDomainManagedSaveRemove", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainManagedSaveRemove", &turn, err) < 0)
        return -1;
    path = g_strdup_printf("%s/%s.save", conn_driver(conn)->host->dirs.save, turn_view(turn)->name);
    if (turn_offload(turn, remove_file, path, err) < 0)
        return -1;
    return turn_publish(turn, &change, err);
}

int
qemu_domain_abort_job(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    VM_AUTO vm = registry_by_ref(conn_driver(conn)->registry, dom, err);
    VIEW_AUTO view = NULL;

    if (!vm || !(view = vm_view_get(vm)))
        return -1;
    if (!vm_view_is_active(view))
        return err_not_running(err);
    return vm_job_abort(vm, err);
}

int
qemu_domain_abort_job_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                            struct err *err)
{
    if (flags_check(flags, 0, "virDomainAbortJobFlags", err) < 0)
        return -1;
    return qemu_domain_abort_job(conn, dom, err);
}

/* ---- errors of disks ------------------------------------------------------------------------ */

int
qemu_domain_get_disk_errors(struct drv_conn *conn, const struct domain_ref *dom, virDomainDiskErrorPtr errors,
                            unsigned int maxerrors, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct guest_pub *pub;
    unsigned n = 0;

    if (flags_check(flags, 0, "virDomainGetDiskErrors", err) < 0 || !(view = domain_view(conn, dom, err)))
        return -1;
    pub = view_pub(view);
    if (!pub)
        return err_not_running(err);
    if (!errors)
        return (int)view->live->n_disks;
    for (uint32_t i = 0; i < view->live->n_disks && i < 64 && n < maxerrors; i++) {
        int error = pub->disk_nospace >> i & 1 ? VIR_DOMAIN_DISK_ERROR_NO_SPACE
                    : pub->disk_error >> i & 1 ? VIR_DOMAIN_DISK_ERROR_UNSPEC : VIR_DOMAIN_DISK_ERROR_NONE;

        if (!error)
            continue;
        errors[n].disk = g_strdup(view->live->disks[i]->target);
        errors[n++].error = error;
    }
    return (int)n;
}
