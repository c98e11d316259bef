/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * define: definitions come, change, are renamed and go.
 *
 * Owns: what becomes of a guest's files and of its place in the registry then.
 * Called by: clients.  Waits: for the disk, for a turn.
 */
#include "drivers/qemu/guest.h"
#include "drivers/qemu/start.h"
#include "drivers/qemu/verbs.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

#define DEFINE_FLAGS VIR_DOMAIN_DEFINE_VALIDATE

int
guest_parse(struct qemu_driver *drv, const char *xml, unsigned flags, struct domain_def **def,
            struct err *err)
{
    unsigned parse = flags & VIR_DOMAIN_DEFINE_VALIDATE ? QEMU_PARSE | MODEL_PARSE_STRICT : QEMU_PARSE;

    if (domain_def_parse(xml, strlen(xml), parse, def, err) < 0)
        return -1;
    if (qemu_domain_defaults(*def, drv->host, flags, err) < 0) {
        domain_def_unref(*def);
        *def = NULL;
        return -1;
    }
    return 0;
}

static int
define_once(struct qemu_driver *drv, const struct domain_def *def, struct domain_ref *result, struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct turn_request req = { .turn_class = TURN_MODIFY, .api = "virDomainDefineXML" };
    bool is_new;

    if (registry_claim(drv->registry, def->name, def->uuid, 0, &req, &turn, &is_new, err) < 0)
        return -1;
    if (guest_save_config(turn, domain_def_copy(def), err) < 0)
        return err_context(err, "cannot define guest '%s'", def->name);
    turn_emit(turn,
              domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_DEFINED,
                               is_new ? VIR_DOMAIN_EVENT_DEFINED_ADDED : VIR_DOMAIN_EVENT_DEFINED_UPDATED));
    view_to_ref(turn_view(turn), result);
    return 0;
}

int
qemu_domain_define_xml_flags(struct drv_conn *conn, const char *xml, unsigned int flags,
                             struct domain_ref *result, struct err *err)
{
    struct qemu_driver *drv = conn_driver(conn);
    DOMAIN_DEF_AUTO def = NULL;

    if (flags_check(flags, DEFINE_FLAGS, "virDomainDefineXMLFlags", err) < 0 ||
        guest_parse(drv, xml, flags, &def, err) < 0)
        return -1;
    /* A guest that ends or starts while its new definition is being written makes
     * the turn stale; the definition has nothing to do with that. */
    for (int tries = 0;; tries++) {
        if (define_once(drv, def, result, err) == 0)
            return 0;
        if (!err->stale || tries == 5)
            return -1;
        err_clear(err);
    }
}

int
qemu_domain_define_xml(struct drv_conn *conn, const char *xml, struct domain_ref *result, struct err *err)
{
    return qemu_domain_define_xml_flags(conn, xml, 0, result, err);
}

/* ---- undefine ------------------------------------------------------------------------------- */

struct removal {
    struct qemu_driver *drv;
    const char *name;
    const char *nvram;      /* to remove as well; or NULL */
    const char *save;
};

static int
remove_files(void *arg, struct err *err)
{
    struct removal *r = arg;

    if (r->nvram && unlink(r->nvram) < 0 && errno != ENOENT)
        return err_errno(err, errno, "cannot remove the NVRAM file %s", r->nvram);
    if (r->save && unlink(r->save) < 0 && errno != ENOENT)
        return err_errno(err, errno, "cannot remove the saved state %s", r->save);
    state_set_autostart(r->drv->configs, r->name, false, NULL);
    return state_remove(r->drv->configs, r->name, err);
}

#define UNDEFINE_FLAGS \
    (VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA | VIR_DOMAIN_UNDEFINE_NVRAM | \
     VIR_DOMAIN_UNDEFINE_KEEP_NVRAM | VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA | VIR_DOMAIN_UNDEFINE_TPM | \
     VIR_DOMAIN_UNDEFINE_KEEP_TPM)

int
qemu_domain_undefine_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                           struct err *err)
{
    struct qemu_driver *drv = conn_driver(conn);
    TURN_AUTO turn = NULL;
    const struct vm_view *view;
    struct removal r = { .drv = drv };
    g_autofree char *save = NULL;
    const char *nvram;
    struct event *ev;

    if (flags_check(flags, UNDEFINE_FLAGS, "virDomainUndefineFlags", err) < 0)
        return -1;
    if ((flags & VIR_DOMAIN_UNDEFINE_NVRAM) && (flags & VIR_DOMAIN_UNDEFINE_KEEP_NVRAM))
        return err_set(err, VIR_ERR_OPERATION_INVALID, "NVRAM cannot be both removed and kept");
    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainUndefine", &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    if (!view->persistent)
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "guest '%s' is transient: there is no definition to remove", view->name);
    nvram = view->config->os && view->config->os->nvram ? view->config->os->nvram->path : NULL;
    if (nvram && access(nvram, F_OK) == 0 && !vm_view_is_active(view)) {
        if (!(flags & (VIR_DOMAIN_UNDEFINE_NVRAM | VIR_DOMAIN_UNDEFINE_KEEP_NVRAM)))
            return err_set(err, VIR_ERR_OPERATION_INVALID,
                           "guest '%s' has an NVRAM file (%s): say whether to remove or keep it", view->name,
                           nvram);
        if (flags & VIR_DOMAIN_UNDEFINE_NVRAM)
            r.nvram = nvram;
    }
    if (view->managed_save) {
        if (!(flags & VIR_DOMAIN_UNDEFINE_MANAGED_SAVE))
            return err_set(err, VIR_ERR_OPERATION_INVALID,
                           "guest '%s' has a saved state: remove it first, or undefine with the flag for it",
                           view->name);
        r.save = save = g_strdup_printf("%s/%s.save", drv->host->dirs.save, view->name);
    }
    r.name = view->name;
    if (turn_offload(turn, remove_files, &r, err) < 0)
        return err_context(err, "cannot undefine guest '%s'", view->name);
    ev = domain_lifecycle(view, VIR_DOMAIN_EVENT_UNDEFINED, VIR_DOMAIN_EVENT_UNDEFINED_REMOVED);
    turn_emit(turn, ev);
    return registry_undefine(turn, err);
}

