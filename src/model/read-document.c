/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * read-document: how a document of each kind is gone through for its faults: it is completed.
 * Called by: parse-report.c (read-fault.h).  Nothing waits.
 */
#include <glib.h>
#include "model/all-def.h"
#include "model/complete-host.h"
#include "model/read-fault.h"

#define READ(name, type, call)                                                                               \
    static int name(void *root, unsigned flags, struct err *err)                                             \
    {                                                                                                        \
        struct type *def = root;                                                                             \
        (void)flags;                                                                                         \
        return call;                                                                                         \
    }
READ(read_network, network_def, network_complete(def, err))
READ(read_port, network_port_def, network_port_complete(def, err))
READ(read_filter, nwfilter_def, nwfilter_complete(def, err))
READ(read_binding, nwfilter_binding_def, nwfilter_binding_complete(def, err))
READ(read_pool, storage_pool_def, storage_pool_complete(def, err))
READ(read_volume, storage_vol_def,
     storage_vol_complete(def, MODEL_READ_FOR(flags) ? MODEL_READ_FOR(flags) : POOL_TYPE_DIR, err))
READ(read_secret, secret_def, secret_complete(def, err))
READ(read_interface, interface_def, interface_complete(def, err))
READ(read_device, node_device_def,
     flags & MODEL_PARSE_NEW ? node_device_read_check(def, err) : node_device_check(def, err))
READ(read_snapshot, snapshot_def,
     flags & MODEL_PARSE_NEW ? snapshot_read_check(def, MODEL_READ_FOR(flags), false, err)
                             : snapshot_redefine_check(def, err))

static int read_any(const struct model_document *d, void *root, unsigned flags, struct err *err)
{
    static const struct {
        const struct model_document *document;
        int (*read)(void *root, unsigned flags, struct err *err);
    } all[] = {
        { &network_def_document, read_network },
        { &network_port_def_document, read_port },
        { &nwfilter_def_document, read_filter },
        { &nwfilter_binding_def_document, read_binding },
        { &storage_pool_def_document, read_pool },
        { &storage_vol_def_document, read_volume },
        { &secret_def_document, read_secret },
        { &interface_def_document, read_interface },
        { &node_device_def_document, read_device },
        { &snapshot_def_document, read_snapshot },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(all); i++)
        if (all[i].document == d)
            return all[i].read(root, flags, err);
    return 0;
}

int document_read(const struct model_document *d, void *root, unsigned flags, struct read_fault *faults,
                  unsigned n, struct err *err)
{
    fault_begin(faults, n);
    int r = read_any(d, root, flags, err);
    for (unsigned i = 0; !r && i < n; i++)
        r = faults[i].err.code ? (err_move(err, &faults[i].err), -1) : 0;
    fault_begin(NULL, 0);
    return r;
}
