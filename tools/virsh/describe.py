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


# What a finder of names reads of the command line so far.
NEEDED = dict(dict.fromkeys('snapshot checkpoint disk domif alias console iothread vcpu mountpoint'.split(), 'domain'),
              netport='network', key='codeset', domevent='event', netevent='event', poolevent='event', nodedevevent='event',
              secretevent='event')


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
            return '<%s>' % self.name
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
                needed = NEEDED.get(o.complete)
                if needed and not any(x.name == needed for x in c.options):
                    raise Bad('%s --%s: what is offered depends on --%s' % (c.name, o.name, needed))
            words = [o for o in c.options if o.type == 'words']
            if words and c.options[-1] is not words[0]:
                raise Bad('%s: words must be the last option' % c.name)
    return groups


def program_of(groups):
    return 'virt-admin' if any(g.keyword == 'virt-admin' for g in groups) else 'virsh'


URIS = {'virsh': ('qemu:///system', 'qemu:///session', 'qemu+ssh://', 'lxc:///system', 'test:///default'),
        'virt-admin': ('libvirtd:///system', 'libvirtd:///session')}


def global_options(program):
    """(name, form in the manual, text) of the options before a command."""
    options = [
        ('connect', '-c, --connect URI', 'connect to this ' +
         ('hypervisor' if program == 'virsh' else 'daemon')),
        ('debug', '-d, --debug LEVEL', 'say what is done: 0 everything, 4 errors only'),
        ('escape', '-e, --escape CHARACTER', 'leave a console with this character, ^] by default'),
        ('help', '-h, --help', 'list options and commands'),
        ('keepalive-interval', '-k, --keepalive-interval SECONDS',
         'probe the connection this often, 0 never'),
        ('keepalive-count', '-K, --keepalive-count NUMBER',
         'give the connection up after so many silent probes'),
        ('log', '-l, --log FILE', 'append messages to a file'),
        ('output', '--output FORMAT', 'text (default) or json, see OUTPUT'),
        ('quiet', '-q, --quiet', 'print results only'),
        ('readonly', '-r, --readonly', 'connect for looking only'),
        ('timing', '-t, --timing', 'print how long each command took'),
        ('version', '-v, --version[=long]', 'print the version; long, or -V: and what is supported')]
    virsh_only = ('escape', 'keepalive-interval', 'keepalive-count', 'readonly')
    return [o for o in options if program == 'virsh' or o[0] not in virsh_only]


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
            out.write('__attribute__((weak)) bool %s(struct shell *sh, const struct call *call);\n' %
                      c.function)


def emit_bash(groups, out):
    program = program_of(groups)
    out.write('''# Generated from the command descriptions.  Do not edit.
_@NAME@() {
    local words cur i=1 options=() found IFS=$' \\t'
    # Our own words: bash's are broken at : and =, which occur in URIs and addresses.
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    [[ ${COMP_LINE:0:COMP_POINT} == *[[:blank:]] ]] && words+=("")
    local last=$((${#words[@]} - 1))
    cur=${words[last]}
    IFS=$'\\n'
    while [ $i -lt $last ]; do
        case ${words[i]} in
        -c|--connect) options+=(-c "${words[i+1]}"); i=$((i+2)) ;;
        --connect=*) options+=("${words[i]}"); i=$((i+1)) ;;
        -r|--readonly) options+=(-r); i=$((i+1)) ;;
        -d|-e|-k|-K|-l|--debug|--escape|--keepalive-interval|--keepalive-count|--log|--output) i=$((i+2)) ;;
        -*) i=$((i+1)) ;;
        *) break ;;
        esac
    done
    COMPREPLY=()
    if [ $i -gt $last ]; then
        case ${words[last-1]} in
        --output) COMPREPLY=($(compgen -W $'json\\ntext' -- "$cur")) ;;
        -c|--connect) found=$'@URIS@'
            COMPREPLY=($(compgen -W "$found" -- "$cur")); _@NAME@_rest ;;
        *) compopt -o default ;;
        esac
        return
    fi
    if [ $i -eq $last ] && [ "${cur#-}" != "$cur" ]; then
        COMPREPLY=($(compgen -W $'@OPTIONS@' -- "$cur"))
        return
    fi
    found=$("$1" -q "${options[@]}" complete -- "${words[@]:i}" </dev/null 2>/dev/null)
    COMPREPLY=($(compgen -W "$found" -- "$cur"))
    if [ "${#COMPREPLY[@]}" = 0 ]; then
        compopt -o default
    else
        _@NAME@_rest
    fi
}
# Bash replaces only what follows the last : or =.
_@NAME@_rest() {
    local head=${cur%"${cur##*[:=]}"} n
    for n in "${!COMPREPLY[@]}"; do COMPREPLY[n]=$(printf %q "${COMPREPLY[n]#"$head"}"); done
}
complete -F _@NAME@ @PROGRAM@
'''.replace('@NAME@', program.replace('-', '_')).replace('@PROGRAM@', program)
   .replace('@OPTIONS@', '\\n'.join('--' + name for name, _, _ in global_options(program)))
   .replace('@URIS@', '\\n'.join(URIS[program])))


