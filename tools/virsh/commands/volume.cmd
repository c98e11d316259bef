# SPDX-License-Identifier: LGPL-2.1-or-later
group volume: Storage Volume

command vol-clone: copy a volume inside its pool
    string vol required complete=volume
    string newname required: name of the copy
    string pool complete=pool
    flag prealloc-metadata
    flag reflink
    flag print-xml

command vol-create-as: create a volume put together from options
    string pool required complete=pool
    string name required: name of the volume
    string capacity required
    string allocation: space to allocate, in bytes or with a suffix
    string format complete=word:raw,qcow2,qed,vmdk,vdi,vpc,luks
    string backing-vol complete=volume: volume below the new one
    string backing-vol-format complete=word:raw,qcow2,qed,vmdk,vdi,vpc,luks: format of the volume below
    flag prealloc-metadata
    flag print-xml

command vol-create: create a volume from an XML file
    string pool required complete=pool
    string file required complete=file
    flag prealloc-metadata
    flag validate

command vol-create-from: create a volume with the contents of another
    string pool required complete=pool
    string file required complete=file
    string vol required complete=volume
    string inputpool complete=pool: pool of the volume to copy
    flag prealloc-metadata
    flag reflink
    flag validate

command vol-delete: delete a volume
    string vol required complete=volume
    string pool complete=pool
    flag delete-snapshots: delete snapshots of the volume too

command vol-download: copy the contents of a volume to a file
    string vol required complete=volume
    string file required complete=file: local file
    string pool complete=pool
    number offset: where in the volume to begin
    number length: bytes to copy
    flag sparse: keep holes

command vol-dumpxml: print the XML of a volume
    string vol required complete=volume
    string pool complete=pool
    string xpath named
    flag wrap

command vol-info: show type and sizes of a volume
    string vol required complete=volume
    string pool complete=pool
    flag bytes
    flag physical: show the physical size instead of the allocation

command vol-key: print the key of a volume
    string vol required complete=volume
    string pool complete=pool

command vol-list: list the volumes of a pool
    string pool required complete=pool
    flag details

command vol-name: print the name of a volume
    string vol required complete=volume

command vol-path: print the path of a volume
    string vol required complete=volume
    string pool complete=pool

command vol-pool: print the pool a volume belongs to
    string vol required complete=volume
    flag uuid: print the UUID instead of the name

command vol-resize: change the size of a volume
    string vol required complete=volume
    string capacity required
    string pool complete=pool
    flag allocate: allocate the new space
    flag delta: the size is a difference
    flag shrink: allow the volume to get smaller

command vol-upload: copy a file into a volume
    string vol required complete=volume
    string file required complete=file: local file
    string pool complete=pool
    number offset: where in the volume to begin
    number length: bytes to copy
    flag sparse: keep holes

command vol-wipe: overwrite the contents of a volume
    string vol required complete=volume
    string pool complete=pool
    string algorithm complete=word:zero,nnsa,dod,bsi,gutmann,schneier,pfitzner7,pfitzner33,random,trim: how to overwrite
