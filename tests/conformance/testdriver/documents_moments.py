# SPDX-License-Identifier: LGPL-2.1-or-later
"""Documents of snapshots and checkpoints, new ones and ones brought back: modes of memory and disks in every combination."""
import os
import re
import tempfile

import libvirt
from record import call

folder = tempfile.mkdtemp()
for name in ('one.qcow2', 'two'):
    open(os.path.join(folder, name), 'w').close()
conn = libvirt.open('test:///default')
REDEFINE = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
MODES = ('no', 'internal', 'external', 'manual')
UUID = '11111111-2222-4333-8444-555555555551'
HEAD = "<domain type='test'><name>on</name><uuid>%s</uuid><memory>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os>" % UUID


def devices(snapshot=''):
    return """<devices><disk type='file' device='disk'><source file='%s/one.qcow2'/><target dev='vda'/></disk>
<disk type='file' device='disk'%s><source file='%s/two'/><target dev='vdb'/></disk>
<disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>""" % (
        folder, " snapshot='%s'" % snapshot if snapshot else '', folder)


def said(text):
    text = re.sub('<domain .*</domain>', '[domain]', text, flags=re.S).replace(folder, 'FOLDER')
    return re.sub(r"\b\d{10}\b", 'T', text)


def attempt(label, make):
    def ask():
        moment = make()
        try:
            return said(moment.getXMLDesc())
        finally:
            moment.delete()
    call(ask, label=label.replace(folder, 'FOLDER'))


def snapshots(dom, snapshot):
    disks = ['', "<disk name='vdb'/>"] + ["<disk name='vdb' snapshot='%s'/>" % m for m in MODES] + [
        "<disk name='vdb'><driver type='qcow2'/></disk>", "<disk name='vdb'><driver/></disk>", "<disk name='hda'/>",
        "<disk name='hda' snapshot='no'/>", "<disk name='vdb'><source file='/x'/></disk>",
        "<disk name='vdb' snapshot='internal'><source file='/x'/></disk>",
        "<disk name='vdb' snapshot='internal'><driver type='raw'/></disk>"]
    memories = ['', "<memory snapshot='no'/>", "<memory snapshot='internal'/>", "<memory file='/m'/>"]
    for memory in memories:
        for disk in disks:
            body = memory + '<disks>%s</disks>' % disk
            attempt('[%s] %s' % (snapshot, body), lambda: dom.snapshotCreateXML(
                '<domainsnapshot><name>s</name>%s</domainsnapshot>' % body))
            for state in ('running', 'shutoff', 'disk-snapshot'):
                attempt('[%s] %s again: %s' % (snapshot, state, body), lambda: dom.snapshotCreateXML(
                    '<domainsnapshot><name>s</name><creationTime>5</creationTime><state>%s</state>%s%s</domainsnapshot>' % (
                        state, body, HEAD + devices(snapshot) + '</domain>'), REDEFINE))


on = conn.defineXML(HEAD + devices() + '</domain>')
on.create()
for snapshot in ('',) + MODES:
    snapshots(on, snapshot)
