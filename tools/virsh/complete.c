/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completion: of commands, options and names of objects.  Called by the tab key, by the hidden command
 * "complete" and so by the shell's completion file.  Asks the hypervisor; says nothing on failure. */
#include "shell.h"

#include <stdlib.h>
#include <string.h>

void
finder_add(GPtrArray *names, const char *name)
{
    if (name && *name)
        g_ptr_array_add(names, g_strdup(name));
}

static void
find_commands(struct shell *sh, const struct call *call, GPtrArray *names)
{
    for (const struct group_def *g = command_groups; g->keyword; g++) {
        bool hidden = strcmp(g->keyword, "hidden") == 0;
        for (const struct command_def *c = g->commands; !hidden && c->name; c++)
            if (c->run)
                finder_add(names, c->name);
        if (call && !hidden)
            finder_add(names, g->keyword);
    }
}

void
option_words(struct shell *sh, const struct call *call, const struct option_def *o, GPtrArray *names)
{
    if (!o->complete)
        return;
    if (g_str_has_prefix(o->complete, "word:")) {
        g_auto(GStrv) words = g_strsplit(o->complete + 5, ",", 0);
        for (size_t i = 0; words[i]; i++)
            finder_add(names, words[i]);
        return;
    }
    for (const struct finder *f = finders; f->kind; f++)
        if (strcmp(f->kind, o->complete) == 0 && f->offline)
            f->find(sh, call, names);
}

static void
values_of(struct shell *sh, const struct call *call, const struct option_def *o, GPtrArray *names)
{
    option_words(sh, call, o, names);
    if (o->complete && strcmp(o->complete, "command") == 0)
        find_commands(sh, call, names);
    for (const struct finder *f = finders; o->complete && f->kind; f++) {
        if (strcmp(f->kind, o->complete) == 0 && !f->offline) {
            if (shell_connected(sh) || shell_connect(sh))
                f->find(sh, call, names);
            err_forget(sh);
        }
    }
}

/* What was given so far, without checks, and the option that waits for its value, if any. */
static struct call *
call_so_far(const struct command_def *def, char *const *words, size_t n, const struct option_def **waiting,
            bool *options)
{
    struct call *call = g_new0(struct call, 1);
    struct value **end = &call->values;
    call->def = def;
    *waiting = NULL;
    *options = true;
    for (size_t i = 0; i < n; i++) {
        const struct option_def *o = NULL;
        const char *text = NULL;
        if (*options && strcmp(words[i], "--") == 0) {
            *options = false;
            continue;
        }
        if (*options && g_str_has_prefix(words[i], "--")) {
            const char *eq = strchr(words[i], '=');
            g_autofree char *name =
                g_strndup(words[i] + 2, eq ? (size_t)(eq - words[i] - 2) : strlen(words[i]));
            o = option_find(def, name);
            if (!o)
                continue;
            if (eq) {
                text = eq + 1;
            } else if (o->type != OPTION_FLAG) {
                if (i + 1 >= n) {
                    *waiting = o;
                    return call;
                }
                text = words[++i];
            }
        } else {
            for (o = def->options; o && o->name; o++) {
                bool given = false;
                for (struct value *v = call->values; v; v = v->next)
                    given |= v->opt == o;
                if (o->positional && (!given || o->type == OPTION_WORDS))
                    break;
            }
            if (!o || !o->name)
                continue;
            text = words[i];
        }
        *end = g_new0(struct value, 1);
        (*end)->opt = o;
        (*end)->text = g_strdup(text);
        end = &(*end)->next;
    }
    return call;
}

static bool
was_given(const struct call *call, const struct option_def *o)
{
    for (const struct value *v = call->values; v; v = v->next)
        if (v->opt == o)
            return true;
    return false;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
complete_words(struct shell *sh, char *const *words)
{
    size_t n = g_strv_length((char **)words);
    const char *last = n ? words[n - 1] : "";
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    GPtrArray *found = g_ptr_array_new();
    if (n <= 1) {
        find_commands(sh, NULL, all);
    } else {
        const struct command_def *def = command_find(words[0]);
        const struct option_def *waiting = NULL;
        bool options;
        struct call *call = def ? call_so_far(def, words + 1, n - 2, &waiting, &options) : NULL;
        const char *eq = g_str_has_prefix(last, "--") ? strchr(last, '=') : NULL;
        if (waiting) {
            values_of(sh, call, waiting, all);
        } else if (call && options && eq) {
            /* --name=value is one word. */
            g_autofree char *name = g_strndup(last + 2, eq - last - 2);
            const struct option_def *o = option_find(def, name);
            if (o && o->type != OPTION_FLAG)
                values_of(sh, call, o, all);
            for (guint i = 0; i < all->len; i++) {
                g_autofree char *value = all->pdata[i];
                all->pdata[i] = g_strdup_printf("--%s=%s", name, value);
            }
        } else if (call) {
            const struct option_def *next = NULL;
            for (const struct option_def *o = def->options; o && o->name; o++) {
                bool given = was_given(call, o) && o->type != OPTION_WORDS;
                if (options && !given && (!*last || *last == '-')) {
                    if (*last == '-')
                        g_ptr_array_add(all, g_strconcat("--", o->name, NULL));
                }
                if (!next && o->positional && !given)
                    next = o;
            }
            if (next && *last != '-') {
                values_of(sh, call, next, all);
            }
            if (options && !*last && all->len == 0)
                for (const struct option_def *o = def->options; o && o->name; o++)
                    if (!was_given(call, o))
                        g_ptr_array_add(all, g_strconcat("--", o->name, NULL));
        }
        call_free(call);
    }
    for (guint i = 0; i < all->len; i++)
        if (g_str_has_prefix(all->pdata[i], last))
            g_ptr_array_add(found, g_strdup(all->pdata[i]));
    if (found->len)
        qsort(found->pdata, found->len, sizeof(void *), by_text);
    for (guint i = 1; i < found->len;) {
        if (strcmp(found->pdata[i - 1], found->pdata[i]) == 0)
            g_free(g_ptr_array_remove_index(found, i));
        else
            i++;
    }
    g_ptr_array_add(found, NULL);
    return (char **)g_ptr_array_free(found, FALSE);
}
