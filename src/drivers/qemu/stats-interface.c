/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stats-interface: traffic of a guest's network devices.
 *
 * Called by: statistics.  Reads /proc; nothing here waits for a guest.
 */
#include "base/file.h"
#include "base/uuid.h"
#include "drivers/qemu/stats.h"
#include "drivers/qemu/verbs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

char *
interface_read_all(void)
{
    char *text = NULL;

    return file_read_quiet(AT_FDCWD, "/proc/net/dev", 1 << 22, &text) > 0 ? text : NULL;
}

bool
interface_find(const char *all, const struct domain_interface *iface, struct interface_counters *c)
{
    g_autofree char *key = NULL;
    const char *p = all;
    unsigned long long rx[4], tx[4];

    if (!all || !iface->target)
        return false;
    key = g_strdup_printf("%s:", iface->target);
    while ((p = strstr(p, key)) && p > all && p[-1] != ' ' && p[-1] != '\n')
        p++;
    if (!p || sscanf(p + strlen(key), "%llu %llu %llu %llu %*u %*u %*u %*u %llu %llu %llu %llu", &rx[0],
                     &rx[1], &rx[2], &rx[3], &tx[0], &tx[1], &tx[2], &tx[3]) != 8)
        return false;
    if (iface->type != INTERFACE_TYPE_DIRECT) { /* the host's end of a cable */
        for (int i = 0; i < 4; i++) {
            unsigned long long swap = rx[i];

            rx[i] = tx[i];
            tx[i] = swap;
        }
    }
    *c =
        (struct interface_counters){ (long long)rx[0], (long long)rx[1], (long long)rx[2], (long long)rx[3],
                                     (long long)tx[0], (long long)tx[1], (long long)tx[2], (long long)tx[3] };
    return true;
}

static const struct domain_interface *
find(const struct domain_def *def, const char *device)
{
    unsigned char mac[MAC_BYTES];
    bool is_mac = mac_parse(device, mac) == 0;

    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        const struct domain_interface *iface = def->interfaces[i];

        if ((iface->target && strcmp(iface->target, device) == 0) ||
            (is_mac && iface->has_mac && memcmp(iface->mac, mac, MAC_BYTES) == 0))
            return iface;
    }
    return NULL;
}

int
qemu_domain_interface_stats(struct drv_conn *conn, const struct domain_ref *dom, const char *device,
                            virDomainInterfaceStatsPtr stats, size_t size, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);
    const struct domain_interface *iface;
    g_autofree char *all = NULL;
    struct interface_counters c;
    virDomainInterfaceStatsStruct out;

    if (!view)
        return -1;
    if (!vm_view_is_active(view))
        return err_not_running(err);
    iface = find(view->live, device);
    if (!iface)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "guest '%s' has no network device '%s' (name of the host's end, or MAC)", view->name,
                       device);
    all = interface_read_all();
    if (!interface_find(all, iface, &c))
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "the host has no network device for '%s' that counts its traffic", device);
    out = (virDomainInterfaceStatsStruct){ c.rx_bytes, c.rx_packets, c.rx_errs, c.rx_drop,
                                           c.tx_bytes, c.tx_packets, c.tx_errs, c.tx_drop };
    memcpy(stats, &out, MIN(size, sizeof(out)));
    return 0;
}
