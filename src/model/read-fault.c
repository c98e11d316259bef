/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * read-fault: see read-fault.h.
 */
#include "model/read-fault.h"

#include <glib.h>
#include <string.h>

/* The faults of the document that this thread reads, if it has any. */
static __thread struct {
    struct read_fault *faults;
    unsigned n;
} reading;

void fault_begin(struct read_fault *faults, unsigned n)
{
    reading.faults = faults;
    reading.n = n;
}

/* Is it in this part of owner, or in any? */
static bool is_in(const struct read_fault *f, const void *owner, const char *part, size_t n)
{
    for (unsigned i = 0; f->err.code && i < f->n_way; i++)
        if (f->way[i].owner == owner &&
            (!part || (!strncmp(f->way[i].name, part, n) && !f->way[i].name[n])))
            return true;
    return false;
}

static struct read_fault *find(const void *owner, const char *parts)
{
    for (size_t n; owner; parts += n + 1) {
        n = parts ? strcspn(parts, " ") : 0;
        for (unsigned i = 0; i < reading.n; i++)
            if (is_in(&reading.faults[i], owner, parts, n))
                return &reading.faults[i];
        if (!parts || !parts[n])
            break;
    }
    return NULL;
}

int fault_in(const void *owner, const char *parts, struct err *err)
{
    struct read_fault *f = reading.n ? find(owner, parts) : NULL;
    if (!f)
        return 0;
    err_move(err, &f->err);
    return -1;
}

int fault_twice(const void *owner, const char *element, struct err *err)
{
    for (unsigned i = 0; i < reading.n; i++) {
        struct read_fault *f = &reading.faults[i];
        const struct read_site *last = f->n_way ? &f->way[f->n_way - 1] : NULL;
        if (f->err.code && f->twice && last->owner == owner && !strcmp(last->name, element)) {
            err_move(err, &f->err);
            return -1;
        }
    }
    return 0;
}

bool fault_there(const void *owner, const char *parts)
{
    return reading.n && find(owner, parts);
}

void fault_forget(const void *owner, const char *parts)
{
    struct read_fault *f;
    while (reading.n && (f = find(owner, parts)))
        err_clear(&f->err);
}

unsigned faults_take(const void *owner, struct read_fault *taken)
{
    unsigned n = 0;
    for (unsigned i = 0; i < reading.n; i++) {
        struct read_fault *f = &reading.faults[i];
        if (!is_in(f, owner, NULL, 0))
            continue;
        if (taken) {
            taken[n] = *f;
            taken[n].err = (struct err){ 0 };
            err_move(&taken[n].err, &f->err);
        }
        n++;
    }
    return n;
}
