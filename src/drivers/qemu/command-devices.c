/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-devices: the small devices.  See command-priv.h.
 */
#include "drivers/qemu/command-priv.h"

#include "base/uuid.h"

#define ERR_FROM VIR_FROM_QEMU

static int
input(struct builder *b, const struct domain_input *in)
{
    json_t *o = NULL;
    if (in->bus == INPUT_BUS_PS2)
        return 0;
    if (in->type == INPUT_TYPE_EVDEV && !(in->source && in->source->dev))
        return err_set_from(b->err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR,
                            "an evdev input of guest '%s' names no device of the host", b->def->name);
    if (in->type == INPUT_TYPE_EVDEV) {
        o = json_object();
        put_str(o, "qom-type", "input-linux");
        put_str(o, "id", in->info.alias);
        put_str(o, "evdev", in->source ? in->source->dev : NULL);
        if (in->source)
            put_tri(o, "repeat", in->source->repeat);
        if (in->source && in->source->grab == INPUT_GRAB_ALL)
            put_bool(o, "grab_all", true);
        if (in->source && in->source->grab_toggle)
            put_str(o, "grab-toggle", input_grab_toggle_str(in->source->grab_toggle));
        add_object(b, o);
        return 0;
    }
    if (in->bus == INPUT_BUS_USB) {
        o = props_new(in->type == INPUT_TYPE_MOUSE      ? "usb-mouse"
                      : in->type == INPUT_TYPE_KEYBOARD ? "usb-kbd"
                                                        : "usb-tablet");
    } else if (in->bus == INPUT_BUS_VIRTIO) {
        g_autofree char *base = g_strdup_printf("virtio-%s", in->type == INPUT_TYPE_PASSTHROUGH
                                                                 ? "input-host"
                                                                 : input_type_str(in->type));
        g_autofree char *driver = virtio_driver(b, base, in->model, &in->info);
        o = props_new(driver);
        put_virtio(o, &in->virtio);
    } else {
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "QEMU has no input bus '%s'",
                       in->bus ? input_bus_str(in->bus) : "none");
    }
    put_str(o, "id", in->info.alias);
    if (in->type == INPUT_TYPE_PASSTHROUGH)
        put_str(o, "evdev", in->source ? in->source->evdev : NULL);
    return add_at_address(b, o, &in->info);
}

static int
watchdog(struct builder *b, const struct domain_watchdog *w)
{
    if (w->model != WATCHDOG_MODEL_ITCO) {
        json_t *o = props_new(watchdog_model_str(w->model));
        put_str(o, "id", w->info.alias);
        if (add_at_address(b, o, &w->info) < 0)
            return -1;
    } else {
        add_arg(b, "-global", "ICH9-LPC.noreboot=off");
    }
    return 0;
}

static int
balloon(struct builder *b, const struct domain_memballoon *m)
{
    if (m->model == MEMBALLOON_MODEL_NONE || m->model == MEMBALLOON_MODEL_XEN)
        return 0;
    enum virtio_model model =
        m->model == MEMBALLOON_MODEL_VIRTIO_TRANSITIONAL       ? VIRTIO_MODEL_VIRTIO_TRANSITIONAL
        : m->model == MEMBALLOON_MODEL_VIRTIO_NON_TRANSITIONAL ? VIRTIO_MODEL_VIRTIO_NON_TRANSITIONAL
                                                               : VIRTIO_MODEL_UNSET;
    g_autofree char *driver = virtio_driver(b, "virtio-balloon", model, &m->info);
    json_t *o = props_new(driver);
    put_virtio(o, &m->virtio);
    put_str(o, "id", m->info.alias);
    put_tri(o, "deflate-on-oom", m->autodeflate);
    put_tri(o, "free-page-reporting", m->free_page_reporting);
    return add_at_address(b, o, &m->info);
}

