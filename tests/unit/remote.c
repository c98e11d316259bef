/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * remote: the remote driver against a small server of our own: many threads on one
 * connection, replies out of order, events between them, streams, descriptors,
 * keepalive, and what becomes of everybody when the server goes away.
 */
#include "driver/driver.h"
#include "driver/event-wire.h"
#include "wire/framing.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

extern const struct driver remote_driver;

#define HANG_ID 666   /* the call that is never answered */
#define LATER_ID 1000 /* from here on: answered two at a time, the second first */

static char *folder, *path;
static int listener = -1;
static atomic_int pongs, pings, event_storm;
static atomic_bool hang_seen;

/* ---- the server ---- */

struct peer {
    int fd;
    struct frame_reader in;
    struct xdr_writer kept; /* the reply that waits for the next */
    int events_of;          /* callback id given out, or -1 */
    bool stream_open;
};

static void
put_all(struct peer *p, struct xdr_writer *w)
{
    for (size_t at = 0; at < w->len;) {
        ssize_t n = send(p->fd, w->buf + at, w->len - at, MSG_NOSIGNAL);
        if (n < 0)
            break;
        at += (size_t)n;
    }
    xdr_writer_clear(w);
}

static void
reply(struct xdr_writer *w, const struct net_header *call, enum xdr_type type, const void *ret)
{
    struct net_header h = *call;
    h.type = NET_REPLY;
    size_t begin = frame_begin(w, &h);
    g_assert_true(type == XDR_NONE || xdr_encode(w, type, ret, NULL) == 0);
    g_assert_cmpint(frame_end(w, begin, NULL), ==, 0);
}

static void
send_event(struct peer *p, int detail)
{
    struct event *ev = event_new(EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_LIFECYCLE);
    ev->about.domain.name = g_strdup("guest");
    ev->u.lifecycle.event = 3;
    ev->u.lifecycle.detail = detail;
    struct xdr_writer w;
    xdr_writer_init(&w, SIZE_MAX);
    g_assert_cmpint(event_message(ev, EVENT_STYLE_CALLBACK, p->events_of, &w, NULL), ==, 0);
    put_all(p, &w);
    event_unref(ev);
}

static void
lookup(struct peer *p, struct frame *f, struct xdr_arena *arena)
{
    struct remote_domain_lookup_by_id_args a;
    struct xdr_reader r = { f->payload, f->payload + f->n, arena };
    g_assert_cmpint(xdr_decode(&r, XDR_remote_domain_lookup_by_id_args, &a, NULL), ==, 0);
    struct xdr_writer w;
    xdr_writer_init(&w, SIZE_MAX);
    if (a.id == HANG_ID) {
        hang_seen = true;
        return;
    }
    if (a.id < 0) {
        struct net_header h = f->header;
        ERR_AUTO err = ERR_INIT;
        err_set_from(&err, VIR_FROM_QEMU, VIR_ERR_NO_DOMAIN, "no domain %d", a.id);
        h.type = NET_REPLY;
        frame_error(&w, &h, &err);
        put_all(p, &w);
        return;
    }
    g_autofree char *name = g_strdup_printf("guest-%d", a.id);
    struct remote_domain_lookup_by_id_ret ret = { { .name = name, .id = a.id } };
    reply(&w, &f->header, XDR_remote_domain_lookup_by_id_ret, &ret);
    if (p->events_of >= 0 && event_storm)
        send_event(p, a.id);
    if (a.id < LATER_ID) {
        put_all(p, &w);
    } else if (p->kept.len == 0) {
        p->kept = w;
    } else {
        put_all(p, &w);
        put_all(p, &p->kept);
    }
}

