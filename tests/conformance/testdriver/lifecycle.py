# SPDX-License-Identifier: LGPL-2.1-or-later
"""Definitions, lives and their ends, look-ups and lists, and the events of all that."""
import libvirt
from record import by_name, call, cpu_time, guest, listen, number

conn = libvirt.open('test:///default')
listen(conn)
test = conn.lookupByName('test')


def world(d=None):
    call(lambda: sorted(x.name() for x in conn.listAllDomains()), label='guests')
    if d is not None:
        call(lambda: (d.state(), d.isActive(), d.isPersistent(), number(d), d.autostart()), label='what it is')


# what is there
for flags in (0, 1, 2, 3, 4, 8, 16):
    call(test.XMLDesc, flags)
call(test.info, keep=cpu_time)
for what in (test.state, test.isActive, test.isPersistent, test.isUpdated, test.ID, test.UUIDString, test.OSType,
             test.maxMemory, test.maxVcpus, test.autostart, test.hasCurrentSnapshot, test.hasManagedSaveImage,
             test.controlInfo, conn.numOfDomains, conn.numOfDefinedDomains, conn.listDomainsID,
             conn.listDefinedDomains, conn.listAllDomains):
    call(what)
call(test.state, 1)
for flags in [1 << i for i in range(16)] + [3, 6, 12, 48, 5, 9]:
    call(conn.listAllDomains, flags, keep=by_name)

# look-ups
call(conn.lookupByID, 1)
call(conn.lookupByID, 2)
call(conn.lookupByID, -1)
call(conn.lookupByName, 'nobody')
call(conn.lookupByName, '')
call(conn.lookupByUUIDString, '6695eb01-f6a4-8304-79aa-97f2502e193f')
call(conn.lookupByUUIDString, '6695eb01-f6a4-8304-79aa-97f2502e193e')
call(conn.lookupByUUIDString, 'x')

# pause and go on
for verb in (test.resume, test.suspend, test.suspend, test.state, test.resume, test.state):
    call(verb)
for verb in (test.suspend, test.create, test.reset, test.state):
    call(verb)
call(test.info, keep=cpu_time)
call(test.reboot)
call(test.state)
call(test.resume)
call(test.suspend)
call(test.shutdown)
world(test)
for verb in (test.suspend, test.resume, test.shutdown, test.reboot, test.reset, test.destroy, test.injectNMI,
             test.state, test.ID, test.create, test.create, test.state):
    call(verb)
for flags in (0, 1, 2, 3, 4, 8, 16, 32):
    call(test.reboot, flags)
    call(test.state)
    if not test.isActive():
        call(test.create)
for flags in (0, 1, 2, 4, 16, 32):
    call(test.shutdownFlags, flags)
    call(test.state)
    if not test.isActive():
        call(test.create)
for flags in (0, 1, 2):
    call(test.destroyFlags, flags)
    call(test.state)
for flags in (0, 1, 2, 3, 4, 8, 16, 32, 64):
    call(test.createWithFlags, flags)
    call(test.state)
    if test.isActive():
        call(test.destroy)
call(test.XMLDesc, 0)
call(test.reset, 1)
call(test.injectNMI, 1)
call(test.create)
call(test.reset)
call(test.injectNMI)
call(test.injectNMI, 1)

# what a guest does at its own end
for element in ('on_poweroff', 'on_reboot', 'on_crash'):
    for action in ('destroy', 'restart', 'preserve', 'rename-restart', 'coredump-destroy', 'coredump-restart', 'x'):
        a = call(conn.defineXML, guest('act', '<%s>%s</%s>' % (element, action, element)),
                 label='define with %s %s' % (element, action))
        if not a:
            continue
        call(a.create)
        call(a.shutdown, label='shutdown with %s %s' % (element, action))
        world(a)
        if not a.isActive():
            call(a.create)
        call(a.reboot, label='reboot with %s %s' % (element, action))
        world(a)
        if not a.isActive():
            call(a.create)
        call(a.suspend)
        call(a.reboot, label='reboot, paused, with %s %s' % (element, action))
        world(a)
        if a.isActive():
            call(a.destroy)
        call(a.undefine)

