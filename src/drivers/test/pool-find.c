/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * pool-find: the storage that a test host could make pools of.
 *
 * Called by: clients; nothing waits.
 */
#include "drivers/test/objects.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

static const struct model_document source_document = { "source", "source", &pool_source_table,
                                                       VIR_FROM_STORAGE };

/* What the search is told: the <source> of a pool of that type, in a pool's document. */
static int
read_spec(const char *type, const char *spec, struct storage_pool_def **def, struct err *err)
{
    g_autofree char *xml = NULL;
    void *alone;

    if (model_parse(&source_document, spec, strlen(spec), 0, &alone, err) <
        0) /* well-formed, and a <source>? */
        return -1;
    model_unref(alone);
    if (!pool_type_from(type))
        return err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_INTERNAL_ERROR, "there are no pools of type '%s'",
                            type);
    xml = g_strdup_printf("<pool type='%s'>%s</pool>", type, strstr(spec, "<source"));
    if (storage_pool_def_parse(xml, strlen(xml), 0, def, err) < 0)
        return -1;
    if ((*def)->type == POOL_TYPE_RBD && (!(*def)->source || !(*def)->source->name))
        return err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_XML_ERROR,
                            "the <source> of an rbd pool has no <name>");
    return 0;
}

int
test_connect_find_storage_pool_sources(struct drv_conn *conn, const char *type, const char *srcSpec,
                                       unsigned int flags, char **result, struct err *err)
{
    STORAGE_POOL_DEF_AUTO def = NULL;

    if (flags_check(flags, 0, "virConnectFindStoragePoolSources", err) < 0)
        return -1;
    if (pool_type_from(type) == POOL_TYPE_DIR)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "pools of type '%s' have no sources to look for", type);
    if (srcSpec && read_spec(type, srcSpec, &def, err) < 0)
        return -1;
    switch (pool_type_from(type)) {
    case POOL_TYPE_LOGICAL:
        *result = g_strdup("<sources>\n"
                           "  <source>\n    <device path='/dev/sda20'/>\n    <name>testvg1</name>\n"
                           "    <format type='lvm2'/>\n  </source>\n"
                           "  <source>\n    <device path='/dev/sda21'/>\n    <name>testvg2</name>\n"
                           "    <format type='lvm2'/>\n  </source>\n"
                           "</sources>\n");
        return 0;
    case POOL_TYPE_NETFS:
        if (!def || !def->source || !def->source->n_hosts)
            return err_set(err, VIR_ERR_INVALID_ARG,
                           "to look for shares, name the host in <source><host name='…'/></source>");
        *result = g_markup_printf_escaped(
            "<sources>\n  <source>\n    <host name='%s'/>\n    <dir path='/testshare'/>\n"
            "    <format type='nfs'/>\n  </source>\n</sources>\n",
            def->source->hosts[0]->name);
        return 0;
    default:
        return err_set(err, VIR_ERR_NO_SUPPORT,
                       "the test host does not look for sources of pools of type '%s'", type);
    }
}
