#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tour with asyncio: libvirtaio makes the library use asyncio's event loop, so callbacks are
ordinary callbacks of that loop and nothing needs a lock.

usage: asyncio-tour.py [URI]
"""
import asyncio
import sys
import xml.etree.ElementTree as ET

import libvirt
import libvirtaio

LIFECYCLE = {libvirt.VIR_DOMAIN_EVENT_DEFINED: 'defined', libvirt.VIR_DOMAIN_EVENT_UNDEFINED: 'undefined',
             libvirt.VIR_DOMAIN_EVENT_STARTED: 'started', libvirt.VIR_DOMAIN_EVENT_STOPPED: 'stopped'}


class Lifecycle:
    """Lifecycle events of a connection as something to await."""

    def __init__(self, conn):
        self.conn = conn
        self.queue = asyncio.Queue()

    def __enter__(self):
        self.id = self.conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, self._arrived, None)
        return self

    def __exit__(self, *unused):
        self.conn.domainEventDeregisterAny(self.id)

    def _arrived(self, conn, domain, event, detail, opaque):
        self.queue.put_nowait((domain.name(), event))

    async def until(self, name, event):
        while await asyncio.wait_for(self.queue.get(), 30) != (name, event):
            pass
        print(f'event: {name} {LIFECYCLE[event]}')


async def tour(uri):
    libvirtaio.virEventRegisterAsyncIOImpl()         # the running loop; before a connection is opened
    # A call may have to wait for the other side. A thread waits, the loop goes on.
    conn = await asyncio.to_thread(libvirt.open, uri)
    print('connected to', conn.getType())
    for what, objects in (('domain', conn.listAllDomains()), ('network', conn.listAllNetworks()),
                          ('pool', conn.listAllStoragePools())):
        words = ('running', 'shut off') if what == 'domain' else ('active', 'inactive')
        for thing in objects:
            print(what, thing.name(), 'is', words[0] if thing.isActive() else words[1])

    with Lifecycle(conn) as lifecycle:
        kind = 'test' if conn.getType().lower() == 'test' else 'qemu'
        demo = conn.defineXML(f"<domain type='{kind}'><name>demo</name><memory unit='MiB'>128</memory>"
                              "<vcpu>1</vcpu><os><type>hvm</type></os></domain>")
        await lifecycle.until('demo', libvirt.VIR_DOMAIN_EVENT_DEFINED)
        print('demo has', ET.fromstring(demo.XMLDesc()).findtext('memory'), 'KiB')
        await asyncio.to_thread(demo.create)
        await lifecycle.until('demo', libvirt.VIR_DOMAIN_EVENT_STARTED)
        print('demo is', 'running' if demo.isActive() else 'shut off')
        try:
            conn.lookupByName('nosuch')
        except libvirt.libvirtError as error:
            print('no domain nosuch: error', error.get_error_code())
        await asyncio.to_thread(demo.destroy)
        await lifecycle.until('demo', libvirt.VIR_DOMAIN_EVENT_STOPPED)
        demo.undefine()
        await lifecycle.until('demo', libvirt.VIR_DOMAIN_EVENT_UNDEFINED)
    conn.close()


libvirt.registerErrorHandler(lambda context, error: None, None)
asyncio.run(tour(*(sys.argv[1:] or ['test:///default'])))
