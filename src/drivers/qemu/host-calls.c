/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * host-calls: the driver's calls that are about no guest: capabilities, what
 * the host has, conversions.
 * Waits: for probing, the first time after an upgrade; else for nobody.
 */
#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/verbs.h"

#include "driver/host-node.h"
#include "drivers/qemu/capabilities.h"
#include "drivers/qemu/probe.h"

#include <stdlib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

static struct qemu_host *
host_of(struct drv_conn *conn)
{
    return ((struct qemu_driver *)conn->hypervisor_state)->host;
}

/* Results leave for free(): GLib's allocator is malloc's. */
static int
given(char *text, char **result)
{
    *result = text;
    return text ? 0 : -1;
}

int
qemu_connect_get_capabilities(struct drv_conn *conn, char **result, struct err *err)
{
    return given(qemu_capabilities(host_of(conn), err), result);
}

int
qemu_connect_get_domain_capabilities(struct drv_conn *conn, const char *emulator, const char *arch,
                                     const char *machine, const char *virttype, unsigned int flags,
                                     char **result, struct err *err)
{
    return given(qemu_domain_capabilities(host_of(conn), emulator, arch, machine, virttype, err), result);
}

int
qemu_connect_get_version(struct drv_conn *conn, unsigned long *version, struct err *err)
{
    return qemu_version(host_of(conn), version, err);
}

int
qemu_connect_get_max_vcpus(struct drv_conn *conn, const char *type, struct err *err)
{
    return qemu_max_vcpus(host_of(conn), type, err);
}

int
qemu_connect_get_cpu_model_names(struct drv_conn *conn, const char *arch, char ***models, unsigned int flags,
                                 struct err *err)
{
    return qemu_cpu_model_names(arch, models, err);
}

/* On a command line to be run by hand every interface is a tap that whoever runs it opens: of the guest's
 * side only what the card is stays, and the first place that is free is its own. */
static void
plain_interfaces(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        struct domain_interface *from = def->interfaces[i];
        if (from->type == INTERFACE_TYPE_HOSTDEV)
            continue;
        from->info.address = NULL;
        if (from->type == INTERFACE_TYPE_VHOSTUSER)
            continue;
        struct domain_interface *to = model_new(def, struct domain_interface);
        to->type = from->type;
        memcpy(to->mac, from->mac, sizeof(to->mac));
        to->has_mac = from->has_mac;
        to->model = from->model;
        def->interfaces[i] = to;
    }
}

int
qemu_connect_domain_xml_to_native(struct drv_conn *conn, const char *format, const char *xml,
                                  unsigned int flags, char **result, struct err *err)
{
    struct qemu_host *host = host_of(conn);
    if (!format || strcmp(format, "qemu-argv"))
        return err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not a native format of this driver; 'qemu-argv' is",
                       format ? format : "");
    DOMAIN_DEF_AUTO def = NULL;
    struct qemu_command cmd = { 0 };
    const struct qemu_command_opts opts = { .id = -1, .native = true };
    if (domain_def_parse(xml, strlen(xml), QEMU_PARSE, &def, err) < 0 ||
        qemu_domain_defaults(def, host, 0, err) < 0)
        return -1;
    plain_interfaces(def);
    struct qemu_caps *caps = qemu_host_caps(host, def->emulator, err);
    int placed = caps ? qemu_assign_addresses(def, caps, err) : -1;
    qemu_caps_unref(caps);
    if (placed < 0 || qemu_domain_prepare(def, host, -1, true, err) < 0 ||
        qemu_command_build(def, host, &opts, &cmd, err) < 0)
        return -1;
    *result = qemu_command_to_string(&cmd, false);
    qemu_command_clear(&cmd);
    return 0;
}

int
qemu_node_get_security_model(struct drv_conn *conn, virSecurityModelPtr model, struct err *err)
{
    memset(model, 0, sizeof(*model));
    g_strlcpy(model->model, host_of(conn)->privileged ? "dac" : "none", sizeof(model->model));
    g_strlcpy(model->doi, "0", sizeof(model->doi));
    return 0;
}
