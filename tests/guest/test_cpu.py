# SPDX-License-Identifier: LGPL-2.1-or-later
"""Processors of guests: what a definition asks for, what there is, what a running guest has."""
import json
import xml.etree.ElementTree as ET

import libvirt
import libvirt_qemu
import pytest

from support import code, tiny

MIGRATABLE, INACTIVE, UPDATE = libvirt.VIR_DOMAIN_XML_MIGRATABLE, libvirt.VIR_DOMAIN_XML_INACTIVE, libvirt.VIR_DOMAIN_XML_UPDATE_CPU


def define_text(cpu):
    return tiny('cpu').replace('<devices>', cpu + '<devices>')


def define(conn, cpu):
    return conn.defineXML(define_text(cpu))


def cpu(domain, flags=0):
    """(attributes, model, fallback, {feature: policy})"""
    e = ET.fromstring(domain.XMLDesc(flags)).find('cpu')
    model = e.find('model')
    return (e.attrib, None if model is None else model.text, None if model is None else model.get('fallback'),
            {f.get('name'): f.get('policy') for f in e.findall('feature')})


def host_model(conn):
    mode = ET.fromstring(conn.getDomainCapabilities(None, 'x86_64', None, 'qemu')).find("cpu/mode[@name='host-model']")
    assert mode.get('supported') == 'yes'
    return mode.findtext('model'), {f.get('name'): f.get('policy') for f in mode.findall('feature')}


def refused(domain):
    with pytest.raises(libvirt.libvirtError) as e:
        domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    assert not domain.isActive()
    return e.value.get_error_code(), e.value.get_error_domain()


def start(domain):
    domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    return domain


def test_host_model(conn):
    model, features = host_model(conn)
    # What emulation gives is fixed: no processor has all of it, and some of it every model lacks.
    assert features['hypervisor'] == 'require' and 'disable' in features.values()
    domain = define(conn, "<cpu mode='host-model'><feature policy='optional' name='pcid'/></cpu>")
    assert cpu(domain)[0] == {'mode': 'host-model', 'check': 'partial'}
    features['pcid'] = 'disable'
    assert cpu(domain, UPDATE) == ({'mode': 'custom', 'match': 'exact', 'check': 'partial'}, model, 'allow', features)
    start(domain)
    assert cpu(domain) == ({'mode': 'custom', 'match': 'exact', 'check': 'full'}, model, 'forbid', features)
    assert cpu(domain, INACTIVE)[0] == {'mode': 'host-model', 'check': 'partial'}
    # Nothing is else than as it was asked for.
    assert cpu(domain, MIGRATABLE) == cpu(domain)


def test_minimum_is_all_there_is(conn):
    model, features = host_model(conn)
    domain = start(define(conn, "<cpu match='minimum'><model>qemu64</model></cpu>"))
    assert cpu(domain)[1] == model and cpu(domain)[3] == features


def test_what_a_guest_has(daemon, conn):
    domain = start(define(conn, "<cpu><model>EPYC</model><feature policy='force' name='pcid'/></cpu>"))
    attributes, model, fallback, features = cpu(domain)
    assert (attributes['check'], model, fallback) == ('full', 'EPYC', 'forbid')
    # There, though no EPYC has it; not there, as we know and as QEMU knows; once a part of EPYC.
    assert features['hypervisor'] == 'require'
    assert features['sha-ni'] == features['topoext'] == features['pcid'] == features['monitor'] == 'disable'
    asked = ({'mode': 'custom', 'match': 'exact', 'check': 'none'}, 'EPYC', 'forbid', {'pcid': 'force', 'monitor': 'disable'})
    assert cpu(domain, MIGRATABLE) == asked
    daemon.kill()
    daemon.start()
    domain = daemon.open().lookupByName('cpu')
    assert cpu(domain) == (attributes, model, fallback, features)
    assert cpu(domain, MIGRATABLE) == asked
    domain.destroy()


def test_names_only_the_emulator_knows(conn):
    domain = start(define(conn, '<cpu><model>Denverton</model></cpu>'))
    assert cpu(domain) == ({'mode': 'custom', 'match': 'exact', 'check': 'none'}, 'Denverton', 'forbid', {})


