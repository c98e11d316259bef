/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * params-io: shares and limits of disks and interfaces; see params.h.
 */
#include "driver/params.h"

#include "base/str.h"
#include "model/complete-parts.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- shares of the host's disks ------------------------------------------------------------- */

/* "PATH,VALUE,PATH,VALUE" of one kind each. */
static const struct { const char *name; size_t offset; bool wide; } device_params[] = {
    { VIR_DOMAIN_BLKIO_DEVICE_WEIGHT, offsetof(struct blkio_device, weight), false },
    { VIR_DOMAIN_BLKIO_DEVICE_READ_IOPS, offsetof(struct blkio_device, read_iops_sec), false },
    { VIR_DOMAIN_BLKIO_DEVICE_WRITE_IOPS, offsetof(struct blkio_device, write_iops_sec), false },
    { VIR_DOMAIN_BLKIO_DEVICE_READ_BPS, offsetof(struct blkio_device, read_bytes_sec), true },
    { VIR_DOMAIN_BLKIO_DEVICE_WRITE_BPS, offsetof(struct blkio_device, write_bytes_sec), true },
};

static uint64_t
device_value(const struct blkio_device *dev, size_t kind)
{
    const void *field = (const char *)dev + device_params[kind].offset;

    return device_params[kind].wide ? *(const uint64_t *)field : *(const uint32_t *)field;
}

static void
set_device_value(struct blkio_device *dev, size_t kind, uint64_t value)
{
    void *field = (char *)dev + device_params[kind].offset;

    if (device_params[kind].wide)
        *(uint64_t *)field = value;
    else
        *(uint32_t *)field = (uint32_t)value;
}

void
params_read_blkio(const struct domain_def *def, struct params_out *out)
{
    const struct domain_blkiotune *tune = def->blkiotune;

    params_out_uint(out, VIR_DOMAIN_BLKIO_WEIGHT, tune ? tune->weight : 0);
    for (size_t kind = 0; kind < G_N_ELEMENTS(device_params); kind++) {
        g_autoptr(GString) text = g_string_new(NULL);

        for (uint32_t i = 0; tune && i < tune->n_devices; i++)
            if (device_value(tune->devices[i], kind))
                g_string_append_printf(text, "%s%s,%llu", text->len ? "," : "", tune->devices[i]->path,
                                       (unsigned long long)device_value(tune->devices[i], kind));
        params_out_string(out, device_params[kind].name, text->str);
    }
}

static int
write_devices(struct domain_def *def, size_t kind, const char *text, struct err *err)
{
    struct domain_blkiotune *tune = def->blkiotune;
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    guint n = g_strv_length(words);

    if (n % 2)
        return err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not a list of PATH,VALUE as %s needs it", text,
                       device_params[kind].name);
    for (guint w = 0; w < n; w += 2) {
        struct blkio_device *dev = NULL;
        uint64_t value;

        if (str_to_u64(words[w + 1], 10, &value) < 0 || (!device_params[kind].wide && value > UINT32_MAX))
            return err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not a value for %s", words[w + 1],
                           device_params[kind].name);
        for (uint32_t i = 0; i < tune->n_devices; i++)
            if (str_equal(tune->devices[i]->path, words[w]))
                dev = tune->devices[i];
        if (!dev && value) {
            dev = model_new(def, struct blkio_device);
            dev->path = model_str(def, words[w]);
            model_list_append(def, tune->devices, tune->n_devices, dev);
        }
        if (dev)
            set_device_value(dev, kind, value);
    }
    return 0;
}

static void
drop_idle_devices(struct domain_blkiotune *tune)
{
    for (uint32_t i = 0; i < tune->n_devices;) {
        bool idle = true;

        for (size_t kind = 0; kind < G_N_ELEMENTS(device_params); kind++)
            idle &= device_value(tune->devices[i], kind) == 0;
        if (idle)
            model_list_remove(tune->devices, tune->n_devices, i);
        else
            i++;
    }
}

