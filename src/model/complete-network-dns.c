/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-network-dns: the <dns> of a network; see complete-network.h.
 */
#include "model/complete-network.h"
#include "model/read-fault.h"

#include "model/complete-parts.h"

#include <string.h>

#define ERR_FROM VIR_FROM_NETWORK

static int
bad(struct err *err, const struct network_def *def, const char *record, const char *name, const char *what)
{
    return err_set(err, VIR_ERR_XML_DETAIL, "<dns> of network '%s': the %s record '%s' %s", def->name, record,
                   name ? name : "", what);
}

static int
complete_srv(const struct network_def *def, struct dns_srv *s, struct err *err)
{
    if (fault_in(s, "@service", err) < 0)
        return -1;
    if (!text_made_of(s->service, "*+-/_"))
        return bad(err, def, "SRV", s->service,
                   "can have letters, digits and any of * + - / _ in its service");
    if (fault_in(s, "@protocol", err) < 0)
        return -1;
    if (!text_made_of(s->protocol, "+-/"))
        return bad(err, def, "SRV", s->service, "can have letters, digits and any of + - / in its protocol");
    if (fault_in(s, "@port", err) < 0)
        return -1;
    if (!s->target && (s->has_port || s->has_priority || s->has_weight))
        return bad(err, def, "SRV", s->service,
                   "has a port, priority or weight but no target, which they are about");
    if (s->has_port && (s->port < 1 || s->port > 65535))
        return bad(err, def, "SRV", s->service, "needs a port from 1 to 65535");
    if (fault_in(s, "@priority @weight", err) < 0)
        return -1;
    if (s->priority > 65535 || s->weight > 65535)
        return bad(err, def, "SRV", s->service, "has a priority or weight above 65535");
    s->has_priority = s->priority;      /* 0 is as none */
    s->has_weight = s->weight;
    return 0;
}

static int
complete_host(const struct network_def *def, struct dns_host *h, struct err *err)
{
    struct ip ip;
    if (fault_in(h, NULL, err) < 0)
        return -1;
    if (ip_parse(h->ip, &ip) < 0)
        return bad(err, def, "host", h->ip, "needs an IP address");
    h->ip = ip_text(def, &ip);
    if (!h->n_names)
        return bad(err, def, "host", h->ip, "has no <hostname>");
    return 0;
}

int
network_complete_dns(struct network_def *def, struct err *err)
{
    struct network_dns *d = def->dns;
    if (!d)
        return 0;
    if (fault_in(d, "@enable @forwardPlainNames", err) < 0)
        return -1;
    for (uint32_t i = 0; i < d->n_forwarders; i++) {
        struct dns_forwarder *f = d->forwarders[i];
        struct ip ip;
        if (!f->domain && !f->addr)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "a <forwarder> of network '%s' has neither addr= nor domain=", def->name);
        if (f->addr && ip_parse(f->addr, &ip) < 0)
            return err_set(err, VIR_ERR_XML_ERROR, "a <forwarder> of network '%s': '%s' is not an IP address",
                           def->name, f->addr);
        if (f->addr)
            f->addr = ip_text(def, &ip);
    }
    for (uint32_t i = 0; i < d->n_hosts; i++)
        if (complete_host(def, d->hosts[i], err) < 0)
            return -1;
    for (uint32_t i = 0; i < d->n_srvs; i++)
        if (complete_srv(def, d->srvs[i], err) < 0)
            return -1;
    for (uint32_t i = 0; i < d->n_txts; i++) {
        if (fault_in(d->txts[i], "@name", err) < 0)
            return -1;
        if (strpbrk(d->txts[i]->name, " ,"))
            return bad(err, def, "TXT", d->txts[i]->name, "has a blank or comma in its name");
        if (fault_in(d->txts[i], "@value", err) < 0)
            return -1;
    }
    if (d->enable == TRI_NO && (d->n_forwarders || d->n_txts || d->n_srvs || d->n_hosts))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<dns enable='no'> of network '%s' has records, which nobody would serve", def->name);
    return 0;
}
