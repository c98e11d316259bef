/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * library: what the library does by itself: URIs, typed parameters, errors, the
 * event loop, delivery of events, streams over descriptors, close callbacks.
 */
#include "driver/uri.h"
#include "lib/events.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- a driver with one guest, a hub of events and a console --- */

static const unsigned char guest_uuid[UUID_LEN] = { 1, 2, 3 };
static struct event_hub *hub;
static struct drv_conn *last_conn;
static int guest_id = -1, console_end = -1;

static int
guest_lookup(struct drv_conn *conn, const unsigned char *uuid, struct domain_ref *result, struct err *err)
{
    if (memcmp(uuid, guest_uuid, UUID_LEN) != 0)
        return err_set_from(err, VIR_FROM_TEST, VIR_ERR_NO_DOMAIN, "there is one guest only");
    result->name = g_strdup("guest");
    result->id = guest_id;
    memcpy(result->uuid, uuid, UUID_LEN);
    return 0;
}

static int
guest_create(struct drv_conn *conn, const struct domain_ref *domain, struct err *err)
{
    guest_id = 7;
    return 0;
}

static int
guest_destroy(struct drv_conn *conn, const struct domain_ref *domain, struct err *err)
{
    guest_id = -1;
    return 0;
}

static int
guest_list(struct drv_conn *conn, struct domain_ref_list *list, unsigned int flags, struct err *err)
{
    if (list) {
        list->items = g_new0(struct domain_ref, 1);
        list->n = 1;
        guest_lookup(conn, guest_uuid, &list->items[0], NULL);
    }
    return 1;
}

static int
guest_console(struct drv_conn *conn, const struct domain_ref *dom, const char *dev_name, struct stream *st,
              unsigned int flags, struct err *err)
{
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    stream_set_fd(st, fds[0], true, true);
    console_end = fds[1];
    return 0;
}

static int
event_register(struct drv_conn *conn, const struct event_filter *filter, event_deliver deliver, void *opaque,
               event_free_opaque free_opaque, struct err *err)
{
    return event_hub_subscribe(hub, filter, deliver, opaque, free_opaque);
}

static int
event_deregister(struct drv_conn *conn, int callbackID, struct err *err)
{
    return event_hub_unsubscribe(hub, callbackID);
}

static const struct hypervisor_ops ops = {
    .domain_lookup_by_uuid = guest_lookup, .domain_create = guest_create, .domain_destroy = guest_destroy,
    .connect_list_all_domains = guest_list, .domain_open_console = guest_console,
    .connect_domain_event_register_any = event_register,
    .connect_domain_event_deregister_any = event_deregister,
};

static int
watch(struct drv_conn *conn, struct err *err)
{
    return 0;
}

static int
guest_open(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    conn->hypervisor = &ops;
    conn->watch = watch;
    last_conn = conn;
    return 1;
}

static void
guest_close(struct drv_conn *conn)
{
}

static const char *const schemes[] = { "one", NULL };
static const struct driver driver = {
    .name = "one", .schemes = schemes, .open = guest_open, .close = guest_close
};

static void
emit_lifecycle(int what)
{
    struct event *ev = event_new(EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_LIFECYCLE);

    ev->about.domain.name = g_strdup("guest");
    ev->about.domain.id = 7;
    memcpy(ev->about.domain.uuid, guest_uuid, UUID_LEN);
    ev->u.lifecycle.event = what;
    event_hub_emit(hub, ev);
}

static virConnectPtr
open_conn(virDomainPtr *dom)
{
    virConnectPtr conn = virConnectOpen("one:///");

    g_assert_nonnull(conn);
    if (dom) {
        *dom = virDomainLookupByUUID(conn, guest_uuid);
        g_assert_nonnull(*dom);
    }
    return conn;
}

/* --- tests --- */

