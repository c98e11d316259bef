/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* State on disk: save, restore, managed save, images and core dumps.  Long calls run on a thread with
 * progress; an interrupt cancels them. */
#include "cmd.h"
#include "file.h"
#include "lookup.h"
#include "params.h"
#include "progress.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

/* VIR_DOMAIN_SAVE_* from --running, --paused, --bypass-cache, as far as the command has them. */
static void
save_flags(const struct call *call, unsigned int *flags)
{
    *flags = 0;
    if (option_find(call->def, "bypass-cache") && opt_flag(call, "bypass-cache"))
        *flags |= VIR_DOMAIN_SAVE_BYPASS_CACHE;
    if (opt_flag(call, "running"))
        *flags |= VIR_DOMAIN_SAVE_RUNNING;
    if (opt_flag(call, "paused"))
        *flags |= VIR_DOMAIN_SAVE_PAUSED;
    if (option_find(call->def, "reset-nvram") && opt_flag(call, "reset-nvram"))
        *flags |= VIR_DOMAIN_SAVE_RESET_NVRAM;
}

struct save {
    virDomainPtr dom;
    const char *to, *xml;
    unsigned int flags, format;
    struct params *params;
};

static int
save_run(struct shell *sh, void *ctx)
{
    struct save *s = ctx;
    if (s->params && s->params->n)
        return virDomainSaveParams(s->dom, s->params->list, s->params->n, s->flags);
    return s->flags || s->xml ? virDomainSaveFlags(s->dom, s->to, s->xml, s->flags)
                              : virDomainSave(s->dom, s->to);
}

/* The options newer than the call with a path travel as parameters, and then all of them do. */
static bool
save_params(struct shell *sh, const struct call *call, const char *to, const char *xml, struct params *p)
{
    if (!opt_flag(call, "parallel-channels") && !opt_flag(call, "image-format"))
        return true;
#if API_12
    if (params_add_int(sh, call, "parallel-channels", VIR_DOMAIN_SAVE_PARAM_PARALLEL_CHANNELS, p) < 0 ||
        params_add_string(sh, call, "image-format", VIR_DOMAIN_SAVE_PARAM_IMAGE_FORMAT, p) < 0)
        return false;
#endif
    return virTypedParamsAddString(&p->list, &p->n, &p->max, VIR_DOMAIN_SAVE_PARAM_FILE, to) == 0 &&
           (!xml || virTypedParamsAddString(&p->list, &p->n, &p->max, VIR_DOMAIN_SAVE_PARAM_DXML, xml) == 0);
}

bool
cmd_save(struct shell *sh, const struct call *call)
{
    g_autofree char *xml = NULL;
    auto_params params = {0};
    struct save s = {.params = &params};
    save_flags(call, &s.flags);
    if (opt_string(sh, call, "file", &s.to) <= 0 ||
        opt_file(sh, call, "xml", &xml) < 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || !save_params(sh, call, s.to, xml, &params))
        return false;
    s.dom = dom;
    s.xml = xml;
    struct job job = {
        .dom = dom, .fn = save_run, .ctx = &s, .label = "Save", .verbose = opt_flag(call, "verbose")
    };
    if (job_run(sh, &job) < 0)
        return fail(sh, "Failed to save domain '%s' to %s", virDomainGetName(dom), s.to);
    say(sh, "\nDomain '%s' saved to %s\n", virDomainGetName(dom), s.to);
    return true;
}

struct restore {
    const char *from, *xml;
    unsigned int flags;
    struct params params;
};

static int
restore_run(struct shell *sh, void *ctx)
{
    struct restore *r = ctx;
    if (r->params.n)
        return virDomainRestoreParams(sh->conn, r->params.list, r->params.n, r->flags);
    return r->flags || r->xml ? virDomainRestoreFlags(sh->conn, r->from, r->xml, r->flags)
                              : virDomainRestore(sh->conn, r->from);
}

