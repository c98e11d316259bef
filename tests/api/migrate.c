/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * migrate: the steps of a migration, taken with two hosts that only write down what they are told, and of
 * which one fails at a step of the test's choice.  Whatever fails: the destination hears of it before the
 * source, the source is told to go on exactly when it does not know yet, and the caller sees the first error.
 */
#include "driver/driver.h"
#include "driver/migration.h"

#include <glib.h>
#include <libvirt/virterror.h>
#include <string.h>

static GString *said; /* "H.step(FLAGS cookie)…": H the host's letter, the cookie that it was handed */
static const char *fails;       /* at this step */
static int state;               /* of the guest */
static const char *waits_at;    /* what prepare says */

static int
told(struct drv_conn *conn, const char *step, const struct migration_step *s, const char *more,
     struct err *err)
{
    g_string_append_printf(said, "%s%s.%s(%x%s%.*s%s%s)", said->len ? " " : "",
                           conn->uri + strlen("hosts:///"), step, s->flags, s->in.n ? " " : "", (int)s->in.n,
                           (const char *)s->in.data, *more ? " " : "", more);
    if (g_strcmp0(fails, step) == 0)
        return err_set_from(err, VIR_FROM_TEST, VIR_ERR_OPERATION_FAILED, "%s failed", step);
    return 0;
}

static void
cookie(struct migration_cookie *out, const char *text)
{
    out->data = (unsigned char *)g_strdup(text);
    out->n = (uint32_t)strlen(text);
}

static int
supports(struct drv_conn *conn, enum wire_feature feature, struct err *err)
{
    return feature != FEATURE_MIGRATION_DIRECT;
}

static int
begin(struct drv_conn *conn, const struct domain_ref *dom, const struct migration_step *step,
      struct migration_cookie *out, char **xml, struct err *err)
{
    cookie(out, "begun");
    *xml = g_strdup("<begun/>");
    return told(conn, "begin", step, dom->name, err);
}

/* The parameters that hosts set, as "name=value". */
static char *
params_of(const struct migration_step *step)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < step->nparams; i++)
        g_string_append_printf(text, "%s%s=%s", i ? "," : "", step->params[i].field, step->params[i].value.s);
    return g_string_free(text, FALSE);
}

static int
prepare(struct drv_conn *conn, const struct migration_step *step, struct migration_cookie *out, char **uri,
        struct err *err)
{
    g_autofree char *params = params_of(step);
    cookie(out, "prepared");
    *uri = g_strdup(waits_at);
    return told(conn, "prepare", step, params, err);
}

static int
perform(struct drv_conn *conn, const struct domain_ref *dom, const char *dconnuri,
        const struct migration_step *step, struct migration_cookie *out, struct err *err)
{
    int rc = told(conn, "perform", step, dconnuri ? dconnuri : "", err);
    if (rc == 0)
        cookie(out, "performed");
    return rc;
}

static int
finish(struct drv_conn *conn, const struct migration_step *step, bool cancelled, struct migration_cookie *out,
       struct domain_ref *result, struct err *err)
{
    g_autofree char *params = params_of(step);
    g_autofree char *more = g_strdup_printf("%s%s", params, cancelled ? " cancelled" : "");
    int rc = told(conn, "finish", step, more, err);
    if (rc < 0 || cancelled)
        return rc < 0 ? rc : err_set_from(err, VIR_FROM_TEST, VIR_ERR_OPERATION_ABORTED, "cancelled");
    cookie(out, "finished");
    result->name = g_strdup("there");
    result->id = 7;
    return 0;
}

static int
confirm(struct drv_conn *conn, const struct domain_ref *dom, const struct migration_step *step,
        bool cancelled, struct err *err)
{
    return told(conn, "confirm", step, cancelled ? "cancelled" : "", err);
}

static const struct migration_ops steps = {
    .supports = supports,
    .begin = begin,
    .prepare = prepare,
    .perform = perform,
    .finish = finish,
    .confirm = confirm,
};

