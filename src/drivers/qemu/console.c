/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * console: consoles and channels of a guest as streams.
 *
 * Owns: who holds which of them: one client at a time, unless the next one
 * takes it by force, and until the guest ends.
 * Called by: clients.  Nothing here waits: pty and socket are of this host.
 */
#include "drivers/qemu/console.h"

#include "base/file.h"
#include "drivers/qemu/relay.h"
#include "drivers/qemu/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

struct console {
    struct run *run;
    char *alias;
    struct relay *relay;
};

static void
console_free(struct console *console)
{
    relay_unref(console->relay);
    run_unref(console->run);
    g_free(console->alias);
    g_free(console);
}

/* On the I/O thread: its relay is over. */
static void
on_ended(void *arg)
{
    struct console *console = arg;
    struct guest *guest = run_backend(console->run);

    g_mutex_lock(&guest->consoles_lock);
    if (guest->consoles && g_hash_table_lookup(guest->consoles, console->alias) == console)
        g_hash_table_remove(guest->consoles, console->alias);
    g_mutex_unlock(&guest->consoles_lock);
    console_free(console);
}

void
console_end_all(struct guest *guest)
{
    GHashTableIter iter;
    gpointer value;

    g_mutex_lock(&guest->consoles_lock);
    if (guest->consoles) {
        g_hash_table_iter_init(&iter, guest->consoles);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
            relay_end(((struct console *)value)->relay);
            g_hash_table_iter_remove(&iter);
        }
    }
    g_mutex_unlock(&guest->consoles_lock);
}

static int
open_end(const struct chardev_source *source, const char *alias, struct err *err)
{
    const char *path = chardev_path(source);
    struct sockaddr_un sa = { .sun_family = AF_UNIX };
    int fd;

    if (!path)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "device '%s' has no path on the host yet", alias);
    if (source->type == CHARDEV_TYPE_PTY || source->type == CHARDEV_TYPE_DEV) {
        fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
        return fd >= 0 ? fd : err_errno(err, errno, "cannot open %s of device '%s'", path, alias);
    }
    if (source->type != CHARDEV_TYPE_UNIX)
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "device '%s' is of type %s, which cannot be opened as a stream; "
                       "pty and unix can",
                       alias, chardev_type_str(source->type) ?: "(none)");
    if (strlen(path) >= sizeof(sa.sun_path))
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the path of device '%s' is too long for a socket: %s",
                       alias, path);
    strcpy(sa.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
        err_errno(err, errno, "cannot connect to %s of device '%s'", path, alias);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

static int
hand_out(struct drv_conn *conn, const struct domain_ref *dom, const struct chardev_source *source,
         const char *alias, bool force, struct stream *st, struct err *err)
{
    VM_AUTO vm = registry_by_ref(conn_driver(conn)->registry, dom, err);
    RUN_AUTO run = vm ? vm_run_get(vm) : NULL;
    struct guest *guest;
    struct console *console, *old;
    int ends[2], fd;

    if (!vm)
        return -1;
    if (!run)
        return err_not_running(err);
    guest = run_backend(run);
    g_mutex_lock(&guest->consoles_lock);
    if (!guest->consoles)
        guest->consoles = g_hash_table_new(g_str_hash, g_str_equal);
    old = g_hash_table_lookup(guest->consoles, alias);
    if (old && !force) {
        g_mutex_unlock(&guest->consoles_lock);
        return err_set(err, VIR_ERR_OPERATION_FAILED,
                       "'%s' of guest '%s' is in use by another client; force takes it away", alias,
                       dom->name);
    }
    if (old) {
        relay_end(old->relay);
        g_hash_table_remove(guest->consoles, alias);
    }
    fd = open_end(source, alias, err);
    if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) {
        if (fd >= 0) {
            err_errno(err, errno, "cannot make a pair of sockets");
            close(fd);
        }
        g_mutex_unlock(&guest->consoles_lock);
        return -1;
    }
    console = g_new0(struct console, 1);
    console->run = run_ref(run);
    console->alias = g_strdup(alias);
    g_hash_table_insert(guest->consoles, console->alias, console);
    console->relay = relay_start(guest->driver->io, fd, ends[0], on_ended, console);
    g_mutex_unlock(&guest->consoles_lock);
    stream_set_fd(st, ends[1], true, true);
    return 0;
}

struct choice { const struct chardev_source *source; const char *alias; };

static bool
pick(struct choice *choice, const struct chardev_source *source, const char *alias, const char *want)
{
    if (!alias || (want && strcmp(want, alias) != 0))
        return false;
    *choice = (struct choice){ source, alias };
    return true;
}

/* Without a name: the first console, else serial, else parallel port. */
static bool
find_console(const struct domain_def *def, const char *name, struct choice *choice)
{
    for (uint32_t i = 0; i < def->n_consoles; i++)
        if (pick(choice, &def->consoles[i]->source, def->consoles[i]->info.alias, name))
            return true;
    for (uint32_t i = 0; i < def->n_serials; i++)
        if (pick(choice, &def->serials[i]->source, def->serials[i]->info.alias, name))
            return true;
    for (uint32_t i = 0; i < def->n_parallels; i++)
        if (pick(choice, &def->parallels[i]->source, def->parallels[i]->info.alias, name))
            return true;
    return false;
}

int
qemu_domain_open_console(struct drv_conn *conn, const struct domain_ref *dom, const char *dev_name,
                         struct stream *st, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    struct choice choice;

    if (flags_check(flags, VIR_DOMAIN_CONSOLE_FORCE | VIR_DOMAIN_CONSOLE_SAFE, "virDomainOpenConsole", err) <
            0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    if (!view->live)
        return err_not_running(err);
    if (!find_console(view->live, dev_name, &choice))
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       dev_name ? "guest '%s' has no character device '%s'"
                                : "guest '%s' has no character device",
                       view->name, dev_name);
    return hand_out(conn, dom, choice.source, choice.alias, flags & VIR_DOMAIN_CONSOLE_FORCE, st, err);
}

int
qemu_domain_open_channel(struct drv_conn *conn, const struct domain_ref *dom, const char *name,
                         struct stream *st, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    struct choice choice = { NULL, NULL };

    if (flags_check(flags, VIR_DOMAIN_CHANNEL_FORCE, "virDomainOpenChannel", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    if (!view->live)
        return err_not_running(err);
    for (uint32_t i = 0; i < view->live->n_channels && !choice.source; i++) {
        const struct domain_channel *channel = view->live->channels[i];
        const char *target = channel_name(channel);

        if (name && !(target && strcmp(name, target) == 0) && g_strcmp0(name, channel->info.alias) != 0)
            continue;
        pick(&choice, &channel->source, channel->info.alias, NULL);
    }
    if (!choice.source)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "guest '%s' has no channel%s%s", view->name,
                       name ? " named " : "", name ? name : "");
    return hand_out(conn, dom, choice.source, choice.alias, flags & VIR_DOMAIN_CHANNEL_FORCE, st, err);
}
