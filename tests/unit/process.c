/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Units of base/process: what a child gets, what it does not, and how failures are told.
 */
#include "base/clock.h"
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SH(script) (const char *const[]){ "/bin/sh", "-c", script, NULL }

static char *
output_of(const struct process_spec *spec)
{
    ERR_AUTO err = ERR_INIT;
    struct process_output out;
    if (process_run(spec, NULL, 0, 65536, deadline_in_ms(20000), &out, &err) < 0)
        g_error("%s", err_message(&err));
    g_assert_cmpint(out.status, ==, 0);
    g_assert_cmpstr(out.err, ==, "");
    g_free(out.err);
    return out.out;
}

static void
test_run(void)
{
    ERR_AUTO err = ERR_INIT;
    struct process_output out;
    struct process_spec spec = { .argv = SH("cat; echo oops >&2; exit 3") };
    g_autofree char *input = g_strnfill(300000, 'x');
    g_assert_cmpint(process_run(&spec, input, 300000, 1000000, deadline_in_ms(20000), &out, &err), ==, 0);
    g_assert_cmpuint(out.nout, ==, 300000);
    g_assert_cmpstr(out.err, ==, "oops\n");
    g_assert_cmpint(WEXITSTATUS(out.status), ==, 3);
    g_autofree char *text = process_status_text(out.status);
    g_assert_cmpstr(text, ==, "exit status 3");
    process_output_clear(&out);
    /* the limit cuts, the child ends all the same; input nobody reads is no error */
    spec.argv = SH("head -c 100000 /dev/zero | tr '\\0' y");
    g_assert_cmpint(process_run(&spec, input, 300000, 10, deadline_in_ms(20000), &out, &err), ==, 0);
    g_assert_cmpstr(out.out, ==, "yyyyyyyyyy");
    process_output_clear(&out);
}

static void
test_deadline(void)
{
    ERR_AUTO err = ERR_INIT;
    struct process_output out;
    struct process_spec spec = { .argv = SH("echo waiting >&2; exec sleep 1000") };
    g_assert_cmpint(process_run(&spec, NULL, 0, 100, deadline_in_ms(300), &out, &err), ==, -1);
    g_assert_cmpint(err.code, ==, VIR_ERR_OPERATION_TIMEOUT);
    g_assert_nonnull(strstr(err.message, "waiting"));
    g_assert_null(out.out);
}

static void
test_surroundings(void)
{
    setenv("OURS", "seen", 1);
    struct process_spec spec = { .argv = SH("echo $OURS-$X; pwd; umask; ulimit -c; ulimit -n") };
    struct process_rlimit limits[] = { { RLIMIT_CORE, { 0, 0 } }, { RLIMIT_NOFILE, { 77, 88 } } };
    spec.rlimits = limits;
    spec.nrlimits = 2;
    spec.env = (const char *const[]){ "X=1", "PATH=/usr/bin:/bin", NULL };
    spec.cwd = "/usr";
    spec.set_umask = true;
    spec.umask = 027;
    g_autofree char *out = output_of(&spec);
    g_assert_cmpstr(out, ==, "-1\n/usr\n0027\n0\n77\n");
    struct process_spec plain = { .argv = (const char *const[]){ "printenv", "OURS", NULL } }; /* by PATH */
    g_autofree char *seen = output_of(&plain);
    g_assert_cmpstr(seen, ==, "seen\n");
}

/* Whatever is open here, with whatever numbers, the child has what is listed. */
static void
test_fds(void)
{
    int pipes[2];
    g_assert_cmpint(pipe(pipes), ==, 0); /* not close-on-exec on purpose */
    int high = fcntl(pipes[1], F_DUPFD, 200);
    g_assert_cmpint(write(pipes[1], "abc", 3), ==, 3);
    struct process_fd fds[] = {
        { pipes[0], 7 },        /* to */
        { pipes[1], pipes[0] }, /* across: its number is another's source */
        { high, 9 },
    };
    struct process_spec spec = {
        .argv = SH("ls /proc/self/fd | tr '\\n' ' '; echo; head -c 3 <&7"), .fds = fds, .nfds = 3,
    };
    g_autofree char *out = output_of(&spec);
    g_autofree char *want = NULL;
    /* ls itself opens one more: the first free number, 3 unless taken */
    GString *list = g_string_new("0 1 2 ");
    bool have[16] = { [7] = true, [9] = true };
    have[pipes[0]] = true;
    int own = 3;
    while (have[own])
        own++;
    have[own] = true;
    for (int i = 3; i < 16; i++) {
        if (have[i])
            g_string_append_printf(list, "%d ", i);
    }
    g_string_append(list, "\nabc");
    want = g_string_free(list, FALSE);
    g_assert_cmpint(pipes[0], <, 16);
    /* ls sorts as text */
    if (pipes[0] < 10 && own < 10)
        g_assert_cmpstr(out, ==, want);
    close(pipes[0]);
    close(pipes[1]);
    close(high);
}

