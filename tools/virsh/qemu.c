/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that reach through to QEMU's monitor, the guest agent and containers. */
#include "cmd.h"
#include "events.h"
#include "file.h"
#include "lookup.h"

#include <errno.h>
#include <jansson.h>
#include <libvirt/libvirt-lxc.h>
#include <libvirt/libvirt-qemu.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *
indented(const char *text)
{
    json_t *v = json_loads(text, JSON_DECODE_ANY, NULL);
    char *s = v ? json_dumps(v, JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_PRESERVE_ORDER) : NULL;
    json_decref(v);
    return s;
}

/* What is sent: a whole JSON command, or the name of a command with its arguments, either one JSON object or
 * members of one: `qom-list '"path":"/"'`. NULL and told if that is not JSON. */
static char *
monitor_command(struct shell *sh, const struct call *call)
{
    const struct value *pos = NULL;
    const char *name = opt_word(call, "cmd", &pos), *word = NULL;
    json_error_t why;
    if (opt_flag(call, "hmp") || name[0] == '{')
        return opt_words_joined(call, "cmd");
    json_t *command = json_pack("{ss}", "execute", name);
    if (!command) {
        fail(sh, "the name of the command is not UTF-8");
        return NULL;
    }
    g_autoptr(GString) members = g_string_new(NULL);
    while ((word = opt_word(call, "cmd", &pos)))
        g_string_append_printf(members, "%s%s", members->len ? "," : "", word);
    if (members->len) {
        g_autofree char *object = members->str[0] == '{' ? g_strdup(members->str)
                                                         : g_strdup_printf("{%s}", members->str);
        json_t *arguments = json_loads(object, 0, &why);
        if (!arguments) {
            json_decref(command);
            fail(sh, "failed to wrap arguments '%s' into a QMP command wrapper", members->str);
            fail(sh, "they are not members of a JSON object: %s", why.text);
            return NULL;
        }
        json_object_set_new(command, "arguments", arguments);
    }
    auto_lib char *text = json_dumps(command, JSON_COMPACT);
    json_decref(command);
    return g_strdup(text);
}

bool
cmd_qemu_monitor_command(struct shell *sh, const struct call *call)
{
    g_autofree char *command = NULL;
    g_autofree int *fds = NULL;
    size_t nfds;
    auto_lib char *result = NULL;
    bool pretty = opt_flag(call, "pretty"), value = opt_flag(call, "return-value");
    unsigned int flags = opt_flag(call, "hmp") ? VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP : 0;
    int rc;
    if (!opt_exclusive(sh, call, "hmp", "pretty", NULL) ||
        !opt_exclusive(sh, call, "hmp", "return-value", NULL) || !opt_fds(sh, call, "pass-fds", &fds, &nfds))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    command = monitor_command(sh, call);
    if (!command)
        return false;
    if (nfds)
        rc = virDomainQemuMonitorCommandWithFiles(dom, command, nfds, fds, NULL, NULL, &result, flags);
    else
        rc = virDomainQemuMonitorCommand(dom, command, &result, flags);
    if (rc < 0)
        return false;
    if (value || pretty) {
        json_error_t why;
        json_t *reply = json_loads(result, 0, &why);
        if (!reply)
            return fail(sh, "the monitor's reply is not JSON: %s", why.text);
        json_t *shown = value ? json_object_get(reply, "return") : reply;
        if (!shown) {
            json_decref(reply);
            return fail(sh, "'return' member missing");
        }
        auto_lib char *text = json_dumps(shown, JSON_ENCODE_ANY | (pretty ? JSON_INDENT(2) : JSON_COMPACT));
        json_decref(reply);
        out(sh, "%s", text);
        return true;
    }
    out(sh, "%s\n", result);
    return true;
}

bool
cmd_qemu_agent_command(struct shell *sh, const struct call *call)
{
    g_autofree char *command = opt_words_joined(call, "cmd");
    int timeout = VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT;
    if (!opt_exclusive(sh, call, "timeout", "async", NULL) ||
        !opt_exclusive(sh, call, "timeout", "block", NULL) ||
        !opt_exclusive(sh, call, "async", "block", NULL))
        return false;
    int rc = opt_int(sh, call, "timeout", &timeout);
    if (rc < 0)
        return false;
    if (rc > 0 && timeout < 1)
        return fail(sh, "timeout must be positive");
    if (opt_flag(call, "async"))
        timeout = VIR_DOMAIN_QEMU_AGENT_COMMAND_NOWAIT;
    if (opt_flag(call, "block"))
        timeout = VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    auto_lib char *result = dom ? virDomainQemuAgentCommand(dom, command, timeout, 0) : NULL;
    if (!result)
        return false;
    auto_lib char *text = opt_flag(call, "pretty") ? indented(result) : NULL;
    if (text)
        out(sh, "%s\n\n", text); /* as the reference's text ends */
    else
        out(sh, "%s\n", result);
    return true;
}

