/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * driver: one instance of the QEMU driver, and its table of calls.
 *
 * Called by: the daemon.  Waits: while it starts and stops.
 */
#include "drivers/qemu/guest.h"
#include "drivers/qemu/stop.h"
#include "drivers/qemu/verbs.h"

#include "base/file.h"
#include "base/io.h"
#include "base/log.h"
#include "core/executor.h"
#include "driver/host-node.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU
LOG_FROM("qemu.driver");

static const struct domain_def *
def_ref(const struct domain_def *def)
{
    return domain_def_ref(def);
}

struct qemu_driver *
qemu_driver_start(const struct qemu_driver_config *config, struct err *err)
{
    struct qemu_driver *drv = g_new0(struct qemu_driver, 1);

    drv->klass = (struct vm_class){
        .name = "QEMU", .err_domain = VIR_FROM_QEMU, .def_ref = def_ref, .def_unref = domain_def_unref,
        .stop = guest_stop,
    };
    drv->privileged = config->privileged;
    drv->io = config->io;
    drv->executor = config->executor;
    drv->hub = config->hub;
    drv->registry = registry_new(&drv->klass, drv->hub);
    if (!(drv->host = qemu_host_new(config->privileged, config->root, true, err)) ||
        !(drv->configs =
              state_dir_open(drv->host->dirs.config, 0700, drv->host->dirs.autostart, true, err)) ||
        !(drv->status = state_dir_open(drv->host->dirs.state, 0755, NULL, false, err)) ||
        qemu_reattach(drv, err) < 0) {
        qemu_driver_stop(drv);
        return NULL;
    }
    if (config->host_uuid)
        memcpy(drv->host->uuid, config->host_uuid, UUID_LEN);
    if (config->autostart)
        qemu_autostart(drv);
    return drv;
}

static void
nothing(void *arg)
{
}

/* Monitors are let go of; the guests go on.  Returns how many run. */
static size_t
let_go_of_guests(struct qemu_driver *drv)
{
    size_t n, running = 0;
    struct vm **vms = registry_vms(drv->registry, &n);

    g_atomic_int_set(&drv->stopping, 1);
    for (size_t i = 0; i < n; i++) {
        RUN_AUTO run = vm_run_get(vms[i]);
        struct guest *guest = run ? run_backend(run) : NULL;

        running += run != NULL;
        if (guest && guest->qmp)
            qmp_detach(guest->qmp);
        vm_unref(vms[i]);
    }
    g_free(vms);
    if (running)
        io_call(drv->io, nothing, NULL); /* all of that has happened */
    return running;
}

void
qemu_driver_stop(struct qemu_driver *drv)
{
    static struct qemu_driver *left; /* with guests in it: freed with the process */

    if (!drv)
        return;
    if (let_go_of_guests(drv) > 0) {
        left = drv;
        (void)left;
        return;
    }
    if (drv->configs)
        state_dir_close(drv->configs);
    if (drv->status)
        state_dir_close(drv->status);
    qemu_xml_forget();
    registry_free(drv->registry);
    if (drv->host)
        qemu_host_free(drv->host);
    g_free(drv);
}

size_t
qemu_driver_active(struct qemu_driver *drv)
{
    return registry_count(drv->registry, true, false);
}

/* ---- autostart: once per boot --------------------------------------------------------------- */

static void
autostart_one(void *arg)
{
    VM_AUTO vm = arg;
    TURN_AUTO turn = NULL;
    struct turn_request req = { .turn_class = TURN_MODIFY, .need = TURN_NOT_RUNNING, .api = "autostart" };
    ERR_AUTO err = ERR_INIT;

    if (turn_begin(vm, &req, &turn, &err) < 0 || guest_start(turn, NULL, turn_config_def(turn), 0, &err) < 0)
        log_error("autostart: %s", err_message(&err));
}

