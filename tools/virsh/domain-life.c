/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a domain: define, start, stop, suspend, rename, undefine.  The commands wait for the call
 * of the library. */
#include "cmd.h"
#include "file.h"
#include "lookup.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Commands that do one thing to one domain and say so. */
static bool
simple(struct shell *sh, const struct call *call, int (*fn)(virDomainPtr), const char *failed,
       const char *done)
{
    const char *name = NULL;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom)
        return false;
    if (fn(dom) < 0)
        return fail(sh, "Failed to %s domain '%s'", failed, name);
    say(sh, "Domain '%s' %s\n", name, done);
    return true;
}

bool
cmd_suspend(struct shell *sh, const struct call *call)
{
    return simple(sh, call, virDomainSuspend, "suspend", "suspended");
}

bool
cmd_resume(struct shell *sh, const struct call *call)
{
    return simple(sh, call, virDomainResume, "resume", "resumed");
}

static int
reset(virDomainPtr dom)
{
    return virDomainReset(dom, 0);
}

bool
cmd_reset(struct shell *sh, const struct call *call)
{
    return simple(sh, call, reset, "reset", "was reset");
}

static const struct {
    const char *name;
    unsigned int shutdown, reboot;
} modes[] = {
    {"acpi", VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN, VIR_DOMAIN_REBOOT_ACPI_POWER_BTN},
    {"agent", VIR_DOMAIN_SHUTDOWN_GUEST_AGENT, VIR_DOMAIN_REBOOT_GUEST_AGENT},
    {"initctl", VIR_DOMAIN_SHUTDOWN_INITCTL, VIR_DOMAIN_REBOOT_INITCTL},
    {"signal", VIR_DOMAIN_SHUTDOWN_SIGNAL, VIR_DOMAIN_REBOOT_SIGNAL},
    {"paravirt", VIR_DOMAIN_SHUTDOWN_PARAVIRT, VIR_DOMAIN_REBOOT_PARAVIRT},
};

static bool
mode_flags(struct shell *sh, const struct call *call, bool reboot, unsigned int *flags)
{
    const char *mode = NULL;
    if (opt_string(sh, call, "mode", &mode) < 0)
        return false;
    g_auto(GStrv) words = g_strsplit(mode ? mode : "", ",", 0);
    for (size_t i = 0; words[i]; i++) {
        size_t m = 0;
        while (m < G_N_ELEMENTS(modes) && strcmp(modes[m].name, words[i]) != 0)
            m++;
        if (m == G_N_ELEMENTS(modes))
            return fail(
                sh, "Unknown mode %s value, expecting 'acpi', 'agent', 'initctl', 'signal', or 'paravirt'",
                words[i]);
        *flags |= reboot ? modes[m].reboot : modes[m].shutdown;
    }
    return true;
}

bool
cmd_shutdown(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    unsigned int flags = 0;
    if (!mode_flags(sh, call, false, &flags))
        return false;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom)
        return false;
    if ((flags ? virDomainShutdownFlags(dom, flags) : virDomainShutdown(dom)) < 0)
        return fail(sh, "Failed to shutdown domain '%s'", name);
    say(sh, "Domain '%s' is being shutdown\n", name);
    return true;
}

bool
cmd_reboot(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    unsigned int flags = 0;
    if (!mode_flags(sh, call, true, &flags))
        return false;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom)
        return false;
    if (virDomainReboot(dom, flags) < 0)
        return fail(sh, "Failed to reboot domain '%s'", name);
    say(sh, "Domain '%s' is being rebooted\n", name);
    return true;
}

bool
cmd_destroy(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    unsigned int flags = 0;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom)
        return false;
    if (opt_flag(call, "graceful"))
        flags |= VIR_DOMAIN_DESTROY_GRACEFUL;
    if (opt_flag(call, "remove-logs"))
        flags |= VIR_DOMAIN_DESTROY_REMOVE_LOGS;
    if ((flags ? virDomainDestroyFlags(dom, flags) : virDomainDestroy(dom)) < 0)
        return fail(sh, "Failed to destroy domain '%s'", name);
    say(sh, "Domain '%s' destroyed\n", name);
    return true;
}

bool
cmd_autostart(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    bool off = opt_flag(call, "disable"), once = opt_flag(call, "once");
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom)
        return false;
#if API_12
    if (once) {
        if (virDomainSetAutostartOnce(dom, !off) < 0)
            return fail(sh, off ? "Failed to unmark domain '%s' as autostarted once"
                                : "Failed to mark domain '%s' as autostarted once", name);
        say(sh, off ? "Domain '%s' unmarked as autostarted once\n"
                    : "Domain '%s' marked as autostarted once\n", name);
        return true;
    }
