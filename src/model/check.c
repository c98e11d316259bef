/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check: documents that no hypervisor could run are refused, with the reason and the code that users'
 * programs know; see check.h.  What a single driver cannot do is its own business.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include "base/uuid.h"
#include "model/address.h"
#include "model/check.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- as it is read -------------------------------------------------------------------------- */

int check_os_read(struct domain_def *def, struct err *err)
{
    const struct domain_os *os = def->os;
    for (uint32_t i = 0; os && i < os->n_firmware_features; i++) {
        const struct firmware_feature *f = os->firmware_features[i];
        /* Where no firmware= is, the parser has let pass what they lack (idle.c). */
        if (!f->name || !f->enabled)
            return MISSING("a feature of the <firmware> of guest '%s' has no %s=", def->name,
                           f->name ? "enabled" : "name");
        if (strcmp(f->name, "enrolled-keys") && strcmp(f->name, "secure-boot"))
            return MISSING(
                "<firmware> of guest '%s' has the feature '%s'; 'enrolled-keys' and 'secure-boot' are "
                "known",
                def->name, f->name);
    }
    /* Programs know no code that would say more. */
    if (os && os->nvram && os->nvram->type && !os->nvram->source)
        return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR,
                            "the <nvram> of guest '%s' has a type and no <source>", def->name);
    if (os && check_nvram(os->nvram, err) < 0)
        return -1;
    for (uint32_t i = 0; os && i < os->n_acpi_tables; i++)
        if (strcmp(os->acpi_tables[i]->type, "slic"))
            return XML("an ACPI table of guest '%s' has type '%s'; 'slic' is the one there is", def->name,
                       os->acpi_tables[i]->type);
    if (os && os->n_acpi_tables > 1)
        return XML("guest '%s' has %u ACPI tables and can have one", def->name, os->n_acpi_tables);
    for (uint32_t i = 0; os && i < os->n_initenvs; i++)
        if (!os->initenvs[i]->name || !*os->initenvs[i]->name || !os->initenvs[i]->value)
            return XML("an <initenv> of guest '%s' has no %s", def->name,
                       os->initenvs[i]->value ? "name" : "value");
    for (uint32_t i = 0; os && i < os->n_initargs; i++)
        if (!*os->initargs[i])
            return XML("an <initarg> of guest '%s' is empty", def->name);
    return 0;
}

int check_perf_events_read(struct domain_def *def, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < i; k++)
            if (def->perf_events[i]->name == def->perf_events[k]->name)
                return XML("guest '%s' has the perf event '%s' twice", def->name,
                           perf_event_name_str(def->perf_events[i]->name));
    return 0;
}

int check_features_read(struct domain_def *def, struct err *err)
{
    const struct domain_hyperv *h = def->features ? def->features->hyperv : NULL;
    const struct domain_kvm_features *k = def->features ? def->features->kvm : NULL;
    const struct hyperv_spinlocks *s = h ? h->spinlocks : NULL;
    const struct hyperv_vendor_id *v = h ? h->vendor_id : NULL;
    const struct kvm_dirty_ring *r = k ? k->dirty_ring : NULL;
    const struct domain_xen_features *x = def->features ? def->features->xen : NULL;
    const struct xen_passthrough *p = x ? x->passthrough : NULL;
    if (s && s->state == TRI_ON && !s->has_retries)
        return MISSING("<spinlocks> of guest '%s' has no retries=", def->name);
    if (s && s->state == TRI_ON && s->retries < 4095)
        return XML("<spinlocks retries='%u'> of guest '%s' has to be at least 4095", s->retries, def->name);
    if (v && v->state == TRI_ON && (!v->value || strlen(v->value) > 12 || strchr(v->value, ',')))
        return XML("<vendor_id> of guest '%s' has the value '%s', which has to be 12 characters at most and "
                   "none of them a comma",
                   def->name, v->value ? v->value : "");
    if (r && r->state == TRI_ON && !r->has_size)
        return MISSING("<dirty-ring> of guest '%s' has no size=", def->name);
    if (r && r->state == TRI_ON && (r->size & (r->size - 1) || r->size < 1024 || r->size > 65536))
        return XML("<dirty-ring size='%u'> of guest '%s' has to be a power of two from 1024 to 65536",
                   r->size, def->name);
    if (p && p->state == TRI_ON && p->mode == XEN_PASSTHROUGH_MODE_DEFAULT)
        return MISSING("<passthrough> of guest '%s' has mode='default', which is to have none", def->name);
    return 0;
}

