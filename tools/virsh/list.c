/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command list. */
#include "cmd.h"
#include "lookup.h"
#include "names.h"

#include <stdlib.h>
#include <string.h>

/* Running ones by id, then the others by name. */
static int
by_id_and_name(const void *a, const void *b)
{
    virDomainPtr x = *(virDomainPtr *)a, y = *(virDomainPtr *)b;
    unsigned int i = virDomainGetID(x), j = virDomainGetID(y);
    if (i != j)
        return i < j ? -1 : 1; /* no id is the greatest number */
    return g_ascii_strcasecmp(virDomainGetName(x), virDomainGetName(y));
}

static const char *
state_shown(struct shell *sh, virDomainPtr dom, bool managed_save)
{
    int state = 0, reason;
    if (virDomainGetState(dom, &state, &reason, 0) < 0)
        return "no state";
    if (managed_save && state == VIR_DOMAIN_SHUTOFF && virDomainHasManagedSaveImage(dom, 0) > 0)
        return "saved";
    return domain_state_name(state);
}

static unsigned int
filter_flags(const struct call *call)
{
    static const struct {
        const char *option;
        unsigned int flag;
    } filters[] = {
        {"persistent", VIR_CONNECT_LIST_DOMAINS_PERSISTENT},
        {"transient", VIR_CONNECT_LIST_DOMAINS_TRANSIENT},
        {"with-managed-save", VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE},
        {"without-managed-save", VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE},
        {"autostart", VIR_CONNECT_LIST_DOMAINS_AUTOSTART},
        {"no-autostart", VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART},
        {"with-snapshot", VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT},
        {"without-snapshot", VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT},
        {"with-checkpoint", VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT},
        {"without-checkpoint", VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT},
        {"state-running", VIR_CONNECT_LIST_DOMAINS_RUNNING},
        {"state-paused", VIR_CONNECT_LIST_DOMAINS_PAUSED},
        {"state-shutoff", VIR_CONNECT_LIST_DOMAINS_SHUTOFF},
        {"state-other", VIR_CONNECT_LIST_DOMAINS_OTHER},
    };
    unsigned int flags = VIR_CONNECT_LIST_DOMAINS_ACTIVE;
    if (opt_flag(call, "inactive") || opt_flag(call, "state-shutoff"))
        flags = VIR_CONNECT_LIST_DOMAINS_INACTIVE;
    if (opt_flag(call, "all"))
        flags = VIR_CONNECT_LIST_DOMAINS_ACTIVE | VIR_CONNECT_LIST_DOMAINS_INACTIVE;
    for (size_t i = 0; i < G_N_ELEMENTS(filters); i++)
        if (opt_flag(call, filters[i].option))
            flags |= filters[i].flag;
    return flags;
}

bool
cmd_list(struct shell *sh, const struct call *call)
{
    bool name = opt_flag(call, "name"), uuid = opt_flag(call, "uuid"), id = opt_flag(call, "id");
    bool title = opt_flag(call, "title"), saved = opt_flag(call, "managed-save");
    if (!opt_exclusive(sh, call, "table", "name", NULL) || !opt_exclusive(sh, call, "table", "uuid", NULL) ||
        !opt_exclusive(sh, call, "table", "id", NULL))
        return false;
    g_autoptr(table) t = title ? table_new("Id", "Name", "State", "Title", NULL)
                               : table_new("Id", "Name", "State", NULL);
    virDomainPtr *doms = NULL;
    int n = virConnectListAllDomains(sh->conn, &doms, filter_flags(call));
    if (n < 0)
        return fail(sh, "Failed to list domains");
    qsort(doms, n, sizeof(*doms), by_id_and_name);
    if (name || uuid || id)
        fact_list(sh);
    for (int i = 0; i < n; i++) {
        char uuid_text[VIR_UUID_STRING_BUFLEN] = "", id_text[16] = "-";
        unsigned int number = virDomainGetID(doms[i]);
        if (number != (unsigned int)-1)
            g_snprintf(id_text, sizeof(id_text), "%u", number);
        if (uuid)
            virDomainGetUUIDString(doms[i], uuid_text);
        if (name || uuid || id) {
            const char *cells[3];
            int k = 0;
            if (uuid)
                cells[k++] = uuid_text;
            if (id)
                cells[k++] = id_text;
            if (name)
                cells[k++] = virDomainGetName(doms[i]);
            for (int j = 0; j < k; j++)
                out(sh, "%s%s", j ? " " : "", cells[j]);
            out(sh, "\n");
        } else {
            auto_lib char *text =
                title ? virDomainGetMetadata(doms[i], VIR_DOMAIN_METADATA_TITLE, NULL, 0) : NULL;
            table_row(t, id_text, virDomainGetName(doms[i]), state_shown(sh, doms[i], saved),
                      text ? text : "", NULL);
        }
        virDomainFree(doms[i]);
    }
    free(doms);
    err_forget(sh);
    if (!(name || uuid || id))
        table_print(sh, t);
    return true;
}