ALONE = HEAD + '</domain>'
for body in ("<memory snapshot='manual'/>", "<memory file='m'/>", "<memory snapshot='external'/>",
             "<disks><disk/></disks>", "<disks><disk name='zz'/></disks>",
             "<disks><disk name='vda'/><disk name='%s/one.qcow2'/></disks>" % folder,
             "<disks><disk name='vda'><driver type='x'/></disk></disks>",
             "<disks><disk name='vda'><source file='x'/></disk></disks>",
             "<disks><disk name='vda' type='block'><source dev='x'/></disk></disks>",
             "<disks><disk name='vda' type='dir'/></disks>", "<disks><disk name='vda' type='volume'/></disks>",
             "<disks><disk name='vda' type='network' snapshot='internal'><source protocol='nbd' name='x'/></disk></disks>",
             "<memory file='/m'/><disks><disk name='vdb' type='network'><source protocol='nbd' name='x'><host name='h'/>"
             "</source></disk></disks>", "<memory file='/m'/><disks><disk name='vdb' type='block'/></disks>",
             "<memory snapshot='default'/>", "<disks><disk name='vdb' snapshot='default'/></disks>",
             "<disks><disk name='vdb' snapshot='internal'><source file='x'/></disk></disks>",
             *("<disks><disk name='vdb' type='%s'>%s</disk></disks>" % p for p in (
                 ('network', "<source protocol='rbd' name='x'/>"), ('network', "<source protocol='ftps'/>"),
                 ('network', "<source protocol='nbd' name='x'><host transport='q'/></source>"), ('nvme', "<source type='pci' namespace='1'/>"),
                 ('nvme', '<source/>'), ('vhostuser', '<source/>'), ('file', "<source><auth username='u'/></source>"),
                 ('file', "<source file='/x'><slices><slice type='storage' offset='1'/></slices></source>"),
                 ('file', "<source file='/x'><reservations managed='no'/></source>"), ('dir', "<source><auth username='u'/></source>"),
                 ('network', "<source protocol='http' name='x'><cookies><cookie name='a'>b;c</cookie></cookies></source>"),
                 ('network', "<source protocol='http' name='x'><cookies><cookie>b</cookie></cookies></source>"))),
             "<cookie/><active>1</active>", "<creationTime>x</creationTime>"):
    attempt('new: ' + body, lambda: on.snapshotCreateXML('<domainsnapshot><name>s</name>%s</domainsnapshot>' % body))
for body in ('', '<name>s</name>', '<name>s</name><creationTime>x</creationTime>', '<name>s</name><creationTime>5</creationTime>') + tuple(
        '<name>s</name><creationTime>5</creationTime><state>running</state>' + more for more in (
            '', ALONE, ALONE.replace('555551', '555559'), ALONE + '<parent><name>s</name></parent>', '<parent><name>p</name></parent>',
            ALONE + '<cookie/><active>1</active>', ALONE + ALONE.replace('domain', 'inactiveDomain'),
            ALONE.replace('<memory>65536</memory>', ''))) + (
                '<name>s</name><creationTime>0</creationTime><state>running</state>' + ALONE,
                '<name>s</name><creationTime>5</creationTime><state>nostate</state>' + ALONE):
    attempt('again: ' + body, lambda: on.snapshotCreateXML('<domainsnapshot>%s</domainsnapshot>' % body, REDEFINE))

GUEST = HEAD + devices() + '</domain>'
AGAIN = '<domainsnapshot><name>abi</name><creationTime>5</creationTime><state>shutoff</state>%s</domainsnapshot>'
CARD = "<interface type='user'><mac address='52:54:00:00:00:%s'/></interface></devices>"
kept = on.snapshotCreateXML(AGAIN % GUEST.replace('</devices>', CARD % '01'), REDEFINE)
for old, new in ((':01', ':01'), (':01', ':02'), ('>65536<', '>65537<'), ('<vcpu>1', '<vcpu>2'), ('<name>on', '<name>of'), ("'vdb'", "'vdc'"),
                 ('/two', '/three'), ('</os>', '</os><on_reboot>destroy</on_reboot>'),
                 ('</os>', '</os><clock offset="localtime"/>'), ('</os>', '</os><cpu><model>Nehalem</model></cpu>'),
                 ('</os>', '</os><features><acpi/></features>'), ('</os>', '</os><title>t</title>'),
                 ('</devices>', "<sound model='ac97'/></devices>"), ('</devices>', "<rng model='virtio'><backend model='random'/></rng></devices>"),
                 ('<memory>', '<memory>x'), ("type='user'", "type='network'")):
    call(lambda: on.snapshotCreateXML(AGAIN % GUEST.replace('</devices>', CARD % '01').replace(old, new), REDEFINE).getName(),
         label='told anew with %s for %s' % (new, old))
