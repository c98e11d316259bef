# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts described by files: their processors and memory."""
import os
import shutil
import tempfile

import libvirt
from record import call, guest, near

folder = tempfile.mkdtemp()


def host(label, text):
    path = os.path.join(folder, 'host.xml')
    with open(path, 'w') as f:
        f.write('<node>%s</node>' % text)
    return call(libvirt.open, 'test://' + path, label=label, keep=lambda c: 'a host')


# the machine
for cpu in ('<mhz>6000</mhz><model>i986</model><active>50</active><nodes>4</nodes><sockets>5</sockets><cores>6</cores>'
            '<threads>2</threads>', '<mhz>x</mhz>', '<nodes>0</nodes>', '<nodes>3</nodes><sockets>3</sockets>', '<active>0</active>',
            '<active>x</active>', '<cores>-1</cores>', '<threads>4</threads>', '<model>' + 'm' * 31 + '</model>',
            '<model>' + 'm' * 32 + '</model>', '<model/>', '<mhz/>', ''):
    c = host('cpu ' + cpu, '<cpu>%s</cpu>' % cpu)
    if c:
        call(c.getInfo)
for memory in ('8192000', 'x', '', '-5'):
    c = host('memory ' + memory, '<memory>%s</memory>' % memory)
    if c:
        call(c.getInfo)
c = host('everything', "<cpu><mhz>5</mhz></cpu><memory>1024</memory>" + guest('a'))
for what in (c.getCapabilities, c.getInfo, c.getFreeMemory, c.getCPUMap, c.getSysinfo, c.getSecurityModel, c.getType,
             lambda: c.getMaxVcpus(None), lambda: c.getCellsFreeMemory(0, 2), lambda: near(c.getURI()).endswith('host.xml')):
    call(what, label='of a described host: ' + getattr(what, '__name__', ''))
a, b = (libvirt.open('test://' + os.path.join(folder, 'host.xml')) for i in range(2))
call(a.lookupByName('a').destroy, label='destroy in one')
call(b.lookupByName('a').isActive, label='does it run in the other')
shutil.rmtree(folder)
