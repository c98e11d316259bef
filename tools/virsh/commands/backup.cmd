# SPDX-License-Identifier: LGPL-2.1-or-later
group backup: Backup

command backup-begin: start a disk backup
    string domain required complete=domain
    string backupxml complete=file: file that describes the backup
    string checkpointxml complete=file: file that describes a checkpoint to create with it
    flag reuse-external: use files that exist already
    flag preserve-domain-on-shutdown: keep the domain until the backup ends

command backup-dumpxml: print the XML of the running backup
    string domain required complete=domain
    string xpath named
    flag wrap