static void
give_fd(struct peer *p, struct frame *f)
{
    int pipe_fds[2];
    g_assert_cmpint(pipe(pipe_fds), ==, 0);
    g_assert_cmpint(write(pipe_fds[1], "hello", 5), ==, 5);
    close(pipe_fds[1]);
    struct net_header h = f->header;
    h.type = NET_REPLY_WITH_FDS;
    struct xdr_writer w;
    struct frame_writer out;
    xdr_writer_init(&w, SIZE_MAX);
    frame_writer_init(&out);
    g_assert_cmpint(frame_end(&w, frame_begin_fds(&w, &h, 1), NULL), ==, 0);
    frame_writer_add(&out, &w, pipe_fds, 1);
    g_assert_cmpint(frame_writer_flush(&out, p->fd, NULL), ==, 1);
}

/* Echoes what comes; the word "end" makes it the last data, "fail" an error. */
static void
stream(struct peer *p, struct frame *f)
{
    struct xdr_writer w;
    struct net_header h = f->header;
    xdr_writer_init(&w, SIZE_MAX);
    if (h.status != NET_CONTINUE) {
        h.status = NET_OK;
        frame_data(&w, &h, "", 0, NULL);
    } else if (f->n == 4 && memcmp(f->payload, "fail", 4) == 0) {
        ERR_AUTO err = ERR_INIT;
        err_set_from(&err, VIR_FROM_STREAMS, VIR_ERR_OPERATION_FAILED, "as you wish");
        frame_error(&w, &h, &err);
    } else {
        frame_data(&w, &h, f->payload, f->n, NULL);
        if (f->n == 3 && memcmp(f->payload, "end", 3) == 0)
            frame_data(&w, &h, "", 0, NULL);
    }
    put_all(p, &w);
}

static void
serve(struct peer *p, struct frame *f)
{
    XDR_ARENA_AUTO arena;
    struct xdr_writer w;
    xdr_arena_init(&arena, NULL, 0);
    xdr_writer_init(&w, SIZE_MAX);
    if (f->header.prog == KEEPALIVE_PROGRAM) {
        if (f->header.proc == KEEPALIVE_PROC_PONG) {
            pongs++;
        } else {
            pings++;
            const struct net_header h = { KEEPALIVE_PROGRAM, 1, KEEPALIVE_PROC_PONG, NET_MESSAGE, 0, NET_OK };
            frame_data(&w, &h, "", 0, NULL);
            put_all(p, &w);
        }
        return;
    }
    if (f->header.type == NET_STREAM) {
        stream(p, f);
        return;
    }
    switch (f->header.proc) {
    case REMOTE_PROC_AUTH_LIST: {
        int32_t none = REMOTE_AUTH_NONE;
        struct remote_auth_list_ret ret = { &none, 1 };
        reply(&w, &f->header, XDR_remote_auth_list_ret, &ret);
        break;
    }
    case REMOTE_PROC_CONNECT_SUPPORTS_FEATURE: {
        struct remote_connect_supports_feature_ret ret = { 1 };
        const struct net_header ping = { KEEPALIVE_PROGRAM, 1, KEEPALIVE_PROC_PING, NET_MESSAGE, 0, NET_OK };
        frame_data(&w, &ping, "", 0, NULL);
        reply(&w, &f->header, XDR_remote_connect_supports_feature_ret, &ret);
        break;
    }
    case REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY: {
        struct remote_connect_domain_event_callback_register_any_ret ret = { 42 };
        p->events_of = 42;
        send_event(p, -1); /* before the client can know its id */
        reply(&w, &f->header, XDR_remote_connect_domain_event_callback_register_any_ret, &ret);
        break;
    }
    case REMOTE_PROC_DOMAIN_LOOKUP_BY_ID:
        lookup(p, f, &arena);
        return;
    case REMOTE_PROC_DOMAIN_OPEN_GRAPHICS_FD:
        give_fd(p, f);
        return;
    default:
        reply(&w, &f->header, XDR_NONE, NULL);
    }
    put_all(p, &w);
}

