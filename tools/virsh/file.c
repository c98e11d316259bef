/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file.h"
#include "events.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX_SIZE = 10 * 1024 * 1024 };

char *
file_read(struct shell *sh, const char *path)
{
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    GString *s = NULL;
    char buf[65536];
    if (fd < 0) {
        fail(sh, "Failed to open file '%s': %s", path, g_strerror(errno));
        return NULL;
    }
    s = g_string_new(NULL);
    for (;;) {
        ssize_t n = read(fd, buf, sizeof(buf));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || s->len + n > FILE_MAX_SIZE) {
            fail(sh, "Failed to read file '%s': %s", path,
                 n < 0 ? g_strerror(errno) : "it is larger than 10 MiB");
            g_string_free(s, TRUE);
            close(fd);
            return NULL;
        }
        if (n == 0)
            break;
        g_string_append_len(s, buf, n);
    }
    close(fd);
    return g_string_free(s, FALSE);
}

int
opt_file(struct shell *sh, const struct call *call, const char *name, char **text)
{
    const char *path = NULL;
    int rc = opt_string(sh, call, name, &path);
    if (rc <= 0)
        return rc;
    *text = file_read(sh, path);
    return *text ? 1 : -1;
}

bool
opt_fds(struct shell *sh, const struct call *call, const char *name, int **fds, size_t *n)
{
    const char *text = NULL;
    *n = 0;
    *fds = NULL;
    int rc = opt_string(sh, call, name, &text);
    if (rc <= 0)
        return rc == 0;
    g_auto(GStrv) words = g_strsplit(text, ",", 0);
    *fds = g_new0(int, g_strv_length(words) + 1);
    for (size_t i = 0; words[i]; i++) {
        char *end;
        long fd = strtol(words[i], &end, 10);
        if (end == words[i] || *end || fd < 0 || fd > G_MAXINT || fcntl((int)fd, F_GETFD) < 0) {
            g_clear_pointer(fds, g_free);
            return fail(sh, "'%s' is not the number of an open file", words[i]);
        }
        (*fds)[(*n)++] = (int)fd;
    }
    return true;
}

char *
edit_text(struct shell *sh, const char *text)
{
    const char *editor = getenv("VISUAL");
    g_autofree char *path = g_strdup_printf("%s/virshXXXXXX.xml", g_get_tmp_dir());
    g_autoptr(GError) err = NULL;
    int status;
    if (!editor || !*editor)
        editor = getenv("EDITOR");
    if (!editor || !*editor)
        editor = "vi";
    int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        fail(sh, "cannot create the temporary file %s: %s", path, g_strerror(errno));
        return NULL;
    }
    close(fd);
    char *edited = NULL;
    g_autofree char *command = g_strdup_printf("%s %s", editor, path);
    char *argv[] = {(char *)"/bin/sh", (char *)"-c", command, NULL};
    fflush(stdout);
    if (!g_file_set_contents(path, text, -1, &err))
        fail(sh, "cannot write the temporary file %s: %s", path, err->message);
    else if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL, &status,
                           &err))
        fail(sh, "cannot start the editor '%s': %s", editor, err->message);
    else if (!g_spawn_check_wait_status(status, NULL))
        fail(sh, "the editor '%s' failed with status %d", editor,
             WIFEXITED(status) ? WEXITSTATUS(status) : status);
    else
        edited = file_read(sh, path);
    g_unlink(path);
    return edited;
}

/* What to do after storing failed: y again, n give up, f store although it changed meanwhile. */
static char
ask_again(struct shell *sh)
{
    char line[16];
    if (!isatty(STDIN_FILENO))
        return 'n';
    for (;;) {
        printf("Failed. Try again? [y,n,?]: ");
        fflush(stdout);
        if (!fgets(line, sizeof(line), stdin))
            return 'n';
        char c = g_ascii_tolower(line[0]);
        if (c == 'y' || c == 'n')
            return c;
        printf("y - yes, open the editor again\nn - no, throw the changes away\n");
    }
}

enum edit_result
edit_object(struct shell *sh, const struct edit *e)
{
    char *before = e->get(sh, e->ctx);
    enum edit_result result = EDIT_FAILED;
    if (!before)
        return EDIT_FAILED;
    g_autofree char *text = g_strdup(before);
    for (;;) {
        g_autofree char *edited = edit_text(sh, text);
        if (!edited)
            break;
        if (strcmp(edited, before) == 0) {
            result = EDIT_SAME;
            break;
        }
        char *now = e->get(sh, e->ctx);
        bool changed = now && strcmp(now, before) != 0;
        free(now);
        if (changed)
            fail(sh, "the configuration was changed by another user while it was edited");
        else if (e->set(sh, e->ctx, edited)) {
            result = EDIT_DONE;
            break;
        }
        err_tell(sh);
        if (ask_again(sh) == 'n')
            break;
        g_free(text);
        text = g_steal_pointer(&edited);
        if (changed) {
            free(before);
            before = e->get(sh, e->ctx);
            if (!before)
                break;
        }
    }
    free(before);
    return result;
}
