/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * address: addresses of devices as their guests see them: what the reader refuses, and what is as good as
 * none; see address.h.
 */
#include <string.h>
#include "model/address.h"
#include "model/check.h"
#include "model/complete-devices.h"

#define ERR_FROM VIR_FROM_DEVICE
#define LOADPARM(what)                                                                                       \
    err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_INTERNAL_ERROR, "loadparm='%s' of a %s of guest '%s' " what,  \
                 parm, kind, def->name)

/* A port of a USB hub behind others is "1.2.3": up to four numbers, of which 0 ends the path. */
static int parse_usb_port(const char *text, unsigned port[4])
{
    const char *p = text;
    for (unsigned i = 0; i < 4; i++) {
        char *end;
        guint64 n = g_ascii_strtoull(p, &end, 10);
        if (end == p || strchr(p, '-') || n > UINT32_MAX)
            return -1;
        port[i] = n;
        if (!*end)
            return 0;
        if (*end != '.')
            return -1;
        p = end + 1;
    }
    return -1;
}

int
check_address_read(struct domain_def *def, const char *kind, const void *device,
                   const struct device_info *info, struct err *err)
{
    const struct device_address *a = info->address;
    const char *parm = info->loadparm;
    if (parm &&
        strspn(parm, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789. ") != strlen(parm))
        return LOADPARM("has characters other than letters, digits, dots and blanks");
    if (parm && (!parm[strspn(parm, " ")] || strlen(parm) > 8))
        return LOADPARM("has to have 1 to 8 characters, and not only blanks");
    const struct device_rom *r = info->rom;
    if (r && r->enabled == TRI_NO && (r->bar || r->file))
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_CONFIG_UNSUPPORTED,
                            "the <rom> of a %s of guest '%s' is off and has settings", kind, def->name);
    if (!a)
        return 0;
    unsigned port[4];
    if (a->type == ADDRESS_TYPE_VIRTIO_S390)
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_XML_ERROR,
                            "a %s of guest '%s' has an address of type 'virtio-s390', where nothing has one",
                            kind, def->name);
    if (a->type == ADDRESS_TYPE_USB && a->usb_port && parse_usb_port(a->usb_port, port) < 0)
        return INTERNAL("'%s' is no USB port of a %s of guest '%s'; a port is up to four numbers such as 1.2",
                        a->usb_port, kind, def->name);
    bool ccw = a->type == ADDRESS_TYPE_CCW;
    if (ccw && (a->has_cssid != a->has_ssid || a->has_ssid != a->has_devno))
        return INTERNAL("the ccw address of a %s of guest '%s' needs cssid, ssid and devno, or none of them",
                        kind, def->name);
    if (ccw && (a->cssid > 0xfe || a->ssid > 3 || a->devno > 0xffff))
        return INTERNAL(
            "the ccw address %x.%x.%04x of a %s of guest '%s' does not exist; fe.3.ffff is the highest",
            a->cssid, a->ssid, a->devno, kind, def->name);
    bool usb = !strcmp(kind, "redirdev") ||
               (!strcmp(kind, "input") && domain_input_bus(def, device) == INPUT_BUS_USB);
    if (usb && a->type != ADDRESS_TYPE_USB)
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_XML_ERROR,
                            "a USB %s of guest '%s' has an address of type '%s'", kind, def->name,
                            a->type ? address_type_str(a->type) : "");
    return 0;
}

static void complete_usb_port(struct domain_def *def, struct device_address *a)
{
    unsigned port[4] = { 0 };
    if (!a->usb_port || parse_usb_port(a->usb_port, port) < 0)
        return;
    g_autoptr(GString) s = g_string_new(NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(port) && port[i]; i++)
        g_string_append_printf(s, i ? ".%u" : "%u", port[i]);
    a->usb_port = s->len ? model_str(def, s->str) : NULL;
}

static int
complete_address(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct device_address *a = info->address;
    if (info->loadparm) {
        g_autofree char *upper = g_ascii_strup(info->loadparm, -1);
        info->loadparm = model_str(def, upper);
    }
    if (!a)
        return 0;
    if (a->type == ADDRESS_TYPE_PCI) {
        if (!a->domain && !a->bus && !a->slot) {        /* where bridges to the host are: to be chosen */
            a->has_domain = a->has_bus = a->has_slot = a->has_function = false;
            a->function = 0;
        }
        if (a->zpci && !a->zpci->has_uid && !a->zpci->has_fid)
            a->zpci = NULL;
    } else if (a->type == ADDRESS_TYPE_USB) {
        complete_usb_port(def, a);
    } else if (a->type == ADDRESS_TYPE_ISA) {
        a->has_number = a->number > 0;
        a->has_irq = a->irq > 0;
    } else if (a->type == ADDRESS_TYPE_DIMM) {
        a->has_base = a->base > 0;
    }
    return 0;
}

void domain_complete_addresses(struct domain_def *def)
{
    domain_each_device(def, complete_address, NULL);
}
