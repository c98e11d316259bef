/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interactive shell: prompt, line editing, history and completion by the tab key.  Waits for the
 * person at the keyboard. */
#include "config.h"
#include "shell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if WITH_READLINE
#include <readline/history.h>
#include <readline/readline.h>
#endif

static const char *
prompt(const struct shell *sh)
{
    static char text[64];
    g_snprintf(text, sizeof(text), "%s %c ", program.name, sh->readonly ? '>' : '#');
    return text;
}

#if WITH_READLINE
/* readline's callbacks carry no argument. */
static struct shell *completing;

static char *
history_path(void)
{
    g_autofree char *folder = g_build_filename(g_get_user_cache_dir(), "libvirt", program.name, NULL);
    if (g_mkdir_with_parents(folder, 0700) < 0)
        return NULL;
    return g_build_filename(folder, "history", NULL);
}

static char **
attempt(const char *text, int start, int end)
{
    char quote;
    g_autofree char *line = g_strndup(rl_line_buffer, end);
    g_auto(GStrv) words = parse_unfinished(line, &quote);
    g_auto(GStrv) found = complete_words(completing, words);
    size_t n = found ? g_strv_length(found) : 0;
    /* Of --name=value readline completes the value only. */
    for (size_t i = 0; i < n && !g_str_has_prefix(text, "--"); i++) {
        const char *eq = g_str_has_prefix(found[i], "--") ? strchr(found[i], '=') : NULL;
        if (eq)
            memmove(found[i], eq + 1, strlen(eq));
    }
    rl_attempted_completion_over = n > 0;
    if (n == 0)
        return NULL;
    /* readline wants its own allocations and the common beginning first */
    char **matches = calloc(n + 2, sizeof(char *));
    size_t common = strlen(found[0]);
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        while (same < common && found[i][same] == found[0][same])
            same++;
        common = same;
        matches[i + 1] = strdup(found[i]);
    }
    matches[0] = strndup(found[0], common);
    if (n == 1) {
        free(matches[1]);
        matches[1] = NULL;
    }
    return matches;
}

static void
history_open(struct shell *sh)
{
    const char *env = getenv(program.env_history);
    int size = 500;
    completing = sh;
    rl_readline_name = program.name;
    rl_attempted_completion_function = attempt;
    rl_basic_word_break_characters = " \t\n;\"'=";
    rl_completer_quote_characters = "\"'";
    if (env) {
        char *end;
        long n = strtol(env, &end, 10);
        if (end == env || *end || n < 0 || n > 500000)
            fail(sh, "Invalid numeric value in $%s", program.env_history);
        else
            size = (int)n;
    }
    stifle_history(size);
    g_autofree char *path = history_path();
    if (path)
        read_history(path);
}

static void
history_close(void)
{
    g_autofree char *path = history_path();
    if (path)
        write_history(path);
}

static char *
read_line(struct shell *sh)
{
    return readline(prompt(sh));
}
#else
static void
history_open(struct shell *sh)
{
}

static void
history_close(void)
{
}

static char *
read_line(struct shell *sh)
{
    char *line = NULL;
    size_t size = 0;
    fputs(prompt(sh), stdout);
    fflush(stdout);
    ssize_t n = getline(&line, &size, stdin);
    if (n < 0) {
        free(line);
        return NULL;
    }
    if (n > 0 && line[n - 1] == '\n')
        line[n - 1] = 0;
    return line;
}
#endif

int
shell_interactive(struct shell *sh)
{
    say(sh,
        "Welcome to %s, the %s.\n\n"
        "Type:  'help' for help with commands\n       'quit' to quit\n\n",
        program.name, program.terminal);
    history_open(sh);
    while (!sh->leave) {
        char *line = read_line(sh);
        if (!line)
            break;
        if (*line) {
#if WITH_READLINE
            add_history(line);
#endif
            shell_run_text(sh, line);
        }
        free(line);
    }
    history_close();
    fputc('\n', stdout);
    return 0;
}
