/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * devices: small questions about devices of a definition.
 *
 * Called by: drivers.  Nothing here waits.
 */
#include "model/devices.h"

#include "base/str.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

const char *
storage_path(enum storage_type type, const struct disk_source *source)
{
    if (!source)
        return NULL;
    switch (type) {
    case STORAGE_TYPE_BLOCK:
        return source->src.dev;
    case STORAGE_TYPE_DIR:
        return source->src.dir;
    case STORAGE_TYPE_NETWORK:
        return source->src.name;
    case STORAGE_TYPE_VOLUME:
        return source->src.volume;
    case STORAGE_TYPE_VHOSTUSER:
        return source->src.path;
    case STORAGE_TYPE_NVME:
        return NULL;
    default:
        return source->src.file;
    }
}

const char *
disk_path(const struct domain_disk *disk)
{
    return storage_path(disk->type, disk->source);
}

const struct domain_disk *
def_disk_by_name(const struct domain_def *def, const char *name)
{
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (str_equal(def->disks[i]->target, name))
            return def->disks[i];
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (str_equal(disk_path(def->disks[i]), name))
            return def->disks[i];
    return NULL;
}

struct domain_interface *
def_interface_by_name(const struct domain_def *def, const char *name)
{
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        const unsigned char *mac = def->interfaces[i]->mac;
        char text[18];

        g_snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
                   mac[4], mac[5]);
        if (str_equal(def->interfaces[i]->target, name) || g_ascii_strcasecmp(text, name) == 0)
            return def->interfaces[i];
    }
    return NULL;
}

const char *
channel_name(const struct domain_channel *channel)
{
    return channel->target && channel->target->type == CHANNEL_TARGET_TYPE_VIRTIO ? channel->target->name
                                                                                  : NULL;
}

bool
channel_set_state(struct domain_channel *channel, bool open)
{
    enum channel_state state = open ? CHANNEL_STATE_CONNECTED : CHANNEL_STATE_DISCONNECTED;

    if (!channel->target || channel->target->state == state)
        return false;
    channel->target->state = state;
    return true;
}

const char *
chardev_path(const struct chardev_source *source)
{
    return source->n_ends ? source->ends[0]->path : NULL;
}

unsigned
def_max_vcpus(const struct domain_def *def)
{
    return def->vcpu && def->vcpu->max ? def->vcpu->max : 1;
}

unsigned
def_vcpus(const struct domain_def *def)
{
    return def->vcpu && def->vcpu->has_current ? def->vcpu->current : def_max_vcpus(def);
}

unsigned long long
def_max_memory(const struct domain_def *def)
{
    return def->memory ? def->memory->size : 0;
}

unsigned long long
def_memory(const struct domain_def *def)
{
    return def->current_memory ? def->current_memory : def_max_memory(def);
}

bool
def_has_balloon(const struct domain_def *def)
{
    return def->memballoon && def->memballoon->model != MEMBALLOON_MODEL_NONE &&
           def->memballoon->model != MEMBALLOON_MODEL_UNSET;
}

void
def_drop_board_keyboard(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_inputs;)
        if (def->inputs[i]->type == INPUT_TYPE_KEYBOARD && def->inputs[i]->bus == INPUT_BUS_PS2)
            model_list_remove(def->inputs, def->n_inputs, i);
        else
            i++;
}

void
def_strip_for_migration(struct domain_def *def)
{
    def_drop_board_keyboard(def);
    for (uint32_t i = 0; i < def->n_graphics; i++) {
        struct domain_graphics *g = def->graphics[i];

        if (g->n_listens && g->listens[0]->type == GRAPHICS_LISTEN_TYPE_SOCKET)
            g->n_listens = 0;
    }
}

bool
interface_source_is_usb(const struct interface_source *s)
{
    const struct hostdev_source_address *a = s->host_address;
    return a && a->type ? a->type == ADDRESS_TYPE_USB : s->has_vendor;
}