void
qemu_autostart(struct qemu_driver *drv)
{
    g_autofree char *marker = g_strdup_printf("%s/autostarted", drv->host->dirs.state);
    struct vm **vms;
    size_t n;

    if (access(marker, F_OK) == 0)
        return;
    if (file_write_atomic(AT_FDCWD, marker, "", 0, 0644, 0, NULL) < 0)
        return;
    vms = registry_vms(drv->registry, &n);
    for (size_t i = 0; i < n; i++) {
        VIEW_AUTO view = vm_view_get(vms[i]);

        if (view && view->autostart && !vm_view_is_active(view))
            driver_spawn(drv, autostart_one, vm_ref(vms[i]));
        vm_unref(vms[i]);
    }
    g_free(vms);
}

/* ---- connections ---------------------------------------------------------------------------- */

static int
qemu_connect_get_type(struct drv_conn *conn, char **result, struct err *err)
{
    *result = g_strdup("QEMU");
    return 0;
}

static int
qemu_connect_get_hostname(struct drv_conn *conn, char **result, struct err *err)
{
    *result = g_strdup(g_get_host_name());
    return 0;
}

static int
qemu_connect_is_alive(struct drv_conn *conn, struct err *err)
{
    return 1;
}

static int
qemu_connect_is_secure(struct drv_conn *conn, struct err *err)
{
    return 1;
}

static int
qemu_connect_is_encrypted(struct drv_conn *conn, struct err *err)
{
    return 0;
}

const struct hypervisor_ops qemu_hypervisor_ops = {
    .connect_get_lib_version = driver_get_lib_version,
    .connect_get_type = qemu_connect_get_type,
    .connect_get_hostname = qemu_connect_get_hostname,
    .connect_get_sysinfo = host_connect_get_sysinfo,
    .node_get_info = host_node_get_info,
    .node_get_cpu_map = host_node_get_cpu_map,
    .node_get_cpu_stats = host_node_get_cpu_stats,
    .node_get_memory_stats = host_node_get_memory_stats,
    .node_get_free_memory = host_node_get_free_memory,
    .node_get_cells_free_memory = host_node_get_cells_free_memory,
    .node_get_free_pages = host_node_get_free_pages,
    .node_get_memory_parameters = host_node_get_memory_parameters,
    .node_set_memory_parameters = host_node_set_memory_parameters,
    .connect_is_alive = qemu_connect_is_alive,
    .connect_is_secure = qemu_connect_is_secure,
    .connect_is_encrypted = qemu_connect_is_encrypted,
#define SLOT(name) .name = domains_##name,
#include "driver/domains.def"
#undef SLOT
#define SLOT(name) .name = qemu_##name,
#include "drivers/qemu/verbs.def"
#undef SLOT
};

void
qemu_driver_open(struct qemu_driver *drv, struct drv_conn *conn)
{
    conn->hypervisor = &qemu_hypervisor_ops;
    conn->hypervisor_state = drv;
    conn->guests = drv->registry;
}

static void
autodestroy(void *arg)
{
    VM_AUTO vm = arg;
    RUN_AUTO run = vm_run_get(vm);
    ERR_AUTO none = ERR_INIT;

    if (run)
        guest_destroy(run, false, &none);
}

/* The guests that end with the connection: now, or by other threads. */
static void
end_guests(struct drv_conn *conn, bool now)
{
    struct qemu_driver *drv = conn_driver(conn);
    size_t n;
    struct vm **vms = registry_vms(drv->registry, &n);

    for (size_t i = 0; i < n; i++) {
        RUN_AUTO run = vm_run_get(vms[i]);
        struct guest *guest = run ? run_backend(run) : NULL;

        if (!guest || guest->autodestroy != conn)
            vm_unref(vms[i]);
        else if (now)
            autodestroy(vms[i]);
        else
            driver_spawn(drv, autodestroy, vms[i]);
    }
    g_free(vms);
}

void
qemu_driver_leave(struct drv_conn *conn)
{
    end_guests(conn, true);
}

void
qemu_driver_close(struct drv_conn *conn)
{
    end_guests(conn, false);
    conn->hypervisor = NULL;
    conn->hypervisor_state = NULL;
}
