# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits driver-tables.h: one table of slots per driver family, and the list of slots.

usage: tables.py DESCRIPTION-FOLDER OUTPUT-FILE
"""
import sys

import description
from description import decl

ABOUT = {
    'hypervisor': 'connection, host, guests, snapshots, checkpoints',
    'network': 'virtual networks and their ports', 'interface': 'host interfaces',
    'storage': 'pools and volumes', 'node_device': 'host devices', 'secret': 'secrets',
    'nwfilter': 'filters and bindings', 'admin': 'the daemon itself',
}


def main(source, target):
    api = description.load(source)
    out = ['/* SPDX-License-Identifier: LGPL-2.1-or-later\n'
           ' * driver-tables.h: generated from the API description; do not edit.\n'
           ' * driver.h states the rule that gives each slot its signature. */\n'
           '#pragma once\n\nstruct drv_conn;\n\n']
    slots = api.slots()
    for family, calls in slots.items():
        out.append('/* %s */\nstruct %s_ops {\n' % (ABOUT[family], family))
        for call in calls:
            params = ['struct drv_conn *conn'] + [decl(t, n) for t, n in call.slot_params()]
            out.append('    int (*%s)(%s);\n' % (call.slot[1], ', '.join(params + ['struct err *err'])))
        out.append('};\n\n')
    out.append('/* X(family, slot, public function, class) */\n#define DRIVER_SLOTS(X)')
    for family, calls in slots.items():
        for call in calls:
            out.append(' \\\n    X(%s, %s, %s, %s)' % (family, call.slot[1], call.name, call.cls))
    out.append('\n')
    description.write(target, ''.join(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
