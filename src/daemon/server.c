/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * server: see server.h.
 */
#include "daemon/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "daemon/listener.h"
#include "daemon/session.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.server");

#define ACCEPT_BATCH 32
#define ACCEPT_REST_MS 200        /* after running out of descriptors */
#define GREETING_SECONDS 10      /* for a TLS handshake, whether others wait or not */
#define ANONYMOUS_SECONDS 5      /* to log in, when others wait for the place */

static void keepalive_tick(struct io_timer *timer, void *arg);
static void idle_over(struct io_timer *timer, void *arg);
static void accept_again(struct io_timer *timer, void *arg);
static void greeting_tick(struct io_timer *timer, void *arg);

struct server *
server_new(struct config *config, struct io *io, struct executor *ex, struct err *err)
{
    struct server *server = g_new0(struct server, 1);
    server->config = config;
    server->io = io;
    server->executor = ex;
    server->services[SERVICE_MAIN] = (struct service){ .name = "libvirtd", .limits = config->main };
    server->services[SERVICE_ADMIN] = (struct service){ .name = "admin", .limits = config->admin };
    server->in = g_malloc(SERVER_IN);
    xdr_writer_init(&server->reply, NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX);
    pthread_mutex_init(&server->flush_lock, NULL);
    server->keepalive_timer = io_timer_new(io, keepalive_tick, server);
    server->idle_timer = io_timer_new(io, idle_over, server);
    server->accept_timer = io_timer_new(io, accept_again, server);
    server->greeting_timer = io_timer_new(io, greeting_tick, server);
    return server;
}

static void
timers_free(struct server *server)
{
    struct io_timer **timers[] = { &server->keepalive_timer, &server->idle_timer, &server->accept_timer,
                                  &server->greeting_timer };
    for (size_t i = 0; i < G_N_ELEMENTS(timers); i++)
        if (*timers[i])
            io_timer_free(g_steal_pointer(timers[i]));
}

void
server_free(struct server *server)
{
    if (!server)
        return;
    for (struct listener *l = server->listeners, *next; l; l = next) {
        next = l->next;
        listener_free(l);
    }
    timers_free(server);
    xdr_writer_clear(&server->reply);
    tls_credentials_unref(server->tls);
    pthread_mutex_destroy(&server->flush_lock);
    g_free(server->in);
    g_free(server);
}

/* ---- accepting ---- */

static void
listeners_watch(struct server *server, struct service *service, bool on)
{
    for (struct listener *l = server->listeners; l; l = l->next)
        if (l->watch && (!service || l->service == service))
            io_watch_set(l->watch, on && !l->service->full ? IO_READ : 0);
}

void
server_check_full(struct server *server, struct service *service)
{
    bool full = service->clients >= service->limits.max_clients ||
                (service->limits.max_anonymous_clients &&
                 service->anonymous >= service->limits.max_anonymous_clients);
    if (full == service->full || !server->accepting)
        return;
    service->full = full;
    if (full) {
        log_warn("%s: %u clients (%u not logged in): the next ones wait until some leave", service->name,
                 service->clients, service->anonymous);
        io_timer_start(server->accept_timer, 1000, 1000);
    }
    listeners_watch(server, service, true);
}

static void
accept_again(struct io_timer *timer, void *arg)
{
    struct server *server = arg;
    bool full = false;
    int64_t before = clock_now() - ANONYMOUS_SECONDS * NSEC_PER_SEC;
    for (struct session *s = server->sessions, *next; s; s = next) {
        next = s->next;
        if (s->service->full && !s->authenticated && s->since_mono < before)
            session_close(s, "did not log in while others waited for its place");
    }
    for (int i = 0; i < SERVICES; i++) {
        server_check_full(server, &server->services[i]);
        full |= server->services[i].full;
    }
    if (!full)
        io_timer_stop(timer);
    listeners_watch(server, NULL, true);
}

static void
on_client(struct io_watch *watch, int fd, unsigned events, void *arg)
{
    struct listener *l = arg;
    struct server *server = l->server;
    for (int i = 0; i < ACCEPT_BATCH && !l->service->full; i++) {
        ERR_AUTO err = ERR_INIT;
        int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
                log_warn("cannot take another client: %s; trying again soon", g_strerror(errno));
                listeners_watch(server, NULL, false);
                io_timer_start(server->accept_timer, ACCEPT_REST_MS, 0);
            }
            return;
        }
        struct session *s = session_new(l, client);
        if (session_watch(s, &err) < 0) {
            log_warn("cannot serve a client: %s", err_message(&err));
            close(client);
            s->fd = -1;
            session_unref(s);
            continue;
        }
        s->next = server->sessions;
        if (s->next)
            s->next->prev = s;
        server->sessions = s;
        l->service->clients++;
        l->service->anonymous++;
        if (s->admin) { /* its socket's permissions are what protects it */
            s->authenticated = true;
            l->service->anonymous--;
        }
        if (s->peer)
            log_debug("client %llu: from %s by %s", (unsigned long long)s->id, s->peer,
                      l->transport == TRANSPORT_TLS ? "TLS" : "TCP");
        else
            log_debug("client %llu: process %d of user %d on %s%s", (unsigned long long)s->id,
                      (int)s->who.pid, (int)s->who.uid, l->service->name,
                      l->readonly ? ", may only read" : "");
        io_timer_stop(server->idle_timer);
        server_check_full(server, l->service);
    }
}

/* ---- handshakes ---- */

