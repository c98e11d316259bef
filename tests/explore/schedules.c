/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every schedule of what calls, deaths and restarts can do to each other.
 *
 * Each actor is a thread that does what a driver's verb does; guests answer from
 * threads of their own.  After every step that publishes, and in the end, the
 * invariants are checked; AddressSanitizer sees to memory.
 * Usage: schedules [SCENARIO [LIMIT]]; `--expect-violation` turns the verdict around, for the
 * builds with a broken core.
 */
#include "actors.h"
#include "world.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- scenarios ------------------------------------------------------------------------------ */

#define ACTORS(...) (void (*const[])(void *)){ __VA_ARGS__, NULL }

static const struct scenario scenarios[] = {
    { "query-death", false, set_up, ACTORS(query, die), check_dead },
    { "attach-death", false, set_up, ACTORS(attach, die), check_dead },
    { "relabel-death", false, set_up, ACTORS(relabel, die), check_dead },
    { "start-destroy", false, set_up_off, ACTORS(boot_asking, destroy), check },
    { "deadline-answer", false, set_up, ACTORS(query_deadline), check_answering },
    { "two-deadlines", true, set_up, ACTORS(query_deadline, query_deadline), check_answering },
    { "notes-death", true, set_up, ACTORS(post_notes, die), check_notes },
    { "notes-query", false, set_up, ACTORS(post_notes, query), check_notes },
    { "busy-deadline", false, set_up, ACTORS(relabel, busy_deadline), check },
    { "destroy-deadline", false, set_up, ACTORS(relabel, destroy_deadline), check_stopped },
    { "rename-undefine-lookup", true, set_up_off, ACTORS(rename_it, undefine_it, look_up), check_undefined },
    { "define-define-lookup", false, set_up_off, ACTORS(define_new, define_failing, look_up_new),
      check_defined },
    { "job-abort-death", true, set_up, ACTORS(job, abort_job, die), check_dead },
    { "destroy-destroy", false, set_up, ACTORS(destroy, destroy), check_stopped },
    { "query-death-restart", true, set_up, ACTORS(query, die, boot), check_dead },
    { "view-death-restart", true, set_up, ACTORS(read_view, die, boot), check_dead },
    { "start-destroy-death", true, set_up, ACTORS(die, boot_any, destroy), check },
    { "destroy-destroy-attach", true, set_up, ACTORS(destroy, destroy, attach), check_stopped },
    { "job-modify-death", true, set_up, ACTORS(job, attach, die), check_dead },
    { "job-beside-death", true, set_up, ACTORS(job, attach_beside, die), check_dead },
    { "attach-attach-death-restart", true, set_up, ACTORS(attach, attach, die, boot), check_dead },
};

static int
run_scenario(const struct scenario *s, unsigned long limit)
{
    int64_t began = clock_now();
    struct explored done = explore(s, limit);
    double seconds = (double)(clock_now() - began) / NSEC_PER_SEC;
    printf("# %s: %lu schedules, %lu cut short, %s, %u outcomes, %.1f s\n", s->name, done.schedules, done.cut,
           done.complete ? "all of them" : "not all", done.outcomes, seconds);
    fflush(stdout);
    return done.complete || limit ? 0 : 1;
}

int
main(int argc, char **argv)
{
    bool expect_violation = argc > 1 && strcmp(argv[1], "--expect-violation") == 0;
    const char *only = argc > 1 + expect_violation ? argv[1 + expect_violation] : NULL;
    unsigned long limit = argc > 2 + expect_violation ? strtoul(argv[2 + expect_violation], NULL, 10) : 0;
    int n = 0, found = 0;
    printf("1..%zu\n", expect_violation ? 1 : only ? 1 : G_N_ELEMENTS(scenarios));
    for (size_t i = 0; i < G_N_ELEMENTS(scenarios); i++) {
        if (only && strcmp(only, scenarios[i].name) != 0)
            continue;
        /* A process each: a violation ends it, and threads do not pile up. */
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            if (expect_violation)
                close(2);
            exit(run_scenario(&scenarios[i], limit));
        }
        int status;
        waitpid(pid, &status, 0);
        if (expect_violation) {
            found += WIFEXITED(status) && WEXITSTATUS(status) == 3; /* a violation, not some crash */
            if (found) {
                printf("# noticed by %s\n", scenarios[i].name);
                break;
            }
        } else {
            printf("%s %d %s\n", status == 0 ? "ok" : "not ok", ++n, scenarios[i].name);
            found += status != 0;
        }
    }
    if (expect_violation) {
        printf("%s 1 the broken core is noticed\n", found ? "ok" : "not ok");
        return found == 0;
    }
    return found != 0;
}
