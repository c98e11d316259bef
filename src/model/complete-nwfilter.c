/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-nwfilter: packet filters and their bindings; see complete-host.h.
 * nwfilter-value.c has the values of rules.
 */
#include "model/complete-host.h"

#include "base/uuid.h"
#include "model/complete-parts.h"
#include "model/engine.h"
#include "model/nwfilter-value.h"
#include "model/read-fault.h"

#include <string.h>

#define ERR_FROM VIR_FROM_NWFILTER

/* ---- attributes ------------------------------------------------------------------------------ */

/* Which attributes a protocol has. */
enum {
    SRC = 1,
    SRC_MASK = 1 << 17,
    DST = 2,
    ETHER = 4,
    VLAN = 8,
    STP = 16,
    ARP = 32,
    ADDRESS = 64,
    PROTOCOL = 128,
    ICMP_RANGE = 256,
    L4 = 512,
    PORTS = 1024,
    TCP = 2048,
    ICMP = 4096,
    SIX = 8192,
    ALL = 1 << 14,
    IP_DSCP = 1 << 15,
    TCP4 = 1 << 16,
    IP_PORTS = 1 << 18,
};
static const struct attribute {
    const char *name;
    enum rule_value type;
    unsigned of;
    const char *follows;        /* matches, or does not, as that one does */
} attributes[] = {
    { "srcmacaddr", RULE_MAC, SRC },
    { "srcmacmask", RULE_MACMASK, SRC_MASK, "srcmacaddr" },
    { "dstmacaddr", RULE_MAC, DST },
    { "dstmacmask", RULE_MACMASK, DST, "dstmacaddr" },
    { "hwtype", RULE_U16, ARP },
    { "protocoltype", RULE_U16, ARP },
    { "opcode", RULE_OPCODE, ARP },
    { "arpsrcmacaddr", RULE_MAC, ARP },
    { "arpdstmacaddr", RULE_MAC, ARP },
    { "arpsrcipaddr", RULE_IP, ARP },
    { "arpsrcipmask", RULE_MASK, ARP },
    { "arpdstipaddr", RULE_IP, ARP },
    { "arpdstipmask", RULE_MASK, ARP },
    { "gratuitous", RULE_BOOLEAN, ARP },
    { "vlanid", RULE_VLANID, VLAN },
    { "encap-protocol", RULE_INNERTYPE, VLAN },
    { "protocolid", RULE_ETHERTYPE, ETHER },
    { "srcipaddr", RULE_IP, ADDRESS },
    { "srcipmask", RULE_MASK, ADDRESS, "srcipaddr" },
    { "dstipaddr", RULE_IP, ADDRESS },
    { "dstipmask", RULE_MASK, ADDRESS, "dstipaddr" },
    { "srcipfrom", RULE_IP, L4 },
    { "srcipto", RULE_IP, L4, "srcipfrom" },
    { "dstipfrom", RULE_IP, L4 },
    { "dstipto", RULE_IP, L4, "dstipfrom" },
    { "protocol", RULE_IPPROTO, PROTOCOL },
    { "dscp", RULE_DSCP, L4 | IP_DSCP },
    { "connlimit-above", RULE_COUNT, L4 },
    { "state", RULE_STATES, L4 },
    { "ipset", RULE_IPSET, L4 },
    { "ipsetflags", RULE_DIRECTIONS, L4 },
    { "type", RULE_U8, STP | ICMP_RANGE | ICMP },
    { "typeend", RULE_U8, ICMP_RANGE, "type" },
    { "code", RULE_U8, ICMP_RANGE | ICMP, "type" },
    { "codeend", RULE_U8, ICMP_RANGE, "type" },
    { "srcportstart", RULE_U16, PORTS | IP_PORTS },
    { "srcportend", RULE_U16, IP_PORTS },
    { "srcportend", RULE_U16, PORTS, "srcportstart" },
    { "dstportstart", RULE_U16, IP_PORTS },
    { "dstportstart", RULE_U16, PORTS, "srcportstart" },
    { "dstportend", RULE_U16, IP_PORTS },
    { "dstportend", RULE_U16, PORTS, "srcportstart" },
    { "option", RULE_U8, TCP },
    { "flags", RULE_FLAGS, TCP4 },
    { "flags", RULE_U8, STP },
    { "root-priority", RULE_U16, STP },
    { "root-priority-hi", RULE_U16, STP, "root-priority" },
    { "root-address", RULE_MAC, STP },
    { "root-address-mask", RULE_MACMASK, STP, "root-address" },
    { "root-cost", RULE_U32, STP },
    { "root-cost-hi", RULE_U32, STP, "root-cost" },
    { "sender-priority", RULE_U16, STP },
    { "sender-priority-hi", RULE_U16, STP, "sender-priority" },
    { "sender-address", RULE_MAC, STP },
    { "sender-address-mask", RULE_MACMASK, STP, "sender-address" },
    { "port", RULE_U16, STP },
    { "port-hi", RULE_U16, STP, "port" },
    { "age", RULE_U16, STP },
    { "age-hi", RULE_U16, STP, "age" },
    { "max-age", RULE_U16, STP },
    { "max-age-hi", RULE_U16, STP, "max-age" },
    { "hello-time", RULE_U16, STP },
    { "hello-time-hi", RULE_U16, STP, "hello-time" },
    { "forward-delay", RULE_U16, STP },
    { "forward-delay-hi", RULE_U16, STP, "forward-delay" },
    { "comment", RULE_TEXT, ALL },
};
static const struct { const char *name; unsigned has; } protocols[] = {
    { "mac", SRC | SRC_MASK | DST | ETHER },
    { "vlan", SRC | SRC_MASK | DST | VLAN },
    { "stp", SRC | SRC_MASK | STP },
    { "arp", SRC | SRC_MASK | DST | ARP },
    { "rarp", SRC | SRC_MASK | DST | ARP },
    { "ip", SRC | SRC_MASK | DST | ADDRESS | PROTOCOL | IP_PORTS | IP_DSCP },
    { "ipv6", SRC | SRC_MASK | DST | ADDRESS | PROTOCOL | IP_PORTS | ICMP_RANGE | SIX },
    { "tcp", SRC | ADDRESS | L4 | PORTS | TCP | TCP4 },
    { "tcp-ipv6", SRC | ADDRESS | L4 | PORTS | TCP | SIX },
    { "udp", SRC | ADDRESS | L4 | PORTS },
    { "udp-ipv6", SRC | ADDRESS | L4 | PORTS | SIX },
    { "sctp", SRC | ADDRESS | L4 | PORTS },
    { "sctp-ipv6", SRC | ADDRESS | L4 | PORTS | SIX },
    { "icmp", SRC | ADDRESS | L4 | ICMP },
    { "icmpv6", SRC | ADDRESS | L4 | ICMP | SIX },
    { "udplite", SRC | ADDRESS | L4 },
    { "esp", SRC | ADDRESS | L4 },
    { "ah", SRC | ADDRESS | L4 },
    { "igmp", SRC | ADDRESS | L4 },
    { "all", SRC | ADDRESS | L4 },
    { "udplite-ipv6", SRC | ADDRESS | L4 | SIX },
    { "esp-ipv6", SRC | ADDRESS | L4 | SIX },
    { "ah-ipv6", SRC | ADDRESS | L4 | SIX },
    { "all-ipv6", SRC | ADDRESS | L4 | SIX },
};
static const struct attribute *
attribute_of(const char *name, unsigned has)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(attributes); i++)
        if (attributes[i].of & has && !strcmp(attributes[i].name, name))
            return &attributes[i];
    return NULL;
}

