# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits the version script of one library: the public nodes, and a private one for the
companion libraries.

usage: symbols.py DESCRIPTION-FOLDER LIBRARY OUTPUT-FILE [PRIVATE-LIST]
"""
import sys

import description


def nodes(api, library):
    """[(node, [symbols])], oldest first."""
    out = {}
    for rec in api.calls + api.variables:
        if rec.unit.library == library:
            out.setdefault(rec.node, []).append(rec.name)
    return sorted(((n, sorted(s)) for n, s in out.items()),
                  key=lambda item: description.version_key(item[0].rsplit('_', 1)[1]))


def main(source, library, target, private=None):
    api = description.load(source)
    out, before = ['# Generated from the API description; do not edit.\n'], ''
    for node, symbols in nodes(api, library):
        out.append('%s {\n    global:\n%s}%s;\n' % (
            node, ''.join('        %s;\n' % s for s in symbols), before))
        before = ' ' + node
    names = []
    if private:
        with open(private, encoding='utf-8') as lines:
            names = [l.strip() for l in lines if l.strip() and not l.startswith('#')]
    out.append('VIREO_PRIVATE {\n%s    local: *;\n};\n' % (
        '    global:\n' + ''.join('        %s;\n' % n for n in names) if names else ''))
    description.write(target, ''.join(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
