#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A first tour of the API: connect, look around, define a guest, start it, follow its events, remove it.

usage: tour.py [URI]      (test:///default when none is given: a make-believe host inside the library)
"""
import queue
import sys
import threading
import xml.etree.ElementTree as ET

import libvirt

LIFECYCLE = {libvirt.VIR_DOMAIN_EVENT_DEFINED: 'defined', libvirt.VIR_DOMAIN_EVENT_UNDEFINED: 'undefined',
             libvirt.VIR_DOMAIN_EVENT_STARTED: 'started', libvirt.VIR_DOMAIN_EVENT_STOPPED: 'stopped'}


def run_event_loop():
    """The library's own event loop, in a thread. Register it before the first connection is opened."""
    libvirt.virEventRegisterDefaultImpl()

    def loop():
        while True:
            libvirt.virEventRunDefaultImpl()
    threading.Thread(target=loop, daemon=True).start()


def main(uri='test:///default'):
    libvirt.registerErrorHandler(lambda context, error: None, None)  # errors are exceptions; print none
    run_event_loop()
    conn = libvirt.open(uri)
    print('connected to', conn.getType())

    for domain in conn.listAllDomains():
        print('domain', domain.name(), 'is', 'running' if domain.isActive() else 'shut off')
    for network in conn.listAllNetworks():
        print('network', network.name(), 'is', 'active' if network.isActive() else 'inactive')
    for pool in conn.listAllStoragePools():
        print('pool', pool.name(), 'is', 'active' if pool.isActive() else 'inactive')

    # Callbacks come on the event loop's thread; a queue carries what they say to ours.
    events = queue.Queue()
    callback = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                           lambda conn, domain, event, detail, opaque: events.put((domain.name(), event)), None)

    def wait_for(wanted):
        while (found := events.get(timeout=30)) != ('demo', wanted):
            pass
        print('event: demo', LIFECYCLE[wanted])

    kind = 'test' if conn.getType().lower() == 'test' else 'qemu'
    demo = conn.defineXML(f"""
        <domain type='{kind}'>
          <name>demo</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
          <os><type>hvm</type></os>
        </domain>""")
    wait_for(libvirt.VIR_DOMAIN_EVENT_DEFINED)
    print('demo has', ET.fromstring(demo.XMLDesc()).findtext('memory'), 'KiB')

    demo.create()
    wait_for(libvirt.VIR_DOMAIN_EVENT_STARTED)
    state, _reason = demo.state()
    print('demo is', 'running' if state == libvirt.VIR_DOMAIN_RUNNING else state)

    try:
        conn.lookupByName('nosuch')
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
            raise
        print('no domain nosuch: error', error.get_error_code())

    demo.destroy()                       # pulls the plug; shutdown() asks the guest to do it
    wait_for(libvirt.VIR_DOMAIN_EVENT_STOPPED)
    demo.undefine()
    wait_for(libvirt.VIR_DOMAIN_EVENT_UNDEFINED)
    conn.domainEventDeregisterAny(callback)
    conn.close()


if __name__ == '__main__':
    main(*sys.argv[1:])
