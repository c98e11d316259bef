/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * err: see err.h.
 */
#include "base/err.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

static int
fill(struct err *e, int domain, int code, char *message)
{
    if (!e) {
        g_free(message);
        return -1;
    }
    err_clear(e);
    e->code = code;
    e->domain = domain;
    e->level = VIR_ERR_ERROR;
    e->message = message;
    return -1;
}

int
err_set_from(struct err *e, int domain, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *message = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    return fill(e, domain, code, message);
}

int
err_errno_from(struct err *e, int domain, int errnum, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *what = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    char *message = g_strconcat(what, ": ", g_strerror(errnum), NULL);
    g_free(what);
    fill(e, domain, errnum == ENOMEM ? VIR_ERR_NO_MEMORY : VIR_ERR_SYSTEM_ERROR, message);
    if (e)
        e->int1 = errnum;
    return -1;
}

int
err_context(struct err *e, const char *fmt, ...)
{
    if (!e)
        return -1;
    va_list ap;
    va_start(ap, fmt);
    char *context = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    char *message = g_strconcat(context, ": ", err_message(e), NULL);
    g_free(context);
    g_free(e->message);
    e->message = message;
    return -1;
}

bool
err_is(const struct err *e, int code)
{
    return e && e->code == code;
}

void
err_clear(struct err *e)
{
    if (!e)
        return;
    g_free(e->message);
    g_free(e->str1);
    g_free(e->str2);
    g_free(e->str3);
    memset(e, 0, sizeof(*e));
}

void
err_move(struct err *dst, struct err *src)
{
    if (dst) {
        err_clear(dst);
        *dst = *src;
        memset(src, 0, sizeof(*src));
    } else {
        err_clear(src);
    }
}

void
err_copy(struct err *dst, const struct err *src)
{
    if (!dst || dst == src)
        return;
    err_clear(dst);
    *dst = *src;
    dst->message = g_strdup(src->message);
    dst->str1 = g_strdup(src->str1);
    dst->str2 = g_strdup(src->str2);
    dst->str3 = g_strdup(src->str3);
}

const char *
err_message(const struct err *e)
{
    return e && e->message && *e->message ? e->message : "no cause was recorded";
}
