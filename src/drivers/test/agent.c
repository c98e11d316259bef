/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * agent: what a guest's agent would answer.  Every guest has one, with two file systems on its first disk.
 *
 * What agents remember, frozen file systems and the clock, stays when a guest is turned off.
 * Called by: clients.  Waits: for a turn.
 */
#include "drivers/test/moments.h"
#include "drivers/test/objects.h"
#include "drivers/test/verbs.h"

#include "model/domain-def.h"
#include "model/network-def.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_TEST

static const char *const mounts[] = { "/", "/boot" };

/* What the agent remembers; it is the turn's to change. */
static struct test_agent_memory *
memory_of(struct turn *turn)
{
    return &test_owned(turn_vm(turn))->agent;
}

/* A turn on a guest that runs, and so can answer. */
static int
begin(struct drv_conn *conn, const struct domain_ref *dom, enum turn_class klass, unsigned flags,
      unsigned allowed, const char *api, struct turn **turn, struct err *err)
{
    if (flags_check(flags, allowed, api, err) < 0 ||
        domain_turn(conn, dom, klass, TURN_ANY, api, turn, err) < 0)
        return -1;
    return vm_view_is_active(turn_view(*turn)) ? 0 : err_not_running(err);
}

/* ---- file systems --------------------------------------------------------------------------- */

static int
mount_index(const char *path, struct err *err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(mounts); i++)
        if (strcmp(mounts[i], path) == 0)
            return (int)i;
    return err_set(err, VIR_ERR_OPERATION_INVALID,
                   "the guest has no file system at '%s', only at '/' and '/boot'", path);
}

/* How many were the other way; without `paths` all of them. */
static int
freeze(struct drv_conn *conn, const struct domain_ref *dom, const char **paths, unsigned n, unsigned flags,
       bool frozen, const char *api, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct test_agent_memory *memory;
    int changed = 0;

    if (begin(conn, dom, TURN_MODIFY, flags, 0, api, &turn, err) < 0)
        return -1;
    memory = memory_of(turn);
    for (unsigned i = 0; i < (n ? n : G_N_ELEMENTS(mounts)); i++) {
        int at = n ? mount_index(paths[i], err) : (int)i;

        if (at < 0)
            return -1;
        changed += memory->frozen[at] != frozen;
        memory->frozen[at] = frozen;
    }
    return changed;
}

int
test_domain_fs_freeze(struct drv_conn *conn, const struct domain_ref *dom, const char **mountpoints,
                      unsigned int nmountpoints, unsigned int flags, struct err *err)
{
    return freeze(conn, dom, mountpoints, nmountpoints, flags, true, "virDomainFSFreeze", err);
}

int
test_domain_fs_thaw(struct drv_conn *conn, const struct domain_ref *dom, const char **mountpoints,
                    unsigned int nmountpoints, unsigned int flags, struct err *err)
{
    return freeze(conn, dom, mountpoints, nmountpoints, flags, false, "virDomainFSThaw", err);
}

int
test_domain_fs_trim(struct drv_conn *conn, const struct domain_ref *dom, const char *mountpoint,
                    unsigned long long minimum, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (begin(conn, dom, TURN_QUERY, flags, 0, "virDomainFSTrim", &turn, err) < 0)
        return -1;
    return mountpoint && mount_index(mountpoint, err) < 0 ? -1 : 0;
}

int
test_domain_get_fs_info(struct drv_conn *conn, const struct domain_ref *dom, virDomainFSInfoPtr **result,
                        unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct domain_def *def;
    virDomainFSInfoPtr *list;

    *result = NULL;
    if (begin(conn, dom, TURN_QUERY, flags, 0, "virDomainGetFSInfo", &turn, err) < 0)
        return -1;
    def = turn_live_def(turn);
    if (!def->n_disks)
        return 0;
    list = g_new0(virDomainFSInfoPtr, G_N_ELEMENTS(mounts) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(mounts); i++) {
        list[i] = g_new0(virDomainFSInfo, 1);
        list[i]->mountpoint = g_strdup(mounts[i]);
        list[i]->name = g_strdup_printf("%s%zu", def->disks[0]->target, i + 1);
        list[i]->fstype = g_strdup("ext4");
        list[i]->ndevAlias = 1;
        list[i]->devAlias = g_new0(char *, 2);
        list[i]->devAlias[0] = g_strdup(def->disks[0]->target);
    }
    *result = list;
    return G_N_ELEMENTS(mounts);
}

/* ---- name, clock, users --------------------------------------------------------------------- */

int
test_domain_get_hostname(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                         char **result, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (begin(conn, dom, TURN_QUERY, flags, 0, "virDomainGetHostname", &turn, err) < 0)
        return -1;
    *result = g_strdup_printf("%shost", turn_view(turn)->name);
    return 0;
}

int
test_domain_get_time(struct drv_conn *conn, const struct domain_ref *dom, long long *seconds,
                     unsigned int *nseconds, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct test_agent_memory *memory;

    if (flags_check(flags, 0, "virDomainGetTime", err) < 0 ||
        domain_turn(conn, dom, TURN_QUERY, TURN_ANY, "virDomainGetTime", &turn, err) < 0)
        return -1;
    if (!vm_view_is_active(turn_view(turn)))
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' does not run", turn_view(turn)->name);
    memory = memory_of(turn);
    if (seconds)
        *seconds = memory->seconds;
    if (nseconds)
        *nseconds = memory->nseconds;
    return 0;
}

