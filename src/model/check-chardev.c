/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-chardev: serial and parallel ports, consoles, channels, redirected devices, smartcards; see check.h.
 */
#include <string.h>
#include "model/check.h"
#include "model/complete-parts.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- as it is read -------------------------------------------------------------------------- */

static int
read_source(const struct domain_def *def, const char *kind, const struct chardev_source *s, struct err *err)
{
    unsigned most = s->type == CHARDEV_TYPE_UDP ? 2 : 1;
    if (s->n_ends > most)
        return XML("a %s of guest '%s' has %u <source>; type='%s' has at most %u", kind, def->name, s->n_ends,
                   chardev_type_str(s->type), most);
    for (uint32_t i = 0; i < s->n_ends; i++) {
        const struct chardev_endpoint *e = s->ends[i];
        uint32_t labels = i ? 0 : e->n_seclabels;       /* those of the first count */
        g_autofree char *what = g_strdup_printf("a %s of guest '%s'", kind, def->name);
        if (check_seclabels(what, e->seclabels, labels, err) < 0 ||
            check_reconnect(what, e->reconnect, err) < 0 ||
            check_overrides(def, kind, e->seclabels, labels, err) < 0)
            return -1;
    }
    return 0;
}

static int read_channel(const struct domain_def *def, const struct domain_channel *c, struct err *err)
{
    const struct channel_target *t = c->target;
    struct ip ip;
    if (!t)
        return XML("a channel of guest '%s' has no <target>, whose type says how the guest sees it",
                   def->name);
    if (t->type != CHANNEL_TARGET_TYPE_GUESTFWD)
        return 0;
    if (!t->address)
        return XML("a guestfwd channel of guest '%s' has no address in its <target>", def->name);
    if (ip_parse(t->address, &ip) < 0)
        return err_set_from(err, VIR_FROM_NONE, VIR_ERR_SYSTEM_ERROR,
                            "a guestfwd channel of guest '%s' has the address "
                            "'%s', which is no IP address",
                            def->name, t->address);
    if (!ip_is4(&ip))
        return UNSUPPORTED(
            "a guestfwd channel of guest '%s' has the address '%s', which has to be an IPv4 address",
            def->name, t->address);
    const char *port = t->guestfwd_port ? t->guestfwd_port + strspn(t->guestfwd_port, " ") : "";
    if (!*port || strspn(port, "0123456789") != strlen(port) ||
        g_ascii_strtoull(port, NULL, 10) > UINT32_MAX)
        return MISSING(
            "a guestfwd channel of guest '%s' has the port '%s' in its <target>, which has to be a number",
            def->name, t->guestfwd_port ? t->guestfwd_port : "");
    return 0;
}

static int read_smartcard(const struct domain_def *def, const struct domain_smartcard *s, struct err *err)
{
    if (s->mode == SMARTCARD_MODE_HOST_CERTIFICATES) {
        if (s->n_certificates != 3)
            return XML("a smartcard of guest '%s' has %u <certificate>; mode='host-certificates' takes three",
                       def->name, s->n_certificates);
        if (s->database && *s->database != '/')
            return XML("the <database> '%s' of a smartcard of guest '%s' has to be an absolute path",
                       s->database, def->name);
    }
    if (s->mode == SMARTCARD_MODE_PASSTHROUGH && !s->source.type)
        return XML(
            "a smartcard of guest '%s' with mode='passthrough' has no type, which says where it comes from",
            def->name);
    return 0;
}

static int read_filter(const struct domain_def *def, const struct redirfilter_usb *u, struct err *err)
{
    const struct { const char *name, *text; int64_t most; } ids[] = {
        { "class", u->class, 0xff }, { "vendor", u->vendor, 0xffff }, { "product", u->product, 0xffff } };
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        char *end = NULL;
        int64_t n = ids[i].text ? g_ascii_strtoll(ids[i].text, &end, 0) : -1;
        if (ids[i].text && (!*ids[i].text || *end))
            return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR,
                                "%s='%s' in <redirfilter> of guest '%s' is no number", ids[i].name,
                                ids[i].text, def->name);
        if (n < -1 || n > ids[i].most)
            return INTERNAL(
                "%s='%s' in <redirfilter> of guest '%s' is not between 0 and 0x%llx, or -1 for any",
                ids[i].name, ids[i].text, def->name, (long long)ids[i].most);
    }
    const char *v = u->version;
    if (v && strcmp(v, "-1")) {
        size_t major = strspn(v, "0123456789"),
               minor = v[major] == '.' ? strspn(v + major + 1, "0123456789") : 0;
        if (!major || major > 2 || !minor || minor > 2 || v[major + 1 + minor])
            return XML("version='%s' in <redirfilter> of guest '%s' has to be two numbers such as 1.10, or "
                       "-1 for any",
                       v, def->name);
    }
    return 0;
}

/* What SPICE does itself comes over a virtio channel. */
static int
only_channel(const struct domain_def *def, const char *kind, const struct chardev_source *s, struct err *err)
{
    return s->type != CHARDEV_TYPE_SPICEVMC ? 0 :
        UNSUPPORTED("a %s of guest '%s' cannot be of type 'spicevmc'; virtio channels can", kind, def->name);
}

