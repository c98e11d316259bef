/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * process: see process.h.  Running a program to its end and collecting what it says.
 */
#include "base/process.h"
#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_NONE

void
process_output_clear(struct process_output *o)
{
    g_free(o->out);
    g_free(o->err);
    memset(o, 0, sizeof(*o));
}

struct sink {
    int fd;
    GString *text;
    size_t limit;
};

/* Past the limit it goes on reading, so that the child is not held up, but forgets. */
static void
sink_read(struct sink *sink)
{
    char buf[16384];
    ssize_t n = read(sink->fd, buf, sizeof(buf));
    if (n > 0) {
        size_t room = sink->limit - MIN(sink->limit, sink->text->len);
        g_string_append_len(sink->text, buf, MIN((size_t)n, room));
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
        fd_close(&sink->fd);
    }
}

static int
collect(struct process *proc, int *in, const char *input, size_t ninput, struct sink sinks[2],
        int64_t deadline)
{
    bool exited = false;
    if (!ninput)
        fd_close(in);
    while (!exited || sinks[0].fd >= 0 || sinks[1].fd >= 0) {
        struct pollfd p[4] = {
            { .fd = exited ? -1 : proc->pidfd, .events = POLLIN },
            { .fd = *in, .events = POLLOUT },
            { .fd = sinks[0].fd, .events = POLLIN },
            { .fd = sinks[1].fd, .events = POLLIN },
        };
        /* A grandchild may keep the pipes open: what is there once the child has
         * gone is all we wait for. */
        int n = poll(p, 4, exited ? 0 : deadline_poll_ms(deadline));
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        if (n == 0) {
            if (exited)
                break;
            if (deadline_passed(deadline))
                return 0;
            continue;
        }
        if (n < 0)
            continue;
        if (p[1].revents) {
            ssize_t w = send(*in, input, ninput, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (w > 0) {
                input += w;
                ninput -= w;
            }
            if (!ninput || (w < 0 && errno != EINTR && errno != EAGAIN))
                fd_close(in);
        }
        for (int i = 0; i < 2; i++) {
            if (p[2 + i].revents)
                sink_read(&sinks[i]);
        }
        if (p[0].revents)
            exited = true;
    }
    return 1;
}

int
process_run(const struct process_spec *spec, const char *input, size_t ninput, size_t limit, int64_t deadline,
            struct process_output *output, struct err *err)
{
    memset(output, 0, sizeof(*output));
    /* A socket for its input: writing to one that is gone must not raise SIGPIPE. */
    int in[2] = { -1, -1 }, out[2], errs[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) < 0)
        return err_errno(err, errno, "cannot run %s: cannot make its input", spec->argv[0]);
    FD_AUTO in_ours = in[0], in_theirs = in[1];
    shutdown(in_ours, SHUT_RD);
    if (pipe2(out, O_CLOEXEC) < 0)
        return err_errno(err, errno, "cannot run %s: cannot make its output", spec->argv[0]);
    FD_AUTO out_ours = out[0], out_theirs = out[1];
    if (pipe2(errs, O_CLOEXEC) < 0)
        return err_errno(err, errno, "cannot run %s: cannot make its error output", spec->argv[0]);
    FD_AUTO err_ours = errs[0], err_theirs = errs[1];

    struct process_spec full = *spec;
    g_autofree struct process_fd *fds = g_new(struct process_fd, spec->nfds + 3);
    if (spec->nfds)
        memcpy(fds, spec->fds, spec->nfds * sizeof(*fds));
    fds[spec->nfds] = (struct process_fd){ in_theirs, 0 };
    fds[spec->nfds + 1] = (struct process_fd){ out_theirs, 1 };
    fds[spec->nfds + 2] = (struct process_fd){ err_theirs, 2 };
    full.fds = fds;
    full.nfds = spec->nfds + 3;
    struct process proc = PROCESS_INIT;
    if (process_spawn(&full, &proc, err) < 0)
        return -1;
    fd_close(&in_theirs);
    fd_close(&out_theirs);
    fd_close(&err_theirs);

    struct sink sinks[2] = {
        { out_ours, g_string_new(NULL), limit },
        { err_ours, g_string_new(NULL), limit },
    };
    int ended = collect(&proc, &in_ours, input, ninput, sinks, deadline);
    out_ours = sinks[0].fd;
    err_ours = sinks[1].fd;
    output->nout = sinks[0].text->len;
    output->nerr = sinks[1].text->len;
    output->out = g_string_free(sinks[0].text, FALSE);
    output->err = g_string_free(sinks[1].text, FALSE);
    if (ended != 1) {
        process_kill(&proc);
        err_set(err, VIR_ERR_OPERATION_TIMEOUT, "%s did not end in time and was killed%s%s", spec->argv[0],
                output->nerr ? "; it said: " : "", output->err);
        process_output_clear(output);
        return -1;
    }
    process_wait(&proc, DEADLINE_NEVER, &output->status);
    process_close(&proc);
    return 0;
}