static void
uris(void)
{
    static const struct {
        const char *text, *scheme, *transport, *user, *server;
        int port;
        const char *path, *again;
    } good[] = {
        { "qemu:///system", "qemu", NULL, NULL, NULL, 0, "/system", "qemu:///system" },
        { "QEMU+SSH://me%40x@host.example:2222/system?keyfile=/a%20b&no_verify=1", "qemu", "ssh", "me@x",
          "host.example", 2222, "/system", NULL },
        { "xen+tls://[fe80::1]:5/", "xen", "tls", NULL, "fe80::1", 5, "/", "xen+tls://[fe80::1]:5/" },
        { "test:///default", "test", NULL, NULL, NULL, 0, "/default", "test:///default" },
        { "qemu:/system", "qemu", NULL, NULL, NULL, 0, "/system", "qemu:///system" },
        { "esx://root@10.0.0.1/?auto_answer=1", "esx", NULL, "root", "10.0.0.1", 0, "/", NULL },
    };
    static const char *const bad[] = { "qemu://host:port/", "qemu://[fe80::1/", "qemu://h:-1/",
                                       "qemu:///%zz", "qemu:///a b", "qemu://[::1]x/", "qemu:///?a=%" };
    ERR_AUTO err = ERR_INIT;

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        struct uri *uri = uri_parse(good[i].text, &err);
        g_autofree char *again = NULL;

        g_assert_nonnull(uri);
        g_assert_cmpstr(uri->scheme, ==, good[i].scheme);
        g_assert_cmpstr(uri->transport, ==, good[i].transport);
        g_assert_cmpstr(uri->user, ==, good[i].user);
        g_assert_cmpstr(uri->server, ==, good[i].server);
        g_assert_cmpint(uri->port, ==, good[i].port);
        g_assert_cmpstr(uri->path, ==, good[i].path);
        again = uri_format(uri);
        if (good[i].again)
            g_assert_cmpstr(again, ==, good[i].again);
        uri_free(uri);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_null(uri_parse(bad[i], &err));
        g_assert_cmpint(err.code, ==, VIR_ERR_INTERNAL_ERROR);
        err_clear(&err);
    }
    struct uri *uri = uri_parse(good[1].text, &err);
    g_assert_cmpstr(uri_param(uri, "keyfile"), ==, "/a b");
    g_assert_cmpstr(uri_param(uri, "no_verify"), ==, "1");
    g_assert_null(uri_param(uri, "other"));
    uri_free(uri);
}

static void
typed_parameters(void)
{
    virTypedParameterPtr params = NULL;
    int n = 0, max = 0, i;
    unsigned int ui;
    unsigned long long ul;
    long long l;
    double d;
    const char *s, *list[] = { "a", "b", NULL };
    g_autofree char *longname = g_strnfill(80, 'x');

    g_assert_cmpint(virTypedParamsAddInt(&params, &n, &max, "int", -5), ==, 0);
    g_assert_cmpint(virTypedParamsAddULLong(&params, &n, &max, "ul", G_MAXUINT64), ==, 0);
    g_assert_cmpint(virTypedParamsAddBoolean(&params, &n, &max, "yes", 5), ==, 0);
    g_assert_cmpint(virTypedParamsAddStringList(&params, &n, &max, "list", list), ==, 0);
    g_assert_cmpint(virTypedParamsAddFromString(&params, &n, &max, "d", VIR_TYPED_PARAM_DOUBLE, "1.5"), ==,
                    0);
    g_assert_cmpint(virTypedParamsAddFromString(&params, &n, &max, "bad", VIR_TYPED_PARAM_UINT, "x"), ==, -1);
    g_assert_cmpint(virTypedParamsAddFromString(&params, &n, &max, "bad", 99, "1"), ==, -1);
    g_assert_cmpint(virTypedParamsAddInt(&params, &n, &max, longname, 1), ==, -1);
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_INTERNAL_ERROR);
    g_assert_cmpint(virTypedParamsAddLLong(&params, &n, &max, "l", G_MININT64), ==, 0);
    g_assert_cmpint(virTypedParamsAddDouble(&params, &n, &max, "half", 0.5), ==, 0);
    for (i = 0; i < 40; i++) {
        g_autofree char *name = g_strdup_printf("p%d", i);

        g_assert_cmpint(virTypedParamsAddUInt(&params, &n, &max, name, i), ==, 0);
    }
    g_assert_cmpint(n, ==, 48);
    g_assert_cmpint(virTypedParamsGetLLong(params, n, "l", &l), ==, 1);
    g_assert_cmpint(l, ==, G_MININT64);
    g_assert_cmpint(virTypedParamsGetDouble(params, n, "half", &d), ==, 1);
    g_assert_true(d == 0.5);
    g_assert_cmpint(virTypedParamsGetInt(params, n, "int", &i), ==, 1);
    g_assert_cmpint(i, ==, -5);
    g_assert_cmpint(virTypedParamsGetULLong(params, n, "ul", &ul), ==, 1);
    g_assert_cmpuint(ul, ==, G_MAXUINT64);
    g_assert_cmpint(virTypedParamsGetBoolean(params, n, "yes", &i), ==, 1);
    g_assert_cmpint(i, ==, 1);
    g_assert_cmpint(virTypedParamsGetDouble(params, n, "d", &d), ==, 1);
    g_assert_true(d == 1.5);
    g_assert_cmpint(virTypedParamsGetString(params, n, "list", &s), ==, 1);
    g_assert_cmpstr(s, ==, "a");
    g_assert_cmpint(virTypedParamsGetUInt(params, n, "p39", &ui), ==, 1);
    g_assert_cmpuint(ui, ==, 39);
    g_assert_cmpint(virTypedParamsGetUInt(params, n, "none", &ui), ==, 0);
    g_assert_cmpint(virTypedParamsGet(params, n, "int")->value.i, ==, -5);
    g_assert_null(virTypedParamsGet(params, n, "none"));
    g_assert_null(virTypedParamsGet(params, n, NULL));
    g_assert_cmpint(virTypedParamsGetUInt(params, n, "int", &ui), ==, -1);
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_INVALID_ARG);
    virTypedParamsClear(params, n);
    g_assert_null(virTypedParamsGet(params, n, "list")->value.s);
    virTypedParamsFree(params, n);
    virTypedParamsFree(NULL, 0);
}

