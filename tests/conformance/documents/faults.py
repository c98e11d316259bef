# SPDX-License-Identifier: LGPL-2.1-or-later
"""Documents with two faults: which of them is told shows in what order an implementation reads.

Owns: documents(), the source `faults` of objects.py.
"""
import copy
import itertools
import xml.etree.ElementTree as ET

VALUES = ('none-such', '', '-1', '70000', '99999999999999999999')


def changes(root):
    """Ways to spoil a document at one place, each as (elements that it touches by number, what it does to the list of all)."""
    parents = {c: p for p in root.iter() for c in p}
    numbers = {e: n for n, e in enumerate(root.iter())}
    for e, n in numbers.items():
        for a in sorted(e.attrib):
            for v in VALUES:
                yield lambda all, _, n=n, a=a, v=v: all[n].set(a, v)
            yield lambda all, _, n=n, a=a: all[n].attrib.pop(a, None)
        if e is root:
            continue
        if (e.text or '').strip():
            for v in VALUES:
                yield lambda all, _, n=n, v=v: setattr(all[n], 'text', v)
        yield lambda all, up, n=n: up[all[n]].remove(all[n]) if all[n] in list(up[all[n]]) else None
        if not any(x.tag == e.tag for x in parents[e] if x is not e):
            yield lambda all, up, n=n: up[all[n]].insert(0, copy.deepcopy(all[n]))


def spoilt(root, *ways):
    new = copy.deepcopy(root)
    all, up = list(new.iter()), {c: p for p in new.iter() for c in p}
    for way in ways:
        way(all, up)
    return ET.tostring(new, encoding='unicode')


def documents(roots, fault):
    """Of each document each two of its faults, one of each that fault(text) tells apart, code and words, or None."""
    for root in roots:
        known = {}
        for way in changes(root):
            text = spoilt(root, way)
            said = fault(text)
            if said:
                known.setdefault(said, way)
        for (_, a), (_, b) in itertools.combinations(known.items(), 2):
            yield spoilt(root, a, b)
