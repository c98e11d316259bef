# SPDX-License-Identifier: LGPL-2.1-or-later
"""Storage volumes: creation, clones, deletion, look-ups, documents, and what they take of their pool."""
import libvirt
from record_objects import FLAGS, call, know, name, names, quietly

conn = libvirt.open('test:///default')
ro = libvirt.openReadOnly('test:///default')
U = 'cccccccc-0000-4000-8000-0000000000%02d'
for i in range(100):
    know(U % i)
default = conn.storagePoolLookupByName('default-pool')


def vol(n, more='<capacity>1000</capacity>'):
    return '<volume><name>%s</name>%s</volume>' % (n, more)


def room(p, label):
    call(lambda: (quietly(p.info), quietly(p.numOfVolumes), quietly(lambda: names(p.listVolumes())),
                  quietly(lambda: name(p.listAllVolumes()))), label='room ' + label)


def state(v, label=None):
    call(lambda: [quietly(f) for f in (v.name, v.key, v.path, v.info)] +
         [quietly(v.XMLDesc, 0), quietly(lambda: v.storagePoolLookupByVolume().name())],
         label='state of ' + (label or v.name()))


def make(p, text, flags=0, label=None):
    v = call(p.createXML, text, flags, label='create ' + (label or text))
    if v:
        state(v, label or text)
    return v


room(default, 'at first')
a = make(default, vol('a'))
room(default, 'with a')
make(default, vol('a'))
make(default, vol('b', '<capacity unit="GiB">10</capacity><allocation unit="MiB">5</allocation>'))
room(default, 'with b')
for more in ('', '<capacity>0</capacity>', '<capacity/>', '<capacity>-1</capacity>', '<capacity>x</capacity>', '<allocation>5</allocation>',
             '<capacity>5</capacity><allocation>10</allocation>', '<capacity unit="x">5</capacity>', '<capacity unit="KB">5</capacity>',
             '<capacity unit="TiB">5</capacity>', '<capacity>107374182401</capacity>', '<capacity>107374182400</capacity>',
             '<capacity unit="TiB">5</capacity><allocation>0</allocation>',
             '<capacity>5</capacity><allocation>x</allocation>',
             '<capacity>5</capacity><physical>7</physical>',
             '<capacity>5</capacity><key>mykey</key>',
             '<capacity>5</capacity><target><path>/elsewhere/x</path></target>',
             '<capacity>5</capacity><target><format type="qcow2"/></target>',
             '<capacity>5</capacity><target><format type="raw"/><permissions><mode>0644</mode><owner>1</owner><group>2</group><label>l</label></permissions></target>',
             '<capacity>5</capacity><target><format type="nonsense"/></target>',
             '<capacity>5</capacity><target><format type="qcow2"/><compat>1.1</compat><nocow/><features><lazy_refcounts/></features></target>',
             '<capacity>5</capacity><target><compat>x</compat></target>',
             '<capacity>5</capacity><target><format type="qcow2"/><encryption format="luks"><secret type="passphrase" uuid="' + U % 50 + '"/></encryption></target>',
             '<capacity>5</capacity><backingStore><path>/base</path><format type="qcow2"/></backingStore>',
             '<capacity>5</capacity><backingStore><format type="qcow2"/></backingStore>',
             '<capacity>5</capacity><backingStore><path>/base</path></backingStore>',
             '<capacity>5</capacity><source><device path="/dev/x"/></source>',
             '<capacity>5</capacity><target><timestamps><atime>1.2</atime></timestamps></target>',
             '<capacity>5</capacity><target><permissions><mode>999</mode></permissions></target>',
             '<capacity>5</capacity><target><permissions><owner>-1</owner><group>-1</group></permissions></target>',
             '<capacity>5</capacity><foo/>'):
    v = make(default, vol('x', more))
    if v:
        room(default, 'with ' + more)
        call(v.delete, label='delete ' + more)
for t in ('block', 'dir', 'file', 'network', 'netdir', 'ploop', 'x'):
    v = make(default, '<volume type="%s"><name>t</name><capacity>5</capacity></volume>' % t)
    if v:
        call(v.info)
        call(v.delete)
for text in ('', 'x', '<volume/>', '<volume><name/><capacity>1</capacity></volume>', '<pool/>', vol('a/b'), vol(''), vol('a b'), vol('&lt;x')):
    v = make(default, text)
    if v:
        call(v.delete)
for f in (1, 2, 8, 16, 32):
    v = make(default, vol('flags'), f, 'with flags %d' % f)
    if v:
        call(v.delete)
call(default.createXML, '<volume><name>x</name><capacity>5</capacity><foo/></volume>', 4)
call(lambda: default.createXML(vol('valid', '<capacity>5</capacity><target/>'), 4).delete(), label='validate')

# look-ups
for n in ('a', 'nobody', ''):
    call(default.storageVolLookupByName, n)
for k in ('/default-pool/a', '/default-pool/nobody', 'a', '', '/default-pool/', '/default-pool//a'):
    call(conn.storageVolLookupByKey, k)
    call(conn.storageVolLookupByPath, k)
for f in FLAGS[:5]:
    call(a.XMLDesc, f)
    call(a.infoFlags, f)
    call(a.delete, f)
    call(default.listAllVolumes, f, keep=name)
call(a.infoFlags, 0)

# other calls
call(a.resize, 2000, 0)
call(a.wipe, 0)
call(a.wipePattern, 0, 0)
call(lambda: a.upload(conn.newStream(0), 0, 0, 0), label='upload')
call(lambda: a.download(conn.newStream(0), 0, 0, 0), label='download')