static gpointer
other_thread(gpointer opaque)
{
    g_assert_null(virGetLastError());
    g_assert_null(virDomainGetName(NULL));
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_INVALID_DOMAIN);
    return NULL;
}

static void
on_conn_error(void *opaque, virErrorPtr err)
{
    *(int *)opaque = err->code;
}

static void
errors(void)
{
    virConnectPtr conn = open_conn(NULL);
    const unsigned char none[UUID_LEN] = { 9 };
    virError copy;
    virErrorPtr saved;
    int told = 0;

    g_assert_cmpint(virConnectClose(NULL), ==, -1);
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_INVALID_CONN);
    g_thread_join(g_thread_new("other", other_thread, NULL));
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_INVALID_CONN);
    saved = virSaveLastError();
    g_assert_cmpint(saved->code, ==, VIR_ERR_INVALID_CONN);
    virResetLastError();
    g_assert_null(virGetLastError());
    virFreeError(saved);

    virConnSetErrorFunc(conn, &told, on_conn_error);
    g_assert_null(virDomainLookupByUUID(conn, none));
    g_assert_cmpint(told, ==, VIR_ERR_NO_DOMAIN);
    memset(&copy, 0, sizeof(copy));
    g_assert_cmpint(virConnCopyLastError(conn, &copy), ==, VIR_ERR_NO_DOMAIN);
    g_assert_cmpstr(copy.message, ==, "there is one guest only");
    virResetError(&copy);
    g_assert_cmpint(virConnectClose(conn), ==, 0);
    g_assert_null(virConnectOpen("nobody:///"));
    g_assert_nonnull(virGetLastError());
}

static void
handles(void)
{
    virDomainPtr dom, *list;
    virConnectPtr conn = open_conn(&dom);
    char text[VIR_UUID_STRING_BUFLEN];

    g_assert_cmpint((int)virDomainGetID(dom), ==, -1);
    g_assert_cmpint(virDomainCreate(dom), ==, 0);
    g_assert_cmpint((int)virDomainGetID(dom), ==, 7);
    g_assert_cmpint(virDomainDestroy(dom), ==, 0);
    g_assert_cmpint((int)virDomainGetID(dom), ==, -1);
    g_assert_cmpint(virDomainGetUUIDString(dom, text), ==, 0);
    g_assert_cmpstr(text, ==, "01020300-0000-0000-0000-000000000000");
    g_assert_cmpint(virConnectListAllDomains(conn, NULL, 0), ==, 1);
    g_assert_cmpint(virConnectListAllDomains(conn, &list, 0), ==, 1);
    g_assert_cmpstr(virDomainGetName(list[0]), ==, "guest");
    g_assert_null(list[1]);
    virDomainFree(list[0]);
    free(list);
    g_assert_true(virDomainGetConnect(dom) == conn);
    g_assert_cmpint(virDomainRef(dom), ==, 0);
    g_assert_cmpint(virDomainFree(dom), ==, 0);
    g_assert_cmpint(virConnectClose(conn), ==, 1); /* the handle keeps it */
    g_assert_cmpint(virDomainFree(dom), ==, 0);
    g_assert_null(virConnectGetURI(NULL));
}

struct seen { int n, what[10], freed; virConnectPtr conn; int drop; };