def test_what_is_refused(conn):
    L = libvirt
    cases = {
        "<cpu check='full'><model>qemu64</model></cpu>": (L.VIR_ERR_OPERATION_FAILED, L.VIR_FROM_CPU),
        "<cpu check='partial'><model>Haswell</model></cpu>": (L.VIR_ERR_CPU_INCOMPATIBLE, L.VIR_FROM_CPU),
        "<cpu check='partial'><model>qemu64</model><feature policy='forbid' name='avx'/></cpu>":
            (L.VIR_ERR_CPU_INCOMPATIBLE, L.VIR_FROM_CPU),
        "<cpu check='partial' match='strict'><model>qemu64</model></cpu>": (L.VIR_ERR_CPU_INCOMPATIBLE, L.VIR_FROM_CPU),
        '<cpu><model>max</model></cpu>': (L.VIR_ERR_INTERNAL_ERROR, L.VIR_FROM_CPU),
        "<cpu><model>qemu64</model><feature policy='require' name='nonesuch'/></cpu>":
            (L.VIR_ERR_CONFIG_UNSUPPORTED, L.VIR_FROM_CPU),
        "<cpu mode='host-model'><feature policy='force' name='invtsc'/></cpu>":
            (L.VIR_ERR_CONFIG_UNSUPPORTED, L.VIR_FROM_QEMU),
        "<cpu mode='host-passthrough'/>": (L.VIR_ERR_CONFIG_UNSUPPORTED, L.VIR_FROM_QEMU),
    }
    for text, wanted in cases.items():
        domain = define(conn, text)
        assert refused(domain) == wanted, text
        domain.undefine()


def test_vendor_id(conn):
    domain = start(define(conn, "<cpu><model vendor_id='GenuineIntel'>qemu64</model></cpu>"))
    answer = json.loads(libvirt_qemu.qemuMonitorCommand(domain, json.dumps({
        'execute': 'qom-get', 'arguments': {'path': '/machine/unattached/device[0]', 'property': 'vendor'}}), 0))
    assert answer['return'] == 'GenuineIntel'


def test_offers(conn):
    """What is found wrong in what a machine offers reaches who chooses by it."""
    def offer(arch, machine=None, virt='qemu'):
        return ET.fromstring(conn.getDomainCapabilities(None, arch, machine, virt))
    arm = offer('aarch64', 'virt')
    assert [v.text for v in arm.findall('features/gic/enum/value')] == ['2', '3']
    assert arm.find('features/hyperv') is None
    assert {m.get('vendor') for m in arm.findall("cpu/mode[@name='custom']/model")} == {'unknown'}
    assert arm.find("cpu/mode[@name='host-model']").get('supported') == 'no'
    power = offer('ppc64')
    assert [(m.text, m.get('vendor')) for m in power.findall("cpu/mode[@name='custom']/model")] == [
        ('POWER10', 'IBM'), ('POWER9', 'IBM'), ('POWER8', 'IBM'), ('POWER7', 'IBM')]
    assert 'floppy' not in [v.text for v in power.findall("devices/disk/enum[@name='diskDevice']/value")]
    pc = offer('x86_64')
    assert [v.text for v in pc.findall('features/hyperv/enum/value')] == ['spinlocks', 'vendor_id']
    models = {m.text: m.attrib for m in pc.findall("cpu/mode[@name='custom']/model")}
    assert models['Dhyana']['vendor'] == 'Hygon' and models['qemu64'] == {'usable': 'yes', 'vendor': 'unknown'}
    assert models['Haswell']['usable'] == 'no' and 'max' not in models


def test_host(conn):
    """The host's processor is a model that it has all of, and what it has beyond: as itself it compares as identical."""
    root = ET.fromstring(conn.getCapabilities())
    own = root.find('host/cpu')
    if own.find('model') is None:
        pytest.skip('the processor of this host is no PC')
    text = '<cpu><arch>x86_64</arch><model>%s</model><vendor>%s</vendor>%s</cpu>' % (
        own.findtext('model'), own.findtext('vendor'), ''.join("<feature name='%s'/>" % f.get('name') for f in own.findall('feature')))
    assert conn.compareCPU(text) == libvirt.VIR_CPU_COMPARE_IDENTICAL
    less = text.replace("<feature name='%s'/>" % own.find('feature').get('name'), '')
    assert conn.compareCPU(less) == libvirt.VIR_CPU_COMPARE_SUPERSET
    archs = [g.find('arch').get('name') for g in root.findall('guest')]
    assert archs == sorted(archs, key=lambda a: 'armv8' if a == 'aarch64' else a)


