/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-host: what guests are given of the host: redirected and passed devices, folders, shared memory. See
 * command-priv.h.
 */
#include "drivers/qemu/command-priv.h"
#include "drivers/qemu/images.h"

#include "base/uuid.h"

#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

/* The devices that may come and those that may not, as usb-redir reads them: class, vendor, product and
 * version, -1 for any, and 1 or 0. */
static char *
redirection_filter(const struct domain_redirfilter *f)
{
    GString *s = g_string_new(NULL);
    for (uint32_t i = 0; i < f->n_devices; i++) {
        const struct redirfilter_usb *u = f->devices[i];
        const struct {
            const char *text;
            int width;
        } ids[] = { { u->class, 2 }, { u->vendor, 4 }, { u->product, 4 } };
        if (i)
            g_string_append_c(s, '|');
        for (size_t k = 0; k < G_N_ELEMENTS(ids); k++) {
            if (!ids[k].text || *ids[k].text == '-')
                g_string_append(s, "-1:");
            else
                g_string_append_printf(s, "0x%0*X:", ids[k].width,
                                       (unsigned)g_ascii_strtoull(ids[k].text, NULL, 0));
        }
        /* two decimal digits before the point and two behind it */
        char *point = NULL;
        unsigned major = u->version ? g_ascii_strtoull(u->version, &point, 10) : 0, minor = 0;
        if (point && *point == '.' && g_ascii_isdigit(point[1]))
            minor = (point[1] - '0') * 10 + (g_ascii_isdigit(point[2]) ? point[2] - '0' : 0);
        if (u->version && *u->version != '-')
            g_string_append_printf(s, "0x%02u%02u", major, minor);
        else
            g_string_append(s, "-1");
        g_string_append(s, u->allow == TRI_YES ? ":1" : ":0");
    }
    return g_string_free(s, FALSE);
}

int
build_redirdevs(struct builder *b)
{
    const struct domain_redirfilter *f = b->def->redirfilter;
    g_autofree char *filter = f && f->n_devices ? redirection_filter(f) : NULL;
    for (uint32_t i = 0; i < b->def->n_redirdevs; i++) {
        const struct domain_redirdev *r = b->def->redirdevs[i];
        if (build_chardev(b, &r->source, r->info.alias, false) < 0)
            return -1;
        g_autofree char *chardev = g_strdup_printf("char%s", r->info.alias);
        json_t *o = props_new("usb-redir");
        put_str(o, "chardev", chardev);
        put_str(o, "id", r->info.alias);
        put_str(o, "filter", filter);
        put_boot(o, r->info.boot_order);
        if (add_at_address(b, o, &r->info) < 0)
            return -1;
    }
    return 0;
}

/* The host's name of a SCSI unit of its own, as sg3. */
static char *
generic_unit(struct builder *b, const struct hostdev_source *s)
{
    const struct hostdev_host_address *a = s->address;
    const char *host =
        s->adapter && g_str_has_prefix(s->adapter, "scsi_host") ? s->adapter + strlen("scsi_host") : "0";
    g_autofree char *folder = g_strdup_printf("/sys/bus/scsi/devices/%s:%u:%u:%llu/scsi_generic", host,
                                              a->unit_bus, a->target, (unsigned long long)a->unit);
    g_autoptr(GError) why = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &why);
    const char *name = dir ? g_dir_read_name(dir) : NULL;
    if (!name)
        err_set_from(b->err, VIR_FROM_NONE, VIR_ERR_SYSTEM_ERROR,
                     "no SCSI unit is found on the host in '%s': %s", folder,
                     why ? why->message : "it is empty");
    return g_strdup(name);
}

/* A unit that the guest talks SCSI with: behind an address of the network, or one of the host's. */
static int
scsi_unit(struct builder *b, const struct domain_hostdev *h, unsigned nth)
{
    const struct hostdev_source *s = h->source;
    g_autofree char *node = g_strdup_printf("libvirt-%u-backend", images_last(b->def) + nth);
    json_t *o = json_object();
    if (s->protocol == HOSTDEV_PROTOCOL_ISCSI) {
        if (put_iscsi(b, o, s->name, s->hosts[0], "0", s->initiator) < 0) {
            json_decref(o);
            return -1;
        }
    } else {
        g_autofree char *unit = generic_unit(b, s);
        g_autofree char *path = g_strdup_printf("/dev/%s", unit);
        if (!unit) {
            json_decref(o);
            return -1;
        }
        put_str(o, "driver", "host_device");
        put_str(o, "filename", path);
    }
    put_str(o, "node-name", node);
    put_bool(o, "read-only", h->readonly);
    add_blockdev(b, o);
    o = props_new("scsi-generic");
    if (put_address(b, o, &h->info) < 0) {
        json_decref(o);
        return -1;
    }
    put_str(o, "drive", node);
    put_str(o, "id", h->info.alias);
    put_boot(o, h->info.boot_order);
    add_device(b, o);
    return 0;
}

