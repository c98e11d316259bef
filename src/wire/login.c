/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * login: see login.h.
 *
 * A negotiation is used by one thread at a time; the layer is, by secure.c.  The service is named "libvirt",
 * so that /etc/sasl2/libvirt.conf and key tabs made for it are found.
 */
#include "delay-sasl.h"
#include "wire/login.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>

#define ERR_FROM VIR_FROM_RPC
#define SERVICE "libvirt"
#define CALLBACKS_MAX 16

/* What Cyrus asks for, what the API calls it. */
static const struct {
    unsigned long id;
    int type;
} credentials[] = {
    { SASL_CB_USER, VIR_CRED_USERNAME },           { SASL_CB_AUTHNAME, VIR_CRED_AUTHNAME },
    { SASL_CB_LANGUAGE, VIR_CRED_LANGUAGE },       { SASL_CB_CNONCE, VIR_CRED_CNONCE },
    { SASL_CB_PASS, VIR_CRED_PASSPHRASE },         { SASL_CB_ECHOPROMPT, VIR_CRED_ECHOPROMPT },
    { SASL_CB_NOECHOPROMPT, VIR_CRED_NOECHOPROMPT }, { SASL_CB_GETREALM, VIR_CRED_REALM },
};

struct login {
    sasl_conn_t *conn;
    bool server;
    struct login_security sec;
    struct login_asker asker;
    sasl_callback_t callbacks[CALLBACKS_MAX];
    virConnectCredentialPtr answers; /* the mechanism looks at them while it runs */
    unsigned nanswers;
    size_t most;
};

static pthread_once_t client_once = PTHREAD_ONCE_INIT, server_once = PTHREAD_ONCE_INIT;
static int client_rc, server_rc;

static void
client_start(void)
{
    client_rc = sasl_client_init(NULL);
}

static void
server_start(void)
{
    server_rc = sasl_server_init(NULL, SERVICE);
}

static int
start(bool server, struct err *err)
{
    if (delay_load(&sasl_library, err) < 0)
        return -1;
    pthread_once(server ? &server_once : &client_once, server ? server_start : client_start);
    int rc = server ? server_rc : client_rc;
    return rc == SASL_OK ? 0 : err_set(err, VIR_ERR_AUTH_FAILED, "Cannot start SASL: %s",
                                       sasl_errstring(rc, NULL, NULL));
}

int
login_server_ready(struct err *err)
{
    return start(true, err);
}

static int
failed(struct login *l, const char *what, int rc, struct err *err)
{
    const char *detail = l->conn ? sasl_errdetail(l->conn) : NULL;
    return err_set(err, VIR_ERR_AUTH_FAILED, "authentication failed: %s: %s", what,
                   detail && *detail ? detail : sasl_errstring(rc, NULL, NULL));
}

static int
secure_props(struct login *l, struct err *err)
{
    const struct login_security *sec = &l->sec;
    sasl_ssf_t outside = (sasl_ssf_t)sec->outside;
    sasl_security_properties_t props = { .maxbufsize = 65536, .security_flags = SASL_SEC_NOANONYMOUS };
    if (!sec->secret) {
        props.min_ssf = (sasl_ssf_t)sec->least;
        props.max_ssf = 100000;
        props.security_flags |= SASL_SEC_NOPLAINTEXT;
    }
    int rc = SASL_OK;
    if (outside)
        rc = sasl_setprop(l->conn, SASL_SSF_EXTERNAL, &outside);
    if (rc == SASL_OK)
        rc = sasl_setprop(l->conn, SASL_SEC_PROPS, &props);
    return rc == SASL_OK ? 0 : failed(l, "setting what SASL has to protect", rc, err);
}

static struct login *
begun(struct login *l, int rc, struct err *err)
{
    if (rc != SASL_OK)
        rc = failed(l, "beginning SASL", rc, err);
    else
        rc = secure_props(l, err);
    if (rc == 0)
        return l;
    login_end(l);
    return NULL;
}

