# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts what two implementations answer: what is the same, what is meant, and what differs, by kind with an example.

Used by compare.py and fragments.py.  A difference is reduced to what makes it (reduce.py) before it is counted.
"""
import collections
import re

import reduce


class Tally:
    """verdict(text, want, got, meant) tells a difference, known is [(pattern, reason)] of those that are meant; fault and
    donors are as reduce.reduced() takes them."""

    def __init__(self, verdict, known, fault, donors, log=None):
        self.verdict, self.known, self.fault, self.donors = verdict, known, fault, donors
        self.log = open(log, 'w', encoding='utf-8') if log else None
        self.context = ''       # what the log says of it besides
        self.kinds, self.examples, self.meant = collections.Counter(), {}, collections.Counter()
        self.all = self.accepted = self.same = self.ended = 0

    def meaning(self, kind):
        return next((r for k, r in self.known if k.search(kind)), None)

    def kind_of(self, text, want, got):
        v = self.verdict(text, want, got, self.meaning)
        return v and v[0]

    def take(self, number, what, text, ask):
        """ask(text) gives both answers.  The kind of the difference, or None if there is none that has to be looked at."""
        self.all += 1
        want, got = ask(text)
        if want is None:
            self.ended += 1
            return None
        self.accepted += want[0] != 'error'
        differs = self.verdict(text, want, got, self.meaning)
        if differs is None:
            self.same += 1
            return None
        kind, words = differs
        small, reason = text, self.meaning(kind)
        if reason is None:
            small, reason = reduce.reduced(text, ask, self.fault, self.kind_of, self.donors, meant=self.meaning)
        if reason is not None:
            self.meant[reason] += 1
            return None
        self.kinds[kind] += 1
        if self.log:
            print(number, what, kind, words, want[3] if want[0] == 'error' else '', small.replace('\n', ' '),
                  self.context.replace('\n', ' '), sep='\t',
                  file=self.log, flush=True)
        self.examples.setdefault(kind, (number, what, words, re.sub(r'>\s+<', '><', small)))
        return kind

    def report(self, show, things):
        """1 if something differs."""
        for kind, n in self.kinds.most_common(show):
            print('%4d  %s\n      #%d %s: %s\n      %s' % (n, kind, *self.examples[kind]))
        for reason, n in self.meant.most_common():
            print('%4d  explained: %s' % (n, reason))
        print('%d %s, %d accepted by the reference: %d same, %d explained, %d different in %d ways; %d ended the reference' % (
            self.all, things, self.accepted, self.same, sum(self.meant.values()), sum(self.kinds.values()), len(self.kinds),
            self.ended))
        return 1 if self.kinds else 0
