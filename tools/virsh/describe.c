/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "describe.h"
#include "file.h"
#include "lookup.h"

#include <stdlib.h>
#include <string.h>

/* The numbers are the same for domains and networks. */
enum { TYPE_DESC = VIR_DOMAIN_METADATA_DESCRIPTION, TYPE_TITLE = VIR_DOMAIN_METADATA_TITLE,
       TYPE_ELEMENT = VIR_DOMAIN_METADATA_ELEMENT };

bool
describe_desc(struct shell *sh, const struct call *call, struct described *d)
{
    bool title = opt_flag(call, "title"), edit = opt_flag(call, "edit");
    int type = title ? TYPE_TITLE : TYPE_DESC;
    const char *What = title ? "title" : "description";
    unsigned int flags = 0;
    g_autofree char *text = opt_words_joined(call, "new-desc");
    if (!affect_flags(sh, call, &flags))
        return false;
    if (!edit && !text) {
        auto_lib char *now = d->get(d->object, type, NULL, flags);
        if (now && *now) {
            out(sh, "%s", now);
        } else if (!now && err_code(sh) != d->none) {
            return false;
        } else {
            err_forget(sh);
            say(sh, "No %s for %s: %s", What, d->kind, d->name);
        }
        return true;
    }
    if (edit) {
        auto_lib char *now = d->get(d->object, type, NULL, flags);
        err_forget(sh);
        const char *before = text ? text : now ? now : "";
        char *edited = edit_text(sh, before);
        if (!edited)
            return false;
        size_t n = strlen(edited);
        if (n && edited[n - 1] == '\n')
            edited[n - 1] = 0;
        bool same = strcmp(edited, now ? now : "") == 0;
        g_free(text);
        text = edited;
        if (same) {
            say(sh, "%s %s not changed\n", d->Kind, What);
            return true;
        }
    }
    if (d->set(d->object, type, text, NULL, NULL, flags) < 0)
        return fail(sh, "Failed to set new %s %s", d->kind, What);
    say(sh, "%s %s updated successfully", d->Kind, What);
    return true;
}

bool
describe_metadata(struct shell *sh, const struct call *call, struct described *d)
{
    const char *uri = NULL, *key = NULL, *set = NULL;
    bool edit = opt_flag(call, "edit"), remove = opt_flag(call, "remove");
    unsigned int flags = 0;
    if (!affect_flags(sh, call, &flags) || !opt_exclusive(sh, call, "edit", "set", NULL) ||
        !opt_exclusive(sh, call, "remove", "set", NULL) || !opt_exclusive(sh, call, "remove", "edit", NULL) ||
        opt_string(sh, call, "uri", &uri) <= 0 || opt_string(sh, call, "key", &key) < 0 ||
        opt_string(sh, call, "set", &set) < 0)
        return false;
    if ((set || edit) && !key)
        return fail(sh, "namespace key is required when modifying metadata");
    if (remove) {
        if (d->set(d->object, TYPE_ELEMENT, NULL, key, uri, flags) < 0)
            return false;
        say(sh, "Metadata removed\n");
        return true;
    }
    if (edit) {
        auto_lib char *now = d->get(d->object, TYPE_ELEMENT, uri, flags);
        err_forget(sh);
        const char *before = now ? now : "\n";
        g_autofree char *edited = edit_text(sh, before);
        if (!edited)
            return false;
        if (strcmp(edited, before) == 0) {
            say(sh, "Metadata not changed");
            return true;
        }
        if (d->set(d->object, TYPE_ELEMENT, edited, key, uri, flags) < 0)
            return false;
        say(sh, "Metadata modified\n");
        return true;
    }
    if (set) {
        if (d->set(d->object, TYPE_ELEMENT, set, key, uri, flags) < 0)
            return false;
        say(sh, "Metadata modified\n");
        return true;
    }
    auto_lib char *now = d->get(d->object, TYPE_ELEMENT, uri, flags);
    if (!now)
        return false;
    out(sh, "%s\n", now);
    return true;
}
