# SPDX-License-Identifier: LGPL-2.1-or-later
group domain: Domain Management

command attach-device: plug in the device that an XML file describes
    string domain required complete=domain
    string file required complete=file
    flag persistent
    flag config
    flag live
    flag current

command attach-disk: plug in a disk put together from options
    string domain required complete=domain
    string source required complete=file: file, device or name that holds the data
    string target required: name of the disk in the guest, such as vda
    string targetbus complete=word:virtio,sata,scsi,ide,usb,fdc,sd,xen: bus of the disk, such as virtio or sata
    string driver complete=word:qemu: name of the backend driver, such as qemu
    string subdriver complete=word:raw,qcow2,qed,vmdk,vdi,vpc,luks: format of the data, such as raw or qcow2
    string iothread complete=iothread
    string cache complete=word:none,writeback,writethrough,directsync,unsafe,default: cache mode
    string io complete=word:threads,native,io_uring: I/O policy
    string type complete=word:disk,cdrom,floppy,lun: disk, cdrom, floppy or lun
    string mode complete=word:readonly,shareable: readonly or shareable
    string sourcetype complete=word:file,block,network: kind of source: file, block or network
    string serial: serial number shown to the guest
    string wwn: world wide name of the disk
    string alias: alias given by the user
    flag rawio: allow raw I/O
    string address: address on the bus
    flag multifunction: the PCI address has several functions
    flag print-xml
    string source-protocol complete=word:nbd,rbd,iscsi,gluster,http,https,ssh,nfs: protocol of the network source
    string source-host-name: host[:port] of the network source
    string source-host-transport complete=word:tcp,unix,rdma: transport to the host of the source
    string source-host-socket complete=file: path of the socket to the source
    flag persistent
    string throttle-groups named: names of throttle groups, separated by commas
    flag config
    flag live
    flag current

command attach-interface: plug in a network interface put together from options
    string domain required complete=domain
    string type required complete=word:network,bridge,direct,hostdev,user,ethernet,vhostuser,vdpa: kind of interface, such as network or bridge
    string source required complete=network: network, bridge or device it is connected to
    string target: name of the interface on the host
    string mac complete=domif: MAC address
    string script complete=file: script that sets the interface up
    string model complete=word:virtio,e1000,e1000e,rtl8139,vmxnet3: model shown to the guest
    string alias: alias given by the user
    string inbound: limits of incoming traffic: average[,peak,burst,floor]
    string outbound: limits of outgoing traffic: average[,peak,burst]
    flag persistent
    flag config
    flag live
    flag current
    flag print-xml
    flag managed: take the device from the host's driver and give it back by itself
    string source-mode complete=word:server,client: mode of a direct interface

command autostart: choose whether a domain starts together with the host
    string domain required complete=domain
    flag disable: do not start it with the host
    flag once: start it with the host next time only

command blkdeviotune: show or change the throughput limits of one disk
    string domain required complete=domain
    string device required complete=disk: target or source path of the disk
    number total-bytes-sec
    number read-bytes-sec
    number write-bytes-sec
    number total-iops-sec
    number read-iops-sec
    number write-iops-sec
    number total-bytes-sec-max
    number read-bytes-sec-max
    number write-bytes-sec-max
    number total-iops-sec-max
    number read-iops-sec-max
    number write-iops-sec-max
    number size-iops-sec
    string group-name
    number total-bytes-sec-max-length
    number read-bytes-sec-max-length
    number write-bytes-sec-max-length
    number total-iops-sec-max-length
    number read-iops-sec-max-length
    number write-iops-sec-max-length
    flag config
    flag live
    flag current

command blkiotune: show or change the block I/O weights and limits of a domain
    string domain required complete=domain
    number weight: weight of the domain's block I/O
    string device-weights: weights per host device: path,weight[,path,weight]...
    string device-read-iops-sec: read operations a second per host device: path,number...
    string device-write-iops-sec: write operations a second per host device: path,number...
    string device-read-bytes-sec: bytes read a second per host device: path,number...
    string device-write-bytes-sec: bytes written a second per host device: path,number...
    flag config
    flag live
    flag current

