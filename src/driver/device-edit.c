/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device-edit: see device-edit.h.
 */
#include "driver/device-edit.h"

#include "base/str.h"
#include "driver/device-match.h"
#include "model/complete.h"
#include "model/devices.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- documents ------------------------------------------------------------------------------ */

/* What a document says, and its kind. */
static struct domain_def *
read_device(const struct device_edit *edit, unsigned how, const struct model_field **kind, struct err *err)
{
    struct domain_def *fragment = NULL;
    const char *element = NULL;

    if (model_parse_fragment(&domain_def_document, "devices", edit->xml, strlen(edit->xml),
                             how | (edit->strict ? MODEL_PARSE_STRICT : 0), (void **)&fragment, &element,
                             err) < 0)
        return NULL;
    *kind = element ? device_kind(element) : NULL;
    if (!*kind) {
        domain_def_unref(fragment);
        err_set(err, VIR_ERR_XML_ERROR, "the document is not that of a device");
        return NULL;
    }
    return fragment;
}

/* Is the device of scratch, which gets its defaults, one that this guest can have? */
static int
fits(const struct domain_def *def, struct domain_def *scratch, const struct model_field *kind,
     const struct device_edit *edit, unsigned what, struct err *err)
{
    const struct device_rule *rule = device_rule_of(edit, kind);
    DOMAIN_DEF_AUTO with = NULL;

    if (domain_read_device(scratch, kind->name, device_at(scratch, kind, 0), err) < 0 ||
        edit->fill(scratch, edit->data, err) < 0)
        return -1;
    if (what == DEVICE_CAN_GO)
        return 0;               /* what no guest can have is nowhere to be found */
    with = domain_def_copy(def);
    if (!rule || !rule->can)
        device_take_all(with, kind);    /* it will not stand beside others */
    device_add(with, kind, device_at(scratch, kind, 0));
    if (domain_add_implied_controllers(with, err) < 0)
        return -1;
    return edit->check(with, kind->name, device_count(with, kind) - 1, edit->data, err);
}

/* The device as it would be in a guest like this one that has no other; of a document of its own. */
static struct domain_def *
alone(const struct domain_def *def, const struct domain_def *fragment, const struct model_field *kind,
      const struct device_edit *edit, unsigned what, struct err *err)
{
    struct domain_def *scratch = domain_def_copy(def);

    for (unsigned i = 0; i < device_kinds()->n_fields; i++)
        device_take_all(scratch, &device_kinds()->fields[i]);
    device_add(scratch, kind, device_at((struct domain_def *)fragment, kind, 0));
    if (edit->rules && scratch->os)
        scratch->os->n_boots = 0;       /* what else boots is not asked here, nor how much fits */
    if (edit->rules && scratch->n_memories && scratch->memory && scratch->memories[0]->target) {
        scratch->memory->size += scratch->memories[0]->target->size;
        if (scratch->max_memory)
            scratch->max_memory->size += scratch->memories[0]->target->size;
    }
    if (edit->rules ? fits(def, scratch, kind, edit, what, err) < 0
                    : edit->complete(scratch, edit->data, err) < 0) {
        domain_def_unref(scratch);
        return NULL;
    }
    return scratch;
}

static int
check_rule(const struct domain_def *def, const void *asked, const void *wanted,
           const struct device_edit *edit, const struct model_field *kind, unsigned what, struct err *err)
{
    const struct device_rule *rule = device_rule_of(edit, kind);

    if (rule && rule->refuse && rule->refuse(def, asked, wanted, what, err) < 0)
        return -1;
    return !edit->rules || (rule && rule->can & what)
               ? 0
               : err_set_from(err, edit->from, VIR_ERR_OPERATION_UNSUPPORTED,
                              "a <%s> cannot %s a definition; change the whole", kind->name,
                              what == DEVICE_CAN_COME ? "be added to"
                              : what == DEVICE_CAN_GO ? "be taken from"
                                                      : "be changed in");
}

static void
tell_alias(struct domain_def *def, const void *device, struct device_edit *edit)
{
    const struct device_info *info = device_info_of(def, device);

    g_free(edit->alias);
    edit->alias = info ? g_strdup(info->alias) : NULL;
}

/* ---- the calls ------------------------------------------------------------------------------ */

int
device_attach(struct domain_def *def, struct device_edit *edit, struct err *err)
{
    DOMAIN_DEF_AUTO fragment = NULL;
    DOMAIN_DEF_AUTO wanted = NULL;
    const struct model_field *kind;
    const struct device_rule *rule;
    ERR_AUTO none = ERR_INIT;

    if (!(fragment = read_device(edit, 0, &kind, err)) ||
        (edit->rules && (!(wanted = alone(def, fragment, kind, edit, DEVICE_CAN_COME, err)) ||
                         check_rule(def, device_at(fragment, kind, 0), device_at(wanted, kind, 0), edit, kind,
                                    DEVICE_CAN_COME, err) < 0)))
        return -1;
    rule = device_rule_of(edit, kind);
    if ((rule ? rule->once : !edit->rules && strcmp(kind->name, "disk") == 0) &&
        device_find(def, fragment, wanted ? wanted : fragment, kind, edit, DEVICE_CAN_COME, &none) >= 0)
        return err_set_from(err, edit->from, VIR_ERR_OPERATION_INVALID,
                            "guest '%s' has such a <%s> already", def->name, kind->name);
    if (kind->kind != MODEL_K_LIST && device_count(def, kind))
        return err_set_from(err, edit->from, VIR_ERR_OPERATION_INVALID,
                            "guest '%s' has a <%s> already and can have one", def->name, kind->name);
    device_add(def, kind, device_at(fragment, kind, 0));
    if (edit->rules &&
        domain_read_device(def, kind->name, device_at(def, kind, device_count(def, kind) - 1), err) < 0)
        return -1; /* tidies it, too */
    if (rule && rule->moved)
        rule->moved(def, device_at(wanted, kind, 0), DEVICE_CAN_COME);
    tell_alias(fragment, device_at(fragment, kind, 0), edit);
    return edit->complete(def, edit->data, err);
}