static void *
peer_thread(void *opaque)
{
    struct peer p = { .fd = GPOINTER_TO_INT(opaque), .events_of = -1 };
    frame_reader_init(&p.in);
    while (frame_reader_fill(&p.in, p.fd, true, NULL) == 1) {
        struct frame f;
        while (frame_reader_next(&p.in, &f, NULL) == 1)
            serve(&p, &f);
    }
    frame_reader_clear(&p.in);
    xdr_writer_clear(&p.kept);
    close(p.fd);
    return NULL;
}

static int last_peer = -1;
static pthread_t last_thread;

/* ---- the client ---- */

static atomic_int lost_count;

static void
lost(struct drv_conn *conn, int reason, void *opaque)
{
    lost_count++;
}

static struct drv_conn *
open_conn(void)
{
    ERR_AUTO err = ERR_INIT;
    g_autofree char *text = g_strdup_printf("qemu+unix:///system?socket=%s", path);
    struct uri *uri = uri_parse(text, &err);
    const struct open_request req = { .uri = uri };
    lost_count = 0;
    struct drv_conn *conn = drv_conn_open(&req, NULL, lost, NULL, &err);
    g_assert_cmpstr(err.message, ==, NULL);
    g_assert_nonnull(conn);
    uri_free(uri);
    return conn;
}

static void *
accept_thread(void *opaque)
{
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        last_peer = fd;
        pthread_create(&last_thread, NULL, peer_thread, GINT_TO_POINTER(fd));
        pthread_detach(last_thread);
    }
}

static void
check_lookup(struct drv_conn *conn, int id)
{
    ERR_AUTO err = ERR_INIT;
    struct domain_ref ref = { 0 };
    int rc = conn->hypervisor->domain_lookup_by_id(conn, id, &ref, &err);
    if (id < 0) {
        g_assert_cmpint(rc, ==, -1);
        g_assert_cmpint(err.code, ==, VIR_ERR_NO_DOMAIN);
        g_assert_cmpint(err.domain, ==, VIR_FROM_QEMU);
        return;
    }
    g_autofree char *name = g_strdup_printf("guest-%d", id);
    g_assert_cmpstr(err.message, ==, NULL);
    g_assert_cmpint(rc, ==, 0);
    g_assert_cmpstr(ref.name, ==, name);
    g_assert_cmpint(ref.id, ==, id);
    domain_ref_clear(&ref);
}

struct worker { struct drv_conn *conn; int from, n; pthread_barrier_t *together; pthread_t thread; };

static void *
work(void *opaque)
{
    struct worker *w = opaque;
    for (int i = 0; i < w->n; i++) {
        pthread_barrier_wait(w->together); /* so that a kept reply always finds its partner */
        check_lookup(w->conn, w->from + i);
    }
    return NULL;
}

