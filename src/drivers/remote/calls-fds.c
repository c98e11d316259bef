/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * calls-fds: the slots that pass descriptors to the daemon or get them from it.  Each waits for the daemon.
 */
#include "remote-hand.h"

#define ERR_FROM VIR_FROM_RPC

int
remote_domain_open_graphics(struct drv_conn *conn, const struct domain_ref *dom, unsigned int idx, int fd,
                            unsigned int flags, struct err *err)
{
    struct remote_domain_open_graphics_args a = { *dom, idx, flags };
    REMOTE_REPLY_INIT(reply);
    return CALL_VOID(REMOTE, DOMAIN_OPEN_GRAPHICS, remote_domain_open_graphics, SENT_FDS(&fd, 1));
}

int
remote_domain_open_graphics_fd(struct drv_conn *conn, const struct domain_ref *dom, unsigned int idx,
                               unsigned int flags, struct err *err)
{
    struct remote_domain_open_graphics_fd_args a = { *dom, idx, flags };
    REMOTE_REPLY_INIT(reply);
    if (CALL_VOID(REMOTE, DOMAIN_OPEN_GRAPHICS_FD, remote_domain_open_graphics_fd) < 0)
        return -1;
    if (reply.frame->nfds != 1)
        return err_set(err, VIR_ERR_RPC, "The daemon sent %zu file descriptors, one was expected",
                       reply.frame->nfds);
    int fd = reply.frame->fds[0];
    reply.frame->fds[0] = -1;
    return fd;
}

int
remote_domain_create_xml_with_files(struct drv_conn *conn, const char *xmlDesc, unsigned int nfiles,
                                    int *files, unsigned int flags, struct domain_ref *result,
                                    struct err *err)
{
    struct remote_domain_create_xml_with_files_args a = { (char *)xmlDesc, flags };
    struct remote_domain_create_xml_with_files_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_CREATE_XML_WITH_FILES, remote_domain_create_xml_with_files,
             SENT_FDS(files, nfiles)) < 0)
        return -1;
    domain_ref_copy(result, &ret.dom);
    return 0;
}

int
remote_domain_create_with_files(struct drv_conn *conn, const struct domain_ref *domain, unsigned int nfiles,
                                int *files, unsigned int flags, struct err *err)
{
    struct remote_domain_create_with_files_args a = { *domain, flags };
    struct remote_domain_create_with_files_ret ret;
    REMOTE_REPLY_INIT(reply);
    return CALL(REMOTE, DOMAIN_CREATE_WITH_FILES, remote_domain_create_with_files, SENT_FDS(files, nfiles));
}

int
remote_domain_fd_associate(struct drv_conn *conn, const struct domain_ref *domain, const char *name,
                           unsigned int nfds, int *fds, unsigned int flags, struct err *err)
{
    struct remote_domain_fd_associate_args a = { *domain, (char *)name, flags };
    REMOTE_REPLY_INIT(reply);
    return CALL_VOID(REMOTE, DOMAIN_FD_ASSOCIATE, remote_domain_fd_associate, SENT_FDS(fds, nfds));
}

/* The descriptors of a reply, the caller's from now on. */
static int *
take_fds(struct remote_reply *reply)
{
    int *fds = g_memdup2(reply->frame->fds, reply->frame->nfds * sizeof(int));
    reply->frame->nfds = 0;
    return fds;
}

int
remote_domain_qemu_monitor_command_with_files(struct drv_conn *conn, const struct domain_ref *domain,
                                              const char *cmd, unsigned int ninfiles, int *infiles,
                                              unsigned int *noutfiles, int **outfiles, char **result,
                                              unsigned int flags, struct err *err)
{
    struct qemu_domain_monitor_command_with_files_args a = { *domain, (char *)cmd, flags };
    struct qemu_domain_monitor_command_with_files_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(QEMU, DOMAIN_MONITOR_COMMAND_WITH_FILES, qemu_domain_monitor_command_with_files,
             SENT_FDS(infiles, ninfiles)) < 0)
        return -1;
    if (result)
        *result = g_strdup(ret.result);
    if (noutfiles)
        *noutfiles = (unsigned int)reply.frame->nfds;
    if (outfiles)
        *outfiles = take_fds(&reply);
    return 0;
}

int
remote_domain_lxc_open_namespace(struct drv_conn *conn, const struct domain_ref *domain, int **fdlist,
                                 unsigned int flags, struct err *err)
{
    struct lxc_domain_open_namespace_args a = { *domain, flags };
    REMOTE_REPLY_INIT(reply);
    if (CALL_VOID(LXC, DOMAIN_OPEN_NAMESPACE, lxc_domain_open_namespace) < 0)
        return -1;
    int n = (int)reply.frame->nfds;
    *fdlist = take_fds(&reply);
    return n;
}