def test_comparisons(conn):
    L = libvirt
    kvm64, host = '<cpu><arch>x86_64</arch><model>kvm64</model></cpu>', ('x86_64', None, 'qemu')
    assert conn.compareHypervisorCPU(None, *host, kvm64) == L.VIR_CPU_COMPARE_SUPERSET
    haswell = '<cpu><model>Haswell</model></cpu>'
    assert conn.compareHypervisorCPU(None, *host, haswell) == L.VIR_CPU_COMPARE_INCOMPATIBLE
    assert conn.compareCPU('<cpu><arch>aarch64</arch><model>cortex-a57</model></cpu>') == L.VIR_CPU_COMPARE_INCOMPATIBLE
    disabled = "<cpu match='exact'><model>Haswell</model>%s</cpu>" % ''.join(
        "<feature policy='disable' name='%s'/>" % f for f in 'pcid x2apic tsc-deadline hle invpcid rtm'.split())
    assert conn.compareHypervisorCPU(None, *host, disabled) == L.VIR_CPU_COMPARE_SUPERSET
    assert conn.compareHypervisorCPU(None, *host, disabled.replace("match='exact'", "match='strict'")) == 0
    for wanted, call, args in (
            (L.VIR_ERR_CPU_INCOMPATIBLE, conn.compareHypervisorCPU, (None, *host, haswell, 1)),
            (L.VIR_ERR_XML_ERROR, conn.compareCPU, ("<cpu match='exact'><arch>x86_64</arch><model>kvm64</model></cpu>",)),
            (L.VIR_ERR_XML_INVALID_SCHEMA, conn.compareCPU, ("<cpu><model>kvm64</model><feature name='nx'/></cpu>", 2)),
            (L.VIR_ERR_XML_ERROR, conn.compareCPU, ('<cpu><arch>x86_64</arch></cpu>',)),
            (L.VIR_ERR_OPERATION_UNSUPPORTED, conn.compareHypervisorCPU, (None, 'aarch64', None, 'qemu', kvm64)),
            (L.VIR_ERR_XML_ERROR, conn.baselineHypervisorCPU, (None, 'aarch64', None, 'qemu', ['<cpu/>'])),
            (L.VIR_ERR_CONFIG_UNSUPPORTED, conn.baselineCPU, ([disabled.replace('<cpu ', "<cpu mode='custom' ")],))):
        assert code(call, *args) == wanted, args


def test_baselines(conn):
    def told(xml):
        e = ET.fromstring(xml)
        return e.findtext('model'), e.find('model').get('fallback'), {f.get('name'): f.get('policy') for f in e.findall('feature')}
    # What QEMU does not have of a model is missing from what guests can get everywhere, also what only QEMU knows of it.
    documents = ["<cpu><arch>x86_64</arch><model>EPYC</model><feature name='osxsave'/><feature name='invtsc'/></cpu>"]
    model, fallback, features = told(conn.baselineHypervisorCPU(None, 'x86_64', None, 'qemu', documents))
    assert (model, fallback) == ('EPYC', 'forbid')
    assert features['sha-ni'] == features['topoext'] == 'disable' and features['invtsc'] == 'require' and 'osxsave' not in features
    only_here = libvirt.VIR_CONNECT_BASELINE_CPU_MIGRATABLE
    assert 'invtsc' not in told(conn.baselineHypervisorCPU(None, 'x86_64', None, 'qemu', documents, only_here))[2]
    assert told(conn.baselineCPU(documents))[2] == {'invtsc': 'require', 'monitor': 'disable'}
    assert told(conn.baselineCPU(documents, only_here))[2] == {'monitor': 'disable'}


def test_names(conn):
    assert 'cpu64-rhel6' in conn.getCPUModelNames('x86_64') and 'POWER9' in conn.getCPUModelNames('ppc64')
    assert conn.getCPUModelNames('aarch64') == []
    assert code(conn.getCPUModelNames, 'alpha') == libvirt.VIR_ERR_NO_SUPPORT
    assert code(conn.getCPUModelNames, 'nonesuch') == libvirt.VIR_ERR_INVALID_ARG


def test_what_kvm_offers_can_be_had(conn):
    """The emulator knows of features that the processor does not tell everybody of."""
    text = define_text("<cpu mode='host-model' check='partial'/>").replace("type='qemu'", "type='kvm'", 1)
    try:
        conn.getDomainCapabilities(None, 'x86_64', None, 'kvm')
    except libvirt.libvirtError as error:
        pytest.skip(f'no KVM: {error}')
    assert '-cpu ' in conn.domainXMLToNative('qemu-argv', text, 0)
