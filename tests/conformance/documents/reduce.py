# SPDX-License-Identifier: LGPL-2.1-or-later
"""Documents that two implementations answer differently are made small, and told apart from those that are only wrong
in several ways, of which each side names another one first.

Owns: Child (an implementation in a process of its own), Donors, reduced().  Used by compare.py and objects.py.
"""
import collections
import copy
import itertools
import json
import re
import subprocess
import xml.etree.ElementTree as ET

ORDER = 'several faults, each alone answered alike'
FAULTS = 4                      # that are taken away at most to have one alone
# What stays in a document that is made small: without them it would have one fault more.
KEPT = {('domain', 'name'), ('domain', 'memory'), ('domain', 'os'), ('os', 'type'), ('network', 'name'), ('pool', 'name'),
        ('volume', 'name'), ('volume', 'capacity'), ('secret', 'usage'), ('filter', 'name')}


class Child:
    """One implementation, in a process of its own that answers each line with a line, both JSON."""

    def __init__(self, command, env=None):
        self.command, self.env = command, env
        self.start()

    def start(self):
        self.child = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.env)

    def send(self, question):
        try:
            self.child.stdin.write(json.dumps(question) + '\n')
            self.child.stdin.flush()
        except BrokenPipeError:
            pass

    def answer(self):
        """What it says, or None if it ended at this."""
        line = self.child.stdout.readline()
        while line and not line.startswith('['):
            line = self.child.stdout.readline()
        return json.loads(line) if line else None

    def again(self):
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass
        self.child.wait()
        self.start()


def both(reference, ours, question):
    """What the two sides make of it, None for one that ended at it; such a one starts again."""
    for side in (reference, ours):
        side.send(question)
    answers = [side.answer() for side in (reference, ours)]
    for side, answer in zip((reference, ours), answers):
        if answer is None:
            side.again()
    return answers


class Donors:
    """Elements of other documents, for what one lacks."""

    def __init__(self, texts):
        self.known, self.names = {}, set()      # names of elements and attributes
        for text in texts:
            self.add(text)

    def add(self, text):
        try:
            root = ET.fromstring(text)
        except ET.ParseError:
            return
        self.take('', root)
        for parent in root.iter():
            self.names.update((parent.tag, *parent.attrib))
            for e in parent:
                self.take(parent.tag, e)

    def take(self, parent, e):
        e.tail = None
        self.known.setdefault((parent, e.tag), {}).setdefault(ET.tostring(e, encoding='unicode'), e)

    def gifts(self, root):
        """Changes that give elements of a document what others have: by turns for each of its elements."""
        parents = {c: p.tag for p in root.iter() for c in p}
        turns = [self.for_one(n, e, self.known.get((parents.get(e, ''), e.tag), {})) for n, e in enumerate(root.iter())]
        while turns:
            for turn in list(turns):
                change = next(turn, None)
                if change is None:
                    turns.remove(turn)
                else:
                    yield change

    @staticmethod
    def for_one(number, e, like):
        """All that it lacks of another, and all its values, then each by itself."""
        own = traits(e)
        donors = sorted(like.values(), key=lambda d: (-len(own & traits(d)), len(traits(d))))
        seen = set()
        for d in donors:
            yield lambda all, _, d=d: merge(all[number], d)
            yield lambda all, _, d=d: (all[number].attrib.update(d.attrib), merge(all[number], d))
            for k, v in d.attrib.items():
                if (k, v) not in seen:
                    seen.add((k, v))
                    yield lambda all, _, k=k, v=v: all[number].set(k, v)
            for c in d:
                what = ET.tostring(c)
                if e.find(c.tag) is None and what not in seen:
                    seen.add(what)
                    yield lambda all, _, c=c: all[number].append(copy.deepcopy(c))


def traits(e):
    """What two elements can have in common: elements, attributes and their values."""
    return {(x.tag, k, v) for x in e.iter() for k, v in x.attrib.items()} | {
        (x.tag, k) for x in e.iter() for k in x.attrib} | {(p.tag, c.tag) for p in e.iter() for c in p}


def merge(e, donor):
    """What the donor has and e has not."""
    if not (e.text or '').strip():
        e.text = donor.text
    for k in donor.attrib:
        e.attrib.setdefault(k, donor.get(k))
    for c in donor:
        own = e.find(c.tag)
        if own is None:
            e.append(copy.deepcopy(c))
        else:
            merge(own, c)


def losses(root):
    """Changes that take one element or attribute away."""
    for number, e in enumerate(root.iter()):
        if number:
            yield lambda all, parents, n=number: parents[all[n]].remove(all[n])
        for k in sorted(e.attrib):
            yield lambda all, _, n=number, k=k: all[n].attrib.pop(k)


def changed(document, *changes):
    """A change names elements by their number and may not find what another has taken."""
    root = ET.fromstring(document)
    all, parents = list(root.iter()), {c: p for p in root.iter() for c in p}
    for change in changes:
        try:
            change(all, parents)
        except (KeyError, ValueError):
            pass
    return ET.tostring(root, encoding='unicode')


