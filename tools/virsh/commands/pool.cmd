# SPDX-License-Identifier: LGPL-2.1-or-later
group pool: Storage Pool

command find-storage-pool-sources-as: look for sources a pool could use, by options
    string type required complete=word:dir,fs,netfs,logical,disk,iscsi,iscsi-direct,scsi,mpath,rbd,sheepdog,gluster,zfs,vstorage: type of pool
    string host: host to ask
    string port: port on the host
    string initiator: IQN of the initiator

command find-storage-pool-sources: look for sources a pool could use, by XML
    string type required complete=word:dir,fs,netfs,logical,disk,iscsi,iscsi-direct,scsi,mpath,rbd,sheepdog,gluster,zfs,vstorage: type of pool
    string srcSpec complete=file: file that describes where to look

command pool-autostart: choose whether a pool starts together with the host
    string pool required complete=pool
    flag disable: do not start it with the host

command pool-build: prepare the storage of a pool
    string pool required complete=pool
    flag no-overwrite
    flag overwrite

command pool-create-as: start a transient pool put together from options
    string name required: name of the pool
    string type required complete=word:dir,fs,netfs,logical,disk,iscsi,iscsi-direct,scsi,mpath,rbd,sheepdog,gluster,zfs,vstorage: type of the pool
    flag print-xml
    string source-host
    string source-path complete=file
    string source-dev complete=file
    string source-name
    string target complete=file: local path of the pool
    string source-format complete=word:auto,ext2,ext3,ext4,xfs,nfs,cifs,glusterfs,dos,gpt,lvm2
    string auth-type complete=word:chap,ceph
    string auth-username
    string secret-usage
    string secret-uuid complete=secret
    string adapter-name
    string adapter-wwnn
    string adapter-wwpn
    string adapter-parent complete=nodedev
    string adapter-parent-wwnn
    string adapter-parent-wwpn
    string adapter-parent-fabric-wwn
    string source-protocol-ver
    string source-initiator
    flag build
    flag no-overwrite
    flag overwrite

command pool-create: start a transient pool from an XML file
    string file required complete=file
    flag build
    flag no-overwrite
    flag overwrite

command pool-define-as: store a pool put together from options
    string name required: name of the pool
    string type required complete=word:dir,fs,netfs,logical,disk,iscsi,iscsi-direct,scsi,mpath,rbd,sheepdog,gluster,zfs,vstorage: type of the pool
    flag print-xml
    string source-host
    string source-path complete=file
    string source-dev complete=file
    string source-name
    string target complete=file: local path of the pool
    string source-format complete=word:auto,ext2,ext3,ext4,xfs,nfs,cifs,glusterfs,dos,gpt,lvm2
    string auth-type complete=word:chap,ceph
    string auth-username
    string secret-usage
    string secret-uuid complete=secret
    string adapter-name
    string adapter-wwnn
    string adapter-wwpn
    string adapter-parent complete=nodedev
    string adapter-parent-wwnn
    string adapter-parent-wwpn
    string adapter-parent-fabric-wwn
    string source-protocol-ver
    string source-initiator

command pool-define: store a pool from an XML file
    string file required complete=file
    flag validate

command pool-delete: delete the storage of a pool
    string pool required complete=pool

command pool-destroy: stop a pool, keeping its data
    string pool required complete=pool

command pool-dumpxml: print the XML of a pool
    string pool required complete=pool
    flag inactive: the stored configuration
    string xpath named
    flag wrap

command pool-edit: change the XML of a pool in an editor
    string pool required complete=pool

command pool-info: show the main facts about a pool
    string pool required complete=pool
    flag bytes

command pool-list: list storage pools
    flag inactive
    flag all
    flag transient
    flag persistent: persistent pools
    flag autostart
    flag no-autostart
    string type complete=word:dir,fs,netfs,logical,disk,iscsi,iscsi-direct,scsi,mpath,rbd,sheepdog,gluster,zfs,vstorage: only these types, separated by commas
    flag details
    flag uuid
    flag name

command pool-name: print the name of a pool
    string pool required complete=pool

command pool-refresh: read the contents of a pool again
    string pool required complete=pool

command pool-start: start a pool
    string pool required complete=pool
    flag build
    flag no-overwrite
    flag overwrite

command pool-undefine: forget a pool
    string pool required complete=pool

command pool-uuid: print the UUID of a pool
    string pool required complete=pool

command pool-event: wait for pool events and print them
    string pool complete=pool: only of this pool
    string event complete=poolevent
    flag loop
    number timeout
    flag list
    flag timestamp

command pool-capabilities: print which pool types are supported as XML
