# SPDX-License-Identifier: LGPL-2.1-or-later
"""virNetworkUpdate(): every section, command and flag, on networks of all states."""
import re

import libvirt
from record_objects import FLAGS, call, code, events, know, quietly

conn = libvirt.open('test:///default')
events(conn.networkEventRegisterAny, None, None, [0], 'network')
U = 'dddddddd-0000-4000-8000-0000000000%02d'
for i in range(100):
    know(U % i)
BRIDGE, DOMAIN, IP, HOST, RANGE, FORWARD, INTERFACE, PF, PORTGROUP, DNS_HOST, DNS_TXT, DNS_SRV = range(1, 13)
MODIFY, DELETE, LAST, FIRST = range(1, 5)
COMMANDS = {1: 'modify', 2: 'delete', 3: 'add last', 4: 'add first'}

DOCUMENT = """<network><name>n</name><uuid>%s</uuid><forward mode="nat"/><bridge name="virbr7"/><domain name="d"/>
<dns><txt name="t1" value="v1"/><srv service="s1" protocol="tcp" domain="d1" target="." port="1" priority="2" weight="3"/>
<host ip="10.0.0.9"><hostname>h1</hostname><hostname>h2</hostname></host></dns>
<ip address="10.0.0.1" netmask="255.255.255.0"><dhcp><range start="10.0.0.100" end="10.0.0.110"/><range start="10.0.0.120" end="10.0.0.130"/>
<host mac="52:54:00:00:00:01" name="a" ip="10.0.0.11"/><host mac="52:54:00:00:00:02" name="b" ip="10.0.0.12"/></dhcp></ip>
<ip family="ipv6" address="fd00::1" prefix="64"><dhcp><range start="fd00::100" end="fd00::110"/><host id="0:1" name="c" ip="fd00::11"/></dhcp></ip>
<ip address="10.1.0.1" netmask="255.255.255.0"/>
<portgroup name="p1" default="yes"/><portgroup name="p2"/></network>""" % (U % 1)
POOL = '<network><name>i</name><uuid>%s</uuid><forward mode="bridge"><interface dev="eth0"/><interface dev="eth1"/></forward></network>' % (U % 2)
PFS = '<network><name>h</name><uuid>%s</uuid><forward mode="hostdev"><pf dev="eth5"/></forward></network>' % (U % 3)
PLAIN = '<network><name>p</name><uuid>%s</uuid></network>' % (U % 4)
BARE_IP = '<network><name>q</name><uuid>%s</uuid><ip address="10.7.0.1" netmask="255.255.255.0"/></network>' % (U % 5)


def make(document, start):
    n = conn.networkDefineXML(document)
    if start:
        n.create()
    return n


def gone(n):
    for fn in (n.destroy, n.undefine):
        try:
            fn()
        except libvirt.libvirtError:
            pass


def try_all(document, section, items, parents=(-1,), start=False, flags=0):
    """Each item with each command on a fresh network."""
    for xml in items:
        for parent in parents:
            for command in COMMANDS:
                n = make(document, start)

                def update():
                    r = n.update(command, section, parent, xml, flags)
                    return r, n.XMLDesc()
                call(update, label='%s %s of section %d, parent %d, in %s%s' % (
                    COMMANDS[command], xml, section, parent, n.name(), ', active' * start))
                gone(n)


host = '<host %s/>'
try_all(DOCUMENT, HOST, [host % a for a in (
    'mac="52:54:00:00:00:01" name="a" ip="10.0.0.11"', 'mac="52:54:00:00:00:01" name="z" ip="10.0.0.50"', 'mac="52:54:00:00:00:01"',
    'mac="52:54:00:00:00:03" name="c" ip="10.0.0.13"', 'mac="52:54:00:00:00:03" ip="10.0.0.11"', 'mac="52:54:00:00:00:03" name="a"',
    'mac="52:54:00:00:00:03" name="a" ip="10.0.0.14"', 'name="a"', 'ip="10.0.0.11"', 'name="a" ip="10.0.0.11"', 'name="nobody" ip="10.0.0.77"',
    'mac="52:54:00:00:00:03" ip="10.9.0.13"', 'mac="52:54:00:00:00:03" ip="x"', 'mac="x" ip="10.0.0.14"', 'mac="52:54:00:00:00:03"', '',
    'mac="52:54:00:00:00:03" name="x y" ip="10.0.0.14"', 'mac="53:54:00:00:00:03" ip="10.0.0.14"', 'mac="52:54:00:00:00:03" name="1x" ip="10.0.0.14"',
    'id="0:1" name="c" ip="fd00::12"', 'id="0:2" name="d" ip="fd00::12"')], parents=(-1,))