int
build_hostdevs(struct builder *b)
{
    unsigned units = 0;
    for (uint32_t i = 0; i < b->def->n_hostdevs; i++) {
        const struct domain_hostdev *h = b->def->hostdevs[i];
        const struct hostdev_host_address *a = h->source ? h->source->address : NULL;
        json_t *o = NULL;
        if (h->mode == HOSTDEV_MODE_CAPABILITIES)
            continue;
        if (h->type == HOSTDEV_TYPE_SCSI) {
            if (scsi_unit(b, h, ++units) < 0)
                return -1;
            continue;
        }
        if (h->type == HOSTDEV_TYPE_SCSI_HOST && access("/dev/vhost-scsi", F_OK) < 0)
            return err_set_from(
                b->err, VIR_FROM_NONE, VIR_ERR_CONFIG_UNSUPPORTED,
                "the host has no '/dev/vhost-scsi', through which SCSI hosts are given to guests");
        if (h->type == HOSTDEV_TYPE_PCI && a) {
            g_autofree char *host =
                g_strdup_printf("%04x:%02x:%02x.%x", a->domain, a->bus, a->slot, a->function);
            o = props_new("vfio-pci");
            put_str(o, "host", host);
            put_str(o, "id", h->info.alias);
            put_str(o, "failover_pair_id", h->teaming ? h->teaming->persistent : NULL);
        } else if (h->type == HOSTDEV_TYPE_USB && a) {
            g_autofree char *node = g_strdup_printf("/dev/bus/usb/%03u/%03u", a->unit_bus, a->device);
            o = props_new("usb-host");
            put_str(o, "hostdevice", node);
            put_str(o, "id", h->info.alias);
            if (h->source->guest_reset) {
                put_bool(o, "guest-reset", h->source->guest_reset != HOSTDEV_GUEST_RESET_OFF);
                if (h->source->guest_reset != HOSTDEV_GUEST_RESET_OFF)
                    put_bool(o, "guest-resets-all", h->source->guest_reset == HOSTDEV_GUEST_RESET_ON);
            }
        } else if (h->type == HOSTDEV_TYPE_MDEV && a) {
            char uuid[UUID_TEXT];
            g_autofree char *path = g_strdup_printf("/sys/bus/mdev/devices/%s", uuid_format(a->uuid, uuid));
            o = props_new(h->ramfb == TRI_ON ? "vfio-pci-nohotplug" : hostdev_model_str(h->model));
            put_str(o, "id", h->info.alias);
            put_str(o, "sysfsdev", path);
            put_onoff(o, "display", h->display);
            put_tri(o, "ramfb", h->ramfb);
        } else {
            return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "host devices of type '%s' cannot be given to a guest yet",
                           hostdev_type_str(h->type));
        }
        put_boot(o, h->info.boot_order);
        if (h->type == HOSTDEV_TYPE_PCI)
            put_rom(o, &h->info);
        if (add_at_address(b, o, &h->info) < 0)
            return -1;
    }
    return 0;
}

/* What QEMU itself reads and writes for the guest. */
static void
shared_folder(struct builder *b, const struct domain_filesystem *f, const char *path)
{
    GString *s = g_string_new("local,security_model=");
    g_string_append(s, f->accessmode == FS_ACCESSMODE_MAPPED   ? "mapped"
                       : f->accessmode == FS_ACCESSMODE_SQUASH ? "none"
                                                               : "passthrough");
    if (f->multidevs)
        g_string_append_printf(s, ",multidevs=%s", fs_multidevs_str(f->multidevs));
    if (f->fmode)
        g_string_append_printf(s, ",fmode=%04o", f->fmode);
    if (f->dmode)
        g_string_append_printf(s, ",dmode=%04o", f->dmode);
    if (f->driver && f->driver->wrpolicy)
        g_string_append_printf(s, ",writeout=%s", fs_wrpolicy_str(f->driver->wrpolicy));
    g_string_append_printf(s, ",id=fsdev-%s,path=%s%s", f->info.alias, path, f->readonly ? ",readonly" : "");
    add_arg(b, "-fsdev", s->str);
    g_string_free(s, TRUE);
}

