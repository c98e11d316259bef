/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * fake: a driver without a hypervisor, for tests of core.
 *
 * Definitions are counted numbers; the channel keeps each request until the
 * test answers it.  A freed backend is poisoned and counted.
 */
#pragma once

#include "core/registry.h"

#include <glib.h>
#include <stdatomic.h>

struct domain_def { atomic_int refs; int number; };

extern atomic_int defs_alive, backends_alive, stops_run;

/* The guest's private state; `channel` is where requests wait for the test. */
struct backend {
    int alive;
    int devices;            /* touched with the vm's lock only */
    pthread_mutex_t lock;
    GQueue requests;        /* struct pending *, each with the channel's reference */
};

extern const struct vm_class fake_class;
extern const struct run_end fake_crashed; /* what its stop() reports */
/* Threads of the class; NULL: fake_thread(). */
extern void (*fake_spawn)(void (*fn)(void *), void *arg);

const struct domain_def *fake_def(int number);
struct backend *fake_backend(void);
void fake_backend_free(void *backend);
/* Of struct call: the request waits in the backend `arg`. */
int fake_start(struct pending *p, void *arg, struct err *err);
struct pending *fake_take_request(struct backend *b);
struct event *fake_event(const struct vm_view *view, int event, int detail);
void fake_stop(struct turn *turn, struct run *run);
/* A thread that fake_join() waits for. */
void fake_thread(const char *name, GThreadFunc fn, void *arg);
/* Teardowns end some time after the run has; for tests that count what is left. */
void fake_join(void);
void fake_uuid(unsigned char uuid[UUID_LEN], int n);
/* Defines a persistent guest; -1 with err. */
int fake_define(struct registry *reg, const char *name, int n, int number, struct err *err);
/* Starts it: backend made, one request to it, then published as running. */
int fake_boot(struct vm *vm, int ask, struct err *err);
