/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-parts: see complete-parts.h.  Called by: complete-*.c.  Nothing waits.
 */
#include "model/complete-parts.h"
#include "model/read-fault.h"

#include "base/uuid.h"

#include <arpa/inet.h>
#include <string.h>

#define ERR_FROM VIR_FROM_NONE

/* ---- addresses ------------------------------------------------------------------------------ */

int
ip_parse(const char *text, struct ip *ip)
{
    struct in_addr four;
    *ip = (struct ip){ .bits = 0 };
    if (strchr(text, ':')) {
        if (inet_pton(AF_INET6, text, ip->bytes) != 1)
            return -1;
        ip->bits = 128;
        return 0;
    }
    if (!*text || strspn(text, "0123456789abcdefxABCDEFX.") != strlen(text) || !inet_aton(text, &four))
        return -1;
    memcpy(ip->bytes, &four, 4);
    ip->bits = 32;
    return 0;
}

const char *
ip_text(const void *root, const struct ip *ip)
{
    char buf[INET6_ADDRSTRLEN];
    return model_str(root, inet_ntop(ip_is4(ip) ? AF_INET : AF_INET6, ip->bytes, buf, sizeof(buf)));
}

bool
ip_same_net(const struct ip *a, const struct ip *b, unsigned prefix)
{
    if (a->bits != b->bits || prefix > a->bits)
        return false;
    for (unsigned i = 0; i < prefix; i++)
        if ((a->bytes[i / 8] ^ b->bytes[i / 8]) >> (7 - i % 8) & 1)
            return false;
    return true;
}

bool
ip_range_fits(const struct ip *a, const struct ip *b)
{
    return !memcmp(a->bytes, b->bytes, a->bits / 8 - 2);
}

int
ip_compare(const struct ip *a, const struct ip *b)
{
    return memcmp(a->bytes, b->bytes, a->bits / 8);
}

int
ip_prefix_of_mask(const struct ip *mask)
{
    unsigned n = 0;
    while (n < mask->bits && mask->bytes[n / 8] >> (7 - n % 8) & 1)
        n++;
    for (unsigned i = n; i < mask->bits; i++)
        if (mask->bytes[i / 8] >> (7 - i % 8) & 1)
            return -1;
    return n;
}

int
ip_class_prefix(const struct ip *ip)
{
    unsigned char first = ip->bytes[0];
    return !ip_is4(ip) || first >= 224 ? -1 : first < 128 ? 8 : first < 192 ? 16 : 24;
}

bool
ip_host_bits_are(const struct ip *ip, unsigned prefix, unsigned bit)
{
    for (unsigned i = prefix; i < ip->bits; i++)
        if ((unsigned)(ip->bytes[i / 8] >> (7 - i % 8) & 1) != bit)
            return false;
    return true;
}

/* ---- routes --------------------------------------------------------------------------------- */

static int
bad_route(struct err *err, const char *where, const struct network_route *r, const char *what)
{
    return err_set_from(err, VIR_FROM_NETWORK, VIR_ERR_XML_ERROR, "%s: the <route> to '%s' by '%s' %s", where,
                        r->address, r->gateway, what);
}

/* Has it no bits but those of the mask, whatever these are? */
static bool
inside_mask(const struct ip *ip, const struct ip *mask)
{
    for (unsigned i = 0; i < ip->bits / 8; i++)
        if (ip->bytes[i] & ~mask->bytes[i])
            return false;
    return true;
}

static int
complete_route(const void *root, struct network_route *r, const char *where, struct err *err)
{
    struct ip to, by, mask;
    bool six = r->family == IP_FAMILY_IPV6;
    if (fault_in(r, "@prefix @metric @address @gateway", err) < 0)
        return -1;
    if (ip_parse(r->address, &to) < 0 || ip_parse(r->gateway, &by) < 0)
        return bad_route(err, where, r, "has something that is no IP address");
    if (fault_in(r, NULL, err) < 0)
        return -1;
    if (r->netmask && (ip_parse(r->netmask, &mask) < 0 || !ip_is4(&mask)))
        return bad_route(err, where, r, "has a malformed netmask");
    if (ip_is4(&to) == six || ip_is4(&by) == six)
        return bad_route(err, where, r,
                         "has addresses of another family than its family=, which is ipv4 if not given");
    if (r->netmask && six)
        return bad_route(err, where, r, "takes prefix=, not netmask=");
    if (r->netmask && r->has_prefix)
        return bad_route(err, where, r, "has both netmask= and prefix=");
    if (r->prefix > to.bits)
        return bad_route(err, where, r, "has too long a prefix");
    r->address = ip_text(root, &to);
    r->gateway = ip_text(root, &by);
    if (r->netmask)
        r->netmask = ip_text(root, &mask);
    /* with neither it is the default route, to 0.0.0.0 */
    if (r->netmask ? !inside_mask(&to, &mask) : !ip_host_bits_are(&to, r->has_prefix ? r->prefix : 0, 0))
        return bad_route(err, where, r, "does not go to the address of a network");
    return 0;
}

