# SPDX-License-Identifier: LGPL-2.1-or-later
group snapshot: Snapshot

command snapshot-create: create a snapshot from XML
    string domain required complete=domain
    string xmlfile complete=file
    flag redefine
    flag current: make the redefined snapshot the current one
    flag no-metadata: take it without remembering it
    flag halt: stop the domain afterwards
    flag disk-only: disks without memory
    flag reuse-external
    flag quiesce
    flag atomic: all disks or none
    flag live: let the domain run meanwhile
    flag validate

command snapshot-create-as: create a snapshot from options
    string domain required complete=domain
    string name: name of the snapshot
    string description
    flag print-xml
    flag no-metadata: take it without remembering it
    flag halt: stop the domain afterwards
    flag disk-only: disks without memory
    flag reuse-external
    flag quiesce
    flag atomic: all disks or none
    flag live: let the domain run meanwhile
    flag validate
    string memspec named: where memory goes: [file=]name[,snapshot=type]
    words diskspec

command snapshot-current: show or choose the current snapshot
    string domain required complete=domain
    flag name: print the name only
    flag security-info
    string snapshotname complete=snapshot

command snapshot-delete: delete a snapshot
    string domain required complete=domain
    string snapshotname complete=snapshot
    flag current: the current snapshot
    flag children
    flag children-only
    flag metadata: forget the metadata, leave the data

command snapshot-dumpxml: print the XML of a snapshot
    string domain required complete=domain
    string snapshotname required complete=snapshot
    flag security-info
    string xpath named
    flag wrap

command snapshot-edit: change the XML of a snapshot in an editor
    string domain required complete=domain
    string snapshotname complete=snapshot
    flag current: the current snapshot
    flag rename: allow another name
    flag clone: store under another name, keep the old one

command snapshot-info: show the main facts about a snapshot
    string domain required complete=domain
    string snapshotname complete=snapshot
    flag current: the current snapshot

command snapshot-list: list the snapshots of a domain
    string domain required complete=domain
    flag parent
    flag roots
    flag leaves
    flag no-leaves
    flag metadata: those with metadata
    flag no-metadata: those without metadata
    flag inactive: taken while the domain was off
    flag active: taken while the domain ran
    flag disk-only: of disks only
    flag internal: kept inside images
    flag external: kept in images of their own
    flag tree
    string from complete=snapshot
    flag current: the current snapshot
    flag descendants
    flag name: print names only
    flag topological

command snapshot-parent: print the parent of a snapshot
    string domain required complete=domain
    string snapshotname complete=snapshot
    flag current: the current snapshot

command snapshot-revert: put a domain back to a snapshot
    string domain required complete=domain
    string snapshotname complete=snapshot
    flag current: the current snapshot
    flag running
    flag paused
    flag force: revert although it is risky
    flag reset-nvram
