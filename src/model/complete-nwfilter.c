/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-nwfilter: packet filters and their bindings; see complete-host.h.
 * A value in a rule may be a $VARIABLE, so all are text; each has a type, in the table below, by which
 * it is checked and brought into the usual spelling.
 */
#include "model/complete-host.h"

#include "base/uuid.h"
#include "model/complete-parts.h"
#include "model/engine.h"

#include <string.h>

#define ERR_FROM VIR_FROM_NWFILTER

/* ---- values of rules ------------------------------------------------------------------------ */

enum type {
    TEXT, U8, U16, U32, COUNT, VLANID, DSCP, MAC, MACMASK, IP, MASK, ETHERTYPE, INNERTYPE, IPPROTO, OPCODE,
    BOOLEAN, STATES, FLAGS, IPSET, DIRECTIONS
};
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
};
static const struct attribute {
    const char *name;
    enum type type;
    unsigned of;
} attributes[] = {
    { "srcmacaddr", MAC, SRC },
    { "srcmacmask", MACMASK, SRC_MASK },
    { "dstmacaddr", MAC, DST },
    { "dstmacmask", MACMASK, DST },
    { "hwtype", U16, ARP },
    { "protocoltype", U16, ARP },
    { "opcode", OPCODE, ARP },
    { "arpsrcmacaddr", MAC, ARP },
    { "arpdstmacaddr", MAC, ARP },
    { "arpsrcipaddr", IP, ARP },
    { "arpsrcipmask", MASK, ARP },
    { "arpdstipaddr", IP, ARP },
    { "arpdstipmask", MASK, ARP },
    { "gratuitous", BOOLEAN, ARP },
    { "vlanid", VLANID, VLAN },
    { "encap-protocol", INNERTYPE, VLAN },
    { "protocolid", ETHERTYPE, ETHER },
    { "srcipaddr", IP, ADDRESS },
    { "srcipmask", MASK, ADDRESS },
    { "dstipaddr", IP, ADDRESS },
    { "dstipmask", MASK, ADDRESS },
    { "srcipfrom", IP, L4 },
    { "srcipto", IP, L4 },
    { "dstipfrom", IP, L4 },
    { "dstipto", IP, L4 },
    { "protocol", IPPROTO, PROTOCOL },
    { "dscp", DSCP, L4 | IP_DSCP },
    { "connlimit-above", COUNT, L4 },
    { "state", STATES, L4 },
    { "ipset", IPSET, L4 },
    { "ipsetflags", DIRECTIONS, L4 },
    { "type", U8, STP | ICMP_RANGE | ICMP },
    { "typeend", U8, ICMP_RANGE },
    { "code", U8, ICMP_RANGE | ICMP },
    { "codeend", U8, ICMP_RANGE },
    { "srcportstart", U16, PORTS },
    { "srcportend", U16, PORTS },
    { "dstportstart", U16, PORTS },
    { "dstportend", U16, PORTS },
    { "option", U8, TCP },
    { "flags", FLAGS, TCP4 },
    { "flags", U8, STP },
    { "root-priority", U16, STP },
    { "root-priority-hi", U16, STP },
    { "root-address", MAC, STP },
    { "root-address-mask", MACMASK, STP },
    { "root-cost", U32, STP },
    { "root-cost-hi", U32, STP },
    { "sender-priority", U16, STP },
    { "sender-priority-hi", U16, STP },
    { "sender-address", MAC, STP },
    { "sender-address-mask", MACMASK, STP },
    { "port", U16, STP },
    { "port-hi", U16, STP },
    { "age", U16, STP },
    { "age-hi", U16, STP },
    { "max-age", U16, STP },
    { "max-age-hi", U16, STP },
    { "hello-time", U16, STP },
    { "hello-time-hi", U16, STP },
    { "forward-delay", U16, STP },
    { "forward-delay-hi", U16, STP },
    { "comment", TEXT, ALL },
};
static const struct { const char *name; unsigned has; } protocols[] = {
    { "mac", SRC | SRC_MASK | DST | ETHER },
    { "vlan", SRC | SRC_MASK | DST | VLAN },
    { "stp", SRC | SRC_MASK | STP },
    { "arp", SRC | SRC_MASK | DST | ARP },
    { "rarp", SRC | SRC_MASK | DST | ARP },
    { "ip", SRC | SRC_MASK | DST | ADDRESS | PROTOCOL | PORTS | IP_DSCP },
    { "ipv6", SRC | SRC_MASK | DST | ADDRESS | PROTOCOL | PORTS | ICMP_RANGE | SIX },
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
struct name { unsigned number; const char *name; };
static const struct name ethertypes[] = { { 0x0800, "ipv4" }, { 0x0806, "arp" },  { 0x8035, "rarp" },
                                          { 0x86dd, "ipv6" }, { 0x8100, "vlan" }, { 0, NULL } };
static const struct name ip_protocols[] = {
    { 1, "icmp" }, { 2, "igmp" }, { 6, "tcp" }, { 17, "udp" }, { 50, "esp" }, { 51, "ah" }, { 58, "icmpv6" },
    { 132, "sctp" }, { 136, "udplite" }, { 0, NULL } };
static const struct name opcodes[] = { { 1, "Request" },         { 2, "Reply" },
                                       { 3, "Request_Reverse" }, { 4, "Reply_Reverse" },
                                       { 5, "DRARP_Request" },   { 6, "DRARP_Reply" },
                                       { 7, "DRARP_Error" },     { 8, "InARP_Request" },
                                       { 9, "ARP_NAK" },         { 0, NULL } };

/* $NAME, $NAME[INDEX] or $NAME[@ITERATOR] without what may stand around the number; NULL: no variable. */
static const char *
variable(const void *root, const char *s)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t n = *s == '$' ? strspn(s + 1, word) : 0;
    if (!n || (s[n + 1] && s[n + 1] != '['))
        return NULL;
    if (!s[n + 1])
        return s;
    const char *p = s + n + 2;
    p += strspn(p, " ");
    bool iterator = *p == '@';
    p += iterator;
    p += strspn(p, " ");
    if (!g_ascii_isdigit(*p))
        return NULL;
    char *end;
    guint64 v = g_ascii_strtoull(p, &end, 10);
    end += strspn(end, " ");
    if (*end != ']' || v > (iterator ? 1000 : UINT32_MAX))
        return NULL;
    return model_printf(root, "%.*s[%s%" G_GUINT64_FORMAT "]", (int)n + 1, s, iterator ? "@" : "", v);
}

