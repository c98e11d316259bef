/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * model-order: each kind of device that is described has its place in the orders of faults: in that of
 * read-order.c, and in that of check-order.c.  A kind without one would be told last, or not checked at all.
 */
#include <glib.h>
#include "model/check.h"
#include "model/engine.h"
#include "model/read-order.h"

static const struct model_table *devices(void)
{
    for (unsigned i = 0; i < domain_def_table.n_fields; i++)
        if (g_str_equal(domain_def_table.fields[i].name, "devices"))
            return domain_def_table.fields[i].sub;
    g_assert_not_reached();
}

static void test_every_device(bool (*has_place)(const char *kind))
{
    const struct model_table *t = devices();
    unsigned n = 0;
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        if (f->kind != MODEL_K_LIST && f->kind != MODEL_K_STRUCT)
            continue;                   /* the emulator */
        n++;
        if (!has_place(f->name))
            g_error("<%s> has no place in the order", f->name);
    }
    g_assert_cmpuint(n, >=, 29);
}

static bool read_place(const char *kind)
{
    g_autofree char *path = g_strdup_printf("/devices/%s", kind);
    unsigned depth, none;
    return read_part(path, &depth) != read_part("/devices/something-else", &none);
}

/* Those without a place have no address, and nothing about them is impossible. */
static bool check_place(const char *kind)
{
    return domain_checks_kind(kind) || g_str_equal(kind, "lease") || g_str_equal(kind, "redirfilter");
}

static void test_read(void)
{
    test_every_device(read_place);
}

static void test_check(void)
{
    test_every_device(check_place);
    g_assert_false(domain_checks_kind("something-else"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/order/read", test_read);
    g_test_add_func("/model/order/check", test_check);
    return g_test_run();
}
