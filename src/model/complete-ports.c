/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-ports: numbers of serial and parallel ports and of consoles, and the console that is a serial
 * port, for every hypervisor; see complete.h.
 */
#include <glib.h>
#include "model/complete.h"
#include "model/complete-devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

static struct chardev_target *target_of(struct domain_def *def, struct domain_chardev *c)
{
    if (!c->target)
        c->target = model_new(def, struct chardev_target);
    return c->target;
}

static bool is_isa_port(const struct domain_def *def, int32_t port)
{
    for (uint32_t i = 0; i < def->n_serials; i++) {
        const struct chardev_target *t = def->serials[i]->target;
        if (t && t->type == CHARDEV_TARGET_TYPE_ISA_SERIAL && t->has_port && t->port == port)
            return true;
    }
    return false;
}

/* The ports of the old board come first, each at the first place that is free. */
static void number_isa_ports(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_serials; i++) {
        struct chardev_target *t = target_of(def, def->serials[i]);
        if (t->type != CHARDEV_TARGET_TYPE_ISA_SERIAL || (t->has_port && t->port != -1))
            continue;
        t->has_port = false;
        for (t->port = 0; is_isa_port(def, t->port);)
            t->port++;
        t->has_port = true;
    }
}

static void number_serials(struct domain_def *def)
{
    struct domain_chardev **list = def->serials;
    uint32_t n = def->n_serials;
    for (uint32_t i = 0; i < n; i++) {
        struct chardev_target *t = target_of(def, list[i]);
        int32_t next = 0;
        if (t->has_port && t->port != -1)           /* -1 is as none */
            continue;
        t->has_port = false;
        for (uint32_t k = 0; k < n; k++)
            if (list[k]->target && list[k]->target->has_port && list[k]->target->port >= next)
                next = list[k]->target->port + 1;
        t->port = next;
        t->has_port = true;
    }
}

/* The first console of a full machine is its first serial port, said once more. */
static void pair_console(struct domain_def *def)
{
    if (def->os->type != OS_TYPE_HVM) {
        if (def->n_consoles && !target_of(def, def->consoles[0])->type)
            def->consoles[0]->target->type = CHARDEV_TARGET_TYPE_SERIAL;
        return;
    }
    struct domain_chardev *c = def->n_consoles ? def->consoles[0] : NULL;
    bool port = c && (!target_of(def, c)->type || c->target->type == CHARDEV_TARGET_TYPE_SERIAL);
    if (def->n_serials && !port && def->serials[0]->target)
        switch (def->serials[0]->target->type) {
        case CHARDEV_TARGET_TYPE_USB_SERIAL:
        case CHARDEV_TARGET_TYPE_PCI_SERIAL:
        case CHARDEV_TARGET_TYPE_ISA_DEBUG:
            if (!def->n_consoles || (def->consoles[0]->target && def->consoles[0]->target->type &&
                                     def->consoles[0]->target->type != CHARDEV_TARGET_TYPE_SERIAL))
                return;                        /* too late for a machine's first words */
            break;
        default:
            break;
        }
    if (c) {
        struct chardev_target *t = target_of(def, c);
        if (t->type && t->type != CHARDEV_TARGET_TYPE_SERIAL) {
            if (!def->n_serials)
                return;
            /* The port's mirror stands before consoles of other kinds. */
            c = model_new(def, struct domain_chardev);
            t = target_of(def, c);
            model_list_insert(def, def->consoles, def->n_consoles, 0, c);
        }
        t->type = CHARDEV_TARGET_TYPE_SERIAL;
        if (!def->n_serials) {
            struct domain_chardev *s = model_import(def, &domain_chardev_table, c);
            s->target = model_new(def, struct chardev_target);
            s->target->port = 0;
            s->target->has_port = true;
            model_list_append(def, def->serials, def->n_serials, s);
        }
    } else if (def->n_serials) {
        c = model_new(def, struct domain_chardev);
        target_of(def, c)->type = CHARDEV_TARGET_TYPE_SERIAL;
        model_list_append(def, def->consoles, def->n_consoles, c);
    } else {
        return;
    }
    const struct domain_chardev *s = def->serials[0];
    const struct domain_chardev *copy = model_import(def, &domain_chardev_table, s);
    c->source = copy->source;
    c->info = copy->info;
    c->target->port = s->target->port;
    c->target->has_port = true;
}

/* Consoles are numbered as they come; the mirror of a serial port gets its number afterwards. */
static void number_consoles(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_consoles; i++) {
        struct chardev_target *t = target_of(def, def->consoles[i]);
        t->port = i;
        t->has_port = true;
    }
}

void domain_complete_ports(struct domain_def *def)
{
    number_isa_ports(def);
    number_serials(def);
    int32_t next = 0;           /* one more than the highest before it */
    for (uint32_t i = 0; i < def->n_parallels; i++) {
        struct chardev_target *t = target_of(def, def->parallels[i]);
        t->port = t->has_port && t->port != -1 ? t->port : next;
        t->has_port = true;
        next = MAX(next, t->port + 1);
    }
    number_consoles(def);
    pair_console(def);
}