command blockcommit: merge overlay images down into a base image
    string domain required complete=domain
    string path required complete=disk
    number bandwidth
    string base complete=disk
    flag shallow: merge only one image
    string top complete=disk: topmost image to merge
    flag active: merge the active image too
    flag delete: delete the images that were merged
    flag wait
    flag verbose
    number timeout
    flag pivot
    flag keep-overlay: finish without switching to the base
    flag async
    flag keep-relative
    flag bytes

command blockcopy: mirror a disk to another destination
    string domain required complete=domain
    string path required complete=disk
    string dest complete=file: path of the copy
    number bandwidth
    flag shallow: copy only the active image and share its backing images
    flag reuse-external
    flag blockdev: the destination is a block device
    flag wait
    flag verbose
    number timeout
    flag pivot
    flag finish: end mirroring when the copy is complete
    flag async
    string xml complete=file
    string format complete=word:raw,qcow2,qed,vmdk,vdi,vpc,luks,bochs,cloop,cow,dir,dmg,fat,iso,ploop,qcow,vhd
    number granularity: size of a copied unit in bytes
    number buf-size: most data on the way, in bytes
    flag bytes
    flag transient-job: the job need not survive the domain
    flag synchronous-writes: write to both before answering the guest
    flag print-xml
    flag dest-is-zero: the destination reads as zeros

command blockjob: look at or steer the block job of a disk
    string domain required complete=domain
    string path required complete=disk
    flag abort: cancel the job
    flag async
    flag pivot
    flag info: show progress
    flag bytes
    flag raw: print numbers only
    number bandwidth

command blockpull: pull the contents of backing images into the active image
    string domain required complete=domain
    string path required complete=disk
    number bandwidth
    string base complete=disk
    flag wait
    flag verbose
    number timeout
    flag async
    flag keep-relative
    flag bytes

command blockresize: change the size of a disk while the domain runs
    string domain required complete=domain
    string path required complete=disk
    number size: new size in KiB, or with a suffix
    flag capacity: grow to the size of the block device below
    flag extend: refuse to shrink

command change-media: insert, eject or exchange a CD or floppy
    string domain required complete=domain
    string path required complete=disk
    string source empty complete=file: image or device to insert
    flag eject: take the medium out
    flag insert: put a medium in
    flag update: exchange the medium
    flag current
    flag live
    flag config
    flag force: do not wait for the guest to unlock the drive
    flag print-xml
    flag block: the source is a block device

command console: open the text console of a domain
    string domain required complete=domain
    string devname complete=console: alias of the device
    flag force: take the console over from another user
    flag safe: connect only if nobody else can be disturbed
    flag resume: let the domain run once connected

command cpu-stats: show CPU time per host CPU and in total
    string domain required complete=domain
    flag total: the total only
    number start: first CPU to show
    number count: number of CPUs to show

command create: start a transient domain from an XML file
    string file required complete=file
    flag console
    flag paused
    flag autodestroy
    string pass-fds
    flag validate
    flag reset-nvram

command define: store a domain from an XML file without starting it
    string file required complete=file
    flag validate

command desc: show or change the description or title of a domain
    string domain required complete=domain
    flag live
    flag config
    flag current
    flag title
    flag edit
    words new-desc empty: the new text

command destroy: stop a domain at once, as if the plug were pulled
    string domain required complete=domain
    flag graceful: only if it can be stopped gently
    flag remove-logs: delete its log files too

command detach-device: unplug the device that an XML file describes
    string domain required complete=domain
    string file required complete=file
    flag persistent
    flag config
    flag live
    flag current

command detach-device-alias: unplug the device that has the given alias
    string domain required complete=domain
    string alias required complete=alias: alias of the device
    flag config
    flag live
    flag current

command detach-disk: unplug the disk with the given target
    string domain required complete=domain
    string target required complete=disk: target name of the disk
    flag persistent
    flag config
    flag live
    flag current
    flag print-xml

command detach-interface: unplug a network interface
    string domain required complete=domain
    string type complete=word:network,bridge,direct,hostdev,user,ethernet,vhostuser,vdpa: kind of interface, such as network or bridge
    string mac complete=domif: MAC address
    flag persistent
    flag config
    flag live
    flag current
    flag print-xml

command domdisplay: print the URI of the graphical display
    string domain required complete=domain
    flag include-password: put the password into the URI
    string type complete=word:vnc,spice,rdp,dbus: graphics type, such as vnc or spice
    flag all: all displays

command domfsfreeze: freeze file systems inside the guest
    string domain required complete=domain
    words mountpoint complete=mountpoint