static int
take(struct domain_def *def, const struct model_field *kind, uint32_t at, struct device_edit *edit,
     struct err *err)
{
    const struct device_rule *rule = device_rule_of(edit, kind);
    void *device = device_at(def, kind, at);

    tell_alias(def, device, edit);
    device_take(def, kind, at);
    if (rule && rule->moved)
        rule->moved(def, device, DEVICE_CAN_GO);
    return edit->rules ? edit->complete(def, edit->data, err) : 0;  /* what every such guest has comes back */
}

int
device_detach(struct domain_def *def, struct device_edit *edit, struct err *err)
{
    DOMAIN_DEF_AUTO fragment = NULL;
    DOMAIN_DEF_AUTO wanted = NULL;
    const struct model_field *kind;
    int at;

    if (!(fragment = read_device(edit, MODEL_PARSE_KEEP_ALIAS, &kind, err)) ||
        !(wanted = alone(def, fragment, kind, edit, DEVICE_CAN_GO, err)) ||
        check_rule(def, device_at(fragment, kind, 0), device_at(wanted, kind, 0), edit, kind, DEVICE_CAN_GO,
                   err) < 0 ||
        (at = device_find(def, fragment, wanted, kind, edit, DEVICE_CAN_GO, err)) < 0)
        return -1;
    return take(def, kind, (uint32_t)at, edit, err);
}

/* While a guest runs: media, and what an interface or a display is connected to. */
static int
check_live(struct domain_def *def, const void *old, const void *now, const struct model_field *kind, int from,
           struct err *err)
{
    if (strcmp(kind->name, "disk") == 0) {
        const struct domain_disk *a = old, *b = now;

        if (a->device == DISK_DEVICE_CDROM || a->device == DISK_DEVICE_FLOPPY ||
            str_equal(disk_path(a), disk_path(b)))
            return 0;
        return err_set_from(err, from, VIR_ERR_OPERATION_UNSUPPORTED,
                            "disk '%s' of guest '%s' is no drive whose medium can change while it runs",
                            a->target, def->name);
    }
    if (strcmp(kind->name, "interface") == 0 || strcmp(kind->name, "graphics") == 0 ||
        strcmp(kind->name, "memballoon") == 0)
        return 0;
    return err_set_from(err, from, VIR_ERR_OPERATION_UNSUPPORTED,
                        "a <%s> cannot change while guest '%s' runs", kind->name, def->name);
}

int
device_update(struct domain_def *def, struct device_edit *edit, struct err *err)
{
    DOMAIN_DEF_AUTO fragment = NULL;
    DOMAIN_DEF_AUTO wanted = NULL;
    const struct model_field *kind;
    struct device_info *was, *is;
    void *old, *now;
    int at;

    if (!(fragment = read_device(edit, MODEL_PARSE_KEEP_ALIAS, &kind, err)) ||
        !(wanted = alone(def, fragment, kind, edit, DEVICE_CAN_CHANGE, err)) ||
        check_rule(def, device_at(fragment, kind, 0), device_at(wanted, kind, 0), edit, kind,
                   DEVICE_CAN_CHANGE, err) < 0 ||
        (at = device_find(def, fragment, wanted, kind, edit, DEVICE_CAN_CHANGE, err)) < 0)
        return -1;
    old = device_at(def, kind, (uint32_t)at);
    if (edit->live && check_live(def, old, device_at(wanted, kind, 0), kind, edit->from, err) < 0)
        return -1;
    was = device_info_of(def, old);
    device_put(def, kind, (uint32_t)at, device_at(wanted, kind, 0));
    now = device_at(def, kind, (uint32_t)at);
    is = device_info_of(def, now);
    if (was && is && !edit->rules) {
        is->address = was->address;
        is->alias = is->alias ? is->alias : was->alias;
    }
    tell_alias(def, now, edit);
    return edit->complete(def, edit->data, err);
}

int
device_detach_alias(struct domain_def *def, const char *alias, struct device_edit *edit, struct err *err)
{
    for (unsigned i = 0; i < device_kinds()->n_fields; i++) {
        const struct model_field *kind = &device_kinds()->fields[i];

        if ((kind->kind != MODEL_K_LIST || kind->flags & MODEL_MANY) && kind->kind != MODEL_K_STRUCT)
            continue;
        for (uint32_t at = 0; at < device_count(def, kind); at++) {
            const struct device_info *info = device_info_of(def, device_at(def, kind, at));

            if (!info || !str_equal(info->alias, alias))
                continue;
            return check_rule(def, device_at(def, kind, at), device_at(def, kind, at), edit, kind,
                              DEVICE_CAN_GO, err) < 0
                       ? -1
                       : take(def, kind, at, edit, err);
        }
    }
    return err_set(err, edit->rules ? VIR_ERR_INTERNAL_ERROR : VIR_ERR_DEVICE_MISSING,
                   "guest '%s' has no device with the alias '%s'", def->name, alias);
}
