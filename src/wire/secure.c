/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * secure: see secure.h.
 */
#include "wire/secure.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <sys/socket.h>

#define ERR_FROM VIR_FROM_RPC
#define READ_SIZE 16384         /* as much as a record of TLS holds */
#define READ_MOST (1024 * 1024) /* in one go, so that one client does not keep the I/O thread */

struct secure {
    pthread_mutex_t lock;
    int fd;
    struct tls *tls;
    struct login *in, *out;
    size_t plain;          /* bytes that go before the layer begins */
    const char *encoded;   /* of `out`, good until it encodes again */
    size_t encoded_n;
    size_t stands_for;     /* bytes of the queue */
    bool ended;            /* was read together with what came before */
};

struct secure *
secure_new(int fd, struct tls *tls)
{
    struct secure *s = g_new0(struct secure, 1);
    pthread_mutex_init(&s->lock, NULL);
    s->fd = fd;
    s->tls = tls;
    return s;
}

void
secure_free(struct secure *s)
{
    if (!s)
        return;
    tls_free(s->tls);
    pthread_mutex_destroy(&s->lock);
    g_free(s);
}

void
secure_bye(struct secure *s)
{
    if (!s || !s->tls)
        return;
    pthread_mutex_lock(&s->lock);
    tls_bye(s->tls);
    pthread_mutex_unlock(&s->lock);
}

void
secure_sasl_input(struct secure *s, struct login *sasl)
{
    pthread_mutex_lock(&s->lock);
    s->in = sasl;
    pthread_mutex_unlock(&s->lock);
}

void
secure_sasl_output(struct secure *s, struct login *sasl, size_t plain)
{
    pthread_mutex_lock(&s->lock);
    s->out = sasl;
    s->plain = plain;
    pthread_mutex_unlock(&s->lock);
}

/* ---- reading ---- */

static ssize_t
raw_read(struct secure *s, char *buf, size_t n, struct err *err)
{
    if (s->tls)
        return tls_read(s->tls, buf, n, err);
    ssize_t got;
    do
        got = recv(s->fd, buf, n, 0);
    while (got < 0 && errno == EINTR);
    if (got >= 0)
        return got;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return FRAME_AGAIN;
    return errno == ECONNRESET ? 0 : err_errno(err, errno, "Cannot read from the connection");
}

static int
fill_locked(struct secure *s, struct frame_reader *r, struct err *err)
{
    char buf[READ_SIZE];
    size_t total = 0;
    if (s->ended)
        return 0;
    for (;;) {
        ssize_t got = raw_read(s, buf, sizeof(buf), err);
        if (got == 0)
            s->ended = true;
        if (got <= 0)
            return total && got != -1 ? 1 : (int)got;
        const char *data = buf;
        size_t n = (size_t)got;
        if (s->in && login_layer_decode(s->in, buf, n, &data, &n, err) < 0)
            return -1;
        if (n)
            frame_reader_feed(r, data, n);
        total += n;
        /* What GnuTLS holds, poll() does not see. */
        if (total >= READ_MOST && !(s->tls && tls_has_more(s->tls)))
            return 1;
    }
}

int
secure_fill(struct secure *s, struct frame_reader *r, struct err *err)
{
    pthread_mutex_lock(&s->lock);
    int rc = fill_locked(s, r, err);
    pthread_mutex_unlock(&s->lock);
    if (rc == 0)
        r->eof = true;
    return rc;
}

/* ---- writing ---- */

static ssize_t
raw_write(struct secure *s, const char *buf, size_t n, struct err *err)
{
    if (s->tls)
        return tls_write(s->tls, buf, n, err);
    ssize_t sent;
    do
        sent = send(s->fd, buf, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return sent;
    return errno == EAGAIN || errno == EWOULDBLOCK ? FRAME_AGAIN
                                                   : err_errno(err, errno, "Cannot write to the connection");
}

static int
flush_locked(struct secure *s, struct frame_writer *w, struct err *err)
{
    for (;;) {
        ssize_t sent;
        if (s->encoded_n) {
            sent = raw_write(s, s->encoded, s->encoded_n, err);
            if (sent < 0)
                return (int)sent;
            s->encoded += sent;
            s->encoded_n -= (size_t)sent;
            if (s->encoded_n == 0)
                frame_writer_consume(w, s->stands_for);
            continue;
        }
        size_t n;
        const char *p = frame_writer_peek(w, &n);
        if (!p)
            return 1;
        if (s->out && s->plain == 0) {
            n = MIN(n, login_layer_most(s->out));
            if (login_layer_encode(s->out, p, n, &s->encoded, &s->encoded_n, err) < 0)
                return -1;
            s->stands_for = n;
            continue;
        }
        if (s->plain)
            n = MIN(n, s->plain);
        sent = raw_write(s, p, n, err);
        if (sent < 0)
            return (int)sent;
        if (s->plain)
            s->plain -= (size_t)sent;
        frame_writer_consume(w, (size_t)sent);
    }
}

int
secure_flush(struct secure *s, struct frame_writer *w, struct err *err)
{
    pthread_mutex_lock(&s->lock);
    int rc = flush_locked(s, w, err);
    pthread_mutex_unlock(&s->lock);
    return rc;
}