command domfsthaw: thaw file systems inside the guest
    string domain required complete=domain
    words mountpoint complete=mountpoint

command domfsinfo: list the file systems mounted in the guest
    string domain required complete=domain

command domfstrim: discard unused blocks in the guest's file systems
    string domain required complete=domain
    number minimum: ignore free ranges smaller than this many bytes
    string mountpoint complete=mountpoint

command domhostname: print the host name the guest uses
    string domain required complete=domain
    string source complete=word:agent,lease: where to ask: agent or lease

command domid: print the id of a domain
    string domain required complete=domain

command domif-setlink: plug or pull the virtual cable of an interface
    string domain required complete=domain
    string interface required complete=domif
    string state required complete=word:up,down: up or down
    flag config
    flag print-xml

command domiftune: show or change the bandwidth limits of an interface
    string domain required complete=domain
    string interface required complete=domif
    string inbound: limits of incoming traffic: average[,peak,burst,floor]
    string outbound: limits of outgoing traffic: average[,peak,burst]
    flag config
    flag live
    flag current

command domjobabort: cancel the job that runs on a domain
    string domain required complete=domain
    flag postcopy: interrupt a post-copy migration

command domjobinfo: show the progress of the job that runs on a domain
    string domain required complete=domain
    flag completed: of the job that ended last
    flag keep-completed: do not forget the figures after showing them
    flag anystats: running or ended job
    flag rawstats: print all fields as they come

command domlaunchsecinfo: show launch security values of a confidential guest
    string domain required complete=domain

command domsetlaunchsecstate: inject a secret into a confidential guest
    string domain required complete=domain
    string secrethdr named complete=file: file with the header of the secret
    string secret named complete=file: file with the secret
    number set-address: guest address to put it at

command domname: print the name of a domain
    string domain required complete=domain

command domrename: give an inactive domain another name
    string domain required complete=domain
    string new-name required: the new name

command dompmsuspend: put the guest to sleep by its power management
    string domain required complete=domain
    string target required complete=word:mem,disk,hybrid: mem, disk or hybrid
    number duration named: wake up after this many seconds

command dompmwakeup: wake a guest that sleeps
    string domain required complete=domain

command domuuid: print the UUID of a domain
    string domain required complete=domain

command domxml-from-native: translate a hypervisor's own configuration to XML
    string format required complete=word:qemu-argv,lxc-tools,xen-xl,xen-xm: name of the native format
    string config required complete=file: file in the native format

command domxml-to-native: translate domain XML to a hypervisor's own configuration
    string format required complete=word:qemu-argv,lxc-tools,xen-xl,xen-xm: name of the native format
    string domain named complete=domain: domain to translate
    string xml complete=file: file with domain XML

command dump: write the memory of a domain to a file for analysis
    string domain required complete=domain
    string file required complete=file: file to write
    flag live: let the domain run meanwhile
    flag crash: stop the domain afterwards
    flag bypass-cache
    flag reset: reset the domain afterwards
    flag verbose
    flag memory-only: memory without device state
    string format complete=word:elf,kdump-zlib,kdump-lzo,kdump-snappy,win-dmp: format of the file

command dumpxml: print the XML of a domain
    string domain required complete=domain
    flag inactive: the stored configuration
    flag security-info
    flag update-cpu: show the CPU as the host provides it
    flag migratable: in a form for other hosts
    string xpath named
    flag wrap

command edit: change the stored XML of a domain in an editor
    string domain required complete=domain
    flag skip-validate: do not check against the schema

command get-user-sshkeys: list the SSH keys a guest user accepts
    string domain required complete=domain
    string user required

command inject-nmi: send a non-maskable interrupt to the guest
    string domain required complete=domain

command iothreadinfo: list the I/O threads of a domain
    string domain required complete=domain
    flag config
    flag live
    flag current

command iothreadpin: bind an I/O thread to host CPUs
    string domain required complete=domain
    number iothread required
    string cpulist required complete=hostcpu
    flag config
    flag live
    flag current

command iothreadadd: give a domain one more I/O thread
    string domain required complete=domain
    number id required
    flag config
    flag live
    flag current

