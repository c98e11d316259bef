# SPDX-License-Identifier: LGPL-2.1-or-later
# Help texts of options that mean the same in many commands.

common adapter-name: name of the host adapter
common adapter-parent: parent of the adapter
common adapter-parent-fabric-wwn: fabric WWN of the adapter's parent
common adapter-parent-wwnn: WWNN of the adapter's parent
common adapter-parent-wwpn: WWPN of the adapter's parent
common adapter-wwnn: WWNN of the adapter
common adapter-wwpn: WWPN of the adapter
common all: all of them, active or not
common arch: CPU architecture
common async: do not wait for the job to be gone
common auth-type: kind of authentication
common auth-username: user name for authentication
common autodestroy: stop the domain when this connection ends
common autostart: those that start with the host
common bandwidth: limit in MiB/s
common base: image at which to stop
common build: prepare the storage first
common bypass-cache: go around the host's page cache
common bytes: sizes are in bytes
common capacity: size, in bytes or with a suffix
common checkpointname: name of the checkpoint
common checkpoints-metadata: forget the checkpoints too
common children: with everything below
common children-only: everything below, but not itself
common config: act on the stored configuration, for the next start
common console: connect to the console afterwards
common cpulist: list of CPUs, such as 0-3,^2,6
common current: act on whatever state the domain is in
common desc: the description
common descendants: with all generations
common description: text that describes it
common details: show more columns
common device: name of the device
common disable: switch it off
common diskspec: disk and its settings: disk[,key=value]...
common domain: name, id or UUID of the domain
common edit: open an editor
common emulator: path of the emulator
common enable: switch it on
common event: name of the event to wait for
common file: XML file to read
common format: format of the file
common from: begin below this one
common full: print the full document
common group-name: name of the group of disks that share the limits
common human: print sizes with units
common id: number of the I/O thread
common inactive: inactive ones
common interface: name or MAC address of the interface
common iothread: number of the I/O thread
common keep-relative: keep backing names relative
common key: prefix of the namespace in the document
common leaves: those without children
common list: list the known event names
common live: act on the running domain
common loop: go on after the first event
common machine: machine type
common metadata: metadata only
common mountpoint: mount point in the guest
common name: print names only
common network: name or UUID of the network
common no-autostart: those that do not start with the host
common no-leaves: those with children
common no-overwrite: refuse to overwrite what is there
common nwfilter: name or UUID of the network filter
common overwrite: overwrite what is there
common parent: show the parents
common pass-fds: numbers of open files to hand over, separated by commas
common path: target or source path of the disk
common paused: the domain is paused afterwards
common persistent: keep a change of the running domain in the stored configuration
common pid: number of the process
common pivot: switch to the new image when the job is ready
common pool: name or UUID of the pool
common prealloc-metadata: allocate metadata ahead, such as qcow2 tables
common pretty: print in a form for people
common print-xml: print the XML and change nothing
common quiesce: freeze the guest's file systems meanwhile
common read-bytes-sec: read limit, bytes a second
common read-bytes-sec-max: read burst, bytes a second
common read-bytes-sec-max-length: seconds a read burst may last
common read-iops-sec: limit of read operations a second
common read-iops-sec-max: burst of read operations a second
common read-iops-sec-max-length: seconds a burst of reads may last
common redefine: take over metadata of an existing one
common reflink: share the blocks of both by a copy-on-write link
common remove: remove it
common reset-nvram: start with fresh firmware variables
common reuse-external: use the destination that exists already
common roots: those without parent
common running: the domain runs afterwards
common secret: UUID or usage of the secret
common secret-usage: usage of the secret with the password
common secret-uuid: UUID of the secret with the password
common security-info: show secrets too
common set: the new element
common size-iops-sec: size in bytes that counts as one operation
common snapshotname: name of the snapshot
common snapshots-metadata: forget the snapshots too
common source-dev: device that holds the storage
common source-format: format of the source
common source-host: host that serves the storage
common source-initiator: IQN of the initiator
common source-name: name of the source
common source-path: folder on the server
common source-protocol-ver: protocol version of the server
common table: print a table (the default)
common timeout: give up after this many seconds
common timestamp: print the time before each event
common title: show or change the title
common topological: parents before children
common total-bytes-sec: limit of read and write, bytes a second
common total-bytes-sec-max: burst of read and write, bytes a second
common total-bytes-sec-max-length: seconds a total burst may last
common total-iops-sec: limit of read and write operations a second
common total-iops-sec-max: burst of read and write operations a second
common total-iops-sec-max-length: seconds a burst of operations may last
common transient: transient ones
common tree: draw a tree
common uri: URI that names the element
common user: name of the guest user
common uuid: print UUIDs only
common validate: check the document against the schema
common verbose: show progress
common virttype: kind of virtualization, such as kvm or qemu
common vol: name, key or path of the volume
common wait: wait until the job is finished
common wrap: put the selected elements into one root element
common write-bytes-sec: write limit, bytes a second
common write-bytes-sec-max: write burst, bytes a second
common write-bytes-sec-max-length: seconds a write burst may last
common write-iops-sec: limit of write operations a second
common write-iops-sec-max: burst of write operations a second
common write-iops-sec-max-length: seconds a burst of writes may last
common xml: XML to use
common xmlfile: file with the XML
common xpath: print only what this XPath expression selects
