#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the daemon of qemu:///system says of processors and of what guests can have; see compare.py.

usage: ask.py SUBJECT...      prints JSON: {subject: {label: {place: [values]}}}
"""
import json
import os
import random
import sys
import xml.etree.ElementTree as ET

import libvirt

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'documents'))
libvirt.registerErrorHandler(lambda *a: None, None)
FORMS = {'plain': 0, 'inactive': libvirt.VIR_DOMAIN_XML_INACTIVE, 'update': libvirt.VIR_DOMAIN_XML_UPDATE_CPU,
         'migratable': libvirt.VIR_DOMAIN_XML_MIGRATABLE, 'secure': libvirt.VIR_DOMAIN_XML_SECURE,
         'update-migratable': libvirt.VIR_DOMAIN_XML_UPDATE_CPU | libvirt.VIR_DOMAIN_XML_MIGRATABLE,
         'update-inactive': libvirt.VIR_DOMAIN_XML_UPDATE_CPU | libvirt.VIR_DOMAIN_XML_INACTIVE}
GUEST = """<domain type='%s'><name>g</name><memory unit='MiB'>16</memory><vcpu>%s</vcpu><os><type arch='%s' machine='%s'>hvm</type></os>%s
<devices><memballoon model='none'/><controller type='usb' model='none'/></devices></domain>"""


def error(e):
    return 'error %d/%d' % (e.get_error_code(), e.get_error_domain())


def places(e, path='', out=None):
    """{path: [what stands there, in order]}"""
    out = {} if out is None else out
    name = e.get('name')
    if e.tag in ('mode', 'enum') and name:
        path += '/%s:%s' % (e.tag, name)
    else:
        path += '/' + e.tag
    text = (e.text or '').strip()
    words = ['%s=%s' % (k, v) for k, v in sorted(e.attrib.items()) if not (k == 'name' and e.tag in ('mode', 'enum'))]
    if words or text or not len(e):
        out.setdefault(path, []).append(' '.join(words + [text]).strip())
    for child in e:
        places(child, path, out)
    return out


def read(call, *args):
    try:
        return places(ET.fromstring(call(*args)))
    except libvirt.libvirtError as e:
        return {'': [error(e)]}


def host(conn):
    """The capabilities: the host, and each kind of guest."""
    root = ET.fromstring(conn.getCapabilities())
    told = {'host': places(root.find('host'))}
    for place in ('/host/uuid', '/host/topology/cells/cell/memory', '/host/topology/cells/cell/pages',
                  '/host/cpu/counter', '/host/power_management'):
        told['host'].pop(place, None)
    for guest in root.findall('guest'):
        told['guest ' + guest.find('arch').get('name')] = places(guest)
    told['order'] = {'': [g.find('arch').get('name') for g in root.findall('guest')]}
    return told


def offers(conn):
    """Domain capabilities, over what can be asked about."""
    told = {}
    for guest in ET.fromstring(conn.getCapabilities()).findall('guest'):
        arch, emulator = guest.find('arch').get('name'), guest.findtext('arch/emulator')
        names = sorted({m.text for m in guest.findall('arch/machine')})
        many = arch in ('x86_64', 'i686', 'aarch64')
        machines = [None, *names[::max(1, len(names) // (12 if many else 2))]]
        for machine in machines + ['nonesuch'] * (arch == 'x86_64'):
            for virt in (None, 'qemu', 'kvm') + ('xen',) * (machine is None):
                for program in (None, emulator) if machine is None or many else (None,):
                    label = ' '.join(str(w) for w in (arch, program and os.path.basename(program), machine, virt))
                    told[label] = read(conn.getDomainCapabilities, program, arch, machine, virt)
    for words in ((None, None, None, None), ('/bin/true', None, None, None), (None, 'nonesuch', None, None),
                  ('/usr/bin/qemu-system-x86_64', 'aarch64', None, None), (None, None, None, 'nonesuch'),
                  ('/usr/bin/qemu-system-x86_64', 'i686', None, 'qemu'), ('/usr/bin/qemu-system-x86_64', None, None, 'kvm'),
                  ('/usr/bin/qemu-system-x86_64', 'i686', None, 'kvm')):
        told['odd ' + ' '.join(map(str, words))] = read(conn.getDomainCapabilities, *words)
    return told


def summary(xml):
    e = ET.fromstring(xml).find('cpu')
    if e is None:
        return {'': ['none']}
    return places(e)


def guests(conn):
    """Guests with the processors of guests.txt: as they are defined, on the command line, as they run."""
    told = {}
    for line in open(os.path.join(HERE, 'guests.txt')):
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        words, _, text = line.partition('<')
        words = dict(w.split('=') for w in words.split())
        arch = words.get('arch', 'x86_64')
        features = '' if arch == 'aarch64' else '<features><acpi/></features>'
        xml = GUEST % (words.get('type', 'qemu'), words.get('vcpus', '1'), arch, words.get('machine', 'pc'),
                       features + '<' + text)
        said = told[line] = {}

        def forms(when):
            for form, flags in FORMS.items():
                try:
                    here = summary(domain.XMLDesc(flags))
                except libvirt.libvirtError as e:
                    here = {'': [error(e)]}
                said.update({'%s %s%s' % (when, form, k): v for k, v in here.items()})
        try:
            domain = conn.defineXML(xml)
        except libvirt.libvirtError as e:
            said['define'] = [error(e)]
            continue
        forms('defined')
        try:
            domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
            said['start'] = ['ok']
            forms('live')
            argv = open('/proc/%s/cmdline' % open('/run/libvirt/qemu/g.pid').read().strip()).read().split('\0')
            said['argv'] = [argv[argv.index('-cpu') + 1]]
            domain.destroy()
        except libvirt.libvirtError as e:
            said['start'] = [error(e)]
        domain.undefine()
    return told


def calls(conn):
    """What documents by chance are compared with, and what they have in common."""
    import objects
    told = {'names %s' % arch: {'': conn.getCPUModelNames(arch, 0)} for arch in ('x86_64', 'i686', 'ppc64', 'aarch64')}
    for number in range(400):
        rng = random.Random(number)
        documents = [objects.processor(rng) for _ in range(rng.choice((1, 1, 2)))]
        flags, strict = rng.choice((0, 0, 0, 1)), rng.choice((0, 0, 0, 1, 2))
        hypervisor = (None, rng.choice((None, 'x86_64', 'i686', 'aarch64')), None, rng.choice((None, 'qemu', 'kvm')))
        label = '%d %s' % (number, ' '.join(documents))
        for name, call, args in (
                ('compare', conn.compareCPU, (documents[0], strict)),
                ('compare hypervisor', conn.compareHypervisorCPU, (*hypervisor, documents[0], strict))):
            try:
                told['%s %s' % (name, label)] = {'': [str(call(*args))]}
            except libvirt.libvirtError as e:
                told['%s %s' % (name, label)] = {'': [error(e)]}
        told['baseline ' + label] = read(conn.baselineCPU, documents, flags)
        told['baseline hypervisor %s' % label] = read(conn.baselineHypervisorCPU, *hypervisor, documents, flags)
    return told


if __name__ == '__main__':
    connection = libvirt.open('qemu:///system')
    json.dump({s: globals()[s](connection) for s in sys.argv[1:]}, sys.stdout)
