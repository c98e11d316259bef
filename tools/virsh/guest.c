/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens inside the guest: file systems, users, processes, keys, screen, power. Most need its agent
 * and wait for it. */
#include "cmd.h"
#include "file.h"
#include "keys.h"
#include "lookup.h"
#include "params.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char **
mountpoints(const struct call *call, unsigned int *n)
{
    GPtrArray *list = g_ptr_array_new();
    const struct value *pos = NULL;
    const char *word;
    while ((word = opt_word(call, "mountpoint", &pos)))
        g_ptr_array_add(list, (char *)word);
    *n = list->len;
    g_ptr_array_add(list, NULL);
    return (const char **)g_ptr_array_free(list, FALSE);
}

bool
cmd_domfsfreeze(struct shell *sh, const struct call *call)
{
    unsigned int n;
    g_autofree const char **list = mountpoints(call, &n);
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    int done = virDomainFSFreeze(dom, n ? list : NULL, n, 0);
    if (done < 0)
        return fail(sh, "Unable to freeze filesystems");
    say(sh, "Froze %d filesystem(s)\n", done);
    return true;
}

bool
cmd_domfsthaw(struct shell *sh, const struct call *call)
{
    unsigned int n;
    g_autofree const char **list = mountpoints(call, &n);
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    int done = virDomainFSThaw(dom, n ? list : NULL, n, 0);
    if (done < 0)
        return fail(sh, "Unable to thaw filesystems");
    say(sh, "Thawed %d filesystem(s)\n", done);
    return true;
}

bool
cmd_domfstrim(struct shell *sh, const struct call *call)
{
    unsigned long long minimum = 0;
    const char *mountpoint = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_ullong(sh, call, "minimum", &minimum) < 0 ||
        opt_string(sh, call, "mountpoint", &mountpoint) < 0)
        return false;
    if (virDomainFSTrim(dom, mountpoint, minimum, 0) < 0)
        return fail(sh, "Unable to invoke fstrim");
    return true;
}

bool
cmd_domfsinfo(struct shell *sh, const struct call *call)
{
    virDomainFSInfoPtr *list = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    int n = virDomainGetFSInfo(dom, &list, 0);
    if (n < 0)
        return fail(sh, "Unable to get filesystem information");
    if (n == 0) {
        say(sh, "No filesystems are mounted in the domain");
        free(list);
        return true;
    }
    g_autoptr(table) t = table_new("Mountpoint", "Name", "Type", "Target", NULL);
    for (int i = 0; i < n; i++) {
        g_autoptr(GString) targets = g_string_new(NULL);
        for (size_t d = 0; d < list[i]->ndevAlias; d++)
            g_string_append_printf(targets, "%s%s", d ? "," : "", list[i]->devAlias[d]);
        table_row(t, list[i]->mountpoint, list[i]->name, list[i]->fstype, targets->str, NULL);
        virDomainFSInfoFree(list[i]);
    }
    free(list);
    table_print(sh, t);
    return true;
}

bool
cmd_guestinfo(struct shell *sh, const struct call *call)
{
    static const struct {
        const char *option;
        unsigned int flag;
    } kinds[] = {
        {"user", VIR_DOMAIN_GUEST_INFO_USERS}, {"os", VIR_DOMAIN_GUEST_INFO_OS},
        {"timezone", VIR_DOMAIN_GUEST_INFO_TIMEZONE}, {"hostname", VIR_DOMAIN_GUEST_INFO_HOSTNAME},
        {"filesystem", VIR_DOMAIN_GUEST_INFO_FILESYSTEM}, {"disk", VIR_DOMAIN_GUEST_INFO_DISKS},
        {"interface", VIR_DOMAIN_GUEST_INFO_INTERFACES},
#if API_12
        {"load", VIR_DOMAIN_GUEST_INFO_LOAD}, {"devices", VIR_DOMAIN_GUEST_INFO_DEVICES},
#endif
    };
    unsigned int types = 0;
    auto_params p = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (opt_flag(call, kinds[i].option))
            types |= kinds[i].flag;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || virDomainGetGuestInfo(dom, types, &p.list, &p.n, 0) < 0)
        return false;
    params_print(sh, "%-20s: %s\n", p.list, p.n);
    return true;
}

