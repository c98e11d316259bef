// SPDX-License-Identifier: LGPL-2.1-or-later
// A guest's console on this terminal: a stream that never blocks, in the event loop beside stdin.
// Ctrl-] ends it.
//
// usage: console URI DOMAIN
#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE 0x1d // Ctrl-]

static bool done;
static char typed[1024]; // what the guest has not taken yet
static size_t n_typed;
static int stdin_watch;

static void
die(const char *doing)
{
    fprintf(stderr, "%s: %s\n", doing, virGetLastErrorMessage());
    exit(1);
}

// The stream is watched for room only while there is something to send, stdin only while there is room for
// it.
static void
watch_what_matters(virStreamPtr stream)
{
    virStreamEventUpdateCallback(stream, VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_HANGUP |
                                             VIR_STREAM_EVENT_ERROR |
                                             (n_typed ? VIR_STREAM_EVENT_WRITABLE : 0));
    virEventUpdateHandle(stdin_watch, n_typed < sizeof typed ? VIR_EVENT_HANDLE_READABLE : 0);
}

static bool
show(const char *data, size_t n)
{
    while (n) {
        ssize_t written = write(STDOUT_FILENO, data, n);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            data += written;
            n -= written;
        }
    }
    return true;
}

static void
on_stream(virStreamPtr stream, int events, void *opaque)
{
    (void)opaque;
    if (events & VIR_STREAM_EVENT_READABLE) {
        char data[4096];
        int n = virStreamRecv(stream, data, sizeof data); // -2: nothing now, after all
        if (n == 0 || n == -1 || (n > 0 && !show(data, n)))
            done = true; // the guest has gone, or our terminal
    }
    if (events & VIR_STREAM_EVENT_WRITABLE && n_typed) {
        int n = virStreamSend(stream, typed, n_typed);
        if (n > 0) {
            memmove(typed, typed + n, n_typed - n);
            n_typed -= n;
        }
        if (n == -1)
            done = true;
        watch_what_matters(stream);
    }
    if (events & (VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR))
        done = true;
}

static void
on_stdin(int watch, int fd, int events, void *opaque)
{
    virStreamPtr stream = opaque;
    (void)watch;
    (void)events;
    ssize_t n = read(fd, typed + n_typed, sizeof typed - n_typed);
    if (n <= 0 || memchr(typed + n_typed, ESCAPE, n)) {
        done = true;
        return;
    }
    n_typed += n;
    watch_what_matters(stream);
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s URI DOMAIN\n", argv[0]);
        return 2;
    }
    if (virEventRegisterDefaultImpl() < 0)
        die("register the event loop");
    virConnectPtr conn = virConnectOpen(argv[1]);
    if (!conn)
        die("connect");
    virDomainPtr domain = virDomainLookupByName(conn, argv[2]);
    if (!domain)
        die("look up the guest");
    virStreamPtr stream = virStreamNew(conn, VIR_STREAM_NONBLOCK);
    if (!stream || virDomainOpenConsole(domain, NULL, stream, 0) < 0)
        die("open the console");

    // In raw mode the terminal passes every key on, Ctrl-C too.
    struct termios before;
    bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        struct termios raw = before;
        cfmakeraw(&raw);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    stdin_watch = virEventAddHandle(STDIN_FILENO, VIR_EVENT_HANDLE_READABLE, on_stdin, stream, NULL);
    if (stdin_watch < 0 || virStreamEventAddCallback(stream,
                                                     VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_HANGUP |
                                                         VIR_STREAM_EVENT_ERROR,
                                                     on_stream, NULL, NULL) < 0)
        die("watch the console");
    while (!done && virEventRunDefaultImpl() == 0)
        ;

    virEventRemoveHandle(stdin_watch);
    virStreamEventRemoveCallback(stream);
    virStreamAbort(stream); // a console is never finished, only left
    if (terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    virStreamFree(stream);
    virDomainFree(domain);
    virConnectClose(conn);
    return 0;
}