static void
greeting_tick(struct io_timer *timer, void *arg)
{
    struct server *server = arg;
    int64_t before = clock_now() - GREETING_SECONDS * NSEC_PER_SEC;
    for (struct session *s = server->sessions, *next; s; s = next) {
        next = s->next;
        if (s->greeting && s->since_mono < before) {
            log_info("client %llu (%s) has not finished its TLS handshake in %d seconds: given up",
                     (unsigned long long)s->id, s->peer, GREETING_SECONDS);
            session_close(s, "did not finish its TLS handshake");
        }
    }
}

void
server_greeting(struct server *server, int change)
{
    server->greeting += (unsigned)change;
    if (!server->greeting_timer)
        return;
    if (server->greeting == 0)
        io_timer_stop(server->greeting_timer);
    else if (server->greeting == 1 && change > 0)
        io_timer_start(server->greeting_timer, 1000, 1000);
}

static void
consider_idle(struct server *server)
{
    if (server->idle_timeout && !server->sessions && server->accepting)
        io_timer_start(server->idle_timer, (uint64_t)server->idle_timeout * 1000, 0);
}

static void
idle_over(struct io_timer *timer, void *arg)
{
    struct server *server = arg;
    if (server->sessions)
        return;
    if (server->may_leave && !server->may_leave()) {
        consider_idle(server);
        return;
    }
    log_info("no client for %u seconds: leaving", server->idle_timeout);
    server->idle(server->opaque);
}

void
server_session_gone(struct server *server, struct session *s)
{
    if (s->prev)
        s->prev->next = s->next;
    else
        server->sessions = s->next;
    if (s->next)
        s->next->prev = s->prev;
    s->prev = s->next = NULL;
    s->service->clients--;
    if (!s->authenticated)
        s->service->anonymous--;
    server_check_full(server, s->service);
    consider_idle(server);
    session_unref(s);
}

void
server_session_authenticated(struct server *server, struct session *s)
{
    s->service->anonymous--;
    server_check_full(server, s->service);
}

/* ---- keepalive ---- */

static void
keepalive_tick(struct io_timer *timer, void *arg)
{
    struct server *server = arg;
    bool any = false;
    for (struct session *s = server->sessions, *next; s; s = next) {
        next = s->next;
        any |= s->keepalive;
        session_tick(s, s->service->limits.keepalive_count);
    }
    if (!any)
        io_timer_stop(timer);
}

void
server_keepalive_wanted(struct server *server)
{
    unsigned others = 0;
    for (struct session *s = server->sessions; s; s = s->next)
        others += s->keepalive;
    uint64_t ms = (uint64_t)server->services[SERVICE_MAIN].limits.keepalive_interval * 1000;
    if (others <= 1 && ms && server->keepalive_timer)
        io_timer_start(server->keepalive_timer, ms, ms);
}

/* ---- events ---- */

static void
flush_posted(void *arg)
{
    struct server *server = arg;
    pthread_mutex_lock(&server->flush_lock);
    struct session *list = server->flush;
    server->flush = NULL;
    server->flush_posted = false;
    pthread_mutex_unlock(&server->flush_lock);
    while (list) {
        struct session *s = list;
        list = s->flush_next;
        pthread_mutex_lock(&s->lock);
        s->flush_queued = false;
        if (!s->arm_posted) /* otherwise the socket is full, and watched */
            session_flush_locked(s);
        pthread_mutex_unlock(&s->lock);
        session_unref(s);
    }
}

void
server_flush_later(struct server *server, struct session *s)
{
    pthread_mutex_lock(&s->lock);
    bool queue = !s->flush_queued && s->fd >= 0;
    if (queue)
        s->flush_queued = true;
    pthread_mutex_unlock(&s->lock);
    if (!queue)
        return;
    session_ref(s);
    pthread_mutex_lock(&server->flush_lock);
    s->flush_next = server->flush;
    server->flush = s;
    bool post = !server->flush_posted;
    server->flush_posted = true;
    pthread_mutex_unlock(&server->flush_lock);
    if (post)
        io_post(server->io, flush_posted, server);
}

/* ---- start and stop ---- */

int
server_listen(struct server *server, struct err *err)
{
    return listener_open_all(server, err);
}

struct starting { struct server *server; unsigned idle_timeout; };

static void
start_posted(void *arg)
{
    struct starting *st = arg;
    struct server *server = st->server;
    for (struct listener *l = server->listeners; l; l = l->next) {
        ERR_AUTO err = ERR_INIT;
        l->watch = io_watch_add(server->io, l->fd, IO_READ, on_client, l, &err);
        if (!l->watch)
            log_error("cannot watch the socket %s: %s", l->path ? l->path : "from systemd",
                      err_message(&err));
    }
    server->accepting = true;
    server->idle_timeout = st->idle_timeout;
    consider_idle(server);
}

void
server_start(struct server *server, unsigned idle_timeout)
{
    struct starting st = { server, idle_timeout };
    io_call(server->io, start_posted, &st);
}

void
server_set_idle_timeout(struct server *server, unsigned seconds)
{
    server->idle_timeout = seconds;
    io_timer_stop(server->idle_timer);
    consider_idle(server);
}

static void
stop_posted(void *arg)
{
    struct server *server = arg;
    server->accepting = false;
    server->idle_timeout = 0;
    listener_remove_links(server);
    for (struct listener *l = server->listeners, *next; l; l = next) {
        next = l->next;
        listener_free(l);
    }
    server->listeners = NULL;
}

static void
hang_up_posted(void *arg)
{
    struct server *server = arg;
    while (server->sessions)
        session_close(server->sessions, "the daemon stops");
    timers_free(server);
}

void
server_stop(struct server *server)
{
    io_call(server->io, stop_posted, server);
}

void
server_hang_up(struct server *server)
{
    io_call(server->io, hang_up_posted, server);
}