int
test_domain_set_time(struct drv_conn *conn, const struct domain_ref *dom, long long seconds,
                     unsigned int nseconds, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct test_agent_memory *memory;

    if (begin(conn, dom, TURN_MODIFY, flags, VIR_DOMAIN_TIME_SYNC, "virDomainSetTime", &turn, err) < 0)
        return -1;
    memory = memory_of(turn);
    memory->seconds = seconds;
    memory->nseconds = nseconds;
    return 0;
}

int
test_domain_set_user_password(struct drv_conn *conn, const struct domain_ref *dom, const char *user,
                              const char *password, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;

    return begin(conn, dom, TURN_MODIFY, flags, VIR_DOMAIN_PASSWORD_ENCRYPTED, "virDomainSetUserPassword",
                 &turn, err);
}

/* ---- addresses ------------------------------------------------------------------------------ */

/* The first address of a network that it hands out, or its own. */
static const struct network_address *
first_address(const struct network_def *net, const char **start)
{
    const struct network_address *ip = net->n_ips ? net->ips[0] : NULL;

    if (ip)
        *start = ip->dhcp && ip->dhcp->n_ranges ? ip->dhcp->ranges[0]->start : ip->address;
    return ip;
}

static unsigned
prefix_of(const struct network_address *ip)
{
    struct in_addr mask;

    if (ip->prefix)
        return ip->prefix;
    if (ip->netmask && inet_pton(AF_INET, ip->netmask, &mask) == 1)
        return (unsigned)__builtin_popcount(mask.s_addr);
    return ip->family == IP_FAMILY_IPV6 ? 64 : 24;
}

static virDomainIPAddressPtr
make_address(int type, const char *text, unsigned prefix)
{
    virDomainIPAddressPtr a = g_new0(virDomainIPAddress, 1);

    a->type = type;
    a->addr = g_strdup(text);
    a->prefix = prefix;
    return a;
}

/* The same for the same guest and interface: twenty of them for each guest, one after the other. */
static virDomainIPAddressPtr
address_from(const struct network_address *ip, const char *start, unsigned offset)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET, start, &four) == 1) {
        four.s_addr = htonl(ntohl(four.s_addr) + offset);
        inet_ntop(AF_INET, &four, text, sizeof(text));
        return make_address(VIR_IP_ADDR_TYPE_IPV4, text, prefix_of(ip));
    }
    if (inet_pton(AF_INET6, start, &six) != 1)
        return NULL;
    six.s6_addr[15] = (unsigned char)(six.s6_addr[15] + offset);
    inet_ntop(AF_INET6, &six, text, sizeof(text));
    return make_address(VIR_IP_ADDR_TYPE_IPV6, text, prefix_of(ip));
}

static int
interface_address(struct drv_conn *conn, const struct vm_view *view, unsigned at,
                  virDomainIPAddressPtr *address, struct err *err)
{
    const struct domain_interface *net = view->live->interfaces[at];
    OBJECT_VIEW_AUTO network = NULL;
    const struct network_address *ip;
    const char *start;

    if (net->type != INTERFACE_TYPE_NETWORK) {
        g_autofree char *text = g_strdup_printf("192.168.0.%u", at + 1);

        *address = make_address(VIR_IP_ADDR_TYPE_IPV4, text, 24);
        return 0;
    }
    network = object_by_name(test_objects(conn)->networks, net->source->network, NULL);
    if (!network)
        return err_set(err, VIR_ERR_NO_NETWORK,
                       "interface '%s' of guest '%s' is on network '%s', which does not exist", net->target,
                       view->name, net->source->network);
    ip = first_address(object_def(network), &start);
    *address = ip ? address_from(ip, start, (unsigned)(view->id - 1) * 20 + at + 1) : NULL;
    return 0;
}

static void
free_interfaces(virDomainInterfacePtr *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        for (unsigned k = 0; k < list[i]->naddrs; k++)
            g_free(list[i]->addrs[k].addr);
        g_free(list[i]->addrs);
        g_free(list[i]->name);
        g_free(list[i]->hwaddr);
        g_free(list[i]);
    }
    g_free(list);
}

int
test_domain_interface_addresses(struct drv_conn *conn, const struct domain_ref *dom,
                                virDomainInterfacePtr **ifaces, unsigned int source, unsigned int flags,
                                struct err *err)
{
    VIEW_AUTO view = NULL;
    virDomainInterfacePtr *list;
    uint32_t n;

    if (flags_check(flags, 0, "virDomainInterfaceAddresses", err) < 0)
        return -1;
    if (source > VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP)
        return err_set(err, VIR_ERR_ARGUMENT_UNSUPPORTED, "there is no source %u of addresses", source);
    if (!(view = domain_view(conn, dom, err)))
        return -1;
    if (!vm_view_is_active(view))
        return err_not_running(err);
    n = view->live->n_interfaces;
    list = g_new0(virDomainInterfacePtr, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const unsigned char *mac = view->live->interfaces[i]->mac;
        virDomainIPAddressPtr address = NULL;

        if (interface_address(conn, view, i, &address, err) < 0) {
            free_interfaces(list, i);
            return -1;
        }
        list[i] = g_new0(virDomainInterface, 1);
        list[i]->name = g_strdup(view->live->interfaces[i]->target);
        list[i]->hwaddr =
            g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
        list[i]->naddrs = address ? 1 : 0;
        list[i]->addrs = address;
    }
    *ifaces = list;
    return (int)n;
}
