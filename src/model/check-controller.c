/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-controller: controllers; see check.h.
 */
#include <string.h>
#include "model/check.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* The models of each type; types without a line have none. */
static const char *const models[CONTROLLER_TYPE_COUNT][20] = {
    [CONTROLLER_TYPE_SCSI] = { "auto", "buslogic", "lsilogic", "lsisas1068", "vmpvscsi", "ibmvscsi",
                               "virtio-scsi", "lsisas1078", "virtio-transitional", "virtio-non-transitional",
                               "ncr53c90", "dc390", "am53c974" },
    [CONTROLLER_TYPE_USB] = { "piix3-uhci", "piix4-uhci", "ehci", "ich9-ehci1", "ich9-uhci1", "ich9-uhci2",
                              "ich9-uhci3", "vt82c686b-uhci", "pci-ohci", "nec-xhci", "qusb1", "qusb2",
                              "qemu-xhci", "none" },
    [CONTROLLER_TYPE_PCI] = { "pci-root", "pcie-root", "pci-bridge", "dmi-to-pci-bridge",
                              "pcie-to-pci-bridge", "pcie-root-port", "pcie-switch-upstream-port",
                              "pcie-switch-downstream-port", "pci-expander-bus", "pcie-expander-bus" },
    [CONTROLLER_TYPE_IDE] = { "piix3", "piix4", "ich6" },
    [CONTROLLER_TYPE_VIRTIO_SERIAL] = { "virtio", "virtio-transitional", "virtio-non-transitional" },
};

int check_controller_read(const struct domain_def *def, const struct domain_controller *c, struct err *err)
{
    if (c->model && !g_strv_contains(models[c->type], c->model)) {
        g_autofree char *valid = g_strjoinv(", ", (char **)models[c->type]);
        return UNSUPPORTED("a controller of type '%s' of guest '%s' has model '%s'; %s%s",
                           controller_type_str(c->type), def->name, c->model,
                           *valid ? "it can be " : "that type has none", valid);
    }
    return 0;
}

static bool companion(const struct domain_controller *c)
{
    return c->type == CONTROLLER_TYPE_USB && c->model && g_str_has_prefix(c->model, "ich9-");
}

int check_controllers(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *a = def->controllers[i];
        for (uint32_t k = 0; k < def->n_controllers; k++) {
            const struct domain_controller *b = def->controllers[k];
            if (k == i || a->type != b->type)
                continue;
            if (a->type == CONTROLLER_TYPE_USB && a->model && !strcmp(a->model, "none"))
                return err_set(err, VIR_ERR_XML_DETAIL,
                               "guest '%s' has no USB (a controller with model 'none') and "
                               "another USB controller",
                               def->name);
            if (k < i && a->index == b->index && !(companion(a) && companion(b)))
                return XML("guest '%s' has two %s controllers with index %u", def->name,
                           controller_type_str(a->type), a->index);
        }
    }
    return 0;
}
