/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line of a definition as tests look at it.
 */
#pragma once

#include "drivers/qemu/command.h"
#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/prepare.h"

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
