/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-words: options, objects, addresses and descriptors as the parts of the command line say them.
 * See command-priv.h.  Nothing waits.
 */
#include "drivers/qemu/command-priv.h"

#include <stdarg.h>
#include <stdlib.h>

#define ERR_FROM VIR_FROM_QEMU

void
add_arg(struct builder *b, const char *option, const char *value)
{
    g_ptr_array_add(b->argv, g_strdup(option));
    if (value)
        g_ptr_array_add(b->argv, g_strdup(value));
}

void
add_argf(struct builder *b, const char *option, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_ptr_array_add(b->argv, g_strdup(option));
    g_ptr_array_add(b->argv, g_strdup_vprintf(fmt, ap));
    va_end(ap);
}

char *
escape_commas(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text ? text : "", ",", -1);
    return g_strjoinv(",,", parts);
}

static void
flatten(GString *out, const char *prefix, json_t *o, const char *first)
{
    const char *key;
    json_t *v;
    json_object_foreach(o, key, v) {
        if (first && !strcmp(key, first))
            continue;
        g_autofree char *name = prefix ? g_strdup_printf("%s.%s", prefix, key) : g_strdup(key);
        if (json_is_object(v)) {
            flatten(out, name, v, NULL);
        } else if (json_is_string(v)) {
            g_autofree char *safe = escape_commas(json_string_value(v));
            g_string_append_printf(out, ",%s=%s", name, safe);
        } else if (json_is_integer(v)) {
            g_string_append_printf(out, ",%s=%lld", name, (long long)json_integer_value(v));
        } else if (json_is_boolean(v)) {
            g_string_append_printf(out, ",%s=%s", name, json_is_true(v) ? "on" : "off");
        }
    }
}

static void
add_json(struct builder *b, const char *option, json_t *props, bool json, const char *first)
{
    if (json) {
        char *text = json_dumps(props, JSON_COMPACT);
        add_arg(b, option, text);
        free(text);
    } else {
        GString *text = g_string_new(json_string_value(json_object_get(props, first)));
        flatten(text, NULL, props, first);
        add_arg(b, option, text->str);
        g_string_free(text, TRUE);
    }
    json_decref(props);
}

void
add_device(struct builder *b, json_t *props)
{
    qemu_namespace_override(b->def, props);
    add_json(b, "-device", props, b->json_device, "driver");
}

void
add_object(struct builder *b, json_t *props)
{
    add_json(b, "-object", props, b->json_object, "qom-type");
}
void add_netdev(struct builder *b, json_t *props) { add_json(b, "-netdev", props, b->json_netdev, "type"); }
void add_blockdev(struct builder *b, json_t *props) { add_json(b, "-blockdev", props, true, "driver"); }
void
add_audiodev(struct builder *b, json_t *props)
{
    add_json(b, "-audiodev", props, b->json_object, "driver");
}

void
add_tls_creds(struct builder *b, const char *id, const struct qemu_tls_conf *tls, bool server)
{
    json_t *o = json_object();
    put_str(o, "qom-type", "tls-creds-x509");
    put_str(o, "id", id);
    put_str(o, "dir", tls->cert_dir);
    put_str(o, "endpoint", server ? "server" : "client");
    put_bool(o, "verify-peer", server ? tls->verify : true);
    add_object(b, o);
}

int
add_fd(struct builder *b, int kind, const char *path, int flags, int mode, const char *what)
{
    struct qemu_command_fd fd = { .kind = kind, .path = g_strdup(path), .flags = flags, .mode = mode,
                                  .child_fd = b->next_fd++, .fd = -1, .what = g_strdup(what) };
    g_array_append_val(b->fds, fd);
    return fd.child_fd;
}

json_t *
props_new(const char *driver)
{
    json_t *o = json_object();
    json_object_set_new(o, "driver", json_string(driver));
    return o;
}

void
put_str(json_t *o, const char *key, const char *value)
{
    if (value)
        json_object_set_new(o, key, json_string(value));
}

void
put_int(json_t *o, const char *key, long long value)
{
    json_object_set_new(o, key, json_integer(value));
}
void put_bool(json_t *o, const char *key, bool value) { json_object_set_new(o, key, json_boolean(value)); }