def same_words(fault, names):
    """Code and message, without what changes when something else in the document does: lines, and values, but not names
    of elements and attributes, which tell one fault from another."""
    if not fault:
        return fault
    words = re.sub(r'\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b|\b\d+\b', '…', fault[1])
    return fault[0], re.sub(r"'([^']*)'", lambda m: m.group(0) if m.group(1) in names else "'…'", words)


class Reducer:
    """One document: ask(text) gives both answers, fault(answer) its (code, message) or None, kind(text, want, got) what
    differs or None."""

    def __init__(self, document, ask, fault, kind, names, limit, meant):
        self.meant, self.names, self.seen = meant, names, {}
        self.ask, self.fault, self.kind, self.left = ask, fault, kind, limit
        self.root, self.gone = ET.fromstring(document), set()
        self.text = self.without(())
        self.sought = self.look(self.text)

    def without(self, things):
        gone = self.gone.union(things)

        def kept(e):
            new = ET.Element(e.tag, {k: v for k, v in e.attrib.items() if (e, k) not in gone})
            new.text, new.tail = e.text, e.tail
            new.extend(kept(c) for c in e if c not in gone)
            return new
        return ET.tostring(kept(self.root), encoding='unicode')

    def look(self, text):
        """(kind of difference, fault that the reference names, fault that ours names), or None."""
        if text not in self.seen:
            self.left -= 1
            want, got = self.ask(text)
            self.seen[text] = None if want is None or got is None else (
                self.kind(text, want, got), same_words(self.fault(want), self.names), same_words(self.fault(got), self.names))
        return self.seen[text]

    def drop(self, things):
        if self.left <= 0:
            return False
        text = self.without(things)
        if self.look(text) != self.sought:
            return False
        self.gone.update(things)
        self.text = text
        return True

    def halve(self, things):
        if not things or self.drop(things) or len(things) == 1:
            return
        middle = len(things) // 2
        self.halve(things[:middle])
        self.halve(things[middle:])

    def shrink(self, e):
        self.halve([c for c in e if c not in self.gone and (e.tag, c.tag) not in KEPT])
        for c in e:
            if c not in self.gone:
                self.shrink(c)
        self.halve([(e, k) for k in sorted(e.attrib) if (e, k) not in self.gone])

    def run(self):
        before = None
        while before != len(self.gone) and self.left > 0:
            before = len(self.gone)
            self.shrink(self.root)

    def alone(self, text, changes, side):
        """Changes after which both sides name the fault that one side names here (or what differs is meant), one set of
        them after the other.  Where a further fault comes to light that one is taken away, too, up to FAULTS in all:
        each such set gets its turns, so that one that leads nowhere does not use up all questions."""
        sought, known, turns = self.sought[side], {self.sought[1:]}, collections.deque([((), iter(changes))])
        while turns and self.left > 0:
            before, rest = turns.popleft()
            for change in itertools.islice(rest, 50):
                seen = self.look(changed(text, *before, change))
                if not seen or seen[side] != sought:
                    continue
                other = seen[3 - side]
                if other and other[0] == sought[0] or seen[0] and self.meant(seen[0]):
                    yield before + (change,), seen
                elif other and seen[1:] not in known and len(before) + 1 < FAULTS:
                    known.add(seen[1:])
                    turns.append((before + (change,), iter(changes)))
                if self.left <= 0:
                    return
            if rest.__length_hint__():
                turns.append((before, rest))

    def only_order(self, text, donors, limit):
        """Whether two sets of changes are found: one leaves just the fault that the reference names here, the other just
        the one that ours names, both sides name it then, and neither names it when all these changes are made."""
        root = ET.fromstring(text)
        changes = list(itertools.chain(losses(root), itertools.islice(donors.gifts(root), limit)))
        self.left = 2 * limit
        first = list(itertools.islice(self.alone(text, changes, 1), 5))
        self.left = 2 * limit
        second = itertools.islice(self.alone(text, changes, 2), 5) if first else ()
        for b, seen_b in second:
            for a, seen_a in first:
                none = self.look(changed(text, *a, *b))
                if none and none[1] not in (self.sought[1], seen_b[1] or self.sought[1]) and none[2] not in (self.sought[2], seen_a[2] or self.sought[2]):
                    return True
        return False


def reduced(document, ask, fault, kind, donors, limit=500, meant=lambda kind: False):
    """(document, reason): the smallest one found that is answered differently in just this way by the two sides, and
    ORDER if it is wrong in two ways of which each alone is named by both, or differs in a way that is meant; or None."""
    try:
        r = Reducer(document, ask, fault, kind, donors.names, limit, meant)
    except ET.ParseError:
        return document, None
    if not r.sought or r.sought[0] is None:
        return document, None
    r.run()
    # What the small one lacks may be a fault of its own: then the whole one tells.
    order = r.sought[1] and r.sought[2] and (r.only_order(r.text, donors, limit) or
                                             r.only_order(document, donors, 2 * limit))
    return r.text, ORDER if order else None
