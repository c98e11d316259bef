/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * memory-devices: what QEMU tells of the memory devices of a running guest: where they are, and how much of
 * theirs the guest has taken.
 *
 * Called by: start and reattaching (the answer of query-memory-devices), the event of a changed size.
 * Nothing here waits.
 */
#include "drivers/qemu/memory.h"

#include "model/devices.h"

#include <string.h>

static struct domain_memory *
by_alias(const struct domain_def *def, const char *alias)
{
    for (uint32_t i = 0; alias && i < def->n_memories; i++) {
        if (g_strcmp0(def->memories[i]->info.alias, alias) == 0)
            return def->memories[i];
    }
    return NULL;
}

void
memory_devices_set(struct domain_def *def, json_t *devices)
{
    size_t i;
    json_t *item;

    json_array_foreach(devices, i, item) {
        json_t *data = json_object_get(item, "data");
        struct domain_memory *m = by_alias(def, json_string_value(json_object_get(data, "id")));

        if (m && m->model == MEMORY_MODEL_VIRTIO_MEM) {
            m->target->current = (uint64_t)json_integer_value(json_object_get(data, "size")) / 1024;
            m->target->has_current = true;
        } else if (m && m->info.address && m->info.address->type == ADDRESS_TYPE_DIMM) {
            m->info.address->base = (uint64_t)json_integer_value(json_object_get(data, "addr"));
            m->info.address->has_base = m->info.address->base > 0;
        }
    }
}

struct domain_def *
memory_device_resized(const struct domain_def *live, const char *alias, uint64_t kib)
{
    if (!by_alias(live, alias))
        return NULL;
    struct domain_def *def = domain_def_copy(live);
    struct domain_memory *m = by_alias(def, alias);
    m->target->current = kib;
    m->target->has_current = true;
    return def;
}

uint64_t
memory_devices_idle(const struct domain_def *def)
{
    uint64_t kib = 0;

    for (uint32_t i = 0; i < def->n_memories; i++) {
        const struct domain_memory *m = def->memories[i];

        if (m->model == MEMORY_MODEL_NVDIMM || m->model == MEMORY_MODEL_VIRTIO_PMEM)
            kib += m->target->size;
        else if (m->model == MEMORY_MODEL_VIRTIO_MEM)
            kib += m->target->size - MIN(m->target->size, m->target->current);
    }
    return kib;
}

uint64_t
memory_devices_taken(const struct domain_def *def)
{
    uint64_t kib = 0;

    for (uint32_t i = 0; i < def->n_memories; i++) {
        if (def->memories[i]->model == MEMORY_MODEL_VIRTIO_MEM)
            kib += def->memories[i]->target->current;
    }
    return kib;
}
