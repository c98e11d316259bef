/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * world: the guest that actors act upon, and what must be true of it after every schedule.
 * Called by: actors.c, the scenarios of schedules.c.
 */
#pragma once

#include "explorer.h"
#include "fake.h"

#include "core/impl.h"

extern struct event_hub *hub;
extern struct registry *reg;
extern struct vm *vm;
extern struct run *first;       /* the life that set_up() began; reference */
extern int attached[8];         /* successful attachments, by id of the run */
extern int deaths, boots, refused_boots, late;

#define OK(call) \
    do { \
        if ((call) < 0) { \
            explore_log("%s", err_message(&err)); \
            EXPLORE_CHECK(!"this must not fail: " #call); \
        } \
    } while (0)

/* Without being a point of the schedule. */
bool really_dead(const struct run *run);
void check_view(const struct vm_view *view);

/* The beginnings and ends of scenarios: guest "a" off, and in its first life; what always holds. */
void set_up_off(void);
void set_up(void);
void check(void);