kept.delete()
# What of a guest it can tell: pairs of what is in <os>, beside it and in <devices>.
BIOS = "<sysinfo type='smbios'><%s><entry name='%s'>%s</entry></%s></sysinfo>"
IVSHMEM = "<shmem name='%s'><model type='ivshmem-doorbell'/><server path='/a'/><msi vectors='%s' ioeventfd='%s'/></shmem>"
for was, now in ((('<loader>/x</loader>', '', ''), ('<loader readonly="yes">/y</loader>', '', '')), (('<loader>/x</loader>', '', ''), ('', '', '')),
                 (('<loader>/x</loader>', '', ''), ('<loader/>', '', '')), (('<smbios mode="host"/>', '', ''), ('<smbios mode="emulate"/>', '', '')),
                 (('', BIOS % ('bios', 'vendor', 'x', 'bios'), ''), ('', BIOS % ('bios', 'vendor', 'y', 'bios'), '')),
                 (('', BIOS % ('bios', 'vendor', 'x', 'bios'), ''), ('', '', '')),
                 (('', BIOS % ('system', 'serial', 'x', 'system'), ''), ('', "<sysinfo type='smbios'/>", '')),
                 (('', "<sysinfo type='smbios'/>", ''), ('', "<sysinfo type='fwcfg'/>", '')),
                 (('', BIOS.replace(" name='%s'", '') % ('oemStrings', 'x', 'oemStrings'), ''),
                  ('', BIOS.replace(" name='%s'", '') % ('oemStrings', 'y', 'oemStrings'), '')),
                 (('', '', IVSHMEM % ('a', 3, 'on')), ('', '', IVSHMEM % ('b', 3, 'on'))), (('', '', IVSHMEM % ('a', 3, 'on')), ('', '', IVSHMEM % ('a', 4, 'on'))),
                 (('', '', IVSHMEM % ('a', 3, 'on')), ('', '', IVSHMEM % ('a', 3, 'off'))),
                 (('', '', "<controller type='ide'/>"), ('', '', "<controller type='ide'/><controller type='ide' index='0'/>")),
                 (('', '', "<controller type='usb' model='none'/>"), ('', '', "<controller type='usb' model='none'/><controller type='usb'/>")),
                 (('', '', "<panic model='isa'/>"), ('', '', "<panic model='isa'/>" * 2)), (('', '', "<panic model='isa'/>"), ('', '', ''))):
    def guest(os, beside, device):
        return GUEST.replace('</os>', os + '</os>' + beside).replace('</devices>', device + '</devices>')
    kept = on.snapshotCreateXML(AGAIN % guest(*was), REDEFINE)
    call(lambda: on.snapshotCreateXML(AGAIN % guest(*now), REDEFINE).getName(), label='told anew with %s for %s' % (now, was))
    kept.delete()
attempt('again, of no guest', lambda: on.snapshotCreateXML(
    "<domainsnapshot><name>s</name><creationTime>5</creationTime><state>running</state><disks><disk name='vdb' snapshot='internal'>"
    "<source file='/x'/></disk></disks></domainsnapshot>", REDEFINE))
for body in ('', '<disks/>', "<disks><disk name='vda' size='4'/></disks>", "<disks><disk name='vda' checkpoint='no'/><disk name='vdb'/></disks>",
             "<disks><disk name='hda'/></disks>", "<disks><disk name='hda' checkpoint='no'/></disks>",
             '<parent/>', '<parent><name> 5 </name></parent>', '<creationTime/>', "<domain type='test'><memory>65536</memory></domain>",
             '<domain><name>on</name><memory>65536</memory><os><type>hvm</type></os></domain>',
             "<disks><disk name='vda' checkpoint='default'/></disks>", "<disks><disk name='vdz'/></disks>",
             "<disks><disk name='vda' checkpoint='bitmap' bitmap='q'/></disks>", "<disks><disk name='vda'/><disk name='vda'/></disks>",
             '<x/>', '<parent><name>q</name></parent>', '<parent><name>c</name></parent>'):
    for guest in ('', GUEST, GUEST.replace('555551', '555552')):
        for time in ('', '<creationTime>5</creationTime>', '<creationTime>0</creationTime>'):
            for flags in (0, libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE):
                attempt('checkpoint %d %s %s%s' % (flags, time, body, guest[-5:] + ' ' + guest[60:97]), lambda: on.checkpointCreateXML(
                    '<domaincheckpoint><name>c</name>%s%s%s</domaincheckpoint>' % (time, body, guest), flags))
