/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line of a definition as tests look at it.
 */
#pragma once

#include "qemu-fixture.h"

#include "drivers/qemu/command.h"

#include <string.h>

/* The whole line, an option and its value in each line; or what is wrong. */
static inline char *
command_text(struct domain_def *def, struct qemu_host *host)
{
    ERR_AUTO err = ERR_INIT;
    struct qemu_command cmd;
    const struct qemu_command_opts opts = { .id = -1, .native = true };

    if (qemu_domain_prepare(def, host, -1, true, &err) < 0 ||
        qemu_command_build(def, host, &opts, &cmd, &err) < 0)
        return g_strdup(err.message);
    GString *s = g_string_new(NULL);
    for (char **w = cmd.argv; *w; w++)
        g_string_append_printf(s, "%s%s", **w == '-' ? "\n" : " ", *w);
    qemu_command_clear(&cmd);
    return g_string_free(s, FALSE);
}

/* A guest, what has to be in its command line or in why there is none, and what must not. */
struct command_row { const char *machine, *extra, *devices, *has, *lacks; };

static inline void
command_rows(const struct command_row *table, size_t n)
{
    for (const struct command_row *r = table; r < table + n; r++) {
        ERR_AUTO err = ERR_INIT;
        DOMAIN_DEF_AUTO def = parse(r->machine, r->extra, r->devices, &err);
        g_autofree char *line = def ? command_text(def, host) : g_strdup(err.message);

        if (!strstr(line, r->has) || (r->lacks && strstr(line, r->lacks)))
            g_error("%s%s: wanted %s, not %s:%s", r->extra, r->devices, r->has, r->lacks ? r->lacks : "",
                    line);
    }
}
