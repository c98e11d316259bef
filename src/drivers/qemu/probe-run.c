/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * probe-run: asking an emulator what it can do.
 *
 * Runs the emulator without a machine and talks QMP over its stdin and stdout:
 * all questions are written at once (short ones: QEMU reads its monitor byte by
 * byte), the answers come in order.  With KVM a second process runs beside the
 * first, because what CPUs can do depends on the accelerator.  It runs as the
 * guests' user, with its stderr kept for the error message.
 * Called by: probe-cache.c, on the thread of whoever needs the answer.
 * Waits: for the emulator, at most PROBE_SECONDS.
 */
#include "base/clock.h"
#include "base/process.h"
#include "drivers/qemu/probe.h"
#include "drivers/qemu/qemu-host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU
#define PROBE_SECONDS 30
#define MAX_OUTPUT (64u << 20)

struct dialogue {
    const char *const *questions;
    size_t nquestions;
    const char *accel;
    struct process proc;
    bool started;
    int fd, errors;           /* fd: its stdin and stdout */
    GString *got;
    size_t sent;
    char *script;
    json_t **answers;         /* the whole reply objects, one a question */
    size_t nanswers;
    bool done;
};

static void
dialogue_clear(struct dialogue *d)
{
    if (d->fd >= 0)
        close(d->fd);
    if (d->errors >= 0)
        close(d->errors);
    if (d->started)
        process_kill(&d->proc);
    if (d->got)
        g_string_free(d->got, TRUE);
    for (size_t i = 0; i < d->nanswers; i++)
        json_decref(d->answers[i]);
    g_free(d->answers);
    g_free(d->script);
}

