# SPDX-License-Identifier: LGPL-2.1-or-later
group filter: Network Filter

command nwfilter-define: store a network filter from an XML file
    string file required complete=file
    flag validate

command nwfilter-dumpxml: print the XML of a network filter
    string nwfilter required complete=nwfilter
    string xpath named
    flag wrap

command nwfilter-edit: change the XML of a network filter in an editor
    string nwfilter required complete=nwfilter

command nwfilter-list: list network filters

command nwfilter-undefine: forget a network filter
    string nwfilter required complete=nwfilter

command nwfilter-binding-create: bind a filter to a network port
    string file required complete=file
    flag validate

command nwfilter-binding-delete: remove a filter binding
    string binding required complete=binding: name of the port device

command nwfilter-binding-dumpxml: print the XML of a filter binding
    string binding required complete=binding: name of the port device
    string xpath named
    flag wrap

command nwfilter-binding-list: list filter bindings
