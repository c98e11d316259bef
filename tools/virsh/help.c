/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Help, all of it from the command descriptions. */
#include "shell.h"

#include <string.h>

static void
print_group(struct shell *sh, const struct group_def *g, const char *colon)
{
    out(sh, " %s (help keyword '%s')%s\n", g->title, g->keyword, colon);
    for (const struct command_def *c = g->commands; c->name; c++)
        if (!c->hidden && c->run)
            out(sh, "    %-30s %s\n", c->name, c->help);
}

static bool
shown(const struct group_def *g)
{
    return strcmp(g->keyword, "hidden") != 0;
}

void
shell_usage(struct shell *sh)
{
    static const char *const options[][2] = {
        {"-c | --connect=URI", "connect to this hypervisor"},
        {"-d | --debug=NUM", "say what is done, 0 (all) to 4 (errors)"},
        {"-e | --escape <char>", "character that leaves a console"},
        {"-h | --help", "this text"},
        {"-k | --keepalive-interval=NUM", "seconds between probes of the connection, 0 for none"},
        {"-K | --keepalive-count=NUM", "probes without answer before giving up"},
        {"-l | --log=FILE", "append messages to a file"},
        {"     --output=FORMAT", "text, or json for tables and properties"},
        {"-q | --quiet", "print results only"},
        {"-r | --readonly", "connect for looking only"},
        {"-t | --timing", "print how long commands take"},
        {"-v", "version number"},
        {"-V", "version and what is supported"},
        {"     --version[=TYPE]", "version, short (default) or long"},
    };
    out(sh, "\n%s [options]... [<command_string>]\n%s [options]... <command> [args...]\n\n  options:\n",
        program.name, program.name);
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        if ((strchr("ekK", options[i][0][1]) && !program.console) ||
            (options[i][0][1] == 'r' && !program.readonly))
            continue;
        if (strlen(options[i][0]) > 22)
            out(sh, "    %s\n%28s%s\n", options[i][0], "", options[i][1]);
        else
            out(sh, "    %-23s %s\n", options[i][0], options[i][1]);
    }
    out(sh, "  commands (non interactive mode):\n\n");
    for (const struct group_def *g = command_groups; g->keyword; g++) {
        if (shown(g)) {
            print_group(sh, g, "");
            out(sh, "\n");
        }
    }
    out(sh, "  (help <group> tells about a group, help <command> about a command)\n\n");
}

bool
shell_help_command(struct shell *sh, const struct command_def *def)
{
    out(sh, "  NAME\n    %s - %s\n\n  SYNOPSIS\n    %s", def->name, def->help, def->name);
    for (const struct option_def *o = def->options; o && o->name; o++) {
        const char *value = o->type == OPTION_NUMBER ? "<number>" : "<string>";
        if (o->type == OPTION_FLAG)
            out(sh, " [--%s]", o->name);
        else if (o->type == OPTION_WORDS)
            out(sh, o->required ? " {[--%s] %s}..." : " [[--%s] %s]...", o->name, value);
        else if (!o->required)
            out(sh, " [--%s %s]", o->name, value);
        else
            out(sh, " <%s>", o->name);
    }
    g_autofree char *about = g_strdup(def->help);
    about[0] = g_ascii_toupper(about[0]);
    out(sh, "\n\n  DESCRIPTION\n    %s.\n", about);
    if (def->aliases)
        out(sh, "    Also called %s.\n", def->aliases);
    out(sh, "\n");
    if (def->options) {
        out(sh, "  OPTIONS\n");
        for (const struct option_def *o = def->options; o->name; o++) {
            g_autofree char *head = NULL;
            const char *value = o->type == OPTION_NUMBER ? "<number>" : "<string>";
            if (o->type == OPTION_FLAG)
                head = g_strdup_printf("--%s", o->name);
            else if (o->required || (o->positional && o->type == OPTION_WORDS))
                head = g_strdup_printf("[--%s] %s", o->name, value);
            else
                head = g_strdup_printf("--%s %s", o->name, value);
            out(sh, "    %-15s  %s\n", head, o->help);
        }
        out(sh, "\n");
    }
    return true;
}

bool cmd_help(struct shell *sh, const struct call *call);
bool
cmd_help(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    if (opt_string(sh, call, "command", &name) < 0)
        return false;
    if (!name) {
        out(sh, "Grouped commands:\n\n");
        for (const struct group_def *g = command_groups; g->keyword; g++) {
            if (!shown(g))
                continue;
            print_group(sh, g, ":");
            out(sh, "\n");
        }
        return true;
    }
    const struct command_def *def = command_find(name);
    if (def)
        return shell_help_command(sh, def);
    for (const struct group_def *g = command_groups; g->keyword; g++) {
        if (shown(g) && strcmp(g->keyword, name) == 0) {
            print_group(sh, g, ":");
            return true;
        }
    }
    fail(sh, "command or command group '%s' doesn't exist", name);
    shell_hint(sh, name);
    return false;
}
