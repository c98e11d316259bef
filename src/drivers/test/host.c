/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * host: the test host itself.
 *
 * Called by: clients.  Nothing waits.
 */
#include "drivers/test/verbs.h"

int
test_connect_get_type(struct drv_conn *conn, char **result, struct err *err)
{
    *result = g_strdup("TEST");
    return 0;
}

int
test_connect_get_version(struct drv_conn *conn, unsigned long *hvVer, struct err *err)
{
    *hvVer = 2;
    return 0;
}

int
test_connect_get_hostname(struct drv_conn *conn, char **result, struct err *err)
{
    *result = g_strdup(g_get_host_name());
    return 0;
}

int
test_connect_is_alive(struct drv_conn *conn, struct err *err)
{
    return 1;
}

int
test_connect_is_encrypted(struct drv_conn *conn, struct err *err)
{
    return 0;
}

int
test_connect_is_secure(struct drv_conn *conn, struct err *err)
{
    return 1;
}
