/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of definitions for QEMU share: a host with one emulator of PCs, so that the answers are the
 * same everywhere, and definitions for it.
 */
#pragma once

#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/prepare.h"

extern char *root, *emulator;
extern struct qemu_host *host;

/* A guest with these elements, which may begin with an <os> of their own, and devices, completed; NULL if it
   is refused. */
struct domain_def *parse(const char *machine, const char *extra, const char *devices, struct err *err);
/* The same where nothing can be refused. */
struct domain_def *good(const char *machine, const char *devices);
/* Runs the tests that were added on a host of its own. */
int fixture_run(void);

#define ROOM                                                                                                 \
    "<maxMemory slots='2' unit='GiB'>4</maxMemory><cpu><numa><cell id='0' cpus='0' "                         \
    "memory='65536'/></numa></cpu>"
#define PMEM(attributes) \
    "<memory model='virtio-pmem' " attributes "><source><path>/a</path></source><target><size " \
    "unit='MiB'>64</size></target></memory>"
#define VMEM(block, requested, address) \
    "<memory model='virtio-mem'><target><size unit='MiB'>64</size><node>0</node><block>" block \
    "</block><requested>" requested "</requested></target>" address "</memory>"

#define ENV(name) \
    "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:env name='" name \
    "' value='x'/></qemu:commandline>"