int
build_filesystems(struct builder *b)
{
    for (uint32_t i = 0; i < b->def->n_filesystems; i++) {
        const struct domain_filesystem *f = b->def->filesystems[i];
        if (f->driver && f->driver->type == FS_DRIVER_TYPE_VIRTIOFS) {
            g_autofree char *own = NULL;    /* of the virtiofsd that comes with the guest */
            if (b->opts->native && !(f->source && f->source->socket))
                own = g_strdup_printf("%s/%s-fs.sock", b->cmd->guest_dir, f->info.alias);
            if (!own && !(f->source && f->source->socket))
                return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                               "filesystem '%s': virtiofs works with a socket of a virtiofsd that you run "
                               "(<source socket='…'/>)", f->target ? f->target : "");
            g_autofree char *id = g_strdup_printf("chr-vu-%s", f->info.alias);
            g_autofree char *path = escape_commas(own ? own : f->source->socket);
            add_argf(b, "-chardev", "socket,id=%s,path=%s", id, path);
            json_t *o = props_new("vhost-user-fs-pci");
            put_virtio(o, &f->driver->virtio);
            put_boot(o, f->info.boot_order);
            put_str(o, "id", f->info.alias);
            put_str(o, "chardev", id);
            if (f->driver->queue)
                put_int(o, "queue-size", f->driver->queue);
            put_str(o, "tag", f->target);
            if (add_at_address(b, o, &f->info) < 0)
                return -1;
            continue;
        }
        if (f->type != FS_TYPE_MOUNT || !f->source || !f->source->dir)
            return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "filesystem '%s': QEMU shares folders (type 'mount') only",
                           f->target ? f->target : "");
        g_autofree char *path = escape_commas(f->source->dir);
        shared_folder(b, f, path);
        g_autofree char *driver = virtio_driver(b, "virtio-9p", f->model, &f->info);
        g_autofree char *fsdev = g_strdup_printf("fsdev-%s", f->info.alias);
        json_t *o = props_new(driver);
        if (f->driver)
            put_virtio(o, &f->driver->virtio);
        put_str(o, "id", f->info.alias);
        put_str(o, "fsdev", fsdev);
        put_str(o, "mount_tag", f->target);
        if (add_at_address(b, o, &f->info) < 0)
            return -1;
    }
    return 0;
}

/* Memory of a server that also carries interrupts between its guests. */
static int
doorbell(struct builder *b, const struct domain_shmem *s)
{
    g_autofree char *usual = g_strdup_printf("/var/lib/libvirt/shmem-%s-sock", s->name);
    g_autofree char *path = escape_commas(s->server && s->server->path ? s->server->path : usual);
    g_autofree char *chardev = g_strdup_printf("char%s", s->info.alias);
    add_argf(b, "-chardev", "socket,id=%s,path=%s", chardev, path);
    json_t *o = props_new("ivshmem-doorbell");
    put_str(o, "id", s->info.alias);
    put_str(o, "chardev", chardev);
    if (s->msi && s->msi->vectors)
        put_int(o, "vectors", s->msi->vectors);
    put_bool(o, "ioeventfd", !(s->msi && s->msi->ioeventfd == TRI_OFF));
    return add_at_address(b, o, &s->info);
}

int
build_shmem(struct builder *b)
{
    for (uint32_t i = 0; i < b->def->n_shmems; i++) {
        const struct domain_shmem *s = b->def->shmems[i];
        const struct device_address *a = s->info.address;
        if (a && a->type && a->type != ADDRESS_TYPE_PCI)
            return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "shmem '%s' is on the PCI bus and cannot have an address of type '%s'", s->name,
                           address_type_str(a->type));
        if (s->size & (s->size - 1))
            return err_set(b->err, VIR_ERR_XML_ERROR, "shmem '%s' has %llu MiB, which is no power of two",
                           s->name, (unsigned long long)s->size);
        if (s->model == SHMEM_MODEL_IVSHMEM_DOORBELL) {
            if (doorbell(b, s) < 0)
                return -1;
            continue;
        }
        g_autofree char *id = g_strdup_printf("shmmem-%s", s->info.alias);
        g_autofree char *path = g_strdup_printf("/dev/shm/%s", s->name);
        json_t *o = json_object();
        put_str(o, "qom-type", "memory-backend-file");
        put_str(o, "id", id);
        put_str(o, "mem-path", path);
        put_int(o, "size", (long long)(s->size ? s->size : 4) << 20);
        put_bool(o, "share", true);
        add_object(b, o);
        json_t *dev = props_new("ivshmem-plain");
        put_str(dev, "id", s->info.alias);
        put_str(dev, "memdev", id);
        if (s->role)
            put_str(dev, "master", s->role == SHMEM_ROLE_MASTER ? "on" : "off");
        if (add_at_address(b, dev, &s->info) < 0)
            return -1;
    }
    return 0;
}