# define
a = call(conn.defineXML, guest('a'))
world(a)
call(a.XMLDesc, 0)
call(a.XMLDesc, 2)
call(conn.defineXML, guest('a', '<title>again</title>'))
call(a.isUpdated)
call(conn.defineXML, guest('a').replace('<name>a<', '<name>b<'), label='another name, same uuid')
call(conn.defineXML, guest('b').replace('<name>b<', '<name>a<'), label='same name, another uuid')
call(conn.defineXML, guest('a').replace("type='test'", "type='qemu'"), label='type qemu')
call(conn.defineXML, guest('a').replace("type='test'", "type='bogus'"), label='type bogus')
call(conn.defineXML, guest('a').replace(" type='test'", ""), label='no type')
call(conn.defineXML, guest('a').replace("<name>a</name>", ""), label='no name')
call(conn.defineXML, guest('a').replace("<os><type>hvm</type></os>", ""), label='no os')
call(conn.defineXML, guest('a').replace("hvm", "xen"), label='os xen')
call(conn.defineXML, guest('a').replace("hvm", "linux"), label='os linux')
call(conn.defineXML, guest('a').replace("hvm", "exe"), label='os exe')
call(conn.defineXML, guest('a').replace("hvm", "uml"), label='os uml')
call(conn.defineXML, guest('a').replace("hvm", "x"), label='os x')
call(conn.defineXML, guest('a').replace("<type>", "<type arch='x86_64'>"), label='arch x86_64')
call(conn.defineXML, guest('a').replace("<type>", "<type arch='x86_64' machine='pc'>"), label='machine pc')
call(conn.defineXML, guest('a').replace("<type>", "<type machine='q35'>"), label='machine q35')
call(conn.defineXML, guest('a').replace("<type>", "<type arch='x'>"), label='arch x')
call(conn.defineXML, guest('a').replace(" unit='KiB'>65536", ">x"), label='memory x')
call(conn.defineXML, guest('a').replace("<vcpu current='1'>2", "<vcpu>x"), label='vcpu x')
call(conn.defineXML, guest('a').replace("<vcpu current='1'>2", "<vcpu>64"), label='64 cpus')
call(conn.defineXML, guest('a').replace("<vcpu current='1'>2", "<vcpu>0"), label='no cpu')
call(conn.defineXML, '<domain')
call(conn.defineXML, '<network/>')
call(conn.defineXML, '')
for flags in (0, 1, 2, 4):
    call(conn.defineXMLFlags, guest('a'), flags)
call(conn.defineXMLFlags, guest('a', '<bogus/>'), 1, label='validated, with something unknown')
call(conn.defineXML, guest('a', '<bogus/>'), label='with something unknown')
world(a)

# define while it runs
call(a.create)
call(conn.defineXML, guest('a', '<title>next</title>'))
call(a.isUpdated)
call(a.XMLDesc, 0)
call(a.XMLDesc, 2)
call(a.undefine)
world(a)
call(a.XMLDesc, 0)
call(a.XMLDesc, 2)
call(a.setAutostart, 1)
call(a.undefine)
call(a.create)
call(conn.defineXML, guest('a', '<title>persistent</title>'))
world(a)
call(a.undefine)
call(a.destroy)
world()
for verb in (a.state, a.create, a.destroy, a.undefine, a.XMLDesc, a.info, a.isActive, a.isPersistent, a.isUpdated,
             a.suspend, a.resume, a.reboot, a.shutdown, a.reset, a.autostart, a.ID, a.name, a.UUIDString,
             a.maxMemory, a.maxVcpus, a.OSType, a.hasManagedSaveImage, a.managedSaveRemove, a.hasCurrentSnapshot):
    call(verb, label='gone: ' + verb.__name__)

