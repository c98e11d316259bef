/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * devices: small questions about devices of a definition.
 *
 * Called by: verbs, events, statistics.  Nothing here waits.
 */
#include "drivers/qemu/devices.h"

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

/* "virtio-disk0" is "virtio-disk0", "/machine/peripheral/virtio-disk0/virtio-backend" … */
bool
disk_is_device(const struct domain_disk *disk, const char *device, const char *qom)
{
    const char *alias = disk->info.alias;
    const char *names[2] = { device, qom };

    for (int i = 0; alias && i < 2; i++) {
        const char *name = names[i];
        size_t n = strlen(alias);

        if (!name)
            continue;
        if (g_str_has_prefix(name, "/machine/peripheral/"))
            name += strlen("/machine/peripheral/");
        if (strncmp(name, alias, n) == 0 && (name[n] == '\0' || name[n] == '/'))
            return true;
    }
    return false;
}

/* libvirt-2-format and libvirt-2-storage belong to the source of index 2. */
bool
disk_is_node(const struct domain_disk *disk, const char *node)
{
    unsigned index;
    char rest[16];

    return disk->source && sscanf(node, "libvirt-%u-%15s", &index, rest) == 2 && index == disk->source->src.index;
}

const char *
channel_name(const struct domain_channel *channel)
{
    return channel->target && channel->target->type == CHANNEL_TARGET_TYPE_VIRTIO ? channel->target->name : NULL;
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
    return def->vcpu && def->vcpu->current ? def->vcpu->current : def_max_vcpus(def);
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
