/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text console: terminal in raw mode, a stream to the guest.  All traffic is handled on the event
 * thread; the command waits on the main thread until the stream ends or the escape character comes. */
#include "cmd.h"
#include "file.h"
#include "events.h"
#include "lookup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { CHUNK = 4096 };

/* Each registered callback holds a reference, dropped by the library when it cannot run any more. */
struct console {
    struct shell *sh;
    struct event_wait wait;
    virStreamPtr st;
    int in_watch, out_watch;
    bool failed;
    GString *to_guest, *to_tty;
};

static void
console_clear(void *opaque)
{
    struct console *c = opaque;
    g_string_free(c->to_guest, TRUE);
    g_string_free(c->to_tty, TRUE);
}

static void
unref(void *opaque)
{
    g_atomic_rc_box_release_full(opaque, console_clear);
}

static void
stop(struct console *c, bool failed)
{
    c->failed |= failed;
    event_wait_stop(&c->wait);
}

/* Asks for the events that something waits for: a full buffer stops reading at the other end. */
static void
update(struct console *c)
{
    int events = 0;
    if (c->to_tty->len < CHUNK)
        events |= VIR_STREAM_EVENT_READABLE;
    if (c->to_guest->len)
        events |= VIR_STREAM_EVENT_WRITABLE;
    virStreamEventUpdateCallback(c->st, events);
    virEventUpdateHandle(c->in_watch, c->to_guest->len < CHUNK ? VIR_EVENT_HANDLE_READABLE : 0);
    virEventUpdateHandle(c->out_watch, c->to_tty->len ? VIR_EVENT_HANDLE_WRITABLE : 0);
}

static void
on_stream(virStreamPtr st, int events, void *opaque)
{
    struct console *c = opaque;
    if (events & VIR_STREAM_EVENT_READABLE) {
        char buf[CHUNK];
        int n = virStreamRecv(st, buf, sizeof(buf));
        if (n > 0)
            g_string_append_len(c->to_tty, buf, n);
        else if (n != -2) {
            stop(c, n != 0);
            return;
        }
    }
    if ((events & VIR_STREAM_EVENT_WRITABLE) && c->to_guest->len) {
        int n = virStreamSend(st, c->to_guest->str, c->to_guest->len);
        if (n >= 0)
            g_string_erase(c->to_guest, 0, n);
        else if (n != -2) {
            stop(c, true);
            return;
        }
    }
    if (events & (VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP)) {
        stop(c, false);
        return;
    }
    update(c);
}

static void
on_stdin(int watch, int fd, int events, void *opaque)
{
    struct console *c = opaque;
    char buf[CHUNK];
    ssize_t n = read(fd, buf, sizeof(buf));
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        stop(c, n < 0);
        return;
    }
    char *escape = memchr(buf, c->sh->escape, n);
    if (escape) {
        stop(c, false);
        return;
    }
    g_string_append_len(c->to_guest, buf, n);
    update(c);
}

static void
on_stdout(int watch, int fd, int events, void *opaque)
{
    struct console *c = opaque;
    ssize_t n = write(fd, c->to_tty->str, c->to_tty->len);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        stop(c, true);
        return;
    }
    if (n > 0)
        g_string_erase(c->to_tty, 0, n);
    update(c);
}

static void
escape_text(unsigned char c, char *buf, size_t size)
{
    g_snprintf(buf, size, c < 0x20 ? "^%c" : "%c", c < 0x20 ? c + '@' : c);
}

bool
console_run(struct shell *sh, virDomainPtr dom, const char *device, unsigned int flags, bool resume)
{
    struct termios before, raw;
    char escape[8];
    int state, reason;
    bool ok = false;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) < 0)
        return fail(sh, "Cannot run interactive console without a controlling TTY");
    if (virDomainGetState(dom, &state, &reason, 0) < 0)
        return fail(sh, "Unable to get domain status");
    if (state == VIR_DOMAIN_SHUTOFF)
        return fail(sh, "The domain is not running");
    escape_text(sh->escape, escape, sizeof(escape));
    g_autoptr(virStream) st = virStreamNew(sh->conn, VIR_STREAM_NONBLOCK);
    if (!st || virDomainOpenConsole(dom, device, st, flags) < 0)
        return false;
    struct console *c = g_atomic_rc_box_new0(struct console);
    c->sh = sh;
    c->st = st;
    c->in_watch = c->out_watch = -1;
    raw = before;
    cfmakeraw(&raw);
    event_wait_init(&c->wait, sh, NULL);
    c->to_guest = g_string_new(NULL);
    c->to_tty = g_string_new(NULL);
    signal(SIGPIPE, SIG_IGN);
    /* The greeting promises that keys reach the guest from now on: input is raw before it is printed,
     * output still has its line ends made. */
    struct termios greeting = raw;
    greeting.c_oflag = before.c_oflag;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &greeting) == 0) {
        say(sh, "Connected to domain '%s'\nEscape character is %s (Ctrl + %s)\n", virDomainGetName(dom),
            escape, escape[0] == '^' ? escape + 1 : escape);
        fflush(stdout);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
        /* The events' thread begins at once: who asks for events of another is added after that one. */
        c->out_watch = virEventAddHandle(STDOUT_FILENO, 0, on_stdout, g_atomic_rc_box_acquire(c), unref);
        ok = c->out_watch >= 0 && virStreamEventAddCallback(c->st, VIR_STREAM_EVENT_READABLE, on_stream,
                                                            g_atomic_rc_box_acquire(c), unref) == 0;
        if (ok)
            c->in_watch = virEventAddHandle(STDIN_FILENO, VIR_EVENT_HANDLE_READABLE, on_stdin,
                                            g_atomic_rc_box_acquire(c), unref);
        ok = ok && c->in_watch >= 0;
        if (ok && resume && virDomainResume(dom) < 0)
            ok = false;
        if (ok) {
            event_wait_quietly(&c->wait, 0);
            virStreamEventRemoveCallback(c->st);
            ok = !c->failed;
        }
        if (c->in_watch >= 0)
            virEventRemoveHandle(c->in_watch);
        if (c->out_watch >= 0)
            virEventRemoveHandle(c->out_watch);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    }
    virStreamAbort(st);
    /* What the guest still said. */
    if (c->to_tty->len && write(STDOUT_FILENO, c->to_tty->str, c->to_tty->len) < 0)
        ok = false;
    unref(c);
    out(sh, "\n");
    return ok;
}

bool
cmd_console(struct shell *sh, const struct call *call)
{
    const char *device = NULL;
    unsigned int flags = 0;
    if (opt_string(sh, call, "devname", &device) < 0)
        return false;
    if (opt_flag(call, "force"))
        flags |= VIR_DOMAIN_CONSOLE_FORCE;
    if (opt_flag(call, "safe"))
        flags |= VIR_DOMAIN_CONSOLE_SAFE;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    return dom && console_run(sh, dom, device, flags, opt_flag(call, "resume"));
}
