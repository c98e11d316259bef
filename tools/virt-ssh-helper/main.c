/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* virt-ssh-helper: the far end of a connection through ssh.  Joins standard input and output to the socket of
 * the daemon that a URI leads to on this host; a session's daemon is started on demand.  Waits until either
 * side ends. */
#include "config.h"
#include "driver/uri.h"
#include "drivers/remote/socket.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One direction.  What was read and could not be written yet is kept. */
struct flow {
    int from, to;
    size_t n, done;
    bool ended; /* nothing more comes */
    char data[65536];
};

static bool
flow_waits(const struct flow *f)
{
    return f->done < f->n;
}

/* Moves what can be moved now; false on a failure. */
static bool
flow_move(struct flow *f, bool readable, bool writable)
{
    ssize_t n;
    if (!flow_waits(f) && readable && !f->ended) {
        n = read(f->from, f->data, sizeof(f->data));
        if (n < 0)
            return errno == EINTR || errno == EAGAIN;
        f->ended = n == 0;
        f->n = (size_t)n;
        f->done = 0;
        writable = true; /* mostly it is */
    }
    if (flow_waits(f) && writable) {
        n = write(f->to, f->data + f->done, f->n - f->done);
        if (n < 0)
            return errno == EINTR || errno == EAGAIN;
        f->done += (size_t)n;
    }
    return true;
}

static int
join(int fd)
{
    static struct flow in = {.from = STDIN_FILENO}, out = {.to = STDOUT_FILENO};
    bool told = false;
    in.to = out.from = fd;
    /* The other side is done once it has all answers; the daemon learns when it has all requests. */
    while (!out.ended || flow_waits(&out)) {
        struct pollfd p[] = {
            {flow_waits(&in) || in.ended ? -1 : STDIN_FILENO, POLLIN, 0},
            {fd, (short)((flow_waits(&in) ? POLLOUT : 0) | (flow_waits(&out) || out.ended ? 0 : POLLIN)), 0},
            {flow_waits(&out) ? STDOUT_FILENO : -1, POLLOUT, 0},
        };
        if (poll(p, G_N_ELEMENTS(p), -1) < 0 && errno != EINTR)
            return 1;
        if (!flow_move(&in, p[0].revents != 0, p[1].revents & POLLOUT) ||
            !flow_move(&out, p[1].revents & (POLLIN | POLLHUP | POLLERR), p[2].revents != 0))
            return 1;
        if (in.ended && !flow_waits(&in) && !told) {
            shutdown(fd, SHUT_WR);
            told = true;
        }
    }
    return 0;
}

static void
usage(FILE *to)
{
    fprintf(to, "usage: virt-ssh-helper [OPTION]... URI\n\n"
                "Connects standard input and output to the daemon that URI names on this host, such as\n"
                "qemu:///system. Clients run it through ssh; there is no use for it by hand.\n\n"
                "  -r, --readonly  connect for looking only\n"
                "  -h, --help      this text\n"
                "  -V, --version   version number\n");
}

int
main(int argc, char **argv)
{
    static const struct option options[] = { { "readonly", no_argument, NULL, 'r' },
                                             { "help", no_argument, NULL, 'h' },
                                             { "version", no_argument, NULL, 'V' },
                                             { NULL, 0, NULL, 0 } };
    struct open_request req = {0};
    struct remote_target target;
    ERR_AUTO err = ERR_INIT;
    int c;
    while ((c = getopt_long(argc, argv, "rhV", options, NULL)) != -1) {
        switch (c) {
        case 'r': req.flags |= VIR_CONNECT_RO; break;
        case 'h': usage(stdout); return 0;
        case 'V': printf("%s\n", PACKAGE_VERSION); return 0;
        default: usage(stderr); return 1;
        }
    }
    if (argc - optind != 1) {
        usage(stderr);
        return 1;
    }
    struct uri *uri = uri_parse(argv[optind], &err);
    if (!uri) {
        fprintf(stderr, "%s: %s\n", argv[0], err_message(&err));
        return 1;
    }
    int rc = 1;
    req.uri = uri;
    signal(SIGPIPE, SIG_IGN);
    if ((uri->server && *uri->server) || (uri->transport && strcmp(uri->transport, "unix") != 0))
        fprintf(stderr, "%s: '%s' leads to another host; give a URI without host and transport\n", argv[0],
                argv[optind]);
    else if (remote_connect(&req, &target, &err) < 0)
        fprintf(stderr, "%s: cannot connect to '%s': %s\n", argv[0], argv[optind], err_message(&err));
    else
        rc = join(target.fd);
    uri_free(uri);
    return rc;
}
