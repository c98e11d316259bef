/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core-fixture: guest "a" of the fake driver, defined and off, with a record of its events.
 * Called by: tests of src/core (core.c, registry.c).
 */
#pragma once

#include "../explore/fake.h"
#include "base/clock.h"

#include <string.h>

struct fixture {
    struct event_hub *hub;
    struct registry *reg;
    struct vm *vm;
    GString *events;
};

#define ADD(name, fn) g_test_add(name, struct fixture, NULL, set_up, fn, tear_down)

#define OK(call) \
    do { \
        if ((call) < 0) \
            g_error("%s:%d: %s", __FILE__, __LINE__, err_message(&err)); \
    } while (0)
#define REFUSED(call, wanted, text) \
    do { \
        err_clear(&err); \
        g_assert_cmpint((call), ==, -1); \
        g_assert_cmpint(err.code, ==, wanted); \
        if (!strstr(err.message, text)) \
            g_error("%s:%d: '%s' not in '%s'", __FILE__, __LINE__, text, err.message); \
    } while (0)

void set_up(struct fixture *f, const void *arg);
void tear_down(struct fixture *f, const void *arg);
struct turn_request request(enum turn_class klass, enum turn_need need, const char *api);
struct turn *take(struct vm *vm, enum turn_class klass);
/* Stopping runs on a thread: waits for its end. */
void await_stop(struct vm *vm, struct run *run);
