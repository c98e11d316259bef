#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One side of compare.py: defines each document it is given and says what comes back.

usage: side.py [--argv] URI < documents, one a line as JSON > answers, one a line as JSON

An answer is ["xml", the inactive definition], ["argv", the command line] or ["error", code, domain, message].
When the connection is gone the process ends: this document was too much.
"""
import json
import sys

import libvirt

GONE = {libvirt.VIR_ERR_RPC, libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_ERR_INVALID_CONN}


def ask(conn, xml, argv):
    try:
        if argv:
            return 'argv', conn.domainXMLToNative('qemu-argv', xml, 0)
        d = conn.defineXML(xml)
    except libvirt.libvirtError as e:
        if e.get_error_code() in GONE and not conn.isAlive():
            sys.exit('the connection ended: %s' % e)
        return 'error', e.get_error_code(), e.get_error_domain(), e.get_error_message() or ''
    try:
        return 'xml', d.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
    finally:
        d.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM if conn.getType() != 'TEST' else 0)


def main():
    libvirt.registerErrorHandler(lambda *a: None, None)
    conn = libvirt.open(sys.argv[-1])
    for line in sys.stdin:
        print(json.dumps(ask(conn, json.loads(line), '--argv' in sys.argv)), flush=True)


if __name__ == '__main__':
    main()
