/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-controllers: controllers, in the order in which buses have to come, and hubs.  See command-priv.h.
 */
#include "drivers/qemu/command-priv.h"

#define ERR_FROM VIR_FROM_QEMU

/* SCSI and virtio-serial controllers carry the kind of virtio in their model. */
const char *
model_of_virtio(const char *name, enum virtio_model *model)
{
    *model = str_is(name, "virtio-transitional")       ? VIRTIO_MODEL_VIRTIO_TRANSITIONAL
             : str_is(name, "virtio-non-transitional") ? VIRTIO_MODEL_VIRTIO_NON_TRANSITIONAL
                                                       : VIRTIO_MODEL_UNSET;
    return *model ? "virtio-scsi" : name;
}

static int
pci_controller(struct builder *b, const struct domain_controller *c)
{
    const struct controller_target *t = c->target;
    json_t *o;
    if (str_is(c->model, "pci-root") || str_is(c->model, "pcie-root")) {
        if (c->pcihole64 && arch_is_x86(b->def))
            add_argf(b, "-global", "%s.pci-hole64-size=%lluK",
                     machine_is_q35(b->def) ? "q35-pcihost" : "i440FX-pcihost",
                     (unsigned long long)c->pcihole64);
        if (c->index == 0)
            return 0;
        o = props_new("spapr-pci-host-bridge");
        put_int(o, "index", t ? t->index : c->index);
        put_str(o, "id", c->info.alias);
        if (t && t->has_node)
            put_int(o, "numa_node", t->node);
        add_device(b, o);
        return 0;
    }
    if (!c->model_name)
        return err_set(b->err, VIR_ERR_INTERNAL_ERROR, "PCI controller %u has no model name", c->index);
    o = props_new(c->model_name);
    if (str_is(c->model, "pci-bridge")) {
        put_int(o, "chassis_nr", t ? t->chassis_nr : c->index);
    } else if (str_is(c->model, "pcie-root-port") || str_is(c->model, "pcie-switch-downstream-port")) {
        put_int(o, "port", t ? t->port : 0);
        put_int(o, "chassis", t ? t->chassis : c->index);
        if (t && t->hotplug)
            put_bool(o, "hotplug", t->hotplug == TRI_ON);
    } else if (str_is(c->model, "pcie-expander-bus") || str_is(c->model, "pci-expander-bus")) {
        put_int(o, "bus_nr", t ? t->bus_nr : 254);
        put_str(o, "id", c->info.alias);
        if (t && t->has_node)
            put_int(o, "numa_node", t->node);
    }
    put_str(o, "id", c->info.alias);
    return add_at_address(b, o, &c->info);
}

static int
usb_controller(struct builder *b, const struct domain_controller *c)
{
    static const struct { const char *model, *driver; } names[] = {
        { "piix3-uhci", "piix3-usb-uhci" },
        { "piix4-uhci", "piix4-usb-uhci" },
        { "ehci", "usb-ehci" },
        { "ich9-ehci1", "ich9-usb-ehci1" },
        { "ich9-uhci1", "ich9-usb-uhci1" },
        { "ich9-uhci2", "ich9-usb-uhci2" },
        { "ich9-uhci3", "ich9-usb-uhci3" },
        { "vt82c686b-uhci", "vt82c686b-usb-uhci" },
        { "pci-ohci", "pci-ohci" },
        { "nec-xhci", "nec-usb-xhci" },
        { "qemu-xhci", "qemu-xhci" },
    };
    const char *driver = NULL;
    if (str_is(c->model, "none"))
        return 0;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (str_is(c->model, names[i].model))
            driver = names[i].driver;
    }
    if (!driver && c->model)
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "QEMU has no USB controller '%s'", c->model);
    if (!driver)
        return 0;
    if (!qemu_caps_has_type(b->caps, driver))
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "emulator '%s' has no USB controller '%s'",
                       b->def->emulator, c->model);
    bool xhci = str_is(c->model, "nec-xhci") || str_is(c->model, "qemu-xhci");
    if (c->has_ports && !xhci)
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "the ports of a USB controller '%s' are not chosen", c->model);
    json_t *o = props_new(driver);
    if (c->has_ports) {
        put_int(o, "p2", c->ports);
        put_int(o, "p3", c->ports);
    }
    if (c->has_master_startport) {
        const struct domain_controller *master = NULL;
        for (uint32_t i = 0; i < b->def->n_controllers && !master; i++) {
            const struct domain_controller *m = b->def->controllers[i];
            if (m->type == CONTROLLER_TYPE_USB && m->index == c->index && !m->has_master_startport)
                master = m;
        }
        if (!master) {
            json_decref(o);
            return err_set(b->err, VIR_ERR_INTERNAL_ERROR,
                           "USB controller %u of guest '%s' is a companion, and its master is not there",
                           c->index, b->def->name);
        }
        g_autofree char *bus = g_strdup_printf("%s.0", master->info.alias);
        put_str(o, "masterbus", bus);
        put_int(o, "firstport", c->master_startport);
    } else {
        put_str(o, "id", c->info.alias);
    }
    return add_at_address(b, o, &c->info);
}

