/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * devices: which disk QEMU speaks of.
 *
 * Called by: events, statistics.  Nothing here waits.
 */
#include "drivers/qemu/devices.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

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

    return disk->source && sscanf(node, "libvirt-%u-%15s", &index, rest) == 2 &&
           index == disk->source->src.index;
}
