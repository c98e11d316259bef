# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the description of XML documents (model/*.model) and checks it.

The language is explained in docs/design/model-description.md; in short:

    enum disk_device = disk cdrom floppy lun
    struct domain_disk {
        @type     storage_type  disc default=file     # attribute
        driver    domain_disk_driver                  # optional child element: pointer
        host*     storage_host -> hosts               # repeated child: array of pointers
        target {  @dev str -> target  @bus disk_bus } # element without a struct of its own
        readonly  flag                                # present or not
        serial    str                                 # element with text
        =size     kib                                 # the text of this very element
        include   device_info -> info                 # struct by value, same XML element
    }
    document domain_def domain_def domain VIR_FROM_DOMAIN
"""
import os
import copy
import re
import sys

# scalar name: (C type, size, wants a has_ member, engine kind, argument)
SCALARS = {
    'str':    ('const char *', 8, False, 'STR', 0),
    'raw':    ('const char *', 8, False, 'RAW', 0),
    'cpuset': ('const char *', 8, False, 'CPUSET', 0),
    'flag':   ('bool ', 1, False, 'FLAG', 0),
    'yesno':  ('enum tristate ', 1, False, 'ENUM', 0),
    'onoff':  ('enum tristate ', 1, False, 'ENUM', 0),
    'u8':     ('uint8_t ', 1, True, 'U8', 0),
    'u16':    ('uint16_t ', 2, True, 'U16', 0),
    'u32':    ('uint32_t ', 4, True, 'U32', 0),
    'u64':    ('uint64_t ', 8, True, 'U64', 0),
    'i32':    ('int32_t ', 4, True, 'I32', 0),
    'i64':    ('int64_t ', 8, True, 'I64', 0),
    'oct':    ('uint16_t ', 2, True, 'OCT', 0),
    'double': ('double ', 8, True, 'DOUBLE', 0),
    'uuid':   ('unsigned char ', 16, True, 'UUID', 0),
    'mac':    ('unsigned char ', 6, True, 'MAC', 0),
    # sizes: stored in the unit of the name, printed with unit=; 0 is "not given"
    'bytes':  ('uint64_t ', 8, False, 'SIZE', 0),
    'kib':    ('uint64_t ', 8, False, 'SIZE', 10),
    'mib':    ('uint64_t ', 8, False, 'SIZE', 20),
}
for _w in range(1, 9):   # hexN: printed as 0x%0Nx
    SCALARS['hex%d' % _w] = ('uint32_t ' if _w > 4 else 'uint16_t ' if _w > 2 else 'uint8_t ',
                             4 if _w > 4 else 2 if _w > 2 else 1, True,
                             'X32' if _w > 4 else 'X16' if _w > 2 else 'X8', _w)
SCALARS['x32'] = ('uint32_t ', 4, True, 'X32', 0)
SCALARS['hexul'] = ('uint64_t ', 8, True, 'X64', 0)
for _w in 1, 2, 4:              # more digits are read, so many printed at least
    SCALARS['hex%dw' % _w] = ('uint32_t ', 4, True, 'X32', _w)
SCALARS['num'] = ('uint32_t ', 4, True, 'N32', 0)       # decimal, or with 0x in front; printed decimal
SCALARS['pci_domain'] = ('uint32_t ', 4, True, 'X32', 4)
SCALARS['pci_bus'] = ('uint32_t ', 4, True, 'BUS', 2)
SCALARS['pci_slot'] = ('uint8_t ', 1, True, 'SLOT', 2)
SCALARS['pci_function'] = ('uint8_t ', 1, True, 'FUNCTION', 1)
ARRAYS = {'uuid': 16, 'mac': 6}
INTS = {k for k, v in SCALARS.items() if v[3] in
        ('N32', 'BUS', 'SLOT', 'FUNCTION', 'U8', 'U16', 'U32', 'U64', 'I32', 'I64', 'X8', 'X16', 'X32', 'X64',
         'OCT')}
FLAGS = {'live', 'secret', 'abi', 'required', 'disc', 'alias', 'keep', 'nz', 'nolive', 'unit', 'status',
         'always', 'idle', 'nounit', 'migratable', 'wide', 'open', 'noempty', 'pretty', 'together',
         'filled', 'silent', 'zero', 'positive', 'mixed', 'apart', 'base0', 'base16', 'merge', 'join', 'spread', 'down', 'must',
         'usual', 'unsaid', 'own_unit', 'noabi'}
OPTIONS = {'default', 'when', 'up', 'bad', 'missing', 'twice', 'only', 'beyond', 'units', 'uattr', 'in', 'since',
           'without', 'range', 'one', 'most', 'count', 'each'}
SEVERAL = {'form', 'words', 'if', 'nest', 'need'}       # which may be said more than once
# words for virErrorNumber; bad=unsupported:cpu is VIR_ERR_CONFIG_UNSUPPORTED from VIR_FROM_CPU
ERRORS = {'xml': 'VIR_ERR_XML_ERROR', 'detail': 'VIR_ERR_XML_DETAIL',
          'unsupported': 'VIR_ERR_CONFIG_UNSUPPORTED',
          'internal': 'VIR_ERR_INTERNAL_ERROR', 'invalid': 'VIR_ERR_INVALID_ARG',
          'source': 'VIR_ERR_NO_SOURCE',
          'target': 'VIR_ERR_NO_TARGET', 'argument': 'VIR_ERR_INVALID_ARG', 'overflow': 'VIR_ERR_OVERFLOW'}

OWN_DOCUMENTS = {'domain_status'}      # on our own disk: no user sees them
HIDDEN = '.'             # the first letter of attributes that no XML has: members for code and JSON only
POSITION = '.position'   # an attribute that no XML has: where an item of a mixed list stands


class Bad(Exception):
    pass


class Enum:
    def __init__(self, name, values, where):
        self.name, self.values, self.where = name, [v.split('@')[0] for v in values], where
        self.since = {v.split('@')[0]: v.split('@')[1] for v in values if '@' in v}
        self.later = set()          # of the values, those that the level does not have


class Field:
    """One line of a struct: where the value sits in the XML and in C."""
    kind = ''        # attr, elem, list, group, text, include
    sub = None       # struct name, for groups an anonymous Struct

    def __init__(self, where):
        self.where, self.flags, self.opts = where, set(), {}


class Struct:
    def __init__(self, name, where):
        self.name, self.where, self.fields = name, where, []


class Model:
    def __init__(self):
        self.enums, self.structs, self.documents, self.namespaces = {}, {}, [], {}
        self.forms = {}             # name: regular expression, as XML Schema has them
        self.form_words = {}        # name: what a person is told that it is
        self.files, self.open_documents = [], set()
        self.level = ''


def version(text):
    if not re.fullmatch(r'[0-9]+\.[0-9]+\.[0-9]+', text):
        raise Bad('"%s" is no version such as 9.1.0' % text)
    return tuple(int(n) for n in text.split('.'))


def c_name(xml):
    s = re.sub(r'([a-z0-9])([A-Z])', r'\1_\2', xml.split(':')[-1])
    return re.sub(r'[^A-Za-z0-9]', '_', s).lower()


def constant(enum, value):
    return (enum + '_' + re.sub(r'[^A-Za-z0-9]', '_', value)).upper()


def read(paths, newer=False):
    """newer: as a process reads that was told to with model_read_newer()."""
    m = Model()
    for path in paths:
        m.files.append(path)
        stack = []
        with open(path, encoding='utf-8') as f:
            lines = f.read().split('\n')
        n = 0
        while n < len(lines):
            n += 1
            where = '%s:%d' % (path, n)
            if lines[n - 1].startswith('form ') and not stack:
                _form(m, lines[n - 1], where)
                continue
            line = lines[n - 1].split('#')[0].rstrip()
            while line.endswith('\\'):
                n += 1
                line = line[:-1] + ' ' + lines[n - 1].split('#')[0].rstrip()
            where = '%s:%d' % (path, n)
            try:
                _line(m, stack, line.split(), where)
            except Bad as e:
                raise Bad('%s: %s' % (where, e)) from None
        if stack:
            raise Bad('%s: { of %s is never closed' % (path, stack[-1].where))
    if newer:
        m.level = ''
    _check(m)
    return m


def file_names(root):
    """The files of a source tree in the order in which they are to be read."""
    folder = os.path.join(root, 'model')
    with open(os.path.join(folder, 'meson.build'), encoding='utf-8') as f:
        names = re.search(r'model_names = \[(.*?)\]', f.read(), re.S).group(1)
    return [os.path.join(folder, n + '.model') for n in re.findall(r"'([^']+)'", names)]


def included(m, f):
    """The fields of the struct that an include brings here."""
    s = m.structs[f.type]
    if 'without' not in f.opts and 'when' not in f.opts:
        return s
    some = Struct(s.name, s.where)
    some.fields = [g for g in s.fields if g.name not in f.opts.get('without', '').split(',')]
    if 'when' in f.opts:
        some.fields = [copy.copy(g) for g in some.fields]
        for g in some.fields:
            g.opts = {**g.opts, 'when': f.opts['when']}
    return some


def flat(m, s):
    """The fields of a struct, with those of included structs in their places."""
    for f in s.fields:
        if f.kind == 'include':
            yield from flat(m, included(m, f))
        else:
            yield f


def exists(f, disc, up):
    """Is a field there, as far as the deciding attributes of its struct and of that around it say?"""
    spec, value = f.opts.get('when'), disc
    if 'up' in f.opts:
        spec, value = f.opts['up'].split(':')[1], up
    return spec is None or ((value or '-') in spec.lstrip('!').split(',')) != spec.startswith('!')


def fields(m, s, prefix=''):
    """(path, field) of all fields of a struct, those of groups and included structs too."""
    for f in s.fields:
        if f.kind == 'include':
            yield from fields(m, included(m, f), prefix)
            continue
        yield prefix + {'attr': '@', 'text': '='}.get(f.kind, '') + (f.name or f.cname), f
        if f.kind == 'group':
            yield from fields(m, f.sub, prefix + f.name + '/')


def read_texts(m, paths):
    """What structs and fields are for: {(struct, path): text}, the path of a struct itself is ''.

    A line in brackets names the struct; then "path: text" a line, ": text" for the struct itself.  A field of
    an included struct is told where that struct is.
    """
    texts = {}
    for path in paths:
        struct = None
        with open(path, encoding='utf-8') as f:
            for n, line in enumerate(f, 1):
                line = line.strip()
                if not line or line.startswith('#'):
                    continue
                where = '%s:%d' % (path, n)
                if line[0] == '[' and line[-1] == ']':
                    struct = line[1:-1]
                    if struct not in m.structs:
                        raise Bad('%s: no struct %s' % (where, struct))
                    known = {p for p, _ in fields(m, m.structs[struct])}
                    continue
                field, colon, text = line.partition(':') if not re.match(r'\S+:\S', line) else line.partition(': ')
                if not colon or struct is None or not text.strip():
                    raise Bad('%s: expected [struct] or "path: text"' % where)
                if field and field not in known:
                    raise Bad('%s: struct %s has no %s' % (where, struct, field))
                if (struct, field) in texts:
                    raise Bad('%s: told twice' % where)
                texts[struct, field] = text.strip()
    return texts


def text_names(root):
    folder = os.path.join(root, 'model', 'texts')
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.endswith('.txt')]


def _form(m, line, where):
    """form NAME "WORDS" = PATTERN: the rest of the line, where {OTHER} stands for a form that was said before."""
    said = re.fullmatch(r'form ([a-z][a-z0-9_]*) "([^"]+)" = *(.+)', line.strip())
    if not said:
        raise Bad('%s: expected form NAME "WHAT IT IS" = PATTERN' % where)
    name, m.form_words[said.group(1)], pattern = said.groups()
    if name in m.forms:
        raise Bad('%s: form %s is there already' % (where, name))
    try:
        m.forms[name] = re.sub(r'\{([a-z][a-z0-9_]*)\}', lambda x: '(%s)' % m.forms[x.group(1)], pattern)
        re.compile(m.forms[name])
    except (KeyError, re.error) as e:
        raise Bad('%s: %s' % (where, e)) from None


def _line(m, stack, w, where):
    if not w:
        return
    if not stack:
        if w[0] == 'enum' and w[2] == '=':
            if w[1] in m.enums:
                raise Bad('enum %s is there already' % w[1])
            m.enums[w[1]] = Enum(w[1], w[3:], where)
        elif w[0] == 'struct' and w[2:] == ['{']:
            if w[1] in m.structs:
                raise Bad('struct %s is there already' % w[1])
            s = m.structs[w[1]] = Struct(w[1], where)
            stack.append(s)
        elif w[0] == 'document' and len(w) in (5, 6):
            m.documents.append(w[1:5])
            if w[5:] == ['open']:
                m.open_documents.add(w[1])
            elif w[5:]:
                raise Bad('unknown word "%s"' % w[5])
        elif w[0] == 'namespace' and len(w) == 3:
            m.namespaces[w[1]] = w[2]
        elif w[0] == 'level' and len(w) == 2:
            m.level = w[1]
        else:
            raise Bad('expected enum, struct, document, level or namespace')
        return
    if w == ['}']:
        stack.pop()
        return
    inner = None
    if '{' in w and '}' in w:           # a group on one line: its fields separated by ';'
        i, k = w.index('{'), w.index('}')
        inner = [p.split() for p in ' '.join(w[i + 1:k]).split(';')]
        w = w[:1] + w[k + 1:] + w[1:i + 1]
    f = _field(m, w, where)
    stack[-1].fields.append(f)
    if f.kind == 'group':
        stack.append(f.sub)
        if inner is not None:
            for p in inner:
                _line(m, stack, p, where)
            stack.pop()


def _field(m, w, where):
    f = Field(where)
    name = w.pop(0)
    if w and w[-1] == '{':
        w.pop()
        f.kind, f.name, f.type = 'group', name, None
        f.sub = Struct('', where)
        f.cname = c_name(name)
    else:
        if not w:
            raise Bad('%s needs a type' % name)
        f.type = w.pop(0)
        if name == 'include':
            f.kind, f.name = 'include', ''
            f.cname = c_name(f.type)
        elif name[0] == '@':
            f.kind, f.name = 'attr', name[1:]
            f.cname = c_name(f.name)
        elif name[0] == '=':
            f.kind, f.name = 'text', ''
            f.cname = c_name(name[1:])
        elif name[-1] == '*':
            f.kind, f.name = 'list', name[:-1]
            f.cname = c_name(f.name)
        else:
            f.kind, f.name = 'elem', name
            f.cname = c_name(name)
    while w:
        o = w.pop(0)
        if o == '->':
            f.cname = w.pop(0)
        elif '=' in o and o.split('=', 1)[0] in OPTIONS:
            k, v = o.split('=', 1)
            f.opts[k] = v
        elif o.split('=', 1)[0] in SEVERAL:
            k, v = o.split('=', 1)
            f.opts.setdefault(k, []).append(v)
        elif o in FLAGS:
            f.flags.add(o)
        else:
            raise Bad('unknown word "%s"' % o)
    f.ns = ''
    if ':' in f.name:
        f.ns, f.name = f.name.split(':')
        if f.ns not in m.namespaces:
            raise Bad('namespace %s is not declared' % f.ns)
    return f


def said_of(f, word, holds):
    """What is said as word=a or word=a@CONDITION, as far as the condition holds; without `holds` all may."""
    for said in f.opts.get(word, ()):
        value, _, condition = said.partition('@')
        if not condition or holds is None or holds(condition):
            yield value


def always_said(f, word):
    """Is something said of it that counts under every condition?"""
    return any('@' not in said for said in f.opts.get(word, ()))


def form_names_of(f, holds=None):
    """The forms that a field's text can have; the first counts where what holds is known."""
    if holds is None and not always_said(f, 'form'):
        return []
    return list(said_of(f, 'form', holds))