command iothreadset: tune an I/O thread
    string domain required complete=domain
    number id required
    number poll-max-ns: longest polling time in nanoseconds
    number poll-grow: factor by which polling time grows
    number poll-shrink: divisor by which polling time shrinks
    number poll-weight named: weight of a polling event
    number thread-pool-min: fewest worker threads
    number thread-pool-max: most worker threads
    flag config
    flag live
    flag current

command iothreaddel: take an I/O thread away
    string domain required complete=domain
    number id required
    flag config
    flag live
    flag current

command send-key: press keys on the guest's keyboard
    string domain required complete=domain
    string codeset named complete=word:linux,xt,atset1,atset2,atset3,os_x,xt_kbd,win32,usb,qnum: name of the key code set, linux by default
    number holdtime named: how long to hold the keys, in milliseconds
    words keycode required complete=key: key as name or number

command send-process-signal: send a signal to a process of the guest
    string domain required complete=domain
    string pid required
    string signame required complete=word:nop,hup,int,quit,ill,trap,abrt,bus,fpe,kill,usr1,segv,usr2,pipe,alrm,term,stkflt,chld,cont,stop,tstp,ttin,ttou,urg,xcpu,xfsz,vtalrm,prof,winch,poll,pwr,sys,rt0,rt1,rt2,rt3,rt4,rt5,rt6,rt7,rt8,rt9,rt10,rt11,rt12,rt13,rt14,rt15,rt16,rt17,rt18,rt19,rt20,rt21,rt22,rt23,rt24,rt25,rt26,rt27,rt28,rt29,rt30,rt31,rt32: name or number of the signal

command lxc-enter-namespace: run a program inside a container
    string domain required complete=domain
    flag noseclabel: keep the security label of this process
    words cmd required: program and its arguments

command managedsave: save a domain to disk and stop it, restoring at the next start
    string domain required complete=domain
    flag bypass-cache
    flag running
    flag paused
    flag verbose

command managedsave-remove: discard the managed save image of a domain
    string domain required complete=domain

command managedsave-edit: change the XML inside a managed save image in an editor
    string domain required complete=domain
    flag running
    flag paused

command managedsave-dumpxml: print the XML inside a managed save image
    string domain required complete=domain
    flag security-info
    string xpath named
    flag wrap

command managedsave-define: replace the XML inside a managed save image
    string domain required complete=domain
    string xml required complete=file: file with the new XML
    flag running
    flag paused

command memtune: show or change the memory limits of a domain
    string domain required complete=domain
    number hard-limit: most memory, KiB or with a suffix
    number soft-limit: memory to fall to when the host is short
    number swap-hard-limit: most memory and swap together
    number min-guarantee: memory guaranteed
    flag config
    flag live
    flag current

command perf: show or switch the performance events of a domain
    string domain required complete=domain
    string enable complete=word:cmt,mbmt,mbml,cpu_cycles,instructions,cache_references,cache_misses,branch_instructions,branch_misses,bus_cycles,stalled_cycles_frontend,stalled_cycles_backend,ref_cpu_cycles,cpu_clock,task_clock,page_faults,context_switches,cpu_migrations,page_faults_min,page_faults_maj,alignment_faults,emulation_faults: events to switch on, separated by commas
    string disable complete=word:cmt,mbmt,mbml,cpu_cycles,instructions,cache_references,cache_misses,branch_instructions,branch_misses,bus_cycles,stalled_cycles_frontend,stalled_cycles_backend,ref_cpu_cycles,cpu_clock,task_clock,page_faults,context_switches,cpu_migrations,page_faults_min,page_faults_maj,alignment_faults,emulation_faults: events to switch off, separated by commas
    flag config
    flag live
    flag current

command metadata: show or change a metadata element of a domain
    string domain required complete=domain
    string uri required
    flag live
    flag config
    flag current
    flag edit
    string key
    string set
    flag remove

