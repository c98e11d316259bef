/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * event-wire: events as messages; see event-wire.h.
 *
 * The message with a callback id is encoded by whoever sends first and kept with
 * the event; for each receiver only the id in it differs.
 */
#include "driver/event-wire-impl.h"

#define ERR_FROM VIR_FROM_RPC

static const struct event_wire *
find(const struct event *ev)
{
    for (size_t i = 0; i < event_wires_n; i++)
        if (event_wires[i].family == ev->family && event_wires[i].id == ev->id)
            return &event_wires[i];
    return NULL;
}

static int
encode(const struct event *ev, const struct event_wire_form *form, struct xdr_writer *w, struct err *err)
{
    char space[1024];
    XDR_ARENA_AUTO arena;
    xdr_arena_init(&arena, space, sizeof(space));
    bool qemu = ev->family == EVENT_QEMU_MONITOR;
    const struct net_header header = {
        .prog = qemu ? QEMU_PROGRAM : REMOTE_PROGRAM,
        .vers = qemu ? QEMU_PROTOCOL_VERSION : REMOTE_PROTOCOL_VERSION,
        .proc = form->proc,
        .type = NET_MESSAGE,
        .serial = 1,
        .status = NET_OK, /* as clients have always seen it */
    };
    size_t begin = frame_begin(w, &header);
    if (form->encode(ev, &arena, w, err) < 0) {
        w->len = begin;
        w->too_long = false;
        return -1;
    }
    return frame_end(w, begin, err);
}

struct encoded {
    size_t n;
    char bytes[];
};

int
event_message(struct event *ev, enum event_style style, int callback_id, struct xdr_writer *w,
              struct err *err)
{
    const struct event_wire *map = find(ev);
    if (!map)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "Event %d of family %d has no message", ev->id,
                       ev->family);
    const struct event_wire_form *form = &map->forms[style];
    if (!form->proc)
        return 0;
    if (style == EVENT_STYLE_LEGACY)
        return encode(ev, form, w, err);
    struct encoded *cached = __atomic_load_n((struct encoded **)&ev->encoded, __ATOMIC_ACQUIRE);
    if (!cached) {
        struct xdr_writer one;
        xdr_writer_init(&one, NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX);
        if (encode(ev, form, &one, err) < 0) {
            xdr_writer_clear(&one);
            return -1;
        }
        struct encoded *mine = g_malloc(sizeof(*mine) + one.len);
        mine->n = one.len;
        memcpy(mine->bytes, one.buf, one.len);
        xdr_writer_clear(&one);
        ev->free_encoded = g_free;
        void *none = NULL;
        if (__atomic_compare_exchange_n(&ev->encoded, &none, mine, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE)) {
            cached = mine;
        } else {
            cached = none;
            g_free(mine);
        }
    }
    size_t at = w->len;
    char *p = xdr_writer_room(w, cached->n);
    if (!p)
        return err_set(err, VIR_ERR_RPC, "No room for the event's message of %zu bytes", cached->n);
    memcpy(p, cached->bytes, cached->n);
    xdr_put_u32(w->buf + at + FRAME_HEADER, (uint32_t)callback_id); /* first in all these messages */
    return 0;
}

struct event *
event_from_message(struct frame *f, int *callback_id, struct err *err)
{
    bool qemu = f->header.prog == QEMU_PROGRAM;
    if (!qemu && f->header.prog != REMOTE_PROGRAM)
        return NULL;
    for (size_t i = 0; i < event_wires_n; i++) {
        const struct event_wire *map = &event_wires[i];
        if (qemu != (map->family == EVENT_QEMU_MONITOR))
            continue;
        for (int style = 0; style < 2; style++) {
            const struct event_wire_form *form = &map->forms[style];
            if (form->proc == 0 || form->proc != f->header.proc)
                continue;
            char space[2048];
            XDR_ARENA_AUTO arena;
            xdr_arena_init(&arena, space, sizeof(space));
            struct xdr_reader r = { f->payload, f->payload + f->n, &arena };
            struct event *ev = event_new(map->family, map->id);
            *callback_id = -1;
            if (form->decode(&r, ev, callback_id, err) < 0) {
                event_unref(ev);
                return NULL;
            }
            return ev;
        }
    }
    return NULL;
}

void
event_graphics_to_wire(const struct event_graphics_address *a, struct remote_domain_event_graphics_address *w)
{
    *w = (struct remote_domain_event_graphics_address){
        a->family, a->node ? a->node : (char *)"", a->service ? a->service : (char *)"",
    };
}

void
event_graphics_from_wire(const struct remote_domain_event_graphics_address *w,
                         struct event_graphics_address *a)
{
    *a = (struct event_graphics_address){ w->family, g_strdup(w->node), g_strdup(w->service) };
}

void
event_subject_to_wire(const struct event *ev, struct xdr_arena *arena,
                      struct remote_domain_event_graphics_identity **w, uint32_t *n)
{
    *n = (uint32_t)ev->u.graphics.nsubject;
    *w = xdr_arena_alloc(arena, (*n + 1) * sizeof(**w));
    for (uint32_t i = 0; i < *n; i++)
        (*w)[i] = (struct remote_domain_event_graphics_identity){ ev->u.graphics.subject[i].type,
                                                                  ev->u.graphics.subject[i].name };
}

void
event_subject_from_wire(struct event *ev, const struct remote_domain_event_graphics_identity *w, uint32_t n)
{
    ev->u.graphics.nsubject = n;
    ev->u.graphics.subject = g_new0(struct event_graphics_identity, n + 1);
    for (uint32_t i = 0; i < n; i++)
        ev->u.graphics.subject[i] =
            (struct event_graphics_identity){ g_strdup(w[i].type), g_strdup(w[i].name) };
}

int
event_params_from_wire(struct event *ev, const struct remote_typed_param *params, uint32_t n, struct err *err)
{
    virTypedParameterPtr out = g_new0(virTypedParameter, n + 1);
    if (params_from_wire(params, n, true, out, err) < 0) {
        g_free(out);
        return -1;
    }
    ev->u.params.params = out;
    ev->u.params.nparams = (int)n;
    return 0;
}
