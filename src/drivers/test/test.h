/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * test: a hypervisor without hardware, inside the process that asks.
 *
 * struct test_driver  one host with its guests, networks, pools, devices.  test:///default is one for the
 *                     whole process, as long as a connection is open; test:///FILE.xml is a new one for
 *                     each connection, as the file describes it.
 * Everything is kept in memory and deterministic; nothing touches the host.
 * Called by: the library in process, the daemon for test+unix:// and its kin.
 * Waits: for turns only, never for anything outside the process (but save, restore, dump and
 * screenshot read and write files).
 */
#pragma once

#include "core/registry.h"
#include "driver/domains.h"

#include <glib.h>

#define TEST_CELLS 2

struct test_driver {
    struct vm_class klass;      /* so a vm leads to its driver */
    int refs;                   /* connections; under open.c's lock */
    struct event_hub *hub;      /* of all objects: callback ids are one sequence */
    struct registry *registry;  /* guests */
    struct test_objects *objects; /* networks, interfaces, pools, devices; objects.h */
    const char *folder;         /* of relative names; while its document is read */
    virNodeInfo node;
    int ncells;                 /* of memory: TEST_CELLS or none */
};

static inline struct test_driver *
test_conn(struct drv_conn *conn)
{
    return conn->hypervisor_state;
}

/* Hosts: preset.c reads the document of a host, <node>, with all its objects; `folder` is what
 * relative file names in it are relative to (NULL: the working folder). */
int test_preset_load(struct test_driver *drv, const char *xml, const char *folder, struct err *err);
/* Without a word of libxml2's own; NULL with err. */
struct _xmlDoc *test_preset_parse(const char *xml, struct err *err);
/* preset-guest.c: a <domain> of such a document. */
int test_guest_load(struct test_driver *drv, const char *xml, const char *folder, struct err *err);
/* auth.c: lets in whom the <auth> of a host's document knows. */
int test_authenticate(const char *xml, const struct open_request *req, struct err *err);
/* machine.c: <cpu> and <memory> of such a document. */
int test_machine_load(virNodeInfoPtr info, const char *xml, struct err *err);
extern const char test_preset_default[];

extern const struct driver test_driver;
extern const struct hypervisor_ops test_hypervisor_ops;