static int
get_state(struct drv_conn *conn, const struct domain_ref *dom, int *result, int *reason, unsigned int flags,
          struct err *err)
{
    *result = state;
    return 0;
}

static int
look_up(struct drv_conn *conn, const char *name, struct domain_ref *result, struct err *err)
{
    result->name = g_strdup(name);
    return 0;
}

static const struct hypervisor_ops host = { .domain_get_state = get_state, .domain_lookup_by_name = look_up };

static int
host_open(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    conn->hypervisor = &host;
    conn->migration = &steps;
    return 1;
}

static void
host_close(struct drv_conn *conn)
{
}

static const char *const schemes[] = { "hosts", NULL };
static const struct driver driver = {
    .name = "hosts", .schemes = schemes, .open = host_open, .close = host_close
};

#define PREPARED "S.begin(100 g) D.prepare(0 begun destination_xml=<begun/>)"
#define ALL "destination_xml=<begun/>,migrate_uri=tcp:D,destination_name=g"
static const struct {
    const char *fails;
    unsigned flags;
    int state;
    bool nowhere; /* prepare does not say where */
    const char *said, *error; /* error NULL: it went well */
} sequences[] = {
    { NULL, 0, VIR_DOMAIN_RUNNING, false,
      PREPARED " S.perform(100 prepared) D.finish(0 performed " ALL ") S.confirm(100 finished)", NULL },
    { NULL, VIR_MIGRATE_ABORT_ON_ERROR | VIR_MIGRATE_AUTO_CONVERGE | VIR_MIGRATE_LIVE, VIR_DOMAIN_PAUSED,
      false,
      "S.begin(3101 g) D.prepare(21 begun destination_xml=<begun/>) S.perform(3121 prepared)"
      " D.finish(21 performed " ALL ") S.confirm(3121 finished)",
      NULL },
    { NULL, VIR_MIGRATE_OFFLINE, VIR_DOMAIN_SHUTOFF, false,
      "S.begin(500 g) D.prepare(400 begun destination_xml=<begun/>) D.finish(400 " ALL
      ") S.confirm(500 finished)",
      NULL },
    { "begin", 0, VIR_DOMAIN_RUNNING, false, "S.begin(100 g)", "begin failed" },
    { "prepare", 0, VIR_DOMAIN_RUNNING, false, PREPARED " S.confirm(100 cancelled)", "prepare failed" },
    { NULL, 0, VIR_DOMAIN_RUNNING, true,
      PREPARED " D.finish(0 destination_xml=<begun/>,destination_name=g cancelled) S.confirm(100 cancelled)",
      "virDomainMigrate3: the destination does not say where it waits for the guest" },
    /* The source knows that its own step failed. */
    { "perform", 0, VIR_DOMAIN_RUNNING, false,
      PREPARED " S.perform(100 prepared) D.finish(0 " ALL " cancelled)", "perform failed" },
    { "finish", 0, VIR_DOMAIN_RUNNING, false,
      PREPARED " S.perform(100 prepared) D.finish(0 performed " ALL ") S.confirm(100 cancelled)",
      "finish failed" },
    /* The guest runs at the destination, come what may. */
    { "confirm", 0, VIR_DOMAIN_RUNNING, false,
      PREPARED " S.perform(100 prepared) D.finish(0 performed " ALL ") S.confirm(100 finished)", NULL },
};

static void
begin_test(const char *at, int as, const char *uri)
{
    g_string_truncate(said, 0);
    fails = at;
    state = as;
    waits_at = uri;
}

static void
expect(const char *what, const char *error)
{
    virErrorPtr last = virGetLastError();
    g_assert_cmpstr(said->str, ==, what);
    g_assert_cmpstr(last ? last->message : NULL, ==, error);
}

