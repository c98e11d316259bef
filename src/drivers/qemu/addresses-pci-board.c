/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * addresses-pci-board: places that machines dictate.
 *
 * Called by: addresses-pci.c.  Nothing waits.
 */
#include "drivers/qemu/addresses-pci.h"

#define ERR_FROM VIR_FROM_DOMAIN

static bool
is_free(const struct pci *p, unsigned slot)
{
    return !p->bus[0].used[slot];
}

static const char *const ich9[] = { "ich9-uhci1", "ich9-uhci2", "ich9-uhci3", NULL,
                                    NULL,         NULL,         NULL,         "ich9-ehci1" };

int
pci_usb2_function(const char *model)
{
    for (int f = 0; f < 8; f++) {
        if (ich9[f] && str_is(model, ich9[f]))
            return f;
    }
    return str_is(model, "ich9-ehci2") ? 7 : str_is(model, "ich9-uhci4") ? 0 : str_is(model, "ich9-uhci5") ? 1
           : str_is(model, "ich9-uhci6")                                 ? 2
                                                                         : -1;
}

/* Which function it has its model tells: one alone is no place. */
static bool
has_slot(const struct device_info *info)
{
    const struct device_address *a = info->address;
    return device_is_placed(info) && (a->type != ADDRESS_TYPE_PCI || a->domain || a->bus || a->slot);
}

/* The controllers of one USB 2 set share a slot. */
int
pci_usb2_set(struct pci *p, struct domain_controller *c, struct err *err)
{
    int function = pci_usb2_function(c->model);
    const struct device_address *sibling = NULL;
    if (has_slot(&c->info) || g_hash_table_contains(p->placed, &c->info))
        return 0;
    for (uint32_t i = 0; i < p->def->n_controllers; i++) {
        const struct domain_controller *o = p->def->controllers[i];
        if (o == c || o->type != CONTROLLER_TYPE_USB || o->index != c->index ||
            pci_usb2_function(o->model) < 0)
            continue;
        /* In a dry pass siblings have no address to be found by: the first one of a set counts for all. */
        if (p->dry && g_hash_table_contains(p->placed, &o->info)) {
            g_hash_table_add(p->placed, &c->info);
            return 0;
        }
        if (has_slot(&o->info) && o->info.address->type == ADDRESS_TYPE_PCI)
            sibling = o->info.address;
    }
    unsigned bus = 0, slot = 0, f;
    if (sibling) {
        if (p->bus[sibling->bus].used[sibling->slot] >> function & 1)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "USB controllers %u: function %d of their slot is given to two of them", c->index,
                           function);
        bus = sibling->bus;
        slot = sibling->slot;
    } else {
        while (pci_find_slot(p, WANT_PCI, false, &bus, &slot, &f) < 0) {
            if (!p->dry || pci_grow(p, WANT_PCI, err) < 0)
                return err_set(err, VIR_ERR_INTERNAL_ERROR, "no free PCI slot for USB controller %u",
                               c->index);
        }
    }
    (sibling ? pci_set_address : pci_choose_address)(p, &c->info, bus, slot, function);
    if (!p->dry && function == 0)
        c->info.address->multifunction = TRI_ON;
    return 0;
}

/* Something of the board is there; nobody else can be. */
static int
reserve(struct pci *p, unsigned slot, unsigned function, struct err *err)
{
    if (p->bus[0].used[slot] >> function & 1)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "PCI address 0000:00:%02x.%x: on machine '%s' a device of the board is there", slot,
                       function, p->def->os->machine);
    p->bus[0].used[slot] |= 1u << function;
    return 0;
}

