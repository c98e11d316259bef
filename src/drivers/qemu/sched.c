/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * sched: a guest's share of the host's processor time.
 *
 * Owns: the table of parameters: where each stands in the definition and in
 * which control group file (v1, v2) it goes.
 * Called by: clients; start applies what the definition says.
 * Waits: for the disk.
 */
#include "base/typed_params.h"
#include "drivers/qemu/verbs.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

enum group { GROUP_ALL, GROUP_VCPU, GROUP_EMULATOR, GROUP_IOTHREAD };

struct param {
    const char *name;
    int type;
    enum group group;
    enum { SHARES, PERIOD, QUOTA } what;
    const char *tunable;
};

static const struct param params_table[] = {
    { VIR_DOMAIN_SCHEDULER_CPU_SHARES, VIR_TYPED_PARAM_ULLONG, GROUP_ALL, SHARES,
      VIR_DOMAIN_TUNABLE_CPU_CPU_SHARES },
    { VIR_DOMAIN_SCHEDULER_VCPU_PERIOD, VIR_TYPED_PARAM_ULLONG, GROUP_VCPU, PERIOD,
      VIR_DOMAIN_TUNABLE_CPU_VCPU_PERIOD },
    { VIR_DOMAIN_SCHEDULER_VCPU_QUOTA, VIR_TYPED_PARAM_LLONG, GROUP_VCPU, QUOTA,
      VIR_DOMAIN_TUNABLE_CPU_VCPU_QUOTA },
    { VIR_DOMAIN_SCHEDULER_EMULATOR_PERIOD, VIR_TYPED_PARAM_ULLONG, GROUP_EMULATOR, PERIOD,
      VIR_DOMAIN_TUNABLE_CPU_EMULATOR_PERIOD },
    { VIR_DOMAIN_SCHEDULER_EMULATOR_QUOTA, VIR_TYPED_PARAM_LLONG, GROUP_EMULATOR, QUOTA,
      VIR_DOMAIN_TUNABLE_CPU_EMULATOR_QUOTA },
    { VIR_DOMAIN_SCHEDULER_GLOBAL_PERIOD, VIR_TYPED_PARAM_ULLONG, GROUP_ALL, PERIOD,
      VIR_DOMAIN_TUNABLE_CPU_GLOBAL_PERIOD },
    { VIR_DOMAIN_SCHEDULER_GLOBAL_QUOTA, VIR_TYPED_PARAM_LLONG, GROUP_ALL, QUOTA,
      VIR_DOMAIN_TUNABLE_CPU_GLOBAL_QUOTA },
    { VIR_DOMAIN_SCHEDULER_IOTHREAD_PERIOD, VIR_TYPED_PARAM_ULLONG, GROUP_IOTHREAD, PERIOD,
      VIR_DOMAIN_TUNABLE_CPU_IOTHREAD_PERIOD },
    { VIR_DOMAIN_SCHEDULER_IOTHREAD_QUOTA, VIR_TYPED_PARAM_LLONG, GROUP_IOTHREAD, QUOTA,
      VIR_DOMAIN_TUNABLE_CPU_IOTHREAD_QUOTA },
};

#define DEFAULT_SHARES 1024
#define DEFAULT_PERIOD 100000

static uint64_t *
period_of(struct domain_cputune *t, enum group group)
{
    return group == GROUP_VCPU ? &t->period : group == GROUP_EMULATOR ? &t->emulator_period
           : group == GROUP_IOTHREAD ? &t->iothread_period : &t->global_period;
}

static bool
has_quota(const struct domain_cputune *t, enum group group)
{
    return group == GROUP_VCPU ? t->has_quota : group == GROUP_EMULATOR ? t->has_emulator_quota
           : group == GROUP_IOTHREAD ? t->has_iothread_quota : t->has_global_quota;
}

static void
set_has_quota(struct domain_cputune *t, enum group group)
{
    if (group == GROUP_VCPU)
        t->has_quota = true;
    else if (group == GROUP_EMULATOR)
        t->has_emulator_quota = true;
    else if (group == GROUP_IOTHREAD)
        t->has_iothread_quota = true;
    else
        t->has_global_quota = true;
}

static int64_t *
quota_of(struct domain_cputune *t, enum group group)
{
    return group == GROUP_VCPU ? &t->quota : group == GROUP_EMULATOR ? &t->emulator_quota
           : group == GROUP_IOTHREAD ? &t->iothread_quota : &t->global_quota;
}

/* As the definition has it; what it leaves out is 0 there, the kernel's default
 * on a running guest. */
