/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * open: connections to test hosts.
 *
 * Owns: the one host behind test:///default and its count of connections.
 * Called by: the library and the daemon.  Waits: for reading the file of a host.
 */
#include "drivers/test/moments.h"
#include "drivers/test/objects.h"

#include "base/file.h"
#include "base/fork.h"
#include "model/domain-def.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_TEST

FORK_MUTEX(lock, FORK_OUTER)
static struct test_driver *shared; /* test:///default, while a connection is open */

static const struct domain_def *
def_ref(const struct domain_def *def)
{
    return domain_def_ref(def);
}

/* A life ends: nothing outside the process belonged to it. */
static void
stop(struct turn *turn, struct run *run)
{
    static const struct run_end gone = { VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED,
                                         VIR_DOMAIN_EVENT_STOPPED_DESTROYED };
    const struct run_end end = run_get_end(run, &gone);
    const struct vm_view *view = turn_view(turn);
    struct event *ev = domain_lifecycle(view, VIR_DOMAIN_EVENT_STOPPED, end.event_detail);

    /* Its definition has taken its place already, if it has one. */
    if (view->config)
        ev->about.domain.id = -1;
    turn_end_run(turn, &end, ev);
}

static void
driver_free(struct test_driver *drv)
{
    if (!drv)
        return;
    registry_free(drv->registry);
    test_objects_free(drv->objects);
    event_hub_free(drv->hub);
    g_free(drv);
}

static struct test_driver *
driver_new(const char *xml, const char *folder, struct err *err)
{
    struct test_driver *drv = g_new0(struct test_driver, 1);

    drv->klass = (struct vm_class){
        .name = "TEST",
        .err_domain = VIR_FROM_TEST,
        .def_ref = def_ref,
        .def_unref = domain_def_unref,
        .stop = stop,
        .owned_free = test_owned_free,
    };
    drv->refs = 1;
    drv->hub = event_hub_new();
    drv->registry = registry_new(&drv->klass, drv->hub);
    drv->objects = test_objects_new(drv->hub);
    if (test_preset_load(drv, xml, folder, err) < 0) {
        driver_free(drv);
        return NULL;
    }
    return drv;
}

#define HOST_FILE_MAX (64u << 20)

static struct test_driver *
driver_from_file(const struct open_request *req, struct err *err)
{
    const char *path = req->uri->path;
    g_autofree char *text = NULL;
    g_autofree char *folder = g_path_get_dirname(path);
    struct test_driver *drv;
    ERR_AUTO why = ERR_INIT;

    if (file_read(AT_FDCWD, path, HOST_FILE_MAX, &text, &why) < 0) {
        err_set(err, VIR_ERR_XML_ERROR, "cannot read the test host %s: %s", path, err_message(&why));
        return NULL;
    }
    drv = driver_new(text, folder, err);
    if (drv && test_authenticate(text, req, err) < 0) {
        driver_free(drv);
        return NULL;
    }
    return drv;
}

static struct test_driver *
driver_default(struct err *err)
{
    struct test_driver *drv;

    pthread_mutex_lock(&lock);
    if (shared)
        shared->refs++;
    else
        shared = driver_new(test_preset_default, NULL, err);
    if (shared)
        shared->ncells = TEST_CELLS;
    drv = shared;
    pthread_mutex_unlock(&lock);
    return drv;
}

/* A daemon does not read files for those who could not read them themselves. */
static bool
may_name_files(const struct identity *who)
{
    return !who || (who->has_unix && (who->uid == 0 || who->uid == geteuid()));
}

static int
test_open(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    struct test_driver *drv;
    const char *path;

    if (!req->uri || req->admin || req->uri->server || req->uri->transport)
        return 0;
    if (req->flags & ~VIR_CONNECT_RO)
        return err_set(err, VIR_ERR_INVALID_ARG, "test: flags 0x%x are not known here",
                       req->flags & ~VIR_CONNECT_RO);
    path = req->uri->path;
    if (!path || !*path || strcmp(path, "/") == 0)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "test: needs a path: test:///default, or test:/// and the file of a host");
    if (strcmp(path, "/default") != 0 && !may_name_files(conn->who))
        return err_set(err, VIR_ERR_OPERATION_DENIED,
                       "test: only root and the daemon's own user may have it read %s", path);
    drv = strcmp(path, "/default") == 0 ? driver_default(err) : driver_from_file(req, err);
    if (!drv)
        return -1;
    conn->hypervisor = &test_hypervisor_ops;
    conn->hypervisor_state = drv;
    conn->guests = drv->registry;
    test_objects_connect(drv->objects, conn);
    return 1;
}

static void
test_close(struct drv_conn *conn)
{
    struct test_driver *drv = test_conn(conn);
    bool last;

    pthread_mutex_lock(&lock);
    last = --drv->refs == 0;
    if (last && drv == shared)
        shared = NULL;
    pthread_mutex_unlock(&lock);
    if (last)
        driver_free(drv);
}

static const char *const schemes[] = { "test", NULL };
const struct driver test_driver = {
    .name = "TEST", .schemes = schemes, .open = test_open, .close = test_close
};