int check_serial_read(struct domain_def *def, struct domain_chardev *c, struct err *err)
{
    const struct chardev_target *t = c->target;
    bool usb = t && t->type == CHARDEV_TARGET_TYPE_USB_SERIAL;  /* its number is that of a virtio channel */
    if (t && t->type > CHARDEV_TARGET_TYPE_ISA_DEBUG && t->type != CHARDEV_TARGET_TYPE_NONE)
        return UNSUPPORTED(
            "a serial port of guest '%s' has a <target> of type '%s', which is one of consoles", def->name,
            chardev_target_type_str(t->type));
    return read_source(def, "serial port", &c->source, err) < 0 ||
                   (!usb && only_channel(def, "serial port", &c->source, err) < 0)
               ? -1
               : 0;
}

int check_parallel_read(struct domain_def *def, struct domain_chardev *c, struct err *err)
{
    return read_source(def, "parallel port", &c->source, err) < 0
               ? -1
               : only_channel(def, "parallel port", &c->source, err);
}

int check_console_read(struct domain_def *def, struct domain_chardev *c, struct err *err)
{
    const struct chardev_target *t = c->target;
    bool xen = t && t->type == CHARDEV_TARGET_TYPE_XEN; /* this one, too */
    if (t && t->type && t->type <= CHARDEV_TARGET_TYPE_ISA_DEBUG)
        return UNSUPPORTED(
            "a console of guest '%s' has a <target> of type '%s', which is one of serial ports", def->name,
            chardev_target_type_str(t->type));
    return read_source(def, "console", &c->source, err) < 0 ||
                   (!xen && only_channel(def, "console", &c->source, err) < 0)
               ? -1
               : 0;
}

int check_channel_read(struct domain_def *def, struct domain_channel *c, struct err *err)
{
    if (read_source(def, "channel", &c->source, err) < 0 || read_channel(def, c, err) < 0)
        return -1;
    return c->target->type == CHANNEL_TARGET_TYPE_VIRTIO
               ? 0
               : only_channel(def, "channel that is no virtio one", &c->source, err);
}

int check_smartcard_read(struct domain_def *def, struct domain_smartcard *s, struct err *err)
{
    return s->mode == SMARTCARD_MODE_PASSTHROUGH && read_source(def, "smartcard", &s->source, err) < 0
               ? -1
               : read_smartcard(def, s, err);
}

int check_rng_read(struct domain_def *def, struct domain_rng *r, struct err *err)
{
    const struct rng_backend *b = r->backend;
    if (!b)
        return XML("an <rng> of guest '%s' has no <backend>", def->name);
    if (b->model == RNG_BACKEND_MODEL_EGD && !b->source.type)
        return XML("an <rng> of guest '%s' with model='egd' does not say the type of its connection",
                   def->name);
    return read_source(def, "source of random numbers", &b->source, err);
}

int check_redirdev_read(struct domain_def *def, struct domain_redirdev *r, struct err *err)
{
    return r->source.type ? read_source(def, "redirected device", &r->source, err)
                          : INTERNAL("a <redirdev> of guest '%s' has no type, which says where it comes from",
                                     def->name);
}

int check_redirfilter_read(struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; def->redirfilter && i < def->redirfilter->n_devices; i++)
        if (read_filter(def, def->redirfilter->devices[i], err) < 0)
            return -1;
    return 0;
}

int check_consoles(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 1; i < def->n_consoles; i++) {
        const struct chardev_target *t = def->consoles[i]->target;
        if (!t || !t->type || t->type == CHARDEV_TARGET_TYPE_SERIAL || t->type == CHARDEV_TARGET_TYPE_NONE)
            return UNSUPPORTED("console %u of guest '%s' is a serial port; only the first one can be", i + 1,
                               def->name);
    }
    return 0;
}

/* ---- what nobody could run ------------------------------------------------------------------ */

/* What the end of a connection lacks.  A channel with a name is given a socket of its own. */
static const char *lacking(const struct chardev_source *s, bool named)
{
    const struct chardev_endpoint *e = s->n_ends ? s->ends[0] : NULL;
    switch (s->type) {
    case CHARDEV_TYPE_DEV: case CHARDEV_TYPE_FILE: case CHARDEV_TYPE_PIPE:
        return e && e->path ? NULL : "path";
    case CHARDEV_TYPE_UNIX:
        return named || (e && e->path) ? NULL : "path";
    case CHARDEV_TYPE_TCP:
        return !e || !e->host ? "host" : !e->service ? "service" : NULL;
    case CHARDEV_TYPE_UDP:
        for (uint32_t i = 0; i < s->n_ends; i++)
            if (s->ends[i]->mode != CHARDEV_MODE_BIND)
                return s->ends[i]->service ? NULL : "service";
        return "service";
    case CHARDEV_TYPE_NMDM:
        return !e || (!e->master && !e->slave) ? NULL : !e->master ? "master" : !e->slave ? "slave" : NULL;
    case CHARDEV_TYPE_SPICEPORT: case CHARDEV_TYPE_DBUS:
        return e && e->channel ? NULL : "channel";
    default:
        return NULL;
    }
}