static int
start(struct dialogue *d, const struct qemu_host *host, const char *binary, struct err *err)
{
    int pair[2];
    g_autofree char *machine = g_strconcat("none,accel=", d->accel, NULL);
    const char *argv[] = { binary, "-S", "-no-user-config", "-nodefaults", "-nographic", "-machine", machine,
                           "-qmp", "stdio", NULL };
    const char *env[] = { "LC_ALL=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                          "HOME=/", NULL };
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_errno(err, errno, "cannot make a connection to probe '%s'", binary);
    d->fd = pair[0];
    d->errors = memfd_create("probe-stderr", MFD_CLOEXEC);
    GString *script = g_string_new(NULL);
    for (size_t i = 0; i < d->nquestions; i++)
        g_string_append_printf(script, "%s\n", d->questions[i]);
    d->script = g_string_free(script, FALSE);
    d->got = g_string_new(NULL);
    d->answers = g_new0(json_t *, d->nquestions);

    const struct process_fd fds[] = { { pair[1], 0 }, { pair[1], 1 }, { d->errors, 2 } };
    struct process_spec spec = {
        .argv = argv, .env = env, .cwd = "/", .fds = fds, .nfds = d->errors >= 0 ? 3 : 2,
        .set_ids = host->privileged && geteuid() == 0, .uid = host->uid, .gid = host->gid,
        .groups = host->groups, .ngroups = host->ngroups, .setsid = true, .death_signal = SIGKILL,
    };
    int rc = process_spawn(&spec, &d->proc, err);
    close(pair[1]);
    if (rc < 0)
        return err_context(err, "cannot probe emulator '%s'", binary);
    d->started = true;
    fcntl(d->fd, F_SETFL, O_NONBLOCK);
    return 0;
}

static char *
last_words(struct dialogue *d)
{
    char buf[1024];
    ssize_t n = -1;
    off_t size = d->errors >= 0 ? lseek(d->errors, 0, SEEK_END) : 0;
    if (size > 0)
        n = pread(d->errors, buf, sizeof(buf) - 1,
                  size > (off_t)sizeof(buf) - 1 ? size - (off_t)sizeof(buf) + 1 : 0);
    if (n <= 0)
        return g_strdup("it printed nothing on stderr");
    buf[n] = 0;
    g_strstrip(buf);
    return g_strescape(buf, "\"'\\\t");
}

static int
fail(struct dialogue *d, const char *binary, struct err *err, const char *what)
{
    g_autofree char *how = NULL;
    int status;
    /* It closed its end: the exit status is there any moment, unless it is what hangs. */
    if (d->started && process_wait(&d->proc, deadline_in_ms(200), &status) == 1) {
        d->started = false;
        process_close(&d->proc);
        g_autofree char *text = process_status_text(status);
        how = g_strconcat(", it ended with ", text, NULL);
    }
    g_autofree char *words = last_words(d);
    return err_set(err, VIR_ERR_INTERNAL_ERROR,
                   "cannot probe emulator '%s' with accelerator %s: %s%s: %s; "
                   "run '%s --version' to see whether it works at all",
                   binary, d->accel, what, how ? how : "", words, binary);
}

/* Whole lines in `got` are the greeting, answers and events. */
static int
take_lines(struct dialogue *d, const char *binary, struct err *err)
{
    char *from = d->got->str, *nl;
    while ((nl = memchr(from, '\n', d->got->len - (from - d->got->str)))) {
        json_error_t why;
        json_t *line = json_loadb(from, nl - from, JSON_ALLOW_NUL, &why);
        /* Numbers of 64 bits without sign occur among CPU properties. */
        if (!line && json_error_code(&why) == json_error_numeric_overflow)
            line = json_loadb(from, nl - from, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &why);
        if (!line)
            return fail(d, binary, err, "its monitor sends something else than JSON");
        from = nl + 1;
        if ((json_object_get(line, "return") || json_object_get(line, "error")) &&
            d->nanswers < d->nquestions)
            d->answers[d->nanswers++] = line;
        else
            json_decref(line);
    }
    g_string_erase(d->got, 0, from - d->got->str);
    d->done = d->nanswers == d->nquestions;
    return 0;
}

static int
pump(struct dialogue *d, short events, const char *binary, struct err *err)
{
    size_t all = strlen(d->script);
    if (events & POLLOUT) {
        ssize_t n = send(d->fd, d->script + d->sent, all - d->sent, MSG_NOSIGNAL);
        if (n > 0)
            d->sent += n;
        /* A failed write shows as end of file too. */
    }
    if (!(events & (POLLIN | POLLHUP | POLLERR)))
        return 0;
    for (;;) {
        char buf[65536];
        ssize_t n = read(d->fd, buf, sizeof(buf));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (n < 0)
            return fail(d, binary, err, "reading its monitor failed");
        if (n == 0)
            return fail(d, binary, err,
                        d->nanswers ? "it ended in the middle of the dialogue" : "it did not start");
        g_string_append_len(d->got, buf, n);
        if (d->got->len > MAX_OUTPUT)
            return fail(d, binary, err, "it sends without end");
        if (memchr(buf, '\n', n) && take_lines(d, binary, err) < 0)
            return -1;
        if (d->done)
            return 0;
    }
}

/* Runs one or two dialogues to their ends; the second may fail alone. */
static int
converse(struct dialogue *d, size_t n, const char *binary, struct err *err)
{
    gint64 deadline = g_get_monotonic_time() + PROBE_SECONDS * G_USEC_PER_SEC;
    bool failed[2] = { false, false };
    for (;;) {
        struct pollfd fds[2];
        nfds_t nfds = 0;
        for (size_t i = 0; i < n; i++) {
            if (d[i].done || failed[i])
                continue;
            short more = d[i].sent < strlen(d[i].script) ? POLLOUT : 0;
            fds[nfds++] = (struct pollfd){ .fd = d[i].fd, .events = POLLIN | more };
        }
        if (!nfds)
            return 0;
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;
        int r = left > 0 ? poll(fds, nfds, left) : 0;
        if (r < 0 && errno != EINTR)
            return err_errno(err, errno, "cannot wait for the emulator '%s'", binary);
        nfds_t k = 0;
        for (size_t i = 0; i < n; i++) {
            if (d[i].done || failed[i])
                continue;
            ERR_AUTO own = ERR_INIT;
            int rc = r == 0 && left <= 0 ? fail(&d[i], binary, &own, "it does not answer in time")
                     : r > 0             ? pump(&d[i], fds[k].revents, binary, &own)
                                         : 0;
            k++;
            if (rc < 0) {
                if (i == 0) {
                    err_move(err, &own);
                    return -1;
                }
                failed[i] = true;
            }
        }
    }
}

static json_t *
answer(const struct dialogue *d, size_t i)
{
    return i < d->nanswers ? json_object_get(d->answers[i], "return") : NULL;
}

/* An array of strings from an array of objects. */
static json_t *
names(json_t *array, const char *key)
{
    json_t *out = json_array();
    size_t i;
    json_t *e;
    json_array_foreach(array, i, e) {
        json_t *name = json_object_get(e, key);
        if (json_is_string(name))
            json_array_append(out, name);
    }
    return out;
}

static json_t *
option_names(json_t *array)
{
    json_t *out = json_array();
    size_t i, k;
    json_t *e, *p;
    json_array_foreach(array, i, e) {
        const char *option = json_string_value(json_object_get(e, "option"));
        if (!option)
            continue;
        json_array_append_new(out, json_string(option));
        json_array_foreach(json_object_get(e, "parameters"), k, p) {
            const char *name = json_string_value(json_object_get(p, "name"));
            if (name)
                json_array_append_new(out, json_sprintf("%s/%s", option, name));
        }
    }
    return out;
}

#define ASK(command) "{\"execute\":\"" command "\"}"
#define EXPAND(model) \
    "{\"execute\":\"query-cpu-model-expansion\",\"arguments\":" \
    "{\"type\":\"full\",\"model\":{\"name\":\"" model "\"}}}"

/* In the order of the enums below. */
static const char *const main_questions[] = {
    ASK("qmp_capabilities"),
    ASK("query-version"),
    ASK("query-target"),
    ASK("query-machines"),
    ASK("query-cpu-definitions"),
    ASK("query-commands"),
    ASK("qom-list-types"),
    ASK("query-command-line-options"),
    ASK("query-chardev-backends"),
    ASK("query-tpm-models"),
    ASK("query-tpm-types"),
    ASK("query-qmp-schema"),
    EXPAND("max"),
};
enum {
    Q_CAPS,
    Q_VERSION,
    Q_TARGET,
    Q_MACHINES,
    Q_CPUS,
    Q_COMMANDS,
    Q_TYPES,
    Q_OPTIONS,
    Q_CHARDEVS,
    Q_TPM_MODELS,
    Q_TPM_TYPES,
    Q_SCHEMA,
    Q_MAX
};
static const char *const kvm_questions[] = {
    ASK("qmp_capabilities"),
    ASK("query-kvm"),
    ASK("query-cpu-definitions"),
    ASK("query-sev-capabilities"),
    ASK("query-sgx-capabilities"),
    ASK("query-gic-capabilities"),
    EXPAND("host"),
    /* All of it, also what keeps a guest on this host and what Hyper-V guests know; only PCs have these
       words. */
    "{\"execute\":\"query-cpu-model-expansion\",\"arguments\":{\"type\":\"full\",\"model\":{\"name\":"
    "\"host\","
    "\"props\":{\"migratable\":false,\"hv-passthrough\":true}}}}",
};
enum { K_CAPS, K_KVM, K_CPUS, K_SEV, K_SGX, K_GIC, K_HOST, K_HOST_ALL };

static void
set_copy(json_t *doc, const char *key, json_t *value)
{
    if (value)
        json_object_set(doc, key, value);
}

static json_t *
document(const char *binary, const struct dialogue *m, const struct dialogue *k)
{
    json_t *doc = json_object();
    json_object_set_new(doc, "binary", json_string(binary));
    set_copy(doc, "version", answer(m, Q_VERSION));
    set_copy(doc, "arch", json_object_get(answer(m, Q_TARGET), "arch"));
    set_copy(doc, "machines", answer(m, Q_MACHINES));
    set_copy(doc, "cpus-tcg", answer(m, Q_CPUS));
    json_object_set_new(doc, "commands", names(answer(m, Q_COMMANDS), "name"));
    json_object_set_new(doc, "types", names(answer(m, Q_TYPES), "name"));
    json_object_set_new(doc, "options", option_names(answer(m, Q_OPTIONS)));
    json_object_set_new(doc, "chardevs", names(answer(m, Q_CHARDEVS), "name"));
    set_copy(doc, "tpm-models", answer(m, Q_TPM_MODELS));
    set_copy(doc, "tpm-types", answer(m, Q_TPM_TYPES));
    set_copy(doc, "max-tcg", json_object_get(answer(m, Q_MAX), "model"));
    uint64_t features = qemu_schema_features(answer(m, Q_SCHEMA));
    json_t *list = json_array();
    for (size_t f = 0; f < QEMU_FEATURE_LAST; f++) {
        if (features >> f & 1)
            json_array_append_new(list, json_string(qemu_feature_name(f)));
    }
    json_object_set_new(doc, "features", list);
    json_t *kvm = k ? answer(k, K_KVM) : NULL;
    json_object_set_new(doc, "kvm", json_boolean(json_is_true(json_object_get(kvm, "enabled"))));
    if (k && k->done) {
        set_copy(doc, "cpus-kvm", answer(k, K_CPUS));
        json_t *all = json_object_get(answer(k, K_HOST_ALL), "model");
        set_copy(doc, "host-kvm", all ? all : json_object_get(answer(k, K_HOST), "model"));
        set_copy(doc, "sev", answer(k, K_SEV));
        set_copy(doc, "sgx", answer(k, K_SGX));
        set_copy(doc, "gic", answer(k, K_GIC));
    }
    return doc;
}

json_t *
qemu_probe_run(const struct qemu_host *host, const char *binary, bool with_kvm, struct err *err)
{
    struct dialogue d[2] = {
        { main_questions, G_N_ELEMENTS(main_questions), "tcg", PROCESS_INIT, false, -1, -1 },
        { kvm_questions, G_N_ELEMENTS(kvm_questions), "kvm", PROCESS_INIT, false, -1, -1 },
    };
    size_t n = with_kvm ? 2 : 1;
    json_t *doc = NULL;
    if (start(&d[0], host, binary, err) == 0) {
        ERR_AUTO ignored = ERR_INIT;
        if (n == 2 && start(&d[1], host, binary, &ignored) < 0)
            n = 1;
        if (converse(d, n, binary, err) == 0)
            doc = document(binary, &d[0], n == 2 ? &d[1] : NULL);
    }
    dialogue_clear(&d[0]);
    dialogue_clear(&d[1]);
    return doc;
}