#else
    if (once)
        return fail(sh, "this build has no option --once");
#endif
    if (virDomainSetAutostart(dom, !off) < 0)
        return fail(sh, off ? "Failed to unmark domain '%s' as autostarted"
                            : "Failed to mark domain '%s' as autostarted", name);
    say(sh, off ? "Domain '%s' unmarked as autostarted\n" : "Domain '%s' marked as autostarted\n", name);
    return true;
}

bool
cmd_define(struct shell *sh, const struct call *call)
{
    g_autofree char *xml = NULL;
    if (opt_file(sh, call, "file", &xml) <= 0)
        return false;
    unsigned int flags = opt_flag(call, "validate") ? VIR_DOMAIN_DEFINE_VALIDATE : 0;
    g_autoptr(virDomain) dom = flags ? virDomainDefineXMLFlags(sh->conn, xml, flags)
                                     : virDomainDefineXML(sh->conn, xml);
    if (!dom)
        return fail(sh, "Failed to define domain from %s", opt_text(call, "file"));
    say(sh, "Domain '%s' defined from %s\n", virDomainGetName(dom), opt_text(call, "file"));
    return true;
}

bool
cmd_create(struct shell *sh, const struct call *call)
{
    g_autofree char *xml = NULL;
    g_autofree int *fds = NULL;
    size_t nfds;
    unsigned int flags = 0;
    if (opt_file(sh, call, "file", &xml) <= 0 || !opt_fds(sh, call, "pass-fds", &fds, &nfds))
        return false;
    if (opt_flag(call, "paused"))
        flags |= VIR_DOMAIN_START_PAUSED;
    if (opt_flag(call, "autodestroy"))
        flags |= VIR_DOMAIN_START_AUTODESTROY;
    if (opt_flag(call, "validate"))
        flags |= VIR_DOMAIN_START_VALIDATE;
    if (opt_flag(call, "reset-nvram"))
        flags |= VIR_DOMAIN_START_RESET_NVRAM;
    g_autoptr(virDomain) dom = nfds ? virDomainCreateXMLWithFiles(sh->conn, xml, nfds, fds, flags)
                                    : virDomainCreateXML(sh->conn, xml, flags);
    if (!dom)
        return fail(sh, "Failed to create domain from %s", opt_text(call, "file"));
    say(sh, "Domain '%s' created from %s\n", virDomainGetName(dom), opt_text(call, "file"));
    if (opt_flag(call, "console"))
        console_run(sh, dom, NULL, 0, false);
    return true;
}

bool
cmd_start(struct shell *sh, const struct call *call)
{
    g_autofree int *fds = NULL;
    size_t nfds;
    unsigned int flags = 0;
    int rc;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, NULL, BY_NAME | BY_UUID);
    if (!dom || !opt_fds(sh, call, "pass-fds", &fds, &nfds))
        return false;
    if (virDomainGetID(dom) != (unsigned int)-1)
        return fail(sh, "Domain is already active");
    if (opt_flag(call, "paused"))
        flags |= VIR_DOMAIN_START_PAUSED;
    if (opt_flag(call, "autodestroy"))
        flags |= VIR_DOMAIN_START_AUTODESTROY;
    if (opt_flag(call, "bypass-cache"))
        flags |= VIR_DOMAIN_START_BYPASS_CACHE;
    if (opt_flag(call, "force-boot"))
        flags |= VIR_DOMAIN_START_FORCE_BOOT;
    if (opt_flag(call, "reset-nvram"))
        flags |= VIR_DOMAIN_START_RESET_NVRAM;
    if (nfds)
        rc = virDomainCreateWithFiles(dom, nfds, fds, flags);
    else
        rc = flags ? virDomainCreateWithFlags(dom, flags) : virDomainCreate(dom);
    if (rc < 0)
        return fail(sh, "Failed to start domain '%s'", virDomainGetName(dom));
    say(sh, "Domain '%s' started\n", virDomainGetName(dom));
    if (opt_flag(call, "console"))
        return console_run(sh, dom, NULL, 0, false);
    return true;
}

bool
cmd_domrename(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "new-name", &name) <= 0)
        return false;
    if (virDomainRename(dom, name, 0) < 0)
        return false;
    say(sh, "Domain successfully renamed\n");
    return true;
}

/* ---- undefine, with its storage ---- */

