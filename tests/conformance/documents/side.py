#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One side of compare.py and fragments.py: defines each document it is given and says what comes back.

usage: side.py [--argv | --fragment] URI < documents, one a line as JSON > answers, one a line as JSON

With --fragment a line is [CALL, GUEST, DEVICE]: what is asked for is the definition after the change.

An answer is ["xml", the inactive definition], ["argv", the command line] or ["error", code, domain, message].
When the connection is gone the process ends: this document was too much.
"""
import json
import sys

import libvirt

GONE = {libvirt.VIR_ERR_RPC, libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_ERR_INVALID_CONN}


def change(d, call, device):
    """Of the definition of a guest that does not run; '' is none."""
    config = libvirt.VIR_DOMAIN_AFFECT_CONFIG
    if call == 'alias':
        d.detachDeviceAlias(device.split('"')[1], config)
    elif call:
        getattr(d, call + 'DeviceFlags')(device, config)


def ask(conn, xml, argv, call='', device=''):
    try:
        if argv:
            return 'argv', conn.domainXMLToNative('qemu-argv', xml, 0)
        d = conn.defineXML(xml)
    except libvirt.libvirtError as e:
        if e.get_error_code() in GONE and not conn.isAlive():
            sys.exit('the connection ended: %s' % e)
        return 'error', e.get_error_code(), e.get_error_domain(), e.get_error_message() or ''
    try:
        change(d, call, device)
        return 'xml', d.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
    except libvirt.libvirtError as e:
        return 'error', e.get_error_code(), e.get_error_domain(), e.get_error_message() or ''
    finally:
        d.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM if conn.getType() != 'TEST' else 0)


def main():
    libvirt.registerErrorHandler(lambda *a: None, None)
    conn = libvirt.open(sys.argv[-1])
    for line in sys.stdin:
        if '--fragment' in sys.argv:
            call, xml, device = json.loads(line)
            answer = ask(conn, xml, False, call, device)
        else:
            answer = ask(conn, json.loads(line), '--argv' in sys.argv)
        print(json.dumps(answer), flush=True)


if __name__ == '__main__':
    main()