def forms_of(m, f, holds=None):
    """Their patterns."""
    return [m.forms[name] for name in form_names_of(f, holds)]


def words_of(m, f, holds=None):
    """The words that a field may have in a valid document, or None if it is no matter of words."""
    e = m.enums.get(f.type)
    words = [v for v in e.values if v not in e.later] if e else {'yesno': ['yes', 'no'], 'onoff': ['on', 'off']}.get(f.type)
    out = None
    if holds is None and not always_said(f, 'words'):
        return words
    for said in said_of(f, 'words', holds):
        if said[0] == '*':
            some = [v for v in m.enums[said[1:]].values if v not in m.enums[said[1:]].later]
        else:
            some = said.split(',') if said[0] != '!' else [w for w in words if w not in said[1:].split(',')]
        out = some if out is None else out + [w for w in some if w not in out]
        if holds is not None:
            break
    return words if out is None else out


def range_of(f):
    """(least, most) as the description says it; None is open."""
    if 'range' not in f.opts:
        return (1, None) if 'positive' in f.flags else None
    lo, _, hi = f.opts['range'].partition('..')
    return int(lo) if lo else None, int(hi) if hi else None


def must(f):
    """Is a document without it never valid?"""
    return 'must' in f.flags or 'missing' in f.opts and 'live' not in f.flags


