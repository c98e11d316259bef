# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the reference of the XML documents (model_docs.py) says about values: what each can be, and what is special
about it, in words and as HTML."""
import re
from fnmatch import fnmatchcase
from html import escape
import model_read
from model_read import SCALARS

NEWER = '<b class="later" title="ignored or refused unless newer_elements is set: newer than the format that is read">' \
    'from %s</b>'
KINDS = {
    'STR': 'text', 'RAW': 'XML of other namespaces', 'CPUSET': 'a list of numbers such as 0-3,^2', 'UUID': 'a UUID',
    'MAC': 'a MAC address', 'DOUBLE': 'a number', 'OCT': 'an octal number', 'U8': '0 to 255', 'U16': '0 to 65535',
    'U32': 'a number', 'U64': 'a number', 'I32': 'a whole number', 'I64': 'a whole number',
    'X8': 'a number, shown as 0x…', 'N32': 'a number, decimal or 0x…', 'BUS': '0 to 0xff', 'SLOT': '0 to 0x1f',
    'FUNCTION': '0 to 7', 'X16': 'a number, shown as 0x…', 'X32': 'a number, shown as 0x…',
    'X64': 'a number, shown as 0x…', 'FLAG': 'present or not',
}
SPECIAL = [     # flag, word, what it means
    ('live', 'running', 'only of a running guest: a definition loses it'),
    ('alias', 'running', 'only of a running guest, unless it begins with ua-'),
    ('secret', 'secret', 'shown only to those who may see secrets'),
    ('abi', 'ABI', 'the guest can tell the difference: it cannot change while the guest runs, migrates or goes back to a '
     'snapshot'),
    ('positive', 'not 0', 'cannot be 0'), ('status', 'internal', 'in our own files only'),
]
SHORT = 100         # a pattern that is longer is shown on its page only


def codes(words):
    return ' '.join('<code>%s</code>' % escape(w) for w in words)


def alternatives(words):
    """a, b or c"""
    words = ['not given' if w == '-' else w for w in words]
    return ' or '.join([', '.join(words[:-1])] * (len(words) > 1) + words[-1:])


def condition(said):
    """A condition of the description (docs/design/model-description.md) as words that go on after "only"."""
    if '&' in said:
        return ' and '.join(condition(c) for c in said.split('&'))
    name, colon, spec = said.partition(':')
    no, around = '', ''
    while name[:1] in ('^', '!'):
        no, around = (not no if name[0] == '!' else no), (around + ' around it' if name[0] == '^' else around)
        name = name[1:]
    around = ' of the element around' if around else ''
    if name.startswith('+'):
        return '%s %s%s' % ('without' if no else 'with', name[1:], around)
    if not colon:
        return '%s %s' % ('not in' if no else 'in', alternatives(['<%s>' % n for n in name.split(',')]))
    return 'where %s%s is %s%s' % (name.strip('<>') or 'it', around, 'not ' if bool(no) != spec.startswith('!') else '',
                                  alternatives(spec.lstrip('!').split(',')))


def of_names(said):
    """(names, are they the excluded ones) of a condition that is about the name of the element alone; else None."""
    name = said.lstrip('!')
    if set(name) & set('&:^+@'):
        return None
    return name.split(','), said.startswith('!')


def stands(f, names, every):
    """Is a field there for some, or with `every` for all of the names that its element has?"""
    for said in f.opts.get('if', ()):
        about = of_names(said)
        if about is None and every:
            return False
        if about is not None:
            fits = [any(fnmatchcase(n, a) for a in about[0]) != about[1] for n in names]
            if not (all(fits) if every else any(fits)):
                return False
    return True


class Words:
    def __init__(self, m):
        self.m = m

    def told(self, text, f=None):
        """A text, with the values that it explains (a or b: what it means) and the elements that it names set apart."""
        text = re.sub(r'&lt;[\w:-]+&gt;', r'<code>\g<0></code>', escape(text))
        words = f is not None and f.kind != 'group' and model_read.words_of(self.m, f)
        if words:
            word = '(?:%s)(?![\\w-])' % '|'.join(map(re.escape, sorted(words, key=len, reverse=True)))
            text = re.sub(r'(?<![\w-])%s(?:(?:, | and | or )%s)*(?=: )' % (word, word),
                          lambda said: re.sub(word, r'<code>\g<0></code>', said.group()), text)
        return text

    def form(self, name):
        """The words for a form, with its pattern behind them; of a list of words, these."""
        pattern = self.m.forms[name]
        words = re.sub(r'[()]', '', pattern).replace('\\+', '+')
        if re.fullmatch(r'[\w+-]+(\|[\w+-]+)+', words) and '[' not in pattern:
            return codes(dict.fromkeys(words.split('|')))
        title = pattern if len(pattern) <= SHORT else 'a pattern'
        return '<a class="form" href="index.html#form-%s" title="%s">%s</a>' % (name, escape(title),
                                                                              escape(self.m.form_words[name]))

    def forms(self, f):
        """A form for each condition that says which counts."""
        out = []
        for said in f.opts.get('form', ()):
            name, _, when = said.partition('@')
            out.append(self.form(name) + (' <span class="when">%s</span>' % escape(condition(when)) if when else ''))
        return '<br/>'.join(out)

    def of(self, f):
        """What a field can be; of an element with parts of its own nothing, since these say it."""
        if f.kind == 'group' or f.type in self.m.structs:
            return ''
        if f.type in self.m.enums:
            e = self.m.enums[f.type]
            allowed = model_read.words_of(self.m, f)
            return ' '.join('<code>%s</code>%s' % (escape(v), ' ' + NEWER % escape(e.since[v]) if v in e.later else '')
                            for v in e.values if v in allowed or v in e.later)
        if model_read.words_of(self.m, f):
            return codes(model_read.words_of(self.m, f))
        kind, arg = SCALARS[f.type][3:]
        if 'form' in f.opts:
            return self.forms(f)
        if 'words' in f.opts:
            return '<br/>'.join('%s <span class="when">%s</span>' % (codes(w.split(',')), escape(condition(c)))
                             for w, _, c in (said.partition('@') for said in f.opts['words']))
        limits = model_read.range_of(f)
        if limits and kind in KINDS:
            if limits[1] is not None:
                return '%d to %d' % (limits[0] or 0, limits[1])
            if limits[0]:
                return 'a number, %d or more' % limits[0]
        if kind == 'SIZE':
            shown = f.opts.get('units') or {0: 'bytes', 10: 'KiB', 20: 'MiB'}[arg]
            meant = {0: 'bytes', 10: 'KiB', 20: 'MiB', 30: 'GiB'}[int(f.opts.get('in', arg))]
            return 'a size; <code>%s</code> says the unit, %s if not given; shown in %s' % (
                f.opts.get('uattr', 'unit'), meant, shown)
        return KINDS[kind]

    def notes(self, f, own, names):
        """What is special about a field; `own` is the attribute that decides which parts there are, and the element
        has one of the names."""
        out = []
        if 'missing' in f.opts:
            out.append('<b title="a document without it is refused">required</b>')
        elif model_read.must(f):
            out.append('<b title="a valid document has it">always</b>')
        if f.kind == 'list':
            out.append('<b title="there may be several">repeats</b>')
        if 'later' in f.flags:
            out.append(NEWER % escape(f.opts['since']))
        elif 'since' in f.opts:
            out.append('<b title="not in older releases of the format">since %s</b>' % escape(f.opts['since']))
        if 'default' in f.opts:
            out.append('<b title="taken if it is not given">default <code>%s</code></b>' % escape(f.opts['default']))
        for flag, word, why in SPECIAL:
            if flag in f.flags:
                out.append('<b class="%s" title="%s">%s</b>' % (flag, escape(why), word))
        spec, of = f.opts.get('when'), own.name if own is not None else ''
        if 'up' in f.opts:
            of, spec = f.opts['up'].split(':')
            of = '%s around it' % of.split('_')[-1]         # storage_type is the type= of what has it
        if spec and not of.startswith(model_read.HIDDEN):
            out.append('<span>only where %s is %s%s</span>' % (escape(of), 'not ' if spec[0] == '!' else '',
                                                              escape(alternatives(spec.lstrip('!').split(',')))))
        for said in f.opts.get('if', ()) if not stands(f, names, True) else ():
            text = condition(said)
            out.append('<span>%s%s</span>' % ('' if text.startswith('not ') else 'only ', escape(text)))
        return ' '.join(out)
