#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Seeds for the fuzzers of documents, from the description of the documents.

usage: seeds.py xml|json|fragment|scalar FOLDER
"""
import json
import pathlib
import random
import sys
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'gen'))
import model_random  # noqa: E402
import model_read    # noqa: E402

what, folder = sys.argv[1], pathlib.Path(sys.argv[2])
m = model_read.read(model_read.file_names(str(ROOT)))


def make(struct, element, seed, spoil=0.0):
    maker = model_random.Maker(m, random.Random(seed), (0.15, 0.3, 0.6)[seed % 3], spoil=spoil)
    return maker.element(element, m.structs[struct], struct, None, 0)


def as_json(e):
    """Roughly the form that the library writes: enough to begin with."""
    out = {'@' + k: v for k, v in e.attrib.items()}
    if (e.text or '').strip():
        out['#text'] = e.text
    for child in e:
        tag = child.tag.split('}')[-1]
        value = as_json(child)
        if set(value) == {'#text'}:
            value = value['#text']
        if tag in out:
            out[tag] = (out[tag] if isinstance(out[tag], list) else [out[tag]]) + [value]
        else:
            out[tag] = value
    return out


def seeds():
    if what == 'scalar':
        words = ['0', '12', '-1', '0x1f', 'yes', 'on', '0-3,^2', '52:54:00:12:34:56', '6c0cde1e-0a3b-4a2e-9b55-5f3dd0f04a11',
                 '0644', '1.5', '18446744073709551615', 'virtio', ' 7 ']
        for table in range(16):
            for word in words:
                yield bytes([table, table * 3 % 40, 1]) + word.encode()
        return
    if what == 'fragment':
        devices = next(f for f in m.structs['domain_def'].fields if f.name == 'devices').sub
        for f in devices.fields:
            for seed in range(4):
                if f.type in m.structs:
                    yield bytes([seed & 1]) + make(f.type, f.name, seed).encode()
        for f in m.structs['network_def'].fields:
            if f.type in m.structs and not f.ns:
                yield bytes([2]) + make(f.type, f.name, 1).encode()
        return
    for number, (_, struct, element, _) in enumerate(m.documents):
        for seed in range(8):
            xml = make(struct, element, seed, 0.0 if seed % 4 else 0.05)
            first = bytes([number << 1 | seed & 1])
            yield first + (xml.encode() if what == 'xml' else json.dumps({element: as_json(ET.fromstring(xml))}).encode())


for i, seed in enumerate(seeds()):
    (folder / ('%04d' % i)).write_bytes(seed)