int
routes_complete(const void *root, struct network_route **routes, uint32_t n, const char *where,
                struct err *err)
{
    for (uint32_t i = 0; i < n; i++)
        if (complete_route(root, routes[i], where, err) < 0)
            return -1;
    return 0;
}

/* ---- addresses of devices ------------------------------------------------------------------- */

int
pci_address_check(const struct pci_address *a, const char *where, struct err *err)
{
    if (fault_in(a, NULL, err) < 0)
        return -1;
    if (a->slot > 0x1f)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: a PCI address has slot 0x%x, and the highest is 0x1f",
                       where, a->slot);
    if (a->function > 7)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: a PCI address has function %u, and the highest is 7",
                       where, a->function);
    return 0;
}

/* ---- network parts -------------------------------------------------------------------------- */

int
vlan_complete(struct vlan *v, const char *where, struct err *err)
{
    bool native = false;
    if (!v)
        return 0;
    if (!v->n_tags && fault_in(v, NULL, err) == 0)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: <vlan> has no <tag id='…'/>, and it needs at least one",
                       where);
    for (uint32_t i = 0; i < v->n_tags; i++) {
        if (fault_in(v->tags[i], "@id", err) < 0)
            return -1;
        if (v->tags[i]->id > 4095)
            return err_set(err, VIR_ERR_XML_ERROR, "%s: the VLAN tag %u is too large, 4095 is the highest",
                           where, v->tags[i]->id);
        if (fault_in(v->tags[i], NULL, err) < 0)
            return -1;
        if (v->tags[i]->native_mode && native)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "%s: two tags of a <vlan> have nativeMode=, and only one can", where);
        native = native || v->tags[i]->native_mode;
    }
    if (fault_in(v, NULL, err) < 0)
        return -1;
    if (v->trunk == TRI_NO && (v->n_tags > 1 || native))
        return err_set(err, VIR_ERR_XML_ERROR, "%s: a <vlan> with %s needs trunk='yes', not 'no'", where,
                       native ? "a native tag" : "several tags");
    v->trunk = v->trunk == TRI_YES || v->n_tags > 1 ? TRI_YES : TRI_UNSET;
    return 0;
}

static int
rate_complete(struct bandwidth_rate **rate, bool floor, const char *what, const char *where, struct err *err)
{
    struct bandwidth_rate *r = *rate;
    if (!r)
        return 0;
    if ((r->floor || fault_there(r, "@floor")) && !floor)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "%s: floor= cannot be used in <%s> here", where,
                       what);
    if (!r->has_average && !r->has_floor && !fault_there(r, "@average @floor"))
        return err_set(err, VIR_ERR_XML_DETAIL, "%s: <%s> of <bandwidth> has no average=", where, what);
    if (fault_in(r, "@average @peak @burst @floor", err) < 0)
        return -1;
    if (!r->has_average && (r->has_peak || r->has_burst))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "%s: <%s> of <bandwidth> has peak= or burst=, which need average=", where, what);
    *rate = bandwidth_rate_tidy(r);
    return 0;
}

struct bandwidth_rate *
bandwidth_rate_tidy(struct bandwidth_rate *r)
{
    r->has_average = r->average > 0;
    r->has_peak = r->peak > 0;
    r->has_floor = r->floor > 0;
    r->has_burst = r->burst > 0;
    return r->average || r->floor ? r : NULL;
}

/* Each direction once: of a second one nothing is kept. */
static int
bandwidth_read(const struct bandwidth *b, struct err *err)
{
    return fault_twice(b, "inbound", err) < 0 || fault_twice(b, "outbound", err) < 0 ? -1 : 0;
}

