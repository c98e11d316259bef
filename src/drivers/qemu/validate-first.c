/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * validate-first: what is told before devices are given their places: buses that a machine cannot have, USB
 * that is not there, and shared memory that contradicts its server.  The rest of what QEMU cannot do is told
 * when all have a place.  See domain-host.h.
 * Called by: domain_fill(), qemu_assign_addresses().  Nothing waits.
 */
#include "drivers/qemu/domain-host.h"

#define ERR_FROM VIR_FROM_QEMU
#define UNSUPPORTED(...) err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, __VA_ARGS__)

static int
validate_pci_root(const struct domain_def *def, struct err *err)
{
    const char *want = qemu_pci_root(def);
    const struct domain_controller *c = domain_find_controller(def, CONTROLLER_TYPE_PCI, 0);
    if (want && c && !str_is(c->model, want))
        return err_set(err, VIR_ERR_XML_ERROR, "machine '%s' has a '%s' as its PCI controller 0, not '%s'",
                       def->os->machine, want, c->model ? c->model : "");
    return 0;
}

/* The first is there from the start; the others may be plugged in, in an order that is given to all or none.
 */
static int
check_vcpus(const struct domain_def *def, struct err *err)
{
    uint32_t on = 0, ordered = 0;
    for (uint32_t i = 0; i < def->n_vcpus; i++) {
        const struct vcpu *v = def->vcpus[i];
        if (!v->id && v->enabled == TRI_NO)
            return UNSUPPORTED("vcpu 0 cannot be offline");
        if (!v->id && v->hotpluggable == TRI_YES)
            return UNSUPPORTED("vcpu 0 cannot be plugged in: it has to be there from the start");
        if (!v->id && v->order > 1)
            return UNSUPPORTED("vcpu 0 has order='%u' and has to be the first", v->order);
        on += v->enabled == TRI_YES;
        ordered += v->enabled == TRI_YES && v->order;
    }
    return ordered && ordered < on
               ? UNSUPPORTED("of %u <vcpu> that are enabled %u have order=; it is for all or none", on,
                             ordered)
               : 0;
}

static int
check_guest(const struct domain_def *def, struct err *err)
{
    if (validate_pci_root(def, err) < 0)
        return -1;
    if (check_vcpus(def, err) < 0)
        return -1;
    const struct feature_smm *smm = def->features ? def->features->smm : NULL;
    if (smm && smm->state == TRI_ON && smm->tseg && !machine_is_q35(def))
        return UNSUPPORTED("the size of <tseg> can be chosen for q35 machines, not '%s'", def->os->machine);
    return smm && smm->state == TRI_ON && smm->tseg && smm->tseg % (1 << 20)
               ? UNSUPPORTED("the size of <tseg> has to be a number of MiB")
               : 0;
}

static int
check_controller(const struct domain_def *def, const struct domain_controller *c, struct err *err)
{
    uint32_t cells = def->cpu && def->cpu->numa ? def->cpu->numa->n_cells : 0;
    if (c->type == CONTROLLER_TYPE_USB && (str_is(c->model, "qusb1") || str_is(c->model, "qusb2")))
        return UNSUPPORTED("the USB controller '%s' is one of Xen", c->model);
    if (c->type != CONTROLLER_TYPE_PCI)
        return 0;
    if (c->index && !machine_is(def, "pseries") &&
        (str_is(c->model, "pci-root") || str_is(c->model, "pcie-root")))
        return err_set(err, VIR_ERR_XML_ERROR, "a PCI controller '%s' has index %u; it is the one with 0",
                       c->model, c->index);
    if (str_is(c->model, "pci-expander-bus") && !machine_is_i440fx(def))
        return UNSUPPORTED("a 'pci-expander-bus' is for i440fx machines, not '%s'", def->os->machine);
    if (str_is(c->model, "pcie-expander-bus") && !machine_is_q35(def) &&
        !(arch_is_arm(def) && machine_is(def, "virt")))
        return UNSUPPORTED("a 'pcie-expander-bus' is for the machines q35 and virt, not '%s'",
                           def->os->machine);
    return !c->target || !c->target->has_node || c->target->node < cells
               ? 0
               : err_set(err, VIR_ERR_XML_ERROR, "PCI controller %u is on NUMA node %u; the guest has %u",
                         c->index, c->target->node, cells);
}

static int
check_shmem(const struct domain_shmem *s, struct err *err)
{
    if (s->model == SHMEM_MODEL_IVSHMEM_DOORBELL && !s->server)
        return UNSUPPORTED("shmem '%s': ivshmem-doorbell needs a <server>", s->name);
    if (s->model == SHMEM_MODEL_IVSHMEM_DOORBELL && s->size)
        return UNSUPPORTED("shmem '%s': the server of an ivshmem-doorbell decides its size", s->name);
    if (s->model == SHMEM_MODEL_IVSHMEM_PLAIN && s->server)
        return UNSUPPORTED("shmem '%s': ivshmem-plain has no server", s->name);
    return 0;
}

/* Guests of pseries get it in large blocks. */
static int
check_memory(const struct domain_def *def, const struct domain_memory *m, struct err *err)
{
    enum { BLOCK = 256 << 10 };
    return m->model != MEMORY_MODEL_NVDIMM || !machine_is(def, "pseries") ||
                   m->target->size >= BLOCK + m->target->label_size
               ? 0
               : err_set(err, VIR_ERR_XML_ERROR,
                         "an NVDIMM of machine '%s' has to hold 256 MiB and its label", def->os->machine);
}

int
qemu_validate_first(struct domain_def *def, const char *kind, uint32_t at, void *device,
                    struct device_info *info, void *data, struct err *err)
{
    if (!*kind)
        return check_guest(def, err);
    if (!strcmp(kind, "controller"))
        return check_controller(def, device, err);
    if (!strcmp(kind, "memory"))
        return check_memory(def, device, err);
    return strcmp(kind, "shmem") ? 0 : check_shmem(device, err);
}
