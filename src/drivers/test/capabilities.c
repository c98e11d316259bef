/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * capabilities: what the test host can run, as documents; the models of processors that are known by name.
 *
 * Called by: clients.  Nothing waits.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "driver/cpu-calls.h"
#include "driver/cpu-models.h"
#include "model/capabilities-def.h"
#include "model/domain-devices-def.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

#define EMULATOR "/usr/bin/test-hv"

int
test_connect_get_max_vcpus(struct drv_conn *conn, const char *type, struct err *err)
{
    return TEST_MAX_VCPUS;
}

static void
add_thread(const void *root, struct host_threads *of, int cell, int core)
{
    struct host_thread *t = model_new(root, struct host_thread);

    t->id = cell * (TEST_HOST_CPUS / TEST_CELLS) + core;
    t->socket_id = cell;
    t->core_id = core;
    t->has_id = t->has_socket_id = t->has_die_id = t->has_core_id = true;
    t->siblings = model_printf(root, "%u", t->id);
    model_list_append(root, of->threads, of->n_threads, t);
    of->num = of->n_threads;
    of->has_num = true;
}

static void
add_pages(const void *root, struct host_cell *cell, unsigned size, uint64_t count)
{
    struct host_pages *p = model_new(root, struct host_pages);

    *p = (struct host_pages){
        .unit = "KiB", .size = size, .count = count, .has_size = true, .has_count = true
    };
    model_list_append(root, cell->pages, cell->n_pages, p);
}

static void
add_cell(const void *root, struct host_cells *of, int id)
{
    const struct test_cell *is = &test_cells[id];
    struct host_cell *cell = model_new(root, struct host_cell);

    cell->id = id;
    cell->has_id = true;
    cell->memory = model_new(root, struct host_memory);
    *cell->memory = (struct host_memory){ .unit = "KiB", .size = is->kib, .has_size = true };
    add_pages(root, cell, is->page, is->kib / is->page);
    add_pages(root, cell, 2048, 0);
    add_pages(root, cell, 1048576, 0);
    cell->cpus = model_new(root, struct host_threads);
    for (int core = 0; core < TEST_HOST_CPUS / TEST_CELLS; core++)
        add_thread(root, cell->cpus, id, core);
    model_list_append(root, of->cells, of->n_cells, cell);
}

static struct host_cpu *
host_processor(const void *root)
{
    static const unsigned sizes[] = { 4, 8, 2048, 1048576 };
    struct host_cpu *cpu = model_new(root, struct host_cpu);

    cpu->arch = "i686";
    cpu->features = model_new(root, struct host_cpu_features);
    cpu->features->pae = cpu->features->nonpae = true;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct host_pages_size *p = model_new(root, struct host_pages_size);

        *p = (struct host_pages_size){ .unit = "KiB", .size = sizes[i], .has_size = true };
        model_list_append(root, cpu->pages, cpu->n_pages, p);
    }
    return cpu;
}

static void
add_guest(struct capabilities_def *def, const char *type)
{
    struct capabilities_guest *g = model_new(def, struct capabilities_guest);
    struct guest_virt *virt = model_new(def, struct guest_virt);

    g->os_type = type;
    g->arch = model_new(def, struct guest_arch);
    *g->arch =
        (struct guest_arch){ .name = "i686", .wordsize = 32, .has_wordsize = true, .emulator = EMULATOR };
    virt->type = DOMAIN_VIRT_TEST;
    model_list_append(def, g->arch->domains, g->arch->n_domains, virt);
    g->features = model_new(def, struct guest_features);
    g->features->pae = g->features->nonpae = true;
    model_list_append(def, def->guests, def->n_guests, g);
}