# transient
t = call(conn.createXML, guest('t'), 0)
world(t)
call(t.XMLDesc, 0)
call(t.XMLDesc, 2)
call(conn.createXML, guest('t'), 0)
call(conn.createXML, guest('t').replace('<name>t<', '<name>u<'), 0, label='create: another name')
call(conn.createXML, guest('u').replace('<name>u<', '<name>t<'), 0, label='create: another uuid')
call(t.undefine)
call(t.setAutostart, 1)
call(t.suspend)
call(t.reboot)
world(t)
call(t.shutdown)
world()
for flags in (0, 1, 2, 4, 8, 16, 32, 64):
    t = call(conn.createXML, guest('t'), flags)
    if t:
        world(t)
        call(t.destroy)
for flags in (0, 1, 2):
    t = call(conn.createLinux, guest('t'), flags)
    if t:
        call(t.destroy)
call(conn.createXML, '<domain', 0)
call(conn.createXML, guest('t').replace("type='test'", "type='kvm'"), 0, label='create type kvm')
call(conn.createXML, guest('t', '<bogus/>'), 16, label='create validated')

# create from a definition that is off
a = call(conn.defineXML, guest('a', '<title>defined</title>'))
b = call(conn.createXML, guest('a', '<title>created</title>'), 0)
world(a)
call(a.XMLDesc, 2)
call(a.destroy)
world(a)
call(a.XMLDesc, 2)
call(conn.createXML, guest('a').replace('<name>a<', '<name>b<'), 0, label='create over a definition: name')
call(a.destroy)
call(a.undefine)

# autostart
a = call(conn.defineXML, guest('a'))
for value in (1, 1, 0, 2):
    call(a.setAutostart, value)
    call(a.autostart)
call(conn.listAllDomains, 1024)
call(conn.listAllDomains, 2048, keep=by_name)

# undefine
for flags in (1, 2, 4, 8, 12, 16, 32, 64, 96, 128):
    a = call(conn.defineXML, guest('a'))
    call(a.undefineFlags, flags)
call(a.undefine)
call(a.undefineFlags, 0)

# rename
a = call(conn.defineXML, guest('a'))
b = call(conn.defineXML, guest('b'))
for name in ('b', 'a', 'test', 'c', 'x/y', 'x\ny', '', '.', 'a b'):
    call(a.rename, name)
    call(a.name)
    world()
call(a.rename, 'd', 1)
call(a.create)
call(a.rename, 'e')
call(a.destroy)
call(a.XMLDesc, 0)
call(a.undefine)
call(a.rename, 'f')
call(b.undefine)
t = call(conn.createXML, guest('tr'), 0)
call(t.rename, 'f')
call(t.destroy)

# identifiers grow
for i in range(3):
    a = call(conn.createXML, guest('n%d' % i), 0)
call(conn.listDomainsID, keep=sorted)
for i in range(3):
    call(conn.lookupByName('n%d' % i).destroy)
a = call(conn.createXML, guest('n'), 0)
call(a.destroy)

# files and autodestroy
a = call(conn.defineXML, guest('a'))
call(a.createWithFiles, [], 0)
call(a.destroy)
call(a.createWithFiles, [0, 1], 0)
call(a.createWithFiles, [0], 2)
call(conn.createXMLWithFiles, guest('t'), [], 0)
call(conn.createXMLWithFiles, guest('u'), [0], 0)
call(conn.createXMLWithFiles, guest('v'), [], 2)
world()
other = libvirt.open('test:///default')
call(lambda: other.lookupByName('a').createWithFlags(2), label='autodestroy')
call(other.close)
world()

# a read-only connection
ro = libvirt.openReadOnly('test:///default')
d = ro.lookupByName('test')
for verb in (d.suspend, d.create, d.destroy, d.undefine, d.XMLDesc, d.state, d.reboot, d.shutdown):
    call(verb, label='read-only: ' + verb.__name__)
call(d.XMLDesc, 1, label='read-only: secrets')
call(ro.defineXML, guest('z'), label='read-only: define')

# the last one gone, the next host is new
call(test.undefine)
call(test.destroy)
world()
