/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tune: shares and limits of a guest.  They are noted down; nothing comes of them.
 *
 * Called by: clients.  Waits: for a turn.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "driver/params.h"
#include "model/devices.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

#define AFFECT (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)
#define READ_FLAGS (AFFECT | VIR_TYPED_PARAM_STRING_OKAY)

/* What an edit is given. */
struct values {
    virTypedParameterPtr params;
    int n;
    const char *device;
};

static int
edit_blkio(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct values *v = arg;

    return params_write_blkio(def, v->params, v->n, err);
}

static int
edit_memory(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct values *v = arg;

    return params_write_memory(def, v->params, v->n, ERR_FROM, err);
}

static int
edit_numa(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct values *v = arg;
    const struct domain_numatune *old = def->numatune;
    /* A guest without memory tuning may get any. */
    bool tuned = old && old->memory;
    enum numa_mode mode = tuned && old->memory->mode ? old->memory->mode : NUMA_MODE_STRICT;

    if (params_write_numa(def, v->params, v->n, ERR_FROM, err) < 0)
        return -1;
    if (live && tuned && def->numatune->memory->mode != mode)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "the NUMA mode of a running guest cannot change");
    return 0;
}

/* The calls about all of a guest differ in the words only. */
#define GUEST_PARAMS(word, api, slot)                                                                        \
    int test_domain_get_##slot(struct drv_conn *conn, const struct domain_ref *dom,                          \
                               virTypedParameterPtr params, int *nparams, unsigned int flags,                \
                               struct err *err)                                                              \
    {                                                                                                        \
        VIEW_AUTO view = NULL;                                                                               \
        const struct domain_def *def =                                                                       \
            test_read_one(conn, dom, flags, READ_FLAGS, "virDomainGet" api, &view, err);                     \
        struct params_out out = PARAMS_OUT(params, nparams);                                                 \
        if (!def)                                                                                            \
            return -1;                                                                                       \
        params_read_##word(def, &out);                                                                       \
        *nparams = params_out_count(&out);                                                                   \
        return 0;                                                                                            \
    }                                                                                                        \
    int test_domain_set_##slot(struct drv_conn *conn, const struct domain_ref *dom,                          \
                               virTypedParameterPtr params, int nparams, unsigned int flags,                 \
                               struct err *err)                                                              \
    {                                                                                                        \
        struct values values = { params, nparams, NULL };                                                    \
        return test_edit_one(conn, dom, flags, AFFECT, "virDomainSet" api, edit_##word, &values, err);       \
    }
GUEST_PARAMS(blkio, "BlkioParameters", blkio_parameters)
GUEST_PARAMS(memory, "MemoryParameters", memory_parameters)
GUEST_PARAMS(numa, "NumaParameters", numa_parameters)

/* ---- perf events: the library hands the array out ------------------------------------------- */

int
test_domain_get_perf_events(struct drv_conn *conn, const struct domain_ref *dom, virTypedParameterPtr *params,
                            int *nparams, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def =
        test_read_one(conn, dom, flags, READ_FLAGS, "virDomainGetPerfEvents", &view, err);
    struct params_out out = { 0 };

    if (!def)
        return -1;
    params_read_perf(def, &out);
    out = (struct params_out){ g_new0(virTypedParameter, out.n), out.n, 0 };
    params_read_perf(def, &out);
    *params = out.items;
    *nparams = out.n;
    return 0;
}

static int
edit_perf(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct values *v = arg;

    return params_write_perf(def, v->params, v->n, err);
}

int
test_domain_set_perf_events(struct drv_conn *conn, const struct domain_ref *dom, virTypedParameterPtr params,
                            int nparams, unsigned int flags, struct err *err)
{
    struct values values = { params, nparams, NULL };

    return test_edit_one(conn, dom, flags, AFFECT, "virDomainSetPerfEvents", edit_perf, &values, err);
}

/* ---- scheduler: one weight, the same for all ------------------------------------------------ */

#define WEIGHT 50

int
test_domain_get_scheduler_type(struct drv_conn *conn, const struct domain_ref *dom, int *nparams,
                               char **result, struct err *err)
{
    if (nparams)
        *nparams = 1;
    *result = g_strdup("fair");
    return 0;
}

int
test_domain_get_scheduler_parameters_flags(struct drv_conn *conn, const struct domain_ref *dom,
                                           virTypedParameterPtr params, int *nparams, unsigned int flags,
                                           struct err *err)
{
    VIEW_AUTO view = NULL;
    struct params_out out = PARAMS_OUT(params, nparams);

    if (flags_check(flags, 0, "virDomainGetSchedulerParametersFlags", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    params_out_uint(&out, VIR_DOMAIN_SCHEDULER_WEIGHT, WEIGHT);
    *nparams = params_out_count(&out);
    return 0;
}

int
test_domain_get_scheduler_parameters(struct drv_conn *conn, const struct domain_ref *dom,
                                     virTypedParameterPtr params, int *nparams, struct err *err)
{
    return test_domain_get_scheduler_parameters_flags(conn, dom, params, nparams, 0, err);
}

int
test_domain_set_scheduler_parameters_flags(struct drv_conn *conn, const struct domain_ref *dom,
                                           virTypedParameterPtr params, int nparams, unsigned int flags,
                                           struct err *err)
{
    static const struct typed_param_rule rules[] = { { VIR_DOMAIN_SCHEDULER_WEIGHT, VIR_TYPED_PARAM_UINT,
                                                       false } };
    VIEW_AUTO view = NULL;

    if (flags_check(flags, 0, "virDomainSetSchedulerParametersFlags", err) < 0 ||
        typed_params_check(params, nparams, rules, G_N_ELEMENTS(rules), err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    return 0;
}

int
test_domain_set_scheduler_parameters(struct drv_conn *conn, const struct domain_ref *dom,
                                     virTypedParameterPtr params, int nparams, struct err *err)
{
    return test_domain_set_scheduler_parameters_flags(conn, dom, params, nparams, 0, err);
}

/* ---- interfaces ----------------------------------------------------------------------------- */

static int
need_interface(const struct domain_def *def, const char *name, struct domain_interface **net, struct err *err)
{
    *net = def_interface_by_name(def, name);
    return *net ? 0
                : err_set_from(
                      err, VIR_FROM_DOMAIN, VIR_ERR_INVALID_ARG,
                      "guest '%s' has no interface '%s' (a MAC address or the name of its end on the host)",
                      def->name, name);
}

int
test_domain_get_interface_parameters(struct drv_conn *conn, const struct domain_ref *dom, const char *device,
                                     virTypedParameterPtr params, int *nparams, unsigned int flags,
                                     struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def =
        test_read_one(conn, dom, flags, READ_FLAGS, "virDomainGetInterfaceParameters", &view, err);
    struct params_out out = PARAMS_OUT(params, nparams);
    struct domain_interface *net;

    if (!def)
        return -1;
    if (!out.room) {
        static const struct domain_interface none;

        params_read_interface(&none, &out);
        *nparams = out.n;
        return 0;
    }
    if (need_interface(def, device, &net, err) < 0)
        return -1;
    params_read_interface(net, &out);
    *nparams = params_out_count(&out);
    return 0;
}

static int
edit_interface(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct values *v = arg;
    struct domain_interface *net;

    return need_interface(def, v->device, &net, err) < 0
               ? -1
               : params_write_interface(def, net, v->params, v->n, err);
}

int
test_domain_set_interface_parameters(struct drv_conn *conn, const struct domain_ref *dom, const char *device,
                                     virTypedParameterPtr params, int nparams, unsigned int flags,
                                     struct err *err)
{
    struct values values = { params, nparams, device };

    if (flags_check(flags, AFFECT, "virDomainSetInterfaceParameters", err) < 0 ||
        params_check_interface(params, nparams, err) < 0)
        return -1;
    return test_edit_one(conn, dom, flags, AFFECT, "virDomainSetInterfaceParameters", edit_interface, &values,
                         err);
}

/* ---- disks ---------------------------------------------------------------------------------- */

static int
need_disk(const struct domain_def *def, const char *name, struct domain_disk **disk, struct err *err)
{
    *disk = (struct domain_disk *)def_disk_by_name(def, name);
    return *disk ? 0 : err_set(err, VIR_ERR_INVALID_ARG, "guest '%s' has no disk '%s'", def->name, name);
}

int
test_domain_get_block_io_tune(struct drv_conn *conn, const struct domain_ref *dom, const char *disk_name,
                              virTypedParameterPtr params, int *nparams, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def =
        test_read_one(conn, dom, flags, READ_FLAGS, "virDomainGetBlockIoTune", &view, err);
    struct params_out out = PARAMS_OUT(params, nparams);
    struct domain_disk *disk;

    if (!def)
        return -1;
    if (!out.room) {
        static const struct domain_disk none;

        params_read_iotune(&none, &out);
        *nparams = out.n;
        return 0;
    }
    if (need_disk(def, disk_name, &disk, err) < 0)
        return -1;
    params_read_iotune(disk, &out);
    *nparams = params_out_count(&out);
    return 0;
}

static int
edit_disk(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct values *v = arg;
    struct domain_disk *disk;

    return need_disk(def, v->device, &disk, err) < 0
               ? -1
               : params_write_iotune(def, disk, v->params, v->n, ERR_FROM, err);
}

int
test_domain_set_block_io_tune(struct drv_conn *conn, const struct domain_ref *dom, const char *disk,
                              virTypedParameterPtr params, int nparams, unsigned int flags, struct err *err)
{
    struct values values = { params, nparams, disk };

    if (flags_check(flags, AFFECT, "virDomainSetBlockIoTune", err) < 0 ||
        params_check_iotune(params, nparams, err) < 0)
        return -1;
    return test_edit_one(conn, dom, flags, AFFECT, "virDomainSetBlockIoTune", edit_disk, &values, err);
}

/* ---- security ------------------------------------------------------------------------------- */

int
test_domain_get_security_label(struct drv_conn *conn, const struct domain_ref *dom, virSecurityLabelPtr label,
                               struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);

    if (!view)
        return -1;
    memset(label, 0, sizeof(*label));
    if (!vm_view_is_active(view))
        return 0;
    g_strlcpy(label->label, "libvirt-test", sizeof(label->label));
    label->enforcing = 1;
    return 0;
}

int
test_domain_get_launch_security_info(struct drv_conn *conn, const struct domain_ref *dom,
                                     virTypedParameterPtr *params, int *nparams, unsigned int flags,
                                     struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def;
    int max = 0;

    if (flags_check(flags, 0, "virDomainGetLaunchSecurityInfo", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    def = vm_view_def(view);
    if (!def->launch_security || def->launch_security->type != LAUNCH_SECURITY_TYPE_SEV)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "guest '%s' does not start in a measured way (<launchSecurity type='sev'>)",
                       view->name);
    *params = NULL;
    *nparams = 0;
    return typed_params_add_string(params, nparams, &max, VIR_DOMAIN_LAUNCH_SECURITY_SEV_MEASUREMENT,
                                   "dGVzdA==");
}