bool
cmd_qemu_attach(struct shell *sh, const struct call *call)
{
    unsigned int pid = 0;
    const char *text = NULL;
    char *end;
    if (opt_string(sh, call, "pid", &text) <= 0)
        return false;
    guint64 n = g_ascii_strtoull(text, &end, 10);
    if (*end || n == 0 || n > G_MAXINT)
        return fail(sh, "Numeric value '%s' for <%s> option is malformed or out of range", text, "pid");
    pid = (unsigned int)n;
    g_autoptr(virDomain) dom = virDomainQemuAttach(sh->conn, pid, 0);
    if (!dom)
        return fail(sh, "Failed to attach to pid %u", pid);
    say(sh, "Domain '%s' attached to pid %u\n", virDomainGetName(dom), pid);
    return true;
}

/* ---- events of the monitor ---- */

struct monitor_watch {
    struct event_wait wait;
    bool pretty;
};

static void
on_monitor_event(virConnectPtr conn, virDomainPtr dom, const char *event, long long seconds,
                 unsigned int micros, const char *details, void *opaque)
{
    struct monitor_watch *w = opaque;
    auto_lib char *text = w->pretty && details ? indented(details) : NULL;
    const char *name = virDomainGetName(dom), *shown = text ? text : details ? details : "<null>";
    if (w->wait.timestamp) /* which stands before it */
        event_print(&w->wait, "event %s for domain '%s': %s", event, name, shown);
    else
        event_print(&w->wait, "event %s at %lld.%06u for domain '%s': %s", event, seconds, micros, name,
                    shown);
}

static void
monitor_unref(void *opaque)
{
    g_atomic_rc_box_release(opaque);
}

bool
cmd_qemu_monitor_event(struct shell *sh, const struct call *call)
{
    const char *event = NULL;
    unsigned int flags = 0;
    int timeout = 0;
    g_autoptr(virDomain) dom = NULL;
    if (opt_flag(call, "regex"))
        flags |= VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX;
    if (opt_flag(call, "no-case"))
        flags |= VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE;
    if (opt_string(sh, call, "event", &event) < 0 || opt_timeout_ms(sh, call, &timeout) < 0 ||
        (opt_text(call, "domain") && !(dom = domain_of(sh, call))))
        return false;
    struct monitor_watch *w = g_atomic_rc_box_new0(struct monitor_watch);
    event_wait_init(&w->wait, sh, call);
    w->pretty = opt_flag(call, "pretty");
    int id = virConnectDomainQemuMonitorEventRegister(sh->conn, dom, event, on_monitor_event,
                                                      g_atomic_rc_box_acquire(w), monitor_unref, flags);
    bool ok = id >= 0 && event_wait_run(&w->wait, timeout);
    if (id >= 0)
        virConnectDomainQemuMonitorEventDeregister(sh->conn, id);
    else
        g_atomic_rc_box_release(w);
    g_atomic_rc_box_release(w);
    return ok;
}

/* ---- containers ---- */

/* In the child: enters the container's namespaces; does not return. A second fork puts the program into the
 * container's PID namespace. */
static void
enter_and_run(virDomainPtr dom, int *fds, int nfds, char **argv, bool relabel)
{
    virSecurityModel model;
    virSecurityLabel label;
    memset(&model, 0, sizeof(model));
    memset(&label, 0, sizeof(label));
    if (relabel && virNodeGetSecurityModel(virDomainGetConnect(dom), &model) == 0 && model.model[0] &&
        virDomainGetSecurityLabel(dom, &label) == 0 &&
        virDomainLxcEnterSecurityLabel(&model, &label, NULL, 0) < 0)
        _exit(126);
    if (virDomainLxcEnterCGroup(dom, 0) < 0 || virDomainLxcEnterNamespace(dom, nfds, fds, NULL, NULL, 0) < 0)
        _exit(126);
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[0], argv);
        _exit(errno == ENOENT ? 127 : 126);
    }
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        _exit(126);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

bool
cmd_lxc_enter_namespace(struct shell *sh, const struct call *call)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const struct value *pos = NULL;
    const char *word;
    int *fds = NULL, status = 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    while ((word = opt_word(call, "cmd", &pos)))
        g_ptr_array_add(argv, (char *)word);
    g_ptr_array_add(argv, NULL);
    int n = virDomainLxcOpenNamespace(dom, &fds, 0);
    if (n < 0)
        return false;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        enter_and_run(dom, fds, n, (char **)argv->pdata, !opt_flag(call, "noseclabel"));
    for (int i = 0; i < n; i++)
        close(fds[i]);
    free(fds);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return fail(sh, "cannot start a process for the container: %s", g_strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fail(sh, "the command ended with status %d", WIFEXITED(status) ? WEXITSTATUS(status) : status);
    return true;
}
