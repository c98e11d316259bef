/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * forget: what a guest's document says in places where nobody reads it is gone before the document is
 * checked.
 *
 * The description says which fields a kind of device has, where an attribute of the device decides that; here
 * is what depends on something else: the texts of <os>, defaults, or what says nothing.
 * Called by: domain_read_check().  Nothing waits.
 */
#include "model/check.h"
#include "model/complete-devices.h"

void domain_forget_idle_firmware(struct domain_def *def)
{
    if (def->os && !def->os->firmware)
        def->os->n_firmware_features = 0;
}

/* Containers have a program, machines a kernel, and firmware only full machines. */
static void forget_os(struct domain_def *def, struct domain_os *os)
{
    if (!def->bootloader)
        def->bootloader_args = NULL;
    if (os->type == OS_TYPE_LINUX && def->type == DOMAIN_VIRT_XEN)
        os->type = OS_TYPE_XEN;         /* its old name */
    if (os->type != OS_TYPE_EXE) {
        os->init = os->initdir = os->inituser = os->initgroup = NULL;
        os->n_initargs = os->n_initenvs = 0;
    }
    if (os->type == OS_TYPE_EXE || os->type == OS_TYPE_LINUX) {
        os->loader = NULL;
        os->nvram = NULL;
        os->kernel = os->initrd = os->dtb = os->root = NULL;
        if (os->type == OS_TYPE_LINUX)
            os->cmdline = NULL;
    }
    if (os->type != OS_TYPE_HVM) {
        os->firmware = OS_FIRMWARE_UNSET;
        os->n_firmware_features = os->n_acpi_tables = 0;
    }
    if (os->nvram && os->nvram->source) {
        os->nvram->path = NULL;
        os->nvram->source->src.startup_policy = STARTUP_POLICY_UNSET;
        if (os->nvram->type != STORAGE_TYPE_NETWORK)
            os->nvram->source->src.readahead = os->nvram->source->src.timeout = 0;
    }
    if (os->type != OS_TYPE_HVM || def->bootloader) {
        os->bootmenu = TRI_UNSET;
        os->has_bootmenu_timeout = false;
        os->useserial = TRI_UNSET;
        os->has_reboot_timeout = false;
    }
}

/* What a guest does when a medium is not there is asked of its disks, not of what is behind them. */
static void forget_disk(struct domain_disk *d)
{
    for (struct disk_backing_store *b = d->backing_store; b; b = b->backing_store)
        if (b->source)
            b->source->src.startup_policy = STARTUP_POLICY_UNSET;
    if (d->mirror && d->mirror->source)
        d->mirror->source->src.startup_policy = STARTUP_POLICY_UNSET;
    if (d->share_backing == TRI_NO)
        d->share_backing = TRI_UNSET;
    if (d->source && d->source->src.protocol != STORAGE_PROTOCOL_NFS)
        d->source->src.identity = NULL;
}

/* No USB is nowhere. */
static void forget_controller(struct domain_controller *c)
{
    if (c->type != CONTROLLER_TYPE_PCI)
        c->target = NULL;
    if (c->type != CONTROLLER_TYPE_USB || g_strcmp0(c->model, "none"))
        return;
    c->info = (struct device_info){ 0 };
    c->has_master = c->has_master_startport = false;
}

static void forget_input(struct domain_input *i)
{
    struct input_source *s = i->source;
    bool evdev = i->type == INPUT_TYPE_EVDEV;
    if (!evdev && i->type != INPUT_TYPE_PASSTHROUGH)
        i->source = NULL;
    else if (s && evdev)
        s->evdev = NULL;
    else if (s)
        *s = (struct input_source){ .evdev = s->evdev };
}

/* Only ports and consoles have files that are labelled. */
static void forget_labels(struct chardev_source *s)
{
    for (uint32_t i = 0; i < s->n_ends; i++)
        s->ends[i]->n_seclabels = 0;
}

static void forget_redirdev(struct domain_redirdev *r)
{
    forget_labels(&r->source);
}

static void forget_rng(struct rng_backend *b)
{
    forget_labels(&b->source);
    if (b->model != RNG_BACKEND_MODEL_EGD)
        b->source = (struct chardev_source){ 0 };
    if (b->model != RNG_BACKEND_MODEL_RANDOM)
        b->device = NULL;
}

