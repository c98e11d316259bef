# SPDX-License-Identifier: LGPL-2.1-or-later
group host: Host and Hypervisor

command allocpages: grow or shrink the host's pools of huge pages
    number pagesize required complete=pagesize: size of a page, KiB or with a suffix
    number pagecount required: number of pages
    number cellno complete=cell: NUMA node
    flag add: add to the pool instead of setting its size
    flag all: on all NUMA nodes

command capabilities: print what the host and hypervisor offer as XML
    string xpath named
    flag wrap

command cpu-baseline: compute the CPU that all given ones can provide
    string file required complete=file: file with CPU descriptions
    flag features: list features one by one
    flag migratable: leave out what blocks migration

command cpu-compare: compare a CPU description with the host's CPU
    string file required complete=file: file with a CPU description
    flag error: fail if the CPU is not compatible
    flag validate

command cpu-models: list known CPU models of an architecture
    string arch required complete=arch

command domcapabilities: print what a kind of domain may use as XML
    string virttype complete=word:qemu,kvm,xen,lxc,test,hvf,bhyve,hyperv,kqemu,openvz,parallels,phyp,uml,vbox,vmware,vz
    string emulatorbin complete=emulator: path of the emulator
    string arch complete=arch
    string machine complete=machine
    string xpath named
    flag wrap
    flag disable-deprecated-features: switch deprecated features off
    flag expand-cpu-features: list features one by one
    flag supported-cpu-features: only features the host supports

command freecell: show free memory per NUMA node
    number cellno complete=cell: NUMA node
    flag all: all NUMA nodes

command freepages: show free pages per NUMA node
    number cellno complete=cell: NUMA node
    number pagesize complete=pagesize: size of a page, KiB or with a suffix
    flag all: all NUMA nodes

command hostname: print the host's name

command hypervisor-cpu-baseline: compute the CPU a hypervisor can provide on all hosts
    string file complete=file: file with CPU descriptions
    string virttype complete=word:qemu,kvm,xen,lxc,test,hvf,bhyve,hyperv,kqemu,openvz,parallels,phyp,uml,vbox,vmware,vz
    string emulator complete=emulator
    string arch complete=arch
    string machine complete=machine
    flag features: list features one by one
    flag migratable: leave out what blocks migration
    string model: name of a CPU model
    flag ignore-host: do not take the host into account

command hypervisor-cpu-compare: compare a CPU description with what a hypervisor provides
    string file required complete=file: file with a CPU description
    string virttype complete=word:qemu,kvm,xen,lxc,test,hvf,bhyve,hyperv,kqemu,openvz,parallels,phyp,uml,vbox,vmware,vz
    string emulator complete=emulator
    string arch complete=arch
    string machine complete=machine
    flag error: fail if the CPU is not compatible
    flag validate

command maxvcpus: print the most virtual CPUs a domain may have
    string type complete=word:qemu,kvm,xen,lxc,test,hvf,bhyve,hyperv,kqemu,openvz,parallels,phyp,uml,vbox,vmware,vz: kind of domain

command node-memory-tune: show or change page sharing of the host
    number shm-pages-to-scan: pages to scan before sleeping
    number shm-sleep-millisecs: sleep between scans in milliseconds
    number shm-merge-across-nodes: whether to share pages between NUMA nodes

command nodecpumap: show which host CPUs are present and online
    flag pretty

command nodecpustats: show CPU time of the host
    number cpu complete=hostcpu: number of the CPU
    flag percent: in percent over one second

command nodeinfo: show CPUs and memory of the host

command nodememstats: show memory figures of the host
    number cell: NUMA node

command nodesevinfo: show AMD SEV data of the host

command nodesuspend: put the host to sleep for a while
    string target required complete=word:mem,disk,hybrid: mem, disk or hybrid
    number duration required: seconds, at least 60

command sysinfo: print the host's firmware tables as XML

command uri: print the URI of the connection

command version: print versions of library, driver and hypervisor
    flag daemon: the daemon's version too

command hypervisor-cpu-models: list the CPU models a hypervisor can run
    string virttype named complete=word:qemu,kvm,xen,lxc,test,hvf,bhyve,hyperv,kqemu,openvz,parallels,phyp,uml,vbox,vmware,vz
    string emulator named complete=emulator
    string arch named complete=arch
    string machine named complete=machine
    flag all: models the host cannot run, too
