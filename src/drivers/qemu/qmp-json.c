/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qmp-json: the JSON of QEMU's monitor, whose numbers are larger than others'.
 *
 * Owns: how a number that Jansson cannot hold is kept.
 * Called by: qmp-receive.c with each line, who hands on a reply as text.  Waits: never.
 */
#include "drivers/qemu/qmp.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* QEMU writes unsigned 64 bit numbers, which Jansson cannot hold.  Such a number
 * becomes a string with this mark; qmp_dump() turns it back. */
#define BIG_MARK "\\u0001"

static json_t *
load_with_big_numbers(const char *text, size_t n, json_error_t *where)
{
    g_autoptr(GString) out = g_string_sized_new(n + 64);
    bool quoted = false;
    size_t i = 0;

    while (i < n) {
        size_t digits = 0;

        if (quoted && text[i] == '\\' && i + 1 < n) {
            g_string_append_len(out, text + i, 2);
            i += 2;
            continue;
        }
        if (text[i] == '"')
            quoted = !quoted;
        while (!quoted && i + digits < n && g_ascii_isdigit(text[i + digits]))
            digits++;
        if (digits < 19) {
            g_string_append_len(out, text + i, (gssize)(digits ? digits : 1));
        } else {
            bool minus = out->len > 0 && out->str[out->len - 1] == '-';

            if (minus)
                g_string_truncate(out, out->len - 1);
            g_string_append(out, "\"" BIG_MARK);
            if (minus)
                g_string_append_c(out, '-');
            g_string_append_len(out, text + i, (gssize)digits);
            g_string_append_c(out, '"');
        }
        i += digits ? digits : 1;
    }
    return json_loadb(out->str, out->len, JSON_ALLOW_NUL, where);
}

json_t *
qmp_load(const char *text, size_t n, json_error_t *where)
{
    json_t *value = json_loadb(text, n, JSON_ALLOW_NUL, where);

    if (!value && json_error_code(where) == json_error_numeric_overflow)
        value = load_with_big_numbers(text, n, where);
    return value;
}

char *
qmp_dump(json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    GString *out;
    const char *at, *mark;

    if (!text)
        return g_strdup("");
    out = g_string_new(NULL);
    for (at = text; (mark = strstr(at, "\"" BIG_MARK)); ) {
        const char *end = strchr(mark + 1, '"');

        g_string_append_len(out, at, mark - at);
        mark += 1 + strlen(BIG_MARK);
        g_string_append_len(out, mark, end - mark);
        at = end + 1;
    }
    g_string_append(out, at);
    free(text);
    return g_string_free(out, FALSE);
}
