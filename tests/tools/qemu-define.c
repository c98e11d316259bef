/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qemu-define: the QEMU driver's text work in process, without a daemon.
 *
 *   qemu-define caps                          capabilities
 *   qemu-define domcaps [EMULATOR [ARCH [MACHINE [VIRTTYPE]]]]   ("-": none)
 *   qemu-define argv OUTDIR FILE...           command line of each, a JSON array
 *   qemu-define check OUTDIR FILE...          does the emulator take it? Starts and ends it
 *   qemu-define define OUTDIR FILE...         stored XML of each, or its error, as OUTDIR/NAME
 *
 * State goes below $QEMU_DEFINE_ROOT (default: a folder in /tmp); "system": paths are
 * those of the system driver, only the cache goes to /tmp.
 */
#include "base/process.h"
#include "drivers/qemu/capabilities.h"
#include "drivers/qemu/command.h"
#include "drivers/qemu/prepare.h"
#include "drivers/qemu/qemu-host.h"
#include "model/domain-def.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *
argument(int argc, char **argv, int i)
{
    return i < argc && strcmp(argv[i], "-") ? argv[i] : NULL;
}

static int
load(struct qemu_host *host, const char *file, struct domain_def **def, struct err *err)
{
    g_autofree char *xml = NULL;
    gsize n;

    if (!g_file_get_contents(file, &xml, &n, NULL))
        return err_set_from(err, 0, VIR_ERR_SYSTEM_ERROR, "cannot read %s", file);
    if (domain_def_parse(xml, n, 0, def, err) < 0)
        return -1;
    return qemu_domain_defaults(*def, host, 0, err);
}

static char *
define(struct qemu_host *host, const char *file, struct err *err)
{
    DOMAIN_DEF_AUTO def = NULL;
    if (load(host, file, &def, err) < 0)
        return NULL;
    return domain_def_format(def, MODEL_FORMAT_SECURE);
}

static char *
arguments(struct qemu_host *host, const char *file, struct err *err)
{
    DOMAIN_DEF_AUTO def = NULL;
    struct qemu_command cmd = { 0 };
    const struct qemu_command_opts opts = { .id = -1, .native = true };
    if (load(host, file, &def, err) < 0 || qemu_domain_prepare(def, host, -1, true, err) < 0 ||
        qemu_command_build(def, host, &opts, &cmd, err) < 0)
        return NULL;
    json_t *list = json_array();
    for (char **a = cmd.argv; *a; a++)
        json_array_append_new(list, json_string(*a));
    char *text = json_dumps(list, JSON_INDENT(1));
    json_decref(list);
    qemu_command_clear(&cmd);
    char *copy = g_strdup(text);
    free(text);
    return copy;
}

/* Runs the emulator until its monitor answers. */
static char *
check(struct qemu_host *host, const char *file, struct err *err)
{
    static int id = 1000;
    DOMAIN_DEF_AUTO def = NULL;
    struct qemu_command cmd = { 0 };
    const struct qemu_command_opts opts = { .id = ++id, .paused = true };
    if (load(host, file, &def, err) < 0 || qemu_domain_prepare(def, host, id, false, err) < 0)
        return NULL;
    if (qemu_command_build(def, host, &opts, &cmd, err) < 0 || qemu_command_make(&cmd, host, err) < 0) {
        qemu_command_clear(&cmd);
        qemu_domain_release(def, host);
        return NULL;
    }
    struct process_fd fds[64];
    size_t nfds = 0;
    FILE *log = tmpfile();
    fds[nfds++] = (struct process_fd){ fileno(log), 2 };
    for (size_t i = 0; i < cmd.nfds; i++)
        fds[nfds++] = (struct process_fd){ cmd.fds[i].fd, cmd.fds[i].child_fd };
    struct process_spec spec = {
        .argv = (const char *const *)cmd.argv, .env = (const char *const *)cmd.env, .fds = fds, .nfds = nfds
    };
    struct process proc = PROCESS_INIT;
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    g_strlcpy(addr.sun_path, cmd.monitor_path, sizeof(addr.sun_path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *result = NULL;
    if (process_spawn(&spec, &proc, err) == 0) {
        char buf[4096] = "";
        connect(fd, (struct sockaddr *)&addr, sizeof(addr));
        qemu_command_close_fds(&cmd);
        struct timeval limit = { 20, 0 };
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        ssize_t got = recv(fd, buf, sizeof(buf) - 1, 0);
        if (got > 0) {
            result = g_strdup("ok\n");
        } else {
            ssize_t k = pread(fileno(log), buf, sizeof(buf) - 1, 0);
            buf[MAX(k, 0)] = 0;
            err_set_from(err, 0, VIR_ERR_INTERNAL_ERROR, "%s", buf);
        }
        process_kill(&proc);
    }
    close(fd);
    fclose(log);
    qemu_command_unmake(&cmd);
    qemu_command_clear(&cmd);
    qemu_domain_release(def, host);
    return result;
}

static void
define_all(struct qemu_host *host, const char *dir, int n, char **files,
           char *(*work)(struct qemu_host *host, const char *file, struct err *err))
{
    for (int i = 0; i < n; i++) {
        ERR_AUTO err = ERR_INIT;
        g_autofree char *base = g_path_get_basename(files[i]);
        g_autofree char *out = g_build_filename(dir, base, NULL);
        g_autofree char *xml = work(host, files[i], &err);
        if (!xml)
            xml = g_strdup_printf("error %d/%d: %s\n", err.code, err.domain, err_message(&err));
        g_file_set_contents(out, xml, -1, NULL);
    }
}

int
main(int argc, char **argv)
{
    ERR_AUTO err = ERR_INIT;
    g_autofree char *fallback = g_build_filename(g_get_tmp_dir(), "qemu-define", NULL);
    const char *root = g_getenv("QEMU_DEFINE_ROOT");
    bool system = root && !strcmp(root, "system"); /* the system's paths, but nothing made there */
    struct qemu_host *host = qemu_host_new(system, system ? NULL : root ? root : fallback, !system, &err);
    if (host && system) {
        g_free(host->dirs.cache);
        host->dirs.cache = g_strdup(fallback);
    }
    g_autofree char *text = NULL;
    if (host && argc > 1 && !strcmp(argv[1], "caps"))
        text = qemu_capabilities(host, &err);
    else if (host && argc > 1 && !strcmp(argv[1], "domcaps"))
        text = qemu_domain_capabilities(host, argument(argc, argv, 2), argument(argc, argv, 3),
                                        argument(argc, argv, 4), argument(argc, argv, 5), &err);
    else if (host && argc > 2 && strchr("dac", argv[1][0])) {
        define_all(host, argv[2], argc - 3, argv + 3,
                   argv[1][0] == 'd'   ? define
                   : argv[1][0] == 'c' ? check
                                       : arguments);
        text = g_strdup("");
    } else if (host)
        err_set_from(&err, 0, VIR_ERR_INVALID_ARG, "usage: see the head of qemu-define.c");
    if (text)
        fputs(text, stdout);
    else
        fprintf(stderr, "error %d/%d: %s\n", err.code, err.domain, err_message(&err));
    qemu_host_free(host);
    return text ? 0 : 1;
}
