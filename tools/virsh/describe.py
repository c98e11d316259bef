#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the command descriptions (*.cmd) and checks them.

A description is a text of lines:

    group KEYWORD: TITLE
    command NAME: HELP
        alias NAME...
        hidden                  not shown by help
        offline                 needs no connection
        TYPE NAME [ATTRIBUTE...][: HELP]

TYPE is flag, string, number or words (takes the rest).  Attributes: required; named (never a bare
word); empty (the empty string is a value); complete=KIND.  An option without help takes the text of
the same name from a "common NAME: HELP" line.
"""
import re
import sys

TYPES = {'flag', 'string', 'number', 'words'}


class Bad(Exception):
    pass


class Option:
    def __init__(self, type_, name, attrs, text):
        self.type, self.name, self.text = type_, name, text
        self.required = 'required' in attrs
        self.named = 'named' in attrs or type_ == 'flag'
        self.empty = 'empty' in attrs
        self.complete = ''
        for a in attrs:
            if a.startswith('complete='):
                self.complete = a[len('complete='):]
            elif a not in ('required', 'named', 'empty'):
                raise Bad('attribute %s' % a)

    def synopsis(self):
        if self.type == 'flag':
            return '[--%s]' % self.name
        value = '<number>' if self.type == 'number' else '<string>'
        if self.type == 'words':
            if self.required:
                return '{[--%s] %s}...' % (self.name, value)
            return '[[--%s] %s]...' % (self.name, value)
        if self.required:
            return '--%s %s' % (self.name, value) if self.named else '<%s>' % self.name
        return '[--%s %s]' % (self.name, value)


class Command:
    def __init__(self, name, text, group):
        self.name, self.text, self.group = name, text, group
        self.aliases, self.options = [], []
        self.hidden = self.offline = False

    @property
    def function(self):
        return 'cmd_' + self.name.replace('-', '_')


class Group:
    def __init__(self, keyword, title):
        self.keyword, self.title, self.commands = keyword, title, []


def read(files):
    """Returns the groups in the order of the files."""
    common, groups, group, command = {}, [], None, None
    for path in files:
        for number, line in enumerate(open(path, encoding='utf-8'), 1):
            try:
                line = line.rstrip('\n')
                if not line.strip() or line.startswith('#'):
                    continue
                head, _, text = line.partition(': ')
                words, text = head.split(), text.strip()
                if not line.startswith(' '):
                    if words[0] == 'common':
                        common[words[1]] = text
                    elif words[0] == 'group':
                        group = Group(words[1], text)
                        groups.append(group)
                    elif words[0] == 'command':
                        command = Command(words[1], text, group)
                        group.commands.append(command)
                        if not text:
                            raise Bad('a command needs a help text')
                    else:
                        raise Bad('unknown line')
                elif words[0] in TYPES:
                    o = Option(words[0], words[1], words[2:], text)
                    if any(x.name == o.name for x in command.options):
                        raise Bad('option %s given twice' % o.name)
                    command.options.append(o)
                elif words[0] == 'alias':
                    command.aliases += words[1:]
                elif words[0] in ('hidden', 'offline'):
                    setattr(command, words[0], True)
                else:
                    raise Bad('unknown line')
            except Bad as e:
                raise Bad('%s:%d: %s' % (path, number, e))
    seen = set()
    for g in groups:
        for c in g.commands:
            for n in [c.name] + c.aliases:
                if n in seen:
                    raise Bad('command %s described twice' % n)
                seen.add(n)
            for o in c.options:
                o.text = o.text or common.get(o.name, '')
                if not o.text:
                    raise Bad('%s --%s has no help text' % (c.name, o.name))
                if not re.fullmatch('[A-Za-z0-9-]+', o.name):
                    raise Bad('%s: bad option name %s' % (c.name, o.name))
            words = [o for o in c.options if o.type == 'words']
            if words and c.options[-1] is not words[0]:
                raise Bad('%s: words must be the last option' % c.name)
    return groups


def c_string(s):
    return '"' + s.replace('\\', '\\\\').replace('"', '\\"') + '"'


def emit_c(groups, out):
    put = lambda s: out.write(s + '\n')
    put('/* Generated from the command descriptions.  Do not edit. */')
    put('#include "cmd.h"\n')
    for g in groups:
        for c in g.commands:
            ident = c.function[4:]
            if c.options:
                put('\nstatic const struct option_def options_%s[] = {' % ident)
                for o in c.options:
                    put('    {%s, %s, %s, OPTION_%s, %d, %d, %d},' % (
                        c_string(o.name), c_string(o.text), c_string(o.complete) if o.complete else '0',
                        o.type.upper(), o.required, not o.named, o.empty))
                put('    {0}\n};')
        put('\nstatic const struct command_def commands_%s[] = {' % g.keyword.replace('-', '_'))
        for c in g.commands:
            alias = c_string(' '.join(c.aliases)) if c.aliases else '0'
            put('    {%s, %s, %s, %s, %s, %d, %d},' % (
                c_string(c.name), alias, c_string(c.text), 'options_' + c.function[4:] if c.options else '0',
                c.function, c.hidden, c.offline))
        put('    {0}\n};')
    put('\nconst struct group_def command_groups[] = {')
    for g in groups:
        put('    {%s, %s, commands_%s},' % (c_string(g.keyword), c_string(g.title),
                                             g.keyword.replace('-', '_')))
    put('    {0}\n};')


def emit_h(groups, out):
    out.write('/* Generated from the command descriptions.  Do not edit. */\n#pragma once\n')
    out.write('#include "command.h"\n\n')
    for g in groups:
        for c in g.commands:
            out.write('__attribute__((weak)) bool %s(struct shell *sh, const struct call *call);\n' % c.function)


def emit_bash(groups, out):
    out.write('''# Generated from the command descriptions.  Do not edit.
_virsh() {
    local cur=${COMP_WORDS[COMP_CWORD]} i=1 uri=() ro=() words IFS=$'\\n'
    while [ $i -lt $COMP_CWORD ]; do
        case ${COMP_WORDS[i]} in
        -c|--connect) uri=(-c "${COMP_WORDS[i+1]}"); i=$((i+2)) ;;
        -r|--readonly) ro=(-r); i=$((i+1)) ;;
        -d|-e|-k|-K|-l|--debug|--escape|--keepalive-interval|--keepalive-count|--log|--output) i=$((i+2)) ;;
        -*) i=$((i+1)) ;;
        *) break ;;
        esac
    done
    if [ $i -ge $COMP_CWORD ] && [ "${cur#-}" != "$cur" ]; then
        COMPREPLY=($(compgen -W $'--connect\\n--debug\\n--escape\\n--help\\n--keepalive-interval\\n--keepalive-count\\n--log\\n--output\\n--quiet\\n--readonly\\n--timing\\n--version' -- "$cur"))
        return
    fi
    words=$("$1" -q "${uri[@]}" "${ro[@]}" complete -- "${COMP_WORDS[@]:i:COMP_CWORD-i+1}" </dev/null 2>/dev/null)
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    [ "${#COMPREPLY[@]}" = 0 ] && compopt -o default
}
complete -F _virsh virsh
''')


def roff(s):
    return s.replace('\\', '\\e').replace('-', '\\-')


def emit_man(groups, out):
    put = lambda s: out.write(s + '\n')
    put('.\\" Generated from the command descriptions.  Do not edit.')
    put('.TH VIRSH 1 "" "Vireo" "Virtualization"')
    put('.SH NAME\nvirsh \\- manage virtual machines and the host they run on')
    put('.SH SYNOPSIS\n.B virsh\n[\\fIoption\\fR]... [\\fIcommand\\fR [\\fIargument\\fR]...]')
    put('.br\n.B virsh\n[\\fIoption\\fR]... \\(dq\\fIcommand\\fR [\\fIargument\\fR]...; \\fIcommand\\fR...\\(dq')
    put('.SH DESCRIPTION')
    put('Runs the command and exits with 0 if it succeeded, 1 if not. A single argument may hold several '
        'commands separated by semicolons or lines; a # begins a comment. Without a command an '
        'interactive shell is started, which completes commands, options and names with the tab key.')
    put('Options are given as \\fB\\-\\-name value\\fR or \\fB\\-\\-name=value\\fR; bare words fill the '
        'options in the order of the synopsis; \\fB\\-\\-\\fR ends the options. Words may be quoted with '
        'apostrophes, double quotes and backslashes.')
    put('.SH OPTIONS')
    for flag, text in (
            ('\\-c, \\-\\-connect URI', 'connect to this hypervisor'),
            ('\\-d, \\-\\-debug LEVEL', 'say what is done: 0 everything, 4 errors only'),
            ('\\-e, \\-\\-escape CHARACTER', 'leave a console with this character, ^] by default'),
            ('\\-h, \\-\\-help', 'list options and commands'),
            ('\\-k, \\-\\-keepalive\\-interval SECONDS', 'probe the connection this often, 0 never'),
            ('\\-K, \\-\\-keepalive\\-count NUMBER', 'give the connection up after so many silent probes'),
            ('\\-l, \\-\\-log FILE', 'append messages to a file'),
            ('\\-\\-output FORMAT', 'text (default) or json: tables and properties as JSON'),
            ('\\-q, \\-\\-quiet', 'print results only'),
            ('\\-r, \\-\\-readonly', 'connect for looking only'),
            ('\\-t, \\-\\-timing', 'print how long each command took'),
            ('\\-v, \\-\\-version', 'print the version'),
            ('\\-V', 'print the version and what is supported')):
        put('.TP\n\\fB%s\\fR\n%s' % (flag, text))
    for g in groups:
        if g.keyword == 'hidden':
            continue
        put('.SH %s' % g.title.upper())
        for c in g.commands:
            put('.SS %s' % roff(' '.join([c.name] + [o.synopsis() for o in c.options])))
            put(roff(c.text[0].upper() + c.text[1:] + '.'))
            if c.aliases:
                put('.br\nAlso called %s.' % roff(', '.join(c.aliases)))
            for o in c.options:
                put('.TP\n\\fB%s\\fR\n%s' % (roff('--' + o.name), roff(o.text)))
    put('.SH ENVIRONMENT')
    for name, text in (('VIRSH_DEFAULT_CONNECT_URI, LIBVIRT_DEFAULT_URI', 'URI used without \\-c'),
                       ('VISUAL, EDITOR', 'editor for the edit commands'),
                       ('VIRSH_HISTSIZE', 'lines of history to keep'),
                       ('VIRSH_DEBUG, VIRSH_LOG_FILE', 'like \\-d and \\-l'),
                       ('NO_COLOR', 'no colours on terminals')):
        put('.TP\n\\fB%s\\fR\n%s' % (name, text))


def main():
    kind, path, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    try:
        groups = read(files)
    except Bad as e:
        sys.exit('describe.py: %s' % e)
    with open(path, 'w', encoding='utf-8') as out:
        {'c': emit_c, 'h': emit_h, 'bash': emit_bash, 'man': emit_man}[kind](groups, out)


if __name__ == '__main__':
    main()