struct login *
login_server_begin(const struct login_security *sec, const char *local, const char *peer, struct err *err)
{
    if (start(true, err) < 0)
        return NULL;
    struct login *l = g_new0(struct login, 1);
    l->server = true;
    l->sec = *sec;
    int rc = sasl_server_new(SERVICE, NULL, NULL, local, peer, NULL, SASL_SUCCESS_DATA, &l->conn);
    return begun(l, rc, err);
}

struct login *
login_client_begin(const struct login_security *sec, const char *host, const char *local, const char *peer,
                   const struct login_asker *asker, struct err *err)
{
    if (start(false, err) < 0)
        return NULL;
    struct login *l = g_new0(struct login, 1);
    size_t n = 0;
    l->sec = *sec;
    l->asker = *asker;
    /* What has a place and no function is asked for by SASL_INTERACT. */
    for (size_t i = 0; i < G_N_ELEMENTS(credentials); i++)
        for (size_t j = 0; j < asker->ntypes; j++)
            if (asker->types[j] == credentials[i].type && n < CALLBACKS_MAX - 1) {
                l->callbacks[n++].id = credentials[i].id;
                break;
            }
    l->callbacks[n].id = SASL_CB_LIST_END;
    int rc = sasl_client_new(SERVICE, host, local, peer, l->callbacks, SASL_SUCCESS_DATA, &l->conn);
    return begun(l, rc, err);
}

static void
forget_answers(struct login *l)
{
    for (unsigned i = 0; i < l->nanswers; i++) {
        if (l->answers[i].result) {
            explicit_bzero(l->answers[i].result, l->answers[i].resultlen);
            free(l->answers[i].result);
        }
    }
    g_free(l->answers);
    l->answers = NULL;
    l->nanswers = 0;
}

void
login_end(struct login *l)
{
    if (!l)
        return;
    if (l->conn)
        sasl_dispose(&l->conn);
    forget_answers(l);
    g_free(l);
}

char *
login_mechanisms(struct login *l, struct err *err)
{
    const char *list = NULL;
    int rc = sasl_listmech(l->conn, NULL, "", ",", "", &list, NULL, NULL);
    if (rc == SASL_OK && list && *list)
        return g_strdup(list);
    failed(l, "no mechanism is left that protects this connection enough; is one installed, "
              "and named in mech_list of sasl2/libvirt.conf?", rc, err);
    return NULL;
}

/* ---- what the user is asked ---- */

static int
type_of(unsigned long id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(credentials); i++)
        if (credentials[i].id == id)
            return credentials[i].type;
    return -1;
}

static int
interact(struct login *l, sasl_interact_t *list, struct err *err)
{
    unsigned n = 0;
    while (list[n].id != SASL_CB_LIST_END)
        n++;
    forget_answers(l);
    l->answers = g_new0(virConnectCredential, n + 1);
    l->nanswers = n;
    for (unsigned i = 0; i < n; i++) {
        virConnectCredentialPtr c = &l->answers[i];
        c->type = type_of(list[i].id);
        c->prompt = list[i].prompt ? list[i].prompt : "";
        c->challenge = list[i].challenge;
        c->defresult = list[i].defresult;
        if (c->type < 0)
            return err_set(
                err, VIR_ERR_AUTH_FAILED,
                "authentication failed: the mechanism asks for something (%lu) that has no name here",
                list[i].id);
    }
    if (l->asker.ask(l->answers, n, l->asker.opaque, err) < 0)
        return -1;
    for (unsigned i = 0; i < n; i++) {
        const char *answer = l->answers[i].result;
        list[i].result = answer ? answer : list[i].defresult;
        list[i].len = answer              ? l->answers[i].resultlen
                      : list[i].defresult ? (unsigned)strlen(list[i].defresult)
                                          : 0;
    }
    return 0;
}

/* ---- steps ---- */