def roff(s):
    return re.sub(r"^(?=['.])", r'\\&', s.replace('\\', '\\e').replace('-', '\\-'))


MAN = {
    'virsh': ('manage virtual machines and the host they run on', 'VIRSH', r""".PP
A URI says which hypervisor is meant: \fIqemu:///system\fR is the machine's, \fIqemu:///session\fR the user's own,
\fIqemu+ssh://root@host/system\fR another machine's, \fItest:///default\fR one in memory to play with.
Without \fB-c\fR and without a default in the environment the library chooses what it finds."""),
    'virt-admin': ('look at virtualization daemons and change their settings', 'VIRT-ADMIN', r""".PP
A URI says which daemon is meant: \fIlibvirtd:///system\fR is the machine's, \fIlibvirtd:///session\fR the user's own.
Only root, or the user whose daemon it is, may connect."""),
}
OUTPUT = """\
Tables and properties are printed for people and for scripts that know them: they do not change. With \\fB\\-q\\fR
heads of tables and messages about success are left out.
.PP
With \\fB\\-\\-output json\\fR every command prints one JSON document, or nothing if it only does something: a table is an
array of objects whose keys are the heads of its columns, in lower case with hyphens; properties are an object; names are
an array; whatever else, such as XML, is a string. Numbers are numbers where they have no unit; cells of tables are
strings. Events are printed as they come, one object a line. Errors stay text on the standard error.
.PP
On a terminal states have colours, long operations show how far they are, how fast and how much longer they will take,
and errors are followed by a hint where one is known: names that are alike, what to start, whom to ask."""
EXAMPLES = {
    'virsh': (('virsh list --all', 'the guests, running or not'),
              ('virsh -c qemu+ssh://root@host/system start web', 'start a guest on another host'),
              ("virsh 'suspend web; snapshot-create-as web before-update; resume web'", 'several commands'),
              ('virsh --output json domstats web | jq .', 'figures for a program'),
              ('virsh console web', 'its serial console; ^] leaves it')),
    'virt-admin': (('virt-admin server-list', 'the servers of the daemon'),
                   ('virt-admin client-list libvirtd', 'who is connected'),
                   ('virt-admin server-threadpool-set libvirtd --max-workers 40', 'more threads for calls')),
}


