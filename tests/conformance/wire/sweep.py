# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls nearly every method of every object of the binding once, on the daemon's test driver, with
arguments made up from their types.  What comes of it does not matter: the requests are compared.

usage: sweep.py SOCKET      prints a line a method: name and outcome
"""
import inspect
import sys

import libvirt

URI = 'test+unix:///default?socket=' + sys.argv[1]
XML = ("<domain type='test'><name>n%d</name><uuid>00000000-0000-4000-8000-00000000000%d</uuid><memory>65536</memory>"
       "<vcpu>1</vcpu><os><type>hvm</type></os></domain>")
# Not alike by nature: ends, descriptors whose numbers differ, memory that the other library does not initialise.
SKIP = {'close', 'ref', 'unref', 'connect', 'c_pointer', 'free', 'createXML', 'create', 'undefine', 'delete', 'destroy',
        'shutdown', 'getSEVInfo', 'isEncrypted', 'blockIoTune', 'openGraphics', 'stateCreate', 'renames',
        'registerCloseCallback', 'unregisterCloseCallback', 'setKeepAlive', 'destroyFlags', 'undefineFlags', 'reboot',
        'domainListGetStats', 'setTime', 'guestVcpus', 'setConnectionIdentity'}


def argument(p, conn, dom, objects):
    kind = str(p.annotation)
    if 'flags' in p.name:
        return 0
    if 'virStream' in kind:
        return conn.newStream(0)
    for cls in (libvirt.virDomain, libvirt.virStorageVol, libvirt.virDomainSnapshot):
        if kind.strip("'\"").split('.')[-1].rstrip("'>") == cls.__name__:
            return next((o for o in objects if isinstance(o, cls)), dom)
    if 'virConnect' in kind:
        return conn
    if 'Dict' in kind:
        return {'weight': 5, 'hard_limit': 77}
    if 'List[str]' in kind:
        return ['<cpu/>', 'b']
    if 'List' in kind or 'Tuple' in kind:
        return [1, 1]
    if 'bytes' in kind:
        return b'\1' * 16 if 'uuid' in p.name.lower() else b'abc'
    if 'str' in kind:
        return '<x/>' if 'xml' in p.name.lower() or 'desc' in p.name.lower() else 'vda'
    if 'Callable' in kind:
        return lambda *a: None
    return 1 if 'int' in kind else None


def main():
    libvirt.virEventRegisterDefaultImpl()
    libvirt.registerErrorHandler(lambda *a: None, None)
    conn = libvirt.open(URI)
    objects = [conn]
    for make in (lambda: conn.defineXML(XML % (1, 1)),
                 lambda: objects[1].snapshotCreateXML('<domainsnapshot><name>s</name></domainsnapshot>', 0),
                 lambda: conn.networkLookupByName('default'), lambda: conn.interfaceLookupByName('eth1'),
                 lambda: conn.storagePoolLookupByName('default-pool'),
                 lambda: objects[-1].createXML('<volume><name>v</name><capacity>1000000</capacity></volume>', 0),
                 lambda: conn.nodeDeviceLookupByName('computer')):
        objects.append(make())
    dom = objects[1]
    for obj in objects:
        for name in dir(obj):
            method = getattr(obj, name)
            if name.startswith('_') or not callable(method) or name in SKIP or 'migrate' in name.lower() or \
               'Event' in name:
                continue
            try:
                method(*[argument(p, conn, dom, objects) for p in inspect.signature(method).parameters.values()])
                print(type(obj).__name__, name, 'ok')
            except libvirt.libvirtError as e:
                print(type(obj).__name__, name, e.get_error_code(), e.get_error_domain())
            except Exception as e:  # arguments that the binding refuses
                print(type(obj).__name__, name, type(e).__name__)
    conn.close()


main()
