/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * capabilities: what the test host can run, as documents; the models of processors that are known by name.
 *
 * Called by: clients.  Nothing waits.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

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
add_cells(GString *xml, int ncells)
{
    static const unsigned large[] = { 2048, 1048576 };

    g_string_append_printf(xml, "    <topology>\n      <cells num='%d'>\n", ncells);
    for (int cell = 0; cell < ncells; cell++) {
        g_string_append_printf(xml, "        <cell id='%d'>\n          <memory unit='KiB'>%llu</memory>\n",
                               cell, test_cells[cell].kib);
        g_string_append_printf(xml, "          <pages unit='KiB' size='%u'>%llu</pages>\n",
                               test_cells[cell].page, test_cells[cell].kib / test_cells[cell].page);
        for (size_t i = 0; i < G_N_ELEMENTS(large); i++)
            g_string_append_printf(xml, "          <pages unit='KiB' size='%u'>0</pages>\n", large[i]);
        g_string_append_printf(xml, "          <cpus num='%d'>\n", TEST_HOST_CPUS / TEST_CELLS);
        for (int core = 0; core < TEST_HOST_CPUS / TEST_CELLS; core++) {
            int id = cell * (TEST_HOST_CPUS / TEST_CELLS) + core;

            g_string_append_printf(
                xml, "            <cpu id='%d' socket_id='%d' die_id='0' core_id='%d' siblings='%d'/>\n", id,
                cell, core, id);
        }
        g_string_append(xml, "          </cpus>\n        </cell>\n");
    }
    g_string_append(xml, "      </cells>\n    </topology>\n");
}

int
test_connect_get_capabilities(struct drv_conn *conn, char **result, struct err *err)
{
    static const char *const types[] = { "hvm", "xen" };
    static const unsigned pages[] = { 4, 8, 2048, 1048576 };
    int ncells = test_conn(conn)->ncells;
    GString *xml = g_string_new("<capabilities>\n\n  <host>\n    <cpu>\n      <arch>i686</arch>\n"
                                "      <features>\n        <pae/>\n        <nonpae/>\n      </features>\n");

    for (size_t i = 0; i < G_N_ELEMENTS(pages); i++)
        g_string_append_printf(xml, "      <pages unit='KiB' size='%u'/>\n", pages[i]);
    g_string_append(xml, "    </cpu>\n    <power_management/>\n    <iommu support='no'/>\n");
    add_cells(xml, ncells);
    g_string_append(xml, "    <secmodel>\n      <model>testSecurity</model>\n      <doi></doi>\n    "
                         "</secmodel>\n  </host>\n\n");
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        g_string_append_printf(
            xml,
            "  <guest>\n    <os_type>%s</os_type>\n    <arch name='i686'>\n"
            "      <wordsize>32</wordsize>\n      <emulator>" EMULATOR "</emulator>\n"
            "      <domain type='test'/>\n    </arch>\n"
            "    <features>\n      <pae/>\n      <nonpae/>\n    </features>\n  </guest>\n\n",
            types[i]);
    g_string_append(xml, "</capabilities>\n");
    *result = g_string_free(xml, FALSE);
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
    return cpu_baseline(xml, ncpus, flags & VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES, result, err);
}
