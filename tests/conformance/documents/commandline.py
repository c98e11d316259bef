# SPDX-License-Identifier: LGPL-2.1-or-later
"""Command lines of QEMU by their meaning: the same options with the same values, in any order.

Owns: options() and difference().  Used by compare.py.
"""
import collections
import json
import re
import shlex


def value_of(text):
    """A value as a sorted tuple of its keys and values, where it has some."""
    if text[:1] == '{':
        return tuple(sorted((k, json.dumps(v, sort_keys=True)) for k, v in json.loads(text).items()))
    text = re.sub(r'domain--?\d+-', 'domain-N-', text)
    head, *rest = re.split(r'(?<!,),(?!,)', text)
    return (('', head),) + tuple(sorted(r.partition('=')[::2] for r in rest))


def options(text):
    """(variables of the environment, Counter of (option, value)); what may be made up does not count: uuids, MACs, numbers of descriptors."""
    text = re.sub(r'("\w*fd": ?)"\d+"', r'\1"*"', text)
    text = re.sub(r'[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|52(:[0-9a-f]{2}){5}', '*', text)
    words = shlex.split(text)
    env = []
    while words and '=' in words[0] and not words[0].startswith('/'):
        env.append(words.pop(0))
    out = collections.Counter()
    i = 1
    while i < len(words):
        option, i = words[i], i + 1
        value = ()
        if i < len(words) and not words[i].startswith('-'):
            value, i = value_of(words[i]), i + 1
        out[option, value] += 1
    return sorted(env), out


def difference(want, got):
    """None if they mean the same, or (kind of difference, its words)."""
    (env, want), (our_env, got) = options(want), options(got)
    missing, surplus = list((want - got).elements()), list((got - want).elements())
    if not missing and not surplus:
        return None if env == our_env else ('command line: environment', 'want %s, got %s' % (env, our_env))
    for option, value in missing:
        near = [v for o, v in surplus if o == option]
        if near:
            w = dict(value)
            g = dict(max(near, key=lambda v: len(set(v) & set(value))))
            keys = sorted(k for k in set(w) | set(g) if w.get(k) != g.get(k))
            what = w.get('driver') or w.get('qom-type') or w.get('')
            return 'command line: %s %s %s' % (option, re.sub(r'\d+', '…', what or '?'), ','.join(keys)), 'want %s, got %s' % (
                {k: w.get(k) for k in keys}, {k: g.get(k) for k in keys})
    if missing:
        return 'command line: missing %s %s' % (missing[0][0], dict(missing[0][1]).get('driver', '')), str(missing[0][1])
    return 'command line: surplus %s %s' % (surplus[0][0], dict(surplus[0][1]).get('driver', '')), str(surplus[0][1])
