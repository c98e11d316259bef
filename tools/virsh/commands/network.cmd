# SPDX-License-Identifier: LGPL-2.1-or-later
group network: Networking

command net-autostart: choose whether a network starts together with the host
    string network required complete=network
    flag disable: do not start it with the host

command net-create: start a transient network from an XML file
    string file required complete=file
    flag validate

command net-define: store a network from an XML file
    string file required complete=file
    flag validate

command net-destroy: stop a network
    string network required complete=network

command net-dhcp-leases: list addresses handed out on a network
    string network required complete=network
    string mac: only the lease of this MAC address

command net-dumpxml: print the XML of a network
    string network required complete=network
    flag inactive: the stored configuration
    string xpath named
    flag wrap

command net-edit: change the XML of a network in an editor
    string network required complete=network

command net-event: wait for network events and print them
    string network complete=network: only of this network
    string event complete=netevent
    flag loop
    number timeout
    flag list
    flag timestamp

command net-info: show the main facts about a network
    string network required complete=network

command net-list: list networks
    flag inactive
    flag all
    flag persistent: persistent networks
    flag transient
    flag autostart
    flag no-autostart
    flag uuid
    flag name
    flag table
    flag title: show titles

command net-name: print the name of a network
    string network required complete=network

command net-start: start a network
    string network required complete=network

command net-undefine: forget a network
    string network required complete=network

command net-update: change one part of a network
    string network required complete=network
    string command required complete=word:add,add-first,add-last,delete,modify: add-first, add-last (or add), delete or modify
    string section required complete=word:bridge,domain,ip,ip-dhcp-host,ip-dhcp-range,forward,forward-interface,forward-pf,portgroup,dns-host,dns-txt,dns-srv: section of the network's XML
    string xml required complete=file: the element, or a file with it
    number parent-index: which parent element, counted from 0
    flag config
    flag live
    flag current

command net-uuid: print the UUID of a network
    string network required complete=network

command net-port-list: list the ports of a network
    string network required complete=network
    flag uuid
    flag table

command net-port-create: create a network port from XML
    string network required complete=network
    string file required complete=file
    flag validate

command net-port-dumpxml: print the XML of a network port
    string network required complete=network
    string port required complete=netport: UUID of the port
    string xpath named
    flag wrap

command net-port-delete: remove a network port
    string network required complete=network
    string port required complete=netport: UUID of the port

command net-desc: show or change the description or title of a network
    string network required complete=network
    flag live
    flag config
    flag current
    flag title
    flag edit
    words new-desc: the new text

command net-metadata: show or change a metadata element of a network
    string network required complete=network
    string uri required
    flag live
    flag config
    flag current
    flag edit
    string key named
    string set named
    flag remove