void
put_tri(json_t *o, const char *key, enum tristate value)
{
    if (value)
        put_bool(o, key, value == TRI_YES);
}

void
put_onoff(json_t *o, const char *key, enum tristate value)
{
    if (value)
        put_str(o, key, value == TRI_YES ? "on" : "off");
}

const char *
controller_alias(const struct domain_def *def, enum controller_type type, unsigned index)
{
    const struct domain_controller *c = domain_find_controller(def, type, index);
    return c ? c->info.alias : NULL;
}

/* The name that QEMU knows a PCI bus by. Host bridges have a name and a bus below it; boards that
 * have one bus do not number it. */
static char *
pci_bus_name(const struct domain_def *def, const struct domain_controller *c)
{
    if (str_is(c->model, "pci-root") && c->index)
        return g_strdup_printf("%s.0", c->info.alias);
    if (str_is(c->model, "pci-root") && !qemu_pci_numbered(def))
        return g_strdup("pci");
    return g_strdup(c->info.alias);
}

void
put_scsi_place(json_t *o, const struct domain_controller *c, const struct device_address *a)
{
    bool lsi = str_is(c->model, "lsilogic");
    g_autofree char *bus = g_strdup_printf("%s.%u", c->info.alias, lsi ? a->bus : 0);
    put_str(o, "bus", bus);
    if (lsi) {
        put_int(o, "scsi-id", a->unit);
        return;
    }
    put_int(o, "channel", a->bus);
    put_int(o, "scsi-id", a->target);
    put_int(o, "lun", a->unit);
}

/* Places that a definition may give to devices that are never there: the emulator has the last word. */
static int
put_controller(struct builder *b, json_t *o, const struct device_info *info)
{
    static const struct { enum address_type address; enum controller_type type; const char *name; int from;
    } kinds[] = {
        { ADDRESS_TYPE_USB, CONTROLLER_TYPE_USB, "USB", VIR_FROM_DOMAIN },
        { ADDRESS_TYPE_VIRTIO_SERIAL, CONTROLLER_TYPE_VIRTIO_SERIAL, "virtio-serial", VIR_FROM_DOMAIN },
        { ADDRESS_TYPE_DRIVE, CONTROLLER_TYPE_SCSI, "SCSI", VIR_FROM_QEMU },
    };
    const struct device_address *a = info->address;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kinds[i].address != a->type)
            continue;
        unsigned index = a->type == ADDRESS_TYPE_USB ? a->bus : a->controller;
        const struct domain_controller *c = domain_find_controller(b->def, kinds[i].type, index);
        if (!c)
            return err_set_from(b->err, kinds[i].from, VIR_ERR_INTERNAL_ERROR,
                                "device '%s' is on %s controller %u, which is not there",
                                info->alias ? info->alias : "?", kinds[i].name, index);
        g_autofree char *bus = g_strdup_printf("%s.0", c->info.alias);
        if (a->type == ADDRESS_TYPE_DRIVE) {
            put_scsi_place(o, c, a);
        } else if (a->type == ADDRESS_TYPE_USB) {
            put_str(o, "bus", bus);
            put_str(o, "port", a->usb_port ? a->usb_port : "");
        } else {
            put_str(o, "bus", bus);
            put_int(o, "nr", a->port);
        }
    }
    return 0;
}

/* What is said of ISA is the emulator's to choose where it is not said, but for what is never there. */
static bool
is_isa(const json_t *o)
{
    static const char *const drivers[] = { "isa-serial", "isa-debugcon", "isa-parallel", "sb16", NULL };
    return g_strv_contains(drivers, json_string_value(json_object_get(o, "driver")));
}

