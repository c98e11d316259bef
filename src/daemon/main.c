/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * main: vireod.
 *
 * Owns: the order of starting and stopping, and the signals.  The main thread
 * starts everything, then does nothing but wait for signals; the I/O thread
 * serves clients.  Guests outlive the daemon: stopping leaves them running, the
 * next start finds them again.
 */
#include "base/io.h"
#include "base/log.h"
#include "core/executor.h"
#include "daemon/settings.h"
#include "daemon/drivers.h"
#include "daemon/server.h"
#include "daemon/startup.h"
#include "model/model.h"

#include <config.h>
#include <errno.h>
#include <getopt.h>
#include <glib.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_NONE
LOG_FROM("daemon.main");

#define STOP_SECONDS 3 /* for calls under way; those that hang longer are left */

struct options {
    bool daemon, verbose, session, listen;
    const char *config, *pid_file;
    unsigned timeout;
};

static void
usage(FILE *out, const char *name)
{
    struct config *sys = config_defaults(true), *ses = config_defaults(false);
    fprintf(out,
            "Usage: %s [option]...\n\n"
            "The host daemon of Vireo: it keeps guests and serves the libvirt API on\n"
            "sockets. Run as root it is qemu:///system, otherwise qemu:///session.\n\n"
            "  -d, --daemon           go to the background once clients are served\n"
            "  -f, --config FILE      read this configuration file\n"
            "  -l, --listen           serve other hosts too: TLS, and TCP if listen_tcp is set\n"
            "  -p, --pid-file FILE    where to write the process id\n"
            "  -t, --timeout SECONDS  leave when no client came for so long\n"
            "  -v, --verbose          log what happens, not only what goes wrong\n"
            "      --session          serve qemu:///session even as root\n"
            "  -V, --version          print the version\n"
            "  -h, --help             print this\n\n"
            "                 as root                          as a user\n"
            "configuration    %s/libvirtd.conf       %s/libvirtd.conf\n"
            "sockets          %s/libvirt-sock        %s/libvirt-sock\n"
            "process id       %s                %s\n",
            name, sys->config_dir, ses->config_dir, sys->socket_dir, ses->socket_dir, sys->pid_file,
            ses->pid_file);
    config_free(sys);
    config_free(ses);
}

/* 0: go on; otherwise exit with status - 1. */
static int
parse_options(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {
        { "daemon", no_argument, NULL, 'd' }, { "config", required_argument, NULL, 'f' },
        { "listen", no_argument, NULL, 'l' }, { "pid-file", required_argument, NULL, 'p' },
        { "timeout", required_argument, NULL, 't' }, { "verbose", no_argument, NULL, 'v' },
        { "version", no_argument, NULL, 'V' }, { "help", no_argument, NULL, 'h' },
        { "session", no_argument, NULL, 'S' }, { 0 },
    };
    char *end;
    int c;
    while ((c = getopt_long(argc, argv, "df:lp:t:vVh", longs, NULL)) != -1) {
        switch (c) {
        case 'd': o->daemon = true; break;
        case 'f': o->config = optarg; break;
        case 'l': o->listen = true; break;
        case 'p': o->pid_file = optarg; break;
        case 'v': o->verbose = true; break;
        case 'S': o->session = true; break;
        case 't': {
            errno = 0;
            unsigned long seconds = strtoul(optarg, &end, 10);
            if (errno || *end || end == optarg || seconds == 0 || seconds > 1000000000) {
                fprintf(stderr, "%s: --timeout takes a number of seconds, not '%s'\n", argv[0], optarg);
                return 2;
            }
            o->timeout = (unsigned)seconds;
            break;
        }
        case 'V':
            printf("vireod (Vireo) %s\n", PACKAGE_VERSION);
            return 1;
        case 'h':
            usage(stdout, argv[0]);
            return 1;
        default:
            usage(stderr, argv[0]);
            return 2;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "%s: '%s' is no option\n\n", argv[0], argv[optind]);
        usage(stderr, argv[0]);
        return 2;
    }
    return 0;
}

static int
make_folders(const struct config *c, struct err *err)
{
    const char *const dirs[] = { c->run_dir, c->state_dir, c->log_dir, c->cache_dir, c->config_dir };
    for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++)
        if (g_mkdir_with_parents(dirs[i], c->system ? (i == 4 ? 0755 : 0711) : 0700) < 0)
            return err_errno(err, errno, "cannot make the folder '%s'", dirs[i]);
    g_autofree char *pid_dir = g_path_get_dirname(c->pid_file);
    if (g_mkdir_with_parents(pid_dir, c->system ? 0755 : 0700) < 0)
        return err_errno(err, errno, "cannot make the folder '%s' for the pid file", pid_dir);
    return 0;
}

static void
stop_from_idle(void *opaque)
{
    kill(getpid(), SIGTERM);
}

/* No call for a while: what is free goes back to the system. */
static void
rest(void)
{
    malloc_trim(0);
}

static void
raise_limits(void)
{
    struct rlimit rl;
    if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < rl.rlim_max) {
        rl.rlim_cur = rl.rlim_max;
        setrlimit(RLIMIT_NOFILE, &rl);
    }
}