int
bandwidth_complete(struct bandwidth **bw, bool floor, const char *where, struct err *err)
{
    struct bandwidth *b = *bw;
    if (!b)
        return 0;
    if (b->has_class_id || fault_there(b, "@classID"))
        return err_set(err, VIR_ERR_XML_DETAIL, "%s: <bandwidth> cannot have classID= here", where);
    if (bandwidth_read(b, err) < 0)
        return -1;
    if (!b->inbound && !b->outbound) {
        *bw = NULL;
        return 0;
    }
    return rate_complete(&b->inbound, floor, "inbound", where, err) < 0 ? -1 :
        rate_complete(&b->outbound, false, "outbound", where, err);
}

static bool
says_anything(const struct virtualport_parameters *p)
{
    return p && (p->has_managerid || p->has_typeid || p->has_typeidversion || p->has_instanceid ||
                 p->has_interfaceid || p->profileid);
}

struct virtualport *
virtualport_tidy(struct virtualport *v)
{
    return v && (v->type || says_anything(v->parameters) || fault_there(v, NULL)) ? v : NULL;
}

int
virtualport_complete(struct virtualport *v, bool typed, const char *where, struct err *err)
{
    enum { MANAGER = 1, TYPE = 2, VERSION = 4, INSTANCE = 8, INTERFACE = 16, PROFILE = 32 };
    static const unsigned allowed[VIRTUALPORT_TYPE_COUNT] = {
        [VIRTUALPORT_TYPE_UNSET] = ~0u,
        [VIRTUALPORT_TYPE_802_1QBG] = MANAGER | TYPE | VERSION | INSTANCE,
        [VIRTUALPORT_TYPE_802_1QBH] = PROFILE,
        [VIRTUALPORT_TYPE_OPENVSWITCH] = INTERFACE | PROFILE,
    };
    struct virtualport_parameters *p = v ? v->parameters : NULL;
    if (fault_in(v, "@type", err) < 0)
        return -1;
    if (v && typed && !v->type)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: a <virtualport> does not say its type", where);
    if (!p)
        return 0;
    if (fault_in(p, "@managerid @typeid", err) < 0)
        return -1;
    if (p->has_typeid && p->typeid > 0xffffff)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: typeid=%u of a <virtualport> is more than 24 bits", where,
                       p->typeid);
    if (fault_in(p, "@typeidversion @instanceid @interfaceid", err) < 0)
        return -1;
    if (p->profileid && strlen(p->profileid) >= 40)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "%s: profileid= of a <virtualport> has more than 39 characters", where);
    const struct { bool given; unsigned bit; const char *name; } parameters[] = {
        { p->has_managerid, MANAGER, "managerid" }, { p->has_typeid, TYPE, "typeid" },
        { p->has_typeidversion, VERSION, "typeidversion" }, { p->has_instanceid, INSTANCE, "instanceid" },
        { p->has_interfaceid, INTERFACE, "interfaceid" }, { p->profileid != NULL, PROFILE, "profileid" },
    };
    if (v->type == VIRTUALPORT_TYPE_MIDONET) {       /* others say nothing to it */
        p->has_managerid = p->has_typeid = p->has_typeidversion = p->has_instanceid = false;
        p->profileid = NULL;
        return 0;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(parameters); i++)
        if (parameters[i].given && !(allowed[v->type] & parameters[i].bit))
            return err_set_from(err, VIR_FROM_NET, VIR_ERR_XML_ERROR,
                                "%s: a <virtualport> of type '%s' has no %s=", where,
                                virtualport_type_str(v->type), parameters[i].name);
    return 0;
}