command migrate: move a domain to another host
    string domain required complete=domain
    string desturi required: URI of the destination host
    flag live: let the guest run meanwhile
    flag offline: move a stored definition
    flag p2p: the source host talks to the destination itself
    flag direct: the hypervisor migrates by itself
    flag tunnelled: carry the data inside the management connection
    flag persistent: store the domain at the destination
    flag undefinesource: forget the domain at the source
    flag suspend: leave the domain paused at the destination
    flag copy-storage-all: copy disks that are not shared, whole
    flag copy-storage-inc: copy disks that are not shared, over a common base
    flag copy-storage-synchronous-writes: write to both sides before answering the guest
    flag change-protection: refuse other changes of the domain meanwhile
    flag unsafe: migrate although data may be lost
    flag verbose
    flag compressed: compress memory
    flag auto-converge: slow the guest down if it writes too fast
    flag rdma-pin-all: pin all memory for RDMA
    flag abort-on-error: cancel on I/O errors
    flag postcopy: allow post-copy
    flag postcopy-after-precopy: switch to post-copy after one pass
    flag postcopy-resume: resume an interrupted post-copy migration
    flag zerocopy: send without copying in the host
    string migrateuri: URI for the data
    string graphicsuri: URI that graphics clients are sent to
    string listen-address: address the destination listens on
    string dname: name of the domain at the destination
    number timeout: act after this many seconds
    flag timeout-suspend: at the timeout, suspend the domain
    flag timeout-postcopy: at the timeout, switch to post-copy
    string xml complete=file: file with XML for the destination
    string migrate-disks complete=disk: disks to copy, separated by commas
    string migrate-disks-detect-zeroes named: disks to look for zeros in
    string migrate-disks-target-zero named: disks whose destination reads as zeros
    number disks-port: port for disk data
    string disks-uri: URI for disk data
    string comp-methods complete=word:mt,xbzrle,zlib,zstd: compression methods, separated by commas
    number comp-mt-level: level of mt compression
    number comp-mt-threads: compressing threads
    number comp-mt-dthreads: decompressing threads
    number comp-xbzrle-cache: cache size of xbzrle
    number comp-zlib-level named: level of zlib compression
    number comp-zstd-level named: level of zstd compression
    number auto-converge-initial: first slow-down in percent
    number auto-converge-increment: further slow-down in percent
    string persistent-xml complete=file: file with XML stored at the destination
    flag tls: encrypt the data
    number postcopy-bandwidth: limit of post-copy in MiB/s
    flag parallel: use several connections
    number parallel-connections: number of connections
    number bandwidth
    string tls-destination: name expected in the destination's certificate
    number available-switchover-bandwidth named: bandwidth assumed for the last phase, MiB/s

command migrate-setmaxdowntime: limit how long a migration may stop the guest
    string domain required complete=domain
    number downtime required: longest pause in milliseconds

command migrate-getmaxdowntime: print how long a migration may stop the guest
    string domain required complete=domain

command migrate-compcache: show or change the compression cache of a migration
    string domain required complete=domain
    number size named: size of the cache in bytes

command migrate-setspeed: limit the bandwidth of migrations
    string domain required complete=domain
    number bandwidth required
    flag postcopy: the limit of post-copy

command migrate-getspeed: print the bandwidth limit of migrations
    string domain required complete=domain
    flag postcopy: the limit of post-copy

command migrate-postcopy: switch a running migration to post-copy
    string domain required complete=domain

command numatune: show or change the NUMA placement of a domain
    string domain required complete=domain
    string mode complete=word:strict,preferred,interleave,restrictive: placement mode
    string nodeset: nodes to take memory from
    flag config
    flag live
    flag current

command qemu-attach: adopt a QEMU process that something else started
    string pid required: number of the QEMU process

command qemu-monitor-command: send a command to QEMU's monitor
    string domain required complete=domain
    flag hmp: the command is in QEMU's human language
    flag pretty
    flag return-value: print only what the reply returns
    string pass-fds named
    words cmd required: the command; several words are joined by blanks

command qemu-monitor-event: print events of QEMU's monitor
    string domain complete=domain
    string event complete=word:STOP,RESUME,SHUTDOWN,POWERDOWN,RESET,BLOCK_JOB_COMPLETED,BLOCK_JOB_READY,BLOCK_IO_ERROR,DEVICE_DELETED,RTC_CHANGE,WATCHDOG,GUEST_PANICKED: name of the event, or a pattern
    flag pretty
    flag loop
    number timeout
    flag regex: the name is a regular expression
    flag no-case: ignore case in the name
    flag timestamp

command qemu-agent-command: send a command to the agent inside the guest
    string domain required complete=domain
    number timeout named: seconds to wait for the answer
    flag async: do not wait
    flag block: wait without limit
    flag pretty
    words cmd required: the command; several words are joined by blanks

command guest-agent-timeout: set how long to wait for the guest agent
    string domain required complete=domain
    number timeout named: seconds; -2 waits for ever, -1 is the default, 0 does not wait