/* The values alone. */
static int
read_match(const struct nwfilter_def *def, const char *protocol, unsigned has, struct nwfilter_match *m,
           struct err *err)
{
    const struct model_table *t = &nwfilter_match_table;
    for (unsigned i = 0; i < t->n_attrs; i++) {
        const struct model_field *f = &t->fields[i];
        const char **slot = FIELD_PTR(m, f->offset);
        if (f->kind != MODEL_K_STR || !*slot)
            continue;
        const struct attribute *a = attribute_of(f->name, has | ALL);
        if (!a) {
            *slot = NULL;
            continue;
        }
        const char *good = rule_value(def, a->type, *slot, has & SIX);
        if (!good)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "filter '%s': '%s' is no value for %s of <%s>",
                           def->name, *slot, f->name, protocol);
        *slot = good;
    }
    return 0;
}

/* Values of the same protocol are one rule: later ones count.  match='no' is of each value by itself, but for
 * those that say more of another one; so the rule is told as one element after the other, in the order of the
 * table, as match= changes. */
static uint32_t
merge(const struct nwfilter_def *def, unsigned has, struct nwfilter_match **items, uint32_t n,
      struct nwfilter_match ***out)
{
    const struct model_table *t = &nwfilter_match_table;
    struct nwfilter_match **made = *out = model_alloc(def, t->n_attrs * sizeof(*made)), *last = NULL;
    g_autoptr(GHashTable) negated = g_hash_table_new(g_str_hash, g_str_equal);
    uint32_t n_made = 0;
    for (unsigned i = 0; i < t->n_attrs; i++) {
        const struct model_field *f = &t->fields[i];
        uint32_t k = n;
        while (k > 0 && (f->kind != MODEL_K_STR || !scalar_given(f, items[k - 1])))
            k--;
        if (!k)
            continue;
        const struct attribute *a = attribute_of(f->name, has | ALL);
        bool no = a->follows ? g_hash_table_contains(negated, a->follows) : items[k - 1]->match == TRI_NO;
        if (no)
            g_hash_table_add(negated, (char *)f->name);
        if (!last || no != (last->match == TRI_NO)) {
            last = made[n_made++] = model_new(def, struct nwfilter_match);
            last->position = items[0]->position;
            last->match = no ? TRI_NO : TRI_UNSET;
        }
        memcpy(FIELD_PTR(last, f->offset), FIELD_CPTR(items[k - 1], f->offset), scalar_size(f));
    }
    if (!n_made) {                          /* "not" of nothing says nothing */
        made[n_made++] = items[0];
        items[0]->match = TRI_UNSET;
    }
    return n_made;
}

