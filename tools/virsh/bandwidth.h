/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "average[,peak[,burst[,floor]]]" */
#pragma once

#include "shell.h"

struct bandwidth {
    unsigned long long v[4]; /* average, peak, burst, floor */
};
bool bandwidth_parse(struct shell *sh, const char *text, struct bandwidth *b);
