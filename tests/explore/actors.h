/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * actors: what threads of a scenario do to the guest of the world, each as a verb of a driver does
 * it, and what must hold after some of them.
 * Called by: the scenarios of schedules.c.
 */
#pragma once

void abort_job(void *arg);
void attach(void *arg);
void attach_beside(void *arg);
void boot(void *arg);
void boot_any(void *arg);
void boot_asking(void *arg);
void busy_deadline(void *arg);
void define_failing(void *arg);
void define_new(void *arg);
void destroy(void *arg);
void destroy_deadline(void *arg);
void die(void *arg);
void job(void *arg);
void look_up(void *arg);
void look_up_new(void *arg);
void post_notes(void *arg);
void query(void *arg);
void query_deadline(void *arg);
void read_view(void *arg);
void relabel(void *arg);
void rename_it(void *arg);
void undefine_it(void *arg);

void check_answering(void);
void check_dead(void);
void check_defined(void);
void check_notes(void);
void check_stopped(void);
void check_undefined(void);