int check_seclabels_read(struct domain_def *def, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct seclabel *s = def->seclabels[i];
        if (s->type == SECLABEL_TYPE_STATIC && !s->label && g_strcmp0(s->model, "none"))
            return XML("a static <seclabel> of guest '%s' has no <label>", def->name);
        if (s->type == SECLABEL_TYPE_DYNAMIC && s->relabel == TRI_NO)
            return UNSUPPORTED("a dynamic <seclabel> of guest '%s' cannot have relabel='no'", def->name);
        if (s->type == SECLABEL_TYPE_NONE && s->relabel == TRI_YES)
            return UNSUPPORTED("a <seclabel type='none'> of guest '%s' cannot have relabel='yes'", def->name);
        for (uint32_t k = 0; k < i; k++)
            if (!g_strcmp0(def->seclabels[k]->model, s->model))
                return err_set(err, VIR_ERR_XML_DETAIL, "guest '%s' has two <seclabel> for the model %s",
                               def->name, s->model ? s->model : "of the host");
    }
    return 0;
}

int check_label_models_read(struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_seclabels && def->n_seclabels > 1; i++)
        if (!def->seclabels[i]->model)
            return XML("a <seclabel> of guest '%s' does not say its model (dac, apparmor, selinux)",
                       def->name);
    return 0;
}

int check_label_model_read(struct domain_def *def, struct err *err)
{
    const struct seclabel *s = def->n_seclabels == 1 ? def->seclabels[0] : NULL;
    if (s && !s->model && s->type != SECLABEL_TYPE_NONE &&
        (s->type != SECLABEL_TYPE_DYNAMIC || s->baselabel))
        return XML("the <seclabel> of guest '%s' does not say its model (dac, apparmor, selinux)", def->name);
    return 0;
}

static int read_sysinfo(const struct domain_def *def, const struct domain_sysinfo *s, struct err *err)
{
    for (uint32_t i = 0; s->bios && i < s->bios->n_entries; i++) {
        const struct sysinfo_entry *e = s->bios->entries[i];
        unsigned month, day, year;
        int end = -1;
        if (g_strcmp0(e->name, "date") || !e->value)
            continue;
        if (sscanf(e->value, "%2u/%2u/%4u%n", &month, &day, &year, &end) != 3 || e->value[end] || month < 1 ||
            month > 12 || day < 1 || day > 31 || (year > 99 && year < 1900))
            return err_set(err, VIR_ERR_XML_DETAIL,
                           "the date '%s' of the BIOS of guest '%s' is none such as 12/31/2020", e->value,
                           def->name);
        break;
    }
    for (uint32_t i = 0; i < s->n_entries; i++) {
        const struct sysinfo_entry *e = s->entries[i];
        if (!e->name)
            return XML("an <entry> for the firmware of guest '%s' has no name", def->name);
        if (!e->file && (!e->value || !e->value[strspn(e->value, " \t\r\n")]))
            return XML("the <entry name='%s'> for the firmware of guest '%s' has neither a text nor file=",
                       e->name, def->name);
    }
    return 0;
}

int check_idmap_read(struct domain_def *def, struct err *err)
{
    struct idmap_entry *const *maps[] = { def->idmap_uids, def->idmap_gids };
    const uint32_t counts[] = { def->n_idmap_uids, def->n_idmap_gids };
    for (unsigned m = 0; m < 2; m++)
        for (uint32_t i = 0; i < counts[m]; i++)
            if (!maps[m][i]->has_start || !maps[m][i]->has_target || !maps[m][i]->has_count)
                return XML("a %s in <idmap> of guest '%s' needs start, target and count",
                           m ? "<gid>" : "<uid>", def->name);
    return 0;
}

int check_keywrap_read(struct domain_def *def, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < i; k++)
            if (def->keywrap[i]->name == def->keywrap[k]->name)
                return INTERNAL("<keywrap> of guest '%s' has the cipher '%s' twice", def->name,
                                keywrap_cipher_name_str(def->keywrap[i]->name));
    return 0;
}

