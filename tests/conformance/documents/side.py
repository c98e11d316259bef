#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One side of compare.py and fragments.py: defines each document it is given and says what comes back.

usage: side.py [--argv | --fragment | --running] URI < documents, one a line as JSON > answers, one a line as JSON

With --fragment a line is [CALL, FLAGS, GUEST, DEVICE]: what is asked for is the definition after the change; FLAGS may
be null: the call without them.  With --running it is that of a guest that runs meanwhile as something else.

An answer is ["xml", the inactive definition], ["argv", the command line] or ["error", code, domain, message].
When the connection is gone the process ends: this document was too much.
"""
import json
import re
import sys
import xml.etree.ElementTree as ET

import libvirt

GONE = {libvirt.VIR_ERR_RPC, libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_ERR_INVALID_CONN}


RUNNING = ("<domain type='qemu'><name>runs</name><uuid>11111111-2222-4333-8444-666666666666</uuid><memory>65536</memory>"
           "<os><type>hvm</type></os><devices><memballoon model='none'/></devices></domain>")


def run(conn):
    """Starts the guest that runs, if it does not."""
    try:
        conn.lookupByName('runs')
    except libvirt.libvirtError:
        conn.createXML(RUNNING)


def as_running(xml):
    """The document, of the guest that runs."""
    xml = re.sub('<uuid>[^<]*</uuid>', '', xml, count=1)
    return re.sub('<name>[^<]*</name>', re.search('<name>.*</uuid>', RUNNING).group(0), xml, count=1)


def change(d, call, flags, device):
    """'' is none."""
    if call == 'alias':
        d.detachDeviceAlias(ET.fromstring(device).get('name', ''), flags)
    elif call and flags is None:
        getattr(d, call + 'Device')(device)
    elif call:
        getattr(d, call + 'DeviceFlags')(device, flags)


def ask(conn, xml, argv, call='', flags=0, device=''):
    try:
        if argv:
            return 'argv', conn.domainXMLToNative('qemu-argv', xml, 0)
        d = conn.defineXML(xml)
    except libvirt.libvirtError as e:
        if e.get_error_code() in GONE and not conn.isAlive():
            sys.exit('the connection ended: %s' % e)
        return 'error', e.get_error_code(), e.get_error_domain(), e.get_error_message() or ''
    try:
        change(d, call, flags, device)
        return 'xml', d.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
    except libvirt.libvirtError as e:
        return 'error', e.get_error_code(), e.get_error_domain(), e.get_error_message() or ''
    finally:
        d.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM if conn.getType() != 'TEST' else 0)


def main():
    libvirt.registerErrorHandler(lambda *a: None, None)
    conn = libvirt.open(sys.argv[-1])
    running = '--running' in sys.argv
    fragment = running or '--fragment' in sys.argv
    for line in sys.stdin:
        if running:
            run(conn)
        if fragment:
            call, flags, xml, device = json.loads(line)
            answer = ask(conn, as_running(xml) if running else xml, False, call, flags, device)
        else:
            answer = ask(conn, json.loads(line), '--argv' in sys.argv)
        print(json.dumps(answer), flush=True)


if __name__ == '__main__':
    main()
