/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Launch security of confidential guests, and calls newer than the rest: displays that reload, announcements,
 * throttle groups by the document, waiting for a condition. */
#include "cmd.h"
#include "events.h"
#include "file.h"
#include "lookup.h"
#include "params.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

bool
cmd_domlaunchsecinfo(struct shell *sh, const struct call *call)
{
    auto_params p = {0};
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (virDomainGetLaunchSecurityInfo(dom, &p.list, &p.n, 0) < 0)
        return fail(sh, "Unable to get launch security parameters");
    params_print(sh, LINE_OF_PARAM, p.list, p.n);
    return true;
}

bool
cmd_domsetlaunchsecstate(struct shell *sh, const struct call *call)
{
    unsigned long long address = 0;
    g_autofree char *header = NULL;
    g_autofree char *secret = NULL;
    auto_params p = {0};
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_file(sh, call, "secrethdr", &header) < 0 || opt_file(sh, call, "secret", &secret) < 0)
        return false;
    if (!header || !secret)
        return fail(sh, "both --secrethdr and --secret are required");
    int rc = opt_ullong(sh, call, "set-address", &address);
    if (rc < 0)
        return false;
    if (virTypedParamsAddString(&p.list, &p.n, &p.max, VIR_DOMAIN_LAUNCH_SECURITY_SEV_SECRET_HEADER, header) <
            0 ||
        virTypedParamsAddString(&p.list, &p.n, &p.max, VIR_DOMAIN_LAUNCH_SECURITY_SEV_SECRET, secret) < 0 ||
        (rc > 0 && virTypedParamsAddULLong(&p.list, &p.n, &p.max,
                                           VIR_DOMAIN_LAUNCH_SECURITY_SEV_SECRET_SET_ADDRESS, address) < 0))
        return false;
    if (virDomainSetLaunchSecurityState(dom, p.list, p.n, 0) < 0)
        return fail(sh, "Unable to set launch security state");
    return true;
}

/* ---- throttle groups as the document shows them ---- */

static xml_doc *
throttle_doc(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    auto_lib char *text =
        dom ? virDomainGetXMLDesc(dom, opt_flag(call, "inactive") ? VIR_DOMAIN_XML_INACTIVE : 0) : NULL;
    return text ? xml_parse(text) : NULL;
}

bool
cmd_domthrottlegrouplist(struct shell *sh, const struct call *call)
{
    g_autoptr(xml_doc) doc = throttle_doc(sh, call);
    if (!doc)
        return false;
    g_autoptr(table) t = table_new("Name", NULL);
    g_autoptr(GPtrArray) nodes = xml_nodes(doc, NULL, "/domain/throttlegroups/throttlegroup");
    for (guint i = 0; i < nodes->len; i++) {
        g_autofree char *name = xml_text(doc, nodes->pdata[i], "string(./group_name)");
        table_row(t, name ? name : "-", NULL);
    }
    table_print(sh, t);
    return true;
}

bool
cmd_domthrottlegroupinfo(struct shell *sh, const struct call *call)
{
    const char *group = NULL;
    if (opt_string(sh, call, "group-name", &group) <= 0)
        return false;
    g_autoptr(xml_doc) doc = throttle_doc(sh, call);
    if (!doc)
        return false;
    g_autoptr(GPtrArray) nodes = xml_nodes(doc, NULL, "/domain/throttlegroups/throttlegroup");
    for (guint i = 0; i < nodes->len; i++) {
        g_autofree char *name = xml_text(doc, nodes->pdata[i], "string(./group_name)");
        if (g_strcmp0(name, group) != 0)
            continue;
        g_autoptr(GPtrArray) fields = xml_nodes(doc, nodes->pdata[i], "./*");
        for (guint f = 0; f < fields->len; f++) {
            g_autofree char *value = xml_text(doc, fields->pdata[f], "string(.)");
            fact(sh, LINE_OF_PARAM, (const char *)((xmlNode *)fields->pdata[f])->name, "%s",
                 value ? value : "");
        }
        return true;
    }
    return fail(sh, "domain has no throttle group '%s'", group);
}