static void
run_workers(struct drv_conn *conn, int threads, int from, int n)
{
    struct worker workers[32];
    pthread_barrier_t together;
    pthread_barrier_init(&together, NULL, (unsigned)threads);
    for (int i = 0; i < threads; i++) {
        workers[i] = (struct worker){ conn, from, n, &together };
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    for (int i = 0; i < threads; i++)
        pthread_join(workers[i].thread, NULL);
    pthread_barrier_destroy(&together);
}

static void
test_calls(void)
{
    struct drv_conn *conn = open_conn();
    for (int i = 0; i < 100; i++)
        check_lookup(conn, i);
    check_lookup(conn, -5);
    run_workers(conn, 16, 0, 300);
    run_workers(conn, 8, LATER_ID, 200); /* pairs in reverse: needs an even number of calls */
    g_assert_cmpint(conn->hypervisor->connect_is_alive(conn, NULL), ==, 1);
    drv_conn_close(conn);
}

static atomic_int delivered, last_detail, freed;

static void
deliver(struct event *ev, int id, void *opaque)
{
    g_assert_cmpint(ev->id, ==, VIR_DOMAIN_EVENT_ID_LIFECYCLE);
    g_assert_cmpstr(ev->about.domain.name, ==, "guest");
    last_detail = ev->u.lifecycle.detail;
    delivered++;
}

static void
free_it(void *opaque)
{
    freed++;
}

static void
await(atomic_int *value, int at_least)
{
    for (int i = 0; i < 2000 && *value < at_least; i++)
        g_usleep(5000);
    g_assert_cmpint(*value, >=, at_least);
}

static void
test_events(void)
{
    ERR_AUTO err = ERR_INIT;
    struct drv_conn *conn = open_conn();
    const struct event_filter filter = { .family = EVENT_DOMAIN, .id = VIR_DOMAIN_EVENT_ID_LIFECYCLE };
    delivered = freed = 0;
    int a = conn->hypervisor->connect_domain_event_register_any(conn, &filter, deliver, NULL, free_it, &err);
    g_assert_cmpint(a, >=, 0);
    await(&delivered, 1); /* the one that came before its id was known */
    g_assert_cmpint(last_detail, ==, -1);
    int b = conn->hypervisor->connect_domain_event_register_any(conn, &filter, deliver, NULL, free_it, &err);
    g_assert_cmpint(b, >=, 0);
    g_assert_cmpint(a, !=, b);
    event_storm = 1;
    delivered = 0;
    run_workers(conn, 8, 0, 100);
    await(&delivered, 2 * 800); /* two subscriptions, one channel */
    event_storm = 0;
    g_assert_cmpint(conn->hypervisor->connect_domain_event_deregister_any(conn, a, &err), ==, 0);
    g_assert_cmpint(freed, ==, 1);
    g_assert_cmpint(conn->hypervisor->connect_domain_event_deregister_any(conn, a, &err), ==, -1);
    drv_conn_close(conn);
    g_assert_cmpint(freed, ==, 2);
}

static void
test_fds(void)
{
    ERR_AUTO err = ERR_INIT;
    struct drv_conn *conn = open_conn();
    const struct domain_ref dom = { .name = (char *)"x" };
    char text[8] = { 0 };
    int fd = conn->hypervisor->domain_open_graphics_fd(conn, &dom, 0, 0, &err);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(read(fd, text, sizeof(text)), ==, 5);
    g_assert_cmpstr(text, ==, "hello");
    close(fd);
    drv_conn_close(conn);
}

static void
test_stream(void)
{
    ERR_AUTO err = ERR_INIT;
    struct drv_conn *conn = open_conn();
    const struct domain_ref dom = { .name = (char *)"x" };
    for (int round = 0; round < 3; round++) {
        struct stream st = { .fd = -1, .nonblock = round == 1 };
        char buf[100000], big[100000];
        g_assert_cmpint(conn->hypervisor->domain_open_console(conn, &dom, NULL, &st, 0, &err), ==, 0);
        g_assert_nonnull(st.ops);
        if (st.nonblock)
            g_assert_cmpint(st.ops->recv(&st, buf, sizeof(buf), 0, &err), ==, STREAM_AGAIN);
        memset(big, 'x', sizeof(big));
        g_assert_cmpint(st.ops->send(&st, big, sizeof(big), &err), ==, sizeof(big));
        size_t got = 0;
        while (got < sizeof(big)) {
            long long n = st.ops->recv(&st, buf, sizeof(buf), 0, &err);
            g_assert_cmpint(n, !=, -1);
            if (n > 0)
                got += (size_t)n;
        }
        if (round == 2) {
            g_assert_cmpint(st.ops->send(&st, "fail", 4, &err), ==, 4);
            g_assert_cmpint(st.ops->recv(&st, buf, 10, 0, &err), ==, -1);
            g_assert_cmpstr(err.message, ==, "as you wish");
            err_clear(&err);
            g_assert_cmpint(st.ops->abort(&st, &err), ==, 0);
        } else {
            st.nonblock = false;
            g_assert_cmpint(st.ops->send(&st, "end", 3, &err), ==, 3);
            g_assert_cmpint(st.ops->recv(&st, buf, 10, 0, &err), ==, 3);
            g_assert_cmpint(st.ops->recv(&st, buf, 10, 0, &err), ==, 0);
            g_assert_cmpint(st.ops->finish(&st, &err), ==, 0);
        }
        g_assert_null(st.ops);
        check_lookup(conn, round);
    }
    drv_conn_close(conn);
}

static void
test_keepalive(void)
{
    ERR_AUTO err = ERR_INIT;
    struct drv_conn *conn = open_conn();
    pings = pongs = 0;
    g_assert_cmpint(conn->hypervisor->connect_set_keep_alive(conn, 1, 3, &err), ==, 0);
    await(&pongs, 1); /* the server's ping came with the reply */
    await(&pings, 1);
    g_assert_cmpint(conn->hypervisor->connect_is_alive(conn, NULL), ==, 1);
    drv_conn_close(conn);
}

static void *
hang(void *opaque)
{
    struct drv_conn *conn = opaque;
    ERR_AUTO err = ERR_INIT;
    struct domain_ref ref = { 0 };
    g_assert_cmpint(conn->hypervisor->domain_lookup_by_id(conn, HANG_ID, &ref, &err), ==, -1);
    g_assert_nonnull(err.message);
    return NULL;
}

/* The server goes: whoever waits gets an error, later calls too, and it is told once. */
static void
test_lost(void)
{
    struct drv_conn *conn = open_conn();
    pthread_t threads[4];
    g_assert_cmpint(conn->watch(conn, NULL), ==, 0);
    hang_seen = false;
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, hang, conn);
    while (!hang_seen)
        g_usleep(1000);
    shutdown(last_peer, SHUT_RDWR);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    await(&lost_count, 1);
    hang(conn);
    g_assert_cmpint(conn->hypervisor->connect_is_alive(conn, NULL), ==, 0);
    drv_conn_close(conn);
    g_assert_cmpint(lost_count, ==, 1);
}

