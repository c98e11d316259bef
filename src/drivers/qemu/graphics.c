/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * graphics: a client's own connection to a guest's display.
 *
 * Called by: clients.  Waits: for QEMU.
 */
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/verbs.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

/* Takes fd. */
static int
add_client(struct drv_conn *conn, const struct domain_ref *dom, unsigned idx, int fd, unsigned flags,
           const char *api, struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct domain_def *live;
    const char *protocol;
    int ret = 0;

    if (domain_turn(conn, dom, TURN_QUERY, TURN_RUNNING, api, &turn, err) < 0) {
        close(fd);
        return -1;
    }
    live = turn_live_def(turn);
    if (idx >= live->n_graphics) {
        close(fd);
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "guest '%s' has no display %u", dom->name, idx);
    }
    switch (live->graphics[idx]->type) {
    case GRAPHICS_TYPE_VNC: protocol = "vnc"; break;
    case GRAPHICS_TYPE_SPICE: protocol = "spice"; break;
    default:
        close(fd);
        return err_set(err, VIR_ERR_INVALID_ARG, "display %u of guest '%s' is neither VNC nor SPICE", idx,
                       dom->name);
    }
    struct monitor_cmd cmds[] = {
        { .command = "getfd", .args = json_pack("{s:s}", "fdname", "g"), .fd = fd },
        { .command = "add_client",
          .args = json_pack("{s:s,s:s,s:b}", "protocol", protocol, "fdname", "g", "skipauth",
                            (flags & VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH) != 0) },
    };
    if (monitor_batch(turn, cmds, G_N_ELEMENTS(cmds), 0, err) < 0)
        return -1;
    for (size_t i = 0; i < G_N_ELEMENTS(cmds) && ret == 0; i++) {
        if (err_is_set(&cmds[i].err)) {
            err_move(err, &cmds[i].err);
            ret = -1;
        }
    }
    monitor_cmds_clear(cmds, G_N_ELEMENTS(cmds));
    return ret;
}

int
qemu_domain_open_graphics(struct drv_conn *conn, const struct domain_ref *dom, unsigned int idx, int fd,
                          unsigned int flags, struct err *err)
{
    int own;

    if (flags_check(flags, VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH, "virDomainOpenGraphics", err) < 0)
        return -1;
    own = dup(fd);
    if (own < 0)
        return err_errno(err, errno, "cannot duplicate the client's descriptor");
    return add_client(conn, dom, idx, own, flags, "virDomainOpenGraphics", err);
}

int
qemu_domain_open_graphics_fd(struct drv_conn *conn, const struct domain_ref *dom, unsigned int idx,
                             unsigned int flags, struct err *err)
{
    int ends[2];

    if (flags_check(flags, VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH, "virDomainOpenGraphicsFD", err) < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return err_errno(err, errno, "cannot make a pair of sockets");
    if (add_client(conn, dom, idx, ends[0], flags, "virDomainOpenGraphicsFD", err) < 0) {
        close(ends[1]);
        return -1;
    }
    return ends[1];
}
