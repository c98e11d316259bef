/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network filters and their bindings. */
#include "cmd.h"
#include "object.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

#define FILTER nwfilter_of(sh, call, &name)
#define BINDING nwfilter_binding_of(sh, call, &name)

static virNWFilterPtr
define(struct shell *sh, const struct call *call, const char *xml)
{
    return opt_flag(call, "validate") ? virNWFilterDefineXMLFlags(sh->conn, xml, VIR_NWFILTER_DEFINE_VALIDATE)
                                      : virNWFilterDefineXML(sh->conn, xml);
}

OBJECT_FROM_FILE(cmd_nwfilter_define, virNWFilter, define(sh, call, xml),
                 "Failed to define network filter from %s",
                 say(sh, "Network filter %s defined from %s\n", virNWFilterGetName(object), file))
OBJECT_ACTION(cmd_nwfilter_undefine, virNWFilter, FILTER, virNWFilterUndefine(object),
              "Failed to undefine network filter %s", "Network filter %s undefined")
OBJECT_DUMPXML(cmd_nwfilter_dumpxml, virNWFilter, nwfilter_of(sh, call, NULL),
               virNWFilterGetXMLDesc(object, 0))
OBJECT_EDIT(cmd_nwfilter_edit, virNWFilter, virNWFilterPtr, FILTER, virNWFilterGetXMLDesc(object, 0),
            virNWFilterDefineXML(sh->conn, xml), "Network filter")
OBJECT_FROM_FILE(cmd_nwfilter_binding_create, virNWFilterBinding,
                 virNWFilterBindingCreateXML(sh->conn, xml,
                                             opt_flag(call, "validate") ? VIR_NWFILTER_BINDING_CREATE_VALIDATE
                                                                        : 0),
                 "Failed to create network filter from %s",
                 say(sh, "Network filter binding on %s created from %s\n",
                     virNWFilterBindingGetPortDev(object), file))
OBJECT_ACTION(cmd_nwfilter_binding_delete, virNWFilterBinding, BINDING, virNWFilterBindingDelete(object),
              "Failed to delete network filter binding %s", "Network filter binding on %s deleted")
OBJECT_DUMPXML(cmd_nwfilter_binding_dumpxml, virNWFilterBinding, nwfilter_binding_of(sh, call, NULL),
               virNWFilterBindingGetXMLDesc(object, 0))

COMPARE_BY(by_name, virNWFilterPtr, virNWFilterGetName)
COMPARE_BY(by_port, virNWFilterBindingPtr, virNWFilterBindingGetPortDev)

bool
cmd_nwfilter_list(struct shell *sh, const struct call *call)
{
    virNWFilterPtr *list = NULL;
    int n = virConnectListAllNWFilters(sh->conn, &list, 0);
    if (n < 0)
        return fail(sh, "Failed to list network filters");
    qsort(list, n, sizeof(*list), by_name);
    g_autoptr(table) t = table_new("UUID", "Name", NULL);
    for (int i = 0; i < n; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN] = "";
        virNWFilterGetUUIDString(list[i], uuid);
        table_row(t, uuid, virNWFilterGetName(list[i]), NULL);
        virNWFilterFree(list[i]);
    }
    free(list);
    table_print(sh, t);
    return true;
}

bool
cmd_nwfilter_binding_list(struct shell *sh, const struct call *call)
{
    virNWFilterBindingPtr *list = NULL;
    int n = virConnectListAllNWFilterBindings(sh->conn, &list, 0);
    if (n < 0)
        return fail(sh, "Failed to list network filter bindings");
    qsort(list, n, sizeof(*list), by_port);
    g_autoptr(table) t = table_new("Port Dev", "Filter", NULL);
    for (int i = 0; i < n; i++) {
        table_row(t, virNWFilterBindingGetPortDev(list[i]), virNWFilterBindingGetFilterName(list[i]), NULL);
        virNWFilterBindingFree(list[i]);
    }
    free(list);
    table_print(sh, t);
    return true;
}