int
put_address(struct builder *b, json_t *o, const struct device_info *info)
{
    const struct device_address *a = info->address;
    const char *driver = json_string_value(json_object_get(o, "driver"));
    bool virtio = driver && (g_str_has_prefix(driver, "virtio-") || g_str_has_prefix(driver, "vhost-"));
    if (!a)
        return 0;
    if (virtio && a->type && a->type != ADDRESS_TYPE_PCI && a->type != ADDRESS_TYPE_CCW &&
        a->type != ADDRESS_TYPE_VIRTIO_MMIO)
        return err_set(b->err, VIR_ERR_INTERNAL_ERROR,
                       "device '%s' (%s) cannot have an address of type '%s'",
                       info->alias ? info->alias : "?", driver, address_type_str(a->type));
    if (a->type == ADDRESS_TYPE_PCI) {
        const struct domain_controller *c = domain_find_controller(b->def, CONTROLLER_TYPE_PCI, a->bus);
        if (!c)
            return err_set(b->err, VIR_ERR_INTERNAL_ERROR,
                           "device '%s' sits on PCI bus %u, which has no controller",
                           info->alias ? info->alias : "?", a->bus);
        if (a->zpci && a->zpci->has_uid && a->zpci->has_fid) {
            /* what makes a PCI device one of this architecture; it stands before the device */
            json_t *z = props_new("zpci");
            g_autofree char *id = g_strdup_printf("zpci%u", a->zpci->uid);
            put_int(z, "uid", a->zpci->uid);
            put_int(z, "fid", a->zpci->fid);
            put_str(z, "target", info->alias);
            put_str(z, "id", id);
            add_device(b, z);
        }
        g_autofree char *bus = pci_bus_name(b->def, c);
        put_str(o, "bus", bus);
        put_tri(o, "multifunction", a->multifunction);
        g_autofree char *addr = a->function ? g_strdup_printf("0x%x.0x%x", a->slot, a->function)
                                            : g_strdup_printf("0x%x", a->slot);
        put_str(o, "addr", addr);
        if (info->acpi && info->acpi->index)
            put_int(o, "acpi-index", info->acpi->index);
    } else if (a->type == ADDRESS_TYPE_SPAPR_VIO) {
        if (a->has_number)
            put_int(o, "reg", a->number);
    } else if (a->type == ADDRESS_TYPE_CCW) {
        g_autofree char *devno = g_strdup_printf("%x.%x.%04x", a->cssid, a->ssid, a->devno);
        put_str(o, "devno", devno);
    } else if (a->type == ADDRESS_TYPE_ISA) {
        if (a->has_number || !is_isa(o))
            put_int(o, "iobase", a->number);
        if (a->has_irq)
            put_int(o, "irq", a->irq);
    } else if (a->type == ADDRESS_TYPE_DIMM) {
        put_int(o, "slot", a->number);
    }
    return put_controller(b, o, info);
}

int
add_at_address(struct builder *b, json_t *o, const struct device_info *info)
{
    if (put_address(b, o, info) < 0) {
        json_decref(o);
        return -1;
    }
    add_device(b, o);
    return 0;
}

void
put_virtio(json_t *o, const struct virtio_options *v)
{
    put_tri(o, "iommu_platform", v->iommu);
    put_tri(o, "ats", v->ats);
    put_tri(o, "packed", v->packed);
    put_tri(o, "page-per-vq", v->page_per_vq);
}

void
put_boot(json_t *o, unsigned index)
{
    if (index)
        put_int(o, "bootindex", index);
}

void
put_rom(json_t *o, const struct device_info *info)
{
    if (!info->rom)
        return;
    if (info->rom->enabled == TRI_NO) {
        put_str(o, "romfile", "");
        return;
    }
    put_int(o, "rombar", info->rom->bar == TRI_OFF ? 0 : 1);
    if (!info->rom->bar)
        json_object_del(o, "rombar");
    put_str(o, "romfile", info->rom->file);
}

char *
virtio_driver(const struct builder *b, const char *base, enum virtio_model model,
              const struct device_info *info)
{
    enum address_type at = info->address ? info->address->type : ADDRESS_TYPE_UNSET;
    const char *bus = at == ADDRESS_TYPE_CCW           ? "ccw"
                      : at == ADDRESS_TYPE_VIRTIO_MMIO ? "device"
                      : at == ADDRESS_TYPE_PCI         ? "pci"
                      : arch_is_s390(b->def)           ? "ccw"
                                                       : "pci";
    const char *suffix = model == VIRTIO_MODEL_VIRTIO_TRANSITIONAL       ? "-transitional"
                         : model == VIRTIO_MODEL_VIRTIO_NON_TRANSITIONAL ? "-non-transitional"
                                                                         : "";
    return g_strconcat(base, "-", bus, suffix, NULL);
}
