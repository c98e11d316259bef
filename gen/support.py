# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits the program that prints which driver has which call: it looks into the drivers' own tables.

usage: support.py DESCRIPTION-FOLDER OUTPUT-FILE
"""
import sys

import description


def main(source, target):
    api = description.load(source)
    out = ['/* Generated from the API description; do not edit. */\n#include "support.h"\n\n'
           'const struct support_slot support_slots[] = {\n']
    for call in api.calls:
        if call.slot:
            family, slot = call.slot
            out.append('    { "%s", "%s", offsetof(struct drv_conn, %s), offsetof(struct %s_ops, %s) },\n' % (
                call.name, call.since, family, family, slot))
    out.append('    { 0 },\n};\n')
    description.write(target, ''.join(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
