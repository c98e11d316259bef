/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * folders: where a guest's files are while it runs.
 *
 * Called by: the command line, start, reattach, stop.  Nothing here waits.
 */
#include "drivers/qemu/qemu-host.h"

#include <glib.h>
#include <string.h>

char *
qemu_guest_dir(const struct qemu_host *host, int id, const char *name)
{
    /* Socket paths are short: 20 characters of the name tell enough. */
    GString *s = g_string_new(NULL);
    const char *p = name;
    for (int n = 0; *p && n < 20; n++) {
        const char *next = g_utf8_validate(p, -1, NULL) ? g_utf8_next_char(p) : p + 1;
        g_string_append_len(s, p, next - p);
        p = next;
    }
    char *dir = g_strdup_printf("%s/domain-%d-%s", host->dirs.lib, id, s->str);
    g_string_free(s, TRUE);
    return dir;
}

char *
qemu_guest_ram_dir(const struct qemu_host *host, const char *guest_dir)
{
    return g_build_filename(host->dirs.ram, strrchr(guest_dir, '/') + 1 + strlen("domain-"), NULL);
}
