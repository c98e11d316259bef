# SPDX-License-Identifier: LGPL-2.1-or-later
"""Processors of guests: what a definition asks for, what there is, what a running guest has."""
import json
import xml.etree.ElementTree as ET

import libvirt
import libvirt_qemu
import pytest

from support import tiny

MIGRATABLE, INACTIVE, UPDATE = libvirt.VIR_DOMAIN_XML_MIGRATABLE, libvirt.VIR_DOMAIN_XML_INACTIVE, libvirt.VIR_DOMAIN_XML_UPDATE_CPU


def define(conn, cpu):
    return conn.defineXML(tiny('cpu').replace('<devices>', cpu + '<devices>'))


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