static int
on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    struct seen *seen = opaque;

    g_assert_cmpstr(virDomainGetName(dom), ==, "guest");
    seen->what[seen->n++] = event;
    if (seen->drop >= 0)
        g_assert_cmpint(virConnectDomainEventDeregisterAny(conn, seen->drop), ==, 0);
    g_assert_cmpint(seen->freed, ==, 0);
    return 0;
}

static void
on_free(void *opaque)
{
    ((struct seen *)opaque)->freed++;
}

static gpointer
emit_some(gpointer opaque)
{
    for (int i = 0; i < 3; i++)
        emit_lifecycle(i);
    return NULL;
}

static void
events(void)
{
    virDomainPtr dom;
    virConnectPtr conn = open_conn(&dom);
    struct seen all = { .drop = -1 }, one = { .drop = -1 }, legacy = { .drop = -1 };
    int id, other;

    id = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), &all, on_free);
    other = virConnectDomainEventRegisterAny(conn, dom, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                             VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), &one, on_free);
    g_assert_cmpint(id, >=, 0);
    g_assert_cmpint(other, >=, 0);
    g_assert_cmpint(id, !=, other);
    g_assert_cmpint(virConnectDomainEventRegister(conn, on_lifecycle, &legacy, on_free), ==, 0);
    g_assert_cmpint(virConnectDomainEventRegister(conn, on_lifecycle, &legacy, on_free), ==, -1);
    one.drop = other; /* from inside its own callback */
    g_thread_join(g_thread_new("emit", emit_some, NULL));
    g_assert_cmpint(all.n, ==, 0);
    while (all.n < 3 || legacy.n < 3)
        g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
    for (int i = 0; i < 3; i++)
        g_assert_cmpint(all.what[i], ==, i);
    g_assert_cmpint(one.n, ==, 1);
    g_assert_cmpint(one.freed, ==, 1);
    g_assert_cmpint(virConnectDomainEventDeregisterAny(conn, other), ==, -1);
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_INVALID_ARG);

    /* What waits in the queue is dropped with its registration. */
    emit_some(NULL);
    g_assert_cmpint(virConnectDomainEventDeregister(conn, on_lifecycle), ==, 0);
    g_assert_cmpint(virConnectDomainEventDeregister(conn, on_lifecycle), ==, -1);
    while (all.n < 6)
        g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
    g_assert_cmpint(legacy.n, ==, 3);
    g_assert_cmpint(legacy.freed, ==, 1);
    virDomainFree(dom);
    g_assert_cmpint(virConnectClose(conn), ==, 1); /* a registration keeps it */
    g_assert_cmpint(virConnectDomainEventDeregisterAny(conn, id), ==, 0);
    g_assert_cmpint(all.freed, ==, 1);
    g_assert_cmpint(virConnectDomainEventRegisterAny(NULL, NULL, 0, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle),
                                                     NULL, NULL),
                    ==, -1);
}

static int closed_reason = -1, closed_freed;

static void
on_close(virConnectPtr conn, int reason, void *opaque)
{
    closed_reason = reason;
}

static void
on_close_free(void *opaque)
{
    closed_freed++;
}

/* Applications wait for their own event loop to run empty: asyncio's drain() does. */
static void
events_leave_the_loop(void)
{
    virConnectPtr conn = open_conn(NULL);
    int id;

    for (int round = 0; round < 2; round++) {
        struct seen seen = { .drop = -1 };

        id = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                              VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), &seen, on_free);
        g_assert_nonnull(conn->bell);
        emit_some(NULL);
        while (seen.n < 3)
            g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
        emit_some(NULL);
        g_assert_cmpint(virConnectDomainEventDeregisterAny(conn, id), ==, 0);
        g_assert_null(conn->bell);
        g_assert_cmpint(seen.n, ==, 3);
        g_assert_cmpint(seen.freed, ==, 1);
    }
    /* The close callback needs it, too. */
    g_assert_cmpint(virConnectRegisterCloseCallback(conn, on_close, NULL, NULL), ==, 0);
    id = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), NULL, NULL);
    g_assert_cmpint(virConnectDomainEventDeregisterAny(conn, id), ==, 0);
    g_assert_nonnull(conn->bell);
    g_assert_cmpint(virConnectUnregisterCloseCallback(conn, on_close), ==, 0);
    g_assert_null(conn->bell);
    g_assert_cmpint(virConnectClose(conn), ==, 0);
}

