/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-stream-file: a client's stream from or to a regular file.
 *
 * One executor thread a stream, while there is something to move, writes packets
 * as they came, holes too, and reads ahead as long as the client takes what was
 * sent.  What becomes of the stream is told to the I/O thread.
 * Called by: session-stream.c, which makes and ends streams.  Waits: for the disk.
 */
#include "daemon/session-stream.h"

#include <errno.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_STREAMS

#define FILE_CHUNK NET_MESSAGE_LEGACY_PAYLOAD_MAX

struct word { struct session_stream *ss; struct err err; bool failed, over; };

static void
thread_word(void *arg)
{
    struct word *word = arg;
    struct session_stream *ss = word->ss;
    struct session *s = session_ref(ss->s);
    if (word->over) { /* until here an end from the client waits for this word */
        pthread_mutex_lock(&s->lock);
        ss->running = false;
        pthread_mutex_unlock(&s->lock);
    }
    if (ss->dead) {
        if (ss->st && !ss->running)
            stream_free_unused(g_steal_pointer(&ss->st));
    } else if (word->failed) {
        stream_fail(ss, &word->err);
    } else {
        pthread_mutex_lock(&s->lock);
        bool more = ss->head != NULL && !ss->running;
        bool finish = ss->finishing && !ss->head && !ss->running;
        pthread_mutex_unlock(&s->lock);
        if (more)
            stream_file_go(ss);
        else if (finish)
            stream_finish(ss);
    }
    session_resume(s);
    err_clear(&word->err);
    stream_unref(ss);
    g_free(word);
}

static int
file_write(struct session_stream *ss, struct packet *p, struct err *err)
{
    int fd = ss->st->fd;
    if (p->hole > 0) {
        off_t at = lseek(fd, p->hole, SEEK_CUR);
        struct stat st;
        if (at < 0 ||
            (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < at && ftruncate(fd, at) < 0))
            return err_errno(err, errno, "cannot leave the hole of %lld bytes that the client sent", p->hole);
        ss->received += (uint64_t)p->hole;
        return 0;
    }
    if (ss->st->length && ss->received + p->n > ss->st->length)
        return err_errno(err, ENOSPC, "the client sent more than the %llu bytes it had announced",
                         (unsigned long long)ss->st->length);
    while (p->off < p->n) {
        ssize_t n = write(fd, p->data + p->off, p->n - p->off);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, errno, "cannot write what the client sent");
        p->off += (size_t)n;
        ss->received += (uint64_t)n;
    }
    return 0;
}

/* One packet to the client.  1: more to come, 0: that was all, -1 with err. */
static int
file_read(struct session_stream *ss, struct xdr_writer *w, char *buf, struct err *err)
{
    int fd = ss->st->fd;
    uint64_t left = ss->st->length ? ss->st->length - ss->sent : UINT64_MAX;
    size_t want = (size_t)MIN(left, FILE_CHUNK);
    if (ss->st->sparse && want > 0) {
        off_t at = lseek(fd, 0, SEEK_CUR), data = lseek(fd, at, SEEK_DATA), end = 0;
        if (data < 0 && errno == ENXIO) { /* nothing but a hole up to the end */
            end = lseek(fd, 0, SEEK_END);
            data = MAX(end, at);
        }
        if (data > at) {
            uint64_t hole = MIN((uint64_t)(data - at), left);
            ss->sent += hole;
            lseek(fd, at + (off_t)hole, SEEK_SET);
            stream_send_hole(ss, w, (long long)hole);
            return 1;
        }
        if (data == at && (end = lseek(fd, at, SEEK_HOLE)) > at)
            want = (size_t)MIN(want, (uint64_t)(end - at));
        if (data >= 0)
            lseek(fd, at, SEEK_SET);
    }
    ssize_t n;
    do
        n = want ? read(fd, buf, want) : 0;
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_errno(err, errno, "cannot read what the stream is to carry");
    ss->sent += (uint64_t)n;
    stream_send_data(ss, w, buf, (size_t)n);
    return n > 0;
}

static int
file_to_client(struct session_stream *ss, struct err *err)
{
    struct session *s = ss->s;
    g_autofree char *buf = g_malloc(FILE_CHUNK);
    struct xdr_writer w;
    xdr_writer_init(&w, NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX);
    int rc;
    do {
        pthread_mutex_lock(&s->lock);
        bool full = s->out.bytes > OUT_ENOUGH;
        ss->rests = full && !ss->dead; /* more is sent when `out` is empty */
        bool stop = ss->dead || full;
        if (stop)
            ss->running = false;
        pthread_mutex_unlock(&s->lock);
        if (stop) {
            xdr_writer_clear(&w);
            return 1;
        }
        rc = file_read(ss, &w, buf, err);
    } while (rc > 0);
    xdr_writer_clear(&w);
    if (rc == 0)
        ss->sent_eof = true;
    return rc;
}

static int
client_to_file(struct session_stream *ss, struct err *err)
{
    struct session *s = ss->s;
    for (;;) {
        pthread_mutex_lock(&s->lock);
        struct packet *p = ss->dead ? NULL : ss->head;
        if (p) {
            ss->head = p->next;
            if (!ss->head)
                ss->tail = NULL;
        } else {
            ss->running = false;
        }
        pthread_mutex_unlock(&s->lock);
        if (!p)
            return 1;
        int rc = file_write(ss, p, err);
        pthread_mutex_lock(&s->lock);
        if (!ss->dead)
            ss->backlog -= p->n;
        bool resume = s->paused && ss->backlog < SESSION_CALL_BYTES / 2;
        pthread_mutex_unlock(&s->lock);
        g_free(p);
        if (rc < 0)
            return -1;
        if (resume)
            io_post(s->server->io, (void (*)(void *))session_resume, session_ref(s));
    }
}

static void
file_run(struct work *work)
{
    struct session_stream *ss = (struct session_stream *)work;
    struct word *word = g_new0(struct word, 1);
    word->ss = ss;
    atomic_fetch_add(&ss->refs, 1);
    int rc = ss->st->to_client ? file_to_client(ss, &word->err) : client_to_file(ss, &word->err);
    word->failed = rc < 0;
    word->over = rc <= 0;
    io_post(ss->s->server->io, thread_word, word);
}

static void
file_done(struct work *work)
{
    stream_unref((struct session_stream *)work);
}

void
stream_file_go(struct session_stream *ss)
{
    pthread_mutex_lock(&ss->s->lock);
    bool go = !ss->running && !ss->dead;
    ss->running = ss->running || go;
    ss->rests = ss->rests && !go;
    pthread_mutex_unlock(&ss->s->lock);
    if (!go)
        return;
    atomic_fetch_add(&ss->refs, 1);
    ss->work = (struct work){ .run = file_run, .done = file_done };
    executor_submit(ss->s->server->executor, &ss->work);
}
