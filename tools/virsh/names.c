/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "names.h"

#include <libvirt/libvirt.h>

const char *
domain_state_name(int state)
{
    static const char *const words[] = {"no state", "running", "idle", "paused", "in shutdown", "shut off",
                                        "crashed", "pmsuspended"};
    return state >= 0 && (size_t)state < G_N_ELEMENTS(words) ? words[state] : "no state";
}

#define REASONS 15
const char *
domain_state_reason(int state, int reason)
{
    static const char *const words[][REASONS] = {
        {"unknown"},
        {"unknown", "booted", "migrated", "restored", "from snapshot", "unpaused", "migration canceled",
         "save canceled", "event wakeup", "crashed", "post-copy", "post-copy failed"},
        {"unknown"},
        {"unknown", "user", "migrating", "saving", "dumping", "ioerror", "watchdog", "from snapshot",
         "shutting down", "creating snapshot", "crashed", "starting up", "post-copy", "post-copy failed",
         "api error"},
        {"unknown", "user"},
        {"unknown", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from snapshot",
         "daemon"},
        {"unknown", "panicked"},
        {"unknown"},
    };
    if (state < 0 || (size_t)state >= G_N_ELEMENTS(words))
        return "unknown";
    return word_of(words[state], REASONS, reason);
}

const char *
vcpu_state_name(int state)
{
    static const char *const words[] = {"offline", "running", "blocked"};
    return state >= 0 && (size_t)state < G_N_ELEMENTS(words) ? words[state] : "no state";
}
