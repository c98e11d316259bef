# SPDX-License-Identifier: LGPL-2.1-or-later
"""Texts by chance that fit a regular expression of XML Schema."""
try:
    from re import _parser as sre
except ImportError:
    import sre_parse as sre

COMMON = 'abcdkvmxz0129-_.'
MOST = 3            # how many more than the least number of times something repeats


def example(pattern, rng):
    """A $ is a letter there, and \\i and \\c are sets of letters that begin a name and go on with it."""
    return _one(sre.parse(pattern.replace('\\i', '[a-z]').replace('\\c', '[a-z]').replace('$', '\\$')), rng)


def _one(items, rng):
    out = ''
    for op, arg in items:
        op = str(op)
        if op == 'LITERAL':
            out += chr(arg)
        elif op == 'NOT_LITERAL':
            out += rng.choice([c for c in COMMON if ord(c) != arg])
        elif op == 'ANY':
            out += rng.choice(COMMON)
        elif op == 'IN':
            out += _among(arg, rng)
        elif op == 'BRANCH':
            out += _one(rng.choice(arg[1]), rng)
        elif op == 'SUBPATTERN':
            out += _one(arg[-1], rng)
        elif op in ('MAX_REPEAT', 'MIN_REPEAT'):
            least, most, sub = arg
            for _ in range(rng.randint(least, min(int(most), least + MOST))):
                out += _one(sub, rng)
    return out


def _among(set_, rng):
    inside, chars = True, []
    for op, arg in set_:
        op = str(op)
        if op == 'NEGATE':
            inside = False
        elif op == 'LITERAL':
            chars.append(chr(arg))
        elif op == 'RANGE':
            chars += [chr(c) for c in range(arg[0], arg[1] + 1)]
        else:
            chars += '0123456789' if 'DIGIT' in str(arg) else ' ' if 'SPACE' in str(arg) else 'ab0'
    return rng.choice(chars) if inside else rng.choice([c for c in COMMON if c not in chars] or ['x'])
