/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzzes decoding: the first two bytes choose the struct, the rest is its message.
 * What decodes must encode, and what was encoded must decode to the same bytes.
 */
#include "wire/xdr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
round_trip(enum xdr_type type, char *buf, size_t n, struct xdr_writer *w)
{
    XDR_ARENA_AUTO arena;
    xdr_arena_init(&arena, NULL, 0);
    struct xdr_reader r = { buf, buf + n, &arena };
    void *value = xdr_arena_alloc(&arena, xdr_size(type));
    if (xdr_decode(&r, type, value, NULL) < 0)
        return 0;
    if (xdr_encode(w, type, value, NULL) < 0)
        abort(); /* it was within all limits */
    return (size_t)(r.p - buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    enum xdr_type type = (enum xdr_type)(1 + (data[0] << 8 | data[1]) % (XDR_TYPES - 1));
    size_t n = size - 2;
    char *buf = malloc(n + 1); /* exactly sized, so that a byte beyond is noticed */
    char *exact = realloc(buf, n ? n : 1);
    memcpy(exact, data + 2, n);
    struct xdr_writer once, twice;
    xdr_writer_init(&once, 1 << 26);
    xdr_writer_init(&twice, 1 << 26);
    if (type != XDR_remote_typed_param_value && type != XDR_admin_typed_param_value &&
        round_trip(type, exact, n, &once)) {
        char *copy = malloc(once.len ? once.len : 1);
        memcpy(copy, once.buf, once.len);
        if (round_trip(type, copy, once.len, &twice) != once.len || twice.len != once.len ||
            memcmp(once.buf, twice.buf, once.len) != 0)
            abort();
        free(copy);
    }
    xdr_writer_clear(&once);
    xdr_writer_clear(&twice);
    free(exact);
    return 0;
}