static void
test_signals(void)
{
    /* what we block or ignore is not the child's problem */
    sigset_t usr;
    sigemptyset(&usr);
    sigaddset(&usr, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct process_spec spec = { .argv = SH("grep -E 'Sig(Blk|Ign)' /proc/self/status") };
    g_autofree char *out = output_of(&spec);
    g_assert_cmpstr(out, ==, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    pthread_sigmask(SIG_UNBLOCK, &usr, NULL);
    signal(SIGPIPE, SIG_DFL);
}

static void
test_failures(void)
{
    ERR_AUTO err = ERR_INIT;
    struct process proc;
    struct process_spec spec = { .argv = (const char *const[]){ "/proc/nowhere/emulator", NULL } };
    g_assert_cmpint(process_spawn(&spec, &proc, &err), ==, -1);
    g_assert_cmpint(err.int1, ==, ENOENT);
    g_assert_cmpstr(err.message, ==, "cannot run /proc/nowhere/emulator: No such file or directory");
    spec.argv = (const char *const[]){ "/etc/passwd", NULL };
    g_assert_cmpint(process_spawn(&spec, &proc, &err), ==, -1);
    g_assert_cmpint(err.int1, ==, EACCES);
    spec.argv = SH("true");
    spec.cwd = "/proc/nowhere";
    g_assert_cmpint(process_spawn(&spec, &proc, &err), ==, -1);
    g_assert_nonnull(strstr(err.message, "cannot change to folder /proc/nowhere"));
    spec.cwd = NULL;
    spec.fds = &(struct process_fd){ 999, 3 };
    spec.nfds = 1;
    g_assert_cmpint(process_spawn(&spec, &proc, &err), ==, -1);
    g_assert_nonnull(strstr(err.message, "file descriptors"));
    g_assert_cmpint(err.int1, ==, EBADF);
    g_assert_cmpint(proc.pid, ==, -1);
    int status; /* no child is left */
    g_assert_cmpint(waitpid(-1, &status, WNOHANG), ==, -1);
    g_assert_cmpint(errno, ==, ECHILD);
}

static int refuse(void *arg) { return EPERM; }

static void
test_ids(void)
{
    ERR_AUTO err = ERR_INIT;
    struct process proc;
    struct process_spec spec = { .argv = SH("true"), .last = refuse };
    g_assert_cmpint(process_spawn(&spec, &proc, &err), ==, -1);
    g_assert_nonnull(strstr(err.message, "cannot confine it: Operation not permitted"));
    if (geteuid() != 0) {
        g_test_skip("needs root: cannot become another user");
        return;
    }
    gid_t groups[] = { 12, 34 };
    struct process_spec as = {
        .argv = SH("id -u; id -g; id -G; grep -E 'Cap(Eff|Bnd)|NoNew' /proc/self/status | tr -d '\\t'"),
        .set_ids = true, .uid = 4711, .gid = 4712, .groups = groups, .ngroups = 2, .cwd = "/",
        .set_caps = true, .caps = 0, .no_new_privs = true,
    };
    g_autofree char *out = output_of(&as);
    g_assert_cmpstr(
        out, ==, "4711\n4712\n4712 12 34\nCapEff:0000000000000000\nCapBnd:0000000000000000\nNoNewPrivs:1\n");
    as.caps = 1 << 12; /* net_admin stays across exec */
    g_autofree char *kept = output_of(&as);
    g_assert_nonnull(strstr(kept, "CapEff:0000000000001000"));
}

static void
test_wait(void)
{
    ERR_AUTO err = ERR_INIT;
    struct process proc;
    struct process_spec spec = { .argv = SH("exec sleep 1000"), .setsid = true };
    g_assert_cmpint(process_spawn(&spec, &proc, &err), ==, 0);
    g_assert_cmpint(getsid(proc.pid), ==, proc.pid);
    g_assert_cmpuint(process_start_time(proc.pid), >, 0);
    int status = -2;
    g_assert_cmpint(process_wait(&proc, deadline_in_ms(1), &status), ==, 0);
    g_assert_cmpint(process_signal(&proc, SIGTERM, &err), ==, 0);
    g_assert_cmpint(process_wait(&proc, DEADLINE_NEVER, &status), ==, 1);
    g_assert_true(WIFSIGNALED(status));
    g_autofree char *text = process_status_text(status);
    g_assert_cmpstr(text, ==, "killed by signal 15 (Terminated)");
    g_assert_cmpint(process_signal(&proc, SIGKILL, &err), ==, 0); /* gone is fine */
    process_close(&proc);
    g_assert_cmpint(proc.pidfd, ==, -1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/run", test_run);
    g_test_add_func("/process/deadline", test_deadline);
    g_test_add_func("/process/surroundings", test_surroundings);
    g_test_add_func("/process/fds", test_fds);
    g_test_add_func("/process/signals", test_signals);
    g_test_add_func("/process/failures", test_failures);
    g_test_add_func("/process/ids", test_ids);
    g_test_add_func("/process/wait", test_wait);
    return g_test_run();
}
