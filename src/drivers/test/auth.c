/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * auth: the users that a described host lets in: <auth><user password='…'>NAME</user></auth>.
 *
 * The names and passwords given come from a file of credentials (driver/auth.h) or from the application.
 * Called by: open.c.  Waits: for whom the application's callback asks.
 */
#include "driver/auth.h"
#include "drivers/test/test.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_AUTH

/* One credential, from a file as `item`, or by asking for one of the types given; NULL with err. */
static char *
ask(const struct open_request *req, const char *item, const int *types, const char *prompt, struct err *err)
{
    virConnectCredential cred = { .prompt = prompt, .challenge = "localhost" };
    char *value = NULL;

    if (auth_from_file(req, "test", "localhost", item, &value, err) != 0)
        return value;
    if (!req->auth) {
        err_set(err, VIR_ERR_INVALID_ARG,
                "the test host has users: open it with virConnectOpenAuth(), or put a %s for "
                "[auth-test-localhost] into a file of credentials",
                item);
        return NULL;
    }
    for (const int *type = types; *type && !cred.type; type++)
        if (auth_may_ask(req, *type))
            cred.type = *type;
    if (!cred.type) {
        err_set(err, VIR_ERR_AUTH_FAILED,
                "the test host asks for a %s, which this application's credential types "
                "do not include",
                item);
        return NULL;
    }
    if (!req->auth->cb || req->auth->cb(&cred, 1, req->auth->cbdata) < 0) {
        free(cred.result);
        cred.result = NULL;
    }
    if (!cred.result)
        err_set(err, VIR_ERR_AUTH_FAILED, "the application gave no %s for the test host", item);
    return cred.result;
}

/* The <user> of that name, or NULL. */
static xmlNodePtr
user_of(xmlNodePtr root, const char *name)
{
    for (xmlNodePtr list = root->children; list; list = list->next) {
        xmlNodePtr first = xmlStrEqual(list->name, (const xmlChar *)"auth") ? list->children : NULL;

        for (xmlNodePtr user = first; user; user = user->next) {
            xmlChar *text = xmlStrEqual(user->name, (const xmlChar *)"user") ? xmlNodeGetContent(user) : NULL;
            bool same = text && (!name || strcmp((char *)text, name) == 0);

            xmlFree(text);
            if (same)
                return user;
        }
    }
    return NULL;
}

static int
check(xmlNodePtr root, const struct open_request *req, struct err *err)
{
    static const int names[] = { VIR_CRED_AUTHNAME, 0 };
    static const int passwords[] = { VIR_CRED_PASSPHRASE, VIR_CRED_NOECHOPROMPT, 0 };
    g_autofree char *name = NULL, *password = NULL, *prompt = NULL;
    xmlChar *wanted;
    xmlNodePtr user;
    bool good;

    if (!user_of(root, NULL))
        return 0;
    if (user_of(root, ""))
        return err_set_from(err, VIR_FROM_TEST, VIR_ERR_XML_ERROR,
                            "a <user> of the test host's <auth> has no name");
    if (!(name = ask(req, "username", names, "User name at localhost", err)))
        return -1;
    user = user_of(root, name);
    wanted = user ? xmlGetProp(user, (const xmlChar *)"password") : NULL;
    if (user && !wanted)
        return 0;
    prompt = g_strdup_printf("Password of %s at localhost", name);
    if (!(password = ask(req, "password", passwords, prompt, err))) {
        xmlFree(wanted);
        return -1;
    }
    good = wanted && strcmp((char *)wanted, password) == 0;
    xmlFree(wanted);
    return good ? 0 : err_set_from(err, VIR_FROM_TEST, VIR_ERR_AUTH_FAILED,
                                   "the test host does not know user '%s' with this password", name);
}

int
test_authenticate(const char *xml, const struct open_request *req, struct err *err)
{
    xmlDocPtr doc;
    int rc;

    if (!strstr(xml, "<auth"))
        return 0;
    doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL,
                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    rc = doc ? check(xmlDocGetRootElement(doc), req, err) : 0;
    xmlFreeDoc(doc);
    return rc;
}
