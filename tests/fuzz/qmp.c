/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzzer: what a monitor may send.  The first byte says how the rest is cut.
 */
#include "drivers/qemu/qmp.h"

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>

struct count { unsigned done, closed, asked; };

static void
on_event(void *opaque, const char *name, json_t *data, long long seconds, unsigned micros)
{
}

static void
on_closed(void *opaque, const struct err *why)
{
    struct count *count = opaque;

    count->closed++;
}

static void
on_done(void *opaque, const struct qmp_reply *reply)
{
    struct count *count = opaque;

    count->done++;
    if (!reply->err == !reply->value)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct qmp_callbacks callbacks = { on_event, on_closed };
    struct count count = { 0, 0, 0 };
    struct qmp *qmp = qmp_new("fuzz", &callbacks, &count);
    size_t step = size ? data[0] % 64 + 1u : 1;

    for (unsigned i = 0; i < 3; i++)
        count.asked += qmp_execute(qmp, "query-status", NULL, -1, on_done, &count, NULL) == 0;
    for (size_t at = 1; at < size; at += step)
        if (qmp_feed(qmp, (const char *)data + at, MIN(step, size - at)) < 0)
            break;
    {
        ERR_AUTO err = ERR_INIT;

        err_set_from(&err, VIR_FROM_QEMU, VIR_ERR_INTERNAL_ERROR, "end");
        qmp_close(qmp, &err);
    }
    if (count.done != count.asked || count.closed != 1)
        abort();
    qmp_unref(qmp);
    return 0;
}
