/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * domains-list: which guests there are.
 *
 * Called by: the I/O thread; bulk statistics for their filters.  Nothing here waits.
 */
#include "driver/domains.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* Bits of one group: none asked for, or the guest has one of them. */
static bool
group(unsigned flags, unsigned bit_yes, unsigned bit_no, bool is)
{
    unsigned asked = flags & (bit_yes | bit_no);

    return asked == 0 || (asked & (is ? bit_yes : bit_no));
}

bool
view_matches_list_flags(const struct vm_view *view, unsigned flags)
{
    unsigned states = flags & (VIR_CONNECT_LIST_DOMAINS_RUNNING | VIR_CONNECT_LIST_DOMAINS_PAUSED |
                               VIR_CONNECT_LIST_DOMAINS_SHUTOFF | VIR_CONNECT_LIST_DOMAINS_OTHER);

    if (!group(flags, VIR_CONNECT_LIST_DOMAINS_ACTIVE, VIR_CONNECT_LIST_DOMAINS_INACTIVE,
               vm_view_is_active(view)) ||
        !group(flags, VIR_CONNECT_LIST_DOMAINS_PERSISTENT, VIR_CONNECT_LIST_DOMAINS_TRANSIENT,
               view->persistent) ||
        !group(flags, VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE, VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE,
               view->managed_save) ||
        !group(flags, VIR_CONNECT_LIST_DOMAINS_AUTOSTART, VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART,
               view->autostart) ||
        !group(flags, VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT, VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT,
               view->has_snapshots) ||
        !group(flags, VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT, VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT,
               view->has_checkpoints))
        return false;
    if (states) {
        switch (view->state) {
        case VIR_DOMAIN_RUNNING: return states & VIR_CONNECT_LIST_DOMAINS_RUNNING;
        case VIR_DOMAIN_PAUSED: return states & VIR_CONNECT_LIST_DOMAINS_PAUSED;
        case VIR_DOMAIN_SHUTOFF: return states & VIR_CONNECT_LIST_DOMAINS_SHUTOFF;
        default: return states & VIR_CONNECT_LIST_DOMAINS_OTHER;
        }
    }
    return true;
}

#define LIST_FLAGS                                                                                           \
    (VIR_CONNECT_LIST_DOMAINS_ACTIVE | VIR_CONNECT_LIST_DOMAINS_INACTIVE |                                   \
     VIR_CONNECT_LIST_DOMAINS_PERSISTENT | VIR_CONNECT_LIST_DOMAINS_TRANSIENT |                              \
     VIR_CONNECT_LIST_DOMAINS_RUNNING | VIR_CONNECT_LIST_DOMAINS_PAUSED | VIR_CONNECT_LIST_DOMAINS_SHUTOFF | \
     VIR_CONNECT_LIST_DOMAINS_OTHER | VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE |                                 \
     VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE | VIR_CONNECT_LIST_DOMAINS_AUTOSTART |                          \
     VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART | VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT |                         \
     VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT | VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT |                        \
     VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT)

static bool
match_flags(const struct vm_view *view, void *arg)
{
    return view_matches_list_flags(view, *(unsigned *)arg);
}

static bool
match_active(const struct vm_view *view, void *arg)
{
    return vm_view_is_active(view) == *(bool *)arg;
}

int
domains_connect_list_all_domains(struct drv_conn *conn, struct domain_ref_list *domains, unsigned int flags,
                              struct err *err)
{
    VIEW_LIST_AUTO list = { 0 };

    if (flags_check_from(registry_class(conn->guests)->err_domain, flags, LIST_FLAGS,
                         "virConnectListAllDomains", err) < 0)
        return -1;
    registry_list(conn->guests, match_flags, &flags, &list);
    if (domains) {
        domains->items = g_new0(struct domain_ref, list.n ? list.n : 1);
        domains->n = list.n;
        for (size_t i = 0; i < list.n; i++)
            view_to_ref(list.items[i], &domains->items[i]);
    }
    return (int)list.n;
}

int
domains_connect_num_of_domains(struct drv_conn *conn, struct err *err)
{
    return (int)registry_count(conn->guests, true, false);
}

int
domains_connect_num_of_defined_domains(struct drv_conn *conn, struct err *err)
{
    return (int)registry_count(conn->guests, false, true);
}

int
domains_connect_list_domains(struct drv_conn *conn, int *ids, int maxids, struct err *err)
{
    VIEW_LIST_AUTO list = { 0 };
    bool active = true;
    int n = 0;

    registry_list(conn->guests, match_active, &active, &list);
    for (size_t i = 0; i < list.n && n < maxids; i++)
        ids[n++] = list.items[i]->id;
    return n;
}

int
domains_connect_list_defined_domains(struct drv_conn *conn, char **const names, int maxnames, struct err *err)
{
    VIEW_LIST_AUTO list = { 0 };
    bool active = false;
    int n = 0;

    registry_list(conn->guests, match_active, &active, &list);
    for (size_t i = 0; i < list.n && n < maxnames; i++)
        names[n++] = strdup(list.items[i]->name);
    return n;
}