/* A server that sends no messages but noise. */
static void
test_noise(void)
{
    struct drv_conn *conn = open_conn();
    ERR_AUTO err = ERR_INIT;
    struct domain_ref ref = { 0 };
    g_assert_cmpint(send(last_peer, "\xff\xff\xff\xff garbage", 12, MSG_NOSIGNAL), ==, 12);
    g_assert_cmpint(conn->hypervisor->domain_lookup_by_id(conn, 1, &ref, &err), ==, -1);
    g_assert_cmpint(err.code, ==, VIR_ERR_RPC);
    drv_conn_close(conn);
}

int
main(int argc, char **argv)
{
    struct sockaddr_un sun = { .sun_family = AF_UNIX };
    pthread_t acceptor;
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("vireo-remote-XXXXXX", NULL);
    path = g_build_filename(folder, "sock", NULL);
    g_strlcpy(sun.sun_path, path, sizeof(sun.sun_path));
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(listener, (struct sockaddr *)&sun, sizeof(sun)), ==, 0);
    g_assert_cmpint(listen(listener, 10), ==, 0);
    pthread_create(&acceptor, NULL, accept_thread, NULL);
    driver_register(&remote_driver);
    g_test_add_func("/remote/calls", test_calls);
    g_test_add_func("/remote/events", test_events);
    g_test_add_func("/remote/fds", test_fds);
    g_test_add_func("/remote/stream", test_stream);
    g_test_add_func("/remote/keepalive", test_keepalive);
    g_test_add_func("/remote/lost", test_lost);
    g_test_add_func("/remote/noise", test_noise);
    int rc = g_test_run();
    shutdown(listener, SHUT_RDWR);
    pthread_join(acceptor, NULL);
    close(listener);
    g_unlink(path);
    g_rmdir(folder);
    g_free(path);
    g_free(folder);
    return rc;
}