/* A controller of the board has its place by the chipset. */
static int
place_fixed(struct pci *p, struct domain_controller *c, unsigned slot, unsigned function, struct err *err)
{
    const struct device_address *a = c->info.address;
    if (!device_is_placed(&c->info) || a->type != ADDRESS_TYPE_PCI) {
        if (reserve(p, slot, function, err) < 0)
            return -1;
        pci_set_address(p, &c->info, 0, slot, function);
        return 0;
    }
    return !a->bus && a->slot == slot && a->function == function
               ? 0
               : err_set_from(
                     err, VIR_FROM_QEMU, VIR_ERR_INTERNAL_ERROR,
                     "%s controller 0 of machine '%s' is at PCI address 0000:00:%02x.%x and cannot be "
                     "elsewhere",
                     controller_type_str(c->type), p->def->os->machine, slot, function);
}

static struct domain_video *
primary_video(const struct domain_def *def)
{
    return def->n_videos && pci_wants(NULL, "video", def->videos[0]) != WANT_NONE ? def->videos[0] : NULL;
}

/* It comes before all others, in the slot where firmware has always looked, if that is free. */
static int
place_primary_video(struct pci *p, unsigned slot, struct err *err)
{
    struct domain_video *video = primary_video(p->def);
    if (!video || device_is_placed(&video->info))
        return 0;
    if (!is_free(p, slot))
        return pci_assign(p, "video", video, &video->info, err);
    pci_set_address(p, &video->info, 0, slot, 0);
    return 0;
}

int
pci_board_i440fx(struct pci *p, struct err *err)
{
    for (uint32_t i = 0; i < p->def->n_controllers; i++) {
        struct domain_controller *c = p->def->controllers[i];
        if (c->index == 0 && c->type == CONTROLLER_TYPE_IDE && place_fixed(p, c, 1, 1, err) < 0)
            return -1;
        if (c->index == 0 && c->type == CONTROLLER_TYPE_USB && str_is(c->model, "piix3-uhci") &&
            place_fixed(p, c, 1, 2, err) < 0)
            return -1;
    }
    if (reserve(p, 1, 0, err) < 0 || reserve(p, 1, 3, err) < 0) /* bridge and power management of the PIIX3 */
        return -1;
    p->bus[0].used[1] = 0xff;
    return place_primary_video(p, 2, err);
}

int
pci_board_q35(struct pci *p, struct err *err)
{
    bool sata = false;
    for (uint32_t i = 0; i < p->def->n_controllers; i++) {
        struct domain_controller *c = p->def->controllers[i];
        if (c->type == CONTROLLER_TYPE_SATA && c->index == 0) {
            sata = true;
            if (place_fixed(p, c, 0x1f, 2, err) < 0)
                return -1;
        }
    }
    if (reserve(p, 0x1f, 0, err) < 0 || reserve(p, 0x1f, 3, err) < 0) /* LPC and SMBus are on the board */
        return -1;
    if (!sata && reserve(p, 0x1f, 2, err) < 0)
        return -1;
    if (place_primary_video(p, 1, err) < 0)
        return -1;
    for (uint32_t i = 0; i < p->def->n_controllers; i++) {
        struct domain_controller *c = p->def->controllers[i];
        /* The first companion, and so the set that follows it, sits where the chipset has it. */
        static const unsigned places[] = { 0x1d, 0x1a };
        for (size_t k = 0; k < G_N_ELEMENTS(places); k++) {
            if (c->type == CONTROLLER_TYPE_USB && str_is(c->model, "ich9-uhci1") &&
                !device_has_address(&c->info) && !g_hash_table_contains(p->placed, &c->info) &&
                is_free(p, places[k])) {
                pci_set_address(p, &c->info, 0, places[k], 0);
                if (!p->dry)
                    c->info.address->multifunction = TRI_ON;
            }
        }
    }
    for (uint32_t i = 0; i < p->def->n_sounds; i++) {
        struct domain_sound *s = p->def->sounds[i];
        if (s->model == SOUND_MODEL_ICH9 && !device_is_placed(&s->info) && is_free(p, 0x1b)) {
            pci_set_address(p, &s->info, 0, 0x1b, 0);
            break;
        }
    }
    return 0;
}