int
params_write_blkio(struct domain_def *def, virTypedParameterPtr params, int n, struct err *err)
{
    struct typed_param_rule rules[G_N_ELEMENTS(device_params) + 1] = {
        { VIR_DOMAIN_BLKIO_WEIGHT, VIR_TYPED_PARAM_UINT, false },
    };

    for (size_t kind = 0; kind < G_N_ELEMENTS(device_params); kind++)
        rules[kind + 1] =
            (struct typed_param_rule){ device_params[kind].name, VIR_TYPED_PARAM_STRING, false };
    if (typed_params_check(params, n, rules, G_N_ELEMENTS(rules), err) < 0)
        return -1;
    if (!def->blkiotune)
        def->blkiotune = model_new(def, struct domain_blkiotune);
    for (int i = 0; i < n; i++) {
        if (params[i].type == VIR_TYPED_PARAM_UINT)
            def->blkiotune->weight = params[i].value.ui;
        for (size_t kind = 0; kind < G_N_ELEMENTS(device_params); kind++)
            if (strcmp(params[i].field, device_params[kind].name) == 0 &&
                write_devices(def, kind, params[i].value.s, err) < 0)
                return -1;
    }
    drop_idle_devices(def->blkiotune);
    return 0;
}

/* ---- bandwidth of an interface -------------------------------------------------------------- */

static const struct { const char *name; bool out; size_t offset; } rates[] = {
    { VIR_DOMAIN_BANDWIDTH_IN_AVERAGE, false, offsetof(struct bandwidth_rate, average) },
    { VIR_DOMAIN_BANDWIDTH_IN_PEAK, false, offsetof(struct bandwidth_rate, peak) },
    { VIR_DOMAIN_BANDWIDTH_IN_BURST, false, offsetof(struct bandwidth_rate, burst) },
    { VIR_DOMAIN_BANDWIDTH_IN_FLOOR, false, offsetof(struct bandwidth_rate, floor) },
    { VIR_DOMAIN_BANDWIDTH_OUT_AVERAGE, true, offsetof(struct bandwidth_rate, average) },
    { VIR_DOMAIN_BANDWIDTH_OUT_PEAK, true, offsetof(struct bandwidth_rate, peak) },
    { VIR_DOMAIN_BANDWIDTH_OUT_BURST, true, offsetof(struct bandwidth_rate, burst) },
};

void
params_read_interface(const struct domain_interface *net, struct params_out *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
        const struct bandwidth_rate *rate = !net->bandwidth ? NULL
                                            : rates[i].out  ? net->bandwidth->outbound
                                                            : net->bandwidth->inbound;

        params_out_uint(out, rates[i].name,
                        rate ? (unsigned)*(const uint64_t *)((const char *)rate + rates[i].offset) : 0);
    }
}

int
params_check_interface(virTypedParameterPtr params, int n, struct err *err)
{
    struct typed_param_rule rules[G_N_ELEMENTS(rates)];

    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++)
        rules[i] = (struct typed_param_rule){ rates[i].name, VIR_TYPED_PARAM_UINT, false };
    return typed_params_check(params, n, rules, G_N_ELEMENTS(rules), err);
}

int
params_write_interface(struct domain_def *def, struct domain_interface *net, virTypedParameterPtr params,
                       int n, struct err *err)
{
    struct bandwidth_rate *fresh[2] = { NULL, NULL };

    if (params_check_interface(params, n, err) < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(rates); k++) {
            struct bandwidth_rate **rate = &fresh[rates[k].out];

            if (strcmp(params[i].field, rates[k].name) != 0)
                continue;
            if (!*rate)
                *rate = model_new(def, struct bandwidth_rate);
            *(uint64_t *)((char *)*rate + rates[k].offset) = params[i].value.ui;
        }
    }
    if (!net->bandwidth)
        net->bandwidth = model_new(def, struct bandwidth);
    /* A direction is given anew as a whole; without an average there is no limit. */
    for (int out = 0; out < 2; out++) {
        struct bandwidth_rate **old = out ? &net->bandwidth->outbound : &net->bandwidth->inbound;

        if (fresh[out])
            *old = bandwidth_rate_tidy(fresh[out]);
    }
    if (!net->bandwidth->inbound && !net->bandwidth->outbound)
        net->bandwidth = NULL;
    return 0;
}

/* ---- limits of a disk ----------------------------------------------------------------------- */

#define IOTUNE_MAX 1000000000000000ull

