/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qmp-impl: what the three files of the monitor's protocol machine share.
 *
 * Owns: the layout of the machine, of a request that waits for its answer and
 * of a text that waits to be written.
 * Called by: qmp.c, qmp-send.c and qmp-receive.c, nobody else.
 */
#pragma once

#include "drivers/qemu/qmp.h"

#include <glib.h>
#include <jansson.h>
#include <unistd.h>

struct qmp_request {
    unsigned id;
    int64_t since;
    char *command;
    bool raw;
    qmp_done done;
    void *opaque;
};

struct qmp_chunk {
    char *text;
    size_t n, off;
    int fd;
};

struct qmp {
    gint refs;
    char *who;
    struct qmp_callbacks cb;
    void *opaque;
    void (*wake)(void *opaque);
    void *wake_opaque;
    void (*free_wake_opaque)(void *);

    GMutex lock;
    bool closed;
    bool greeted;
    unsigned long version;
    unsigned next_id;
    GQueue pending; /* struct qmp_request: in the order they were sent */
    GQueue out;     /* struct qmp_chunk */
    struct err why; /* once closed */

    /* Only the feeding thread. */
    GString *line;
    size_t scanned; /* no newline in line before this */
};

static inline void
qmp_request_free(struct qmp_request *r)
{
    g_free(r->command);
    g_free(r);
}

static inline void
qmp_chunk_free(struct qmp_chunk *c)
{
    if (c->fd >= 0)
        close(c->fd);
    g_free(c->text);
    g_free(c);
}
