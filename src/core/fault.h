/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * fault: kill at wait, for debug builds.
 *
 * Owns: a hook that every wait of every turn passes, and that may answer with a fault to
 * inject there.  Tests install their own; otherwise VIREO_FAULT in the environment names one:
 *     VIREO_FAULT=API:N:FAULT     e.g. virDomainCreate:2:eof; API may be *
 * where N counts the waits of one turn from 1 and FAULT is eof, exit, timeout, error or
 * garbage.  Each such rule fires once, unless FAULT is followed by '+'.
 * With VIREO_FAULT_LOG=FILE each wait is appended as "API N KIND WHAT": what a sweep
 * goes through.
 * Called by: turn-wait.c; tests.
 */
#pragma once

#include "core/turn.h"

enum fault {
    FAULT_NONE,
    FAULT_EOF,      /* the channel closes: the run is marked dead */
    FAULT_EXIT,     /* the process is killed (without one: as eof) */
    FAULT_TIMEOUT,  /* the deadline passes at once */
    FAULT_ERROR,    /* the answer is an error; offloaded work is not done and fails */
    FAULT_GARBAGE,  /* the answer makes no sense (call->garble; without: as error) */
};
enum wait_kind { WAIT_CALL, WAIT_SLEEP, WAIT_OFFLOAD };

struct wait_point {
    enum wait_kind kind;
    const char *api;
    const char *what;       /* of the call; "" otherwise */
    unsigned nth;           /* wait of this turn, from 1 */
    struct vm *vm;
    struct run *run;        /* NULL: not running */
};

#ifndef NDEBUG
extern enum fault (*fault_hook)(const struct wait_point *wp);
enum fault fault_at(const struct wait_point *wp);
int fault_parse(const char *name); /* enum fault, or -1 */
#endif