/* The number between min and max in its usual spelling, hexadecimal if it came so; NULL: none. */
static const char *
number(const void *root, const char *s, uint64_t min, uint64_t max, bool hex, const struct name *names)
{
    char *end;
    bool is_hex = (hex || names) && s[0] == '0' && (s[1] | 32) == 'x';
    for (const struct name *n = names; n && n->name; n++)
        if (!g_ascii_strcasecmp(n->name, s))
            return n->name;
    if (!g_ascii_isdigit(*s))
        return NULL;
    guint64 v = g_ascii_strtoull(s, &end, is_hex ? 16 : 10);
    if (*end || v < min || v > max)
        return NULL;
    for (const struct name *n = names; n && n->name; n++)
        if (n->number == v)
            return n->name;
    return model_printf(root, is_hex && hex ? "0x%" G_GINT64_MODIFIER "x" : "%" G_GUINT64_FORMAT, v);
}

/* The words, separated by commas, as a set of those of the list; -1: there is another one. */
static int
words_of(const char *s, size_t n, const char *const *list)
{
    g_autofree char *text = g_strndup(s, n);
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    int set = 0;
    for (char **w = words; *w; w++) {
        unsigned i = 0;
        while (list[i] && g_ascii_strcasecmp(g_strstrip(*w), list[i]))
            i++;
        if (!list[i])
            return -1;
        set |= 1 << i;
    }
    return set;
}

static const char *
words_text(const void *root, int set, const char *const *list)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; list[i]; i++)
        if (set >> i & 1)
            g_string_append_printf(text, "%s%s", text->len ? "," : "", list[i]);
    return model_str(root, text->str);
}

/* Of states NONE leaves nothing of the others. */
static const char *
states(const void *root, const char *s)
{
    static const char *const list[] = { "NEW", "ESTABLISHED", "RELATED", "INVALID", "NONE", NULL };
    int set = words_of(s, strlen(s), list);
    return set < 0 ? NULL : words_text(root, set >> 4 ? 1 << 4 : set, list);
}