for xml in (host % 'mac="52:54:00:00:00:03" name="c" ip="10.0.0.13"', host % 'mac="52:54:00:00:00:01" name="a" ip="10.0.0.11"'):
    try_all(DOCUMENT, HOST, [xml], parents=(0, 1, 2, 3, -2))
try_all(DOCUMENT, HOST, [host % 'id="0:1" name="c" ip="fd00::12"', host % 'id="0:2" name="d" ip="fd00::13"', host % 'name="d" ip="fd00::13"',
                         host % 'mac="52:54:00:00:00:09" name="d" ip="fd00::13"'], parents=(1,))
range_ = '<range %s/>'
try_all(DOCUMENT, RANGE, [range_ % a for a in (
    'start="10.0.0.100" end="10.0.0.110"', 'start="10.0.0.140" end="10.0.0.150"', 'start="10.0.0.105" end="10.0.0.150"', 'start="10.0.0.100"', '',
    'start="10.0.0.150" end="10.0.0.140"', 'start="10.8.0.140" end="10.8.0.150"', 'start="x" end="y"', 'start="fd00::200" end="fd00::210"')])
try_all(DOCUMENT, RANGE, [range_ % 'start="fd00::200" end="fd00::210"', range_ % 'start="fd00::100" end="fd00::110"'], parents=(0, 1, 2, 3))
for section, items in (
        (BRIDGE, ['<bridge name="x"/>']), (DOMAIN, ['<domain name="x"/>']), (FORWARD, ['<forward mode="nat"/>', '<forward/>']), (0, ['<x/>']), (13, ['<x/>']), (99, ['<x/>']),
        (IP, ['<ip address="10.5.0.1" netmask="255.255.255.0"/>', '<ip address="10.0.0.1" netmask="255.255.255.0"/>']),
        (INTERFACE, ['<interface dev="eth7"/>']), (PF, ['<pf dev="eth7"/>']),
        (PORTGROUP, ['<portgroup name="p1"/>', '<portgroup name="p3"/>', '<portgroup name="p3" default="yes"/>', '<portgroup name="p1" default="yes"/>',
                     '<portgroup name="p2" default="yes"/>', '<portgroup/>', '<portgroup name="p2"><bandwidth><inbound average="5"/></bandwidth></portgroup>',
                     '<portgroup name="p2" default="x"/>']),
        (DNS_HOST, ['<host ip="10.0.0.9"><hostname>h1</hostname><hostname>h2</hostname></host>', '<host ip="10.0.0.9"><hostname>h7</hostname></host>',
                    '<host ip="10.0.0.8"><hostname>h1</hostname></host>', '<host ip="10.0.0.8"><hostname>h3</hostname></host>', '<host ip="10.0.0.9"/>', '<host/>',
                    '<host><hostname>h1</hostname></host>', '<host ip="10.0.0.7"/>', '<host ip="x"><hostname>h1</hostname></host>', '<host ip="fd00::9"><hostname>h9</hostname></host>',
                    '<host><hostname>h5</hostname></host>']),
        (DNS_TXT, ['<txt name="t1" value="v1"/>', '<txt name="t1" value="v2"/>', '<txt name="t2" value="v2"/>', '<txt name="t1"/>', '<txt value="x"/>', '<txt/>',
                   '<txt name="a b" value="c"/>']),
        (DNS_SRV, ['<srv service="s1" protocol="tcp" domain="d1" target="." port="1" priority="2" weight="3"/>', '<srv service="s1" protocol="tcp"/>', '<srv service="s1" protocol="udp"/>',
                   '<srv service="s2" protocol="tcp"/>', '<srv service="s2"/>', '<srv protocol="tcp"/>', '<srv/>', '<srv service="s1" protocol="tcp" domain="d9"/>',
                   '<srv service="s2" protocol="xx"/>', '<srv service="s2" protocol="tcp" target="x" port="70000"/>', '<srv domain="d1"/>', '<srv service="s1"/>'])):
    try_all(DOCUMENT, section, items)
