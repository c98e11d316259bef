/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * xdr-shim: lets the Python test reach the codecs (which are hidden symbols).
 * Called by: tests/unit/test-xdr.py through ctypes.
 */
#include "wire/xdr.h"

#include <glib.h>

#define SHIM __attribute__((visibility("default")))
SHIM int shim_decode(int type, char *buf, size_t n, void *out, size_t *used, char *why, size_t why_n);
SHIM long shim_encode(int type, const void *in, size_t limit, char **buf, char *why, size_t why_n);
SHIM size_t shim_size(int type);
SHIM const char *shim_name(int type);
SHIM int shim_types(void);
SHIM void shim_reset(void);
SHIM void shim_free(char *buf);

static struct xdr_arena arena;

int
shim_decode(int type, char *buf, size_t n, void *out, size_t *used, char *why, size_t why_n)
{
    ERR_AUTO err = ERR_INIT;
    struct xdr_reader r = { buf, buf + n, &arena };
    int rc = xdr_decode(&r, type, out, &err);
    *used = (size_t)(r.p - buf);
    if (rc < 0)
        g_strlcpy(why, err_message(&err), why_n);
    return rc;
}

long
shim_encode(int type, const void *in, size_t limit, char **buf, char *why, size_t why_n)
{
    ERR_AUTO err = ERR_INIT;
    struct xdr_writer w;
    xdr_writer_init(&w, limit);
    if (xdr_encode(&w, type, in, &err) < 0) {
        g_strlcpy(why, err_message(&err), why_n);
        xdr_writer_clear(&w);
        return -1;
    }
    *buf = w.buf;
    return (long)w.len;
}

size_t shim_size(int type) { return xdr_size(type); }
const char *shim_name(int type) { return xdr_name(type); }
int shim_types(void) { return XDR_TYPES; }
void shim_reset(void) { xdr_arena_clear(&arena); }
void shim_free(char *buf) { g_free(buf); }