static void
close_callback(void)
{
    virConnectPtr conn = open_conn(NULL);

    g_assert_cmpint(virConnectRegisterCloseCallback(conn, on_close, NULL, on_close_free), ==, 0);
    g_assert_cmpint(virConnectRegisterCloseCallback(conn, on_close, NULL, NULL), ==, -1);
    g_assert_cmpint(virConnectUnregisterCloseCallback(conn, on_close), ==, 0);
    g_assert_cmpint(closed_freed, ==, 1);
    g_assert_cmpint(virConnectUnregisterCloseCallback(conn, on_close), ==, -1);
    g_assert_cmpint(virConnectRegisterCloseCallback(conn, on_close, NULL, on_close_free), ==, 0);
    last_conn->lost(last_conn, VIR_CONNECT_CLOSE_REASON_EOF, last_conn->lost_opaque);
    while (closed_reason < 0)
        g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
    g_assert_cmpint(closed_reason, ==, VIR_CONNECT_CLOSE_REASON_EOF);
    g_assert_cmpint(closed_freed, ==, 2);
    g_assert_cmpint(virConnectClose(conn), ==, 0);
}

struct loop_state { int fired, timer, freed, fds[2]; };

static void
on_readable(int watch, int fd, int events, void *opaque)
{
    struct loop_state *state = opaque;
    char c;

    g_assert_cmpint(events & VIR_EVENT_HANDLE_READABLE, ==, VIR_EVENT_HANDLE_READABLE);
    g_assert_cmpint(read(fd, &c, 1), ==, 1);
    state->fired++;
    virEventRemoveHandle(watch);
    g_assert_cmpint(state->freed, ==, 0);
}

static void
on_loop_free(void *opaque)
{
    ((struct loop_state *)opaque)->freed++;
}

static void
on_timer(int timer, void *opaque)
{
    struct loop_state *state = opaque;

    if (++state->timer == 3)
        virEventRemoveTimeout(timer);
}

static gpointer
add_from_outside(gpointer opaque)
{
    struct loop_state *state = opaque;

    virEventAddHandle(state->fds[0], VIR_EVENT_HANDLE_READABLE, on_readable, state, on_loop_free);
    g_assert_cmpint(write(state->fds[1], "x", 1), ==, 1);
    return NULL;
}

static void
event_loop(void)
{
    struct loop_state state = { 0 };
    GThread *thread;

    g_assert_cmpint(pipe(state.fds), ==, 0);
    virEventAddTimeout(1, on_timer, &state, NULL);
    while (state.timer < 3)
        g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
    thread = g_thread_new("outside", add_from_outside, &state); /* wakes a loop without timers */
    while (!state.freed)
        g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
    g_thread_join(thread);
    g_assert_cmpint(state.fired, ==, 1);
    g_assert_cmpint(virEventRemoveHandle(12345), ==, -1);
    g_assert_cmpint(virEventRemoveTimeout(12345), ==, -1);
    close(state.fds[0]);
    close(state.fds[1]);
}

static GString *sunk;

static int
sink(virStreamPtr st, const char *data, size_t n, void *opaque)
{
    if (opaque)
        return -1;
    g_string_append_len(sunk, data, n);
    return n;
}

static void
on_stream(virStreamPtr st, int events, void *opaque)
{
    char data[16];

    g_assert_cmpint(virStreamRecv(st, data, sizeof(data)), ==, 5);
    g_assert_cmpint(virStreamRecv(st, data, sizeof(data)), ==, -2);
    *(int *)opaque = events;
    g_assert_cmpint(virStreamEventRemoveCallback(st), ==, 0);
}