def _later(m, since):
    return bool(m.level) and version(since) > version(m.level)


def _check(m):
    kw = {'default', 'register', 'int', 'char', 'long', 'short', 'static', 'auto', 'switch', 'case', 'signed',
          'unsigned', 'float', 'double', 'volatile', 'const', 'inline', 'union', 'struct', 'enum'}

    def walk(s, top):
        for f in s.fields:
            if f.kind == 'group':
                walk(f.sub, top)
            elif f.cname in kw:
                raise Bad('%s: %s is a word of C; give a name with ->' % (f.where, f.cname))
            if 'since' in f.opts and _later(m, f.opts['since']):
                f.flags.add('later')
            if 'required' in f.flags:
                f.opts.setdefault('missing', 'xml:xml')
            if f.opts.get('bad') == 'ignore':
                f.flags.add('ignore')
                del f.opts['bad']
            for o in ('bad', 'missing', 'twice', 'only', 'beyond'):
                if o in f.opts and f.opts[o].split(':')[0] not in ERRORS:
                    raise Bad('%s: %s= is none of %s' % (f.where, o, ' '.join(ERRORS)))
            if f.kind == 'group':
                continue
            t = f.type
            if t not in SCALARS and t not in m.enums and t not in m.structs:
                raise Bad('%s: type %s is not known' % (f.where, t))
            if f.kind in ('attr', 'text') and t in m.structs:
                raise Bad('%s: %s cannot hold a struct' % (f.where, f.name or 'text'))
            if f.kind == 'include' and t not in m.structs:
                raise Bad('%s: include needs a struct' % f.where)
            for n in f.opts.get('without',
                                '').split(',') if f.kind == 'include' and 'without' in f.opts else ():
                if not any(g.name == n for g in m.structs[t].fields):
                    raise Bad('%s: struct %s has no %s' % (f.where, t, n))
            if 'mixed' in f.flags and not any(g.name == POSITION for g in m.structs[t].fields):
                raise Bad('%s: what is mixed needs a field @%s' % (f.where, POSITION))
            for said in f.opts.get('form', ()):
                if said.partition('@')[0] not in m.forms:
                    raise Bad('%s: no form %s' % (f.where, said))
            if t in m.enums:
                for v in ','.join(said_of(f, 'words', None)).replace('!', '').split(',') if 'words' in f.opts else ():
                    if v not in m.enums[t].values:
                        raise Bad('%s: %s is no value of %s' % (f.where, v, t))
            if 'default' in f.opts and t in m.enums and f.opts['default'] not in m.enums[t].values:
                raise Bad('%s: %s is no value of %s' % (f.where, f.opts['default'], t))
    for s in m.structs.values():
        walk(s, s)
    for e in m.enums.values():
        e.later = {v for v, since in e.since.items() if _later(m, since)}
        if len(set(e.values)) != len(e.values):
            raise Bad('%s: a value twice' % e.where)
        if len(e.values) > 255 or (e.later and len(e.values) > 63):
            raise Bad('%s: more than 255 values, or 63 where some are later ones' % e.where)
    for d in m.documents:
        if d[1] not in m.structs:
            raise Bad('document %s: struct %s is not known' % (d[0], d[1]))


if __name__ == '__main__':
    try:
        mm = read(sys.argv[1:])
    except Bad as err:
        sys.exit(str(err))
    print('%d structs, %d enums, %d documents' % (len(mm.structs), len(mm.enums), len(mm.documents)))