for document in (POOL, PLAIN, PFS):
    try_all(document, INTERFACE, ['<interface dev="eth1"/>', '<interface dev="eth7"/>', '<interface/>', '<interface dev=""/>'])
    try_all(document, PF, ['<pf dev="eth5"/>', '<pf dev="eth7"/>'])
try_all(POOL, HOST, ['<host mac="52:54:00:00:00:03" name="c" ip="10.0.0.13"/>'])
try_all(POOL, PORTGROUP, ['<portgroup name="p1"/>'])
try_all(POOL, DNS_TXT, ['<txt name="t1" value="v1"/>'])
for document in (PLAIN, BARE_IP):
    for section, xml in ((HOST, '<host mac="52:54:00:00:00:03" name="c" ip="10.7.0.13"/>'), (RANGE, '<range start="10.7.0.20" end="10.7.0.30"/>'),
                         (DNS_HOST, '<host ip="10.0.0.8"><hostname>h3</hostname></host>'), (DNS_TXT, '<txt name="t1" value="v1"/>'),
                         (DNS_SRV, '<srv service="s1" protocol="tcp"/>'), (PORTGROUP, '<portgroup name="p1"/>')):
        try_all(document, section, [xml], parents=(-1, 0, 1))
for section, wrong in ((HOST, '<range start="10.0.0.140" end="10.0.0.150"/>'), (RANGE, '<host mac="52:54:00:00:00:03" ip="10.0.0.13"/>'), (INTERFACE, '<pf dev="x"/>'),
                       (PORTGROUP, '<txt name="a"/>'), (DNS_HOST, '<txt name="a"/>'), (DNS_TXT, '<srv service="s" protocol="tcp"/>'), (DNS_SRV, '<txt name="a"/>'),
                       (HOST, ''), (HOST, 'x'), (HOST, '<host'), (HOST, '<hosts><host mac="52:54:00:00:00:03" ip="10.0.0.13"/></hosts>')):
    try_all(POOL if section == INTERFACE else DOCUMENT, section, [wrong])

# flags, states
new = '<host mac="52:54:00:00:00:03" name="c" ip="10.0.0.13"/>'
for start in (False, True):
    for flags in [0] + FLAGS[:6] + [3, 5]:
        for xml in (new, '<host mac="52:54:00:00:00:01" name="a" ip="10.0.0.11"/>'):
            n = make(DOCUMENT, start)
            label = 'flags %d on %s network with %s' % (flags, 'an active' if start else 'an inactive', xml)
            call(lambda: (n.update(LAST, HOST, -1, xml, flags), n.XMLDesc()), label=label)
            if start:
                n.destroy()
                call(n.XMLDesc, label='stopped again: ' + label)
            gone(n)
for flags in (0, 1, 2, 3):
    n = conn.networkCreateXML(DOCUMENT)
    call(lambda: (n.update(LAST, HOST, -1, new, flags), n.XMLDesc()), label='flags %d on a transient network' % flags)
    call(n.destroy)
    call(n.update, LAST, HOST, -1, new, flags, label='flags %d on a network that is gone' % flags)
for command in (0, 5, 99):
    for section in (HOST, BRIDGE, 0):
        n = make(DOCUMENT, False)
        call(n.update, command, section, -1, new, 0, label='command %d of section %d' % (command, section))
        gone(n)

# one after the other
n = make(DOCUMENT, True)
for i in range(4):
    call(n.update, FIRST if i % 2 else LAST, HOST, 0, '<host mac="52:54:00:00:01:%02x" name="n%d" ip="10.0.0.%d"/>' % (i, i, 20 + i), 3)
    call(n.update, FIRST if i % 2 else LAST, DNS_TXT, -1, '<txt name="n%d" value="v"/>' % i, 3)
call(n.XMLDesc)
call(n.destroy)
call(n.XMLDesc)
call(n.undefine)
