# SPDX-License-Identifier: LGPL-2.1-or-later
group interface: Interface

command iface-begin: start a set of interface changes that can be undone

command iface-bridge: make a bridge and put an interface into it
    string interface required complete=iface
    string bridge required: name of the new bridge
    flag no-stp: without spanning tree protocol
    number delay: seconds to wait before forwarding
    flag no-start: do not bring the bridge up

command iface-commit: keep the changes made since iface-begin

command iface-define: store a host interface from an XML file
    string file required complete=file
    flag validate

command iface-destroy: take a host interface down
    string interface required complete=iface

command iface-dumpxml: print the XML of a host interface
    string interface required complete=iface
    flag inactive: the stored configuration
    string xpath named
    flag wrap

command iface-edit: change the XML of a host interface in an editor
    string interface required complete=iface

command iface-list: list host interfaces
    flag inactive
    flag all

command iface-mac: print the MAC address of a host interface
    string interface required complete=iface

command iface-name: print the name of the host interface with a MAC address
    string interface required complete=ifacemac

command iface-rollback: undo the changes made since iface-begin

command iface-start: bring a host interface up
    string interface required complete=iface

command iface-unbridge: take the interface out of a bridge and remove the bridge
    string bridge required complete=iface: name of the bridge
    flag no-start: do not bring the interface up

command iface-undefine: forget a host interface
    string interface required complete=iface
