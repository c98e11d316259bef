/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * security-label: what confines a guest, and what is to be said about it.
 *
 * The first model of this host is none (node_get_security_model says the same);
 * the owner of the process (DAC) is listed after it where guests have their own.
 * Called by: the I/O thread.  Nothing here waits.
 */
#include "drivers/qemu/verbs.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

int
qemu_domain_get_security_label(struct drv_conn *conn, const struct domain_ref *dom, virSecurityLabelPtr label,
                               struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);

    if (!view)
        return -1;
    memset(label, 0, sizeof(*label));
    return 0;
}

int
qemu_domain_get_security_label_list(struct drv_conn *conn, const struct domain_ref *dom,
                                    virSecurityLabelPtr *labels, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);
    size_t n = 0;

    if (!view)
        return -1;
    *labels = g_new0(virSecurityLabel, 2);
    if (!vm_view_is_active(view))
        return 0;
    for (uint32_t i = 0; i < view->live->n_seclabels && n < 2; i++) {
        const struct seclabel *have = view->live->seclabels[i];

        if (!have->label)
            continue;
        g_strlcpy((*labels)[n].label, have->label, sizeof((*labels)[n].label));
        n++;
    }
    return (int)n;
}

/* Whatever an administrator should know about this guest. */
int
qemu_domain_get_messages(struct drv_conn *conn, const struct domain_ref *dom, char ***messages,
                         unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    size_t n = 0;

    if (flags_check(
            flags, VIR_DOMAIN_MESSAGE_DEPRECATION | VIR_DOMAIN_MESSAGE_TAINTING | VIR_DOMAIN_MESSAGE_IOERRORS,
            "virDomainGetMessages", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    *messages = g_new0(char *, 4);
    if (!view->live || (flags && !(flags & VIR_DOMAIN_MESSAGE_TAINTING)))
        return 0;
    if (conn_driver(conn)->privileged && conn_driver(conn)->host->uid == 0)
        (*messages)[n++] = g_strdup("tainted: the guest's process runs as root");
    if (view->live->qemu_commandline)
        (*messages)[n++] = g_strdup("tainted: the definition adds arguments of its own to the command line");
    return (int)n;
}