static void
read_param(const struct domain_def *def, bool live, const struct param *p, virTypedParameterPtr out)
{
    static const struct domain_cputune none;
    struct domain_cputune *t = def->cputune ? def->cputune : (struct domain_cputune *)&none;

    g_strlcpy(out->field, p->name, sizeof(out->field));
    out->type = p->type;
    switch (p->what) {
    case SHARES:
        out->value.ul = t->has_shares ? t->shares : live ? DEFAULT_SHARES : 0;
        break;
    case PERIOD:
        out->value.ul = *period_of(t, p->group) ? *period_of(t, p->group) : live ? DEFAULT_PERIOD : 0;
        break;
    case QUOTA:
        out->value.l = has_quota(t, p->group) ? *quota_of(t, p->group) : live ? -1 : 0;
        break;
    }
}

static void
write_param(struct domain_def *def, const struct param *p, const virTypedParameter *in)
{
    struct domain_cputune *t = def->cputune;

    if (!t)
        t = def->cputune = model_new(def, struct domain_cputune);
    switch (p->what) {
    case SHARES:
        t->shares = in->value.ul;
        t->has_shares = true;
        break;
    case PERIOD:
        *period_of(t, p->group) = in->value.ul;
        break;
    case QUOTA:
        *quota_of(t, p->group) = in->value.l;
        set_has_quota(t, p->group);
        break;
    }
}

/* ---- control groups ------------------------------------------------------------------------- */

static int
put_bandwidth(struct qemu_cgroup *cg, const char *child, uint64_t period, bool has_quota, int64_t quota,
              struct err *err)
{
    g_autofree char *value = NULL;

    if (qemu_cgroup_is_v2(cg, "cpu")) {
        value = has_quota && quota > 0
                    ? g_strdup_printf("%lld %llu", (long long)quota,
                                      (unsigned long long)(period ? period : DEFAULT_PERIOD))
                    : g_strdup_printf("max %llu", (unsigned long long)(period ? period : DEFAULT_PERIOD));
        return qemu_cgroup_set(cg, child, "cpu", "cpu.max", value, err);
    }
    if (period) {
        value = g_strdup_printf("%llu", (unsigned long long)period);
        if (qemu_cgroup_set(cg, child, "cpu", "cpu.cfs_period_us", value, err) < 0)
            return -1;
    }
    if (has_quota) {
        g_free(value);
        value = g_strdup_printf("%lld", (long long)quota);
        return qemu_cgroup_set(cg, child, "cpu", "cpu.cfs_quota_us", value, err);
    }
    return 0;
}

static int
apply(struct guest *guest, const struct domain_def *def, size_t nvcpus, struct err *err)
{
    const struct domain_cputune *t = def->cputune;
    struct qemu_cgroup *cg = guest->cgroup;

    if (!t || !(t->has_shares || t->period || t->has_quota || t->global_period || t->has_global_quota ||
                t->emulator_period || t->has_emulator_quota))
        return 0;
    if (!cg || !qemu_cgroup_has(cg, "cpu"))
        return err_set(
            err, VIR_ERR_OPERATION_INVALID,
            "the host has no 'cpu' control group for this guest: processor time cannot be divided");
    if (t->has_shares) {
        bool v2 = qemu_cgroup_is_v2(cg, "cpu");
        g_autofree char *value = g_strdup_printf("%llu", (unsigned long long)t->shares);

        if (qemu_cgroup_set(cg, NULL, "cpu", v2 ? "cpu.weight" : "cpu.shares", value, err) < 0)
            return -1;
    }
    if ((t->global_period || t->has_global_quota) &&
        put_bandwidth(cg, NULL, t->global_period, t->has_global_quota, t->global_quota, err) < 0)
        return -1;
    if ((t->emulator_period || t->has_emulator_quota) &&
        put_bandwidth(cg, "emulator", t->emulator_period, t->has_emulator_quota, t->emulator_quota, err) < 0)
        return -1;
    for (size_t i = 0; (t->period || t->has_quota) && i < nvcpus; i++) {
        g_autofree char *child = g_strdup_printf("vcpu%zu", i);

        if (put_bandwidth(cg, child, t->period, t->has_quota, t->quota, err) < 0)
            return -1;
    }
    return 0;
}

int
guest_apply_sched(struct guest *guest, const struct domain_def *def, size_t nvcpus, struct err *err)
{
    return apply(guest, def, nvcpus, err);
}

/* ---- calls ---------------------------------------------------------------------------------- */

int
qemu_domain_get_scheduler_type(struct drv_conn *conn, const struct domain_ref *dom, int *nparams,
                               char **result, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);

    if (!view)
        return -1;
    if (!conn_driver(conn)->privileged)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "processor time cannot be divided in session mode");
    if (nparams)
        *nparams = (int)G_N_ELEMENTS(params_table);
    *result = g_strdup("posix");
    return 0;
}

