/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptions, titles and metadata elements, which domains and networks have alike. */
#pragma once

#include "shell.h"

struct described {
    void *object;
    const char *kind, *Kind, *name;
    int none; /* error code: there is no such text */
    char *(*get)(void *object, int type, const char *uri, unsigned int flags);
    int (*set)(void *object, int type, const char *text, const char *key, const char *uri,
               unsigned int flags);
};
bool describe_desc(struct shell *sh, const struct call *call, struct described *d);
bool describe_metadata(struct shell *sh, const struct call *call, struct described *d);
