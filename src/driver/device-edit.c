/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device-edit: see device-edit.h.  The kinds of devices are those of the model's tables.
 */
#include "driver/device-edit.h"

#include "base/str.h"
#include "model/complete.h"
#include "model/devices.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- kinds ---------------------------------------------------------------------------------- */

static const struct model_field *
child(const struct model_table *table, const char *name)
{
    for (unsigned i = 0; i < table->n_fields; i++)
        if (!(table->fields[i].flags & MODEL_ATTR) && strcmp(table->fields[i].name, name) == 0)
            return &table->fields[i];
    return NULL;
}

static const struct model_table *
all_kinds(void)
{
    return child(&domain_def_table, "devices")->sub;
}

static void ***
array_of(struct domain_def *def, const struct model_field *kind)
{
    return (void ***)((char *)def + kind->offset);
}

static uint32_t *
count_of(struct domain_def *def, const struct model_field *kind)
{
    return (uint32_t *)((char *)def + kind->has);
}

static void **
single_of(struct domain_def *def, const struct model_field *kind)
{
    return (void **)((char *)def + kind->offset);
}

static void
add(struct domain_def *def, const struct model_field *kind, const void *device)
{
    void *copy = model_import(def, kind->sub, device);

    if (kind->kind != MODEL_K_LIST) {
        *single_of(def, kind) = copy;
        return;
    }
    *array_of(def, kind) = model_list_grow(def, *array_of(def, kind), *count_of(def, kind));
    (*array_of(def, kind))[(*count_of(def, kind))++] = copy;
}

/* The position of a device of that kind; 0 for one that there can be one of. */
static void
take_away(struct domain_def *def, const struct model_field *kind, uint32_t at)
{
    const struct chardev_target *first = def->n_consoles ? def->consoles[0]->target : NULL;

    /* The first console is the first serial port once more. */
    if (strcmp(kind->name, "serial") == 0 && at == 0 && first && first->type == CHARDEV_TARGET_TYPE_SERIAL)
        model_list_remove(def->consoles, def->n_consoles, 0);
    if (kind->kind == MODEL_K_LIST)
        model_list_remove(*array_of(def, kind), *count_of(def, kind), at);
    else
        *single_of(def, kind) = NULL;
}

static uint32_t
how_many(struct domain_def *def, const struct model_field *kind)
{
    return kind->kind == MODEL_K_LIST ? *count_of(def, kind) : *single_of(def, kind) != NULL;
}

static void *
device_at(struct domain_def *def, const struct model_field *kind, uint32_t at)
{
    return kind->kind == MODEL_K_LIST ? (*array_of(def, kind))[at] : *single_of(def, kind);
}

struct search { const void *device; struct device_info *info; };

static int
is_it(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct search *s = data;

    if (device == s->device)
        s->info = info;
    return s->info != NULL;
}

/* NULL: devices of that kind have none. */
static struct device_info *
info_of(struct domain_def *def, const void *device)
{
    struct search s = { device, NULL };

    domain_each_device(def, is_it, &s);
    return s.info;
}

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
    *kind = element ? child(all_kinds(), element) : NULL;
    if (!*kind || ((*kind)->kind != MODEL_K_LIST && (*kind)->kind != MODEL_K_STRUCT)) {
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
    DOMAIN_DEF_AUTO with = NULL;

    if (domain_read_device(scratch, kind->name, device_at(scratch, kind, 0), err) < 0 ||
        edit->fill(scratch, edit->data, err) < 0)
        return -1;
    if (what == DEVICE_CAN_GO)
        return 0;               /* what no guest can have is nowhere to be found */
    with = domain_def_copy(def);
    add(with, kind, device_at(scratch, kind, 0));
    return edit->check(with, kind->name, how_many(with, kind) - 1, edit->data, err);
}

