#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two implementations change the devices of the same guests by the same documents; the definitions that come of it
are compared, or code and domain of the error.

usage: fragments.py [--count N] [--seed N] [--call attach|detach|update|alias] [--plain FILE] [--running] [--schemas DIR]
                    [--show N] [--log FILE] [--restart COMMAND] [--library FOLDER] REFERENCE-URI OUR-URI BASE...

Each document is a device: one made by chance from the schemas or from our description, one of another BASE, perhaps
with one thing changed, or one of the guest itself, likewise.  The guest, which does not run, is one of the BASE
documents (.xml, or .tsv as those beside this file) that both sides take, as it is or with further devices: of others,
and nearly like those it has.  It is defined anew for each change.  With --running it is the definition of a guest that
runs meanwhile.  With --plain the devices are those of FILE, one a line, each asked of in each way on guests by chance.

Differences are reduced, told apart and counted as compare.py does.
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
LIVE, CONFIG, FORCE = 1, 2, 4


class Side(compare.Side):
    mode = '--fragment'

    def side(self, uri):
        return [sys.executable, os.path.join(HERE, 'side.py'), self.mode, uri]


class Explained(Tally):
    """What is meant of a change is written with it in front: "detach input[evdev] …"."""

    change = '', None

    def meaning(self, kind):
        call, device = self.change
        kinds = kind, '%s %s[%s] %s' % (call, device.tag, device.get('type', device.get('model', '')), kind)
        return next((r for k, r in self.known if any(k.search(x) for x in kinds)), None)


class Source:
    """(call, flags, guest, device) for each number."""

    def __init__(self, a, guests):
        self.a, self.guests = a, guests
        self.devices = [devices_of(ET.fromstring(g)) for g in guests]
        self.makers = [compare.Source(argparse.Namespace(kind=k, base=[], schemas=a.schemas)) for k in ('schema', 'model')]
        self.alike = {}         # by the device and the element
        for d in (d for own in self.devices for d in own):
            for e in d.iter():
                self.alike.setdefault((d.tag, e.tag), []).append(e)
        self.plain = [line.strip() for line in open(a.plain)] if a.plain else []

    def __call__(self, number):
        rng = random.Random(self.a.seed * 1000003 + number)
        at = rng.randrange(len(self.guests))
        call = self.a.call or rng.choice(('attach', 'attach', 'attach', 'detach', 'detach', 'update', 'update', 'alias'))
        device = rng.choice(self.plain) if self.plain and call != 'alias' else self.device(rng, self.devices[at], call)
        return call, self.flags(rng, call), self.guests[at], device

    def flags(self, rng, call):
        if self.a.running:
            return CONFIG | rng.choice((0, 0, FORCE if call == 'update' else 0))
        rare = [0, CONFIG | LIVE, LIVE, 8, CONFIG | FORCE] + [None] * (call in ('attach', 'detach'))
        return CONFIG if rng.random() < 0.8 else rng.choice(rare)

    def device(self, rng, own, call):
        if call == 'alias':
            names = [d.find('alias').get('name') for d in own if d.find('alias') is not None]
            return '<alias name="%s"/>' % rng.choice(names * 3 or ['ua-none', 'net0', ''])
        if rng.random() < (0.6 if call == 'attach' else 0.1) or not own:
            e = None
            while e is None:
                e = rng.choice(self.makers).make(rng.choice(compare.DEVICES), False, rng)
            return sample.to_text(e)
        if call == 'attach':
            own = rng.choice(self.devices) or own
        root = rng.choice(own)
        if call != 'attach' and rng.random() < 0.2:     # no more than tells it from others, or something less
            root = ET.fromstring(ET.tostring(root))
            for e in list(root):
                if rng.random() < 0.6:
                    root.remove(e)
        for _ in range(rng.choice((0, 1, 1, 2))):
            root = self.vary(root, rng) if rng.random() < 0.5 else sample.mutate(root, rng)[0] if len(root) else root
        return sample.to_text(root)

    def vary(self, root, rng):
        """One value that others have, or one of their elements or attributes more: still good, but another device."""
        root = ET.fromstring(ET.tostring(root))
        e = rng.choice(list(root.iter()))
        like = [x for x in self.alike.get((root.tag, e.tag), ()) if x.attrib or len(x)]
        other = rng.choice(like or [e])
        things = sorted(other.attrib) + [c for c in other if e.find(c.tag) is None]
        what = rng.choice(things or [None])
        if isinstance(what, str):
            e.set(what, other.get(what))
        elif what is not None:
            e.append(ET.fromstring(ET.tostring(what)))
        return root


