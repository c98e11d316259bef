/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * dispatch-fds: procedures with which file descriptors travel.  Received ones stay
 * the session's (it closes them when the call is over) unless a driver keeps them,
 * which it says by duplicating; those given out are call->fds_out.
 * Waits as the slot does.
 */
#include "daemon/dispatch-support.h"
#include "dispatch-hand.h"

#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC

/* Appends descriptors that the slot gave us. */
static int
give(struct dispatch_call *call, const int *fds, size_t n, struct err *err)
{
    if (call->nfds_out + n > NET_MESSAGE_NUM_FDS_MAX) {
        for (size_t i = 0; i < n; i++)
            close(fds[i]);
        return err_set(err, VIR_ERR_RPC, "%zu file descriptors are more than the %d that one reply may carry",
                       call->nfds_out + n, NET_MESSAGE_NUM_FDS_MAX);
    }
    if (n)
        memcpy(call->fds_out + call->nfds_out, fds, n * sizeof(int));
    call->nfds_out += n;
    return 0;
}

HAND(remote_domain_open_graphics)
{
    if (call->nfds_in != 1)
        return err_set(err, VIR_ERR_RPC, "Opening graphics needs one file descriptor, %zu came",
                       call->nfds_in);
    return call->conn->hypervisor->domain_open_graphics(call->conn, &a->dom, a->idx, call->fds_in[0],
                                                        a->flags, err);
}

HAND(remote_domain_open_graphics_fd)
{
    int fd = call->conn->hypervisor->domain_open_graphics_fd(call->conn, &a->dom, a->idx, a->flags, err);
    return fd < 0 ? -1 : give(call, &fd, 1, err);
}

HAND(remote_domain_create_xml_with_files)
{
    struct remote_domain_create_xml_with_files_ret ret = { 0 };
    int rc = call->conn->hypervisor->domain_create_xml_with_files(
        call->conn, a->xml_desc, (unsigned int)call->nfds_in, call->fds_in, a->flags, &ret.dom, err);
    if (rc >= 0)
        rc = xdr_encode(w, XDR_remote_domain_create_xml_with_files_ret, &ret, err);
    domain_ref_clear(&ret.dom);
    return rc < 0 ? -1 : 0;
}

HAND(remote_domain_create_with_files)
{
    if (call->conn->hypervisor->domain_create_with_files(call->conn, &a->dom, (unsigned int)call->nfds_in,
                                                         call->fds_in, a->flags, err) < 0)
        return -1;
    struct domain_ref now = { 0 };
    struct remote_domain_create_with_files_ret ret = { .dom = a->dom };
    if (call->conn->hypervisor->domain_lookup_by_uuid &&
        call->conn->hypervisor->domain_lookup_by_uuid(call->conn, a->dom.uuid, &now, NULL) >= 0)
        ret.dom = now;
    int rc = xdr_encode(w, XDR_remote_domain_create_with_files_ret, &ret, err);
    domain_ref_clear(&now);
    return rc;
}

HAND(remote_domain_fd_associate)
{
    return call->conn->hypervisor->domain_fd_associate(call->conn, &a->dom, a->name,
                                                       (unsigned int)call->nfds_in, call->fds_in, a->flags,
                                                       err);
}

HAND(qemu_domain_monitor_command_with_files)
{
    g_autofree char *result = NULL;
    g_autofree int *fds = NULL;
    unsigned int n = 0;
    int rc = call->conn->hypervisor->domain_qemu_monitor_command_with_files(call->conn, &a->dom, a->cmd,
                                                                            (unsigned int)call->nfds_in,
                                                                            call->fds_in, &n, &fds, &result,
                                                                            a->flags, err);
    if (rc < 0)
        return -1;
    struct qemu_domain_monitor_command_with_files_ret ret = { result };
    if (give(call, fds, n, err) < 0)
        return -1;
    return xdr_encode(w, XDR_qemu_domain_monitor_command_with_files_ret, &ret, err);
}

HAND(lxc_domain_open_namespace)
{
    g_autofree int *fds = NULL;
    int n = call->conn->hypervisor->domain_lxc_open_namespace(call->conn, &a->dom, &fds, a->flags, err);
    return n < 0 ? -1 : give(call, fds, (size_t)n, err);
}
