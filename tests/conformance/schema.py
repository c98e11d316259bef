# SPDX-License-Identifier: LGPL-2.1-or-later
"""A RelaxNG grammar with all that it includes, for those who walk it."""
import os
import xml.etree.ElementTree as ET

RNG = '{http://relaxng.org/ns/structure/1.0}'


class Grammar:
    def __init__(self, path):
        self.folder, self.defines, self.loaded, self.start = os.path.dirname(path), {}, set(), []
        self.load(os.path.basename(path))

    def load(self, name):
        if name not in self.loaded:
            self.loaded.add(name)
            for e in ET.parse(os.path.join(self.folder, name)).getroot():
                self.top(e)

    def top(self, e):
        if e.tag == RNG + 'include':
            for d in e:                 # overrides come first and win
                self.top(d)
            self.load(e.get('href'))
        elif e.tag == RNG + 'define':
            if e.get('combine') or e.get('name') not in self.defines:
                self.defines.setdefault(e.get('name'), []).append(e)
        elif e.tag == RNG + 'start':
            self.start.append(e)
        elif e.tag == RNG + 'div':
            for d in e:
                self.top(d)