static int
scsi_controller(struct builder *b, const struct domain_controller *c)
{
    static const struct { const char *model, *driver; } names[] = {
        { "lsilogic", "lsi" },      { "lsisas1068", "mptsas1068" }, { "lsisas1078", "megasas" },
        { "vmpvscsi", "pvscsi" },   { "ibmvscsi", "spapr-vscsi" },  { "ncr53c90", NULL },
        { "am53c974", "am53c974" }, { "dc390", "dc-390" },
    };
    enum virtio_model model;
    const char *name = model_of_virtio(c->model, &model);
    json_t *o = NULL;
    if (str_is(name, "virtio-scsi")) {
        g_autofree char *driver = virtio_driver(b, "virtio-scsi", model, &c->info);
        o = props_new(driver);
        const struct controller_driver *d = c->driver;
        if (d) {
            if (d->iothread) {
                g_autofree char *thread = g_strdup_printf("iothread%u", d->iothread);
                put_str(o, "iothread", thread);
            }
            put_virtio(o, &d->virtio);
            put_tri(o, "ioeventfd", d->ioeventfd);
            put_str(o, "id", c->info.alias);
            if (d->queues)
                put_int(o, "num_queues", d->queues);
            if (d->cmd_per_lun)
                put_int(o, "cmd_per_lun", d->cmd_per_lun);
            if (d->max_sectors)
                put_int(o, "max_sectors", d->max_sectors);
        } else {
            put_str(o, "id", c->info.alias);
        }
    } else {
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
            if (str_is(name, names[i].model))
                o = names[i].driver ? props_new(names[i].driver) : NULL;
        }
        if (!o)
            return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "QEMU has no SCSI controller '%s'",
                           name ? name : "");
        put_str(o, "id", c->info.alias);
    }
    return add_at_address(b, o, &c->info);
}

static int
other_controller(struct builder *b, const struct domain_controller *c)
{
    json_t *o = NULL;
    if (c->type == CONTROLLER_TYPE_VIRTIO_SERIAL) {
        enum virtio_model model;
        model_of_virtio(c->model, &model);
        g_autofree char *driver = virtio_driver(b, "virtio-serial", model, &c->info);
        o = props_new(driver);
        if (c->driver)
            put_virtio(o, &c->driver->virtio);
        put_str(o, "id", c->info.alias);
        if (c->has_ports)
            put_int(o, "max_ports", c->ports);
        if (c->has_vectors)
            put_int(o, "vectors", c->vectors);
    } else if (c->type == CONTROLLER_TYPE_CCID) {
        o = props_new("usb-ccid");
        put_str(o, "id", c->info.alias);
    } else if (c->type == CONTROLLER_TYPE_SATA) {
        if (c->index == 0 && machine_is_q35(b->def))
            return 0; /* on the board */
        o = props_new("ahci");
        put_str(o, "id", c->info.alias);
    } else if (c->type == CONTROLLER_TYPE_IDE) {
        if (c->index == 0 && machine_is_i440fx(b->def))
            return 0;
        if (c->index == 0 && !arch_is_x86(b->def))
            return 0;
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "machine '%s' takes no further IDE controllers",
                       b->def->os->machine);
    } else if (c->type == CONTROLLER_TYPE_FDC) {
        if (!machine_is_q35(b->def))
            return 0; /* on the board */
        json_t *boots = floppy_boot_indexes(b->def);
        bool any = false;
        for (uint32_t i = 0; i < b->def->n_disks; i++)
            any = any || b->def->disks[i]->bus == DISK_BUS_FDC;
        if (any) {
            o = props_new("isa-fdc");
            json_object_update(o, boots);
        }
        json_decref(boots);
        if (!any)
            return 0;
    } else {
        return 0;
    }
    return add_at_address(b, o, &c->info);
}