/* Of flags ALL are all six, NONE is no other one. */
static const char *
flags(const void *root, const char *s, size_t n)
{
    enum { SIX_FLAGS = (1 << 6) - 1 };
    static const char *const list[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ALL", "NONE", NULL };
    int set = words_of(s, n, list);
    if (set < 0)
        return NULL;
    if (set >> 6 & 1 || (set & SIX_FLAGS) == SIX_FLAGS)
        return "ALL";
    return set & SIX_FLAGS ? words_text(root, set & SIX_FLAGS, list) : "NONE";
}

/* In small letters, and without spaces. */
static const char *
directions(const void *root, const char *s)
{
    static const char *const list[] = { "SRC", "DST", NULL };
    g_autofree char *lower = g_ascii_strdown(s, -1);
    return strchr(s, ' ') || words_of(s, strlen(s), list) < 0 ? NULL : model_str(root, lower);
}

static const char *
mask(const void *root, const char *s, bool six)
{
    struct ip ip;
    const char *n = number(root, s, 0, six ? 128 : 32, false, NULL);
    if (n)
        return n;
    if (ip_parse(s, &ip) < 0 || ip_is4(&ip) == six || ip_prefix_of_mask(&ip) < 0)
        return NULL;
    return model_printf(root, "%d", ip_prefix_of_mask(&ip));
}

/* Ones first, then zeroes. */
static bool
is_mac_mask(const unsigned char mac[MAC_BYTES])
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < MAC_BYTES; i++)
        bits = bits << 8 | mac[i];
    uint64_t zeroes = ~bits & ((UINT64_C(1) << 48) - 1);
    return (zeroes & (zeroes + 1)) == 0;
}

/* The value in its usual spelling, or NULL. */
static const char *
value(const void *root, enum type type, const char *s, bool six)
{
    unsigned char bytes[MAC_BYTES];
    char text[MAC_TEXT];
    const char *slash, *first, *second;
    struct ip ip;
    switch (type) {
    case TEXT: return strlen(s) > 256 ? model_strn(root, s, 256) : s;
    case U8: return number(root, s, 0, 255, true, NULL);
    case U16: return number(root, s, 0, 65535, true, NULL);
    case U32: return number(root, s, 0, UINT32_MAX, true, NULL);
    case COUNT: return number(root, s, 0, 65535, false, NULL);
    case VLANID: return number(root, s, 0, 4095, true, NULL);
    case DSCP: return number(root, s, 0, 63, true, NULL);
    case INNERTYPE: return number(root, s, 0x3c, 65535, true, ethertypes);
    case ETHERTYPE: return number(root, s, 0x600, 65535, true, ethertypes);
    case IPPROTO: return number(root, s, 0, 255, true, ip_protocols);
    case OPCODE: return number(root, s, 0, 65535, false, opcodes);
    case MAC: return mac_parse(s, bytes) < 0 ? NULL : model_str(root, mac_format(bytes, text));
    case MACMASK:
        return mac_parse(s, bytes) < 0 || !is_mac_mask(bytes) ? NULL
                                                              : model_str(root, mac_format(bytes, text));
    case IP: return ip_parse(s, &ip) < 0 || ip_is4(&ip) == six ? NULL : ip_text(root, &ip);
    case MASK: return mask(root, s, six);
    case BOOLEAN: return !strcmp(s, "1") || !strcmp(s, "yes") || !strcmp(s, "true") ? "true" : "false";
    case STATES: return !*s ? s : states(root, s);
    case FLAGS:
        slash = strchr(s, '/');
        first = slash ? flags(root, s, slash - s) : NULL;
        second = first ? flags(root, slash + 1, strlen(slash + 1)) : NULL;
        return second ? model_printf(root, "%s/%s", first, second) : NULL;
    case IPSET:
        return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ .:-+")] ? NULL
                                                                                                    : s;
    case DIRECTIONS: return directions(root, s);
    }
    return NULL;
}

static const struct attribute *
attribute_of(const char *name, unsigned has)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(attributes); i++)
        if (attributes[i].of & has && !strcmp(attributes[i].name, name))
            return &attributes[i];
    return NULL;
}

