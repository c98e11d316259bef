#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One call that migrates guest "g", by the libvirt module: its result, or the code and domain of its error, and
what is where afterwards.

usage: migrate_calls.py URI-OF-THE-OTHER-DAEMON EXPRESSION      (src, dst: connections; dom: the guest; to: the URI)
"""
import sys

import libvirt

to, expression = sys.argv[1:]
libvirt.registerErrorHandler(lambda *_: None, None)
src, dst = libvirt.open('qemu:///system'), libvirt.open(to)
dom = src.lookupByName('g')
try:
    result = eval(expression, dict(vars(libvirt), src=src, dst=dst, dom=dom, to=to))
    print('guest %s' % result.name() if isinstance(result, libvirt.virDomain) else result)
except libvirt.libvirtError as error:
    print('error', error.get_error_code(), error.get_error_domain())
for conn in (src, dst):
    print(sorted((d.name(), *d.state()) for d in conn.listAllDomains()))
