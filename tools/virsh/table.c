/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables and property lists.  Text columns are padded by the width a terminal gives
 * the characters; what it could not show is written as \xNN. */
#include "shell.h"

#include <stdarg.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

struct table {
    size_t columns;
    GPtrArray *rows; /* of char **, the first is the header */
};

/* A printable copy and its width in cells. */
static char *
printable(const char *text, size_t *width)
{
    GString *s = g_string_new(NULL);
    mbstate_t state = {0};
    size_t left = strlen(text);
    *width = 0;
    while (left > 0) {
        wchar_t c;
        size_t n = mbrtowc(&c, text, left, &state);
        if (n == 0)
            break;
        if (n == (size_t)-1 || n == (size_t)-2) {
            memset(&state, 0, sizeof(state));
            n = 1;
            c = 0;
        }
        int w = c ? wcwidth(c) : -1;
        if (w >= 0 && iswprint((wint_t)c)) {
            g_string_append_len(s, text, n);
            *width += w;
        } else {
            for (size_t i = 0; i < n; i++) {
                g_string_append_printf(s, "\\x%02x", (unsigned char)text[i]);
                *width += 4;
            }
        }
        text += n;
        left -= n;
    }
    return g_string_free(s, FALSE);
}

static void
free_row(void *row)
{
    g_strfreev(row);
}

void
table_rowv(struct table *t, const char *const *cells)
{
    char **row = g_new0(char *, t->columns + 1);
    for (size_t i = 0; i < t->columns; i++)
        row[i] = g_strdup(cells[i] ? cells[i] : "");
    g_ptr_array_add(t->rows, row);
}

struct table *
table_new(const char *first, ...)
{
    struct table *t = g_new0(struct table, 1);
    g_autoptr(GPtrArray) heads = g_ptr_array_new();
    va_list ap;
    t->rows = g_ptr_array_new_with_free_func(free_row);
    va_start(ap, first);
    for (const char *h = first; h; h = va_arg(ap, const char *))
        g_ptr_array_add(heads, (char *)h);
    va_end(ap);
    t->columns = heads->len;
    table_rowv(t, (const char *const *)heads->pdata);
    return t;
}

void
table_row(struct table *t, const char *first, ...)
{
    const char **cells = g_newa0(const char *, t->columns + 1);
    va_list ap;
    va_start(ap, first);
    for (size_t i = 0; i < t->columns; i++)
        cells[i] = i == 0 ? first : va_arg(ap, const char *);
    va_end(ap);
    table_rowv(t, cells);
}

size_t
table_rows(const struct table *t)
{
    return t->rows->len - 1;
}

void
table_free(struct table *t)
{
    if (!t)
        return;
    g_ptr_array_unref(t->rows);
    g_free(t);
}

char *
table_format(const struct table *t, bool header)
{
    g_autofree size_t *widths = g_new0(size_t, t->columns);
    GString *s = g_string_new(NULL);
    size_t w;
    for (guint r = header ? 0 : 1; r < t->rows->len; r++) {
        char **row = t->rows->pdata[r];
        for (size_t c = 0; c < t->columns; c++) {
            g_autofree char *cell = printable(row[c], &w);
            widths[c] = MAX(widths[c], w);
        }
    }
    for (guint r = header ? 0 : 1; r < t->rows->len; r++) {
        char **row = t->rows->pdata[r];
        for (size_t c = 0; c < t->columns; c++) {
            g_autofree char *cell = printable(row[c], &w);
            g_string_append_printf(s, " %s", cell);
            if (c + 1 < t->columns)
                g_string_append_printf(s, "%*s", (int)(widths[c] - w + 2), "");
        }
        g_string_append_c(s, '\n');
        if (r == 0) {
            size_t total = 0;
            for (size_t c = 0; c < t->columns; c++)
                total += widths[c] + 3;
            for (size_t i = 0; i < total; i++)
                g_string_append_c(s, '-');
            g_string_append_c(s, '\n');
        }
    }
    return g_string_free(s, FALSE);
}