bool
cmd_restore(struct shell *sh, const struct call *call)
{
    g_autofree char *xml = NULL;
    auto_params params = {0};
    struct restore r = {0};
    save_flags(call, &r.flags);
    if (opt_string(sh, call, "file", &r.from) <= 0 ||
        opt_file(sh, call, "xml", &xml) < 0)
        return false;
    if (opt_flag(call, "parallel-channels")) {
#if API_12
        if (params_add_int(sh, call, "parallel-channels", VIR_DOMAIN_SAVE_PARAM_PARALLEL_CHANNELS, &params) <
            0)
            return false;
#endif
        if (virTypedParamsAddString(&params.list, &params.n, &params.max, VIR_DOMAIN_SAVE_PARAM_FILE,
                                    r.from) < 0 ||
            (xml && virTypedParamsAddString(&params.list, &params.n, &params.max, VIR_DOMAIN_SAVE_PARAM_DXML,
                                            xml) < 0))
            return false;
    }
    r.xml = xml;
    r.params = params;
    struct job job = {.label = "Restore", .fn = restore_run, .ctx = &r};
    if (job_run(sh, &job) < 0)
        return fail(sh, "Failed to restore domain from %s", r.from);
    say(sh, "Domain restored from %s\n", r.from);
    return true;
}

static int
managedsave_run(struct shell *sh, void *ctx)
{
    struct save *s = ctx;
    return virDomainManagedSave(s->dom, s->flags);
}

bool
cmd_managedsave(struct shell *sh, const struct call *call)
{
    struct save s = {0};
    save_flags(call, &s.flags);
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    s.dom = dom;
    struct job job = {.dom = dom, .fn = managedsave_run, .ctx = &s,
                      .label = "Managedsave", .verbose = opt_flag(call, "verbose")};
    if (job_run(sh, &job) < 0)
        return fail(sh, "Failed to save domain '%s' state", virDomainGetName(dom));
    say(sh, "\nDomain '%s' state saved by libvirt\n", virDomainGetName(dom));
    return true;
}

bool
cmd_managedsave_remove(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    int saved = virDomainHasManagedSaveImage(dom, 0);
    if (saved < 0)
        return fail(sh, "Failed to check for domain managed save image");
    if (!saved) {
        say(sh, "Domain '%s' has no manage save image; removal skipped", virDomainGetName(dom));
        return true;
    }
    if (virDomainManagedSaveRemove(dom, 0) < 0)
        return fail(sh, "Failed to remove managed save image for domain '%s'", virDomainGetName(dom));
    say(sh, "Removed managedsave image for domain '%s'", virDomainGetName(dom));
    return true;
}

bool
cmd_managedsave_dumpxml(struct shell *sh, const struct call *call)
{
    unsigned int flags = opt_flag(call, "security-info") ? VIR_DOMAIN_SAVE_IMAGE_XML_SECURE : 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    auto_lib char *xml = dom ? virDomainManagedSaveGetXMLDesc(dom, flags) : NULL;
    return xml && xml_show(sh, call, xml);
}

