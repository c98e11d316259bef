/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device-match: see device-match.h.
 */
#include "driver/device-match.h"

#include "base/str.h"
#include "model/complete.h"

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

const struct model_table *
device_kinds(void)
{
    return child(&domain_def_table, "devices")->sub;
}

const struct model_field *
device_kind(const char *name)
{
    const struct model_field *kind = child(device_kinds(), name);

    return kind && (kind->kind == MODEL_K_LIST || kind->kind == MODEL_K_STRUCT) ? kind : NULL;
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

void
device_add(struct domain_def *def, const struct model_field *kind, const void *device)
{
    void *copy = model_import(def, kind->sub, device);

    if (kind->kind != MODEL_K_LIST) {
        *single_of(def, kind) = copy;
        return;
    }
    *array_of(def, kind) = model_list_grow(def, *array_of(def, kind), *count_of(def, kind));
    (*array_of(def, kind))[(*count_of(def, kind))++] = copy;
}

void
device_put(struct domain_def *def, const struct model_field *kind, uint32_t at, const void *device)
{
    void *copy = model_import(def, kind->sub, device);

    if (kind->kind == MODEL_K_LIST)
        (*array_of(def, kind))[at] = copy;
    else
        *single_of(def, kind) = copy;
}

void
device_take(struct domain_def *def, const struct model_field *kind, uint32_t at)
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

void
device_take_all(struct domain_def *def, const struct model_field *kind)
{
    if (kind->kind == MODEL_K_LIST && !(kind->flags & MODEL_MANY))
        *count_of(def, kind) = 0;
    else if (kind->kind == MODEL_K_STRUCT)
        *single_of(def, kind) = NULL;
}

uint32_t
device_count(struct domain_def *def, const struct model_field *kind)
{
    return kind->kind == MODEL_K_LIST ? *count_of(def, kind) : *single_of(def, kind) != NULL;
}

void *
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

struct device_info *
device_info_of(struct domain_def *def, const void *device)
{
    struct search s = { device, NULL };

    domain_each_device(def, is_it, &s);
    return s.info;
}

const struct device_rule *
device_rule_of(const struct device_edit *edit, const struct model_field *kind)
{
    for (const struct device_rule *r = edit->rules; r && r->kind; r++)
        if (strcmp(r->kind, kind->name) == 0)
            return r;
    return NULL;
}

/* ---- which one is meant --------------------------------------------------------------------- */

/* Parts that have to be the same, as model_same_at() takes them.  In front of one may stand
 *   ?  it counts if the document has it
 *   =  so, and what stands behind does not count then
 *   !  a document without it means none, where devices get one of their own (drivers with rules)
 * "": there is one of that kind at most.  Of kinds that are not here all counts but place and name. */
#define BYTES(at)                                                                                            \
    at "@type " at "protocol " at "source/@mode " at "source/@path " at "source/@host " at                   \
       "source/@service " at "source/@channel " at "source/@master " at "source/@slave " at                  \
       "source/@append " at "source/reconnect " at "source/clipboard " at "source/mouse "
static const struct { const char *kind, *key;
} keys[] = {
    { "disk", "target/@dev" },
    { "controller", "@type !@index" },
    { "lease", "lockspace key" },
    { "filesystem", "target/@dir" },
    { "interface", "?mac/@address" },
    { "input", "@type @bus source/@evdev" },
    { "sound", "@model codec" },
    { "graphics", "@type" },
    { "hostdev",
      "@mode @type source/@protocol source/@name source/@wwpn source/adapter "
      "source/host source/block source/char source/interface =source/address source/vendor source/product" },
    { "parallel", BYTES("") "!target/@port" },
    { "serial", BYTES("") "target/@type !target/@port" },
    { "console", BYTES("") "target/@type !target/@port" },
    { "channel", BYTES("") "target" },
    { "redirdev", BYTES("") "@bus" },
    { "rng", "@model rate backend/@model backend/. " BYTES("backend/") },
    { "shmem", "@name @role model size server msi" },
    { "memory", "@model source/path source/nodemask source/pagesize target/size target/node target/block "
                "target/requested" },
    { "watchdog", "" },
    { "vsock", "cid/@auto ?cid/@address" },
};
#undef BYTES

static char *
text_of(const struct model_table *table, const void *device)
{
    return device ? model_format_struct(table, "x", device, 0, MODEL_FORMAT_SECURE) : NULL;
}

static bool
same_text(const struct model_table *table, const void *a, const void *b)
{
    char *x = text_of(table, a), *y = text_of(table, b);
    bool same = str_equal(x, y);

    free(x);
    free(y);
    return same;
}

/* What depends on the other devices of its kind, and place and name. */
static void
forget_rank(struct domain_def *def, const struct model_field *kind)
{
    void *device = device_at(def, kind, 0);
    struct device_info *info = device_info_of(def, device);

    if (info)
        memset(info, 0, sizeof(*info));
    if (strcmp(kind->name, "video") == 0 && ((struct domain_video *)device)->model)
        ((struct domain_video *)device)->model->primary = TRI_UNSET;
}

static bool
same_thing(const void *a, const void *b, const struct model_field *kind)
{
    DOMAIN_DEF_AUTO x = domain_def_new();
    DOMAIN_DEF_AUTO y = domain_def_new();

    device_add(x, kind, a);
    device_add(y, kind, b);
    forget_rank(x, kind);
    forget_rank(y, kind);
    return same_text(kind->sub, device_at(x, kind, 0), device_at(y, kind, 0));
}

static bool
same_key(const void *device, const void *wanted, const void *asked, const struct model_field *kind,
         bool rules)
{
    g_auto(GStrv) parts = NULL;
    unsigned i = 0;

    while (i < G_N_ELEMENTS(keys) && strcmp(keys[i].kind, kind->name) != 0)
        i++;
    if (i == G_N_ELEMENTS(keys))
        return kind->kind != MODEL_K_LIST || same_thing(device, wanted, kind);
    parts = g_strsplit(keys[i].key, " ", -1);
    for (char **part = parts; *part; part++) {
        char choice = strchr("?=!", **part) ? **part : 0;
        const char *path = *part + (choice != 0);
        bool given = !choice || model_has_at(kind->sub, path, asked);

        if (!*path || (!given && (choice != '!' || !rules)))
            continue;
        if (!given ||
            !model_same_at(kind->sub, path, device, choice == '?' || choice == '!' ? asked : wanted))
            return false;
        if (choice == '=')
            break;
    }
    return true;
}

static bool
says_nothing(const struct device_address *a)
{
    return a->type == ADDRESS_TYPE_PCI && !a->has_domain && !a->has_bus && !a->has_slot && !a->has_function;
}

/* An alias or address that is asked for has to be the device's; strict: it has to be asked for. */
static bool
same_place(const struct device_info *have, const struct device_info *asked, bool strict)
{
    if (!have || !asked)
        return true;
    if (asked->alias && have->alias && strcmp(asked->alias, have->alias) != 0)
        return false;
    return (!strict && (!asked->address || says_nothing(asked->address))) ||
           same_text(&device_address_table, have->address, asked->address);
}

int
device_find(struct domain_def *def, struct domain_def *fragment, struct domain_def *wanted,
            const struct model_field *kind, const struct device_edit *edit, unsigned what, struct err *err)
{
    const struct device_rule *rule = device_rule_of(edit, kind);
    bool by_place = rule && rule->stays && what == DEVICE_CAN_CHANGE;
    int missing = !rule                                                   ? 0
                  : what == DEVICE_CAN_CHANGE && rule->missing_change ? rule->missing_change
                                                                      : rule->missing;
    const void *asked = device_at(fragment, kind, 0);
    const struct device_info *place =
        rule && !rule->place && !by_place ? NULL : device_info_of(fragment, asked);
    int found = -1;

    for (uint32_t i = 0; i < device_count(def, kind); i++) {
        void *device = device_at(def, kind, i);

        if (!(by_place || same_key(device, device_at(wanted, kind, 0), asked, kind, rule)) ||
            !same_place(device_info_of(def, device), place, by_place))
            continue;
        if (found >= 0 && rule && rule->one)
            return err_set(err, VIR_ERR_OPERATION_FAILED, "guest '%s' has several <%s> like this", def->name,
                           kind->name);
        found = found < 0 ? (int)i : found;
    }
    if (found >= 0)
        return found;
    return err_set_from(err, rule && rule->missing_from ? rule->missing_from : rule ? edit->from : ERR_FROM,
                        missing ? missing : VIR_ERR_DEVICE_MISSING,
                        "guest '%s' has no such <%s>", def->name, kind->name);
}