static void forget_smartcard(struct domain_smartcard *s)
{
    forget_labels(&s->source);
    if (s->mode != SMARTCARD_MODE_PASSTHROUGH)
        s->source = (struct chardev_source){ 0 };
    if (s->mode == SMARTCARD_MODE_HOST_CERTIFICATES)
        return;
    s->n_certificates = 0;
    s->database = NULL;
}

static void forget_hostdev(struct domain_hostdev *h)
{
    /* Who logs in does so at a server. */
    if (h->source && h->source->protocol != HOSTDEV_PROTOCOL_ISCSI) {
        h->source->auth = NULL;
        h->source->initiator = NULL;
    }
    if (h->mode != HOSTDEV_MODE_CAPABILITIES || h->type != HOSTDEV_TYPE_NET)
        h->n_ips = h->n_routes = 0;
    if (h->teaming && !h->teaming->type && !h->teaming->persistent)
        h->teaming = NULL;
}

/* What is no USB device has no ids; only networks have names, and groups of ports. */
/* Cards that everybody knows have one spelling, whatever the document's. */
static const char *const cards[] = {
    "virtio",   "virtio-transitional", "virtio-non-transitional", "e1000",     "e1000e",   "rtl8139",
    "usb-net",  "spapr-vlan",          "lan9118",                 "scm91c111", "netfront", "vlance",
    "vmxnet",   "vmxnet2",             "vmxnet3",                 "Am79C970A", "Am79C973", "82540EM",
    "82545EM",  "82543GC",
};

static void forget_interface(struct domain_interface *n)
{
    for (size_t i = 0; n->model && i < G_N_ELEMENTS(cards); i++)
        if (!g_ascii_strcasecmp(n->model, cards[i]))
            n->model = cards[i];
    struct interface_source *s = n->source;
    if (s && s->host_address && s->host_address->type && s->host_address->type != ADDRESS_TYPE_USB)
        s->has_vendor = s->has_product = false;
    if (n->driver && n->type == INTERFACE_TYPE_HOSTDEV)
        *n->driver = (struct interface_driver){
            .name = interface_is_pci(n) ? n->driver->name : INTERFACE_DRIVER_NAME_UNSET,
            .virtio = n->driver->virtio,
        };
    if (n->managed == TRI_NO)
        n->managed = TRI_UNSET;
    if (s && n->type != INTERFACE_TYPE_NETWORK)
        s->network = s->portgroup = NULL;
    for (uint32_t i = 0; i < n->n_port_forwards; i++) {
        struct port_forward *f = n->port_forwards[i];
        for (uint32_t k = 0; k < f->n_ranges;) {
            if (!f->ranges[k]->start)
                f->ranges[k]->end = f->ranges[k]->to = 0;
            if (f->ranges[k]->start || f->ranges[k]->exclude)
                k++;
            else
                model_list_remove(f->ranges, f->n_ranges, k);
        }
    }
}

static void forget_cpu(struct domain_cpu *c)
{
    bool named = c->model && c->model->name && *c->model->name;
    if (named && (c->mode == CPU_MODE_HOST_PASSTHROUGH || c->mode == CPU_MODE_MAXIMUM))
        c->vendor = NULL;
}

/* A <rom> that says nothing is none. */
static int
forget_rom(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    if (info->rom && !info->rom->enabled && !info->rom->bar && !info->rom->file)
        info->rom = NULL;
    return 0;
}

void domain_forget(struct domain_def *def)
{
    domain_each_device(def, forget_rom, NULL);
    if (def->os)
        forget_os(def, def->os);
    if (def->cpu)
        forget_cpu(def->cpu);
    if (def->max_memory && !def->max_memory->size && !def->max_memory->slots)
        def->max_memory = NULL;
#define EACH(array, n, fn) \
    for (uint32_t i = 0; i < def->n; i++) \
        fn(def->array[i]);
    EACH(disks, n_disks, forget_disk)
    EACH(controllers, n_controllers, forget_controller)
    EACH(inputs, n_inputs, forget_input)
    EACH(interfaces, n_interfaces, forget_interface)
    EACH(redirdevs, n_redirdevs, forget_redirdev)
    EACH(smartcards, n_smartcards, forget_smartcard)
    EACH(hostdevs, n_hostdevs, forget_hostdev)
    for (uint32_t i = 0; i < def->n_rngs; i++)
        if (def->rngs[i]->backend)
            forget_rng(def->rngs[i]->backend);
    for (uint32_t i = 0; i < def->n_consoles; i++)
        if (def->consoles[i]->target)
            def->consoles[i]->target->model = CHARDEV_TARGET_MODEL_UNSET;
#undef EACH
}
