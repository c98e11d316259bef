/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * namespace: what a definition tells QEMU past us, in elements of the namespace qemu: arguments, variables,
 * properties of devices.  It is looked at when a guest is defined and put where it belongs when the command
 * line is built; what it does is its author's business.  Nothing waits.
 */
#include "drivers/qemu/command-priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_QEMU
#define INTERNAL(...) err_set(err, VIR_ERR_INTERNAL_ERROR, __VA_ARGS__)
#define XML(...) err_set(err, VIR_ERR_XML_ERROR, __VA_ARGS__)

/* ---- when it is defined --------------------------------------------------------------------- */

/* What is passed on as it is has to have a name, and arguments a text. */
static int
read_commandline(const struct domain_def *def, struct err *err)
{
    const struct qemu_commandline *c = def->qemu_commandline;
    for (uint32_t i = 0; c && i < c->n_args; i++) {
        if (!c->args[i]->value)
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "a <qemu:arg> of guest '%s' has no value=", def->name);
    }
    for (uint32_t i = 0; c && i < c->n_envs; i++) {
        const char *n = c->envs[i]->name;
        bool good = n && (g_ascii_isalpha(*n) || *n == '_');
        for (; good && *n; n++)
            good = g_ascii_isalnum(*n) || *n == '_';
        if (!good)
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "a <qemu:env> of guest '%s' has name='%s'; names are of letters, digits and "
                           "underscores, and begin with no digit",
                           def->name, c->envs[i]->name ? c->envs[i]->name : "");
    }
    return 0;
}

static int
read_capabilities(const struct domain_def *def, struct qemu_capability *const *list, uint32_t n,
                  const char *element, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!list[i]->capability)
            return INTERNAL("a <qemu:%s> of guest '%s' has no capability=", element, def->name);
    }
    return 0;
}

static bool
is_number(const char *text, bool negative)
{
    char *end = NULL;
    errno = 0;
    if (negative)
        strtoll(text, &end, 10);
    else
        strtoull(text, &end, 10);
    return *text && !*end && !errno && (negative || !strchr(text, '-'));
}

static int
read_property(const struct domain_def *def, const char *alias, const struct qemu_property *p, struct err *err)
{
    if (!p->name)
        return XML("a <qemu:property> of device '%s' of guest '%s' has no name=", alias, def->name);
    if (!p->type)
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR,
                            "the <qemu:property name='%s'> of device '%s' of guest '%s' has no type=",
                            p->name, alias, def->name);
    if (p->type == QEMU_PROPERTY_TYPE_REMOVE) {
        return !p->value ? 0
                         : XML("the property '%s' of device '%s' of guest '%s' is to be removed: its value= "
                               "has to go",
                               p->name, alias, def->name);
    }
    if (!p->value)
        return XML("the <qemu:property name='%s'> of device '%s' of guest '%s' has no value=", p->name, alias,
                   def->name);
    bool good = p->type == QEMU_PROPERTY_TYPE_BOOL ? !strcmp(p->value, "true") || !strcmp(p->value, "false")
                : p->type == QEMU_PROPERTY_TYPE_STRING
                    ? true
                    : is_number(p->value, p->type == QEMU_PROPERTY_TYPE_SIGNED);
    return good ? 0
                : XML("the property '%s' of device '%s' of guest '%s' is '%s', which is not %s", p->name,
                      alias, def->name, p->value,
                      p->type == QEMU_PROPERTY_TYPE_BOOL ? "'true' or 'false'" : "a number of its type");
}

static int
read_override(const struct domain_def *def, struct err *err)
{
    const struct qemu_override *o = def->qemu_override;
    for (uint32_t i = 0; o && i < o->n_devices; i++) {
        const struct qemu_override_device *d = o->devices[i];
        if (!d->alias)
            return XML("a <qemu:device> in the <qemu:override> of guest '%s' has no alias=", def->name);
        for (uint32_t k = 0; k < d->n_properties; k++) {
            if (read_property(def, d->alias, d->properties[k], err) < 0)
                return -1;
        }
    }
    return 0;
}

int
qemu_namespace_read(struct domain_def *def, struct err *err)
{
    const struct qemu_commandline *c = def->qemu_commandline;
    const struct qemu_capabilities *s = def->qemu_capabilities;
    if (read_commandline(def, err) < 0 || read_override(def, err) < 0 ||
        (s && read_capabilities(def, s->adds, s->n_adds, "add", err) < 0) ||
        (s && read_capabilities(def, s->dels, s->n_dels, "del", err) < 0))
        return -1;
    if (c && !c->n_args && !c->n_envs)
        def->qemu_commandline = NULL;
    if (s && !s->n_adds && !s->n_dels)
        def->qemu_capabilities = NULL;
    if (def->qemu_override && !def->qemu_override->n_devices)
        def->qemu_override = NULL;
    /* What is meant for other hypervisors. */
    def->lxc_namespace = NULL;
    def->bhyve_commandline = NULL;
    def->xen_commandline = NULL;
    def->vmware_datacenterpath = NULL;
    return 0;
}

/* ---- when it is started --------------------------------------------------------------------- */

void
qemu_namespace_override(const struct domain_def *def, json_t *device)
{
    const struct qemu_override *o = def->qemu_override;
    const char *id = json_string_value(json_object_get(device, "id"));
    for (uint32_t i = 0; o && id && i < o->n_devices; i++) {
        const struct qemu_override_device *d = o->devices[i];
        for (uint32_t k = 0; !strcmp(d->alias, id) && k < d->n_properties; k++) {
            const struct qemu_property *p = d->properties[k];
            switch (p->type) {
            case QEMU_PROPERTY_TYPE_SIGNED: put_int(device, p->name, strtoll(p->value, NULL, 10)); break;
            case QEMU_PROPERTY_TYPE_UNSIGNED: put_int(device, p->name, strtoull(p->value, NULL, 10)); break;
            case QEMU_PROPERTY_TYPE_BOOL: put_bool(device, p->name, !strcmp(p->value, "true")); break;
            case QEMU_PROPERTY_TYPE_REMOVE: json_object_del(device, p->name); break;
            default: put_str(device, p->name, p->value); break;
            }
        }
    }
}

json_t *
qemu_namespace_compat(const struct domain_def *def)
{
    if (def->qemu_deprecation <= QEMU_DEPRECATION_NONE)
        return NULL;
    json_t *o = json_object();
    put_str(o, "deprecated-output", "hide");
    if (def->qemu_deprecation != QEMU_DEPRECATION_OMIT)
        put_str(o, "deprecated-input", qemu_deprecation_str(def->qemu_deprecation));
    return o;
}
