/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * entry: every public entry point with bad input: NULL and garbage handles, a
 * read-only connection, NULL and out-of-range arguments, excluding flags; and a
 * driver that lacks every slot.  The calls are generated from the description.
 */
#include "entry-world.h"

#include "lib/conn.h"

#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct world world;
static int handler_calls;

void
nothing(void)
{
}

int
fake_called(struct drv_conn *conn, const char *slot, struct err *err)
{
    return err_set_from(err, VIR_FROM_TEST, VIR_ERR_OPERATION_FAILED, "slot %s was reached", slot);
}

void
world_readonly(const struct world *w, bool readonly)
{
    w->conn->drv->flags = readonly ? VIR_CONNECT_RO : 0;
    adm_conn(w->adm_conn)->drv->flags = w->conn->drv->flags;
}

void
expect(const struct world *w, const char *call, const char *how, int code)
{
    virErrorPtr err = virGetLastError();

    if (!err || err->code != code || !err->message || !*err->message)
        g_error("%s with %s: error %d (%s), expected %d", call, how, err ? err->code : 0,
                err ? err->message : "none", code);
    g_assert_cmpint(handler_calls, ==, 1);
    handler_calls = 0;
}

static void
count_errors(void *opaque, virErrorPtr err)
{
    handler_calls++;
}

static int
fake_open(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    fake_tables(conn, strcmp(req->uri->path, "/none") == 0);
    return 1;
}

static void
fake_close(struct drv_conn *conn)
{
}

static const char *const schemes[] = { "fake", NULL };
static const struct driver fake = {
    .name = "fake", .schemes = schemes, .open = fake_open, .close = fake_close
};

static void
make_world(const char *uri_text)
{
    struct uri *uri = uri_parse(uri_text, NULL);
    struct open_request req = { .uri = uri, .admin = true };
    struct world *w = &world;

    memset(w, 0, sizeof(*w));
    w->conn = virConnectOpen(uri_text);
    g_assert_nonnull(w->conn);
    w->adm_conn = (virAdmConnectPtr)conn_open_admin(&req, NULL);
    g_assert_nonnull(w->adm_conn);
    uri_free(uri);
    w->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    w->stream = virStreamNew(w->conn, 0);
#define MAKE(type, name)                                                                                     \
    {                                                                                                        \
        struct type##_ref ref = { 0 };                                                                       \
        w->type =                                                                                            \
            handle_new_##type(HANDLE_##type >= HANDLE_admin_server ? adm_conn(w->adm_conn) : w->conn, &ref); \
    }
    HANDLE_POINTERS(MAKE)
    for (size_t i = 0; i < G_N_ELEMENTS(w->room); i++)
        w->room[i][0] = 1;
    w->code_conn = w->code_adm_conn = VIR_ERR_INVALID_CONN;
    w->code_stream = VIR_ERR_INVALID_STREAM;
    w->code_domain = VIR_ERR_INVALID_DOMAIN;
    w->code_network = VIR_ERR_INVALID_NETWORK;
    w->code_network_port = VIR_ERR_INVALID_NETWORK_PORT;
    w->code_interface = VIR_ERR_INVALID_INTERFACE;
    w->code_storage_pool = VIR_ERR_INVALID_STORAGE_POOL;
    w->code_storage_vol = VIR_ERR_INVALID_STORAGE_VOL;
    w->code_node_device = VIR_ERR_INVALID_NODE_DEVICE;
    w->code_secret = VIR_ERR_INVALID_SECRET;
    w->code_nwfilter = VIR_ERR_INVALID_NWFILTER;
    w->code_nwfilter_binding = VIR_ERR_INVALID_NWFILTER_BINDING;
    w->code_domain_snapshot = VIR_ERR_INVALID_DOMAIN_SNAPSHOT;
    w->code_domain_checkpoint = VIR_ERR_INVALID_DOMAIN_CHECKPOINT;
    w->code_admin_server = w->code_admin_client = VIR_ERR_INVALID_CONN;
}

static void
free_world(void)
{
    struct world *w = &world;

#define FREE(type, name) handle_unref(w->type);
    HANDLE_POINTERS(FREE)
    virStreamFree(w->stream);
    close(w->socket);
    g_assert_cmpint(virConnectClose(w->conn), ==, 0);
    handle_unref(w->adm_conn);
}

static void
run_one(const void *opaque)
{
    const struct entry_test *test = opaque;

    make_world("fake:///full");
    world.failure = VIR_ERR_OPERATION_FAILED;
    world.late = VIR_ERR_INVALID_ARG;
    test->run(&world);
    free_world();
    make_world("fake:///none");
    world.failure = world.late = VIR_ERR_NO_SUPPORT;
    /* These two need no driver to answer. */
    if (strcmp(test->name, "virConnectGetLibVersion") != 0 && strcmp(test->name, "virConnectIsAlive") != 0 &&
        strcmp(test->name, "virConnectGetType") != 0)
        test->run(&world);
    free_world();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    virInitialize();
    driver_register(&fake);
    virSetErrorFunc(NULL, count_errors);
    for (const struct entry_test *test = entry_tests; test->name; test++) {
        g_autofree char *path = g_strdup_printf("/entry/%s", test->name);

        g_test_add_data_func(path, test, run_one);
    }
    return g_test_run();
}