struct storage {
    char *target, *source;
    virStorageVolPtr vol;
};

static void
storage_free(void *opaque)
{
    struct storage *s = opaque;
    g_free(s->target);
    g_free(s->source);
    if (s->vol)
        virStorageVolFree(s->vol);
    g_free(s);
}

/* The volumes behind the domain's disks that were asked for. */
static bool
storage_find(struct shell *sh, const struct call *call, virDomainPtr dom, GPtrArray *found)
{
    const char *list = NULL;
    if (opt_string(sh, call, "storage", &list) < 0)
        return false;
    g_auto(GStrv) wanted = list ? g_strsplit(list, ",", 0) : NULL;
    size_t n = wanted ? g_strv_length(wanted) : 0;
    g_autofree bool *seen = g_new0(bool, n + 1);
    auto_lib char *xml = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE);
    g_autoptr(xml_doc) doc = xml ? xml_parse(xml) : NULL;
    if (!doc)
        return fail(sh, "Could not read the definition of domain '%s'", virDomainGetName(dom));
    g_autoptr(GPtrArray) disks = xml_nodes(doc, NULL, "/domain/devices/disk");
    for (guint i = 0; i < disks->len; i++) {
        g_autofree char *target = xml_text(doc, disks->pdata[i], "string(./target/@dev)");
        g_autofree char *source =
            xml_text(doc, disks->pdata[i],
                     "string(./source/@file|./source/@dir|./source/@dev|./source/@name)");
        g_autofree char *pool = xml_text(doc, disks->pdata[i], "string(./source/@pool)");
        g_autofree char *volume = xml_text(doc, disks->pdata[i], "string(./source/@volume)");
        bool take = opt_flag(call, "remove-all-storage");
        if (!source && !(pool && volume))
            continue;
        for (size_t w = 0; w < n; w++) {
            if (g_strcmp0(wanted[w], target) == 0 || g_strcmp0(wanted[w], source) == 0)
                take = seen[w] = true;
        }
        if (!take)
            continue;
        virStorageVolPtr vol;
        if (pool && volume) {
            g_autoptr(virStoragePool) p = virStoragePoolLookupByName(sh->conn, pool);
            if (!p) {
                fail(sh, "Storage pool '%s' for volume '%s' not found.\n", pool, target);
                err_forget(sh);
                continue;
            }
            vol = virStorageVolLookupByName(p, volume);
        } else {
            vol = virStorageVolLookupByPath(sh->conn, source);
        }
        if (!vol) {
            fail(sh, "Storage volume '%s'(%s) is not managed by libvirt. Remove it manually.\n", target,
                 source ? source : volume);
            err_forget(sh);
            continue;
        }
        struct storage *s = g_new0(struct storage, 1);
        s->target = g_strdup(target);
        s->source = g_strdup(source ? source : volume);
        s->vol = vol;
        g_ptr_array_add(found, s);
    }
    for (size_t w = 0; w < n; w++)
        if (!seen[w])
            return fail(sh, "Volume '%s' was not found in domain's definition.\n", wanted[w]);
    return true;
}

static bool
storage_remove(struct shell *sh, const struct call *call, GPtrArray *found)
{
    bool ok = true;
    unsigned int flags =
        opt_flag(call, "delete-storage-volume-snapshots") ? VIR_STORAGE_VOL_DELETE_WITH_SNAPSHOTS : 0;
    for (guint i = 0; i < found->len; i++) {
        struct storage *s = found->pdata[i];
        if (opt_flag(call, "wipe-storage")) {
            say(sh, "Wiping volume '%s'(%s) ... ", s->target, s->source);
            fflush(stdout);
            if (virStorageVolWipe(s->vol, 0) < 0) {
                ok = fail(sh, "Failed! Volume not removed.");
                err_tell(sh);
                continue;
            }
            say(sh, "Done.\n");
        }
        if (virStorageVolDelete(s->vol, flags) < 0) {
            ok = fail(sh, "Failed to remove storage volume '%s'(%s)", s->target, s->source);
            err_tell(sh);
        } else {
            say(sh, "Volume '%s'(%s) removed.\n", s->target, s->source);
        }
    }
    return ok;
}

/* A driver that does not know what a flag is about has nothing to keep or remove either. */
static bool
undefine(struct shell *sh, virDomainPtr dom, unsigned int flags)
{
    if (!flags)
        return virDomainUndefine(dom) == 0;
    if (virDomainUndefineFlags(dom, flags) == 0)
        return true;
    int code = err_code(sh);
    return !(flags & VIR_DOMAIN_UNDEFINE_NVRAM) &&
           (code == VIR_ERR_NO_SUPPORT || code == VIR_ERR_INVALID_ARG) &&
           virDomainHasManagedSaveImage(dom, 0) <= 0 && virDomainSnapshotNum(dom, 0) <= 0 &&
           virDomainUndefine(dom) == 0;
}

