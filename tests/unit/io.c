/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Units of base/io: watches, timers, posting, removal inside callbacks.
 */
#include "base/io.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

struct fixture {
    struct io *io;
    int pair[2];
    struct io_watch *watch;
    struct io_timer *timer;
    GString *log;
    int count;
};

static void
set_up(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    f->io = io_new(&err);
    g_assert_nonnull(f->io);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, f->pair), ==, 0);
    f->log = g_string_new(NULL);
}

static void
tear_down(struct fixture *f, const void *arg)
{
    io_free(f->io);
    close(f->pair[0]);
    if (f->pair[1] >= 0)
        close(f->pair[1]);
    g_string_free(f->log, TRUE);
}

static void
echo(struct io_watch *w, int fd, unsigned events, void *arg)
{
    struct fixture *f = arg;
    g_assert_true(io_on_thread(f->io));
    char buf[16];
    ssize_t n = read(fd, buf, sizeof(buf));
    if (n > 0) {
        g_string_append_len(f->log, buf, n);
        g_assert_cmpint(write(fd, buf, n), ==, n);
        return;
    }
    g_assert_cmpint(n, ==, 0);
    g_assert_true(events & IO_HANGUP);
    io_watch_remove(w);
    io_stop(f->io);
}

static void
test_watch(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    f->watch = io_watch_add(f->io, f->pair[0], IO_READ, echo, f, &err);
    g_assert_nonnull(f->watch);
    g_assert_cmpint(io_start(f->io, "test-io", &err), ==, 0);
    char buf[8];
    for (int i = 0; i < 100; i++) {
        g_assert_cmpint(write(f->pair[1], "hello", 5), ==, 5);
        g_assert_cmpint(read(f->pair[1], buf, 5), ==, 5);
    }
    g_assert_cmpint(f->log->len, ==, 500);
    close(f->pair[1]);
    f->pair[1] = -1;
}

static void
writable(struct io_watch *w, int fd, unsigned events, void *arg)
{
    struct fixture *f = arg;
    g_string_append_c(f->log, events & IO_WRITE ? 'w' : '-');
    if (++f->count == 2) { /* now for nothing: must not spin */
        io_watch_set(w, 0);
        io_timer_start(f->timer, 5, 0);
    }
}

static void
stop_timer(struct io_timer *t, void *arg)
{
    struct fixture *f = arg;
    g_string_append_c(f->log, 't');
    io_watch_remove(f->watch);
    io_timer_free(t);
    io_stop(f->io);
}

static void
test_modify(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    f->timer = io_timer_new(f->io, stop_timer, f);
    f->watch = io_watch_add(f->io, f->pair[0], 0, writable, f, &err);
    io_watch_set(f->watch, IO_WRITE);
    g_assert_cmpuint(io_watch_events(f->watch), ==, IO_WRITE);
    io_run(f->io);
    g_assert_cmpstr(f->log->str, ==, "wwt");
}

static void
tick(struct io_timer *t, void *arg)
{
    struct fixture *f = arg;
    if (++f->count == 3) {
        io_timer_stop(t);
        io_stop(f->io);
    }
}

static void
test_timer(struct fixture *f, const void *arg)
{
    struct io_timer *t = io_timer_new(f->io, tick, f);
    struct io_timer *never = io_timer_new(f->io, tick, f);
    io_timer_start(never, 3600 * 1000, 0);
    io_timer_start(t, 1, 1);
    io_run(f->io);
    g_assert_cmpint(f->count, ==, 3);
    io_timer_free(t); /* the other one: io_free() takes it */
}

struct poster { struct fixture *f; int number; };
static int last_seen[4];
static atomic_int seen;

static void
posted(void *arg)
{
    int v = GPOINTER_TO_INT(arg), thread = v >> 16, n = v & 0xffff;
    g_assert_cmpint(last_seen[thread], ==, n); /* in order, per poster */
    last_seen[thread]++;
    atomic_fetch_add(&seen, 1);
}

static void *
post_many(void *arg)
{
    struct poster *p = arg;
    for (int i = 0; i < 5000; i++)
        io_post(p->f->io, posted, GINT_TO_POINTER(p->number << 16 | i));
    return NULL;
}

static void add_one(void *arg) { ++*(int *)arg; }

static void
test_post(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(io_start(f->io, "test-io", &err), ==, 0);
    pthread_t threads[4];
    struct poster posters[4];
    for (int i = 0; i < 4; i++) {
        posters[i] = (struct poster){ f, i };
        g_assert_cmpint(pthread_create(&threads[i], NULL, post_many, &posters[i]), ==, 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    int calls = 0;
    io_call(f->io, add_one, &calls); /* behind all that was posted */
    g_assert_cmpint(calls, ==, 1);
    g_assert_cmpint(atomic_load(&seen), ==, 20000);
    g_assert_false(io_on_thread(f->io));
}

static void
test_unwatchable(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    g_autofree char *name = NULL;
    int fd = g_file_open_tmp(NULL, &name, NULL);
    g_assert_null(io_watch_add(f->io, fd, IO_READ, echo, f, &err));
    g_assert_nonnull(strstr(err.message, "cannot watch"));
    close(fd);
    unlink(name);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, fn) g_test_add(name, struct fixture, NULL, set_up, fn, tear_down)
    ADD("/io/watch", test_watch);
    ADD("/io/modify", test_modify);
    ADD("/io/timer", test_timer);
    ADD("/io/post", test_post);
    ADD("/io/unwatchable", test_unwatchable);
    return g_test_run();
}
