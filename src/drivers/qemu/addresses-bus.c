/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * addresses-bus: places of machines whose devices need not sit on PCI: channels of s390 (CCW) and their
 * names for PCI functions, virtio-mmio of small boards, the virtual bus of pseries.  See domain-host.h.
 * Called by: qemu_assign_addresses().  Nothing waits.
 */
#include "drivers/qemu/domain-host.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* Is it a virtio device?  Such go wherever the machine has virtio. */
static bool
is_virtio(const char *kind, const void *device)
{
    if (!strcmp(kind, "disk"))
        return ((const struct domain_disk *)device)->bus == DISK_BUS_VIRTIO;
    if (!strcmp(kind, "interface"))
        return interface_is_virtio(device);
    if (!strcmp(kind, "video"))
        return ((const struct domain_video *)device)->model->type == VIDEO_TYPE_VIRTIO;
    if (!strcmp(kind, "controller")) {
        const struct domain_controller *c = device;
        return c->type == CONTROLLER_TYPE_VIRTIO_SERIAL ||
               (c->type == CONTROLLER_TYPE_SCSI && str_is(c->model, "virtio-scsi"));
    }
    if (!strcmp(kind, "input"))
        return ((const struct domain_input *)device)->bus == INPUT_BUS_VIRTIO;
    if (!strcmp(kind, "memballoon"))
        return ((const struct domain_memballoon *)device)->model != MEMBALLOON_MODEL_NONE &&
               ((const struct domain_memballoon *)device)->model != MEMBALLOON_MODEL_XEN;
    if (!strcmp(kind, "hostdev"))
        return ((const struct domain_hostdev *)device)->type == HOSTDEV_TYPE_SCSI_HOST;
    return !strcmp(kind, "rng");
}

/* The order in which places are given; it decides numbers that guests see. */
static const char *const order[] = { "disk",  "interface",  "hostdev",    "video", "controller",
                                     "input", "filesystem", "memballoon", "rng",   "vsock" };

struct pass {
    const char *kind;
    struct err *err;
    GHashTable *used;       /* numbers that are taken, + 1 */
    unsigned next;
};

/* ---- s390 ----------------------------------------------------------------------------------- */

static unsigned
ccw_number(const struct device_address *a)
{
    return (unsigned)a->cssid << 24 | (unsigned)a->ssid << 16 | a->devno;
}

static int
note_ccw(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct pass *p = data;
    const struct device_address *a = info->address;
    /* A console has its port's. */
    if (!a || a->type != ADDRESS_TYPE_CCW || !a->has_devno || !strcmp(kind, "console") ||
        g_hash_table_add(p->used, GUINT_TO_POINTER(ccw_number(a) + 1)))
        return 0;
    g_autofree char *name = device_describe(kind, device);
    return err_set(p->err, VIR_ERR_XML_ERROR,
                   "%s of guest '%s' has the CCW address %x.%x.%04x, which another device "
                   "has, too",
                   name, def->name, a->cssid, a->ssid, a->devno);
}

static int
give_ccw(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct pass *p = data;
    struct device_address *a = info->address;
    const struct domain_controller *c = strcmp(kind, "controller") ? NULL : device;
    bool ccw =
        is_virtio(kind, device) ||
        (c && c->type == CONTROLLER_TYPE_SCSI && c->model &&
         (g_str_has_prefix(c->model, "virtio-") || str_is(c->model, "am53c974") ||
          str_is(c->model, "dc390"))) ||
        !strcmp(kind, "filesystem") || !strcmp(kind, "vsock") ||
        (!strcmp(kind, "hostdev") && ((const struct domain_hostdev *)device)->type == HOSTDEV_TYPE_MDEV &&
         ((const struct domain_hostdev *)device)->model == HOSTDEV_MODEL_VFIO_CCW);
    if (strcmp(kind, p->kind) || !ccw || (a && a->type && !(a->type == ADDRESS_TYPE_CCW && !a->has_devno)))
        return 0;
    a = info->address = device_address_new(def, ADDRESS_TYPE_CCW);
    a->cssid = 0xfe;
    a->has_cssid = a->has_ssid = a->has_devno = true;
    for (a->devno = p->next; !g_hash_table_add(p->used, GUINT_TO_POINTER(ccw_number(a) + 1)); a->devno++)
        ;
    p->next = a->devno + 1;
    return 0;
}

