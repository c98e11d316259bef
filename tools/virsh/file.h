/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files, editors and long calls, shared by the groups of commands. */
#pragma once

#include "shell.h"

/* The text of a file ("-" is standard input), at most 10 MiB; NULL and told on failure. */
char *file_read(struct shell *sh, const char *path);
/* The text of the file that an option names. 0: not given; -1: told. */
int opt_file(struct shell *sh, const struct call *call, const char *name, char **text);
/* "3,4" to descriptors; false and told if one of them is not open. */
bool opt_fds(struct shell *sh, const struct call *call, const char *name, int **fds, size_t *n);

/* Opens an editor on a copy of text. NULL and told on failure. */
char *edit_text(struct shell *sh, const char *text);

/* The whole of editing an object: fetch, edit, store; offers another try if storing fails. */
struct edit {
    char *(*get)(struct shell *sh, void *ctx); /* from malloc, as the library returns it */
    bool (*set)(struct shell *sh, void *ctx, const char *xml);
    void *ctx;
};
enum edit_result { EDIT_FAILED = -1, EDIT_SAME = 0, EDIT_DONE = 1 };
enum edit_result edit_object(struct shell *sh, const struct edit *e);

/* The console; console.c. */
bool console_run(struct shell *sh, virDomainPtr dom, const char *device, unsigned int flags, bool resume);
