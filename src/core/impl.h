/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * impl: the insides of core, for the files of core only.
 *
 * vm.c owns the vm's lock, its notes and its queue of turns; run.c owns runs and
 * pending waits; turn.c, turn-wait.c and turn-life.c what a holder may do; registry.c the indexes; view.c
 * snapshots.  A field's comment says what guards it.
 */
#pragma once

#include "core/lock.h"
#include "core/registry.h"
#include "core/run.h"
#include "core/turn.h"
#include "core/vm.h"
#include "base/clock.h"

#include <glib.h>

#ifndef CORE_MUTANT
# define CORE_MUTANT 0 /* tests/explore builds broken variants to see that it notices */
#endif
#define DEFAULT_DEADLINE (30 * NSEC_PER_SEC)

struct note_entry {
    struct note_entry *next;
    struct run *run;            /* reference */
    note_fn fn;                 /* NULL: enqueue the run's own stop turn */
    void *arg;
    void (*free_arg)(void *);
};

struct vm {
    atomic_uint refs;
    unsigned char uuid[UUID_LEN];
    const struct vm_class *klass;
    struct registry *registry;  /* reference */
    _Atomic(void *) owned;      /* the driver's; set once */
    char *index_name;           /* registry's lock: the name it is indexed by */
    struct lock lock;           /* vm.c only */
    /* guarded by the leaf lock of this vm (leaf_take) */
    struct vm_view *view;       /* never NULL */
    struct note_entry *notes, **notes_tail;
    /* guarded by lock */
    struct run *run;            /* written under leaf, too; reference */
    struct turn *holders;
    struct turn *queue, **queue_tail;
    uint64_t serial;
    bool visible;               /* written under leaf, too: has been published */
    bool gone;                  /* written under leaf, too: has left the registry */
};

struct end_waiter {
    struct end_waiter *next;
    struct parker parker;
};

struct run {
    atomic_uint refs;
    int id;
    uint64_t generation;
    struct vm *vm;              /* reference */
    void *backend;
    void (*free_backend)(void *);
    atomic_bool dead;
    atomic_bool stop_claimed;   /* somebody sees to the teardown */
    struct turn *stop_turn;     /* made with the run, so that it cannot fail; taken by who claims */
    struct lock lock;           /* RANK_RUN */
    /* guarded by it */
    char *death;
    bool ended;                 /* torn down */
    bool has_end;
    struct run_end end;
    struct pending *pendings;
    struct end_waiter *end_waiters;
    char *why[RUN_CHANNELS];
    _Atomic int64_t since[RUN_CHANNELS]; /* read without */
    _Atomic pid_t pid;
    _Atomic int pidfd;
};

enum pending_state {
    PENDING_WAITING,
    PENDING_DONE,
    PENDING_FAILED,
    PENDING_DEAD,
    PENDING_ABORTED,
    PENDING_GIVEN_UP
};

struct pending {
    atomic_uint refs;
    struct pending *next, **prev; /* in run->pendings, under the run's lock */
    struct run *run;            /* reference; NULL: does not depend on one */
    enum run_channel channel;
    const char *what;
    struct parker parker;
    struct lock lock;           /* RANK_PENDING */
    enum pending_state state;   /* guarded by it, as the rest */
    void *result;
    void (*free_result)(void *);
    struct err err;
};

enum turn_status { TURN_NEW, TURN_QUEUED, TURN_HOLDING, TURN_ENDED };

struct turn {
    struct turn *next;          /* in holders or queue */
    struct vm *vm;              /* reference */
    struct turn_request req;
    int64_t deadline;
    enum turn_status status;
    int64_t since;
    struct run *run;            /* reference; of the grant, or started since */
    bool stale;
    bool aborted;               /* job */
    bool starter;               /* made `run` */
    uint64_t stop_generation;   /* a stop turn is for this life only */
    bool task;                  /* a stop turn nobody waits for: granting spawns its thread */
    struct parker parker;       /* while queued */
    struct pending *pending;    /* current wait */
    unsigned nth_wait;
    GPtrArray *kept;            /* views handed out */
    GPtrArray *old_runs;        /* ended by this turn */
};

struct note { struct vm *vm; struct run *run; };

struct registry {
    atomic_uint refs;
    const struct vm_class *klass;
    struct event_hub *hub;
    struct lock lock;           /* RANK_REGISTRY; guards the rest */
    GHashTable *by_name, *by_uuid, *by_id;
    GPtrArray *vms;             /* references; in the order of definition */
    int next_id;
    size_t nactive;
    atomic_uint tasks;          /* teardowns on threads of their own */
    struct parker idle;         /* woken when there are none left */
};

/* view.c */
void leaf_take(const struct vm *vm);
void leaf_release(const struct vm *vm);
struct vm_view *view_new(const struct vm_class *klass, const char *name, const unsigned char *uuid);
void change_drop(const struct vm_class *klass, const struct vm_change *change);
/* With the vm's lock.  Takes over what `change` holds. */
struct publication {
    const struct vm_change *change; /* may be NULL */
    const char *name;           /* new one, or NULL */
    struct run *begins;         /* this run starts */
    bool ends;                  /* the run ends: no id, no live definition */
};
void vm_publish(struct vm *vm, const struct publication *pub);

/* vm.c */
struct vm *vm_new(struct registry *reg, const char *name, const unsigned char *uuid);
void vm_take(struct vm *vm);
void vm_release(struct vm *vm);
bool vm_try(struct vm *vm);
void vm_set_run(struct vm *vm, struct run *run);
void vm_add_note(struct vm *vm, struct note_entry *entry);
void vm_set_gone(struct vm *vm);
/* With the vm's lock. */
void queue_add(struct turn *turn);
void queue_remove(struct turn *turn);
void queue_grant(struct vm *vm);

/* run.c */
struct run *run_new(struct vm *vm, int id, void *backend, void (*free_backend)(void *));
struct turn *run_claim_stop(struct run *run); /* NULL: claimed by somebody else */
bool run_die(struct run *run, const char *why); /* marks only; true: it was alive */
void run_set_ended(struct run *run);
void run_publish_health(struct vm *vm, struct run *run); /* with the vm's lock */

/* pending.c */
struct pending *pending_new(struct run *run, const struct call *call);
void pending_unref(struct pending *p);
int pending_register(struct pending *p); /* -1: the run is dead */
void pending_unregister(struct pending *p);
bool pending_settle(struct pending *p, enum pending_state state);
/* The waiter gives up; false: the answer was faster. */
bool pending_give_up(struct pending *p);

/* turn.c */
/* -1 with the error of the class's domain; frees message. */
int turn_err(const struct turn *turn, struct err *err, int code, char *message);
#define FAIL(turn, err, code, ...) turn_err(turn, err, code, g_strdup_printf(__VA_ARGS__))
/* With the vm's lock. */
static inline const char *name_of(const struct turn *turn) { return turn->vm->view->name; }
char *turn_since_text(int64_t since);
struct turn *turn_new(struct vm *vm, const struct turn_request *req);
void turn_free(struct turn *turn);
void stop_task(void *turn);
void turn_lose_lock(struct turn *turn);
int turn_regain_lock(struct turn *turn, struct err *err);

/* registry.c; with both locks */
void registry_drop(struct registry *reg, struct vm *vm);
struct registry *registry_ref(struct registry *reg);
void registry_unref(struct registry *reg);
