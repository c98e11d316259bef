/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may help after an error: names that are like the one given, what to start, whom to ask.  Only for
 * people: on a terminal, or if VIRSH_HINTS is set.  Asks the hypervisor for names. */
#include "shell.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN = 8 }; /* names at most */

static bool
wanted(void)
{
    return isatty(STDERR_FILENO) || getenv("VIRSH_HINTS");
}

static void hint(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
static void
hint(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    fprintf(stderr, "hint: %s\n", text);
}

/* How many single changes lead from one word to the other. */
static int
distance(const char *a, const char *b)
{
    enum { MAX = 32 };
    int n = (int)strlen(b), row[MAX + 1];
    if (n > MAX)
        return MAX;
    for (int j = 0; j <= n; j++)
        row[j] = j;
    for (int i = 1; *a; a++, i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int best = MIN(MIN(row[j] + 1, row[j - 1] + 1),
                           diagonal + (g_ascii_tolower(*a) != g_ascii_tolower(b[j - 1])));
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[n];
}

static bool
alike(const char *given, const char *name)
{
    size_t n = strlen(given);
    return distance(given, name) <= (n < 4 ? 1 : 2) ||
           (n >= 3 && (strcasestr(name, given) || strcasestr(given, name)));
}

void
shell_hint(struct shell *sh, const char *name)
{
    g_autoptr(GString) like = g_string_new(NULL);
    int n = 0;
    if (!wanted() || strlen(name) < 3)
        return;
    for (const struct group_def *g = command_groups; g->keyword; g++)
        for (const struct command_def *c = g->commands; c->name; c++)
            if (!c->hidden && c->run && (strstr(c->name, name) || distance(name, c->name) <= 2) &&
                n++ < SHOWN)
                g_string_append_printf(like, " %s", c->name);
    if (n > SHOWN)
        hint("there are:%s and %d more, %s help lists them", like->str, n - SHOWN, program.name);
    else if (n)
        hint("there are:%s", like->str);
}

void
parse_hint(struct shell *sh, const char *why)
{
    static const char unknown[] = "unknown command: '", option[] = " doesn't support option --";
    const char *at;
    if (g_str_has_prefix(why, unknown)) {
        g_autofree char *name = g_strndup(why + strlen(unknown), strlen(why) - strlen(unknown) - 1);
        shell_hint(sh, name);
    } else if (wanted() && (at = strstr(why, option)) && g_str_has_prefix(why, "command '")) {
        g_autofree char *name = g_strndup(why + strlen("command '"), at - why - strlen("command '") - 1);
        const struct command_def *def = command_find(name);
        g_autoptr(GString) like = g_string_new(NULL);
        for (const struct option_def *o = def ? def->options : NULL; o && o->name; o++)
            if (alike(at + strlen(option), o->name))
                g_string_append_printf(like, " --%s", o->name);
        if (like->len)
            hint("there are:%s", like->str);
        else
            hint("%s help %s lists the options", program.name, name);
    } else if (wanted() && strstr(why, " requires ") && g_str_has_prefix(why, "command '")) {
        g_autofree char *name = g_strndup(why + strlen("command '"), strcspn(why + strlen("command '"), "'"));
        hint("%s help %s tells how it is used", program.name, name);
    }
}

/* The names that exist, if what was given is none of them. */
static bool
hint_names(struct shell *sh, const struct call *call)
{
    for (const struct value *v = call->values; v; v = v->next) {
        const struct finder *f = finders;
        while (f->kind && (!v->opt->complete || strcmp(f->kind, v->opt->complete) != 0))
            f++;
        if (!f->kind || !v->text || f->offline)
            continue;
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        f->find(sh, call, names);
        g_autoptr(GString) like = g_string_new(NULL);
        bool there = false;
        for (guint i = 0; i < names->len; i++) {
            there |= strcmp(names->pdata[i], v->text) == 0;
            if (alike(v->text, names->pdata[i]))
                g_string_append_printf(like, " %s", (char *)names->pdata[i]);
        }
        if (there)
            continue;
        if (like->len) {
            hint("there is:%s", like->str);
            return true;
        }
        for (guint i = 0; i < names->len && i < SHOWN; i++)
            g_string_append_printf(like, " %s", (char *)names->pdata[i]);
        if (names->len)
            hint("there is:%s%s", like->str, names->len > SHOWN ? " …" : "");
        else
            hint("there is none of this kind");
        return true;
    }
    return false;
}

/* Words like one that was given, of those that an option takes and that are known without asking. */
static void
hint_words(struct shell *sh, const struct call *call)
{
    for (const struct value *v = call->values; v; v = v->next) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GString) like = g_string_new(NULL);
        bool there = false;
        int n = 0;
        if (!v->text || strlen(v->text) < 2)
            continue;
        option_words(sh, call, v->opt, words);
        for (guint i = 0; i < words->len; i++) {
            there |= strcmp(words->pdata[i], v->text) == 0;
            if (alike(v->text, words->pdata[i]) && n++ < SHOWN)
                g_string_append_printf(like, " %s", (char *)words->pdata[i]);
        }
        if (!there && n)
            hint("--%s may be:%s%s", v->opt->name, like->str, n > SHOWN ? " …" : "");
    }
}

