/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that many kinds of objects have alike, made from a few words. */
#pragma once

#include "file.h"
#include "lookup.h"

/* Does one thing to one object and says so.  FAILED and DONE are formats with the object's name. */
#define OBJECT_ACTION(FN, TYPE, OF, CALL, FAILED, DONE)                                                      \
    bool FN(struct shell *sh, const struct call *call)                                                       \
    {                                                                                                        \
        const char *name = NULL;                                                                             \
        g_autoptr(TYPE) object = OF;                                                                         \
        if (!object)                                                                                         \
            return false;                                                                                    \
        if ((CALL) < 0)                                                                                      \
            return fail(sh, FAILED, name);                                                                   \
        say(sh, DONE "\n", name);                                                                            \
        return true;                                                                                         \
    }

/* Creates an object from the file given by --file. */
#define OBJECT_FROM_FILE(FN, TYPE, MAKE, FAILED, SAID)                                                       \
    bool FN(struct shell *sh, const struct call *call)                                                       \
    {                                                                                                        \
        g_autofree char *xml = NULL;                                                                         \
        if (opt_file(sh, call, "file", &xml) <= 0)                                                           \
            return false;                                                                                    \
        const char *file = opt_text(call, "file");                                                           \
        g_autoptr(TYPE) object = MAKE;                                                                       \
        if (!object)                                                                                         \
            return fail(sh, FAILED, file);                                                                   \
        SAID;                                                                                                \
        return true;                                                                                         \
    }

#define OBJECT_AUTOSTART(FN, TYPE, OF, CALL, KIND, kind)                                                     \
    bool FN(struct shell *sh, const struct call *call)                                                       \
    {                                                                                                        \
        const char *name = NULL;                                                                             \
        bool off = opt_flag(call, "disable");                                                                \
        g_autoptr(TYPE) object = OF;                                                                         \
        if (!object)                                                                                         \
            return false;                                                                                    \
        if (CALL(object, !off) < 0)                                                                          \
            return fail(sh,                                                                                  \
                        off ? "failed to unmark " kind " %s as autostarted"                                  \
                            : "failed to mark " kind " %s as autostarted",                                   \
                        name);                                                                               \
        say(sh, off ? KIND " %s unmarked as autostarted\n" : KIND " %s marked as autostarted\n", name);      \
        return true;                                                                                         \
    }

#define OBJECT_NAME(FN, TYPE, OF, NAME)                                                                      \
    bool FN(struct shell *sh, const struct call *call)                                                       \
    {                                                                                                        \
        g_autoptr(TYPE) object = OF;                                                                         \
        if (!object)                                                                                         \
            return false;                                                                                    \
        out(sh, "%s\n", NAME(object));                                                                       \
        return true;                                                                                         \
    }

#define OBJECT_UUID(FN, TYPE, OF, UUID, kind)                                                                \
    bool FN(struct shell *sh, const struct call *call)                                                       \
    {                                                                                                        \
        char uuid[VIR_UUID_STRING_BUFLEN];                                                                   \
        g_autoptr(TYPE) object = OF;                                                                         \
        if (!object)                                                                                         \
            return false;                                                                                    \
        if (UUID(object, uuid) < 0)                                                                          \
            return fail(sh, "failed to get " kind " UUID");                                                  \
        out(sh, "%s\n", uuid);                                                                               \
        return true;                                                                                         \
    }

#define OBJECT_DUMPXML(FN, TYPE, OF, XML)                                                                    \
    bool FN(struct shell *sh, const struct call *call)                                                       \
    {                                                                                                        \
        g_autoptr(TYPE) object = OF;                                                                         \
        auto_lib char *xml = object ? XML : NULL;                                                            \
        return xml && xml_show(sh, call, xml);                                                               \
    }

/* Editing: GET and DEFINE see `object` and `xml`. */
#define OBJECT_EDIT(FN, TYPE, PTR, OF, GET, DEFINE, KIND)                                                    \
    static char *FN##_get(struct shell *sh, void *ctx)                                                       \
    {                                                                                                        \
        PTR object = ctx;                                                                                    \
        return GET;                                                                                          \
    }                                                                                                        \
    static bool FN##_set(struct shell *sh, void *ctx, const char *xml)                                       \
    {                                                                                                        \
        g_autoptr(TYPE) defined = DEFINE;                                                                    \
        return defined != NULL;                                                                              \
    }                                                                                                        \
    bool FN(struct shell *sh, const struct call *call)                                                       \
    {                                                                                                        \
        const char *name = NULL;                                                                             \
        g_autoptr(TYPE) object = OF;                                                                         \
        struct edit e = { FN##_get, FN##_set, object };                                                      \
        if (!object)                                                                                         \
            return false;                                                                                    \
        enum edit_result r = edit_object(sh, &e);                                                            \
        if (r == EDIT_FAILED)                                                                                \
            return false;                                                                                    \
        say(sh, KIND " %s XML configuration %s.\n", name, r == EDIT_DONE ? "edited" : "not changed");        \
        return true;                                                                                         \
    }

/* Sorting handles by name. */
#define COMPARE_BY(FN, PTR, NAME)                                                                            \
    static int FN(const void *a, const void *b)                                                              \
    {                                                                                                        \
        return g_ascii_strcasecmp(NAME(*(PTR *)a), NAME(*(PTR *)b));                                         \
    }

/* Prints a forest.  parent(i) is the index of the parent or -1. */
void tree_print(struct shell *sh, size_t n, const char *(*name)(void *ctx, size_t i),
                int (*parent)(void *ctx, size_t i), void *ctx);
