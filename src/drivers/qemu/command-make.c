/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-make: what has to exist before QEMU runs, and its removal.
 * See command.h.
 */
#include "drivers/qemu/command.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

static void
note_made(struct qemu_command *cmd, const char *path)
{
    size_t n = cmd->made ? g_strv_length(cmd->made) : 0;
    cmd->made = g_renew(char *, cmd->made, n + 2);
    cmd->made[n] = g_strdup(path);
    cmd->made[n + 1] = NULL;
}

/* To the user that guests run as. */
static int
give(struct qemu_command *cmd, const char *path, struct err *err)
{
    if (cmd->set_ids && geteuid() == 0 && lchown(path, cmd->uid, cmd->gid) < 0)
        return err_errno(err, errno, "cannot give '%s' to uid %u, whom the guest runs as", path,
                         (unsigned)cmd->uid);
    return 0;
}

static int
make_folder(struct qemu_command *cmd, const char *path, mode_t mode, struct err *err)
{
    if (mkdir(path, mode) == 0) {
        note_made(cmd, path);
        chmod(path, mode);
        return give(cmd, path, err);
    }
    if (errno == EEXIST)
        return give(cmd, path, err); /* left behind by a guest of that name */
    if (errno != ENOENT)
        return err_errno(err, errno, "cannot make folder '%s'", path);
    g_autofree char *parent = g_path_get_dirname(path);
    if (folder_make(parent, 0751, err) < 0 || give(cmd, parent, err) < 0)
        return -1;
    if (mkdir(path, mode) < 0)
        return err_errno(err, errno, "cannot make folder '%s'", path);
    note_made(cmd, path);
    return give(cmd, path, err);
}