# clones
other = call(conn.storagePoolDefineXML, '<pool type="dir"><name>other</name><target><path>/o</path></target></pool>', 0)
call(other.createXML, vol('x'), 0, label='create in an inactive pool')
call(other.createXMLFrom, vol('x'), a, 0, label='clone into an inactive pool')
for fn in (other.numOfVolumes, other.listVolumes, other.listAllVolumes):
    call(fn, label='inactive ' + fn.__name__)
call(other.storageVolLookupByName, 'a', label='look up in an inactive pool')
call(other.create)
for n, more in (('c1', ''), ('c2', '<capacity>1</capacity>'), ('c3', '<capacity>2000</capacity><allocation>7</allocation>'), ('a', '<capacity>1000</capacity>'),
                ('c4', '<capacity unit="TiB">7</capacity>'), ('c5', '<capacity>1000</capacity><target><format type="qcow2"/></target>')):
    for p in (default, other):
        v = call(p.createXMLFrom, vol(n, more), a, 0, label='clone %s into %s' % (vol(n, more), p.name()))
        if v:
            state(v, 'clone ' + n + p.name())
        room(p, 'after clone %s' % n)
make(other, vol('a', '<capacity>7</capacity>'))
make(other, vol('x', '<capacity>7</capacity>'))
v = call(other.createXMLFrom, vol('c1'), a, 0, label='clone of a namesake in another pool')
for f in (1, 2, 8, 16):
    v = call(other.createXMLFrom, vol('f%d' % f), a, f, label='clone with flags %d' % f)
call(other.createXMLFrom, '<volume/>', a, 0)
call(other.createXMLFrom, 'x', a, 0)
for n in ('/o/a', '/default-pool/a', '/o/c1', '/o/nobody'):
    call(conn.storageVolLookupByKey, n)
    call(conn.storageVolLookupByPath, n)
    call(lambda: quietly(conn.storageVolLookupByPath(n).storagePoolLookupByVolume) and conn.storageVolLookupByPath(n).storagePoolLookupByVolume().name(), label='pool of ' + n)

# what is in a pool that stops
room(other, 'before the stop')
held = call(other.storageVolLookupByName, 'a')
call(other.refresh)
room(other, 'after a refresh')
call(other.destroy)
room(other, 'stopped')
call(conn.storageVolLookupByKey, '/o/a', label='key in a stopped pool')
call(conn.storageVolLookupByPath, '/o/a', label='path in a stopped pool')
state(held, 'a volume of a stopped pool')
call(held.delete, label='delete in a stopped pool')
call(default.createXMLFrom, vol('fromstopped'), held, 0, label='clone from a stopped pool')
call(other.create)
room(other, 'started again')
state(held, 'a volume of a pool started again')
call(other.destroy)
call(other.undefine)
state(held, 'a volume of an undefined pool')
call(held.delete, label='delete in an undefined pool')
call(default.createXMLFrom, vol('fromnowhere'), held, 0, label='clone from an undefined pool')

# deletion
room(default, 'before deletion')
for v in sorted(default.listAllVolumes(), key=lambda v: v.name()):
    call(v.delete, label='delete ' + v.name())
    state(v, 'deleted ' + v.name())
    call(v.delete, label='delete again ' + v.name())
    room(default, 'without ' + v.name())
call(default.createXMLFrom, vol('x'), a, 0, label='clone of a deleted volume')
big = make(default, vol('big', '<capacity>107374182400</capacity>'))
room(default, 'full')
call(default.createXML, vol('more', '<capacity>1</capacity>'), 0, label='create in a full pool')
call(default.createXML, vol('more', '<capacity>1</capacity><allocation>0</allocation>'), 0, label='create nothing in a full pool')
room(default, 'still full')
call(default.destroy)
call(default.delete)
call(default.create)
room(default, 'after it was deleted')
call(big.info, label='info after the pool was deleted')
call(default.undefine)

# kinds of pools
SRC = '<source><host name="h%s"/><device path="/dev/sd%s"/><dir path="/d"/><name>n</name><adapter type="scsi_host" name="scsi_host1"/></source>'
for i, kind in enumerate(('dir', 'fs', 'netfs', 'logical', 'disk', 'iscsi', 'iscsi-direct', 'scsi', 'mpath', 'rbd', 'sheepdog', 'gluster', 'zfs', 'vstorage')):
    src = SRC % (kind, 'abcdefghijklmnop'[i])
    if kind == 'iscsi-direct':
        src = src.replace('<source>', '<source><initiator><iqn name="i"/></initiator>')
    p = call(conn.storagePoolCreateXML, '<pool type="%s"><name>k%s</name>%s<target><path>/k%s</path></target></pool>' % (kind, kind, src, kind), 0, label='kind ' + kind)
    if not p:
        continue
    for more in ('', '<target><format type="qcow2"/></target>', '<target><format type="ext2"/></target>', '<target><format type="linux"/></target>', '<target><format type="none"/></target>', '<target><format type="raw"/></target>'):
        v = make(p, vol('v', '<capacity>77</capacity>' + more), 0, '%s %s' % (kind, more))
        if v:
            call(v.info, label='info of %s %s' % (kind, more))
            call(v.delete, label='delete %s %s' % (kind, more))
    call(p.destroy)

# read-only
r = ro.storagePoolLookupByName('default-pool') if quietly(default.isActive) == 1 else None
d = conn.storagePoolDefineXML('<pool type="dir"><name>r</name><target><path>/r</path></target></pool>', 0)
d.create()
v = d.createXML(vol('r'), 0)
r = ro.storagePoolLookupByName('r')
rv = call(r.storageVolLookupByName, 'r')
for fn in (rv.info, rv.path, rv.key, rv.XMLDesc, rv.delete, rv.wipe):
    call(fn, label='read-only ' + fn.__name__)
call(r.createXML, vol('q'), 0, label='read-only create')
call(r.createXMLFrom, vol('q'), rv, 0, label='read-only clone')