def devices_of(guest):
    devices = guest.find('devices')
    return [d for d in ([] if devices is None else devices) if d.tag in compare.DEVICES]


def more(text, every, rng):
    """The guest with further devices: of others, or nearly like one of its own; with names of their own."""
    root = ET.fromstring(text)
    devices = root.find('devices')
    for n in range(rng.choice((1, 2, 3, 5))):
        own = devices_of(root)
        d = ET.fromstring(ET.tostring(rng.choice(own if own and rng.random() < 0.5 else every)))
        for tag in 'address', 'alias':
            for e in d.findall(tag):
                if rng.random() < 0.8:
                    d.remove(e)
        if rng.random() < 0.5 and len(d):
            d = sample.mutate(d, rng)[0]
        if d.tag == 'disk' and d.find('target') is not None and rng.random() < 0.8:
            d.find('target').set('dev', d.find('target').get('dev', 'vda')[:2] + rng.choice('abcdefghij'))
        if rng.random() < 0.4:
            ET.SubElement(d, 'alias').set('name', 'ua-%d%s' % (n, rng.choice('abc')))
        devices.append(d)
    return ET.tostring(root, encoding='unicode')


def guests_of(a, sides):
    """Of those that both take, what the reference makes of them: a change must not be asked about the rest."""
    out, rng = [], random.Random(a.seed)

    def take(text):
        answers = reduce.both(*sides, ['', 0, text, ''])
        if all(x and x[0] == 'xml' for x in answers) and not compare.verdict(text, *answers):
            again = reduce.both(*sides, ['', 0, answers[0][1], ''])     # or every change of it would fail
            if all(x and x[0] == 'xml' for x in again):
                out.append(answers[0][1])
    for text in compare.texts_of(a.base, False):
        text = re.sub(r"(<domain\b[^>]*\btype=)(['\"])\w+\2", r'\1\2qemu\2', text, count=1)
        if not any(t.endswith('.tsv') for t in a.base) or rng.random() < a.part:
            take(text)
    every = [d for g in out for d in devices_of(ET.fromstring(g))]
    for text in list(out):
        if rng.random() < 0.7:
            take(more(text, every, rng))
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--count', type=int, default=1000)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--call', choices=CALLS)
    p.add_argument('--plain')
    p.add_argument('--running', action='store_true')
    p.add_argument('--part', type=float, default=0.3, help='of the BASE documents, if there is a .tsv among them')
    p.add_argument('--schemas', default='/usr/share/libvirt/schemas')
    p.add_argument('--show', type=int, default=60)
    p.add_argument('--log', help='a file for one line for each difference')
    p.add_argument('--restart', help='a command that starts the reference again after it crashed and prints its URI')
    p.add_argument('--library', help='a folder with our libvirt.so')
    p.add_argument('reference')
    p.add_argument('ours')
    p.add_argument('base', nargs='+')
    a = p.parse_args()
    if a.running:
        Side.mode = '--running'
    sides = Side(a.reference, None, False, a.restart), Side(a.ours, a.library, False)
    guests = guests_of(a, sides)
    source = Source(a, guests)
    donors = reduce.Donors(guests)
    for device in (d for own in source.devices for d in own):
        donors.add(ET.tostring(device, encoding='unicode'))
    tally = Explained(compare.verdict, compare.explained(), compare.fault, donors, a.log)
    for number in range(a.count):
        call, flags, guest, device = source(number)

        def ask(text):
            answers = reduce.both(*sides, [call, flags, guest, text])
            if answers[1] is None:
                sys.exit('ours ended: %s in\n%s\n%s' % (call, guest, text))
            return answers

        def verdict(text, want, got, meant):
            return compare.verdict(guest + text, want, got, meant)
        tally.verdict, tally.context, tally.change = verdict, guest, (call, ET.fromstring(device))
        tally.take(number, '%s %s, guest %d' % (call, flags, guests.index(guest)), device, ask)
    return tally.report(a.show, 'changes of %d guests' % len(guests))


if __name__ == '__main__':
    sys.exit(main())