static int
complete_match(const struct nwfilter_def *def, const char *protocol, unsigned has,
               struct nwfilter_match ***list, uint32_t *n, struct err *err)
{
    struct nwfilter_match **items = *list;
    static const char *const with_ports[] = { "tcp", "udp", "sctp", NULL };
    const char *word = NULL;
    bool ports = false;
    for (uint32_t k = 0; k < *n; k++) {
        struct nwfilter_match *m = items[k];
        if (read_match(def, protocol, has, m, err) < 0)
            return -1;
        ports = ports || m->srcportstart || m->srcportend || m->dstportstart || m->dstportend;
        word = m->protocol ? m->protocol : word;
        if (m->ipset && !m->ipsetflags)
            m->ipsetflags = "src";
        if (!m->ipset)
            m->ipsetflags = NULL;
        if (has & PROTOCOL && ports && (!word || !g_strv_contains(with_ports, word)))
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "filter '%s': <%s> has ports, and they need protocol= tcp, udp or sctp", def->name,
                           protocol);
    }
    *n = merge(def, has, items, *n, list);
    return 0;
}

/* ---- rules ---------------------------------------------------------------------------------- */

static int
complete_rule(const struct nwfilter_def *def, struct nwfilter_rule *r, struct err *err)
{
    const struct model_table *t = &nwfilter_rule_table;
    const char *s = r->statematch;
    if (fault_in(r, "@action @direction", err) < 0)
        return -1;
    if (!r->has_priority || r->priority < -1000 || r->priority > 1000)
        r->priority = 500;
    r->has_priority = true;
    r->statematch = s && (!g_ascii_strcasecmp(s, "false") || !strcmp(s, "0")) ? "false" : NULL;
    uint32_t first = UINT32_MAX;
    for (unsigned i = t->n_attrs; i < t->n_fields; i++) {      /* the protocol that came first counts */
        const struct model_field *f = &t->fields[i];
        struct nwfilter_match *const *items =
            *(struct nwfilter_match *const *const *)FIELD_CPTR(r, f->offset);
        if (FIELD_COUNT(r, f) && items[0]->position - 1 < first)
            first = items[0]->position - 1;
    }
    for (unsigned i = t->n_attrs; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        struct nwfilter_match ***items = FIELD_PTR(r, f->offset);
        uint32_t *n = FIELD_PTR(r, f->has);
        if (!*n)
            continue;
        if ((*items)[0]->position - 1 != first) {
            *n = 0;
            continue;
        }
        for (unsigned p = 0; p < G_N_ELEMENTS(protocols); p++)
            if (!strcmp(protocols[p].name, f->name) &&
                complete_match(def, f->name, protocols[p].has, items, n, err) < 0)
                return -1;
    }
    return 0;
}

