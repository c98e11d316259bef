/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * entry-world: a connection over a driver that does nothing, and one handle of
 * each type, for the generated tests of the entry points.
 */
#pragma once

#include "lib/handle.h"

#include <libvirt/libvirt-lxc.h>
#include <libvirt/libvirt-qemu.h>

struct world {
    virConnectPtr conn;
    virAdmConnectPtr adm_conn;
    virStreamPtr stream;
#define WORLD_HANDLE(type, name) name##Ptr type;
    HANDLE_POINTERS(WORLD_HANDLE)
    /* The code of a bad handle of each type. */
    int code_conn, code_adm_conn, code_stream;
#define WORLD_CODE(type, name) int code_##type;
    HANDLE_POINTERS(WORLD_CODE)
    int failure;             /* what a call that passes its checks ends with */
    int late;                /* and what one ends with that fails a check which needs the driver */
    long long room[12][64];  /* memory for results; its first int is 1 */
    long long garbage[64];
    int socket;              /* the descriptor of one */
};

struct entry_test {
    const char *name;
    void (*run)(const struct world *w);
};
extern const struct entry_test entry_tests[];

void fake_tables(struct drv_conn *conn, bool none);
int fake_called(struct drv_conn *conn, const char *slot, struct err *err);
void world_readonly(const struct world *w, bool readonly);
void expect(const struct world *w, const char *call, const char *how, int code);
void nothing(void);