bool
cmd_guest_agent_timeout(struct shell *sh, const struct call *call)
{
    int seconds = VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK;
    if (opt_int(sh, call, "timeout", &seconds) < 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    return dom && virDomainAgentSetResponseTimeout(dom, seconds, 0) == 0;
}

/* ---- users ---- */

bool
cmd_set_user_password(struct shell *sh, const struct call *call)
{
    const char *user = NULL, *password = NULL, *name = NULL;
    unsigned int flags = opt_flag(call, "encrypted") ? VIR_DOMAIN_PASSWORD_ENCRYPTED : 0;
    if (opt_string(sh, call, "user", &user) <= 0 || opt_string(sh, call, "password", &password) <= 0)
        return false;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom || virDomainSetUserPassword(dom, user, password, flags) < 0)
        return false;
    say(sh, "Password set successfully for %s in %s", user, name);
    return true;
}

bool
cmd_get_user_sshkeys(struct shell *sh, const struct call *call)
{
    const char *user = NULL;
    char **keys = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "user", &user) <= 0)
        return false;
    int n = virDomainAuthorizedSSHKeysGet(dom, user, &keys, 0);
    fact_list(sh);
    for (int i = 0; i < n; i++) {
        out(sh, "%s\n", keys[i]);
        free(keys[i]);
    }
    free(keys);
    return n >= 0;
}

bool
cmd_set_user_sshkeys(struct shell *sh, const struct call *call)
{
    const char *user = NULL;
    bool reset = opt_flag(call, "reset"), remove = opt_flag(call, "remove");
    g_autofree char *text = NULL;
    if (!opt_exclusive(sh, call, "reset", "remove", NULL))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "user", &user) <= 0)
        return false;
    int rc = opt_file(sh, call, "file", &text);
    if (rc < 0)
        return false;
    if (rc == 0 && !reset)
        return fail(sh, "option --file is required");
    unsigned int flags = remove ? VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE
                         : reset ? 0 : VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND;
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", 0);
    for (size_t i = 0; lines[i]; i++)
        if (*g_strstrip(lines[i]))
            g_ptr_array_add(keys, lines[i]);
    if (rc > 0 && keys->len == 0)
        return fail(sh, "the file with keys is empty");
    return virDomainAuthorizedSSHKeysSet(dom, user, (const char **)keys->pdata, keys->len, flags) == 0;
}

/* ---- power ---- */

static bool
suspend_target(struct shell *sh, const struct call *call, unsigned int *target)
{
    static const char *const targets[] = {"mem", "disk", "hybrid"};
    const char *text = NULL;
    if (opt_string(sh, call, "target", &text) <= 0)
        return false;
    for (*target = 0; *target < G_N_ELEMENTS(targets); (*target)++)
        if (strcmp(targets[*target], text) == 0)
            return true;
    return fail(sh, "Invalid target");
}

bool
cmd_dompmsuspend(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    unsigned int target;
    unsigned long long duration = 0;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom || opt_ullong(sh, call, "duration", &duration) < 0 || !suspend_target(sh, call, &target))
        return false;
    if (virDomainPMSuspendForDuration(dom, target, duration, 0) < 0)
        return fail(sh, "Domain '%s' could not be suspended", name);
    say(sh, "Domain '%s' successfully suspended", name);
    return true;
}

bool
cmd_dompmwakeup(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom)
        return false;
    if (virDomainPMWakeup(dom, 0) < 0)
        return fail(sh, "Domain '%s' could not be woken up", name);
    say(sh, "Domain '%s' successfully woken up", name);
    return true;
}

bool
cmd_nodesuspend(struct shell *sh, const struct call *call)
{
    unsigned int target;
    long long duration;
    if (!suspend_target(sh, call, &target) || opt_llong(sh, call, "duration", &duration) <= 0)
        return false;
    if (duration < 0)
        return fail(sh, "Invalid duration");
    if (virNodeSuspendForDuration(sh->conn, target, duration, 0) < 0)
        return fail(sh, "The host was not suspended");
    return true;
}

/* ---- keys, signals, screen ---- */

bool
cmd_inject_nmi(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    return dom && virDomainInjectNMI(dom, 0) == 0;
}

bool
cmd_send_key(struct shell *sh, const struct call *call)
{
    enum { KEYS = VIR_DOMAIN_SEND_KEY_MAX_KEYS };
    const char *set_name = "linux", *word;
    unsigned int codes[KEYS], n = 0, holdtime = 0;
    const struct value *pos = NULL;
    if (opt_string(sh, call, "codeset", &set_name) < 0 || opt_uint(sh, call, "holdtime", &holdtime) < 0)
        return false;
    int set = keyset_find(set_name);
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (set < 0)
        return fail(sh, "unknown codeset: '%s'", set_name);
    while ((word = opt_word(call, "keycode", &pos))) {
        if (n == KEYS)
            return fail(sh, "too many keycodes");
        int code = key_find(set, word);
        if (code < 0)
            return fail(sh, "invalid keycode: '%s'", word);
        codes[n++] = (unsigned int)code;
    }
    return virDomainSendKey(dom, set, holdtime, codes, n, 0) == 0;
}

