/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * defaults: what a document means to this hypervisor.
 *
 * Called by: definitions, transient guests, hosts from files.  Nothing waits.
 */
#include "drivers/test/guest.h"

#include "base/uuid.h"
#include "model/complete.h"

#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN

static bool
target_taken(const struct domain_def *def, const struct domain_interface *by_other_than)
{
    for (uint32_t i = 0; i < def->n_interfaces; i++)
        if (def->interfaces[i] != by_other_than &&
            g_strcmp0(def->interfaces[i]->target, by_other_than->target) == 0)
            return true;
    return false;
}

/* Each interface has an end on the host; its name is known before the guest runs. */
static void
name_interfaces(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        struct domain_interface *net = def->interfaces[i];
        unsigned n = 0;

        if (net->target) /* even an empty one */
            continue;
        do
            net->target = model_printf(def, "testnet%u", n++);
        while (target_taken(def, net));
    }
}

/* Ports of virtual switches are known by numbers that nobody has to make up by hand. */
static void
number_virtualports(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        struct virtualport *port = def->interfaces[i]->virtualport;
        bool instance, interface;

        if (!port)
            continue;
        instance = !port->type || port->type == VIRTUALPORT_TYPE_802_1QBG;
        interface = !port->type || port->type == VIRTUALPORT_TYPE_OPENVSWITCH;
        if (!port->parameters && (instance || interface))
            port->parameters = model_new(def, struct virtualport_parameters);
        if (instance && !port->parameters->has_instanceid) {
            uuid_generate(port->parameters->instanceid);
            port->parameters->has_instanceid = true;
        }
        if (interface && !port->parameters->has_interfaceid) {
            uuid_generate(port->parameters->interfaceid);
            port->parameters->has_interfaceid = true;
        }
    }
}

/* ---- firmware ------------------------------------------------------------------------------- */

/* Of firmware that is chosen, nothing can be said that the choice decides. */
static int
check_chosen_firmware(const struct domain_os *os, struct err *err)
{
    const struct os_loader *loader = os->loader;
    const char *word = NULL;

    if (loader)
        word = loader->readonly               ? "readonly"
               : loader->type || loader->path ? "type"
               : loader->secure == TRI_NO     ? "secure"
                                              : NULL;
    if (!word && os->nvram && os->nvram->template)
        word = "template";
    return !word ? 0
                 : err_set(err, VIR_ERR_XML_DETAIL,
                           "firmware='%s' lets the hypervisor choose; then '%s' cannot be given",
                           os_firmware_str(os->firmware), word);
}

static int
check_named_firmware(const struct domain_os *os, struct err *err)
{
    if ((os->loader || os->nvram) && !(os->loader && os->loader->path))
        return err_set(
            err, VIR_ERR_XML_DETAIL,
            "<loader> does not name a file, and no attribute 'firmware' of <os> asks to choose one");
    return 0;
}

static int
compare_features(const void *a, const void *b)
{
    return strcmp((*(struct firmware_feature *const *)a)->name, (*(struct firmware_feature *const *)b)->name);
}

static int
complete_firmware(struct domain_os *os, bool possible, struct err *err)
{
    struct os_loader *loader = os->loader;

    if (!os->firmware) {
        os->n_firmware_features = 0;
        return possible ? check_named_firmware(os, err) : 0;
    }
    if (possible && check_chosen_firmware(os, err) < 0)
        return -1;
    if (loader && !loader->secure && !loader->stateless)
        os->loader = NULL;
    else if (loader)
        loader->format = STORAGE_FORMAT_UNSET;
    if (os->nvram && !os->nvram->path && !os->nvram->source)
        os->nvram = NULL;
    qsort(os->firmware_features, os->n_firmware_features, sizeof(*os->firmware_features), compare_features);
    return 0;
}

/* ---- the rest ------------------------------------------------------------------------------- */

/* Entries whose text is in a file. */
static void
drop_idle_words(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_sysinfos; i++)
        for (uint32_t k = 0; k < def->sysinfos[i]->n_entries; k++)
            if (def->sysinfos[i]->entries[k]->file)
                def->sysinfos[i]->entries[k]->value = NULL;
}

/* Addresses that nobody chose are written as 0. */
static int
write_address(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct device_address *a = info->address;

    if (a && a->type == ADDRESS_TYPE_CCW)
        a->has_cssid = a->has_ssid = a->has_devno = true;
    if (a && a->zpci)
        a->zpci->has_uid = a->zpci->has_fid = true;
    return 0;
}

/* What is meant for other hypervisors. */
static void
forget_others(struct domain_def *def)
{
    def->qemu_commandline = NULL;
    def->qemu_capabilities = NULL;
    def->qemu_deprecation = QEMU_DEPRECATION_UNSET;
    def->qemu_override = NULL;
    def->lxc_namespace = NULL;
    def->bhyve_commandline = NULL;
    def->xen_commandline = NULL;
    def->vmware_datacenterpath = NULL;
}

static int
complete(struct domain_def *def, bool possible, struct err *err)
{
    domain_forget_idle_firmware(def);
    if (domain_read_check(def, 0, err) < 0)
        return -1;
    drop_idle_words(def);
    for (uint32_t i = 0; possible && i < def->n_disks; i++)
        if (def->disks[i]->source && def->disks[i]->source->src.fdgroup)
            return err_set(
                err, VIR_ERR_CONFIG_UNSUPPORTED,
                "disk '%s' of guest '%s' is given open files (fdgroup=), which no guest here can take",
                def->disks[i]->target, def->name);
    domain_sort_controllers(def);
    if (domain_fill(def, ARCH_I686, NULL, NULL, err) < 0 ||
        (possible && domain_check(def, NULL, NULL, err) < 0) || complete_firmware(def->os, possible, err) < 0)
        return -1;
    domain_strip_live(def);
    domain_each_device(def, write_address, NULL);
    name_interfaces(def);
    number_virtualports(def);
    forget_others(def);
    return 0;
}

int
test_defaults(struct domain_def *def, struct err *err)
{
    return complete(def, true, err);
}

int
test_defaults_past(struct domain_def *def, struct err *err)
{
    return complete(def, false, err);
}