/* The device as it would be in a guest like this one that has no other; of a document of its own. */
static struct domain_def *
alone(const struct domain_def *def, const struct domain_def *fragment, const struct model_field *kind,
      const struct device_edit *edit, unsigned what, struct err *err)
{
    struct domain_def *scratch = domain_def_copy(def);
    const struct model_table *kinds = all_kinds();

    for (unsigned i = 0; i < kinds->n_fields; i++) {
        if (kinds->fields[i].kind == MODEL_K_LIST && !(kinds->fields[i].flags & MODEL_MANY))
            *count_of(scratch, &kinds->fields[i]) = 0;
        else if (kinds->fields[i].kind == MODEL_K_STRUCT)
            *single_of(scratch, &kinds->fields[i]) = NULL;
    }
    add(scratch, kind, device_at((struct domain_def *)fragment, kind, 0));
    if (edit->rules && scratch->os)
        scratch->os->n_boots = 0;       /* what else boots is not asked here, nor how much fits */
    if (edit->rules && scratch->n_memories && scratch->memory && scratch->memories[0]->target)
        scratch->memory->size += scratch->memories[0]->target->size;
    if (edit->rules ? fits(def, scratch, kind, edit, what, err) < 0
                    : edit->complete(scratch, edit->data, err) < 0) {
        domain_def_unref(scratch);
        return NULL;
    }
    return scratch;
}

/* ---- which one is meant --------------------------------------------------------------------- */

static char *
text_of(const struct model_table *table, const char *element, const void *device)
{
    return device ? model_format_struct(table, element, device, 0, MODEL_FORMAT_SECURE) : NULL;
}

static bool
same_text(const struct model_table *table, const void *a, const void *b)
{
    char *x = text_of(table, "x", a), *y = text_of(table, "x", b);
    bool same = str_equal(x, y);

    free(x);
    free(y);
    return same;
}

/* What depends on the other devices of its kind. */
static void
forget_rank(void *device, const struct model_field *kind)
{
    static const char *const ports[] = { "serial", "parallel", "console" };

    if (strcmp(kind->name, "video") == 0 && ((struct domain_video *)device)->model)
        ((struct domain_video *)device)->model->primary = TRI_UNSET;
    for (size_t i = 0; i < G_N_ELEMENTS(ports); i++)
        if (strcmp(kind->name, ports[i]) == 0 && ((struct domain_chardev *)device)->target)
            ((struct domain_chardev *)device)->target->has_port = false;
}

static const struct device_rule *
rule_of(const struct device_edit *edit, const struct model_field *kind)
{
    for (const struct device_rule *r = edit->rules; r && r->kind; r++)
        if (strcmp(r->kind, kind->name) == 0)
            return r;
    return NULL;
}

static int
check_rule(const struct domain_def *def, struct domain_def *fragment, const struct device_edit *edit,
           const struct model_field *kind, unsigned what, struct err *err)
{
    const struct device_rule *rule = rule_of(edit, kind);

    if (rule && rule->refuse && rule->refuse(def, device_at(fragment, kind, 0), what, err) < 0)
        return -1;
    return !edit->rules || (rule && rule->can & what)
               ? 0
               : err_set_from(err, edit->from, VIR_ERR_OPERATION_UNSUPPORTED,
                              "a <%s> cannot %s a definition; change the whole", kind->name,
                              what == DEVICE_CAN_COME ? "be added to"
                              : what == DEVICE_CAN_GO ? "be taken from"
                                                      : "be changed in");
}

static bool
has_port(const void *asked, const struct model_field *kind)
{
    const struct domain_chardev *c = asked;

    return kind->sub == &domain_chardev_table && c->target && c->target->has_port;
}

/* Without places and names: what it is. */
static bool
same_thing(const void *a, const void *b, const void *asked, const struct model_field *kind)
{
    DOMAIN_DEF_AUTO x = domain_def_new();
    DOMAIN_DEF_AUTO y = domain_def_new();
    struct device_info *info;

    add(x, kind, a);
    add(y, kind, b);
    if ((info = info_of(x, device_at(x, kind, 0))))
        memset(info, 0, sizeof(*info));
    if ((info = info_of(y, device_at(y, kind, 0))))
        memset(info, 0, sizeof(*info));
    if (!has_port(asked, kind)) {
        forget_rank(device_at(x, kind, 0), kind);
        forget_rank(device_at(y, kind, 0), kind);
    }
    return same_text(kind->sub, device_at(x, kind, 0), device_at(y, kind, 0));
}

