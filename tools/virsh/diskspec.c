/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diskspec.h"

#include <string.h>

char **
comma_list(const char *text)
{
    GPtrArray *parts = g_ptr_array_new();
    GString *part = g_string_new(NULL);
    for (; *text; text++) {
        if (text[0] == ',' && text[1] == ',') {
            g_string_append_c(part, *text++);
        } else if (*text == ',') {
            g_ptr_array_add(parts, g_string_free(part, FALSE));
            part = g_string_new(NULL);
        } else {
            g_string_append_c(part, *text);
        }
    }
    g_ptr_array_add(parts, g_string_free(part, FALSE));
    g_ptr_array_add(parts, NULL);
    return (char **)g_ptr_array_free(parts, FALSE);
}

static bool
one_disk(struct shell *sh, const char *text, bool checkpoint, struct xml_out *x)
{
    static const char *const snapshot_keys[] = {"snapshot", "driver", "stype", "file", NULL};
    static const char *const checkpoint_keys[] = {"checkpoint", "bitmap", NULL};
    const char *const *keys = checkpoint ? checkpoint_keys : snapshot_keys;
    const char *values[4] = {NULL};
    g_auto(GStrv) parts = comma_list(text);
    for (size_t i = 1; parts[i]; i++) {
        size_t k = 0, n = strcspn(parts[i], "=");
        while (keys[k] && (strncmp(keys[k], parts[i], n) != 0 || keys[k][n]))
            k++;
        if (!keys[k] || !parts[i][n] || values[k])
            return fail(sh, "unable to parse diskspec: %s", text);
        values[k] = parts[i] + n + 1;
    }
    if (checkpoint) {
        g_autofree char *a = values[0] ? xml_fmt(" checkpoint='%s'", values[0]) : g_strdup("");
        g_autofree char *b = values[1] ? xml_fmt(" bitmap='%s'", values[1]) : g_strdup("");
        g_autofree char *name = xml_fmt("%s", parts[0]);
        xo_raw(x, "<disk name='%s'%s%s/>", name, a, b);
        return true;
    }
    const char *snapshot = values[0], *driver = values[1], *type = values[2], *file = values[3];
    bool block = g_strcmp0(type, "block") == 0;
    if (type && !block && strcmp(type, "file") != 0)
        return fail(sh, "unknown storage type: '%s'", type);
    g_autofree char *name = xml_fmt("%s", parts[0]);
    g_autofree char *a = snapshot ? xml_fmt(" snapshot='%s'", snapshot) : g_strdup("");
    g_autofree char *b = type ? xml_fmt(" type='%s'", type) : g_strdup("");
    if (!driver && !file) {
        xo_raw(x, "<disk name='%s'%s%s/>", name, a, b);
        return true;
    }
    xo_raw_open(x, "<disk name='%s'%s%s>", name, a, b);
    if (driver)
        xo_line(x, "<driver type='%s'/>", driver);
    if (file)
        xo_line(x, "<source %s='%s'/>", block ? "dev" : "file", file);
    xo_close(x, "disk");
    return true;
}

bool
diskspec_xml(struct shell *sh, const struct call *call, bool checkpoint, struct xml_out *x)
{
    const struct value *pos = NULL;
    const char *word;
    bool any = false;
    while ((word = opt_word(call, "diskspec", &pos))) {
        if (!any)
            xo_open(x, "<disks>");
        any = true;
        if (!one_disk(sh, word, checkpoint, x))
            return false;
    }
    if (any)
        xo_close(x, "disks");
    return true;
}