static int
rng(struct builder *b, const struct domain_rng *r)
{
    g_autofree char *id = g_strdup_printf("obj%s", r->info.alias);
    json_t *o = json_object();
    switch (r->backend ? r->backend->model : RNG_BACKEND_MODEL_UNSET) {
    case RNG_BACKEND_MODEL_RANDOM:
        put_str(o, "qom-type", "rng-random");
        put_str(o, "id", id);
        put_str(o, "filename", r->backend->device ? r->backend->device : "/dev/urandom");
        break;
    case RNG_BACKEND_MODEL_EGD: {
        if (build_chardev(b, &r->backend->source, r->info.alias, false) < 0) {
            json_decref(o);
            return -1;
        }
        g_autofree char *chardev = g_strdup_printf("char%s", r->info.alias);
        put_str(o, "qom-type", "rng-egd");
        put_str(o, "id", id);
        put_str(o, "chardev", chardev);
        break;
    }
    default:
        put_str(o, "qom-type", "rng-builtin");
        put_str(o, "id", id);
    }
    add_object(b, o);
    g_autofree char *driver = virtio_driver(b, "virtio-rng", r->model, &r->info);
    json_t *dev = props_new(driver);
    put_virtio(dev, &r->virtio);
    put_str(dev, "rng", id);
    put_str(dev, "id", r->info.alias);
    if (r->rate && r->rate->bytes) {
        put_int(dev, "max-bytes", r->rate->bytes);
        put_int(dev, "period", r->rate->period ? r->rate->period : 1000);
    }
    return add_at_address(b, dev, &r->info);
}

int
build_other_devices(struct builder *b)
{
    const struct domain_def *def = b->def;
    for (uint32_t i = 0; i < def->n_watchdogs; i++) {
        if (watchdog(b, def->watchdogs[i]) < 0)
            return -1;
        if (i == 0) {
            enum watchdog_action a = def->watchdogs[i]->action;
            add_arg(b, "-watchdog-action", a == WATCHDOG_ACTION_DUMP ? "pause" : watchdog_action_str(a));
        }
    }
    if (def->memballoon && balloon(b, def->memballoon) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_rngs; i++) {
        if (rng(b, def->rngs[i]) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_panics; i++) {
        const struct domain_panic *p = def->panics[i];
        if (p->model == PANIC_MODEL_ISA) {
            json_t *o = props_new("pvpanic");
            if (p->info.address)
                put_int(o, "ioport", p->info.address->has_number ? p->info.address->number : 0x505);
            add_device(b, o);
        } else if (p->model == PANIC_MODEL_PVPANIC) {
            if (add_at_address(b, props_new("pvpanic-pci"), &p->info) < 0)
                return -1;
        }
    }
    if (def->vsock) {
        g_autofree char *driver = virtio_driver(b, "vhost-vsock", def->vsock->model, &def->vsock->info);
        json_t *o = props_new(driver);
        put_virtio(o, &def->vsock->virtio);
        put_str(o, "id", def->vsock->info.alias);
        put_int(o, "guest-cid", def->vsock->cid);
        if (b->opts->native) {
            put_str(o, "vhostfd", "-1");
        } else {
            g_autofree char *fd =
                g_strdup_printf("%d", add_fd(b, QEMU_FD_OPEN, "/dev/vhost-vsock", 2, 0, "vhost-vsock"));
            put_str(o, "vhostfd", fd);
        }
        if (add_at_address(b, o, &def->vsock->info) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_inputs; i++) {
        if (input(b, def->inputs[i]) < 0)
            return -1;
    }
    if (def->iommu && def->iommu->model == IOMMU_MODEL_VIRTIO) {
        json_t *o = props_new("virtio-iommu");
        put_str(o, "id", def->iommu->info.alias);
        if (add_at_address(b, o, &def->iommu->info) < 0)
            return -1;
    }
    if (def->nvram && def->nvram->info.address && def->nvram->info.address->has_number)
        add_argf(b, "-global", "spapr-nvram.reg=0x%llx",
                 (unsigned long long)def->nvram->info.address->number);
    if (def->has_genid) {
        char text[UUID_TEXT];
        json_t *o = props_new("vmgenid");
        put_str(o, "guid", uuid_format(def->genid, text));
        put_str(o, "id", "vmgenid0");
        add_device(b, o);
    }
    return 0;
}