static int
make_key(struct qemu_command *cmd, struct err *err)
{
    unsigned char key[32];
    if (getrandom(key, sizeof(key), 0) != sizeof(key))
        return err_errno(err, errno, "cannot make the guest's master key");
    int fd = open(cmd->master_key_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(err, errno, "cannot make the guest's master key '%s'", cmd->master_key_path);
    note_made(cmd, cmd->master_key_path);
    int rc = fd_write_all(fd, key, sizeof(key));
    int e = errno;
    close(fd);
    memset(key, 0, sizeof(key));
    if (rc < 0)
        return err_errno(err, e, "cannot write the guest's master key '%s'", cmd->master_key_path);
    return give(cmd, cmd->master_key_path, err);
}

static int
make_listener(struct qemu_command *cmd, struct qemu_command_fd *fd, struct err *err)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    if (strlen(fd->path) >= sizeof(addr.sun_path))
        return err_set(
            err, VIR_ERR_CONFIG_UNSUPPORTED,
            "the path of %s has %zu bytes, but sockets allow %zu: '%s'; a shorter state folder or guest name "
            "helps",
            fd->what, strlen(fd->path), sizeof(addr.sun_path) - 1, fd->path);
    strcpy(addr.sun_path, fd->path);
    g_autofree char *dir = g_path_get_dirname(fd->path);
    struct stat st;
    if (stat(dir, &st) < 0 && make_folder(cmd, dir, 0750, err) < 0)
        return err_context(err, "cannot make %s", fd->what);
    fd->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd->fd < 0)
        return err_errno(err, errno, "cannot make %s", fd->what);
    /* A socket left behind is in the way; anything else there is not ours. */
    if (lstat(fd->path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(fd->path);
    if (bind(fd->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
        return err_errno(err, errno, "cannot make %s '%s'", fd->what, fd->path);
    note_made(cmd, fd->path);
    if (chmod(fd->path, fd->mode) < 0 || listen(fd->fd, 1) < 0)
        return err_errno(err, errno, "cannot listen on %s '%s'", fd->what, fd->path);
    return give(cmd, fd->path, err);
}

int
qemu_command_make(struct qemu_command *cmd, struct qemu_host *host, struct err *err)
{
    int rc = 0;
    if (host->user_problem)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "%s", host->user_problem);
    rc = make_folder(cmd, cmd->guest_dir, 0750, err);
    if (rc == 0 && cmd->ram_dir)
        rc = make_folder(cmd, cmd->ram_dir, 0700, err);
    if (rc == 0 && cmd->master_key_path)
        rc = make_key(cmd, err);
    for (size_t i = 0; i < cmd->nfds && rc == 0; i++) {
        struct qemu_command_fd *fd = &cmd->fds[i];
        if (fd->fd >= 0)
            continue;
        if (fd->kind == QEMU_FD_LISTEN) {
            rc = make_listener(cmd, fd, err);
        } else if (fd->kind == QEMU_FD_OPEN) {
            fd->fd = open(fd->path, fd->flags | O_CLOEXEC | O_NOCTTY, fd->mode);
            if (fd->fd < 0)
                rc = err_errno(err, errno, "cannot open '%s' (%s)", fd->path, fd->what);
        } else {
            rc = err_set(err, VIR_ERR_INTERNAL_ERROR, "%s was not made", fd->what);
        }
    }
    if (rc < 0) {
        qemu_command_close_fds(cmd);
        qemu_command_unmake(cmd);
    }
    return rc;
}

void
qemu_command_close_fds(struct qemu_command *cmd)
{
    for (size_t i = 0; i < cmd->nfds; i++)
        fd_close(&cmd->fds[i].fd);
}

/* QEMU itself leaves things in its folder (shared memory, caches). */
static void
remove_tree(int dirfd, const char *name, int depth)
{
    if (unlinkat(dirfd, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
        return;
    int fd = depth < 8 ? openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (fd >= 0) {
        g_autofree char *self = g_strdup_printf("/proc/self/fd/%d", fd);
        GDir *dir = g_dir_open(self, 0, NULL);
        const char *entry;
        while (dir && (entry = g_dir_read_name(dir)))
            remove_tree(fd, entry, depth + 1);
        if (dir)
            g_dir_close(dir);
        close(fd);
    }
    unlinkat(dirfd, name, AT_REMOVEDIR);
}

void
qemu_command_unmake(struct qemu_command *cmd)
{
    for (size_t n = cmd->made ? g_strv_length(cmd->made) : 0; n-- > 0;) {
        if (g_strcmp0(cmd->made[n], cmd->guest_dir) == 0 || g_strcmp0(cmd->made[n], cmd->ram_dir) == 0)
            remove_tree(AT_FDCWD, cmd->made[n], 0);
        else if (unlink(cmd->made[n]) < 0)
            rmdir(cmd->made[n]);
    }
    g_strfreev(cmd->made);
    cmd->made = NULL;
}

void
qemu_command_clear(struct qemu_command *cmd)
{
    qemu_command_close_fds(cmd);
    for (size_t i = 0; i < cmd->nfds; i++) {
        g_free(cmd->fds[i].path);
        g_free(cmd->fds[i].what);
    }
    g_free(cmd->fds);
    g_free(cmd->binary);
    g_strfreev(cmd->argv);
    g_strfreev(cmd->env);
    g_free(cmd->guest_dir);
    g_free(cmd->ram_dir);
    g_free(cmd->monitor_path);
    g_free(cmd->master_key_path);
    g_free(cmd->log_path);
    g_free(cmd->pid_path);
    g_free(cmd->cgroup_name);
    g_strfreev(cmd->made);
    g_free(cmd->groups);
    memset(cmd, 0, sizeof(*cmd));
}

static void
append_quoted(GString *s, const char *word)
{
    if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%") ==
                     strlen(word)) {
        g_string_append(s, word);
        return;
    }
    g_autofree char *quoted = g_shell_quote(word);
    g_string_append(s, quoted);
}

char *
qemu_command_to_string(const struct qemu_command *cmd, bool lines)
{
    GString *s = g_string_new(NULL);
    for (char **e = cmd->env; e && *e; e++) {
        char *eq = strchr(*e, '=');
        g_string_append_len(s, *e, eq - *e + 1);
        if (eq[1])
            append_quoted(s, eq + 1);
        g_string_append(s, lines ? " \\\n" : " ");
    }
    for (char **a = cmd->argv; a && *a; a++) {
        if (a != cmd->argv)
            g_string_append(s, lines && (*a)[0] == '-' ? " \\\n" : " ");
        append_quoted(s, *a);
    }
    g_string_append_c(s, '\n');
    return g_string_free(s, FALSE);
}