bool
cmd_undefine(struct shell *sh, const struct call *call)
{
    static const struct {
        const char *option;
        unsigned int flag;
    } map[] = {
        {"managed-save", VIR_DOMAIN_UNDEFINE_MANAGED_SAVE},
        {"snapshots-metadata", VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA},
        {"checkpoints-metadata", VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA},
        {"nvram", VIR_DOMAIN_UNDEFINE_NVRAM},
        {"keep-nvram", VIR_DOMAIN_UNDEFINE_KEEP_NVRAM},
        {"tpm", VIR_DOMAIN_UNDEFINE_TPM},
        {"keep-tpm", VIR_DOMAIN_UNDEFINE_KEEP_TPM},
    };
    const char *name = NULL;
    unsigned int flags = 0;
    bool storage =
        (opt_text(call, "storage") && *opt_text(call, "storage")) || opt_flag(call, "remove-all-storage");
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(storage_free);
    if (!opt_exclusive(sh, call, "nvram", "keep-nvram", NULL) ||
        !opt_exclusive(sh, call, "tpm", "keep-tpm", NULL))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(map); i++)
        if (opt_flag(call, map[i].option))
            flags |= map[i].flag;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom)
        return false;
    if (!storage && (opt_flag(call, "wipe-storage") || opt_flag(call, "delete-storage-volume-snapshots")))
        return fail(sh, "options that handle storage need --storage or --remove-all-storage");
    if (storage) {
        if (virDomainIsActive(dom) > 0)
            return fail(sh, "Storage volume deletion is supported only on stopped domains");
        if (opt_flag(call, "storage") && opt_flag(call, "remove-all-storage"))
            return fail(sh, "Options --%s and --%s are mutually exclusive", "storage", "remove-all-storage");
        if (!storage_find(sh, call, dom, found))
            return false;
    }
    if (!(flags & VIR_DOMAIN_UNDEFINE_MANAGED_SAVE) && virDomainHasManagedSaveImage(dom, 0) > 0)
        return fail(sh, "Domain '%s' has a saved state, which undefining would lose: add --managed-save",
                    name);
    if (!undefine(sh, dom, flags))
        return fail(sh, "Failed to undefine domain '%s'", name);
    say(sh, "Domain '%s' has been undefined\n", name);
    return storage_remove(sh, call, found);
}

bool
cmd_set_lifecycle_action(struct shell *sh, const struct call *call)
{
    static const char *const types[] = {"poweroff", "reboot", "crash"};
    static const char *const actions[] = {"destroy", "restart", "rename-restart", "preserve",
                                          "coredump-destroy", "coredump-restart"};
    const char *type = NULL, *action = NULL;
    unsigned int flags = 0, t = 0, a = 0;
    if (!affect_flags(sh, call, &flags) || opt_string(sh, call, "type", &type) <= 0 ||
        opt_string(sh, call, "action", &action) <= 0)
        return false;
    while (t < G_N_ELEMENTS(types) && strcmp(types[t], type) != 0)
        t++;
    if (t == G_N_ELEMENTS(types))
        return fail(sh, "Invalid lifecycle type '%s'.", type);
    while (a < G_N_ELEMENTS(actions) && strcmp(actions[a], action) != 0)
        a++;
    if (a == G_N_ELEMENTS(actions))
        return fail(sh, "Invalid lifecycle action '%s'.", action);
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (virDomainSetLifecycleAction(dom, t, a, flags) < 0)
        return fail(sh, "Unable to change lifecycle action.");
    return true;
}

bool
cmd_dom_fd_associate(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    g_autofree int *fds = NULL;
    size_t n;
    unsigned int flags = 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "name", &name) <= 0 || !opt_fds(sh, call, "pass-fds", &fds, &n))
        return false;
    if (opt_flag(call, "seclabel-writable"))
        flags |= VIR_DOMAIN_FD_ASSOCIATE_SECLABEL_WRITABLE;
    if (opt_flag(call, "seclabel-restore"))
        flags |= VIR_DOMAIN_FD_ASSOCIATE_SECLABEL_RESTORE;
    return virDomainFDAssociate(dom, name, n, fds, flags) == 0;
}