#if API_12
bool
cmd_domifannounce(struct shell *sh, const struct call *call)
{
    static const char *const fields[] = {
        VIR_DOMAIN_ANNOUNCE_INTERFACE_INITIAL, VIR_DOMAIN_ANNOUNCE_INTERFACE_MAX,
        VIR_DOMAIN_ANNOUNCE_INTERFACE_ROUNDS, VIR_DOMAIN_ANNOUNCE_INTERFACE_STEP};
    const char *device = NULL;
    auto_params p = {0};
    if (opt_string(sh, call, "interface", &device) < 0)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        if (params_add_uint(sh, call, fields[i], fields[i], &p) < 0)
            return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    return dom && virDomainAnnounceInterface(dom, device, p.list, p.n, 0) == 0;
}

bool
cmd_domdisplay_reload(struct shell *sh, const struct call *call)
{
    unsigned int type = 0;
    const char *name = NULL;
    if (opt_uint(sh, call, "type", &type) < 0)
        return false;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom)
        return false;
    if (virDomainGraphicsReload(dom, type, 0) < 0)
        return fail(sh, "Failed to reload the graphics display of domain '%s'", name);
    say(sh, "Domain '%s' graphics display reloaded", name);
    return true;
}
#endif

/* ---- await ---- */

struct await {
    struct event_wait wait;
};

static int
is_inactive(struct shell *sh, virDomainPtr dom)
{
    int active = virDomainIsActive(dom);
    /* A transient domain is forgotten when it ends. */
    if (active < 0 && err_code(sh) == VIR_ERR_NO_DOMAIN) {
        err_forget(sh);
        return 1;
    }
    return active < 0 ? -1 : !active;
}

static int
agent_connected(struct shell *sh, virDomainPtr dom)
{
    auto_lib char *text = virDomainGetXMLDesc(dom, 0);
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    if (!doc)
        return -1;
    g_autofree char *state =
        xml_text(doc, NULL, "string(/domain/devices/channel/target[@name='org.qemu.guest_agent.0']/@state)");
    return g_strcmp0(state, "connected") == 0;
}

static int
on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    event_wait_stop(&((struct await *)opaque)->wait);
    return 0;
}

static void
on_agent(virConnectPtr conn, virDomainPtr dom, int state, int reason, void *opaque)
{
    event_wait_stop(&((struct await *)opaque)->wait);
}

static void
await_unref(void *opaque)
{
    g_atomic_rc_box_release(opaque);
}

bool
cmd_await(struct shell *sh, const struct call *call)
{
    const char *condition = NULL;
    int timeout = 0, ids[2], met = 0;
    if (opt_string(sh, call, "condition", &condition) <= 0 || opt_timeout_ms(sh, call, &timeout) < 0)
        return false;
    bool agent = strcmp(condition, "guest-agent-available") == 0;
    if (!agent && strcmp(condition, "domain-inactive") != 0)
        return fail(sh, "unknown condition '%s', expecting domain-inactive or guest-agent-available",
                    condition);
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    int (*test)(struct shell *, virDomainPtr) = agent ? agent_connected : is_inactive;
    struct await *a = g_atomic_rc_box_new0(struct await);
    event_wait_init(&a->wait, sh, NULL);
    ids[0] = virConnectDomainEventRegisterAny(sh->conn, dom, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                              (virConnectDomainEventGenericCallback)(void *)on_lifecycle,
                                              g_atomic_rc_box_acquire(a), await_unref);
    ids[1] = virConnectDomainEventRegisterAny(sh->conn, dom, VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE,
                                              (virConnectDomainEventGenericCallback)(void *)on_agent,
                                              g_atomic_rc_box_acquire(a), await_unref);
    gint64 end = g_get_monotonic_time() + timeout * G_GINT64_CONSTANT(1000);
    while ((met = test(sh, dom)) == 0) {
        gint64 left = (end - g_get_monotonic_time()) / 1000;
        if (timeout && left <= 0)
            break;
        int rc = event_wait_quietly(&a->wait, timeout ? (int)left : 0);
        if (rc < 0)
            break;
        g_mutex_lock(&a->wait.lock);
        a->wait.done = false;
        g_mutex_unlock(&a->wait.lock);
    }
    for (int i = 0; i < 2; i++) {
        if (ids[i] >= 0)
            virConnectDomainEventDeregisterAny(sh->conn, ids[i]);
        else
            await_unref(a);
    }
    await_unref(a);
    if (met == 0)
        return fail(sh, "the condition %s was not met", condition);
    return met > 0;
}
