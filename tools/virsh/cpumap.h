/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of host CPUs: "0-3,^2,6". */
#pragma once

#include "shell.h"

int cpumap_host_cpus(struct shell *sh); /* how many the host may have; -1 on failure */
/* A map of VIR_CPU_MAPLEN(ncpus) bytes, or NULL and told. "r" stands for all. */
unsigned char *cpumap_parse(struct shell *sh, const char *text, int ncpus);
char *cpumap_format(const unsigned char *map, int len, int ncpus);
