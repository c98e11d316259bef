/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * input: keys and signals for a guest, looks into its memory and what is known of its troubles.
 *
 * Called by: clients.  Nothing waits.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "driver/keycodes.h"
#include "model/devices.h"

#include <stdlib.h>

#define ERR_FROM VIR_FROM_TEST

/* The view of a guest that runs. */
static int
running(struct drv_conn *conn, const struct domain_ref *dom, unsigned flags, unsigned allowed,
        const char *api, const struct vm_view **view, struct err *err)
{
    if (flags_check(flags, allowed, api, err) < 0 || !(*view = domain_view(conn, dom, err)))
        return -1;
    return vm_view_is_active(*view) ? 0 : err_not_running(err);
}

int
test_domain_send_key(struct drv_conn *conn, const struct domain_ref *dom, unsigned int codeset,
                     unsigned int holdtime, unsigned int *keycodes, int nkeycodes, unsigned int flags,
                     struct err *err)
{
    VIEW_AUTO view = NULL;

    if (running(conn, dom, flags, 0, "virDomainSendKey", &view, err) < 0)
        return -1;
    if (!keycode_set_name(codeset))
        return err_set(err, VIR_ERR_INVALID_ARG, "there is no key code set %u", codeset);
    for (int i = 0; i < nkeycodes; i++)
        if (!keycode_is_known(codeset, keycodes[i]))
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "there is no key %u in the set '%s'", keycodes[i],
                           keycode_set_name(codeset));
    return 0;
}

#define INIT 1 /* the only process that is known */

int
test_domain_send_process_signal(struct drv_conn *conn, const struct domain_ref *dom, long long pid,
                                unsigned int signum, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;

    if (flags_check(flags, 0, "virDomainSendProcessSignal", err) < 0)
        return -1;
    if (pid != INIT)
        return err_set(err, VIR_ERR_INVALID_ARG, "only process %d of a guest can be signalled", INIT);
    if (signum > VIR_DOMAIN_PROCESS_SIGNAL_RT32)
        return err_set(err, VIR_ERR_INVALID_ARG, "there is no signal %u", signum);
    return (view = domain_view(conn, dom, err)) ? 0 : -1;
}

int
test_domain_memory_peek(struct drv_conn *conn, const struct domain_ref *dom, unsigned long long start,
                        size_t size, void *buffer, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;

    if (flags != VIR_MEMORY_VIRTUAL && flags != VIR_MEMORY_PHYSICAL)
        return err_set(err, VIR_ERR_INVALID_ARG, "either virtual or physical memory has to be asked for");
    if (running(conn, dom, flags, flags, "virDomainMemoryPeek", &view, err) < 0)
        return -1;
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)buffer)[i] = (unsigned char)(start + i);
    return 0;
}

/* Every other disk is full. */
int
test_domain_get_disk_errors(struct drv_conn *conn, const struct domain_ref *dom, virDomainDiskErrorPtr errors,
                            unsigned int maxerrors, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    uint32_t n;

    if (running(conn, dom, flags, 0, "virDomainGetDiskErrors", &view, err) < 0)
        return -1;
    n = view->live->n_disks;
    if (!errors)
        return (int)n;
    n = MIN(n, maxerrors);
    for (uint32_t i = 0; i < n; i++) {
        errors[i].disk = g_strdup(view->live->disks[i]->target);
        errors[i].error = i % 2 ? VIR_DOMAIN_DISK_ERROR_NO_SPACE : VIR_DOMAIN_DISK_ERROR_UNSPEC;
    }
    return (int)n;
}

int
test_domain_get_messages(struct drv_conn *conn, const struct domain_ref *dom, char ***msgs,
                         unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;

    if (flags_check(flags, VIR_DOMAIN_MESSAGE_DEPRECATION | VIR_DOMAIN_MESSAGE_TAINTING,
                    "virDomainGetMessages", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    *msgs = g_new0(char *, 1);
    return 0;
}