int
build_controllers(struct builder *b)
{
    const struct domain_def *def = b->def;
    if (def->iommu && def->iommu->model == IOMMU_MODEL_INTEL) {
        const struct iommu_driver *d = def->iommu->driver;
        json_t *o = props_new("intel-iommu");
        put_str(o, "id", def->iommu->info.alias);
        if (d) {
            put_onoff(o, "intremap", d->intremap);
            put_tri(o, "caching-mode", d->caching_mode);
            put_onoff(o, "eim", d->eim);
            put_tri(o, "device-iotlb", d->iotlb);
            if (d->aw_bits)
                put_int(o, "aw-bits", d->aw_bits);
        }
        add_device(b, o);
    }
    /* A bus before what hangs on it: buses are numbered in that order, unless
     * the user arranged them; then several rounds find the order. */
    g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);
    bool progress = true;
    while (progress) {
        progress = false;
        for (uint32_t i = 0; i < def->n_controllers; i++) {
            struct domain_controller *c = def->controllers[i];
            if (c->type != CONTROLLER_TYPE_PCI || g_hash_table_contains(done, c))
                continue;
            const struct device_address *a = c->info.address;
            struct domain_controller *parent = a && a->type == ADDRESS_TYPE_PCI
                                                   ? domain_find_controller(def, CONTROLLER_TYPE_PCI, a->bus)
                                                   : NULL;
            if (parent && parent != c && !g_hash_table_contains(done, parent))
                continue;
            if (pci_controller(b, c) < 0)
                return -1;
            g_hash_table_add(done, c);
            progress = true;
        }
    }
    static const enum controller_type order[] = { CONTROLLER_TYPE_USB,  CONTROLLER_TYPE_SCSI,
                                                  CONTROLLER_TYPE_SATA, CONTROLLER_TYPE_IDE,
                                                  CONTROLLER_TYPE_FDC,  CONTROLLER_TYPE_VIRTIO_SERIAL,
                                                  CONTROLLER_TYPE_CCID };
    for (size_t t = 0; t < G_N_ELEMENTS(order); t++) {
        /* a master before its companions */
        for (int pass = 0; pass < 2; pass++) {
            for (uint32_t i = 0; i < def->n_controllers; i++) {
                const struct domain_controller *c = def->controllers[i];
                if (c->type != order[t] || c->has_master_startport != (pass == 1))
                    continue;
                int rc = c->type == CONTROLLER_TYPE_USB    ? usb_controller(b, c)
                         : c->type == CONTROLLER_TYPE_SCSI ? scsi_controller(b, c)
                                                           : other_controller(b, c);
                if (rc < 0)
                    return -1;
            }
        }
    }
    /* Boards that know no other USB have their own. */
    if (!domain_find_controller(def, CONTROLLER_TYPE_USB, 0) && !machine_is(def, "virt") &&
        !arch_is_s390(def))
        add_arg(b, "-usb", NULL);
    for (uint32_t i = 0; i < def->n_hubs; i++) {
        json_t *o = props_new("usb-hub");
        put_str(o, "id", def->hubs[i]->info.alias);
        if (add_at_address(b, o, &def->hubs[i]->info) < 0)
            return -1;
    }
    return 0;
}