static void
streams(void)
{
    virDomainPtr dom;
    virConnectPtr conn = open_conn(&dom);
    virStreamPtr st = virStreamNew(conn, VIR_STREAM_NONBLOCK);
    char data[16];
    int events = 0;

    g_assert_cmpint(virStreamRecv(st, data, sizeof(data)), ==, -1);
    g_assert_cmpint(virDomainOpenConsole(dom, NULL, st, 0), ==, 0);
    g_assert_cmpint(virStreamRecv(st, data, sizeof(data)), ==, -2);
    g_assert_cmpint(virStreamSend(st, "abc", 3), ==, 3);
    g_assert_cmpint(read(console_end, data, sizeof(data)), ==, 3);
    g_assert_cmpint(virStreamEventAddCallback(st, VIR_STREAM_EVENT_READABLE, on_stream, &events, NULL), ==,
                    0);
    g_assert_cmpint(write(console_end, "hello", 5), ==, 5);
    while (!events)
        g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
    g_assert_cmpint(events, ==, VIR_STREAM_EVENT_READABLE);
    g_assert_cmpint(virStreamSendAll(st, NULL, NULL), ==, -1);
    g_assert_cmpint(virStreamFinish(st), ==, 0);
    g_assert_cmpint(virStreamFinish(st), ==, -1);
    virStreamFree(st);
    close(console_end);

    st = virStreamNew(conn, 0);
    g_assert_cmpint(virDomainOpenConsole(dom, NULL, st, 0), ==, 0);
    sunk = g_string_new(NULL);
    g_assert_cmpint(write(console_end, "hello", 5), ==, 5);
    close(console_end);
    g_assert_cmpint(virStreamRecvAll(st, sink, NULL), ==, 0);
    g_assert_cmpstr(sunk->str, ==, "hello");
    g_assert_cmpint(virStreamFinish(st), ==, 0);
    virStreamFree(st);

    st = virStreamNew(conn, 0);
    g_assert_cmpint(virDomainOpenConsole(dom, NULL, st, 0), ==, 0);
    g_assert_cmpint(write(console_end, "hello", 5), ==, 5);
    g_assert_cmpint(virStreamRecvAll(st, sink, sunk), ==, -1); /* the sink gives up */
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_OPERATION_FAILED);
    g_assert_cmpint(virStreamAbort(st), ==, 0);               /* it was ended */
    virStreamFree(st);
    close(console_end);
    g_string_free(sunk, TRUE);
    virDomainFree(dom);
    g_assert_cmpint(virConnectClose(conn), ==, 0);
}

/* LIBVIRT_DEFAULT_URI, uri_default, uri_aliases. */
static void
which_uri(void)
{
    g_autofree char *home = g_dir_make_tmp("vireo-conf-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(home, "libvirt", NULL);
    g_autofree char *file = g_build_filename(folder, "libvirt.conf", NULL);
    virConnectPtr conn;
    g_autofree char *uri = NULL;

    if (geteuid() == 0) {
        g_test_skip("root reads the file of the system");
        g_rmdir(home);
        return;
    }
    g_setenv("XDG_CONFIG_HOME", home, TRUE);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(
        file, "uri_aliases = [ \"mine=one:///alias\", ]\nuri_default = \"mine\"\n", -1, NULL));
    conn = virConnectOpen(NULL);
    g_assert_nonnull(conn);
    uri = virConnectGetURI(conn);
    g_assert_cmpstr(uri, ==, "one:///alias");
    virConnectClose(conn);
    g_assert_true(g_file_set_contents(file, "uri_aliases = [ \"no equals\" ]\n", -1, NULL));
    g_assert_null(virConnectOpen("mine"));
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_CONF_SYNTAX);
    g_unlink(file);
    g_rmdir(folder);
    g_rmdir(home);
    g_unsetenv("XDG_CONFIG_HOME");
}

static void
default_uri(void)
{
    g_autofree char *uri = NULL;
    virConnectPtr conn;

    g_setenv("LIBVIRT_DEFAULT_URI", "one:///env", TRUE);
    conn = virConnectOpen(NULL);
    g_assert_nonnull(conn);
    uri = virConnectGetURI(conn);
    g_assert_cmpstr(uri, ==, "one:///env");
    g_assert_cmpint(virConnectClose(conn), ==, 0);
    g_unsetenv("LIBVIRT_DEFAULT_URI");
}

static void
quiet(void *opaque, virErrorPtr err)
{
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    virInitialize();
    driver_register(&driver);
    virSetErrorFunc(NULL, quiet);
    g_assert_cmpint(virEventRegisterDefaultImpl(), ==, 0);
    hub = event_hub_new();
    g_test_add_func("/library/uris", uris);
    g_test_add_func("/library/typed-parameters", typed_parameters);
    g_test_add_func("/library/errors", errors);
    g_test_add_func("/library/handles", handles);
    g_test_add_func("/library/events", events);
    g_test_add_func("/library/events-leave-the-loop", events_leave_the_loop);
    g_test_add_func("/library/close-callback", close_callback);
    g_test_add_func("/library/event-loop", event_loop);
    g_test_add_func("/library/streams", streams);
    g_test_add_func("/library/which-uri", which_uri);
    g_test_add_func("/library/default-uri", default_uri);
    int rc = g_test_run();
    event_hub_free(hub);
    return rc;
}
