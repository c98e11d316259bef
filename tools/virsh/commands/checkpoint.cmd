# SPDX-License-Identifier: LGPL-2.1-or-later
group checkpoint: Checkpoint

command checkpoint-create: create a checkpoint from XML
    string domain required complete=domain
    string xmlfile complete=file
    flag redefine
    flag redefine-validate: check redefined metadata
    flag quiesce

command checkpoint-create-as: create a checkpoint from options
    string domain required complete=domain
    string name: name of the checkpoint
    string description
    flag print-xml
    flag quiesce
    words diskspec

command checkpoint-delete: delete a checkpoint
    string domain required complete=domain
    string checkpointname required complete=checkpoint
    flag children
    flag children-only
    flag metadata: forget the metadata, leave the data

command checkpoint-dumpxml: print the XML of a checkpoint
    string domain required complete=domain
    string checkpointname required complete=checkpoint
    flag security-info
    flag no-domain: leave out the domain's XML
    flag size: show the size of the changes
    string xpath named
    flag wrap

command checkpoint-edit: change the XML of a checkpoint in an editor
    string domain required complete=domain
    string checkpointname required complete=checkpoint

command checkpoint-info: show the main facts about a checkpoint
    string domain required complete=domain
    string checkpointname required complete=checkpoint

command checkpoint-list: list the checkpoints of a domain
    string domain required complete=domain
    flag parent
    flag roots
    flag leaves
    flag no-leaves
    flag tree
    string from complete=checkpoint
    flag descendants
    flag name: print names only
    flag topological

command checkpoint-parent: print the parent of a checkpoint
    string domain required complete=domain
    string checkpointname required complete=checkpoint