/* The values alone; *any: whether there are some. */
static int
read_match(const struct nwfilter_def *def, const char *protocol, unsigned has, struct nwfilter_match *m,
           bool *any, struct err *err)
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
        *any = true;
        const char *good = variable(def, *slot);
        if (!good)
            good = value(def, a->type, *slot, has & SIX);
        if (!good)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "filter '%s': '%s' is no value for %s of <%s>",
                           def->name, *slot, f->name, protocol);
        *slot = good;
    }
    return 0;
}

static void
merge(struct nwfilter_match *into, const struct nwfilter_match *from)
{
    const struct model_table *t = &nwfilter_match_table;
    for (unsigned i = 0; i < t->n_attrs; i++) {
        const struct model_field *f = &t->fields[i];
        if (scalar_given(f, from))
            memcpy(FIELD_PTR(into, f->offset), FIELD_CPTR(from, f->offset), scalar_size(f));
    }
}

/* Later ones of the same protocol add to the first. */
static int
complete_match(const struct nwfilter_def *def, const char *protocol, unsigned has,
               struct nwfilter_match *const *items, uint32_t n, struct err *err)
{
    struct nwfilter_match *m = items[0];
    bool any = false;
    for (uint32_t k = 0; k < n; k++)
        if (read_match(def, protocol, has, items[k], &any, err) < 0)
            return -1;
    for (uint32_t k = 1; k < n; k++)
        merge(m, items[k]);
    if (m->match == TRI_YES || !any)        /* "not" of nothing says nothing */
        m->match = TRI_UNSET;
    if (m->ipset && !m->ipsetflags)
        m->ipsetflags = "src";
    if (!m->ipset)
        m->ipsetflags = NULL;
    static const char *const with_ports[] = { "TCP", "UDP", "SCTP", NULL };
    bool ports = m->srcportstart || m->srcportend || m->dstportstart || m->dstportend;
    if (has & PROTOCOL && ports &&
        (!m->protocol || words_of(m->protocol, strlen(m->protocol), with_ports) < 0))
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "filter '%s': <%s> has ports, and they need protocol= tcp, udp or sctp", def->name,
                       protocol);
    return 0;
}

/* ---- rules ---------------------------------------------------------------------------------- */

static int
complete_rule(const struct nwfilter_def *def, struct nwfilter_rule *r, struct err *err)
{
    const struct model_table *t = &nwfilter_rule_table;
    const char *s = r->statematch;
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
        struct nwfilter_match *const *items =
            *(struct nwfilter_match *const *const *)FIELD_CPTR(r, f->offset);
        uint32_t *n = FIELD_PTR(r, f->has);
        if (!*n)
            continue;
        if (items[0]->position - 1 != first) {
            *n = 0;
            continue;
        }
        for (unsigned p = 0; p < G_N_ELEMENTS(protocols); p++)
            if (!strcmp(protocols[p].name, f->name) &&
                complete_match(def, f->name, protocols[p].has, items, *n, err) < 0)
                return -1;
        *n = 1;
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

int
nwfilter_complete(struct nwfilter_def *def, struct err *err)
{
    if (complete_chain(def, err) < 0)
        return -1;
    if (!def->has_uuid) {
        uuid_generate(def->uuid);
        def->has_uuid = true;
    }
    for (uint32_t i = 0; i < def->n_refs; i++) {
        if (!def->refs[i]->filter)
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "filter '%s': a <filterref> does not say which filter", def->name);
        nwfilter_use_complete(def->refs[i]);
    }
    for (uint32_t i = 0; i < def->n_rules; i++)
        if (complete_rule(def, def->rules[i], err) < 0)
            return -1;
    return 0;
}

int
nwfilter_binding_complete(struct nwfilter_binding_def *def, struct err *err)
{
    const char *lacks = !def->portdev                                ? "portdev"
                        : !def->has_mac                              ? "mac"
                        : !def->owner || !def->owner->name           ? "owner name"
                        : !def->owner->has_uuid                      ? "owner uuid"
                        : !def->filterref || !def->filterref->filter ? "filterref"
                                                                     : NULL;
    if (lacks)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the binding of a filter to port '%s' has no %s",
                       def->portdev ? def->portdev : "", lacks);
    nwfilter_use_complete(def->filterref);
    return 0;
}