int
qemu_domain_undefine(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return qemu_domain_undefine_flags(conn, dom, 0, err);
}

/* ---- rename --------------------------------------------------------------------------------- */

int
qemu_domain_rename(struct drv_conn *conn, const struct domain_ref *dom, const char *new_name,
                   unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct vm_view *view;

    if (flags_check(flags, 0, "virDomainRename", err) < 0 ||
        !(turn = domain_turn_rename(conn, dom, ERR_FROM, err)))
        return -1;
    view = turn_view(turn);
    if (!view->persistent)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' is transient and cannot be renamed",
                       view->name);
    if (strcmp(view->name, new_name) == 0)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' has that name already", new_name);
    if (*new_name == '\0' || strchr(new_name, '/') || strchr(new_name, '\n') || strcmp(new_name, ".") == 0 ||
        strcmp(new_name, "..") == 0)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "'%s' cannot be the name of a guest: it must not be empty nor contain "
                       "'/' or a line break",
                       new_name);
    if (view->managed_save)
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "guest '%s' has a saved state; remove it before renaming", view->name);
    return domain_take_name(turn, new_name, guest_write_config, err);
}

/* ---- autostart ------------------------------------------------------------------------------ */

struct autostart { struct qemu_driver *drv; const char *name; bool on; };

static int
set_link(void *arg, struct err *err)
{
    struct autostart *a = arg;

    return state_set_autostart(a->drv->configs, a->name, a->on, err);
}

int
qemu_domain_set_autostart(struct drv_conn *conn, const struct domain_ref *dom, int autostart, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct autostart a = { conn_driver(conn), NULL, autostart != 0 };
    struct vm_change change = { .what = CHANGE_AUTOSTART, .autostart = autostart != 0 };

    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainSetAutostart", &turn, err) < 0)
        return -1;
    if (!turn_view(turn)->persistent)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' is transient: it cannot start by itself",
                       turn_view(turn)->name);
    if (turn_view(turn)->autostart == a.on)
        return 0;
    a.name = turn_view(turn)->name;
    if (turn_offload(turn, set_link, &a, err) < 0)
        return -1;
    return turn_publish(turn, &change, err);
}

/* ---- create --------------------------------------------------------------------------------- */

#define CREATE_FLAGS \
    (VIR_DOMAIN_START_PAUSED | VIR_DOMAIN_START_AUTODESTROY | VIR_DOMAIN_START_BYPASS_CACHE | \
     VIR_DOMAIN_START_FORCE_BOOT | VIR_DOMAIN_START_VALIDATE | VIR_DOMAIN_START_RESET_NVRAM)

int
qemu_domain_create_with_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                              struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct vm_view *view;

    if (flags_check(flags, CREATE_FLAGS & ~VIR_DOMAIN_START_VALIDATE, "virDomainCreateWithFlags", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainCreate", &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    if (vm_view_is_active(view))
        return err_set(err, VIR_ERR_OPERATION_INVALID, "domain is already running");
    return guest_start(turn, conn, view->config, flags, err);
}

int
qemu_domain_create(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return qemu_domain_create_with_flags(conn, dom, 0, err);
}

int
qemu_domain_create_xml(struct drv_conn *conn, const char *xml, unsigned int flags, struct domain_ref *result,
                       struct err *err)
{
    struct qemu_driver *drv = conn_driver(conn);
    const struct turn_request req = { .turn_class = TURN_MODIFY, .api = "virDomainCreateXML" };
    DOMAIN_DEF_AUTO def = NULL;
    TURN_AUTO turn = NULL;
    bool is_new;

    if (flags_check(flags, CREATE_FLAGS, "virDomainCreateXML", err) < 0 ||
        guest_parse(drv, xml, flags & VIR_DOMAIN_START_VALIDATE ? VIR_DOMAIN_DEFINE_VALIDATE : 0, &def, err) <
            0 ||
        registry_claim(drv->registry, def->name, def->uuid, CLAIM_NOT_RUNNING, &req, &turn, &is_new, err) <
            0 ||
        guest_start(turn, conn, def, flags, err) < 0)
        return -1;
    view_to_ref(turn_view(turn), result);
    return 0;
}

