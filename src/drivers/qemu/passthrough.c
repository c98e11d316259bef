/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * passthrough: the monitor for those who know what they do (libvirt-qemu).
 *
 * Called by: clients.  Waits: for QEMU.
 */
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/verbs.h"

#include <libvirt/libvirt-qemu.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

static int
human(struct turn *turn, const char *text, int fd, char **result, struct err *err)
{
    struct monitor_cmd cmd = { .command = "human-monitor-command", .fd = fd,
                               .args = json_pack("{s:s}", "command-line", text) };

    if (!cmd.args) {
        if (fd > 0)
            close(fd);
        return err_set(err, VIR_ERR_INVALID_ARG, "the monitor command is not UTF-8");
    }
    if (monitor_cmd_last(turn, &cmd, err) < 0)
        return -1;
    *result = g_strdup(json_string_value(cmd.value) ?: "");
    monitor_cmds_clear(&cmd, 1);
    return 0;
}

static int
raw(struct turn *turn, const char *text, int fd, char **result, struct err *err)
{
    struct monitor_cmd cmd = { .command = text, .raw = true, .fd = fd };

    if (monitor_cmd_last(turn, &cmd, err) < 0)
        return -1;
    *result = qmp_dump(cmd.value);
    monitor_cmds_clear(&cmd, 1);
    return 0;
}

static int
command(struct drv_conn *conn, const struct domain_ref *dom, const char *text, int fd, char **result,
        unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (domain_turn(conn, dom, TURN_MODIFY, TURN_RUNNING, "virDomainQemuMonitorCommand", &turn, err) < 0) {
        if (fd > 0)
            close(fd);
        return -1;
    }
    return flags & VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP ? human(turn, text, fd, result, err)
                                                       : raw(turn, text, fd, result, err);
}

int
qemu_domain_qemu_monitor_command(struct drv_conn *conn, const struct domain_ref *dom, const char *cmd,
                                 char **result, unsigned int flags, struct err *err)
{
    if (flags_check(flags, VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP, "virDomainQemuMonitorCommand", err) < 0)
        return -1;
    return command(conn, dom, cmd, 0, result, flags, err);
}

int
qemu_domain_qemu_monitor_command_with_files(struct drv_conn *conn, const struct domain_ref *dom,
                                            const char *cmd, unsigned int ninfiles, int *infiles,
                                            unsigned int *noutfiles, int **outfiles, char **result,
                                            unsigned int flags, struct err *err)
{
    int fd = 0;

    if (flags_check(flags, VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP, "virDomainQemuMonitorCommandWithFiles", err) <
        0)
        return -1;
    if (ninfiles > 1)
        return err_set(err, VIR_ERR_INVALID_ARG, "a monitor command can carry one file descriptor, not %u",
                       ninfiles);
    if (ninfiles == 1 && (fd = dup(infiles[0])) < 0)
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "cannot duplicate the descriptor of the monitor command");
    if (noutfiles)
        *noutfiles = 0;
    if (outfiles)
        *outfiles = NULL;
    return command(conn, dom, cmd, fd, result, flags, err);
}

/* ---- its events ----------------------------------------------------------------------------- */

/* A subscription by name, pattern or for all. */
struct watch {
    event_deliver deliver;
    void *opaque;
    event_free_opaque free_opaque;
    char *name;
    GRegex *regex;
    bool ignore_case;
};

static void
watch_free(void *arg)
{
    struct watch *watch = arg;

    if (watch->free_opaque)
        watch->free_opaque(watch->opaque);
    if (watch->regex)
        g_regex_unref(watch->regex);
    g_free(watch->name);
    g_free(watch);
}

static void
watch_deliver(struct event *ev, int callback_id, void *opaque)
{
    struct watch *watch = opaque;
    const char *name = ev->u.qemu_monitor.event;

    if (watch->regex ? !g_regex_match(watch->regex, name, 0, NULL)
                     : watch->name && (watch->ignore_case ? g_ascii_strcasecmp(watch->name, name)
                                                          : strcmp(watch->name, name)))
        return;
    watch->deliver(ev, callback_id, watch->opaque);
}

int
qemu_connect_domain_qemu_monitor_event_register(struct drv_conn *conn, const struct event_filter *filter,
                                                const char *event, event_deliver deliver, void *opaque,
                                                event_free_opaque free_opaque, unsigned int flags,
                                                struct err *err)
{
    struct watch *watch;

    if (flags_check(flags, VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX |
                    VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE,
                    "virConnectDomainQemuMonitorEventRegister", err) < 0)
        return -1;
    watch = g_new0(struct watch, 1);
    watch->deliver = deliver;
    watch->opaque = opaque;
    watch->ignore_case = flags & VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE;
    if (event && (flags & VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX)) {
        g_autoptr(GError) error = NULL;

        watch->regex = g_regex_new(event, watch->ignore_case ? G_REGEX_CASELESS : 0, 0, &error);
        if (!watch->regex) {
            err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not a regular expression: %s", event, error->message);
            watch_free(watch);
            return -1;
        }
    } else {
        watch->name = g_strdup(event);
    }
    watch->free_opaque = free_opaque;
    return event_hub_subscribe(conn_driver(conn)->hub, filter, watch_deliver, watch, watch_free);
}

int
qemu_connect_domain_qemu_monitor_event_deregister(struct drv_conn *conn, int callback_id, struct err *err)
{
    if (event_hub_unsubscribe(conn_driver(conn)->hub, callback_id) < 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "no event callback %d is registered", callback_id);
    return 0;
}