static void
table_json(struct shell *sh, const struct table *t)
{
    char **heads = t->rows->pdata[0];
    GString *s = g_string_new("[");
    for (guint r = 1; r < t->rows->len; r++) {
        char **row = t->rows->pdata[r];
        g_string_append_printf(s, "%s\n  {", r > 1 ? "," : "");
        for (size_t c = 0; c < t->columns; c++) {
            g_autofree char *key = json_key(heads[c]);
            g_autofree char *value = json_quote(row[c]);
            g_string_append_printf(s, "%s%s: %s", c ? ", " : "", key, value);
        }
        g_string_append_c(s, '}');
    }
    g_string_append(s, t->rows->len > 1 ? "\n]" : "]");
    json_document(sh, g_string_free(s, FALSE));
}

static const char *
row_color(char **row, size_t columns)
{
    for (size_t c = 0; c < columns; c++) {
        if (strcmp(row[c], "running") == 0 || strcmp(row[c], "active") == 0)
            return "\033[32m";
        if (strcmp(row[c], "paused") == 0 || strcmp(row[c], "pmsuspended") == 0)
            return "\033[33m";
        if (strcmp(row[c], "crashed") == 0)
            return "\033[31m";
    }
    return NULL;
}

void
table_print(struct shell *sh, struct table *t)
{
    if (sh->document) {
        table_json(sh, t);
        return;
    }
    g_autofree char *text = table_format(t, !sh->quiet);
    if (!sh->color) {
        out(sh, "%s", text);
        return;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", 0);
    guint row = sh->quiet ? 1 : 0, line = 0;
    for (; lines[line] && (lines[line][0] || lines[line + 1]); line++) {
        bool rule = !sh->quiet && line == 1;
        const char *color = line == 0 && !sh->quiet ? "\033[1m" : rule ? NULL
                            : row < t->rows->len ? row_color(t->rows->pdata[row], t->columns)
                                                 : NULL;
        out(sh, "%s%s%s\n", color ? color : "", lines[line], color ? "\033[0m" : "");
        if (!rule)
            row++;
    }
}

struct props {
    int width;
    GPtrArray *labels, *values, *formats;
};

struct props *
props_new(int width)
{
    struct props *p = g_new0(struct props, 1);
    p->width = width;
    p->labels = g_ptr_array_new_with_free_func(g_free);
    p->values = g_ptr_array_new_with_free_func(g_free);
    p->formats = g_ptr_array_new();
    return p;
}

void
prop(struct props *p, const char *label, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_ptr_array_add(p->labels, g_strdup(label));
    g_ptr_array_add(p->values, g_strdup_vprintf(fmt, ap));
    g_ptr_array_add(p->formats, (char *)fmt);
    va_end(ap);
}

void
props_print(struct shell *sh, struct props *p)
{
    GString *s = sh->document ? g_string_new("{") : NULL;
    for (guint i = 0; i < p->labels->len; i++) {
        const char *label = p->labels->pdata[i], *value = p->values->pdata[i];
        if (s) {
            g_autofree char *key = json_key(label);
            g_autofree char *shown = json_value(p->formats->pdata[i], value);
            g_string_append_printf(s, "%s\n  %s: %s", i ? "," : "", key, shown);
        } else {
            g_autofree char *head = g_strconcat(label, ":", NULL);
            out(sh, "%-*s %s\n", p->width, head, value);
        }
    }
    if (s) {
        g_string_append(s, "\n}");
        json_document(sh, g_string_free(s, FALSE));
    }
}

void
props_free(struct props *p)
{
    if (!p)
        return;
    g_ptr_array_unref(p->labels);
    g_ptr_array_unref(p->values);
    g_ptr_array_unref(p->formats);
    g_free(p);
}
