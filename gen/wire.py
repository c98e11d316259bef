# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads api/wire/*.wire, the description of everything that travels.

Notation, one declaration a line, `#` begins a comment:

  program NAME NUMBER version N       what follows belongs to this program
  use NAME                            types of that program may be named here
  const NAME = VALUE
  enum NAME                           followed by indented `MEMBER = VALUE`
  type NAME = string<LIMIT> | opaque[SIZE] | OTHER?      `?`: may be absent
  union NAME (FIELD)                  an i32 FIELD, then by its value, indented `VALUE: TYPE NAME`
  struct NAME                         followed by indented `TYPE NAME`, `TYPE NAME[N]`, `TYPE NAME<LIMIT>`
  call NUMBER NAME [args] [ret] [api FUNCTION] [stream read|write] [fds call|reply|call+reply]
                   [high] [acl OBJECT:PERMISSION,...]
  event NUMBER NAME msg               server to client
  message NUMBER NAME                 either way, no payload

`args`, `ret`, `msg` stand for the struct PROGRAM_NAME_args and so on.  `stream` is seen from the
client.  `high`: never waits behind calls that may block.  `acl` is given only for calls that no
public function describes.  Basic types: i8 u8 u16 (four bytes on the wire) i32 u32 i64 u64 double
opaque.
"""
import os
import re

BASIC = {'i8': 1, 'u8': 1, 'u16': 2, 'i32': 4, 'u32': 4, 'i64': 8, 'u64': 8, 'double': 8}
ORDER = ['base', 'remote', 'qemu', 'lxc', 'admin', 'keepalive', 'lockd', 'logd']


class Bad(Exception):
    pass


class Record:
    def __init__(self, **kw):
        self.__dict__.update(kw)

    def __repr__(self):
        return repr(self.__dict__)


class Wire:
    """All programs together; names are unique over them."""

    def __init__(self):
        self.programs = {}
        self.consts = {}
        self.enums = {}
        self.types = {}
        self.unions = {}
        self.structs = {}

    def value(self, text):
        return int(text, 0) if text[0].isdigit() else self.consts[text]

    def resolve(self, name):
        """Follows `type`: ('basic', n) ('string', limit) ('opaque', size) ('struct', name)
        ('union', name) ('optional', resolved)."""
        if name in BASIC or name == 'opaque':
            return ('basic', name)
        if name in self.enums:
            return ('basic', 'i32')
        if name in self.structs:
            return ('struct', name)
        if name in self.unions:
            return ('union', name)
        if name not in self.types:
            raise Bad('no such type: ' + name)
        text = self.types[name]
        if text.endswith('?'):
            return ('optional', self.resolve(text[:-1]))
        m = re.fullmatch(r'(string|opaque)[<\[](\w+)[>\]]', text)
        if not m:
            raise Bad('type %s = %s is not understood' % (name, text))
        return (m[1], self.value(m[2]))

    def minimum(self, kind):
        """The fewest bytes a value can take on the wire."""
        if kind[0] == 'basic':
            return max(4, BASIC[kind[1]])
        if kind[0] in ('string', 'optional'):
            return 4
        if kind[0] == 'opaque':
            return (kind[1] + 3) // 4 * 4
        if kind[0] == 'union':
            return 4 + min(self.minimum(self.resolve(c.type)) for c in self.unions[kind[1]].cases)
        total = 0
        for f in self.structs[kind[1]].fields:
            if f.array == 'variable':
                total += 4
            else:
                total += self.minimum(self.resolve(f.type)) * (f.limit if f.array else 1)
        return total


def parse_call(wire, program, kind, words, where):
    name = words[1]
    proc = Record(kind=kind, number=int(words[0]), name=name, args=None, ret=None, msg=None, api=None,
                  stream=None, fds=(), high=False, acl=(), program=program)
    proc.symbol = '%s_PROC_%s' % (program.name.upper(), name.upper())
    i = 2
    while i < len(words):
        key, _, struct = words[i].partition(':')
        i += 1
        if key in ('args', 'ret', 'msg'):
            setattr(proc, key, struct or '%s_%s_%s' % (program.name, name, key))
        elif key == 'high':
            proc.high = True
        elif key in ('api', 'stream', 'fds', 'acl') and i < len(words):
            text = words[i]
            i += 1
            setattr(proc, key, text.split('+') if key == 'fds' else text.split(',') if key == 'acl' else text)
        else:
            raise Bad('%s: "%s" is not understood' % (where, key))
    program.procs.append(proc)


def load_file(wire, path):
    program = None
    block = None
    for number, line in enumerate(open(path, encoding='utf-8'), 1):
        where = '%s:%d' % (path, number)
        text = line.split('#', 1)[0].rstrip()
        if not text:
            continue
        if text[0] == ' ':
            if block is None:
                raise Bad(where + ': indented line outside of a block')
            block(text.strip(), where)
            continue
        block = None
        words = text.split()
        key = words[0]
        if key == 'program':
            program = Record(name=words[1], number=int(words[2], 0), version=int(words[4]), procs=[])
            wire.programs[program.name] = program
        elif key == 'use':
            pass
        elif key == 'const':
            wire.consts[words[1]] = int(words[3], 0)
        elif key == 'enum':
            members = wire.enums[words[1]] = {}

            def block(t, where, members=members):
                n, v = t.split('=')
                members[n.strip()] = int(v, 0)
        elif key == 'type':
            wire.types[words[1]] = words[3]
        elif key == 'union':
            u = wire.unions[words[1]] = Record(name=words[1], field=words[2].strip('()'), cases=[])

            def block(t, where, u=u):
                m = re.fullmatch(r'(\d+): (\w+) (\w+)', t)
                if not m:
                    raise Bad(where + ': expected "VALUE: TYPE NAME"')
                u.cases.append(Record(value=int(m[1]), type=m[2], name=m[3]))
        elif key == 'struct':
            s = wire.structs[words[1]] = Record(name=words[1], fields=[], program=program and program.name)

            def block(t, where, s=s):
                m = re.fullmatch(r'(\w+) (\w+)(?:\[(\w+)\]|<(\w+)>)?', t)
                if not m:
                    raise Bad(where + ': expected "TYPE NAME"')
                limit = m[3] or m[4]
                s.fields.append(Record(type=m[1], name=m[2], limit=wire.value(limit) if limit else None,
                                       limit_name=limit,
                                       array='fixed' if m[3] else 'variable' if m[4] else None))
        elif key in ('call', 'event', 'message'):
            parse_call(wire, program, key, words[1:], where)
        else:
            raise Bad('%s: "%s" is not understood' % (where, key))


def check(wire):
    for s in wire.structs.values():
        for f in s.fields:
            wire.resolve(f.type)
    for p in wire.programs.values():
        numbers = set()
        for proc in p.procs:
            if proc.number in numbers:
                raise Bad('%s: number %d is given twice' % (p.name, proc.number))
            numbers.add(proc.number)
            for struct in (proc.args, proc.ret, proc.msg):
                if struct and struct not in wire.structs:
                    raise Bad('%s %s: no struct %s' % (p.name, proc.name, struct))


def load(folder):
    wire = Wire()
    for name in ORDER:
        load_file(wire, os.path.join(folder, name + '.wire'))
    check(wire)
    return wire