bool
cmd_managedsave_define(struct shell *sh, const struct call *call)
{
    g_autofree char *xml = NULL;
    unsigned int flags;
    save_flags(call, &flags);
    if (opt_file(sh, call, "xml", &xml) <= 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (virDomainManagedSaveDefineXML(dom, xml, flags) < 0)
        return fail(sh, "Failed to update %s", opt_text(call, "xml"));
    say(sh, "Managed save state file of domain '%s' updated.\n", virDomainGetName(dom));
    return true;
}

struct image_edit {
    virDomainPtr dom; /* a managed save image, or NULL */
    const char *file;
    unsigned int flags;
};

static char *
image_get(struct shell *sh, void *ctx)
{
    struct image_edit *e = ctx;
    return e->dom ? virDomainManagedSaveGetXMLDesc(e->dom, VIR_DOMAIN_SAVE_IMAGE_XML_SECURE)
                  : virDomainSaveImageGetXMLDesc(sh->conn, e->file, VIR_DOMAIN_SAVE_IMAGE_XML_SECURE);
}

static bool
image_set(struct shell *sh, void *ctx, const char *xml)
{
    struct image_edit *e = ctx;
    return (e->dom ? virDomainManagedSaveDefineXML(e->dom, xml, e->flags)
                   : virDomainSaveImageDefineXML(sh->conn, e->file, xml, e->flags)) == 0;
}

static bool
image_edit(struct shell *sh, struct image_edit *e, const char *what)
{
    struct edit edit = {image_get, image_set, e};
    switch (edit_object(sh, &edit)) {
    case EDIT_SAME: say(sh, "%s not changed.\n", what); return true;
    case EDIT_DONE: say(sh, "%s edited.\n", what); return true;
    default: return false;
    }
}

bool
cmd_managedsave_edit(struct shell *sh, const struct call *call)
{
    struct image_edit e = {0};
    save_flags(call, &e.flags);
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    g_autofree char *what = g_strdup_printf("Managed save image of domain '%s' XML configuration",
                                            virDomainGetName(dom));
    e.dom = dom;
    return image_edit(sh, &e, what);
}

bool
cmd_save_image_dumpxml(struct shell *sh, const struct call *call)
{
    const char *file = NULL;
    unsigned int flags = opt_flag(call, "security-info") ? VIR_DOMAIN_SAVE_IMAGE_XML_SECURE : 0;
    if (opt_string(sh, call, "file", &file) <= 0)
        return false;
    auto_lib char *xml = virDomainSaveImageGetXMLDesc(sh->conn, file, flags);
    return xml && xml_show(sh, call, xml);
}

bool
cmd_save_image_define(struct shell *sh, const struct call *call)
{
    const char *file = NULL;
    g_autofree char *xml = NULL;
    unsigned int flags;
    save_flags(call, &flags);
    if (opt_string(sh, call, "file", &file) <= 0 ||
        opt_file(sh, call, "xml", &xml) <= 0)
        return false;
    if (virDomainSaveImageDefineXML(sh->conn, file, xml, flags) < 0)
        return fail(sh, "Failed to update %s", file);
    say(sh, "State file %s updated.\n", file);
    return true;
}

bool
cmd_save_image_edit(struct shell *sh, const struct call *call)
{
    struct image_edit e = {0};
    save_flags(call, &e.flags);
    if (opt_string(sh, call, "file", &e.file) <= 0)
        return false;
    g_autofree char *what = g_strdup_printf("Saved image %s XML configuration", e.file);
    return image_edit(sh, &e, what);
}

/* ---- core dumps ---- */

static int
dump_run(struct shell *sh, void *ctx)
{
    struct save *s = ctx;
    return s->format ? virDomainCoreDumpWithFormat(s->dom, s->to, s->format, s->flags)
                     : virDomainCoreDump(s->dom, s->to, s->flags);
}

bool
cmd_dump(struct shell *sh, const struct call *call)
{
    static const char *const formats[] = {NULL, "kdump-zlib", "kdump-lzo", "kdump-snappy", "win-dmp"};
    static const struct {
        const char *option;
        unsigned int flag;
    } map[] = {
        {"live", VIR_DUMP_LIVE}, {"crash", VIR_DUMP_CRASH}, {"bypass-cache", VIR_DUMP_BYPASS_CACHE},
        {"reset", VIR_DUMP_RESET}, {"memory-only", VIR_DUMP_MEMORY_ONLY},
    };
    const char *format = NULL;
    struct save s = {0};
    if (!opt_needs(sh, call, "format", "memory-only") ||
        opt_string(sh, call, "file", &s.to) <= 0 || opt_string(sh, call, "format", &format) < 0)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(map); i++)
        if (opt_flag(call, map[i].option))
            s.flags |= map[i].flag;
    if (format && strcmp(format, "elf") != 0) {
        for (s.format = 1; s.format < G_N_ELEMENTS(formats); s.format++)
            if (strcmp(formats[s.format], format) == 0)
                break;
        if (s.format == G_N_ELEMENTS(formats))
            return fail(sh, "format '%s' is not one of elf, kdump-zlib, kdump-lzo, kdump-snappy, win-dmp",
                        format);
    }
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    s.dom = dom;
    struct job job = {
        .dom = dom, .fn = dump_run, .ctx = &s, .label = "Dump", .verbose = opt_flag(call, "verbose")
    };
    if (job_run(sh, &job) < 0)
        return fail(sh, "Failed to core dump domain '%s' to %s", virDomainGetName(dom), s.to);
    say(sh, "\nDomain '%s' dumped to %s\n", virDomainGetName(dom), s.to);
    return true;
}