int
test_connect_get_capabilities(struct drv_conn *conn, char **result, struct err *err)
{
    int ncells = test_conn(conn)->ncells;
    CAPABILITIES_DEF_AUTO def = capabilities_def_new();
    struct capabilities_host *host = def->host = model_new(def, struct capabilities_host);
    struct host_secmodel *security = model_new(def, struct host_secmodel);

    host->cpu = host_processor(def);
    host->power_management = model_new(def, struct host_power);
    host->iommu = TRI_NO;
    host->topology = model_new(def, struct host_topology);
    host->topology->cells = model_new(def, struct host_cells);
    for (int id = 0; id < ncells; id++)
        add_cell(def, host->topology->cells, id);
    host->topology->cells->num = ncells;
    host->topology->cells->has_num = true;
    security->model = "testSecurity";
    security->doi = "";
    model_list_append(def, host->secmodels, host->n_secmodels, security);
    add_guest(def, "hvm");
    add_guest(def, "xen");
    *result = capabilities_def_format(def, 0);
    return 0;
}

/* ---- what a guest can have ------------------------------------------------------------------ */

/* A device that a guest can have, of every kind that documents know: nothing here has to carry it out.
 * Programs that install guests choose from what is named, and take a kind that is not for one that the host
 * lacks. */
static struct domcaps_item *
item(const void *root, const char *name, const struct model_enum *kinds)
{
    struct domcaps_item *i = model_new(root, struct domcaps_item);
    struct domcaps_enum *e = model_new(root, struct domcaps_enum);

    i->supported = TRI_YES;
    e->name = name;
    for (unsigned k = 1; k < kinds->count; k++)
        model_list_append(root, e->values, e->n_values, (char *)kinds->names[k]);
    model_list_append(root, i->enums, i->n_enums, e);
    return i;
}

int
test_connect_get_domain_capabilities(struct drv_conn *conn, const char *emulator, const char *arch,
                                     const char *machine, const char *virttype, unsigned int flags,
                                     char **result, struct err *err)
{
    DOMCAPS_DEF_AUTO def = NULL;

    if (flags_check(flags, 0, "virConnectGetDomainCapabilities", err) < 0)
        return -1;
    if (emulator && strcmp(emulator, EMULATOR) != 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "the test host has one emulator, " EMULATOR ", not '%s'",
                       emulator);
    if (arch && strcmp(arch, "i686") != 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "the test host runs guests of i686, not of '%s'", arch);
    if (virttype && strcmp(virttype, "test") != 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "the test host runs guests of type 'test', not '%s'",
                       virttype);
    def = domcaps_def_new();
    def->path = EMULATOR;
    def->domain = DOMAIN_VIRT_TEST;
    def->machine = model_str(def, machine);
    def->arch = ARCH_I686;
    def->max_vcpus = TEST_MAX_VCPUS;
    def->has_max_vcpus = true;
    def->iothreads = TRI_YES;
    def->devices = model_new(def, struct domcaps_devices);
    def->devices->disk = item(def, "bus", &disk_bus_enum);
    def->devices->graphics = item(def, "type", &graphics_type_enum);
    def->devices->video = item(def, "modelType", &video_type_enum);
    def->devices->hostdev = item(def, "subsysType", &hostdev_type_enum);
    def->devices->rng = item(def, "backendModel", &rng_backend_model_enum);
    def->devices->filesystem = item(def, "driverType", &fs_driver_type_enum);
    def->devices->tpm = item(def, "backendModel", &tpm_backend_type_enum);
    *result = domcaps_def_format(def, 0);
    return 0;
}

/* ---- named models of processors ------------------------------------------------------------- */

int
test_connect_get_cpu_model_names(struct drv_conn *conn, const char *name, char ***models, unsigned int flags,
                                 struct err *err)
{
    enum arch arch;

    if (flags_check(flags, 0, "virConnectGetCPUModelNames", err) < 0)
        return -1;
    arch = (enum arch)model_enum_from(&arch_enum, name);
    if (!arch)
        return err_set(err, VIR_ERR_INVALID_ARG, "there is no architecture '%s'", name);
    return cpu_model_names(arch, models, err);
}

int
test_connect_baseline_cpu(struct drv_conn *conn, const char **xml, unsigned int ncpus, unsigned int flags,
                          char **result, struct err *err)
{
    if (flags_check(flags, VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES, "virConnectBaselineCPU", err) < 0)
        return -1;
    return cpu_baseline(xml, ncpus, flags, NULL, NULL, result, err);
}
