/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lines to calls.
 *
 * A text holds commands separated by semicolons or newlines; a word that begins with # opens a
 * comment.  Within apostrophes everything stands for itself; within double quotes and outside, a
 * backslash takes the meaning from the next character.  Owns nothing but the calls it returns; never
 * waits, never prints. */
#include "command.h"

#include <string.h>

const struct command_def *
command_find(const char *name)
{
    for (const struct group_def *g = command_groups; g->keyword; g++) {
        for (const struct command_def *c = g->commands; c->name; c++) {
            if (c->run && strcmp(c->name, name) == 0)
                return c;
            if (c->aliases) {
                g_auto(GStrv) aliases = g_strsplit(c->aliases, " ", 0);
                if (g_strv_contains((const char *const *)aliases, name))
                    return c;
            }
        }
    }
    return NULL;
}

const struct option_def *
option_find(const struct command_def *def, const char *name)
{
    for (const struct option_def *o = def->options; o && o->name; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

void
call_free(struct call *calls)
{
    while (calls) {
        struct call *next = calls->next;
        for (struct value *v = calls->values; v;) {
            struct value *n = v->next;
            g_free(v->text);
            g_free(v);
            v = n;
        }
        g_free(calls);
        calls = next;
    }
}

static bool
given(const struct call *call, const struct option_def *o)
{
    for (const struct value *v = call->values; v; v = v->next)
        if (v->opt == o)
            return true;
    return false;
}

static void
add_value(struct call *call, const struct option_def *o, const char *text)
{
    struct value **end = &call->values;
    while (*end)
        end = &(*end)->next;
    *end = g_new0(struct value, 1);
    (*end)->opt = o;
    (*end)->text = g_strdup(text);
}

/* The words of one command to a call. */
static struct call *
parse_one(char *const *words, size_t n, char **error)
{
    const struct command_def *def = command_find(words[0]);
    if (!def) {
        *error = g_strdup_printf("unknown command: '%s'", words[0]);
        return NULL;
    }
    struct call *call = g_new0(struct call, 1);
    g_autoptr(GString) missing = g_string_new(NULL);
    call->def = def;
    bool options = true;
    for (size_t i = 1; i < n; i++) {
        const char *word = words[i];
        if (options && strcmp(word, "--") == 0) {
            options = false;
            continue;
        }
        if (options && strncmp(word, "--", 2) == 0) {
            const char *eq = strchr(word, '=');
            g_autofree char *name = eq ? g_strndup(word + 2, eq - word - 2) : g_strdup(word + 2);
            const struct option_def *o = option_find(def, name);
            if (!o && strcmp(name, "help") == 0) {
                call->help = true;
                continue;
            }
            if (!o) {
                *error = g_strdup_printf("command '%s' doesn't support option --%s", def->name, name);
                goto bad;
            }
            if (o->type != OPTION_WORDS && given(call, o)) {
                *error = g_strdup_printf("option --%s already seen", name);
                goto bad;
            }
            if (o->type == OPTION_FLAG) {
                if (eq) {
                    *error = g_strdup_printf("invalid '=' after option --%s", name);
                    goto bad;
                }
                add_value(call, o, NULL);
            } else if (eq) {
                add_value(call, o, eq + 1);
            } else if (i + 1 < n) {
                add_value(call, o, words[++i]);
            } else {
                *error = g_strdup_printf("expected syntax: --%s <%s>", name,
                                         o->type == OPTION_NUMBER ? "number" : "string");
                goto bad;
            }
            continue;
        }
        const struct option_def *o = def->options;
        while (o && o->name && !(o->positional && (o->type == OPTION_WORDS || !given(call, o))))
            o++;
        if (!o || !o->name) {
            if (strcmp(def->name, "help") == 0)
                continue; /* people type it before a whole command line */
            *error = g_strdup_printf("unexpected data '%s'", word);
            goto bad;
        }
        add_value(call, o, word);
    }
    for (const struct option_def *o = def->options; o && o->name && !call->help; o++)
        if (o->required && !given(call, o))
            g_string_append_printf(missing, o->type == OPTION_NUMBER ? "%scommand '%s' requires --%s option"
                                                                     : "%scommand '%s' requires <%s> option",
                                   missing->len ? "\n" : "", def->name, o->name);
    if (missing->len) {
        *error = g_strdup(missing->str);
        goto bad;
    }
    return call;
bad:
    call_free(call);
    return NULL;
}

bool
parse_words(char *const *words, size_t n, struct call **calls, char **error)
{
    *calls = NULL;
    if (n == 0)
        return true;
    *calls = parse_one(words, n, error);
    return *calls != NULL;
}

enum token { TOKEN_WORD, TOKEN_END_COMMAND, TOKEN_END, TOKEN_BAD };

/* Reads the next token; in lenient mode an unfinished word is returned, with the open quote. */
static enum token
next_token(const char **at, GString *word, bool lenient, char *quote, char **error)
{
    const char *p = *at;
    g_string_truncate(word, 0);
    while (*p == ' ' || *p == '\t' || *p == '\r')
        p++;
    if (*p == '#')
        p += strcspn(p, "\n");
    if (!*p) {
        *at = p;
        return TOKEN_END;
    }
    if (*p == ';' || *p == '\n') {
        *at = p + 1;
        return TOKEN_END_COMMAND;
    }
    char open = 0;
    for (; *p; p++) {
        if (open == '\'') {
            if (*p == '\'')
                open = 0;
            else
                g_string_append_c(word, *p);
        } else if (*p == '\\') {
            if (!p[1]) {
                if (!lenient) {
                    *error = g_strdup("dangling \\");
                    return TOKEN_BAD;
                }
                continue;
            }
            g_string_append_c(word, *++p);
        } else if (*p == '"') {
            open = open ? 0 : '"';
        } else if (open) {
            g_string_append_c(word, *p);
        } else if (*p == '\'') {
            open = '\'';
        } else if (strchr(" \t\r\n;", *p)) {
            break;
        } else {
            g_string_append_c(word, *p);
        }
    }
    /* An apostrophe left open at the end is forgiven, as scripts may rely on it. */
    if (open == '"' && !lenient) {
        *error = g_strdup("missing \"");
        return TOKEN_BAD;
    }
    if (quote)
        *quote = open;
    *at = p;
    return TOKEN_WORD;
}

bool
parse_text(const char *text, struct call **calls, char **error)
{
    struct call **end = calls;
    g_autoptr(GString) word = g_string_new(NULL);
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    *calls = NULL;
    for (;;) {
        enum token t = next_token(&text, word, false, NULL, error);
        if (t == TOKEN_WORD) {
            g_ptr_array_add(words, g_strdup(word->str));
            continue;
        }
        if (t != TOKEN_BAD && words->len > 0) {
            *end = parse_one((char **)words->pdata, words->len, error);
            if (!*end)
                t = TOKEN_BAD;
            else
                end = &(*end)->next;
            g_ptr_array_set_size(words, 0);
        }
        if (t == TOKEN_END)
            return true;
        if (t == TOKEN_BAD) {
            call_free(*calls);
            *calls = NULL;
            return false;
        }
    }
}

char **
parse_unfinished(const char *text, char *quote)
{
    g_autoptr(GString) word = g_string_new(NULL);
    GPtrArray *words = g_ptr_array_new();
    const char *start = text;
    bool open = false;
    *quote = 0;
    for (;;) {
        enum token t = next_token(&text, word, true, quote, NULL);
        if (t == TOKEN_WORD) {
            g_ptr_array_add(words, g_strdup(word->str));
            open = !*text;
        } else if (t == TOKEN_END_COMMAND) {
            for (guint i = 0; i < words->len; i++)
                g_free(words->pdata[i]);
            g_ptr_array_set_size(words, 0);
            open = false;
        } else {
            break;
        }
    }
    if (!open || text == start)
        g_ptr_array_add(words, g_strdup(""));
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}