/* ---- filters -------------------------------------------------------------------------------- */

static int
complete_chain(struct nwfilter_def *def, struct err *err)
{
    static const struct { const char *prefix; int priority; } chains[] = {
        { "root", 0 }, { "mac", -800 }, { "vlan", -750 }, { "stp", 0 }, { "arp", -500 }, { "rarp", -400 },
        { "ipv4", -700 }, { "ipv6", -600 },
    };
    if (def->has_priority && (def->priority < -1000 || def->priority > 1000))
        return err_set(err, VIR_ERR_INVALID_ARG, "filter '%s': priority %d is not from -1000 to 1000",
                       def->name, def->priority);
    if (!def->chain) {
        def->chain = "root";
        def->has_priority = false;
    }
    if (strlen(def->chain) > 12)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "filter '%s': the chain '%s' has a name of more than 12 characters", def->name,
                       def->chain);
    if (!text_made_of(def->chain, "_-.:"))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "filter '%s': the name of the chain '%s' has other characters than letters, "
                       "digits, _, -, : and .",
                       def->name, def->chain);
    for (unsigned i = 0; i < G_N_ELEMENTS(chains); i++) {
        size_t n = strlen(chains[i].prefix);
        if (strncmp(def->chain, chains[i].prefix, n) || (!i && def->chain[n]))
            continue;
        if (!def->has_priority)
            def->priority = chains[i].priority;
        def->has_priority = def->priority;
        return 0;
    }
    return err_set(err, VIR_ERR_INVALID_ARG,
                   "filter '%s': the chain '%s' is not root, and does not begin with mac, vlan, stp, "
                   "arp, rarp, ipv4 or ipv6",
                   def->name, def->chain);
}

static int
complete_ref(const struct nwfilter_def *def, struct nwfilter_use *ref, struct err *err)
{
    if (!ref->filter)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "filter '%s': a <filterref> does not say which filter",
                       def->name);
    nwfilter_use_complete(ref);
    return 0;
}

int
nwfilter_complete(struct nwfilter_def *def, struct err *err)
{
    if (fault_in(def, "@name @priority", err) < 0 || complete_chain(def, err) < 0 ||
        fault_in(def, "uuid", err) < 0)
        return -1;
    if (!def->has_uuid) {
        uuid_generate(def->uuid);
        def->has_uuid = true;
    }
    for (uint32_t i = 0, k = 0; i < def->n_refs || k < def->n_rules;) {     /* as they stand */
        bool ref = k == def->n_rules || (i < def->n_refs && def->refs[i]->position < def->rules[k]->position);
        if (ref ? complete_ref(def, def->refs[i++], err) < 0 : complete_rule(def, def->rules[k++], err) < 0)
            return -1;
    }
    return 0;
}

int
nwfilter_binding_complete(struct nwfilter_binding_def *def, struct err *err)
{
    const struct {
        bool there;
        const char *what;
        const void *owner;
        const char *part;           /* in which it may be malformed */
    } needed[] = {
        { def->portdev != NULL, "portdev", def, "portdev" },
        { true, "linkdev", def, "linkdev" },
        { def->owner && def->owner->name, "owner name" },
        { def->owner && def->owner->has_uuid, "owner uuid", def->owner, "uuid" },
        { def->has_mac, "mac", def, "mac" },
        { def->filterref && def->filterref->filter, "filterref" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(needed); i++) {
        if (fault_in(needed[i].owner, needed[i].part, err) < 0)
            return -1;
        if (!needed[i].there)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "the binding of a filter to port '%s' has no %s",
                           def->portdev ? def->portdev : "", needed[i].what);
    }
    nwfilter_use_complete(def->filterref);
    return 0;
}