int check_sysinfos_read(struct domain_def *def, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        if (read_sysinfo(def, def->sysinfos[i], err) < 0)
            return -1;
        const struct sysinfo_block *b = def->sysinfos[i]->system;
        const char *uuid_text = domain_sysinfo_uuid(def);
        unsigned char uuid[UUID_BYTES];
        for (uint32_t k = 0; b && k < b->n_entries; k++)
            if (uuid_text && b->entries[k]->value == uuid_text && uuid_parse(uuid_text, uuid) < 0)
                return err_set(err, VIR_ERR_XML_DETAIL,
                               "the uuid '%s' in <sysinfo> of guest '%s' is malformed", uuid_text, def->name);
    }
    return 0;
}

int check_sysinfo_uuid_read(struct domain_def *def, struct err *err)
{
    const char *text = domain_sysinfo_uuid(def);
    unsigned char uuid[UUID_BYTES];
    if (!text || uuid_parse(text, uuid) < 0)
        return 0;
    return def->has_uuid && memcmp(uuid, def->uuid, UUID_BYTES)
               ? err_set(err, VIR_ERR_XML_DETAIL,
                         "guest '%s' has one uuid of its own and another one in <sysinfo>", def->name)
               : 0;
}

int check_resource_read(struct domain_def *def, struct err *err)
{
    const struct domain_resource *r = def->resource;
    const char *id = r ? r->fibrechannel_appid : NULL;
    for (const char *s = id; s && *s; s++)
        if (!g_ascii_isprint(*s))
            return XML("the appid in <resource> of guest '%s' has characters that are not printable ASCII",
                       def->name);
    /* Programs know no code that would say more. */
    return r && !(r->partition && *r->partition) && !(id && *id)
               ? err_set_from(err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR, "<resource> of guest '%s' is empty",
                              def->name)
               : 0;
}

int check_launch_read(struct domain_def *def, struct err *err)
{
    const struct domain_launch_security *l = def->launch_security;
    return l && l->type == LAUNCH_SECURITY_TYPE_SEV && !l->has_policy
               ? XML("<launchSecurity type='sev'> of guest '%s' has no <policy>", def->name)
               : 0;
}

int check_clock_read(struct domain_def *def, struct err *err)
{
    const struct domain_clock *c = def->clock;
    if (c && c->adjustment && *c->adjustment && c->offset != CLOCK_OFFSET_VARIABLE &&
        strcmp(c->adjustment, "reset")) {
        char *end;
        errno = 0;
        g_ascii_strtoll(c->adjustment, &end, 10);
        if (errno || *end)
            return XML("the <clock> of guest '%s' has adjustment='%s', which has to be a number of seconds "
                       "or 'reset'",
                       def->name, c->adjustment);
    }
    return 0;
}

/* ---- what nobody could run ------------------------------------------------------------------ */

int check_loader(const struct domain_def *def, struct err *err)
{
    const struct domain_os *os = def->os;
    const struct os_loader *l = os->loader;
    if (!os->firmware && os->n_firmware_features)
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "the <firmware> of guest '%s' has features, and <os> has no firmware= that is "
                       "chosen by them",
                       def->name);
    if (!os->firmware && ((l && !l->path) || (!l && os->nvram)))
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "the <loader> of guest '%s' names no file, and <os> has no firmware= that "
                       "would find one",
                       def->name);
    if (os->firmware && l && (l->readonly || l->type || l->path || l->secure == TRI_NO))
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "<os> of guest '%s' has firmware='%s', which finds a <loader>; its %s has "
                       "to go",
                       def->name, os_firmware_str(os->firmware),
                       l->readonly ? "readonly="
                       : l->type   ? "type="
                       : l->path   ? "path"
                                   : "secure='no'");
    if (os->firmware && os->nvram && os->nvram->template)
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "<os> of guest '%s' has firmware='%s', which finds a template for its <nvram>: "
                       "template= has to go",
                       def->name, os_firmware_str(os->firmware));
    bool enrolled = false, insecure = false;
    for (uint32_t i = 0; i < os->n_firmware_features; i++) {
        const struct firmware_feature *f = os->firmware_features[i];
        enrolled |= !g_strcmp0(f->name, "enrolled-keys") && f->enabled == TRI_YES;
        insecure |= !g_strcmp0(f->name, "secure-boot") && f->enabled == TRI_NO;
    }
    if (enrolled && insecure)
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "the <firmware> of guest '%s' has enrolled keys, which need secure boot", def->name);
    const struct os_nvram *n = os->nvram;
    bool kept = n && ((n->path && *n->path) || n->template || n->source);
    bool keeps = os->firmware ? os->firmware == OS_FIRMWARE_EFI : l && l->type == LOADER_TYPE_PFLASH;
    if ((os->firmware && kept && !keeps) || (l && l->stateless == TRI_NO && !keeps))
        return err_set(
            err, VIR_ERR_XML_DETAIL,
            "the firmware of guest '%s' keeps nothing in an <nvram>: that is for EFI and loaders of "
            "type 'pflash'",
            def->name);
    if (l && l->stateless == TRI_YES && kept)
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "the <loader> of guest '%s' is stateless and cannot have an <nvram>", def->name);
    return 0;
}

