# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random documents of networks, pools, volumes and interfaces: what comes back, or why not.

They are made from the description, so they say what the format can say, in combinations that nobody
writes.  SEED and COUNT in the environment try others."""
import glob
import os
import random
import sys

import libvirt
from record_objects import call, know

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(TOP, 'gen'))
import model_random  # noqa: E402
import model_read  # noqa: E402

SEED, COUNT = int(os.environ.get('SEED', 1)), int(os.environ.get('COUNT', 120))
conn = libvirt.open('test:///default')
model = model_read.read([os.path.join(TOP, 'model', n + '.model') for n in (
    'common', 'domain-devices', 'domain', 'network', 'storage', 'host')])


def four(r):
    return '10.%d.0.%d' % (r.randrange(3), r.randrange(1, 250))


VALUES = {
    ('network_def', 'name'): ['n', 'net-1'], ('network_def', 'connections'): None, ('network_def', 'metadata'): None,
    ('network_def', 'title'): None, ('network_def', 'description'): None, ('network_domain', 'register'): None,  # newer than the reference
    ('network_address', 'address'): lambda r: r.choice(('10.0.0.1', '10.1.0.1', '192.168.7.1', 'fd00::1')),
    ('network_address', 'family'): ['ipv4', 'ipv4', 'ipv6'], ('network_address', 'prefix'): ['8', '16', '24'],
    ('network_address', 'netmask'): ['255.255.255.0', '255.255.0.0'],
    ('dhcp_range', 'start'): lambda r: '10.0.0.%d' % r.randrange(2, 100), ('dhcp_range', 'end'): lambda r: '10.0.0.%d' % r.randrange(100, 250),
    ('dhcp_host', 'ip'): four, ('dhcp_host', 'mac'): lambda r: '52:54:00:00:00:%02x' % r.randrange(256), ('dhcp_host', 'id'): ['0:1', 'ab:cd'],
    ('dhcp_bootp', 'server'): four, ('dhcp_lease_time', 'expiry'): ['0', '1', '5', '200'],
    ('dns_host', 'ip'): four, ('dns_forwarder', 'addr'): four, ('dns_srv', 'protocol'): ['tcp', 'udp'],
    ('network_route', 'address'): ['10.9.0.0', '10.0.0.0', 'fd01::'], ('network_route', 'gateway'): ['10.0.0.2', '10.1.0.2', 'fd00::2'],
    ('network_route', 'netmask'): ['255.255.0.0'], ('network_route', 'prefix'): ['16'], ('network_route', 'family'): ['ipv4', 'ipv6'],
    ('network_forward', 'mode'): ['nat', 'route', 'open', 'bridge', 'private', 'hostdev', 'none'],
    ('network_bridge', 'name'): ['br7', 'virbr8'], ('network_nat_range', 'start'): ['10.3.0.1'], ('network_nat_range', 'end'): ['10.3.0.9'],
    ('storage_pool_def', 'name'): ['p'], ('pool_target', 'path'): ['/p', '/p//q/'], ('pool_source', 'format'): ['auto', 'ext4', 'nfs', 'lvm2', 'dos', 'x'],
    ('pool_device', 'path'): lambda r: '/dev/sd%c' % r.randrange(98, 122), ('pool_host', 'name'): lambda r: 'h%d' % r.randrange(10 ** 6),
    ('pool_adapter', 'name'): lambda r: 'scsi_host%d' % r.randrange(10 ** 6), ('pool_adapter', 'wwnn'): ['2000000012341234'],
    ('pool_adapter', 'wwpn'): lambda r: '%016x' % r.getrandbits(60), ('pool_adapter', 'parent_wwnn'): ['2000000012341234'],
    ('pool_adapter', 'parent_wwpn'): ['2000000012341234'], ('pool_adapter', 'parent_fabric_wwn'): ['2000000012341234'],
    ('storage_vol_def', 'name'): ['v'], ('volume_target', 'format'): ['raw', 'qcow2', 'vmdk', 'x'], ('volume_backing_store', 'format'): ['raw', 'qcow2'],
    ('storage_vol_def', 'capacity'): lambda r: str(r.randrange(10 ** 6)), ('storage_vol_def', 'allocation'): lambda r: str(r.randrange(10 ** 6)),
    ('volume_target', 'compat'): ['0.10', '1.1', 'x'],
    ('interface_def', 'name'): lambda r: 'if%d' % r.randrange(5), ('hostif_ip', 'address'): four, ('hostif_ip', 'prefix'): ['24'],
    ('hostif_protocol', 'family'): ['ipv4', 'ipv6'], ('bond_arpmon', 'target'): four, ('interface_def', 'mac'): ['aa:bb:cc:dd:ee:01'],
}

ALWAYS = [('network_def', 'name'), ('storage_pool_def', 'name'), ('storage_pool_def', 'target'), ('pool_target', 'path'), ('storage_vol_def', 'name'),
          ('storage_vol_def', 'capacity'), ('interface_def', 'name'), ('network_address', 'address'), ('dhcp_range', 'start'), ('dhcp_range', 'end'), ('dhcp_host', 'ip'), ('dhcp_host', 'name'),
          ('dns_txt', 'name'), ('dns_txt', 'value'), ('dns_srv', 'service'), ('dns_srv', 'protocol'), ('dns_srv', 'target'), ('dns_host', 'ip'), ('dns_host', 'hostname'),
          ('network_portgroup', 'name'), ('pool_host', 'name'), ('pool_device', 'path'), ('pool_adapter', 'name'), ('hostif_protocol', 'family'), ('hostif_ip', 'address'),
          ('network_route', 'address'), ('network_route', 'gateway'), ('network_forward_interface', 'dev'), ('hostif_bond', 'interface'), ('hostif_vlan', 'interface'), ('hostif_vlan', 'tag')]
OFTEN = [('network_def', 'ip'), ('network_def', 'forward'), ('network_address', 'dhcp'), ('network_dhcp', 'range'), ('network_dhcp', 'host'), ('network_def', 'dns'),
         ('storage_pool_def', 'source'), ('pool_source', 'host'), ('pool_source', 'device'), ('pool_source', 'adapter'), ('pool_source', 'dir'),
         ('storage_vol_def', 'target'), ('storage_vol_def', 'backingStore'), ('interface_def', 'protocol'), ('interface_def', 'bridge'),
         ('interface_def', 'bond'), ('interface_def', 'vlan'), ('interface_def', 'start')]


def documents(struct, element, salt):
    for i in range(COUNT):
        maker = model_random.Maker(model, random.Random(SEED * 1000003 + i * 7 + salt), (0.04, 0.08, 0.16, 0.4)[i % 4], plain=True, overrides=VALUES)
        maker.force = set(ALWAYS) | {(s, f) for s, f in OFTEN if maker.rng.random() < 0.6}
        yield i, maker.element(element, model.structs[struct], struct, None, 0).replace('\n', ' ')


def try_all(kind, struct, element, salt, define, undefine):
    for i, xml in documents(struct, element, salt):
        know(xml)

        def ask():
            o = define(xml)
            try:
                return o.XMLDesc()
            finally:
                undefine(o)
        call(ask, label='%s %d: %s' % (kind, i, xml))


try_all('network', 'network_def', 'network', 1, conn.networkDefineXML, lambda n: n.undefine())
try_all('pool', 'storage_pool_def', 'pool', 2, lambda x: conn.storagePoolDefineXML(x, 0), lambda p: p.undefine())
pool = conn.storagePoolLookupByName('default-pool')
try_all('volume', 'storage_vol_def', 'volume', 3, lambda x: pool.createXML(x, 0), lambda v: v.delete())
try_all('interface', 'interface_def', 'interface', 4, lambda x: conn.interfaceDefineXML(x, 0), lambda i: i.undefine())
