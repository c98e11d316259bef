# SPDX-License-Identifier: LGPL-2.1-or-later
group nodedev: Node Device

command nodedev-create: create a host device from an XML file
    string file required complete=file
    flag validate

command nodedev-destroy: remove a device from the host
    string device required complete=nodedev

command nodedev-detach: free a host device from its driver for use by a guest
    alias nodedev-dettach
    string device required complete=nodedev
    string driver complete=word:default,vfio,kvm,xen: driver to bind the device to

command nodedev-dumpxml: print the XML of a host device
    string device required complete=nodedev
    string xpath named
    flag wrap
    flag inactive: the stored configuration

command nodedev-list: list the devices of the host
    flag tree: draw a tree
    string cap complete=word:system,pci,usb_device,usb,net,scsi_host,scsi_target,scsi,storage,fc_host,vports,scsi_generic,drm,mdev_types,mdev,ccw,css,vdpa,ap_card,ap_queue,ap_matrix,vpd: capabilities to look for, separated by commas
    flag inactive
    flag all
    flag persistent: stored devices
    flag transient: devices that are not stored

command nodedev-reattach: give a host device back to its driver
    string device required complete=nodedev

command nodedev-reset: reset a host device
    string device required complete=nodedev

command nodedev-event: wait for host device events and print them
    string device complete=nodedev: only of this device
    string event complete=nodedevevent
    flag loop
    number timeout
    flag list
    flag timestamp

command nodedev-define: store a host device from an XML file
    string file required complete=file
    flag validate

command nodedev-undefine: forget a stored host device
    string device required complete=nodedev

command nodedev-start: start a stored host device
    string device required complete=nodedev

command nodedev-autostart: choose whether a host device starts by itself
    string device required complete=nodedev
    flag disable: do not start it with the host

command nodedev-info: show the main facts about a host device
    string device required complete=nodedev

command nodedev-update: change a host device to what an XML file describes
    string device required complete=nodedev
    string file required complete=file
    flag config
    flag live
    flag current
