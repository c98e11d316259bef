/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-priv: the argv builder's own vocabulary; see command.h.
 *
 * Each command-*.c adds options of one kind of device to the builder.  Values
 * are collected as JSON objects and written as JSON where the emulator takes
 * that, else as key=value pairs.
 */
#pragma once

#include "drivers/qemu/command.h"
#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/qemu-conf.h"

#include <jansson.h>

struct builder {
    const struct domain_def *def;
    struct qemu_host *host;
    const struct qemu_caps *caps;
    const struct qemu_command_opts *opts;
    struct qemu_command *cmd;
    GPtrArray *argv, *env;
    GArray *fds;
    int next_fd, next_fdset;
    bool json_device, json_netdev, json_object;
    bool pr_helper;              /* the guest's own helper for reservations has an object */
    struct err *err;
};

void add_arg(struct builder *b, const char *option, const char *value);
void add_argf(struct builder *b, const char *option, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Take over the object. */
void add_device(struct builder *b, json_t *props);
void add_object(struct builder *b, json_t *props);
void add_netdev(struct builder *b, json_t *props);
void add_blockdev(struct builder *b, json_t *props);
void add_audiodev(struct builder *b, json_t *props);
/* Certificates of one end of a connection. */
void add_tls_creds(struct builder *b, const char *id, const struct qemu_tls_conf *tls, bool server);
/* Remembers a descriptor to make; the number it has in QEMU. */
int add_fd(struct builder *b, int kind, const char *path, int flags, int mode, const char *what);

json_t *props_new(const char *driver);
void put_str(json_t *o, const char *key, const char *value);   /* NULL: nothing */
void put_int(json_t *o, const char *key, long long value);
void put_bool(json_t *o, const char *key, bool value);
void put_tri(json_t *o, const char *key, enum tristate value);  /* as true/false */
void put_onoff(json_t *o, const char *key, enum tristate value);/* as "on"/"off" */
/* Commas doubled, for values in key=value options; free it. */
char *escape_commas(const char *text);

/* Bus and address of a device; virtio options; boot order; rom. */
int put_address(struct builder *b, json_t *o, const struct device_info *info);
/* Which of the devices of a SCSI controller it is. */
void put_scsi_place(json_t *o, const struct domain_controller *c, const struct device_address *a);
/* The last word about most devices; takes over the object. */
int add_at_address(struct builder *b, json_t *o, const struct device_info *info);
void put_virtio(json_t *o, const struct virtio_options *v);
void put_boot(json_t *o, unsigned index);
void put_rom(json_t *o, const struct device_info *info);
/* "virtio-net" and model → "virtio-net-pci", "virtio-net-pci-transitional", … */
char *virtio_driver(const struct builder *b, const char *base, enum virtio_model model,
                    const struct device_info *info);
const char *model_of_virtio(const char *controller_model, enum virtio_model *model);
/* Alias of a controller, as a bus name without its number. */
const char *controller_alias(const struct domain_def *def, enum controller_type type, unsigned index);

/* namespace.c: properties of a device that the author overrides; what QEMU makes of old things, or NULL. */
void qemu_namespace_override(const struct domain_def *def, json_t *device);
json_t *qemu_namespace_compat(const struct domain_def *def);

/* command-process.c: what the process has around its words. */
void build_frame(struct builder *b);
void build_environment(struct builder *b);
int build_controllers(struct builder *b);
int build_machine(struct builder *b);
/* command-images.c: the nodes of a disk; words of an image's format and of what becomes of zeroes. */
int build_disk_nodes(struct builder *b, const struct domain_disk *disk);
const char *image_driver(enum storage_format format);
const char *image_zeroes(const struct disk_driver *d);
int build_disks(struct builder *b);
int build_flash(struct builder *b);
int build_interfaces(struct builder *b);
int build_chardevs(struct builder *b);
int build_tpms(struct builder *b);
int build_graphics(struct builder *b);
int build_videos(struct builder *b);
int build_sounds(struct builder *b);
int build_audio(struct builder *b);
int build_other_devices(struct builder *b);
int build_redirdevs(struct builder *b);
int build_hostdevs(struct builder *b);
int build_filesystems(struct builder *b);
int build_shmem(struct builder *b);
void append_reconnect(struct builder *b, GString *s, const struct chardev_reconnect *r);
/* -chardev of a backend; the object's id is returned, "char" + alias. */
int build_chardev(struct builder *b, const struct chardev_source *source, const char *alias, bool channel);
int build_cpu(struct builder *b);
int build_memory(struct builder *b);
int build_numa(struct builder *b);
/* Something is said of what memory costs. */
bool has_hmat(const struct domain_def *def);
int build_memory_devices(struct builder *b);
int build_clock(struct builder *b);
int build_smbios(struct builder *b);
/* boot.c: the bootindex that a device gets from <os><boot dev>, 0: none */
struct boot_plan {
    const struct domain_disk *hd, *cdrom, *floppy;
    const struct domain_interface *net;
    unsigned hd_index, cdrom_index, floppy_index, net_index;
};
void plan_boot(const struct domain_def *def, struct boot_plan *plan);
/* Properties of a floppy controller: which of its two drives is booted from, and when. Free it. */
json_t *floppy_boot_indexes(const struct domain_def *def);
unsigned disk_boot_index(const struct domain_def *def, const struct domain_disk *disk);
unsigned interface_boot_index(const struct domain_def *def, const struct domain_interface *net);
/* storage.c: how an image on a network is reached; label names the disk in messages. */
int put_network_storage(struct builder *b, json_t *o, const char *label, const char *node,
                        const struct storage_source *s);
/* the same for an iSCSI unit that is named target/unit */
int put_iscsi(struct builder *b, json_t *o, const char *name, const struct storage_host *h, const char *port,
               const struct initiator *initiator);
/* images.c: the name of the node on top of a disk; free it. */
char *disk_format_node(const struct domain_disk *disk);
/* disk.c */
bool disk_is_empty(const struct domain_disk *disk);