static bool
is_port(const struct model_field *kind)
{
    return kind->sub == &domain_chardev_table;
}

static bool
same_key(const void *device, const void *wanted, const void *asked, const struct model_field *kind,
         const struct device_rule *rule)
{
    if (rule && rule->any)
        return true;
    if (rule && is_port(kind) && !has_port(asked, kind))
        return false;           /* it is a part of what the port is */
    if (strcmp(kind->name, "filesystem") == 0 && rule)
        return str_equal(((const struct domain_filesystem *)device)->target,
                         ((const struct domain_filesystem *)wanted)->target);
    if (strcmp(kind->name, "lease") == 0 && rule) {
        const struct domain_lease *a = device, *b = wanted;

        return str_equal(a->key, b->key) && str_equal(a->lockspace, b->lockspace);
    }
    if (strcmp(kind->name, "disk") == 0)
        return str_equal(((const struct domain_disk *)device)->target,
                         ((const struct domain_disk *)wanted)->target);
    if (strcmp(kind->name, "interface") == 0)
        return (rule && !((const struct domain_interface *)asked)->has_mac) ||
            memcmp(((const struct domain_interface *)device)->mac,
                      ((const struct domain_interface *)wanted)->mac,
                      sizeof(((const struct domain_interface *)wanted)->mac)) == 0;
    if (strcmp(kind->name, "controller") == 0) {
        const struct domain_controller *a = device, *b = wanted;

        if (rule && !((const struct domain_controller *)asked)->has_index)
            return false;       /* a new one gets one of its own */
        return a->type == b->type && a->index == b->index;
    }
    if (strcmp(kind->name, "graphics") == 0)
        return ((const struct domain_graphics *)device)->type ==
               ((const struct domain_graphics *)wanted)->type;
    if (strcmp(kind->name, "hostdev") == 0)
        return same_text(child(kind->sub, "source")->sub, ((const struct domain_hostdev *)device)->source,
                         ((const struct domain_hostdev *)wanted)->source);
    return kind->kind != MODEL_K_LIST || same_thing(device, wanted, asked, kind);
}

static bool
says_nothing(const struct device_address *a)
{
    return a->type == ADDRESS_TYPE_PCI && !a->has_domain && !a->has_bus && !a->has_slot && !a->has_function;
}

/* An alias or address that is asked for has to be the device's. */
static bool
same_place(const struct device_info *have, const struct device_info *asked)
{
    if (!have || !asked)
        return true;
    if (asked->alias && have->alias && strcmp(asked->alias, have->alias) != 0)
        return false;
    return !asked->address || says_nothing(asked->address) ||
           same_text(&device_address_table, have->address, asked->address);
}

/* -1 with err: none. */
static int
find(struct domain_def *def, struct domain_def *fragment, struct domain_def *wanted,
     const struct model_field *kind, const struct device_edit *edit, unsigned what, struct err *err)
{
    const struct device_rule *rule = rule_of(edit, kind);
    int missing = !rule                                                   ? 0
                  : what == DEVICE_CAN_CHANGE && rule->missing_change ? rule->missing_change
                                                                      : rule->missing;
    const struct device_info *asked =
        rule && !rule->place ? NULL : info_of(fragment, device_at(fragment, kind, 0));
    int found = -1;

    for (uint32_t i = 0; i < how_many(def, kind); i++) {
        void *device = device_at(def, kind, i);

        if (!same_key(device, device_at(wanted, kind, 0), device_at(fragment, kind, 0), kind, rule) ||
            !same_place(info_of(def, device), asked))
            continue;
        if (found >= 0 && rule && strcmp(kind->name, "interface") == 0)
            return err_set(err, VIR_ERR_OPERATION_FAILED, "guest '%s' has several interfaces like this",
                           def->name);
        found = found < 0 ? (int)i : found;
    }
    if (found >= 0)
        return found;
    return err_set_from(err, rule && rule->missing_from ? rule->missing_from : rule ? edit->from : ERR_FROM,
                        missing ? missing : VIR_ERR_DEVICE_MISSING,
                        "guest '%s' has no such <%s>", def->name, kind->name);
}

