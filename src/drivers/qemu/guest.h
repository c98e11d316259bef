/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * guest: what the QEMU driver keeps about itself, a run and a vm.
 *
 * struct qemu_driver  one instance (system or session); constant while it runs
 * struct guest        the backend of one run: its monitor and what it uses of
 *                     the host; touched under a turn or in a note unless said
 *                     otherwise
 * struct guest_pub    the driver's part of the published view: what readers
 *                     need beyond state and definitions; immutable
 * Called by: all verbs of the driver.
 */
#pragma once

#include "core/registry.h"
#include "core/state.h"
#include "core/turn.h"
#include "driver/domains.h"
#include "drivers/qemu/command.h"
#include "drivers/qemu/devices.h"
#include "drivers/qemu/prepare.h"
#include "drivers/qemu/qemu-driver.h"
#include "drivers/qemu/qmp.h"
#include "model/domain-def.h"

#include <glib.h>
#include <time.h>

struct io;
struct executor;

struct qemu_driver {
    struct vm_class klass;      /* so a vm leads to its driver */
    bool privileged;
    struct qemu_host *host;
    struct io *io;
    struct executor *executor;
    struct event_hub *hub;
    struct registry *registry;
    struct state_dir *configs;  /* definitions */
    struct state_dir *status;   /* of running guests; not durable */
    gint stopping;              /* the daemon leaves */
};

/* ---- a run's backend ------------------------------------------------------------------------ */

struct guest_vcpu { int index; pid_t tid; bool offline; };

struct guest {
    struct qemu_driver *driver;
    struct run *run;            /* borrowed: owns us; NULL before it has us */
    int id;
    char *name;
    struct qmp *qmp;            /* set before anybody can call it; NULL: not started */
    char *monitor_path, *pid_path, *guest_dir, *log_path;
    long long log_start;        /* our part of the log begins here */
    pid_t pid;
    uint64_t start_time;        /* of pid: guard against reuse */
    bool child;                 /* ours to reap */
    bool has_command;           /* `command` holds what make() made */
    struct qemu_command command;
    struct qemu_cgroup *cgroup;
    struct domain_def *launched;/* of a start that failed before it was published */
    bool prepared;              /* definition holds ports and such */
    bool granted;               /* ownership of images was given */
    bool managed;               /* from here on the run has been told to the world */
    const struct drv_conn *autodestroy; /* ends with this connection */

    /* What the next STOP or RESUME of QEMU means, said by who asks for it. */
    int pause_reason, pause_detail;
    int resume_reason, resume_detail;
    bool starting;              /* QEMU's own events are not told yet */
    bool fake_reboot;           /* a power-off to come is a reboot */
    bool rebooting;             /* off, about to be reset and to go on */
    bool ending;                /* QEMU has said SHUTDOWN */
    bool agent_up;

    GMutex status_lock;         /* leaf: writing the status file */
    bool status_closed;
    GMutex consoles_lock;       /* leaf */
    GHashTable *consoles;       /* alias → struct console * in use */
};

/* Of the turn; NULL when it is stale or not running. */
static inline struct guest *
turn_guest(struct turn *turn)
{
    return turn_backend(turn);
}

/* ---- the published part --------------------------------------------------------------------- */

struct guest_pub {
    struct vm_extra extra;
    pid_t pid;
    clockid_t cpu_clock;        /* of the whole process */
    bool has_balloon;
    unsigned long long balloon_kib; /* what the guest has now */
    bool updated;
    uint64_t disk_error, disk_nospace; /* bit i: disk i stopped the guest, until it goes on */
    struct qemu_driver *driver;
    size_t nvcpus;              /* online */
    struct guest_vcpu vcpus[];
};

static inline const struct guest_pub *
view_pub(const struct vm_view *view)
{
    return view && vm_view_is_active(view) ? (const struct guest_pub *)view->extra : NULL;
}
/* A copy to edit (room for nvcpus), or a new one when there is none. */
struct guest_pub *guest_pub_copy(const struct guest_pub *old, size_t nvcpus);
unsigned long long guest_pub_cpu_time(const struct guest_pub *pub);

/* ---- helpers of the verbs ------------------------------------------------------------------- */

static inline struct qemu_driver *
conn_driver(struct drv_conn *conn)
{
    return conn->hypervisor_state;
}
static inline struct qemu_driver *
turn_driver(struct turn *turn)
{
    return (struct qemu_driver *)vm_class_of(turn_vm(turn));
}
/* Runs fn(arg) on a thread that may wait. */
void driver_spawn(struct qemu_driver *drv, void (*fn)(void *arg), void *arg);

/* guest-config.c: writes a definition, in the place of the one of the old name (NULL: its own) */
int guest_write_config(struct turn *turn, const struct domain_def *def, const char *old_name,
                       struct err *err) TURN_WAITS;
/* stop.c: waits until the guest is gone; graceful: it is asked only, not killed. */
int guest_destroy(struct run *run, bool graceful, struct err *err);
/* writes and publishes a new persistent definition (taken over). */
int guest_save_config(struct turn *turn, struct domain_def *def, struct err *err) TURN_WAITS;
/* status.c: publishes a changed live definition (taken over; NULL: unchanged) and
 * writes the status file. */
int guest_save_live(struct turn *turn, struct domain_def *def, struct err *err) TURN_WAITS;
