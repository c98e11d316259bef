/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands of the shell itself, which every program has: cd, pwd, echo, quit, exit, complete, self-test. None
 * waits. */
#include "cmd.h"
#include "shell.h"
#include "xml.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool
cmd_cd(struct shell *sh, const struct call *call)
{
    const char *dir = g_get_home_dir();
    if (!sh->interactive)
        return fail(sh, "cd: command valid only in interactive mode");
    if (opt_string(sh, call, "dir", &dir) < 0)
        return false;
    if (chdir(dir) < 0)
        return fail(sh, "cd: %s: %s", g_strerror(errno), dir);
    return true;
}

bool
cmd_pwd(struct shell *sh, const struct call *call)
{
    g_autofree char *dir = g_get_current_dir();
    out(sh, "%s\n", dir);
    return true;
}

/* As a POSIX shell would read it back; words of harmless characters stay bare. */
static void
quote_shell(GString *s, const char *text)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+,-./:=@_^";
    if (*text && !text[strspn(text, safe)]) {
        g_string_append(s, text);
        return;
    }
    g_string_append_c(s, '\'');
    for (; *text; text++)
        g_string_append_len(s, *text == '\'' ? "'\\''" : text, *text == '\'' ? 4 : 1);
    g_string_append_c(s, '\'');
}

bool
cmd_echo(struct shell *sh, const struct call *call)
{
    const struct value *pos = NULL;
    const char *word, *prefix = opt_text(call, "prefix");
    bool split = opt_flag(call, "split"), xml = opt_flag(call, "xml"), shell = opt_flag(call, "shell");
    g_autoptr(GString) s = g_string_new(NULL);
    if (!opt_exclusive(sh, call, "shell", "xml", "split", NULL))
        return false;
    for (int n = 0; (word = opt_word(call, "string", &pos)); n++) {
        if (n)
            g_string_append_c(s, split ? '\n' : ' ');
        if (split) {
            for (const char *p = word; *p; p++) {
                if (p[0] == ',' && p[1] == ',')
                    g_string_append_c(s, *p++);
                else
                    g_string_append_c(s, *p == ',' ? '\n' : *p);
            }
        } else if (xml) {
            g_autofree char *escaped = xml_escape(word);
            g_string_append(s, escaped);
        } else if (shell) {
            quote_shell(s, word);
        } else {
            g_string_append(s, word);
        }
    }
    if (split && s->len)
        g_string_append_c(s, '\n');
    if (prefix) {
        g_string_prepend_c(s, ' ');
        g_string_prepend(s, prefix);
    }
    if (opt_flag(call, "err")) {
        fail(sh, "%s", s->str);
        return true;
    }
    out(sh, "%s", s->str);
    return true;
}

bool
cmd_quit(struct shell *sh, const struct call *call)
{
    sh->leave = true;
    return true;
}

bool
cmd_exit(struct shell *sh, const struct call *call)
{
    return cmd_quit(sh, call);
}

bool
cmd_complete(struct shell *sh, const struct call *call)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    const struct value *pos = NULL;
    const char *word;
    while ((word = opt_word(call, "string", &pos)))
        g_ptr_array_add(words, (char *)word);
    g_ptr_array_add(words, NULL);
    g_auto(GStrv) found = complete_words(sh, (char **)words->pdata);
    for (size_t i = 0; found[i]; i++)
        out(sh, "%s\n", found[i]);
    return true;
}

bool
cmd_self_test(struct shell *sh, const struct call *call)
{
    bool missing = opt_flag(call, "completers-missing"), dump = opt_flag(call, "dump-help");
    for (const struct group_def *g = command_groups; g->keyword; g++) {
        for (const struct command_def *c = g->commands; c->name; c++) {
            if (!c->run || !c->help[0])
                return fail(sh, "command %s is not complete", c->name);
            if (dump)
                shell_help_command(sh, c);
            for (const struct option_def *o = c->options; o && o->name; o++) {
                if (!o->help[0])
                    return fail(sh, "option --%s of %s has no help", o->name, c->name);
                if (missing && o->type != OPTION_FLAG && o->type != OPTION_NUMBER && !o->complete)
                    out(sh, "%s --%s\n", c->name, o->name);
            }
        }
    }
    return true;
}
