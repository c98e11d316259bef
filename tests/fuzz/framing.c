/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzzes the reader of messages: the first byte says in pieces of which size the rest
 * arrives.  Whatever the pieces, the same messages come out, and memory stays near
 * what arrived.
 */
#include "wire/framing.h"
#include "wire/xdr-tables.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen { size_t n, bytes; uint32_t sum; };

static void
take_in(const uint8_t *data, size_t size, size_t piece, struct seen *seen)
{
    struct frame_reader r;
    struct frame f;
    int rc = 0;
    frame_reader_init(&r);
    for (size_t at = 0; at < size && rc >= 0; at += piece) {
        frame_reader_feed(&r, (const char *)data + at, size - at < piece ? size - at : piece);
        while ((rc = frame_reader_next(&r, &f, NULL)) == 1) {
            seen->n++;
            seen->bytes += f.n;
            seen->sum = seen->sum * 31 + f.header.serial + (uint32_t)f.header.proc;
            for (size_t i = 0; i < f.n; i++)
                seen->sum = seen->sum * 31 + (unsigned char)f.payload[i];
            if (f.header.status == NET_ERROR) {
                ERR_AUTO err = ERR_INIT;
                frame_decode_error(&f, &err);
                if (err.code == VIR_ERR_OK)
                    abort(); /* an error always says something */
            }
            frame_close_fds(&f);
        }
        if (r.cap > 2 * size + 65536)
            abort();
    }
    frame_reader_clear(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct seen whole = { 0 }, pieces = { 0 };
    take_in(data + 1, size - 1, size, &whole);
    take_in(data + 1, size - 1, 1 + data[0] % 61, &pieces);
    if (whole.n != pieces.n || whole.bytes != pieces.bytes || whole.sum != pieces.sum)
        abort();
    return 0;
}
