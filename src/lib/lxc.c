/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * lxc: what libvirt-lxc.so.0 does in the calling process: entering a container's
 * namespaces, security label and control groups.  Nothing waits.
 */
#include "lib/entry.h"

#include <errno.h>
#include <fcntl.h>
#include <libvirt/libvirt-lxc.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_NONE

int
virDomainLxcEnterNamespace(virDomainPtr domain, unsigned int nfdlist, int *fdlist, unsigned int *noldfdlist,
                           int **oldfdlist, unsigned int flags)
{
    ENTRY("virDomainLxcEnterNamespace", VIR_FROM_NONE);
    static const char *const names[] = { "user", "ipc", "uts", "net", "pid", "mnt" };

    if (nfdlist == 0)
        return entry_set(&e, VIR_ERR_INVALID_ARG, "no descriptor of a namespace is given");
    if (!entry_nonnull(&e, "fdlist", fdlist) || !entry_that(&e, flags == 0, "flags", "must be 0"))
        return entry_fail(&e);
    if (noldfdlist && oldfdlist) {
        int *old = g_new0(int, G_N_ELEMENTS(names));
        unsigned int n = 0;

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
            g_autofree char *path = g_strdup_printf("/proc/self/ns/%s", names[i]);
            int fd = open(path, O_RDONLY | O_CLOEXEC);

            if (fd >= 0)
                old[n++] = fd;
        }
        *oldfdlist = old;
        *noldfdlist = n;
    }
    for (unsigned int i = 0; i < nfdlist; i++) {
        /* EINVAL: the namespace of users in which we are already. */
        if (fdlist[i] >= 0 && setns(fdlist[i], 0) < 0 && errno != EINVAL) {
            err_errno(&e.err, errno, "cannot enter the namespace of descriptor %d", fdlist[i]);
            return entry_fail(&e);
        }
    }
    return 0;
}

#define CURRENT "/proc/self/attr/current"

int
virDomainLxcEnterSecurityLabel(virSecurityModelPtr model, virSecurityLabelPtr label,
                               virSecurityLabelPtr oldlabel, unsigned int flags)
{
    ENTRY("virDomainLxcEnterSecurityLabel", VIR_FROM_NONE);
    g_autofree char *text = NULL;
    bool apparmor;
    int fd;

    if (!entry_nonnull(&e, "model", model) || !entry_nonnull(&e, "label", label) ||
        !entry_that(&e, flags == 0, "flags", "must be 0"))
        return entry_fail(&e);
    if (strcmp(model->model, "none") == 0)
        return 0;
    apparmor = strcmp(model->model, "apparmor") == 0;
    if (!apparmor && strcmp(model->model, "selinux") != 0)
        return entry_set(&e, VIR_ERR_ARGUMENT_UNSUPPORTED,
                         "the security model '%s' is neither selinux, apparmor nor none", model->model);
    if (oldlabel) {
        ssize_t n;

        memset(oldlabel, 0, sizeof(*oldlabel));
        fd = open(CURRENT, O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? -1 : read(fd, oldlabel->label, sizeof(oldlabel->label) - 1);
        if (fd >= 0)
            close(fd);
        if (n < 0) {
            err_errno(&e.err, errno, "cannot read the present label from " CURRENT);
            return entry_fail(&e);
        }
        g_strchomp(oldlabel->label);
        oldlabel->enforcing = 1;
    }
    text = apparmor ? g_strdup_printf("changeprofile %s", label->label) : g_strdup(label->label);
    fd = open(CURRENT, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        err_errno(&e.err, errno, "cannot set the %s label '%s' of this process through " CURRENT,
                  model->model, label->label);
        if (fd >= 0)
            close(fd);
        return entry_fail(&e);
    }
    close(fd);
    return 0;
}

/* Moves this process into one group of a line "id:controllers:path". */
static int
join_group(char *line, struct err *err)
{
    char *controllers = strchr(line, ':'), *path;
    g_autofree char *procs = NULL, *name = NULL;
    g_autofree char *pid = g_strdup_printf("%d", (int)getpid());
    int fd, errnum = 0;

    if (!controllers)
        return 0;
    *controllers++ = 0;
    path = strchr(controllers, ':');
    if (!path)
        return 0;
    *path++ = 0;
    if (!*controllers) {
        bool hybrid = access("/sys/fs/cgroup/cgroup.procs", F_OK) < 0;

        procs = g_strdup_printf("/sys/fs/cgroup%s%s/cgroup.procs", hybrid ? "/unified" : "", path);
    } else {
        name = g_strdup(g_str_has_prefix(controllers, "name=") ? controllers + 5 : controllers);
        procs = g_strdup_printf("/sys/fs/cgroup/%s%s/cgroup.procs", name, path);
    }
    fd = open(procs, O_WRONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0; /* a hierarchy that is not mounted here */
    if (fd < 0 || write(fd, pid, strlen(pid)) < 0)
        errnum = errno;
    if (fd >= 0)
        close(fd);
    return errnum ? err_errno_from(err, VIR_FROM_CGROUP, errnum, "cannot join the control group %s", procs)
                  : 0;
}

int
virDomainLxcEnterCGroup(virDomainPtr domain, unsigned int flags)
{
    ENTRY("virDomainLxcEnterCGroup", VIR_FROM_NONE);
    g_autofree char *path = NULL, *text = NULL;
    g_auto(GStrv) lines = NULL;
    int id;

    if (!entry_self(&e, HANDLE_domain, domain) || !entry_writable(&e) ||
        !entry_that(&e, flags == 0, "flags", "must be 0"))
        return entry_fail(&e);
    id = (int)virDomainGetID(domain);
    if (id <= 0)
        return entry_set(&e, VIR_ERR_OPERATION_INVALID, "the container '%s' is not running",
                         domain->ref.name);
    path = g_strdup_printf("/proc/%d/cgroup", id);
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return entry_set(&e, VIR_ERR_INTERNAL_ERROR, "cannot read %s, the groups of container '%s'", path,
                         domain->ref.name);
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (join_group(*line, &e.err) < 0)
            return entry_fail(&e);
    return 0;
}