static void
reload(struct config *config, const struct options *o)
{
    ERR_AUTO err = ERR_INIT;
    struct config *fresh = config_load(config->system, o->config, &err);
    log_reopen();
    if (!fresh || config_apply_log(fresh, o->verbose, o->daemon, &err) < 0)
        log_error("the configuration in force stays: %s", err_message(&err));
    config_free(fresh);
    drivers_reload();
    log_info("configuration read again");
}

/* Whether all that runs on threads has ended; what hangs on a guest is not waited for long. */
static bool
calls_ended(struct executor *ex, const sigset_t *signals)
{
    for (int i = 0; i < STOP_SECONDS * 100; i++) {
        struct timespec wait = { 0, 10 * 1000 * 1000 };
        struct executor_stats stats;

        executor_get_stats(ex, &stats);
        if (stats.threads == stats.idle && !stats.queued)
            return true;
        if (sigtimedwait(signals, NULL, &wait) > 0 && i > 10)
            return false; /* asked a second time */
    }
    return false;
}

static int
serve(struct config *config, const struct options *o, const sigset_t *signals, struct err *err)
{
    struct io *io = io_new(err);
    struct executor *ex = executor_new(&(struct executor_config){
        .max_threads = config->main.max_workers, .min_threads = config->main.min_workers,
        .spare = config->main.prio_workers, .rest = rest });
    struct server *server = io ? server_new(config, io, ex, err) : NULL;
    if (server)
        server->listen = o->listen;
    /* Sockets first: clients that come now wait instead of being refused. */
    if (!server || server_listen(server, err) < 0 || io_start(io, "io", err) < 0) {
        server_free(server);
        executor_free(ex);
        if (io)
            io_free(io);
        return -1;
    }
    server->idle = stop_from_idle;
    server->may_leave = drivers_may_leave;
    drivers_start(io, ex, config);
    server_start(server, o->timeout);
    malloc_trim(0);
    log_info("vireod %s serves %s", PACKAGE_VERSION, config->socket_dir);
    daemon_ready(0, NULL);
    notify_systemd("READY=1");

    int sig;
    while (sigwait(signals, &sig) != 0 || sig == SIGHUP || sig == SIGUSR1) {
        notify_systemd("RELOADING=1");
        reload(config, o);
        notify_systemd("READY=1");
    }
    log_info("stopping: signal %d", sig);
    notify_systemd("STOPPING=1");
    server_stop(server);
    /* Calls under way end and are answered (the one that asked to stop is one of them).  Hanging up closes
     * the drivers' connections, on threads, too: a driver is there until that is done. */
    bool ended = calls_ended(ex, signals);
    if (ended) {
        server_hang_up(server);
        ended = calls_ended(ex, signals);
    }
    if (!ended) {
        log_warn("calls that do not end are given up");
        return 1;
    }
    drivers_stop();
    executor_free(ex);
    io_stop(io);
    io_free(io);
    server_free(server);
    return 0;
}

int
main(int argc, char **argv)
{
    struct options o = { 0 };
    ERR_AUTO err = ERR_INIT;
    int rc = parse_options(argc, argv, &o);
    if (rc > 0)
        return rc - 1;

    /* Many threads that seldom run: one heap for all keeps memory together. */
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    log_from_environment();
    struct config *config = config_load(geteuid() == 0 && !o.session, o.config, &err);
    if (!config) {
        fprintf(stderr, "%s: %s\n", argv[0], err_message(&err));
        return 1;
    }
    if (o.pid_file) {
        g_free(config->pid_file);
        config->pid_file = g_canonicalize_filename(o.pid_file, NULL);
    }
    g_autofree char *config_file = o.config ? g_canonicalize_filename(o.config, NULL) : NULL;
    o.config = config_file;
    if (o.daemon && daemon_detach(&err) < 0) {
        fprintf(stderr, "%s: %s\n", argv[0], err_message(&err));
        daemon_ready(1, err_message(&err));
        return 1;
    }
    umask(022);
    raise_limits();
    sigset_t signals;
    sigemptyset(&signals);
    static const int waited[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1 };
    for (size_t i = 0; i < G_N_ELEMENTS(waited); i++)
        sigaddset(&signals, waited[i]);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);

    model_read_newer(config->newer_elements);
    bool locked = false;
    rc = -1;
    if (make_folders(config, &err) == 0 && config_apply_log(config, o.verbose, o.daemon, &err) == 0 &&
        pidfile_acquire(config->pid_file, &err) == 0) {
        locked = true;
        rc = serve(config, &o, &signals, &err);
    }
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", argv[0], err_message(&err));
        if (o.daemon)
            log_error("%s", err_message(&err));
        g_autofree char *text = g_strdup_printf("%s: %s", argv[0], err_message(&err));
        daemon_ready(1, text);
    }
    if (locked)
        pidfile_release(config->pid_file);
    if (rc > 0)
        _exit(0); /* threads are still at work */
    config_free(config);
    log_shutdown();
    return rc < 0 ? 1 : 0;
}