static int
assign_ccw(struct domain_def *def, struct err *err)
{
    g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);
    struct pass p = { NULL, err, used, 0 };
    if (domain_each_device(def, note_ccw, &p) < 0)
        return -1;
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        p.kind = order[i];
        domain_each_device(def, give_ccw, &p);
    }
    return 0;
}

/* PCI functions have names of their own on s390. */
static int
note_zpci(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    const struct device_address *a = info->address;
    GHashTable **used = data;
    if (a && a->type == ADDRESS_TYPE_PCI && a->zpci) {
        if (a->zpci->has_uid)
            g_hash_table_add(used[0], GUINT_TO_POINTER(a->zpci->uid + 1));
        if (a->zpci->has_fid)
            g_hash_table_add(used[1], GUINT_TO_POINTER(a->zpci->fid + 1));
    }
    return 0;
}

struct zpci_pass {
    GHashTable *used[2], *bridges;
    const char *kind;       /* NULL: those that are left */
};

static int
give_zpci(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct zpci_pass *p = data;
    struct device_address *a = info->address;
    if (!a || a->type != ADDRESS_TYPE_PCI || (p->kind && strcmp(kind, p->kind)) || !strcmp(kind, "serial") ||
        !strcmp(kind, "console") || (!strcmp(kind, "controller") &&
         ((const struct domain_controller *)device)->type == CONTROLLER_TYPE_PCI &&
         (str_is(((const struct domain_controller *)device)->model, "pci-root") ||
          !g_hash_table_contains(p->bridges, device))))
        return 0;
    if (!a->zpci)
        a->zpci = model_new(def, struct zpci_address);
    if (!a->zpci->has_uid) {
        for (a->zpci->uid = 1; !g_hash_table_add(p->used[0], GUINT_TO_POINTER(a->zpci->uid + 1));
             a->zpci->uid++)
            ;
        a->zpci->has_uid = true;
    }
    if (!a->zpci->has_fid) {
        for (a->zpci->fid = 0; !g_hash_table_add(p->used[1], GUINT_TO_POINTER(a->zpci->fid + 1));
             a->zpci->fid++)
            ;
        a->zpci->has_fid = true;
    }
    return 0;
}

GHashTable *
qemu_own_controllers(const struct domain_def *def)
{
    GHashTable *set = g_hash_table_new(NULL, NULL);
    for (uint32_t i = 0; i < def->n_controllers; i++)
        g_hash_table_add(set, def->controllers[i]);
    return set;
}

/* Bridges that were added when places ran out have none. */
void
qemu_assign_zpci(struct domain_def *def, GHashTable *own)
{
    static const char *const kinds[] = {
        "disk", "interface", "sound", "hostdev", "video", "controller", NULL
    };
    if (!arch_is_s390(def))
        return;
    struct zpci_pass p = { { g_hash_table_new(NULL, NULL), g_hash_table_new(NULL, NULL) }, own, NULL };
    domain_each_device(def, note_zpci, p.used);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        p.kind = kinds[i];
        domain_each_device(def, give_zpci, &p);
    }
    g_hash_table_destroy(p.used[0]);
    g_hash_table_destroy(p.used[1]);
}

/* ---- small boards --------------------------------------------------------------------------- */

static int
is_mmio(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    return info->address && info->address->type == ADDRESS_TYPE_VIRTIO_MMIO;
}

static int
give_virtio_mmio(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    if (!device_has_address(info) && is_virtio(kind, device))
        info->address = device_address_new(def, ADDRESS_TYPE_VIRTIO_MMIO);
    return 0;
}

/* Adapters of SCSI, too, of whatever kind. */
static int
give_mmio(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    if (!device_has_address(info) && !strcmp(kind, "controller") &&
        ((const struct domain_controller *)device)->type == CONTROLLER_TYPE_SCSI)
        info->address = device_address_new(def, ADDRESS_TYPE_VIRTIO_MMIO);
    return give_virtio_mmio(def, kind, device, info, data);
}

/* ---- the virtual bus of pseries; its devices have such places elsewhere, too ------------------ */

static int
note_spapr(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct pass *p = data;
    const struct device_address *a = info->address;
    if (!a || a->type != ADDRESS_TYPE_SPAPR_VIO || !a->has_number || !strcmp(kind, "console") ||
        g_hash_table_add(p->used, GUINT_TO_POINTER(a->number + 1)))
        return 0;
    g_autofree char *name = device_describe(kind, device);
    return err_set_from(p->err, VIR_FROM_QEMU, VIR_ERR_XML_ERROR,
                   "%s of guest '%s' has the spapr-vio register 0x%x, which another device has, "
                   "too",
                   name, def->name, a->number);
}

