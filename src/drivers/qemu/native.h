/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * native: what stands in the way of a command line that is only read (XML-to-native), and what this host has
 * to have for a guest.  Called by: prepare.  Waits for the disk only.
 */
#pragma once

#include "base/err.h"
#include "drivers/qemu/probe.h"
#include "model/domain-def.h"

/* What only a start finds out (which device of the host it is, who advises on nodes) has no line; nor has a
 * processor of which nothing is known. */
int qemu_native_check(const struct domain_def *def, const struct qemu_caps *caps, struct err *err);
/* Secrets, pools and the NUMA nodes that memory is to come from are there, and clocks can be as fast as is
 * asked for. */
int qemu_check_host(const struct domain_def *def, struct err *err);
