/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tune: see tune.h.
 */
#include "model/tune.h"

#include "model/devices.h"

#include <glib.h>

/* ---- counts --------------------------------------------------------------------------------- */

static struct domain_vcpus *
vcpus_of(struct domain_def *def)
{
    if (!def->vcpu)
        def->vcpu = model_new(def, struct domain_vcpus);
    if (!def->vcpu->max)
        def->vcpu->max = 1;
    def->vcpu->has_max = true;
    return def->vcpu;
}

void
def_set_vcpus(struct domain_def *def, unsigned n)
{
    struct domain_vcpus *vcpus = vcpus_of(def);

    vcpus->current = n == vcpus->max ? 0 : n;
    vcpus->has_current = vcpus->current != 0;
    for (uint32_t i = 0; i < def->n_vcpus; i++)
        def->vcpus[i]->enabled = def->vcpus[i]->id < n ? TRI_YES : TRI_NO;
}

void
def_set_max_vcpus(struct domain_def *def, unsigned n)
{
    struct domain_vcpus *vcpus = vcpus_of(def);
    struct domain_cputune *tune = def->cputune;
    unsigned have = def_vcpus(def);

    vcpus->max = n;
    vcpus->current = have < n ? have : 0;
    vcpus->has_current = vcpus->current != 0;
    for (uint32_t i = 0; tune && i < tune->n_vcpupins;) {
        if (tune->vcpupins[i]->vcpu >= n)
            model_list_remove(tune->vcpupins, tune->n_vcpupins, i);
        else
            i++;
    }
}

void
def_set_max_memory(struct domain_def *def, unsigned long long kib)
{
    if (!def->memory)
        def->memory = model_new(def, struct memory_size);
    def->memory->size = kib;
    if (def->current_memory > kib)
        def->current_memory = kib;
}

/* ---- pins ----------------------------------------------------------------------------------- */

const char *
def_cpu_pin(const struct domain_def *def, int vcpu)
{
    const struct domain_cputune *tune = def->cputune;

    if (vcpu < 0 && tune && tune->emulatorpin)
        return tune->emulatorpin->cpuset;
    for (uint32_t i = 0; vcpu >= 0 && tune && i < tune->n_vcpupins; i++)
        if (tune->vcpupins[i]->vcpu == (unsigned)vcpu)
            return tune->vcpupins[i]->cpuset;
    return def->vcpu ? def->vcpu->cpuset : NULL;
}

static struct domain_cputune *
tune_of(struct domain_def *def)
{
    if (!def->cputune)
        def->cputune = model_new(def, struct domain_cputune);
    return def->cputune;
}

void
def_set_cpu_pin(struct domain_def *def, int vcpu, const char *cpuset)
{
    struct domain_cputune *tune = tune_of(def);
    struct vcpupin *pin;
    uint32_t at = 0;

    if (vcpu < 0) {
        if (!tune->emulatorpin)
            tune->emulatorpin = model_new(def, struct emulatorpin);
        tune->emulatorpin->cpuset = model_str(def, cpuset);
        return;
    }
    while (at < tune->n_vcpupins && tune->vcpupins[at]->vcpu < (unsigned)vcpu)
        at++;
    if (at < tune->n_vcpupins && tune->vcpupins[at]->vcpu == (unsigned)vcpu) {
        pin = tune->vcpupins[at];
    } else {
        pin = model_new(def, struct vcpupin);
        pin->vcpu = (unsigned)vcpu;
        pin->has_vcpu = true;
        model_list_insert(def, tune->vcpupins, tune->n_vcpupins, at, pin);
    }
    pin->cpuset = model_str(def, cpuset);
}

const char *
def_iothread_pin(const struct domain_def *def, unsigned id)
{
    for (uint32_t i = 0; def->cputune && i < def->cputune->n_iothreadpins; i++)
        if (def->cputune->iothreadpins[i]->iothread == id)
            return def->cputune->iothreadpins[i]->cpuset;
    return def->vcpu ? def->vcpu->cpuset : NULL;
}

void
def_set_iothread_pin(struct domain_def *def, unsigned id, const char *cpuset)
{
    struct domain_cputune *tune = tune_of(def);
    struct iothreadpin *pin;
    uint32_t at = 0;

    while (at < tune->n_iothreadpins && tune->iothreadpins[at]->iothread < id)
        at++;
    if (at == tune->n_iothreadpins || tune->iothreadpins[at]->iothread != id) {
        pin = model_new(def, struct iothreadpin);
        pin->iothread = id;
        pin->has_iothread = true;
        model_list_insert(def, tune->iothreadpins, tune->n_iothreadpins, at, pin);
    }
    tune->iothreadpins[at]->cpuset = model_str(def, cpuset);
}

void
cpuset_to_bytes(const char *cpuset, size_t host_cpus, unsigned char *bytes, size_t n)
{
    struct bitmap *map = cpuset ? bitmap_parse(cpuset, n * 8, NULL) : NULL;

    if (!map) {
        map = bitmap_new(host_cpus);
        bitmap_set_range(map, 0, host_cpus - 1);
    }
    bitmap_to_bytes(map, bytes, n);
    bitmap_free(map);
}

char *
cpuset_from_bytes(const unsigned char *bytes, size_t n)
{
    struct bitmap *map = bitmap_from_bytes(bytes, n);
    char *text = bitmap_format(map);

    bitmap_free(map);
    return text;
}

/* ---- I/O threads ---------------------------------------------------------------------------- */

struct iothread *
def_iothread(const struct domain_def *def, unsigned id)
{
    for (uint32_t i = 0; i < def->n_iothreadids; i++)
        if (def->iothreadids[i]->id == id)
            return def->iothreadids[i];
    return NULL;
}

static void
append(struct domain_def *def, unsigned id)
{
    struct iothread *thread = model_new(def, struct iothread);

    thread->id = id;
    thread->has_id = true;
    model_list_append(def, def->iothreadids, def->n_iothreadids, thread);
}

void
def_list_iothreads(struct domain_def *def)
{
    for (unsigned id = 1; def->n_iothreadids < def->iothreads; id++)
        if (!def_iothread(def, id))
            append(def, id);
}

void
def_add_iothread(struct domain_def *def, unsigned id)
{
    def_list_iothreads(def);
    append(def, id);
    def->iothreads = def->n_iothreadids;
}

void
def_remove_iothread(struct domain_def *def, unsigned id)
{
    struct domain_cputune *tune = def->cputune;

    def_list_iothreads(def);
    for (uint32_t i = 0; i < def->n_iothreadids; i++)
        if (def->iothreadids[i]->id == id)
            model_list_remove(def->iothreadids, def->n_iothreadids, i);
    for (uint32_t i = 0; tune && i < tune->n_iothreadpins;) {
        if (tune->iothreadpins[i]->iothread == id)
            model_list_remove(tune->iothreadpins, tune->n_iothreadpins, i);
        else
            i++;
    }
    def->iothreads = def->n_iothreadids;
}