command reboot: ask the guest to restart
    string domain required complete=domain
    string mode complete=word:acpi,agent,initctl,signal,paravirt: ways to try: acpi, agent, initctl, signal, paravirt

command reset: press the reset button of a domain
    string domain required complete=domain

command restore: start a domain from a saved state file
    string file required complete=file: saved state file
    flag bypass-cache
    string xml complete=file: file with XML to use instead
    flag running
    flag paused
    flag reset-nvram
    number parallel-channels named: number of channels to use

command resume: let a suspended domain run again
    string domain required complete=domain

command save: save the state of a domain to a file and stop it
    string domain required complete=domain
    string file required complete=file: saved state file
    flag bypass-cache
    string xml complete=file: file with XML to use instead
    flag running
    flag paused
    flag verbose
    number parallel-channels named: number of channels to use
    string image-format named complete=word:raw,gzip,bzip2,xz,lzop,zstd: format of the saved state

command save-image-define: replace the XML inside a saved state file
    string file required complete=file: saved state file
    string xml required complete=file: file with XML to use instead
    flag running
    flag paused

command save-image-dumpxml: print the XML inside a saved state file
    string file required complete=file: saved state file
    flag security-info
    string xpath named
    flag wrap

command save-image-edit: change the XML inside a saved state file in an editor
    string file required complete=file: saved state file
    flag running
    flag paused

command schedinfo: show or change CPU scheduler parameters
    string domain required complete=domain
    number weight named: weight, for the credit scheduler
    number cap named: cap, for the credit scheduler
    flag current
    flag config
    flag live
    words set: parameter=value

command screenshot: store a picture of the guest's screen
    string domain required complete=domain
    string file complete=file: file to write; a name is made up without it
    number screen: number of the screen

command set-lifecycle-action: choose what follows power off, reboot or crash
    string domain required complete=domain
    string type required complete=word:poweroff,reboot,crash: poweroff, reboot or crash
    string action required complete=word:destroy,restart,rename-restart,preserve,coredump-destroy,coredump-restart: destroy, restart, rename-restart, preserve, coredump-destroy or coredump-restart
    flag config
    flag live
    flag current

command set-user-sshkeys: change the SSH keys a guest user accepts
    string domain required complete=domain
    string user required
    string file complete=file: file with keys
    flag reset: replace all keys
    flag remove: remove the keys

command set-user-password: set the password of a guest user
    string domain required complete=domain
    string user required
    string password required: the new password
    flag encrypted: the password is hashed already

command setmaxmem: change the most memory a domain may get
    string domain required complete=domain
    number size required: memory, KiB or with a suffix
    flag config
    flag live
    flag current

command setmem: change the memory a domain has now
    string domain required complete=domain
    number size required: memory, KiB or with a suffix
    flag config
    flag live
    flag current

command setvcpus: change the number of virtual CPUs
    string domain required complete=domain
    number count required: number of virtual CPUs
    flag maximum: change the upper bound of the stored configuration
    flag config
    flag live
    flag current
    flag guest: let the agent switch CPUs inside the guest
    flag hotpluggable: make the CPUs hot-unpluggable
    flag async: return before the guest has reacted

command shutdown: ask the guest to power off
    string domain required complete=domain
    string mode complete=word:acpi,agent,initctl,signal,paravirt: ways to try: acpi, agent, initctl, signal, paravirt

command start: start a defined domain
    string domain required complete=domain
    flag console
    flag paused
    flag autodestroy
    flag bypass-cache
    flag force-boot: discard a managed save image
    string pass-fds
    flag reset-nvram

command suspend: stop the virtual CPUs of a domain
    string domain required complete=domain

command ttyconsole: print the device of the text console
    string domain required complete=domain

command undefine: forget the stored configuration of a domain
    string domain required complete=domain
    flag managed-save: delete the managed save image
    string storage complete=disk: volumes to delete, targets or paths separated by commas
    flag remove-all-storage: delete all volumes of the domain
    flag delete-storage-volume-snapshots: delete snapshots of the volumes too
    flag wipe-storage: overwrite the volumes before
    flag snapshots-metadata
    flag checkpoints-metadata
    flag nvram: delete the firmware variables
    flag keep-nvram: keep the firmware variables
    flag tpm: delete the TPM state
    flag keep-tpm: keep the TPM state

