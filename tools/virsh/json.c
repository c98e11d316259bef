/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command prints, as one JSON document (--output json).
 *
 * Tables become arrays of objects, properties an object, sections of properties objects in it or, without
 * names, an array.  Whatever else is printed becomes a string if it is one line or a document, else an array
 * of its lines.  Collected while the command runs, by the main thread only, and printed when it ends. */
#include "shell.h"

#include <string.h>

struct json {
    GString *text; /* printed without structure */
    bool list; /* of which each line is an element */
    GPtrArray *documents; /* char * */
    GPtrArray *sections; /* of struct section */
};

struct section {
    char *name; /* NULL for the properties of the whole, or of the next of a list */
    GString *members;
};

static void
section_free(void *opaque)
{
    struct section *s = opaque;
    g_free(s->name);
    g_string_free(s->members, TRUE);
    g_free(s);
}

void
json_begin(struct shell *sh)
{
    sh->document = g_new0(struct json, 1);
    sh->document->text = g_string_new(NULL);
    sh->document->documents = g_ptr_array_new_with_free_func(g_free);
    sh->document->sections = g_ptr_array_new_with_free_func(section_free);
}

char *
json_quote(const char *text)
{
    GString *s = g_string_new("\"");
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *p = valid; *p; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_printf(s, "\\%c", *p);
        else if (*p == '\n')
            g_string_append(s, "\\n");
        else if (*p == '\t')
            g_string_append(s, "\\t");
        else if ((unsigned char)*p < 0x20)
            g_string_append_printf(s, "\\u%04x", (unsigned char)*p);
        else
            g_string_append_c(s, *p);
    }
    g_string_append_c(s, '"');
    return g_string_free(s, FALSE);
}

char *
json_key(const char *label)
{
    GString *s = g_string_new(NULL);
    for (const char *p = label; *p; p++) {
        if (*p == '(' || *p == ')') /* CPU(s) */
            continue;
        if (g_ascii_isalnum(*p) || *p == '_' || *p == '.')
            g_string_append_c(s, g_ascii_tolower(*p));
        else if (s->len && s->str[s->len - 1] != '-')
            g_string_append_c(s, '-');
    }
    while (s->len && s->str[s->len - 1] == '-')
        g_string_truncate(s, s->len - 1);
    char *key = g_string_free(s, FALSE), *quoted = json_quote(key);
    g_free(key);
    return quoted;
}

char *
json_value(const char *fmt, const char *text)
{
    static const char *const integers[] = {"%d", "%u", "%ld", "%lu", "%lld", "%llu", NULL};
    return g_strv_contains(integers, fmt) ? g_strdup(text) : json_quote(text);
}

void
json_text(struct shell *sh, const char *fmt, va_list ap)
{
    g_string_append_vprintf(sh->document->text, fmt, ap);
}

void
json_document(struct shell *sh, char *document)
{
    g_ptr_array_add(sh->document->documents, document);
}

static struct section *
section_add(struct shell *sh, const char *name)
{
    struct section *s = g_new0(struct section, 1);
    s->name = g_strdup(name);
    s->members = g_string_new(NULL);
    g_ptr_array_add(sh->document->sections, s);
    return s;
}

void
fact_section(struct shell *sh, const char *name)
{
    if (sh->document)
        section_add(sh, name);
    else if (name)
        out(sh, "%s:\n", name);
}

void
fact(struct shell *sh, const char *layout, const char *label, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    if (!sh->document) {
        out(sh, layout, label, text);
        return;
    }
    GPtrArray *all = sh->document->sections;
    struct section *s = all->len ? all->pdata[all->len - 1] : section_add(sh, NULL);
    g_autofree char *key = json_key(label);
    g_autofree char *value = json_value(fmt, text);
    g_string_append_printf(s->members, "%s%s: %s", s->members->len ? ", " : "", key, value);
}

void
fact_list(struct shell *sh)
{
    if (sh->document)
        sh->document->list = true;
}

/* Sections with names are members of one object; those without, if there are several, make an array. */
static char *
sections_join(const GPtrArray *sections)
{
    GString *s = g_string_new(NULL);
    bool named = false;
    for (guint i = 0; i < sections->len; i++)
        named |= ((struct section *)sections->pdata[i])->name != NULL;
    bool list = !named && sections->len > 1;
    g_string_append_c(s, list ? '[' : '{');
    for (guint i = 0; i < sections->len; i++) {
        const struct section *one = sections->pdata[i];
        if (i)
            g_string_append(s, ",\n ");
        if (one->name) {
            g_autofree char *key = json_key(one->name);
            g_string_append_printf(s, "%s: {%s}", key, one->members->str);
        } else {
            g_string_append_printf(s, list ? "{%s}" : "%s", one->members->str);
        }
    }
    g_string_append_c(s, list ? ']' : '}');
    return g_string_free(s, FALSE);
}

static char *
text_join(char *text, bool list)
{
    g_strchomp(text);
    if (!list && (!strchr(text, '\n') || text[0] == '<' || text[0] == '{'))
        return json_quote(text);
    g_auto(GStrv) lines = g_strsplit(text, "\n", 0);
    GString *s = g_string_new("[");
    for (size_t i = 0; lines[i]; i++) {
        g_autofree char *quoted = json_quote(g_strchomp(lines[i]));
        g_string_append_printf(s, "%s%s", i ? ",\n " : "", quoted);
    }
    g_string_append_c(s, ']');
    return g_string_free(s, FALSE);
}

void
json_end(struct shell *sh)
{
    struct json *j = g_steal_pointer(&sh->document);
    if (j->sections->len)
        g_ptr_array_add(j->documents, sections_join(j->sections));
    if (j->list || j->text->str[strspn(j->text->str, " \n")])
        g_ptr_array_add(j->documents, text_join(j->text->str, j->list));
    for (guint i = 0; i < j->documents->len; i++) {
        const char *head = j->documents->len == 1 ? "" : i == 0 ? "[" : ",\n ";
        fprintf(stdout, "%s%s", head, (char *)j->documents->pdata[i]);
    }
    if (j->documents->len)
        fprintf(stdout, j->documents->len > 1 ? "]\n" : "\n");
    g_string_free(j->text, TRUE);
    g_ptr_array_unref(j->documents);
    g_ptr_array_unref(j->sections);
    g_free(j);
}