def emit_man(groups, out):
    program = program_of(groups)
    about, title, uris = MAN[program]
    env = 'VIRSH' if program == 'virsh' else 'VIRT_ADMIN'
    put = lambda s: out.write(s + '\n')
    put('.\\" Generated from the command descriptions.  Do not edit.')
    put('.TH %s 1 "" "Vireo" "Virtualization"' % title)
    put('.ad l')
    put('.SH NAME\n%s \\- %s' % (roff(program), roff(about)))
    put('.SH SYNOPSIS\n.B %s\n[\\fIoption\\fR]... [\\fIcommand\\fR [\\fIargument\\fR]...]' % roff(program))
    put('.br\n.B %s\n[\\fIoption\\fR]... \\(dq\\fIcommand\\fR [\\fIargument\\fR]...; \\fIcommand\\fR...\\(dq' % roff(program))
    put('.SH DESCRIPTION')
    put('Runs the command. A single argument may hold several '
        'commands separated by semicolons or lines; a # begins a comment. Without a command an '
        'interactive shell is started, which keeps a history and completes commands, options and names with the tab '
        'key; it also reads commands from a file or a pipe.')
    put(uris.replace('-c', '\\-c'))
    put('.PP\nOptions are given as \\fB\\-\\-name value\\fR or \\fB\\-\\-name=value\\fR; bare words fill the '
        'options in the order of the synopsis; \\fB\\-\\-\\fR ends the options. Words may be quoted with '
        'apostrophes, double quotes and backslashes.')
    put('.SH OPTIONS')
    for _, form, text in global_options(program):
        put('.TP\n\\fB%s\\fR\n%s' % (roff(form), roff(text)))
    put('.SH OUTPUT\n' + OUTPUT)
    for g in groups:
        if g.keyword == 'hidden':
            continue
        put('.SH %s' % g.title.upper())
        for c in g.commands:
            put('.SS %s' % roff(c.name))
            put('.nh\n\\fB%s\\fR %s\n.hy\n.PP' % (roff(c.name), '\n'.join(
                roff(o.synopsis()).replace(' ', '\\ ') for o in c.options)))
            put(roff(c.text[0].upper() + c.text[1:] + '.'))
            if c.aliases:
                put('Also called %s.' % roff(', '.join(c.aliases)))
            if c.offline:
                put('Needs no connection.')
            for o in c.options:
                words = o.complete[len('word:'):].split(',') if o.complete.startswith('word:') else []
                known = [w for w in words if w not in o.text]
                put('.TP\n\\fB%s\\fR%s\n%s%s.' % (
                    roff('--' + o.name), '' if o.type == 'flag'
                    else ' \\fI%s\\fR' % ('number' if o.type == 'number' else 'string'),
                    roff(o.text if o.text.split(',')[0].split()[0] in words else o.text[0].upper() +
                         o.text[1:]), roff('; one of ' + ', '.join(words)) if known else ''))
    put('.SH ENVIRONMENT')
    uri = 'VIRSH_DEFAULT_CONNECT_URI, LIBVIRT_DEFAULT_URI' if program == 'virsh' else 'LIBVIRT_ADMIN_DEFAULT_URI'
    for name, text in ((uri, 'URI used without -c'),
                       ('VISUAL, EDITOR', 'editor for the edit commands'),
                       ('%s_HISTSIZE' % env, 'lines of history to keep'),
                       ('%s_DEBUG, %s_LOG_FILE' % (env, env), 'like -d and -l'),
                       ('NO_COLOR', 'no colours on terminals'),
                       ('VIRSH_HINTS', 'hints after errors, although there is no terminal')):
        if program == 'virsh' or 'EDITOR' not in name:
            put('.TP\n\\fB%s\\fR\n%s' % (roff(name), roff(text)))
    put('.SH FILES\n.TP\n\\fI~/.cache/libvirt/%s/history\\fR\nthe history of the interactive shell' %
        roff(program))
    put('.SH EXIT STATUS\n0 if the last command succeeded, 1 if it failed or could not be understood; nothing runs then. '
        'The interactive shell ends with 0.')
    put('.SH EXAMPLES')
    for line, text in EXAMPLES[program]:
        put('.TP\n%s\n%s' % (roff(line), roff(text)))
    put('.SH SEE ALSO\n.BR %s (1),\n.BR virt\\-host\\-validate (1),\n.BR virt\\-xml\\-validate (1)' % (
        'virt\\-admin' if program == 'virsh' else 'virsh'))


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