static void
test_steps(void)
{
    virConnectPtr src = virConnectOpen("hosts:///S"), dst = virConnectOpen("hosts:///D");
    virDomainPtr dom = virDomainLookupByName(src, "g");
    for (unsigned i = 0; i < G_N_ELEMENTS(sequences); i++) {
        begin_test(sequences[i].fails, sequences[i].state, sequences[i].nowhere ? NULL : "tcp:D");
        virDomainPtr there = virDomainMigrate3(dom, dst, NULL, 0, sequences[i].flags);
        expect(sequences[i].said, sequences[i].error);
        g_assert_cmpint(there != NULL, ==, sequences[i].error == NULL);
        if (there) {
            g_assert_cmpstr(virDomainGetName(there), ==, "there");
            g_assert_true(virDomainGetConnect(there) == dst);
            virDomainFree(there);
        }
    }
    virDomainFree(dom);
    g_assert_cmpint(virConnectClose(src), ==, 0);
    g_assert_cmpint(virConnectClose(dst), ==, 0);
}

/* The source takes the other steps itself. */
static void
test_peers(void)
{
    virConnectPtr src = virConnectOpen("hosts:///S"), dst = virConnectOpen("hosts:///D");
    virDomainPtr dom = virDomainLookupByName(src, "g");
    begin_test(NULL, VIR_DOMAIN_RUNNING, NULL);
    g_assert_cmpint(virDomainMigrateToURI(dom, "x:///", VIR_MIGRATE_PEER2PEER, NULL, 0), ==, 0);
    expect("S.perform(2 x:///)", NULL);
    begin_test("perform", VIR_DOMAIN_RUNNING, NULL);
    g_assert_cmpint(virDomainMigrateToURI2(dom, "x:///", NULL, NULL, VIR_MIGRATE_PEER2PEER, NULL, 0), ==, -1);
    expect("S.perform(2 x:///)", "perform failed");
    begin_test(NULL, VIR_DOMAIN_RUNNING, NULL);
    g_assert_cmpint(virDomainMigrateToURI3(dom, NULL, NULL, 0, 0), ==, -1);
    g_assert_cmpstr(said->str, ==, "");
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_ARGUMENT_UNSUPPORTED);
    char there_name[] = "h";
    virTypedParameter name = { .field = VIR_MIGRATE_PARAM_DEST_NAME, .type = VIR_TYPED_PARAM_STRING };
    name.value.s = there_name;
    begin_test(NULL, VIR_DOMAIN_RUNNING, NULL);
    g_assert_cmpint(virDomainMigrateToURI3(dom, "x:///", &name, 1, VIR_MIGRATE_PEER2PEER), ==, 0);
    g_assert_cmpint(virDomainMigrateToURI2(dom, "z:///", NULL, NULL, VIR_MIGRATE_PEER2PEER, NULL, 0), ==, 0);
    expect("S.perform(2 x:///) S.perform(2 z:///)", NULL);
    begin_test(NULL, VIR_DOMAIN_RUNNING, NULL);
    virDomainPtr there = virDomainMigrate(dom, dst, VIR_MIGRATE_PEER2PEER, "h", "y:///", 0);
    expect("S.perform(2 y:///)", NULL);
    g_assert_cmpstr(virDomainGetName(there), ==, "h");
    virDomainFree(there);
    begin_test(NULL, VIR_DOMAIN_RUNNING, "tcp:D");
    there = virDomainMigrate2(dom, dst, NULL, 0, NULL, NULL, 0);
    g_assert_cmpstr(virDomainGetName(there), ==, "there");
    virDomainFree(there);
    virDomainFree(dom);
    virConnectClose(src);
    virConnectClose(dst);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    said = g_string_new(NULL);
    driver_register(&driver);
    g_test_add_func("/migrate/steps", test_steps);
    g_test_add_func("/migrate/peers", test_peers);
    int rc = g_test_run();
    g_string_free(said, TRUE);
    return rc;
}