static int
check_source(const struct domain_def *def, const char *kind, const struct chardev_source *s, bool named,
             struct err *err)
{
    const char *lacks = lacking(s, named);
    int code = s->type == CHARDEV_TYPE_SPICEPORT || s->type == CHARDEV_TYPE_DBUS ? VIR_ERR_CONFIG_UNSUPPORTED
                                                                                 : VIR_ERR_INTERNAL_ERROR;
    if (lacks)
        return err_set(err, code, "a %s of type '%s' of guest '%s' lacks <source %s='…'/>", kind,
                       chardev_type_str(s->type), def->name, lacks);
    const struct chardev_endpoint *e = s->n_ends ? s->ends[0] : NULL;
    if (e && e->reconnect && e->reconnect->enabled && e->mode == CHARDEV_MODE_BIND)
        return INTERNAL("a %s of guest '%s' cannot <reconnect> with mode='bind'; mode='connect' can", kind,
                        def->name);
    if (s->type == CHARDEV_TYPE_SPICEPORT &&
        strspn(e->channel, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") !=
            strlen(e->channel))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "the channel '%s' of a %s of guest '%s' has characters other than "
                       "letters, digits, -, _ and .",
                       e->channel, kind, def->name);
    return 0;
}

/* The old board has four serial ports, each with its own address.  Ports whose type nobody wrote are not held
 * to it: it runs before a driver chooses that. */
int check_isa_ports(const struct domain_def *def, struct err *err)
{
    unsigned seen = 0;
    for (uint32_t i = 0; i < def->n_serials; i++) {
        const struct chardev_target *t = def->serials[i]->target;
        if (!t || t->type != CHARDEV_TARGET_TYPE_ISA_SERIAL)
            continue;
        if (t->port > 3)
            return INTERNAL("isa-serial port %d of guest '%s' does not exist; there are 0 to 3", t->port,
                            def->name);
        if (t->port >= 0 && seen >> t->port & 1)
            return INTERNAL("guest '%s' has two serial ports on isa-serial port %d", def->name, t->port);
        seen |= t->port >= 0 ? 1u << t->port : 0;
    }
    return 0;
}

int check_serial_first(const struct domain_def *def, uint32_t at, struct err *err)
{
    enum arch arch = def->os->arch;
    const struct chardev_target *t = def->serials[at]->target;
    return !t || t->type != CHARDEV_TARGET_TYPE_ISA_DEBUG || arch == ARCH_I686 || arch == ARCH_X86_64
               ? 0
               : UNSUPPORTED("a serial port of guest '%s' is of type '%s', which is one of PCs", def->name,
                             chardev_target_type_str(t->type));
}

int check_smartcard(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_smartcard *s = def->smartcards[at];
    const struct device_address *a = s->info.address;
    if (a && a->type && a->type != ADDRESS_TYPE_CCID)
        return UNSUPPORTED("a smartcard of guest '%s' has an address of type '%s'; it has to be 'ccid'",
                           def->name, address_type_str(a->type));
    return check_source(def, "smartcard", &s->source, false, err);
}

int check_serial(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_chardev *c = def->serials[at];
    enum address_type t = c->info.address ? c->info.address->type : ADDRESS_TYPE_UNSET;
    bool x86 = def->os->arch == ARCH_I686 || def->os->arch == ARCH_X86_64;
    if (c->target->type == CHARDEV_TARGET_TYPE_ISA_DEBUG && !x86)
        return UNSUPPORTED("a serial port of guest '%s' is of type 'isa-debug', which only x86 has",
                           def->name);
    if (c->target->type == CHARDEV_TARGET_TYPE_USB_SERIAL && t && t != ADDRESS_TYPE_USB)
        return UNSUPPORTED("a serial port of guest '%s' is on USB and has an address of type '%s'", def->name,
                           address_type_str(t));
    return check_source(def, "serial port", &c->source, false, err);
}

int check_parallel(const struct domain_def *def, uint32_t at, struct err *err)
{
    return check_source(def, "parallel port", &def->parallels[at]->source, false, err);
}

int check_console(const struct domain_def *def, uint32_t at, struct err *err)
{
    return check_source(def, "console", &def->consoles[at]->source, false, err);
}

int check_channel(const struct domain_def *def, uint32_t at, struct err *err)
{
    enum channel_target_type t = def->channels[at]->target->type;
    return check_source(def, "channel", &def->channels[at]->source,
                        t == CHANNEL_TARGET_TYPE_VIRTIO || t == CHANNEL_TARGET_TYPE_XEN, err);
}

int check_rng(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct rng_backend *b = def->rngs[at]->backend;
    return b->model == RNG_BACKEND_MODEL_EGD
               ? check_source(def, "source of random numbers", &b->source, false, err)
               : 0;
}

int check_redirdev(const struct domain_def *def, uint32_t at, struct err *err)
{
    return domain_has_usb(def)
               ? check_source(def, "redirected device", &def->redirdevs[at]->source, false, err)
               : UNSUPPORTED("guest '%s' has a redirected device and no USB controller", def->name);
}
