# SPDX-License-Identifier: LGPL-2.1-or-later
"""The comments of the public headers: none for the build, the texts of api/doc for those that are
installed.  headers.py asks for one before each thing that it declares.
"""
import textwrap

import docwords


class Bare:
    """Says nothing."""
    gap = ''                # what keeps functions apart

    def above(self, name, indent='', since=None):
        return ''

    def call(self, rec):
        return ''

    def field(self, rec, name, indent='    '):
        return ''

    def typedef(self, rec):
        return ''


class Commented(Bare):
    """Says what the texts say, as comments that editors and documentation tools understand."""
    gap = '\n'

    def __init__(self, api, texts):
        self.api, self.texts = api, texts

    @staticmethod
    def comment(lines, indent=''):
        out, star = [], indent + ' * '
        for line in lines:
            deeper = '    ' if line.startswith('@') else '  ' if line.startswith('- ') else ''
            out.append(textwrap.fill(line, 100, initial_indent=star, subsequent_indent=star + deeper,
                                     break_long_words=False, break_on_hyphens=False) if line
                                     else star.rstrip())
        if len(out) == 1 and '\n' not in out[0]:
            return '%s/** %s */\n' % (indent, lines[0])
        return '%s/**\n%s\n%s */\n' % (indent, '\n'.join(out), indent)

    @staticmethod
    def plain(text):
        return text.replace('`', '').replace('*/', '* /').replace('/*', '/ *')

    def paragraphs(self, doc):
        lines = []
        for text in doc.paragraphs:
            lines += ['', self.plain(text)] if lines else [self.plain(text)]
        return lines

    def above(self, name, indent='', since=None):
        doc = self.texts.of.get(name)
        if not doc:
            return ''
        lines = self.paragraphs(doc)
        if since:
            lines[-1] += ' Since %s.' % since
        return self.comment(lines, indent)

    def call(self, rec):
        doc = self.texts.of.get(rec.name)
        if not doc:
            return ''
        lines = self.paragraphs(doc) + ['']
        for arg in rec.args:
            text = docwords.arg_text(self.api, rec, arg, doc)
            if text:
                lines.append('@param %s %s' % (arg.name, self.plain(text)))
        result = docwords.result_text(rec, doc)
        if result:
            lines.append('@return ' + self.plain(result))
        errors = docwords.own_errors(self.api, rec, doc) if rec.kind == 'call' else []
        if errors:
            lines += ['', 'Errors:'] + ['- %s: %s' % (code, self.plain(when)) for code, when in errors]
        lines += ['', 'Since %s.' % rec.since]
        return self.comment(lines)

    def field(self, rec, name, indent='    '):
        doc = self.texts.of.get(rec.name)
        return self.comment([self.plain(doc.args[name])], indent) if doc and name in doc.args else ''

    def typedef(self, rec):
        text = docwords.typedef_text(self.api, rec)
        return self.above(rec.name, since=rec.since) or (self.comment([text]) if text else '')
