# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests saved to files and back, managed saves, core dumps, screenshots."""
import os
import shutil
import tempfile

import libvirt
from record import call, guest, listen, number

conn = libvirt.open('test:///default')
listen(conn)
folder = tempfile.mkdtemp()
FLAGS = (0, 1, 2, 4, 8)


def at(name):
    return os.path.join(folder, name)


def do(fn, *args, shown=None):
    """Paths differ between runs: they are shown by their last part."""
    words = [os.path.basename(a) if isinstance(a, str) and a.startswith('/') else a for a in args]
    words = ['stream' if isinstance(w, libvirt.virStream) else w for w in words]
    words = ['DOC' if isinstance(w, str) and '<' in w else w for w in words]
    owner = getattr(fn, '__self__', None)
    name = '%s.%s' % (owner.name(), fn.__name__) if isinstance(owner, libvirt.virDomain) else fn.__name__
    return call(fn, *args, label='%s(%s)' % (name, ', '.join(map(str, words))))


def what(d):
    call(lambda: (d.state(), d.isActive(), d.isPersistent(), number(d), d.hasManagedSaveImage()), label='what it is')
    call(lambda: sorted(x.name() for x in conn.listAllDomains()), label='guests')
    call(lambda: sorted(os.listdir(folder)), label='files')


DOC = guest('p', '<description>first</description><devices/>')
d = conn.defineXML(DOC)

# save and restore
do(d.save, at('p1'))
d.create()
do(d.save, at('nowhere/p1'))
what(d)
do(d.save, at('p1'))
what(d)
do(conn.restore, at('p1'))
what(d)
do(conn.restore, at('p1'))
d.suspend()
do(d.save, at('p2'))
what(d)
do(conn.saveImageGetXMLDesc, at('p2'))
for flags in FLAGS:
    do(conn.saveImageGetXMLDesc, at('p2'), flags)
do(conn.saveImageGetXMLDesc, at('nothing'))
do(conn.saveImageDefineXML, at('p2'), guest('p', '<description>second</description><devices/>'), 0)
do(conn.saveImageGetXMLDesc, at('p2'))
do(conn.saveImageDefineXML, at('p2'), guest('q'), 0)
do(conn.saveImageDefineXML, at('p2'), guest('p').replace('65536', '75536'), 0)
do(conn.saveImageDefineXML, at('p2'), '<domain', 0)
do(conn.saveImageDefineXML, at('nothing'), DOC, 0)
for flags in FLAGS:
    do(conn.saveImageDefineXML, at('p2'), DOC, flags)
do(conn.restoreFlags, at('p2'), guest('p', '<description>third</description><devices/>'), 0)
what(d)
call(d.XMLDesc, 0)
call(d.XMLDesc, 2)
for flags in FLAGS:
    do(d.saveFlags, at('f%d' % flags), None, flags)
    what(d)
    do(conn.restoreFlags, at('f%d' % flags), None, flags)
    what(d)
    if not d.isActive():
        do(d.create)
do(d.saveFlags, at('x'), guest('p', '<description>for another</description><devices/>'), 0)
do(conn.saveImageGetXMLDesc, at('x'))
do(conn.restoreFlags, at('x'), guest('r'), 0)
what(d)
do(conn.restore, at('nothing'))
open(at('empty'), 'w').close()
do(conn.restore, at('empty'))
open(at('junk'), 'w').write('junk' * 1000)
do(conn.restore, at('junk'))
do(conn.saveImageGetXMLDesc, at('junk'))
call(conn.restore, folder, label='restore a folder')
call(d.save, folder, label='save over a folder')
do(d.save, '')
if not d.isActive():
    do(d.create)
do(d.saveParams, {}, 0)
call(d.saveParams, {'file': at('byparams')}, 0, label='save by parameters')
call(conn.restoreParams, {'file': at('byparams')}, 0, label='restore by parameters')
what(d)
t = conn.createXML(guest('t'), 0)
do(t.save, at('t'))
what(d)
do(conn.saveImageGetXMLDesc, at('t'))
t = do(conn.restore, at('t'))
what(t or d)
call(t.destroy) if t else None

# a saved guest whose definition has gone or changed meanwhile
if not d.isActive():
    do(d.create)
do(d.save, at('p3'))
do(d.undefine)
d = do(conn.restore, at('p3')) or conn.defineXML(DOC)
what(d)
d = conn.defineXML(DOC)
call(d.destroy)

# managed save
do(d.managedSave)
do(d.hasManagedSaveImage)
do(d.managedSaveRemove)
d.create()
for flags in FLAGS + (16,):
    do(d.managedSave, flags)
    what(d)
    call(lambda: sorted(x.name() for x in conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE)),
         label='with a saved state')
    do(d.hasManagedSaveImage, flags)
    do(d.managedSaveGetXMLDesc, flags)
    do(d.create)
    what(d)
    if not d.isActive():
        do(d.managedSaveRemove)
        do(d.create)
do(d.suspend)
do(d.managedSave)
what(d)
do(d.undefine)
do(d.undefineFlags, libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)
do(d.rename, 'other')
do(d.managedSaveDefineXML, DOC, 0)
for flags in FLAGS:
    do(d.managedSaveRemove, flags)
    do(d.hasManagedSaveImage)
do(d.create)
do(d.managedSave)
do(d.createWithFlags, libvirt.VIR_DOMAIN_START_FORCE_BOOT)
what(d)
do(conn.defineXML, DOC)
do(d.undefineFlags, libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE)
what(conn.defineXML(DOC))
d = conn.defineXML(DOC)
t = conn.createXML(guest('tt'), 0)
do(t.managedSave)
do(t.destroy)

# core dumps
do(d.coreDump, at('core'), 0)
d.create()
for flags in FLAGS + (16, 32):
    do(d.coreDump, at('core%d' % flags), flags)
    what(d)
    if not d.isActive():
        do(d.create)
    for kind in (-1, 0, 1, 2, 5, 6, 9):
        do(d.coreDumpWithFormat, at('core%d-%d' % (flags, kind)), kind, flags)
        if not d.isActive():
            do(d.create)
do(d.coreDump, at('nowhere/core'), 0)
call(lambda: open(at('core0'), 'rb').read(), label='what is in it')

# screenshots
for screen, flags in ((0, 0), (1, 0), (0, 1)):
    stream = conn.newStream(0)
    if do(d.screenshot, stream, screen, flags):
        parts = []
        while True:
            part = stream.recv(65536)
            if not part:
                break
            parts.append(part)
        call(stream.finish)
        data = b''.join(parts)
        call(lambda: (len(data) > 0, data[:8]), label='the picture')
call(d.destroy)
do(d.screenshot, conn.newStream(0), 0, 0)
shutil.rmtree(folder)