int
virtualport_fill(const void *root, struct virtualport *v, bool final, const char *where, struct err *err)
{
    if (!v)
        return 0;
    if (final && !v->type)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: a <virtualport> does not say its type", where);
    if (!v->parameters)
        v->parameters = model_new(root, struct virtualport_parameters);
    struct virtualport_parameters *p = v->parameters;
    const char *lacks = v->type == VIRTUALPORT_TYPE_802_1QBG && !p->has_managerid ? "managerid" :
        v->type == VIRTUALPORT_TYPE_802_1QBG && !p->has_typeid ? "typeid" :
        v->type == VIRTUALPORT_TYPE_802_1QBG && !p->has_typeidversion ? "typeidversion" :
        v->type == VIRTUALPORT_TYPE_802_1QBH && !p->profileid ? "profileid" :
        v->type == VIRTUALPORT_TYPE_MIDONET && !p->has_interfaceid ? "interfaceid" : NULL;
    if (final && lacks)
        return err_set_from(err, VIR_FROM_NET, VIR_ERR_XML_ERROR,
                            "%s: a <virtualport> of type '%s' needs %s=", where,
                            virtualport_type_str(v->type), lacks);
    if (!p->has_instanceid && (!v->type || v->type == VIRTUALPORT_TYPE_802_1QBG)) {
        uuid_generate(p->instanceid);
        p->has_instanceid = true;
    }
    if (!p->has_interfaceid && (!v->type || v->type == VIRTUALPORT_TYPE_OPENVSWITCH)) {
        uuid_generate(p->interfaceid);
        p->has_interfaceid = true;
    }
    return virtualport_complete(v, false, where, err);
}

/* ---- storage parts -------------------------------------------------------------------------- */

int
secret_use_check(bool uuid, const char *usage, const char *where, struct err *err)
{
    if (!uuid && !usage)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "%s: <secret> has neither uuid= nor usage=, and one must say which it is", where);
    if (uuid && usage)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: <secret> has both uuid= and usage=; leave one out",
                       where);
    return 0;
}

int
secret_use_read(const struct secret_use *use, const char *where, struct err *err)
{
    bool uuid = use->has_uuid || fault_there(use, "@uuid");
    return secret_use_check(uuid, use->usage, where, err) < 0 ? -1 : fault_in(use, NULL, err);
}

int
encryption_complete(struct encryption *e, const char *where, struct err *err)
{
    if (!e)
        return 0;
    if (fault_in(e, "@format @engine", err) < 0)
        return -1;
    for (uint32_t i = 0; i < e->n_secrets; i++) {
        const struct encryption_secret *s = e->secrets[i];
        bool uuid = s->has_uuid || fault_there(s, "@uuid");
        if (fault_in(s, "@type", err) < 0 || secret_use_check(uuid, s->usage, where, err) < 0 ||
            fault_in(s, NULL, err) < 0)
            return -1;
    }
    if (e->ivgen && !e->cipher)
        return err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_XML_ERROR,
                            "%s: <encryption> has an <ivgen> but no <cipher>", where);
    return fault_in(e, "cipher ivgen", err);
}

int
wwn_check(const char *wwn, const char *where, struct err *err)
{
    const char *p = wwn && wwn[0] == '0' && (wwn[1] | 32) == 'x' ? wwn + 2 : wwn;
    if (p && (strlen(p) != 16 || strspn(p, "0123456789abcdefABCDEF") != 16))
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "%s: '%s' is not a world wide name: it has 16 hexadecimal digits", where, wwn);
    return 0;
}

const char *
path_clean(const void *root, const char *path)
{
    if (!path)
        return NULL;
    g_autoptr(GString) s = g_string_new(NULL);
    const char *p = path;
    if (p[0] == '/' && p[1] == '/' && p[2] != '/') {   /* POSIX leaves the meaning of exactly two open */
        g_string_append(s, "//");
        p += 2;
    }
    for (; *p; p++)
        if (*p != '/' || (p[1] && p[1] != '/'))
            g_string_append_c(s, *p);
    return model_str(root, s->len || !*path ? s->str : "/");
}

bool
text_made_of(const char *s, const char *more)
{
    for (; *s; s++)
        if (!g_ascii_isalnum(*s) && !strchr(more, *s))
            return false;
    return true;
}

/* By name; those of one name keep their order: they are a list. */
static void
sort_parameters(struct nwfilter_use *use)
{
    for (uint32_t i = 1; i < use->n_parameters; i++) {
        struct nwfilter_parameter *p = use->parameters[i];
        uint32_t k = i;
        for (; k && strcmp(use->parameters[k - 1]->name, p->name) > 0; k--)
            use->parameters[k] = use->parameters[k - 1];
        use->parameters[k] = p;
    }
}

void
nwfilter_use_complete(struct nwfilter_use *use)
{
    for (uint32_t i = 0; i < use->n_parameters;) {
        const struct nwfilter_parameter *p = use->parameters[i];
        if (p->name && p->value && *p->value && text_made_of(p->name, "_") && text_made_of(p->value, ":._"))
            i++;
        else
            model_list_remove(use->parameters, use->n_parameters, i);
    }
    sort_parameters(use);
}