void
size_hint(void)
{
    if (wanted())
        hint("a size is a number, of KiB or bytes as help says, or one with a unit, such as 512MiB or 2GiB");
}

void
error_hint(struct shell *sh, const struct call *call, int code)
{
    if (!wanted())
        return;
    switch (code) {
    case VIR_ERR_OK: /* the command itself found fault */
        hint_words(sh, call);
        break;
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_NO_NETWORK:
    case VIR_ERR_NO_STORAGE_POOL:
    case VIR_ERR_NO_STORAGE_VOL:
    case VIR_ERR_NO_NODE_DEVICE:
    case VIR_ERR_NO_INTERFACE:
    case VIR_ERR_NO_SECRET:
    case VIR_ERR_NO_NWFILTER:
    case VIR_ERR_NO_NWFILTER_BINDING:
    case VIR_ERR_NO_DOMAIN_SNAPSHOT:
    case VIR_ERR_NO_DOMAIN_CHECKPOINT:
    case VIR_ERR_NO_SERVER:
    case VIR_ERR_NO_CLIENT:
        hint_names(sh, call);
        break;
    case VIR_ERR_OPERATION_DENIED:
        if (sh->readonly)
            hint("this connection is for looking only: connect to %s without --readonly",
                 sh->uri ? sh->uri : "a URI");
        break;
    case VIR_ERR_NO_SUPPORT:
        hint("the driver of this connection has no such call");
        break;
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_ACCESS_DENIED:
        hint("users of the group libvirt and those whom polkit lets may do this; 'id' shows your groups");
        break;
    default:
        break;
    }
    err_forget(sh);
}

void
connect_hint(struct shell *sh, const char *why)
{
    if (!wanted() || !why)
        return;
    bool session = sh->uri && strstr(sh->uri, "/session");
    if (strstr(why, "Permission denied"))
        hint("the socket is not yours to use: join the group libvirt (usermod -aG libvirt USER, then log in "
             "again), "
             "become root, or use qemu:///session");
    else if (strstr(why, "certificate"))
        hint("TLS needs certificates on both sides, virt-pki-validate looks at those here; "
             "qemu+ssh://HOST/system needs none");
    else if (strstr(why, "socket") || strstr(why, "Connection refused"))
        hint(session
                 ? "the daemon of your session does not run and could not be started; try: vireod --session"
                 : "the daemon does not run on that host; start it: systemctl start libvirtd.socket (or "
                   "vireod)");
    else if (strstr(why, "resolve") || strstr(why, "Name or service"))
        hint("is the name of the host in the URI right?");
    else if (strstr(why, "no connection driver"))
        hint("known are URIs such as qemu:///system, qemu:///session, qemu+ssh://HOST/system, "
             "test:///default");
}
