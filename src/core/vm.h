/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * vm: who a guest is.
 *
 * Owns: identity (uuid for ever, name until renamed), the published view, the
 * current run or none, and the queue of those who want to work on it.  Its one
 * mutex is private to vm.c; work on a vm is done under a turn (turn.h), reading
 * from its view (view.h).
 * Called by: drivers.  References never wait.
 */
#pragma once

#include "core/view.h"
#include "base/err.h"

struct registry;
struct run;
struct turn;

/* What a driver tells core once; constant while any vm of it exists. */
struct vm_class {
    const char *name;       /* "QEMU": for messages and threads */
    int err_domain;         /* VIR_FROM_QEMU */
    /* Definitions are reference counted by the model; ref returns its argument. */
    const struct domain_def *(*def_ref)(const struct domain_def *def);
    void (*def_unref)(const struct domain_def *def);
    /* A run has died (or is being stopped): release what it used on the host,
     * then turn_end_run().  Runs on a thread of its own, or on that of
     * run_stop(), with a stop turn: after the current holder, before anyone
     * else.  Called exactly once per run unless its starter ended it. */
    void (*stop)(struct turn *turn, struct run *run);
    /* Frees what vm_own() gave to a vm, with its last reference.  NULL: nothing to free. */
    void (*owned_free)(void *owned);
    /* Runs fn(arg) on some thread that may wait.  NULL: a new thread each. */
    void (*spawn)(void (*fn)(void *arg), void *arg);
};

struct vm *vm_ref(struct vm *vm);
void vm_unref(struct vm *vm);
static inline void vm_cleanup(struct vm **vm) { if (*vm) vm_unref(*vm); }
#define VM_AUTO __attribute__((cleanup(vm_cleanup))) struct vm *

const struct vm_class *vm_class_of(const struct vm *vm);

/* What the driver keeps of a guest beyond its lives (snapshots, …): NULL until it was given.  Readers
 * get it without a turn, so it looks after its own locking. */
void *vm_owned(const struct vm *vm);
/* Gives it; the first one stays: returns what the vm has now, and frees `owned` if that is another. */
void *vm_own(struct vm *vm, void *owned);

/* The current run with a reference, dead or alive; NULL: none.  Never waits
 * for a turn.  To signal, kill or ask about it; to work with it take a turn. */
struct run *vm_run_get(struct vm *vm);

/* Who holds the guest now, for messages and job info; false: nobody (or
 * queries only). */
struct vm_holder {
    const char *api;        /* of static storage */
    int turn_class;         /* enum turn_class */
    int64_t since;          /* clock_now() */
    int job_operation;      /* virDomainJobOperation, of a job turn */
};
bool vm_get_holder(struct vm *vm, struct vm_holder *holder);
/* Asks the job in progress to stop: its waits answer VIR_ERR_OPERATION_ABORTED.
 * -1, VIR_ERR_OPERATION_INVALID: there is none. */
int vm_job_abort(struct vm *vm, struct err *err);