int
qemu_domain_get_scheduler_parameters_flags(struct drv_conn *conn, const struct domain_ref *dom,
                                           virTypedParameterPtr params, int *nparams, unsigned int flags,
                                           struct err *err)
{
    VIEW_AUTO view = NULL;
    struct affect affect;
    int n = 0;

    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG | VIR_TYPED_PARAM_STRING_OKAY,
                    "virDomainGetSchedulerParametersFlags", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    if (!conn_driver(conn)->privileged)
        return err_set(err, VIR_ERR_OPERATION_UNSUPPORTED,
                       "processor time cannot be divided in session mode");
    if (domain_affect(view, flags, &affect, err) < 0)
        return -1;
    for (size_t i = 0; i < G_N_ELEMENTS(params_table) && n < *nparams; i++)
        read_param(affect.live ? view->live : view->config, affect.live, &params_table[i], &params[n++]);
    *nparams = n;
    return 0;
}

int
qemu_domain_get_scheduler_parameters(struct drv_conn *conn, const struct domain_ref *dom,
                                     virTypedParameterPtr params, int *nparams, struct err *err)
{
    return qemu_domain_get_scheduler_parameters_flags(conn, dom, params, nparams, 0, err);
}

static int
check_values(virTypedParameterPtr params, int nparams, struct err *err)
{
    struct typed_param_rule rules[G_N_ELEMENTS(params_table)];

    for (size_t i = 0; i < G_N_ELEMENTS(params_table); i++)
        rules[i] = (struct typed_param_rule){ params_table[i].name, params_table[i].type, false };
    if (typed_params_check(params, nparams, rules, G_N_ELEMENTS(rules), err) < 0)
        return -1;
    for (int i = 0; i < nparams; i++) {
        const char *name = params[i].field;

        if (g_str_has_suffix(name, "_period") && params[i].value.ul != 0 &&
            (params[i].value.ul < 1000 || params[i].value.ul > 1000000))
            return err_set(err, VIR_ERR_INVALID_ARG,
                           "%s is %llu; it has to be from 1000 to 1000000 microseconds", name,
                           params[i].value.ul);
        if (g_str_has_suffix(name, "_quota") && params[i].value.l > 0 && params[i].value.l < 1000)
            return err_set(err, VIR_ERR_INVALID_ARG,
                           "%s is %lld; it has to be at least 1000 microseconds, or negative "
                           "for no limit",
                           name, params[i].value.l);
    }
    return 0;
}

static void
edit(struct domain_def *def, const virTypedParameter *params, int nparams)
{
    for (int i = 0; i < nparams; i++)
        for (size_t k = 0; k < G_N_ELEMENTS(params_table); k++)
            if (strcmp(params[i].field, params_table[k].name) == 0)
                write_param(def, &params_table[k], &params[i]);
}

static void
tell(struct turn *turn, const virTypedParameter *params, int nparams)
{
    struct event *ev = domain_event(turn_view(turn), EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_TUNABLE);
    int max = 0;

    for (int i = 0; i < nparams; i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(params_table); k++) {
            if (strcmp(params[i].field, params_table[k].name) != 0)
                continue;
            if (params_table[k].type == VIR_TYPED_PARAM_ULLONG)
                typed_params_add_ullong(&ev->u.params.params, &ev->u.params.nparams, &max,
                                        params_table[k].tunable, params[i].value.ul);
            else
                typed_params_add_llong(&ev->u.params.params, &ev->u.params.nparams, &max,
                                       params_table[k].tunable, params[i].value.l);
        }
    }
    turn_emit(turn, ev);
}

int
qemu_domain_set_scheduler_parameters_flags(struct drv_conn *conn, const struct domain_ref *dom,
                                           virTypedParameterPtr params, int nparams, unsigned int flags,
                                           struct err *err)
{
    TURN_AUTO turn = NULL;
    struct affect affect;
    struct domain_def *def;

    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG,
                    "virDomainSetSchedulerParametersFlags", err) < 0 ||
        check_values(params, nparams, err) < 0)
        return -1;
    if (!conn_driver(conn)->privileged)
        return err_set(err, VIR_ERR_OPERATION_UNSUPPORTED,
                       "processor time cannot be divided in session mode");
    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainSetSchedulerParameters", &turn, err) < 0 ||
        domain_affect(turn_view(turn), flags, &affect, err) < 0)
        return -1;
    if (affect.live) {
        const struct guest_pub *pub = view_pub(turn_view(turn));

        def = domain_def_copy(turn_live_def(turn));
        edit(def, params, nparams);
        if (apply(turn_guest(turn), def, pub ? pub->nvcpus : 0, err) < 0) {
            domain_def_unref(def);
            return -1;
        }
        if (guest_save_live(turn, def, err) < 0)
            return -1;
        tell(turn, params, nparams);
    }
    if (affect.config) {
        def = domain_def_copy(turn_config_def(turn));
        edit(def, params, nparams);
        return guest_save_config(turn, def, err);
    }
    return 0;
}

int
qemu_domain_set_scheduler_parameters(struct drv_conn *conn, const struct domain_ref *dom,
                                     virTypedParameterPtr params, int nparams, struct err *err)
{
    return qemu_domain_set_scheduler_parameters_flags(conn, dom, params, nparams, 0, err);
}
