/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * delay-load: symbols of a library that is there, and errors about ones that are not.
 */
#include "base/delay-load.h"

#include <glib.h>
#include <string.h>

struct some { size_t (*length)(const char *); };

static void
test_found(void)
{
    static const char *const names[] = { "strlen", NULL };
    struct some some = { 0 };
    struct delay_library lib = { "libc.so.6", names, (void **)&some, PTHREAD_MUTEX_INITIALIZER, false };
    ERR_AUTO err = ERR_INIT;
    for (int i = 0; i < 2; i++)
        g_assert_cmpint(delay_load(&lib, &err), ==, 0);
    g_assert_cmpuint(some.length("four"), ==, 4);
}

static const struct {
    const char *soname, *symbol, *says;
} absent[] = {
    { "libnone-such.so.7", "strlen", "libnone-such.so.7" },
    { "libc.so.6", "none_such", "libc.so.6 is older than" },
};

static void
test_absent(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(absent); i++) {
        const char *names[] = { absent[i].symbol, NULL };
        void *symbol;
        struct delay_library lib = { absent[i].soname, names, &symbol, PTHREAD_MUTEX_INITIALIZER, false };
        for (int again = 0; again < 2; again++) {
            ERR_AUTO err = ERR_INIT;
            g_assert_cmpint(delay_load(&lib, &err), ==, -1);
            g_assert_cmpint(err.code, ==, VIR_ERR_SYSTEM_ERROR);
            g_assert_nonnull(strstr(err.message, absent[i].says));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/delay-load/found", test_found);
    g_test_add_func("/delay-load/absent", test_absent);
    return g_test_run();
}
