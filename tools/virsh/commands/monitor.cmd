# SPDX-License-Identifier: LGPL-2.1-or-later
group monitor: Domain Monitoring

command domblkerror: list disks that met an I/O error
    string domain required complete=domain

command domblkinfo: show capacity and allocation of disks
    string domain required complete=domain
    string device complete=disk: target or source path of the disk
    flag human
    flag all: all disks

command domblklist: list the disks of a domain
    string domain required complete=domain
    flag inactive: of the stored configuration
    flag details: show type and device too

command domblkstat: show I/O counters of a disk
    string domain required complete=domain
    string device complete=disk: target or source path of the disk
    flag human

command domcontrol: show whether the hypervisor answers for a domain
    string domain required complete=domain

command domif-getlink: print the link state of an interface
    string domain required complete=domain
    string interface required complete=domif
    flag config: of the stored configuration

command domifaddr: list the addresses of a domain's interfaces
    string domain required complete=domain
    string interface complete=domif
    flag full: repeat name and address on each line
    string source complete=word:lease,agent,arp: where to ask: lease, agent or arp

command domiflist: list the network interfaces of a domain
    string domain required complete=domain
    flag inactive: of the stored configuration

command domifstat: show traffic counters of an interface
    string domain required complete=domain
    string interface required complete=domif

command dominfo: show the main facts about a domain
    string domain required complete=domain

command dommemstat: show memory statistics of a domain
    string domain required complete=domain
    number period named: seconds between updates by the guest
    flag config
    flag live
    flag current

command domstate: print the state of a domain
    string domain required complete=domain
    flag reason: say why

command domstats: print statistics of one, some or all domains
    flag state: state and reason
    flag cpu-total: CPU time
    flag balloon: memory given
    flag vcpu: virtual CPUs
    flag interface: network interfaces
    flag block: disks
    flag perf: performance events
    flag iothread: I/O threads
    flag memory: memory bandwidth
    flag dirtyrate: rate of changed memory
    flag vm: what the hypervisor reports about the domain
    flag list-active: active domains
    flag list-inactive: inactive domains
    flag list-persistent: persistent domains
    flag list-transient: transient domains
    flag list-running: running domains
    flag list-paused: paused domains
    flag list-shutoff: domains that are shut off
    flag list-other: domains in any other state
    flag raw: numbers without translation
    flag enforce: fail if a group is not known
    flag backing: backing images of disks too
    flag nowait: leave out what cannot be had at once
    words domain complete=domain

command domtime: show or set the clock of the guest
    string domain required complete=domain
    flag now: set to the time of the host
    flag pretty
    flag sync: let the guest read its hardware clock
    number time: seconds since 1970 to set

command list: list domains
    flag inactive: inactive domains
    flag all: active and inactive domains
    flag transient
    flag persistent: persistent domains
    flag with-snapshot: domains with snapshots
    flag without-snapshot: domains without snapshots
    flag with-checkpoint: domains with checkpoints
    flag without-checkpoint: domains without checkpoints
    flag state-running: running domains
    flag state-paused: paused domains
    flag state-shutoff: domains that are shut off
    flag state-other: domains in any other state
    flag autostart
    flag no-autostart
    flag with-managed-save: domains with a managed save image
    flag without-managed-save: domains without a managed save image
    flag uuid
    flag name
    flag id: print ids only
    flag table
    flag managed-save: show whether a managed save image exists
    flag title: show titles
