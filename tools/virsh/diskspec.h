/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --diskspec of snapshots and checkpoints: "disk[,key=value]...", where ,, stands for a comma. */
#pragma once

#include "shell.h"
#include "xml.h"

char **comma_list(const char *text);
/* Writes <disks> for the options given, or nothing. */
bool diskspec_xml(struct shell *sh, const struct call *call, bool checkpoint, struct xml_out *x);