static int
signal_find(const char *text)
{
    static const char *const names[] = {
        "nop", "hup", "int", "quit", "ill", "trap", "abrt", "bus", "fpe", "kill", "usr1", "segv", "usr2",
        "pipe", "alrm", "term", "stkflt", "chld", "cont", "stop", "tstp", "ttin", "ttou", "urg", "xcpu",
        "xfsz", "vtalrm", "prof", "winch", "poll", "pwr", "sys"};
    g_autofree char *lower = g_ascii_strdown(text, -1);
    const char *name = lower;
    char *end;
    long n = strtol(text, &end, 10);
    if (end != text && !*end)
        return n >= 0 && n < VIR_DOMAIN_PROCESS_SIGNAL_RT32 + 1 ? (int)n : -1;
    if (g_str_has_prefix(name, "sig_"))
        name += 4;
    else if (g_str_has_prefix(name, "sig"))
        name += 3;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    if (g_str_has_prefix(name, "rt")) {
        n = strtol(name + 2, &end, 10);
        if (end != name + 2 && !*end && n >= 0 && n <= 32)
            return VIR_DOMAIN_PROCESS_SIGNAL_RT0 + (int)n;
    }
    return -1;
}

bool
cmd_send_process_signal(struct shell *sh, const struct call *call)
{
    const char *text = NULL, *signame = NULL;
    char *end;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "pid", &text) <= 0 || opt_string(sh, call, "signame", &signame) <= 0)
        return false;
    errno = 0;
    long long pid = g_ascii_strtoll(text, &end, 10);
    if (errno || end == text || *end)
        return fail(sh, "Numeric value '%s' for <%s> option is malformed or out of range", text, "pid");
    int sig = signal_find(signame);
    if (sig < 0)
        return fail(sh, "malformed signal name: %s", signame);
    return virDomainSendProcessSignal(dom, pid, (unsigned int)sig, 0) == 0;
}

static const char *
extension_of(const char *mime)
{
    static const char *const known[][2] = { { "image/png", ".png" },
                                            { "image/x-portable-pixmap", ".ppm" },
                                            { "image/jpeg", ".jpg" },
                                            { "image/bmp", ".bmp" } };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(known[i][0], mime) == 0)
            return known[i][1];
    return "";
}

static int
write_fd(virStreamPtr st, const char *data, size_t n, void *opaque)
{
    const int *fd = opaque;
    size_t done = 0;
    while (done < n) {
        ssize_t w = write(*fd, data + done, n - done);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return -1;
        done += w;
    }
    return (int)n;
}

bool
cmd_screenshot(struct shell *sh, const struct call *call)
{
    const char *file = NULL;
    unsigned int screen = 0;
    g_autofree char *made_up = NULL;
    bool ok = false;
    if (opt_string(sh, call, "file", &file) < 0 || opt_uint(sh, call, "screen", &screen) < 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(virStream) st = dom ? virStreamNew(sh->conn, 0) : NULL;
    auto_lib char *mime = st ? virDomainScreenshot(dom, st, screen, 0) : NULL;
    if (!dom)
        return false;
    if (!mime)
        return fail(sh, "could not take a screenshot of %s", virDomainGetName(dom));
    if (!file) {
        g_autoptr(GDateTime) now = g_date_time_new_now_local();
        g_autofree char *stamp = g_date_time_format(now, "%Y-%m-%d-%H:%M:%S");
        g_autofree char *name = g_strdelimit(g_strdup(virDomainGetName(dom)), "/", '_');
        file = made_up = g_strdup_printf("%s-%s%s", name, stamp, extension_of(mime));
    }
    bool created = true;
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST) {
        created = false;
        fd = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC);
    }
    if (fd < 0) {
        fail(sh, "cannot create file %s: %s", file, g_strerror(errno));
        virStreamAbort(st);
        return false;
    }
    if (virStreamRecvAll(st, write_fd, &fd) < 0)
        fail(sh, "could not receive data from domain '%s'", virDomainGetName(dom));
    else if (close(fd) < 0)
        fail(sh, "cannot close file %s: %s", file, g_strerror(errno));
    else if (virStreamFinish(st) < 0)
        fail(sh, "cannot close stream on domain '%s'", virDomainGetName(dom));
    else
        ok = true;
    if (ok)
        say(sh, "Screenshot saved to %s, with type of %s", file, mime);
    else if (created)
        g_unlink(file);
    return ok;
}
