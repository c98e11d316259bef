#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tour over D-Bus: libvirt-dbus makes the API an object on the bus, for every language that speaks
D-Bus, without any library of ours in the program. Here with GLib's own client.

usage: tour.py [OBJECT]     (/org/libvirt/Test when none is given; /org/libvirt/QEMU for real guests)
"""
import sys
import xml.etree.ElementTree as ET

from gi.repository import Gio, GLib

BUS = Gio.bus_get_sync(Gio.BusType.SESSION, None)   # the system's daemon is on Gio.BusType.SYSTEM
EVENTS = ['defined', 'undefined', 'started', 'suspended', 'resumed', 'stopped']


def proxy(path, interface):
    return Gio.DBusProxy.new_sync(BUS, Gio.DBusProxyFlags.DO_NOT_LOAD_PROPERTIES, None,
                                  'org.libvirt', path, 'org.libvirt.' + interface, None)


def read(thing, name):
    return thing.get_connection().call_sync(
        'org.libvirt', thing.get_object_path(), 'org.freedesktop.DBus.Properties', 'Get',
        GLib.Variant('(ss)', (thing.get_interface_name(), name)), GLib.VariantType('(v)'), 0, -1, None).unpack()[0]


def main(path='/org/libvirt/Test'):
    conn = proxy(path, 'Connect')
    print('connected to', path.rsplit('/', 1)[1].upper())
    for domain in (proxy(p, 'Domain') for p in conn.ListDomains('(u)', 0)):
        print('domain', read(domain, 'Name'), 'is', 'running' if read(domain, 'Active') else 'shut off')
    for network in (proxy(p, 'Network') for p in conn.ListNetworks('(u)', 0)):
        print('network', read(network, 'Name'), 'is', 'active' if read(network, 'Active') else 'inactive')
    for pool in (proxy(p, 'StoragePool') for p in conn.ListStoragePools('(u)', 0)):
        print('pool', read(pool, 'Name'), 'is', 'active' if read(pool, 'Active') else 'inactive')

    loop = GLib.MainLoop()
    seen = []

    def on_signal(_proxy, _sender, signal, arguments):
        if signal == 'DomainEvent':
            _domain, event, _detail = arguments.unpack()
            seen.append(event)
            loop.quit()
    conn.connect('g-signal', on_signal)

    def wait_for(said):
        while EVENTS.index(said) not in seen:
            loop.run()
        seen.clear()
        print('event: demo', said)

    kind = 'test' if path.endswith('Test') else 'qemu'
    demo = proxy(conn.DomainDefineXML('(s)', f"""
        <domain type='{kind}'>
          <name>demo</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
          <os><type>hvm</type></os>
        </domain>"""), 'Domain')
    wait_for('defined')
    print('demo has', ET.fromstring(demo.GetXMLDesc('(u)', 0)).findtext('memory'), 'KiB')

    demo.Create('(u)', 0)
    wait_for('started')
    state, _reason = demo.GetState('(u)', 0)
    print('demo is', 'running' if state == 1 else state)

    try:
        conn.DomainLookupByName('(s)', 'nosuch')
    except GLib.Error as error:
        if Gio.DBusError.get_remote_error(error) != 'org.libvirt.Error':
            raise
        print('no domain nosuch')

    demo.Destroy('(u)', 0)              # pulls the plug; Shutdown asks the guest to do it
    wait_for('stopped')
    demo.Undefine('(u)', 0)
    wait_for('undefined')


if __name__ == '__main__':
    main(*sys.argv[1:])