#define IO(name) { #name, offsetof(struct disk_iotune, name) }
static const struct { const char *name; size_t offset; } limits[] = {
    IO(total_bytes_sec), IO(read_bytes_sec), IO(write_bytes_sec),
    IO(total_iops_sec), IO(read_iops_sec), IO(write_iops_sec),
    IO(total_bytes_sec_max), IO(read_bytes_sec_max), IO(write_bytes_sec_max),
    IO(total_iops_sec_max), IO(read_iops_sec_max), IO(write_iops_sec_max),
    IO(size_iops_sec),
    IO(total_bytes_sec_max_length), IO(read_bytes_sec_max_length), IO(write_bytes_sec_max_length),
    IO(total_iops_sec_max_length), IO(read_iops_sec_max_length), IO(write_iops_sec_max_length),
};
#define GROUP_AFTER 12 /* where the group's name stands among them */

static uint64_t *
limit_of(struct disk_iotune *tune, size_t i)
{
    return (uint64_t *)((char *)tune + limits[i].offset);
}

void
params_read_iotune(const struct domain_disk *disk, struct params_out *out)
{
    static struct disk_iotune none;
    struct disk_iotune *tune = disk->iotune ? disk->iotune : &none;

    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        params_out_ullong(out, limits[i].name, *limit_of(tune, i));
        if (i == GROUP_AFTER)
            params_out_string(out, VIR_DOMAIN_BLOCK_IOTUNE_GROUP_NAME, tune->group_name);
    }
}

/* A total excludes its parts; a burst is not below what always goes. */
static int
check_limits(struct disk_iotune *tune, int from, struct err *err)
{
    for (size_t i = 0; i < 12; i += 3)
        if (*limit_of(tune, i) && (*limit_of(tune, i + 1) || *limit_of(tune, i + 2)))
            return err_set_from(err, from, VIR_ERR_INVALID_ARG,
                                "%s limits all, and %s or %s a part of it: use one of the two",
                                limits[i].name, limits[i + 1].name, limits[i + 2].name);
    for (size_t i = 0; i < 6; i++)
        if (*limit_of(tune, i) > *limit_of(tune, i + 6))
            return err_set_from(err, from, VIR_ERR_INVALID_ARG, "%s (%llu) cannot be more than %s (%llu)",
                                limits[i].name, (unsigned long long)*limit_of(tune, i), limits[i + 6].name,
                                (unsigned long long)*limit_of(tune, i + 6));
    return 0;
}

int
params_check_iotune(virTypedParameterPtr params, int n, struct err *err)
{
    struct typed_param_rule rules[G_N_ELEMENTS(limits) + 1];

    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
        rules[i] = (struct typed_param_rule){ limits[i].name, VIR_TYPED_PARAM_ULLONG, false };
    rules[G_N_ELEMENTS(limits)] =
        (struct typed_param_rule){ VIR_DOMAIN_BLOCK_IOTUNE_GROUP_NAME, VIR_TYPED_PARAM_STRING, false };
    return typed_params_check(params, n, rules, G_N_ELEMENTS(rules), err);
}

int
params_write_iotune(struct domain_def *def, struct domain_disk *disk, virTypedParameterPtr params, int n,
                    int from, struct err *err)
{
    if (params_check_iotune(params, n, err) < 0)
        return -1;
    if (!disk->iotune)
        disk->iotune = model_new(def, struct disk_iotune);
    for (int i = 0; i < n; i++) {
        if (params[i].type == VIR_TYPED_PARAM_STRING) {
            disk->iotune->group_name = *params[i].value.s ? model_str(def, params[i].value.s) : NULL;
            continue;
        }
        if (params[i].value.ul > IOTUNE_MAX)
            return err_set_from(err, from, VIR_ERR_ARGUMENT_UNSUPPORTED,
                                "%s is %llu; at most %llu is possible", params[i].field, params[i].value.ul,
                                IOTUNE_MAX);
        for (size_t k = 0; k < G_N_ELEMENTS(limits); k++)
            if (strcmp(params[i].field, limits[k].name) == 0)
                *limit_of(disk->iotune, k) = params[i].value.ul;
    }
    return check_limits(disk->iotune, from, err);
}
