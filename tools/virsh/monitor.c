/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is asked of a domain as a whole: names, state, info, control, clock. */
#include "cmd.h"
#include "lookup.h"
#include "names.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

bool
cmd_domid(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of_by(sh, call, NULL, BY_NAME | BY_UUID);
    if (!dom)
        return false;
    unsigned int id = virDomainGetID(dom);
    if (id == (unsigned int)-1)
        out(sh, "-\n");
    else
        out(sh, "%u\n", id);
    return true;
}

bool
cmd_domname(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of_by(sh, call, NULL, BY_ID | BY_UUID);
    if (!dom)
        return false;
    out(sh, "%s\n", virDomainGetName(dom));
    return true;
}

bool
cmd_domuuid(struct shell *sh, const struct call *call)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    g_autoptr(virDomain) dom = domain_of_by(sh, call, NULL, BY_ID | BY_NAME);
    if (!dom)
        return false;
    if (virDomainGetUUIDString(dom, uuid) < 0)
        return fail(sh, "failed to get domain UUID");
    out(sh, "%s\n", uuid);
    return true;
}

bool
cmd_domstate(struct shell *sh, const struct call *call)
{
    int state = 0, reason = 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || virDomainGetState(dom, &state, &reason, 0) < 0)
        return false;
    if (opt_flag(call, "reason"))
        out(sh, "%s (%s)\n", domain_state_name(state), domain_state_reason(state, reason));
    else
        out(sh, "%s\n", domain_state_name(state));
    return true;
}

static void
security_info(struct shell *sh, virDomainPtr dom, bool active, props *p)
{
    virSecurityModel model;
    virSecurityLabel label;
    memset(&model, 0, sizeof(model));
    memset(&label, 0, sizeof(label));
    if (virNodeGetSecurityModel(sh->conn, &model) < 0 || !model.model[0])
        return;
    prop(p, "Security model", "%s", model.model);
    prop(p, "Security DOI", "%s", model.doi);
    if (!active)
        return;
    if (virDomainGetSecurityLabel(dom, &label) == 0 && label.label[0])
        prop(p, "Security label", "%s (%s)", label.label, label.enforcing ? "enforcing" : "permissive");
}

bool
cmd_dominfo(struct shell *sh, const struct call *call)
{
    virDomainInfo info;
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    int autostart;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(props) p = props_new(15);
    if (!dom)
        return false;
    unsigned int id = virDomainGetID(dom);
    bool active = id != (unsigned int)-1;
    if (active)
        prop(p, "Id", "%u", id);
    else
        prop(p, "Id", "-");
    prop(p, "Name", "%s", virDomainGetName(dom));
    if (virDomainGetUUIDString(dom, uuid) == 0)
        prop(p, "UUID", "%s", uuid);
    auto_lib char *os = virDomainGetOSType(dom);
    if (os)
        prop(p, "OS Type", "%s", os);
    if (virDomainGetInfo(dom, &info) < 0)
        return false;
    prop(p, "State", "%s", domain_state_name(info.state));
    prop(p, "CPU(s)", "%d", info.nrVirtCpu);
    if (info.cpuTime)
        prop(p, "CPU time", "%.1lfs", info.cpuTime / 1e9);
    if (info.maxMem != G_MAXUINT)
        prop(p, "Max memory", "%lu KiB", info.maxMem);
    else
        prop(p, "Max memory", "no limit");
    prop(p, "Used memory", "%lu KiB", info.memory);
    int persistent = virDomainIsPersistent(dom);
    prop(p, "Persistent", "%s", persistent < 0 ? "unknown" : persistent ? "yes" : "no");
    if (virDomainGetAutostart(dom, &autostart) == 0)
        prop(p, "Autostart", "%s", autostart ? "enable" : "disable");
#if API_12
    if (virDomainGetAutostartOnce(dom, &autostart) == 0)
        prop(p, "Autostart Once", "%s", autostart ? "enable" : "disable");
#endif
    int saved = virDomainHasManagedSaveImage(dom, 0);
    prop(p, "Managed save", "%s", saved < 0 ? "unknown" : saved ? "yes" : "no");
    security_info(sh, dom, active, p);
    char **messages = NULL;
    int n = virDomainGetMessages(dom, &messages, 0);
    for (int i = 0; i < n; i++) {
        prop(p, "Messages", "%s", messages[i]);
        free(messages[i]);
    }
    free(messages);
    err_forget(sh);
    props_print(sh, p);
    return true;
}

bool
cmd_domcontrol(struct shell *sh, const struct call *call)
{
    static const char *const states[] = {"ok", "background job", "occupied", "error"};
    static const char *const details[] = {"", "unknown", "monitor failure", "internal (locking) error"};
    virDomainControlInfo info;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || virDomainGetControlInfo(dom, &info, 0) < 0)
        return false;
    if (info.state == VIR_DOMAIN_CONTROL_ERROR)
        out(sh, "%s: %s (%0.3fs)\n", WORD(states, (int)info.state), WORD(details, (int)info.details),
            info.stateTime / 1000.0);
    else if (info.state != VIR_DOMAIN_CONTROL_OK)
        out(sh, "%s (%0.3fs)\n", WORD(states, (int)info.state), info.stateTime / 1000.0);
    else
        out(sh, "%s\n", states[0]);
    return true;
}

bool
cmd_domtime(struct shell *sh, const struct call *call)
{
    long long seconds = 0;
    unsigned int nseconds = 0;
    bool now = opt_flag(call, "now"), pretty = opt_flag(call, "pretty"), sync = opt_flag(call, "sync");
    if (!opt_exclusive(sh, call, "time", "now", "sync", NULL))
        return false;
    int given = opt_llong(sh, call, "time", &seconds);
    g_autoptr(virDomain) dom = given < 0 ? NULL : domain_of(sh, call);
    if (!dom)
        return false;
    if (given || now || sync) {
        if (now && (seconds = time(NULL)) == (time_t)-1)
            return fail(sh, "cannot read the host's clock");
        return virDomainSetTime(dom, seconds, 0, sync ? VIR_DOMAIN_TIME_SYNC : 0) == 0;
    }
    if (virDomainGetTime(dom, &seconds, &nseconds, 0) < 0)
        return false;
    if (pretty) {
        g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(seconds);
        g_autofree char *text = at ? g_date_time_format(at, "%Y-%m-%d %H:%M:%S") : NULL;
        if (!text)
            return fail(sh, "the guest's clock is out of range: %lld", seconds);
        fact(sh, "%s: %s", "Time", "%s", text);
    } else {
        fact(sh, "%s: %s", "Time", "%lld", seconds);
    }
    return true;
}

bool
cmd_domhostname(struct shell *sh, const struct call *call)
{
    const char *source = NULL;
    unsigned int flags = 0;
    if (opt_string(sh, call, "source", &source) < 0)
        return false;
    if (source && strcmp(source, "lease") == 0)
        flags = VIR_DOMAIN_GET_HOSTNAME_LEASE;
    else if (source && strcmp(source, "agent") == 0)
        flags = VIR_DOMAIN_GET_HOSTNAME_AGENT;
    else if (source)
        return fail(sh, "Unknown data source '%s'", source);
    g_autoptr(virDomain) dom = domain_of(sh, call);
    auto_lib char *name = dom ? virDomainGetHostname(dom, flags) : NULL;
    if (!dom)
        return false;
    if (!name)
        return fail(sh, "failed to get hostname");
    out(sh, "%s\n", name);
    return true;
}
