/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * first-words: see first-words.h.
 */
#include "drivers/qemu/first-words.h"

#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/qemu-conf.h"

/* Arguments of block_set_io_throttle for a disk with <iotune>, or NULL: no limits.  A virtio disk is a card,
 * and what can be slow is in it. */
static json_t *
iotune_arguments(const struct domain_disk *d)
{
    const struct disk_iotune *t = d->iotune;
    const struct { const char *name; uint64_t value; bool always; } list[] = {
        { "bps", t->total_bytes_sec, true }, { "bps_rd", t->read_bytes_sec, true },
        { "bps_wr", t->write_bytes_sec, true }, { "iops", t->total_iops_sec, true },
        { "iops_rd", t->read_iops_sec, true }, { "iops_wr", t->write_iops_sec, true },
        { "bps_max", t->total_bytes_sec_max, false }, { "bps_rd_max", t->read_bytes_sec_max, false },
        { "bps_wr_max", t->write_bytes_sec_max, false }, { "iops_max", t->total_iops_sec_max, false },
        { "iops_rd_max", t->read_iops_sec_max, false }, { "iops_wr_max", t->write_iops_sec_max, false },
        { "iops_size", t->size_iops_sec, false }, { "bps_max_length", t->total_bytes_sec_max_length, false },
        { "bps_rd_max_length", t->read_bytes_sec_max_length, false },
        { "bps_wr_max_length", t->write_bytes_sec_max_length, false },
        { "iops_max_length", t->total_iops_sec_max_length, false },
        { "iops_rd_max_length", t->read_iops_sec_max_length, false },
        { "iops_wr_max_length", t->write_iops_sec_max_length, false },
    };
    g_autofree char *inside = d->bus == DISK_BUS_VIRTIO
                                  ? g_strdup_printf("/machine/peripheral/%s/virtio-backend", d->info.alias)
                                  : NULL;
    json_t *args = json_pack("{s:s}", "id", inside ? inside : d->info.alias);
    bool any = t->group_name != NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(list); i++) {
        any = any || list[i].value;
        if (list[i].value || list[i].always)
            json_object_set_new(args, list[i].name, json_integer(list[i].value));
    }
    if (t->group_name)
        json_object_set_new(args, "group", json_string(t->group_name));
    if (any)
        return args;
    json_decref(args);
    return NULL;
}

static void
say(GArray *words, const char *command, json_t *args)
{
    struct first_word w = { command, args };
    g_array_append_val(words, w);
}

/* The administrator's password serves guests that have none. */
static void
passwords(GArray *words, const struct domain_graphics *g, const char *fallback)
{
    const char *protocol = g->type == GRAPHICS_TYPE_VNC ? "vnc" : "spice";
    const char *password = g->passwd ? g->passwd : fallback;
    if (!password)
        return;
    const char *connected = g->connected == GRAPHICS_CONNECTED_FAIL         ? "fail"
                            : g->connected == GRAPHICS_CONNECTED_DISCONNECT ? "disconnect"
                            : g->connected == GRAPHICS_CONNECTED_KEEP       ? "keep"
                                                                            : NULL;
    json_t *args = json_pack("{s:s,s:s}", "protocol", protocol, "password", password);
    if (connected)
        json_object_set_new(args, "connected", json_string(connected));
    say(words, "set_password", args);
    if (g->passwd_valid_to) {
        g_autofree char *utc = strchr(g->passwd_valid_to, 'Z') ? g_strdup(g->passwd_valid_to)
                                                               : g_strconcat(g->passwd_valid_to, "Z", NULL);
        g_autoptr(GDateTime) until = g_date_time_new_from_iso8601(utc, NULL);
        if (until) {
            g_autofree char *when = g_strdup_printf("%lld", (long long)g_date_time_to_unix(until));
            say(words, "expire_password", json_pack("{s:s,s:s}", "protocol", protocol, "time", when));
        }
    }
}

GArray *
first_words(const struct domain_def *live, const struct qemu_host *host)
{
    GArray *words = g_array_new(FALSE, TRUE, sizeof(struct first_word));
    for (uint32_t i = 0; i < live->n_disks; i++) {
        const struct domain_disk *d = live->disks[i];
        json_t *args = d->iotune ? iotune_arguments(d) : NULL;
        if (args)
            say(words, "block_set_io_throttle", args);
    }
    for (uint32_t i = 0; i < live->n_graphics; i++) {
        const struct domain_graphics *g = live->graphics[i];
        if (g->type == GRAPHICS_TYPE_VNC)
            passwords(words, g, host->conf->vnc_password);
        else if (g->type == GRAPHICS_TYPE_SPICE)
            passwords(words, g, host->conf->spice_password);
    }
    for (uint32_t i = 0; i < live->n_interfaces; i++) {
        if (live->interfaces[i]->link == LINK_STATE_DOWN)
            say(words, "set_link", json_pack("{s:s,s:b}", "name", live->interfaces[i]->info.alias, "up", 0));
    }
    return words;
}
