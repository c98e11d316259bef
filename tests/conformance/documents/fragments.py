#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two implementations change the devices of the same guests by the same documents; the definitions that come of it
are compared, or code and domain of the error.

usage: fragments.py [--count N] [--seed N] [--call attach|detach|update|alias] [--schemas DIR] [--show N] [--log FILE]
                    [--restart COMMAND] [--library FOLDER] REFERENCE-URI OUR-URI BASE.xml...

Each document is a device: one made by chance from the schemas, one of another BASE, perhaps with one thing changed,
or one of the guest itself, likewise.  The guest, which does not run, is one of the BASE documents that both sides take;
it is defined anew for each change.  Differences are reduced, told apart and counted as compare.py does.
"""
import argparse
import os
import random
import re
import sys
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import compare  # noqa: E402
import reduce  # noqa: E402
import sample  # noqa: E402
from tally import Tally  # noqa: E402

CALLS = ('attach', 'detach', 'update', 'alias')


class Side(compare.Side):
    def side(self, uri):
        return [sys.executable, os.path.join(HERE, 'side.py'), '--fragment', uri]


class Source:
    """(call, number of the guest, device) for each number."""

    def __init__(self, a, guests):
        self.a, self.guests = a, [ET.fromstring(g) for g in guests]
        self.schema = compare.Source(argparse.Namespace(kind='schema', base=[], schemas=a.schemas))

    def __call__(self, number):
        rng = random.Random(self.a.seed * 1000003 + number)
        at = rng.randrange(len(self.guests))
        call = self.a.call or rng.choice(('attach', 'attach', 'detach', 'update'))
        return call, at, self.device(rng, self.guests[at], call)

    def device(self, rng, guest, call):
        own = [d for d in guest.find('devices') if d.tag in compare.DEVICES]
        if call == 'alias':
            names = [d.find('alias').get('name') for d in own if d.find('alias') is not None]
            return '<alias name="%s"/>' % rng.choice(names + ['ua-none', 'net0'])
        if call == 'attach' and rng.random() < 0.6 or not own:
            e = None
            while e is None:
                e = self.schema.make(rng.choice(compare.DEVICES), False, rng)
            return ET.tostring(e, encoding='unicode')
        if call == 'attach':
            others = rng.choice(self.guests).find('devices')
            own = [d for d in others if d.tag in compare.DEVICES] or own
        root = rng.choice(own)
        for _ in range(rng.choice((0, 1, 1, 2))):
            root = sample.mutate(root, rng)[0] if len(root) else root
        return sample.to_text(root)


def guests_of(paths, sides):
    """Of those that both take, what the reference makes of them: a change must not be asked about the rest."""
    out = []
    for text in compare.texts_of(paths, False):
        text = re.sub(r"(<domain\b[^>]*\btype=)(['\"])\w+\2", r'\1\2qemu\2', text, count=1)
        answers = reduce.both(*sides, ['', text, ''])
        if all(a and a[0] == 'xml' for a in answers) and not compare.verdict(text, *answers):
            out.append(answers[0][1])
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--count', type=int, default=1000)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--call', choices=CALLS)
    p.add_argument('--schemas', default='/usr/share/libvirt/schemas')
    p.add_argument('--show', type=int, default=60)
    p.add_argument('--log', help='a file for one line for each difference')
    p.add_argument('--restart', help='a command that starts the reference again after it crashed and prints its URI')
    p.add_argument('--library', help='a folder with our libvirt.so')
    p.add_argument('reference')
    p.add_argument('ours')
    p.add_argument('base', nargs='+')
    a = p.parse_args()
    sides = Side(a.reference, None, False, a.restart), Side(a.ours, a.library, False)
    guests = guests_of(a.base, sides)
    source = Source(a, guests)
    tally = Tally(compare.verdict, compare.explained(), compare.fault, reduce.Donors(guests), a.log)
    for number in range(a.count):
        call, at, device = source(number)

        def ask(text):
            answers = reduce.both(*sides, [call, guests[at], text])
            if answers[1] is None:
                sys.exit('ours ended: %s in\n%s\n%s' % (call, guests[at], text))
            return answers

        def verdict(text, want, got, meant):
            return compare.verdict(guests[at] + text, want, got, meant)
        tally.verdict = verdict
        tally.take(number, '%s, guest %d' % (call, at), device, ask)
    return tally.report(a.show, 'changes of %d guests' % len(guests))


if __name__ == '__main__':
    sys.exit(main())