command update-device: change a device to what an XML file describes
    string domain required complete=domain
    string file required complete=file
    flag persistent
    flag config
    flag live
    flag current
    flag force: do not wait for the guest to agree

command update-memory-device: change a memory device
    string domain required complete=domain
    flag config
    flag live
    flag current
    flag print-xml
    string alias complete=alias: alias of the device
    number node: guest NUMA node of the device
    number requested-size: size the guest shall use, KiB or with a suffix

command vcpucount: print numbers of virtual CPUs
    string domain required complete=domain
    flag maximum: the most virtual CPUs
    flag active: virtual CPUs in use
    flag live: of the running domain
    flag config: of the stored configuration
    flag current: of the current state
    flag guest: as seen inside the guest

command vcpuinfo: show state, time and placement of each virtual CPU
    string domain required complete=domain
    flag pretty

command vcpupin: show or change which host CPUs a virtual CPU may use
    string domain required complete=domain
    number vcpu complete=vcpu: number of the virtual CPU
    string cpulist complete=hostcpu
    flag config
    flag live
    flag current

command emulatorpin: show or change which host CPUs the emulator may use
    string domain required complete=domain
    string cpulist complete=hostcpu
    flag config
    flag live
    flag current

command vncdisplay: print address and number of the VNC display
    string domain required complete=domain

command guestvcpus: show or switch virtual CPUs from inside the guest
    string domain required complete=domain
    string cpulist complete=vcpu
    flag enable
    flag disable

command setvcpu: plug or unplug single virtual CPUs
    string domain required complete=domain
    string vcpulist required complete=vcpu: virtual CPUs
    flag enable
    flag disable
    flag config
    flag live
    flag current
    flag async: return before the guest has reacted

command domblkthreshold: ask for an event when a disk has written so far
    string domain required complete=domain
    string dev required complete=disk: target of the disk, with [index] for a backing image
    number threshold required: bytes written

command guestinfo: ask the agent for information about the guest
    string domain required complete=domain
    flag user: users logged in
    flag os: operating system
    flag timezone: time zone
    flag hostname: host name
    flag filesystem: file systems
    flag disk: disks
    flag interface: network interfaces
    flag load: load averages
    flag devices: devices

command domdirtyrate-calc: measure how fast the guest changes memory
    string domain required complete=domain
    number seconds: duration of the measurement
    string mode complete=word:page-sampling,dirty-bitmap,dirty-ring: page-sampling, dirty-bitmap or dirty-ring

command dom-fd-associate: hand open files to a domain under a name
    string domain required complete=domain
    string name required: name to use in the domain's XML
    string pass-fds required
    flag seclabel-writable: label the files for writing
    flag seclabel-restore: restore the labels afterwards

command domthrottlegroupset: create or change a group of disk throughput limits
    string domain required complete=domain
    string group-name required
    number total-bytes-sec named
    number read-bytes-sec named
    number write-bytes-sec named
    number total-iops-sec named
    number read-iops-sec named
    number write-iops-sec named
    number total-bytes-sec-max named
    number read-bytes-sec-max named
    number write-bytes-sec-max named
    number total-iops-sec-max named
    number read-iops-sec-max named
    number write-iops-sec-max named
    number size-iops-sec named
    number total-bytes-sec-max-length named
    number read-bytes-sec-max-length named
    number write-bytes-sec-max-length named
    number total-iops-sec-max-length named
    number read-iops-sec-max-length named
    number write-iops-sec-max-length named
    flag config
    flag live
    flag current

command domthrottlegroupdel: remove a group of disk throughput limits
    string domain required complete=domain
    string group-name required
    flag config
    flag live
    flag current

command domthrottlegroupinfo: show the limits of a throttle group
    string domain required complete=domain
    string group-name required
    flag inactive

command domthrottlegrouplist: list the throttle groups of a domain
    string domain required complete=domain
    flag inactive

command domifannounce: have the guest's interfaces announced to the network
    string domain required complete=domain
    string interface complete=domif
    number initial named: milliseconds before the first repetition
    number max named: longest time between repetitions, milliseconds
    number rounds named: number of announcements
    number step named: milliseconds added before each repetition

command domdisplay-reload: have a display read its certificates again
    string domain required complete=domain
    number type named: graphics type by number
