/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * support: prints which driver has which function, from the drivers' own tables.
 * Run while building; its output is installed as driver-support.tsv.
 */
#include "support.h"

#include "drivers/qemu/qemu-driver.h"
#ifdef WITH_DRIVER_REMOTE
#include "drivers/remote/remote.h"
#endif
#include "drivers/test/objects.h"

#include <stdio.h>
#include <string.h>


static void
qemu_tables(struct drv_conn *conn)
{
    conn->hypervisor = &qemu_hypervisor_ops;
}

static void
test_tables(struct drv_conn *conn)
{
    conn->hypervisor = &test_hypervisor_ops;
    test_objects_connect(NULL, conn);
}

#ifdef WITH_DRIVER_REMOTE
static void
remote_and_admin(struct drv_conn *conn)
{
    remote_tables(conn);
    conn->admin = &remote_admin_ops;
}
#endif

static const struct { const char *name; void (*tables)(struct drv_conn *conn); } drivers[] = {
    { "qemu", qemu_tables },
    { "test", test_tables },
#ifdef WITH_DRIVER_REMOTE
    { "remote", remote_and_admin },
#endif
};
#define NDRIVERS (sizeof(drivers) / sizeof(drivers[0]))

int
main(void)
{
    struct drv_conn conns[NDRIVERS];

    memset(conns, 0, sizeof(conns));
    printf("function\tsince");
    for (size_t d = 0; d < NDRIVERS; d++) {
        drivers[d].tables(&conns[d]);
        printf("\t%s", drivers[d].name);
    }
    printf("\n");
    for (const struct support_slot *slot = support_slots; slot->function; slot++) {
        printf("%s\t%s", slot->function, slot->since);
        for (size_t d = 0; d < NDRIVERS; d++) {
            void *const *table = *(void *const **)((char *)&conns[d] + slot->table);
            bool has = table && *(void *const *)((const char *)table + slot->member);

            printf("\t%s", has ? "yes" : "");
        }
        printf("\n");
    }
    return 0;
}
