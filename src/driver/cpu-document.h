/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-document: a document of a processor, read.
 *
 * Called by: cpu-baseline.  Nothing here waits.
 */
#pragma once

#include "driver/cpu-models.h"

#include <libxml/tree.h>

/* A processor as a document tells it; the strings are the document's. */
struct cpu {
    xmlDocPtr doc;
    enum arch arch;
    char *model, *vendor;
    struct cpu_set has;         /* of x86 */
};

/* `guest`: it may also be what a guest asks for, which says nothing of its architecture. */
int cpu_read(const char *xml, bool guest, struct cpu *cpu, struct err *err);
/* Fills in what the processor can do: its model's features and its own. */
int cpu_know(struct cpu *cpu, struct err *err);
void cpu_clear(struct cpu *cpu);