static int
result(struct login *l, int rc, struct err *err)
{
    if (rc == SASL_CONTINUE)
        return 0;
    if (rc != SASL_OK)
        return failed(l, l->server ? "the client's proof" : "the mechanism", rc, err);
    const void *value = NULL;
    int bits = login_layer_bits(l);
    if (!l->sec.secret && bits < l->sec.least)
        return err_set(err, VIR_ERR_AUTH_FAILED,
                       "authentication failed: the mechanism protects what follows by %d bits only, "
                       "at least %d are wanted", bits, l->sec.least);
    l->most = 8192;
    if (sasl_getprop(l->conn, SASL_MAXOUTBUF, &value) == SASL_OK && value && *(const unsigned *)value)
        l->most = *(const unsigned *)value;
    return 1;
}

int
login_client_first(struct login *l, const char *mechanisms, const char **mechanism, const char **out,
                   size_t *n, struct err *err)
{
    sasl_interact_t *asked = NULL;
    unsigned len = 0;
    int rc;
    *out = NULL;
    while ((rc = sasl_client_start(l->conn, mechanisms, &asked, out, &len, mechanism)) == SASL_INTERACT)
        if (interact(l, asked, err) < 0)
            return -1;
    *n = len;
    if (rc == SASL_NOMECH)
        return err_set(err, VIR_ERR_AUTH_FAILED,
                       "authentication failed: of the server's mechanisms (%s) none can be used here: is its "
                       "library installed, are the credentials it asks for given, and does it protect the "
                       "connection enough?", mechanisms);
    return result(l, rc, err);
}

int
login_server_first(struct login *l, const char *mechanism, const char *in, size_t in_n, const char **out,
                   size_t *n, struct err *err)
{
    unsigned len = 0;
    *out = NULL;
    int rc = sasl_server_start(l->conn, mechanism, in, (unsigned)in_n, out, &len);
    *n = len;
    return result(l, rc, err);
}

int
login_step(struct login *l, const char *in, size_t in_n, const char **out, size_t *n, struct err *err)
{
    sasl_interact_t *asked = NULL;
    unsigned len = 0;
    int rc;
    *out = NULL;
    if (l->server) {
        rc = sasl_server_step(l->conn, in, (unsigned)in_n, out, &len);
    } else {
        while ((rc = sasl_client_step(l->conn, in, (unsigned)in_n, &asked, out, &len)) == SASL_INTERACT)
            if (interact(l, asked, err) < 0)
                return -1;
    }
    *n = len;
    return result(l, rc, err);
}

/* ---- afterwards ---- */

const char *
login_user(struct login *l)
{
    const void *user = NULL;
    return sasl_getprop(l->conn, SASL_USERNAME, &user) == SASL_OK ? user : NULL;
}

int
login_layer_bits(struct login *l)
{
    const void *bits = NULL;
    if (sasl_getprop(l->conn, SASL_SSF, &bits) != SASL_OK || !bits)
        return 0;
    return (int)*(const sasl_ssf_t *)bits;
}

size_t
login_layer_most(struct login *l)
{
    return l->most;
}

int
login_layer_encode(struct login *l, const char *in, size_t in_n, const char **out, size_t *n, struct err *err)
{
    unsigned len = 0;
    int rc = sasl_encode(l->conn, in, (unsigned)in_n, out, &len);
    *n = len;
    return rc == SASL_OK ? 0 : err_set(err, VIR_ERR_RPC, "Cannot encode what SASL protects: %s",
                                       sasl_errdetail(l->conn));
}

int
login_layer_decode(struct login *l, const char *in, size_t in_n, const char **out, size_t *n, struct err *err)
{
    unsigned len = 0;
    int rc = sasl_decode(l->conn, in, (unsigned)in_n, out, &len);
    *n = len;
    return rc == SASL_OK ? 0 : err_set(err, VIR_ERR_RPC, "Cannot decode what SASL protects: %s",
                                       sasl_errdetail(l->conn));
}
