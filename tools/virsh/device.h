/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plugging devices: what the commands share. */
#pragma once

#include "shell.h"

/* Where a change applies.  `old` says that none of the options is given, so the oldest call will do. */
struct affect {
    unsigned int flags;
    bool old;
};
/* From --persistent, --config, --live and --current; `dom` may be NULL when nothing is changed. */
bool device_affect(struct shell *sh, const struct call *call, virDomainPtr dom, struct affect *a);
int device_attach(virDomainPtr dom, const char *xml, const struct affect *a);
