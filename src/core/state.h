/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * state: definitions, autostart links and status files on disk.
 *
 * Owns: the folders' descriptors and the way files in them are replaced: the old file is
 * intact until the new one is complete.  Contents are the caller's text.
 * Called by: drivers.  Everything here waits for the disk: under a turn only in turn_offload()
 * (state_save_arg and friends fit it).
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct state_dir;

/* Opens (makes if missing, with `mode`) a folder of NAME.xml files.
 * `autostart`: folder of links to them, or NULL.  `durable` false: no fsync, for /run. */
struct state_dir *state_dir_open(const char *path, unsigned mode, const char *autostart, bool durable,
                                 struct err *err);
void state_dir_close(struct state_dir *dir);

/* Replaces NAME.xml.  Full disk, no permission: a message with path and cause,
 * and the old file as it was. */
int state_save(struct state_dir *dir, const char *name, const char *text, size_t n, struct err *err);
/* Missing is success. */
int state_remove(struct state_dir *dir, const char *name, struct err *err);
/* The file for the new name is written first, then the old one goes; the autostart link follows. */
int state_rename(struct state_dir *dir, const char *old_name, const char *new_name,
                 const char *text, size_t n, struct err *err);
int state_set_autostart(struct state_dir *dir, const char *name, bool on, struct err *err);

/* Every NAME.xml: calls fn with name, text (NUL-terminated, valid for the call) and
 * whether a link starts it automatically.  A file that cannot be read is told with
 * text NULL and `why`, and does not stop the others.  Returns how many were handed over, or -1. */
typedef void (*state_loaded)(const char *name, const char *text, size_t n, bool autostart,
                             const struct err *why, void *arg);
int state_load_all(struct state_dir *dir, state_loaded fn, void *arg, struct err *err);

/* For turn_offload(): state_save with everything in one argument. */
struct state_save_arg {
    struct state_dir *dir;
    const char *name;
    const char *old_name;   /* not NULL: state_rename */
    const char *text;
    size_t n;
};
int state_save_offload(void *arg, struct err *err);
