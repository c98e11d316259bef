/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * network-update-dns: changes of the DNS records of a network; see network-update.h.
 */
#include "driver/network-update-priv.h"

#include "model/complete-host.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_NETWORK

static bool
has_name(const struct dns_host *h, const xmlNode *item)
{
    for (const xmlNode *n = item->children; n; n = n->next) {
        if (n->type != XML_ELEMENT_NODE || !xmlStrEqual(n->name, (const xmlChar *)"hostname") || !n->children)
            continue;
        for (uint32_t i = 0; i < h->n_names; i++)
            if (xmlStrEqual(n->children->content, (const xmlChar *)h->names[i]))
                return true;
    }
    return false;
}

/* Addresses may not come twice; to delete, one of the names will do. */
static bool
dns_host_fits(const struct update *u, const void *record)
{
    const struct dns_host *h = record;

    return update_same_ip(update_attr(u, "ip"), h->ip) || (!adds(u) && has_name(h, u->item));
}

static bool
dns_txt_fits(const struct update *u, const void *record)
{
    return g_strcmp0(update_attr(u, "name"), ((const struct dns_txt *)record)->name) == 0;
}

static bool
dns_srv_fits(const struct update *u, const void *record)
{
    const struct dns_srv *s = record;
    const struct { const char *name, *has; } texts[] = {
        { "service", s->service },
        { "protocol", s->protocol },
        { "domain", s->domain },
        { "target", s->target },
    };
    const struct { const char *name; unsigned has; } numbers[] = {
        { "port", s->port }, { "priority", s->priority }, { "weight", s->weight },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (update_attr(u, texts[i].name) && g_strcmp0(update_attr(u, texts[i].name), texts[i].has) != 0)
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (update_attr(u, numbers[i].name) &&
            g_ascii_strtoull(update_attr(u, numbers[i].name), NULL, 10) != numbers[i].has)
            return false;
    return true;
}

static int
check_dns_host(const struct update *u, struct err *err)
{
    const char *ip = update_attr(u, "ip");

    if (ip && !update_is_ip(ip))
        return err_set(err, VIR_ERR_XML_DETAIL, "ip='%s' of a DNS <host> is not an IP address", ip);
    return ip || xmlFirstElementChild(u->item)
               ? 0
               : err_set(err, VIR_ERR_XML_DETAIL,
                         "to delete a DNS <host>, name it by ip= or a <hostname>: %s", u->xml);
}

static int
check_dns_txt(const struct update *u, struct err *err)
{
    const char *name = update_attr(u, "name");

    return name && !strchr(name, ' ') ? 0 :
        err_set(err, VIR_ERR_XML_DETAIL, "to delete a DNS <txt>, name it by name=: %s", u->xml);
}

static int
check_dns_srv(const struct update *u, struct err *err)
{
    static const char *const numbers[] = { "port", "priority", "weight" };

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (update_attr(u, numbers[i]) &&
            !g_ascii_string_to_unsigned(update_attr(u, numbers[i]), 10, 0, 65535, NULL, NULL))
            return err_set(err, VIR_ERR_XML_DETAIL, "%s='%s' of a DNS <srv> is not a number up to 65535",
                           numbers[i], update_attr(u, numbers[i]));
    return 0;
}

static const struct dns_kind {
    const char *element, *what;
    const struct model_table *table;
    bool (*fits)(const struct update *u, const void *record);
    int (*check)(const struct update *u, struct err *err); /* of a pattern */
} dns_kinds[] = {
    { "host", "DNS host", &dns_host_table, dns_host_fits, check_dns_host },
    { "txt", "DNS TXT record", &dns_txt_table, dns_txt_fits, check_dns_txt },
    { "srv", "DNS SRV record", &dns_srv_table, dns_srv_fits, check_dns_srv },
};

static int
update_records(struct update *u, const struct dns_kind *kind, void ***list, uint32_t *n, struct err *err)
{
    uint32_t found = 0, at = 0;
    void *record = NULL;

    if (u->command == VIR_NETWORK_UPDATE_COMMAND_MODIFY)
        return update_no_modify(u, kind->what, err);
    if (update_check_element(u, kind->element, err) < 0 ||
        (adds(u) ? !(record = update_import(u, kind->element, kind->table, err)) : kind->check(u, err) < 0))
        return -1;
    for (uint32_t i = 0; i < *n; i++) {
        if (!kind->fits(u, (*list)[i]))
            continue;
        at = i;
        found++;
    }
    if (adds(u)) {
        model_list_insert(u->def, *list, *n, update_place(u, *n), record);
        if (network_complete(u->def, err) < 0)
            return -1;
        return found ? update_exists(u, kind->what, err) : 0;
    }
    if (!found)
        return update_missing(u, kind->what, err);
    if (found > 1)
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "network '%s' has %u such records of kind %s: say more of the one to delete",
                       u->def->name, found, kind->what);
    model_list_remove(*list, *n, at);
    return 0;
}

int
update_dns(struct update *u, unsigned section, struct err *err)
{
    struct network_def *def = u->def;

    if (!def->dns)
        def->dns = model_new(def, struct network_dns);
    if (section == VIR_NETWORK_SECTION_DNS_HOST)
        return update_records(u, &dns_kinds[0], (void ***)&def->dns->hosts, &def->dns->n_hosts, err);
    if (section == VIR_NETWORK_SECTION_DNS_TXT)
        return update_records(u, &dns_kinds[1], (void ***)&def->dns->txts, &def->dns->n_txts, err);
    return update_records(u, &dns_kinds[2], (void ***)&def->dns->srvs, &def->dns->n_srvs, err);
}