static void
tell_alias(struct domain_def *def, const void *device, struct device_edit *edit)
{
    const struct device_info *info = info_of(def, device);

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
        (edit->rules && !(wanted = alone(def, fragment, kind, edit, DEVICE_CAN_COME, err))) ||
        check_rule(def, fragment, edit, kind, DEVICE_CAN_COME, err) < 0)
        return -1;
    rule = rule_of(edit, kind);
    if (rule && rule->once && find(def, fragment, wanted, kind, edit, DEVICE_CAN_COME, &none) >= 0)
        return err_set_from(err, edit->from, VIR_ERR_OPERATION_INVALID,
                            "guest '%s' has such a <%s> already", def->name, kind->name);
    if (kind->kind != MODEL_K_LIST && how_many(def, kind))
        return err_set_from(err, edit->from, VIR_ERR_OPERATION_INVALID,
                            "guest '%s' has a <%s> already and can have one", def->name, kind->name);
    if (strcmp(kind->name, "disk") == 0)
        for (uint32_t i = 0; i < def->n_disks; i++)
            if (str_equal(def->disks[i]->target, fragment->disks[0]->target))
                return err_set_from(err, edit->from, VIR_ERR_OPERATION_INVALID,
                                    "guest '%s' has a disk '%s' already", def->name, def->disks[i]->target);
    add(def, kind, device_at(fragment, kind, 0));
    if (edit->rules &&
        domain_read_device(def, kind->name, device_at(def, kind, how_many(def, kind) - 1), err) < 0)
        return -1; /* tidies it, too */
    tell_alias(fragment, device_at(fragment, kind, 0), edit);
    return edit->complete(def, edit->data, err);
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
        check_rule(def, fragment, edit, kind, DEVICE_CAN_GO, err) < 0 ||
        (at = find(def, fragment, wanted, kind, edit, DEVICE_CAN_GO, err)) < 0)
        return -1;
    tell_alias(def, device_at(def, kind, (uint32_t)at), edit);
    take_away(def, kind, (uint32_t)at);
    return edit->rules ? edit->complete(def, edit->data, err) : 0;  /* what every such guest has comes back */
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
        check_rule(def, fragment, edit, kind, DEVICE_CAN_CHANGE, err) < 0 ||
        (at = find(def, fragment, wanted, kind, edit, DEVICE_CAN_CHANGE, err)) < 0)
        return -1;
    old = device_at(def, kind, (uint32_t)at);
    if (edit->live && check_live(def, old, device_at(wanted, kind, 0), kind, edit->from, err) < 0)
        return -1;
    now = model_import(def, kind->sub, device_at(wanted, kind, 0));
    was = info_of(def, old);
    if (kind->kind == MODEL_K_LIST)
        (*array_of(def, kind))[at] = now;
    else
        *single_of(def, kind) = now;
    is = info_of(def, now);
    if (was && is && !(rule_of(edit, kind) && rule_of(edit, kind)->fresh)) {
        is->address = was->address;
        is->alias = is->alias ? is->alias : was->alias;
    }
    tell_alias(def, now, edit);
    return edit->complete(def, edit->data, err);
}

int
device_detach_alias(struct domain_def *def, const char *alias, struct device_edit *edit, struct err *err)
{
    const struct model_table *kinds = all_kinds();

    for (unsigned i = 0; i < kinds->n_fields; i++) {
        const struct model_field *kind = &kinds->fields[i];

        if ((kind->kind != MODEL_K_LIST || kind->flags & MODEL_MANY) && kind->kind != MODEL_K_STRUCT)
            continue;
        for (uint32_t at = 0; at < how_many(def, kind); at++) {
            const struct device_info *info = info_of(def, device_at(def, kind, at));

            if (!info || !str_equal(info->alias, alias))
                continue;
            tell_alias(def, device_at(def, kind, at), edit);
            take_away(def, kind, at);
            return 0;
        }
    }
    return err_set(err, VIR_ERR_DEVICE_MISSING, "guest '%s' has no device with the alias '%s'", def->name,
                   alias);
}