/* The register where the search for a device of that kind begins; 0: it does not sit there. */
static unsigned
first_register(const struct domain_def *def, const char *kind, const void *device, bool asked)
{
    if (!strcmp(kind, "controller")) {
        const struct domain_controller *c = device;
        return asked || (c->type == CONTROLLER_TYPE_SCSI && str_is(c->model, "ibmvscsi")) ? 0x2000 : 0;
    }
    if (!strcmp(kind, "interface"))
        return asked || str_is(((const struct domain_interface *)device)->model, "spapr-vlan") ? 0x1000 : 0;
    if (!strcmp(kind, "serial"))
        return ((const struct domain_chardev *)device)->target->type == CHARDEV_TARGET_TYPE_SPAPR_VIO_SERIAL
                   ? 0x30000000
                   : 0;
    if (!strcmp(kind, "tpm"))
        return asked || ((const struct domain_tpm *)device)->model == TPM_MODEL_TPM_SPAPR ? 0x4000 : 0;
    return !strcmp(kind, "nvram") ? 0x3000 : 0;
}

/* What is of this bus sits nowhere else, whatever the document says; of a TPM and the NVRAM that holds where
 * there is one. */
bool
qemu_spapr_only(const struct domain_def *def, const char *kind, const void *device)
{
    static const char *const boards[] = { "tpm", "nvram", NULL };
    return first_register(def, kind, device, false) &&
           (!g_strv_contains(boards, kind) || machine_is(def, "pseries"));
}

static int
give_spapr(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct pass *p = data;
    struct device_address *a = info->address;
    bool asked = a && a->type == ADDRESS_TYPE_SPAPR_VIO && !a->has_number;
    unsigned first = first_register(def, kind, device, asked);
    bool only = a && a->type != ADDRESS_TYPE_SPAPR_VIO && qemu_spapr_only(def, kind, device);
    if (!first || (a && a->type && !asked && !only))
        return 0;
    a = info->address = device_address_new(def, ADDRESS_TYPE_SPAPR_VIO);
    a->has_number = true;
    for (a->number = first; !g_hash_table_add(p->used, GUINT_TO_POINTER(a->number + 1)); a->number += 0x1000)
        ;
    return 0;
}

static int
assign_spapr(struct domain_def *def, struct err *err)
{
    g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);
    struct pass p = { NULL, err, used, 0 };
    if (domain_each_device(def, note_spapr, &p) < 0)
        return -1;
    domain_each_device(def, give_spapr, &p);
    return 0;
}

int
qemu_assign_others(struct domain_def *def, struct err *err)
{
    if (assign_spapr(def, err) < 0)
        return -1;
    if (arch_is_s390(def))
        return assign_ccw(def, err);
    /* Boards without PCI; and who puts one device there means all that can sit there. */
    if (arch_is_arm(def) && g_str_has_prefix(def->os->machine, "vexpress-"))
        domain_each_device(def, give_mmio, NULL);
    else if (machine_is(def, "virt") && (arch_is_arm(def) || arch_is_riscv(def)) &&
             (!qemu_pci_root(def) || domain_each_device(def, is_mmio, NULL)))
        domain_each_device(def, give_virtio_mmio, NULL);
    return 0;
}

/* What QEMU cannot have without a place; other cards it takes, or refuses itself. */
static int
check_place(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    bool shmem = !strcmp(kind, "shmem");
    if (device_has_address(info) || !(is_virtio(kind, device) || shmem || !strcmp(kind, "filesystem") ||
                                      !strcmp(kind, "vsock")))
        return 0;
    g_autofree char *name = device_describe(kind, device);
    return err_set_from(data, VIR_FROM_QEMU, shmem ? VIR_ERR_CONFIG_UNSUPPORTED : VIR_ERR_INTERNAL_ERROR,
                        "%s of guest '%s' has no place on machine '%s', which has no PCI: %s", name,
                        def->name, def->os->machine,
                        shmem ? "leave it out"
                              : "give it an <address> of type 'virtio-mmio', or leave it out");
}

int
qemu_check_places(const struct domain_def *def, struct err *err)
{
    struct domain_def *d = (struct domain_def *)def;        /* which is only looked at */
    return qemu_board_without_pci(def) ? domain_each_device(d, check_place, err) : 0;
}