int check_init(const struct domain_def *def, struct err *err)
{
    return def->os->type == OS_TYPE_EXE && !def->os->init
               ? XML("guest '%s' is a container: <os> has to name the program it starts in <init>", def->name)
               : 0;
}

int check_memory_sizes(const struct domain_def *def, struct err *err)
{
    uint64_t devices = 0;
    for (uint32_t i = 0; i < def->n_memories; i++)
        devices += def->memories[i]->target->size;
    if (devices > def->memory->size)
        return XML("the memory devices of guest '%s' hold more than its <memory>", def->name);
    if (!def->memory->size || devices == def->memory->size)
        return XML("guest '%s' has no memory: add <memory unit='MiB'>…</memory>", def->name);
    if (def->max_memory && !def->max_memory->slots)
        return XML("<maxMemory> of guest '%s' needs the attribute 'slots'", def->name);
    if (def->max_memory && def->max_memory->size < def->memory->size)
        return XML("<maxMemory> of guest '%s' is less than its <memory>", def->name);
    return 0;
}

static int
check_order(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    GHashTable *seen = ((void **)data)[0];
    struct err *err = ((void **)data)[1];
    return !info->boot_order || g_hash_table_add(seen, GUINT_TO_POINTER(info->boot_order))
               ? 0
               : UNSUPPORTED("two devices of guest '%s' have boot order %u", def->name, info->boot_order);
}

static int
has_order(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    return info->boot_order != 0;
}

bool domain_has_boot_order(const struct domain_def *def)
{
    return domain_each_device((struct domain_def *)def, has_order, NULL);
}

/* Only full machines boot from devices. */
int check_boot_order(struct domain_def *def, struct err *err)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    void *data[] = { seen, err };
    if (def->os->type != OS_TYPE_HVM)
        return 0;
    if (domain_each_device(def, check_order, data) < 0)
        return -1;
    return def->os->n_boots && domain_has_boot_order(def)
               ? UNSUPPORTED(
                     "guest '%s' has both <boot order> in devices and <boot dev> in <os>; use one of them",
                     def->name)
               : 0;
}

/* What a timer can be told. */
int check_timers(const struct domain_def *def, struct err *err)
{
    const struct domain_clock *c = def->clock;
    for (uint32_t i = 0; c && i < c->n_timers; i++) {
        const struct domain_timer *t = c->timers[i];
        if (t->track && t->name != TIMER_NAME_RTC && t->name != TIMER_NAME_PLATFORM)
            return UNSUPPORTED("the timer '%s' of guest '%s' cannot track anything", timer_name_str(t->name),
                               def->name);
        if (t->tickpolicy && (t->name == TIMER_NAME_HYPERVCLOCK || t->name == TIMER_NAME_KVMCLOCK))
            return UNSUPPORTED("the timer '%s' of guest '%s' does not tick and has no tickpolicy",
                               timer_name_str(t->name), def->name);
        if (t->catchup && (t->catchup->threshold || t->catchup->slew || t->catchup->limit) &&
            t->tickpolicy != TIMER_TICKPOLICY_CATCHUP)
            return XML("the timer '%s' of guest '%s' has a <catchup>, which needs tickpolicy='catchup'",
                       timer_name_str(t->name), def->name);
        if (t->mode && t->name != TIMER_NAME_TSC)
            return UNSUPPORTED("the timer '%s' of guest '%s' has a mode, which is for 'tsc'",
                               timer_name_str(t->name), def->name);
        if (t->frequency && t->name != TIMER_NAME_TSC)
            return UNSUPPORTED("the timer '%s' of guest '%s' has a frequency, which is for 'tsc'",
                               timer_name_str(t->name), def->name);
    }
    return 0;
}

