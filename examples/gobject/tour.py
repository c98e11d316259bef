#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tour with libvirt-glib: objects with properties and signals, on GLib's main loop. Through GObject
introspection it is the same in Python, JavaScript, Vala and every other language that has it.

usage: tour.py [URI]
"""
import contextlib
import sys

import gi
gi.require_version('LibvirtGLib', '1.0')
gi.require_version('LibvirtGConfig', '1.0')
gi.require_version('LibvirtGObject', '1.0')
from gi.repository import GLib, LibvirtGConfig, LibvirtGLib, LibvirtGObject  # noqa: E402

loop = GLib.MainLoop()


@contextlib.contextmanager
def expect(source, signal, said):
    """Runs the main loop after the block until `source` has emitted `signal`; a program with a window
    has its loop running anyway, and only connects."""
    seen = []

    def emitted(*_arguments):
        seen.append(signal)
        loop.quit()
    handler = source.connect(signal, emitted)
    yield
    while not seen:
        loop.run()
    source.disconnect(handler)
    print('event: demo', said)


def look_around(conn):
    for domain in conn.get_domains():
        running = domain.get_info().state == LibvirtGObject.DomainState.RUNNING
        print('domain', domain.get_name(), 'is', 'running' if running else 'shut off')
    for network in conn.get_networks():
        print('network', network.get_name(), 'is there')     # active or not, the binding does not tell
    for pool in conn.get_storage_pools():
        running = pool.get_info().state == LibvirtGObject.StoragePoolState.RUNNING
        print('pool', pool.get_name(), 'is', 'active' if running else 'inactive')


def main(uri='test:///default'):
    LibvirtGLib.init(None)
    LibvirtGLib.event_register()        # the library's events come through GLib's main loop
    conn = LibvirtGObject.Connection.new(uri)
    conn.open(None)                     # each such call also comes as open_async() and open_finish()
    kind = conn.get_uri().split(':')[0].split('+')[0]
    print('connected to', kind.upper())

    # The connection's objects are fetched once and follow the events from then on.
    conn.fetch_domains(None)
    conn.fetch_networks(None)
    conn.fetch_storage_pools(None)
    look_around(conn)

    # A document is an object, too.
    config = LibvirtGConfig.Domain.new()
    config.set_name('demo')
    config.set_virt_type(getattr(LibvirtGConfig.DomainVirtType, kind.upper()))
    config.set_memory(128 * 1024)
    config.set_vcpus(1)
    system = LibvirtGConfig.DomainOs.new()
    system.set_os_type(LibvirtGConfig.DomainOsType.HVM)
    config.set_os(system)
    with expect(conn, 'domain-added', 'defined'):
        demo = conn.create_domain(config)
    print('demo has', demo.get_config(0).get_memory(), 'KiB')

    with expect(demo, 'started', 'started'):
        demo.start(0)
    print('demo is', 'running' if demo.get_info().state == LibvirtGObject.DomainState.RUNNING else 'not running')

    if conn.find_domain_by_name('nosuch') is None:
        print('no domain nosuch')
    # A call that fails raises a GLib.Error: its domain tells the kind of object, its message what happened.
    try:
        demo.start(0)
    except GLib.Error as error:
        if error.domain != 'gvir-domain':
            raise
    else:
        raise AssertionError('a running guest was started')

    with expect(demo, 'stopped', 'stopped'):
        demo.stop(0)                    # pulls the plug; shutdown() asks the guest to do it
    with expect(conn, 'domain-removed', 'undefined'):
        demo.delete(0)
    conn.close()


if __name__ == '__main__':
    main(*sys.argv[1:])
