/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-all: the meaning of a document of any kind, for tools and tests; see complete-host.h.
 */
#include "model/all-def.h"
#include "model/complete-host.h"
#include "model/complete.h"
#include "model/engine.h"

/* Those that need nothing but themselves. */
#define ALONE(name, type) \
    static int name##_alone(void *def, struct err *err) { return name((type *)def, err); }
ALONE(network_complete, struct network_def)
ALONE(network_port_complete, struct network_port_def)
ALONE(nwfilter_complete, struct nwfilter_def)
ALONE(nwfilter_binding_complete, struct nwfilter_binding_def)
ALONE(storage_pool_complete, struct storage_pool_def)
ALONE(secret_complete, struct secret_def)
ALONE(interface_complete, struct interface_def)
ALONE(node_device_check, struct node_device_def)

static int domain_alone(void *def, struct err *err) { return domain_complete(def, ARCH_I686, err); }
static int
vol_alone(void *def, struct err *err)
{
    return storage_vol_complete(def, POOL_TYPE_DIR, err);
}

int document_complete(void *root, struct err *err)
{
    static const struct {
        const struct model_document *document;
        int (*complete)(void *def, struct err *err);
    } all[] = {
        { &domain_def_document, domain_alone },
        { &network_def_document, network_complete_alone },
        { &network_port_def_document, network_port_complete_alone },
        { &nwfilter_def_document, nwfilter_complete_alone },
        { &nwfilter_binding_def_document, nwfilter_binding_complete_alone },
        { &storage_pool_def_document, storage_pool_complete_alone },
        { &storage_vol_def_document, vol_alone },
        { &secret_def_document, secret_complete_alone },
        { &interface_def_document, interface_complete_alone },
        { &node_device_def_document, node_device_check_alone },
    };
    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i].document == model_head(root)->document)
            return all[i].complete(root, err);
    return 0;
}
