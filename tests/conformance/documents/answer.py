#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the libvirt that is loaded makes of documents: the child of objects.py.

usage: answer.py [URI [validate]]
  stdin: [KIND, DOCUMENT, SEED] as JSON, one a line; stdout: the answer to each, [[LABEL, TEXT]...], where a TEXT is a
  document or "error CODE/DOMAIN: message".
"""
import json
import os
import random
import re
import sys
import tempfile
import xml.etree.ElementTree as ET

import libvirt

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sample  # noqa: E402

libvirt.registerErrorHandler(lambda *a: None, None)
URI = sys.argv[1] if len(sys.argv) > 1 else 'test:///default'
VALIDATE = sys.argv[2:] == ['validate']      # documents are held against the schemas
OWNER = '11111111-2222-4333-8444-555555555555'
GUEST = """<domain type='%s'><name>%s</name><uuid>11111111-2222-4333-8444-55555555555%d</uuid><memory>65536</memory>
<vcpu>1</vcpu><os><type%s>hvm</type></os><devices>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/tmp/od/one.qcow2'/><target dev='vda'/></disk>
<disk type='file' device='disk'%s><driver name='qemu' type='raw'/><source file='/tmp/od/two'/><target dev='vdb'/></disk>
<disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='/dev/loop7'/><target dev='vdc'/></disk>
<disk type='network' device='disk'><driver name='qemu' type='qcow2'/><source protocol='nbd' name='x'>
<host name='h' port='7'/></source><target dev='vdd'/></disk>
<disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk></devices></domain>"""

PORT_NETWORKS = ("<network><name>od</name><bridge name='od0'/></network>",
                 "<network><name>odb</name><forward mode='bridge'/><bridge name='od0'/></network>",
                 "<network><name>odd</name><forward mode='private'><interface dev='od0'/><interface dev='lo'/></forward></network>")


def if_valid(flag):
    return flag if VALIDATE else 0


class Side:
    def __init__(self):
        self.conn = libvirt.open(URI)
        self.dom, self.ports = {}, 0

    def guest(self, on, snapshot=''):
        """Guests with a disk of each kind, that run or do not; snapshot=… of the second disk."""
        key = 'on' if on else 'off'
        if self.dom.get(key, (0, None))[1] != snapshot:
            d = self.conn.defineXML(GUEST % ('test', key, 1 if on else 2, '', " snapshot='%s'" % snapshot if snapshot else ''))
            if on:
                if d.isActive():
                    d.destroy()
                d.create()
            self.dom[key] = d, snapshot
        return self.dom[key][0]

    def network(self, xml, r):
        if r.random() < 0.3:
            n = self.conn.networkCreateXMLFlags(xml, if_valid(libvirt.VIR_NETWORK_CREATE_VALIDATE))
            try:
                yield 'live', n.XMLDesc(0)
            finally:
                n.destroy()
            return
        n = self.conn.networkDefineXMLFlags(xml, if_valid(libvirt.VIR_NETWORK_DEFINE_VALIDATE))
        try:
            yield 'xml', n.XMLDesc(0)
        finally:
            n.undefine()

    def pool(self, xml, r):
        if r.random() < 0.3 and not VALIDATE:
            p = self.conn.storagePoolCreateXML(xml)
            try:
                yield 'live', p.XMLDesc(0)
            finally:
                p.destroy()
            return
        p = self.conn.storagePoolDefineXML(xml, if_valid(libvirt.VIR_STORAGE_POOL_DEFINE_VALIDATE))
        try:
            yield 'xml', p.XMLDesc(0)
        finally:
            p.undefine()

    def volume(self, xml, r):
        pool = self.conn.storagePoolLookupByName('default-pool')
        v = pool.createXML(xml, if_valid(libvirt.VIR_STORAGE_VOL_CREATE_VALIDATE))
        try:
            yield 'xml', v.XMLDesc(0)
        finally:
            v.delete()

    def interface(self, xml, r):
        i = self.conn.interfaceDefineXML(xml, if_valid(libvirt.VIR_INTERFACE_DEFINE_VALIDATE))
        try:
            yield 'xml', i.XMLDesc(0)
        finally:
            i.undefine()

    def nodedev(self, xml, r):
        d = self.conn.nodeDeviceCreateXML(xml, if_valid(libvirt.VIR_NODE_DEVICE_CREATE_XML_VALIDATE))
        try:
            yield 'xml', d.XMLDesc(0)
        finally:
            d.destroy()

    def device(self, xml, r):
        """A device that is there: the test driver's host can be described by a file."""
        with tempfile.NamedTemporaryFile('w', suffix='.xml') as f:
            f.write('<node>%s</node>' % xml)
            f.flush()
            conn = libvirt.open('test://' + f.name)
        for d in conn.listAllDevices(0):
            yield 'xml', d.XMLDesc(0)

    def snapshot(self, xml, r, again=0):
        redefine = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
        flags = r.choice((0, 0, redefine, redefine, libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY,
                          redefine | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY))
        d = self.guest(r.random() < 0.5, r.choice(('', '', '', '', '', 'no', 'internal', 'external', 'manual')))
        s = d.snapshotCreateXML(xml, again or flags | if_valid(libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE))
        try:
            yield 'xml', s.getXMLDesc(0)
            yield 'secure', s.getXMLDesc(libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE)
        finally:
            s.delete()

    def checkpoint(self, xml, r, again=0):
        flags = r.choice((0, libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE))
        d = self.guest(r.random() < 0.7)
        c = d.checkpointCreateXML(xml, again or flags)
        try:
            yield 'xml', c.getXMLDesc(0)
            yield 'without domain', c.getXMLDesc(libvirt.VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN)
            yield 'secure', c.getXMLDesc(libvirt.VIR_DOMAIN_CHECKPOINT_XML_SECURE)
        finally:
            c.delete()

    def snapshot_again(self, xml, r):
        """As it is told, it can be brought back."""
        yield from self.snapshot(xml, r, libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE)

    def checkpoint_again(self, xml, r):
        yield from self.checkpoint(xml, r, libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE)

    def secret(self, xml, r):
        s = self.conn.secretDefineXML(xml, if_valid(libvirt.VIR_SECRET_DEFINE_VALIDATE))
        try:
            yield 'xml', s.XMLDesc(0)
        finally:
            s.undefine()

    def nwfilter(self, xml, r):
        f = self.conn.nwfilterDefineXMLFlags(xml, libvirt.VIR_NWFILTER_DEFINE_VALIDATE) if VALIDATE else self.conn.nwfilterDefineXML(xml)
        try:
            yield 'xml', f.XMLDesc(0)
        finally:
            f.undefine()

    def binding(self, xml, r):
        """Each on a port of its own that stays: taking its rules away takes the reference seconds."""
        self.ports += 1
        m = re.search(r'<portdev [^>]*\bname=(["\'])((?:(?!\1).)+)\1', xml)
        if m:
            xml = xml[:m.start(2)] + 'od%d' % self.ports + xml[m.end(2):]
        text = self.conn.nwfilterBindingCreateXML(xml).XMLDesc(0)
        yield 'xml', text.replace("<portdev name='od%d'" % self.ports, "<portdev name='%s'" % (m and m.group(2).replace("'", '&apos;')))

    def guest_xml(self, xml, r):
        d = self.conn.defineXMLFlags(xml, if_valid(libvirt.VIR_DOMAIN_DEFINE_VALIDATE))
        try:
            yield 'xml', d.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
        finally:
            d.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM if self.conn.getType() != 'TEST' else 0)

    def undefined(self, d):
        if d.isActive():
            d.destroy()
        if d.isPersistent():
            d.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)

    def abi(self, xml, r):
        """Told anew, a snapshot's guest has one thing changed: is it the same guest still?"""
        d = self.conn.defineXML(xml)
        try:
            root = ET.fromstring(d.snapshotCreateXML('<domainsnapshot><name>s</name></domainsnapshot>').getXMLDesc(
                libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE))
            old = root.find('domain')
            root[list(root).index(old)] = sample.mutate(old, r)[0]
            d.snapshotCreateXML(ET.tostring(root, encoding='unicode'), libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE)
            yield 'xml', '<same/>'
        finally:
            self.undefined(d)

    def forms(self, xml, r):
        """What is told of a guest with each choice of flags, before and while it runs."""
        d = self.conn.defineXML(xml)
        try:
            for life in 'off', 'on':
                if life == 'on':
                    d.create()
                for flags in range(16):
                    yield '%s %d' % (life, flags), d.XMLDesc(flags)
        finally:
            self.undefined(d)

    def image(self, xml, r):
        """A guest saved into a file: what is told of it, what may be changed there, and what it is afterwards."""
        d = self.conn.defineXML(xml)
        try:
            d.create()
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, 'image')
                d.save(path)
                told = self.conn.saveImageGetXMLDesc(path, libvirt.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE)
                yield 'image', told
                yield 'image open', self.conn.saveImageGetXMLDesc(path, 0)
                root = ET.fromstring(told)
                self.conn.saveImageDefineXML(path, ET.tostring(sample.mutate(root, r)[0], encoding='unicode'), 0)
                yield 'image changed', self.conn.saveImageGetXMLDesc(path, libvirt.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE)
                self.conn.restoreFlags(path, None, r.choice((0, libvirt.VIR_DOMAIN_SAVE_PAUSED)))
                yield 'restored', re.sub(r" id='\d+'", '', d.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE), count=1)
                yield 'restored inactive', d.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE | libvirt.VIR_DOMAIN_XML_INACTIVE)
        finally:
            self.undefined(d)

    def port(self, xml, r):
        """Of a network that can have it.  A plug that is not given comes from the network, and is left out."""
        if 'od' not in self.dom:
            for net in PORT_NETWORKS:
                n = self.conn.networkCreateXML(net)
                self.dom[n.name()] = n
        plug = re.search(r'<plug [^>]*type=["\'](network|bridge|direct|hostdev-pci)', xml)
        direct = plug.group(1) == 'direct' if plug else 'type="802.' in xml
        n = self.dom['odd' if direct else 'odb' if 'openvswitch' in xml and not plug else 'od']
        p = n.portCreateXML(xml, libvirt.VIR_NETWORK_PORT_CREATE_RECLAIM if plug else 0)
        try:
            yield 'xml', p.XMLDesc(0) if plug else re.sub(r'<plug [^>]*/>|<plug .*</plug>', '', p.XMLDesc(0), flags=re.S)
        finally:
            p.delete()

    def cpu(self, xml, r):
        """A list of processors: what they have in common."""
        for flags in (0, libvirt.VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES, libvirt.VIR_CONNECT_BASELINE_CPU_MIGRATABLE):
            yield 'baseline %d' % flags, self.conn.baselineCPU(json.loads(xml), flags)

    def compare(self, xml, r):
        for flags in (0, libvirt.VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE):
            yield 'compare %d' % flags, '<result>%d</result>' % self.conn.compareCPU(xml, flags)


def main():
    side = Side()
    for line in sys.stdin:
        kind, xml, seed = json.loads(line)
        out = []
        try:
            for label, text in getattr(side, kind)(xml, random.Random(seed)):
                out.append((label, text))
        except SystemError:                 # of some messages of the reference no text can be made
            out.append(('error', 'error 0/0: a message that is no text'))
        except libvirt.libvirtError as e:
            out.append(('error', 'error %d/%d: %s' % (e.get_error_code(), e.get_error_domain(), e.get_error_message())))
        print(json.dumps(out), flush=True)


if __name__ == '__main__':
    main()