int check_lifecycle(const struct domain_def *def, struct err *err)
{
    if (def->on_poweroff > LIFECYCLE_ACTION_PRESERVE || def->on_reboot > LIFECYCLE_ACTION_PRESERVE)
        return UNSUPPORTED("<%s> of guest '%s' cannot be a core dump, which is for <on_crash>",
                           def->on_poweroff > LIFECYCLE_ACTION_PRESERVE ? "on_poweroff" : "on_reboot",
                           def->name);
    return 0;
}

/* Only when the driver has given places: what finds its own one has lost such an address by then. */
int
check_assigned(const struct domain_def *def, const char *kind, const void *device,
               const struct device_info *info, struct err *err)
{
    bool none = device == def->memballoon && def->memballoon->model == MEMBALLOON_MODEL_NONE;
    return !info->address || info->address->type != ADDRESS_TYPE_UNASSIGNED || none ||
                   !strcmp(kind, "hostdev")
               ? 0
               : UNSUPPORTED("a %s of guest '%s' has an address of type 'unassigned', which is for <hostdev>",
                             kind, def->name);
}

static int
check_alias(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    GHashTable *aliases = ((void **)data)[0];
    struct err *err = ((void **)data)[1];
    const struct domain_chardev *console = def->n_consoles ? def->consoles[0] : NULL;
    bool mirror = device == console && def->os->type == OS_TYPE_HVM &&
                  console->target->type == CHARDEV_TARGET_TYPE_SERIAL;
    if (!info->alias || mirror || !g_str_has_prefix(info->alias, "ua-") ||
        g_hash_table_add(aliases, g_strdup(info->alias)))
        return 0;
    return def->n_serials && !g_strcmp0(def->serials[0]->info.alias, info->alias)
               ? UNSUPPORTED("the first serial port of guest '%s' has the alias '%s' of another device",
                             def->name, info->alias)
               : UNSUPPORTED("two devices of guest '%s' have the alias '%s'", def->name, info->alias);
}

int check_idmap(const struct domain_def *def, struct err *err)
{
    if (!def->n_idmap_uids != !def->n_idmap_gids)
        return UNSUPPORTED("<idmap> of guest '%s' has to map both <uid> and <gid>", def->name);
    if (def->n_idmap_uids && (def->idmap_uids[0]->start || def->idmap_gids[0]->start))
        return UNSUPPORTED("<idmap> of guest '%s' has to start with the root user, id 0", def->name);
    return 0;
}

int check_boot(const struct domain_def *def, struct err *err)
{
    if (def->os->has_bootmenu_timeout && def->os->bootmenu_timeout > 65535)
        return UNSUPPORTED("<bootmenu timeout='%u'> of guest '%s' is in milliseconds and at most 65535",
                           def->os->bootmenu_timeout, def->name);
    if (def->os->has_reboot_timeout && (def->os->reboot_timeout < -1 || def->os->reboot_timeout > 65535))
        return UNSUPPORTED("<bios rebootTimeout='%d'> of guest '%s' has to be from -1 to 65535",
                           def->os->reboot_timeout, def->name);
    return 0;
}

int check_aliases_unique(struct domain_def *def, struct err *err)
{
    g_autoptr(GHashTable) aliases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    void *data[] = { aliases, err };
    return domain_each_device(def, check_alias, data);
}

/* ---- leaving the running guest behind ------------------------------------------------------- */

void domain_strip_names(struct domain_def *def)
{
    static const char *const generated[] = { "vnet", "macvtap", "macvlan" };
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        struct domain_interface *n = def->interfaces[i];
        for (unsigned k = 0; n->target && n->target_managed != TRI_NO && k < G_N_ELEMENTS(generated); k++)
            if (g_str_has_prefix(n->target, generated[k]))
                n->target = NULL;
        if (n->type == INTERFACE_TYPE_NETWORK && n->source)
            n->source->bridge = NULL;           /* it is that of the network */
    }
}

void domain_strip_live(struct domain_def *def)
{
    domain_strip_names(def);
    for (uint32_t i = 0; i < def->n_graphics; i++) {
        struct domain_graphics *g = def->graphics[i];
        if (g->autoport != TRI_YES)
            continue;
        g->port = g->type == GRAPHICS_TYPE_VNC ? -1 : 0;
        g->has_port = g->type != GRAPHICS_TYPE_SPICE;
        g->has_tls_port = false;
    }
}
