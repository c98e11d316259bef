/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets.  Values are wiped from memory after use. */
#include "cmd.h"
#include "names.h"
#include "object.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define SECRET secret_of(sh, call, &name)

static const char *
uuid_text(virSecretPtr secret)
{
    static char uuid[VIR_UUID_STRING_BUFLEN];
    uuid[0] = 0;
    virSecretGetUUIDString(secret, uuid);
    return uuid;
}

OBJECT_FROM_FILE(cmd_secret_define, virSecret,
                 virSecretDefineXML(sh->conn, xml,
                                    opt_flag(call, "validate") ? VIR_SECRET_DEFINE_VALIDATE : 0),
                 "Failed to set attributes from %s", say(sh, "Secret %s created\n", uuid_text(object)))
OBJECT_ACTION(cmd_secret_undefine, virSecret, SECRET, virSecretUndefine(object), "Failed to delete secret %s",
              "Secret %s deleted")
OBJECT_DUMPXML(cmd_secret_dumpxml, virSecret, secret_of(sh, call, NULL), virSecretGetXMLDesc(object, 0))

bool
cmd_secret_get_value(struct shell *sh, const struct call *call)
{
    size_t n;
    g_autoptr(virSecret) secret = secret_of(sh, call, NULL);
    unsigned char *value = secret ? virSecretGetValue(secret, &n, 0) : NULL;
    if (!value)
        return false;
    if (opt_flag(call, "plain")) {
        fwrite(value, 1, n, stdout);
    } else {
        g_autofree char *text = g_base64_encode(value, n);
        out(sh, "%s", text);
        explicit_bzero(text, strlen(text));
    }
    explicit_bzero(value, n);
    free(value);
    return true;
}

/* Asks on the terminal without echo; NULL and told on failure. */
static char *
ask(struct shell *sh)
{
    struct termios before, quiet;
    char *line = NULL;
    size_t size = 0;
    if (tcgetattr(STDIN_FILENO, &before) < 0) {
        fail(sh, "--interactive needs a terminal");
        return NULL;
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    printf("Enter new value for secret:");
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    ssize_t n = getline(&line, &size, stdin);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    printf("\n");
    if (n < 0) {
        free(line);
        fail(sh, "cannot read the secret");
        return NULL;
    }
    if (n && line[n - 1] == '\n')
        line[n - 1] = 0;
    char *copy = g_strdup(line);
    explicit_bzero(line, size);
    free(line);
    return copy;
}

bool
cmd_secret_set_value(struct shell *sh, const struct call *call)
{
    const char *base64 = NULL;
    g_autofree char *text = NULL;
    bool plain = opt_flag(call, "plain"), interactive = opt_flag(call, "interactive");
    if (!opt_exclusive(sh, call, "file", "base64", NULL) ||
        !opt_exclusive(sh, call, "plain", "base64", NULL) ||
        !opt_exclusive(sh, call, "interactive", "base64", NULL) ||
        !opt_exclusive(sh, call, "interactive", "plain", NULL) ||
        !opt_exclusive(sh, call, "interactive", "file", NULL))
        return false;
    g_autoptr(virSecret) secret = secret_of(sh, call, NULL);
    if (!secret || opt_string(sh, call, "base64", &base64) < 0)
        return false;
    if (!base64 && !interactive && !opt_flag(call, "file"))
        return fail(sh, "Input secret value is missing");
    if (base64) {
        fail(sh, "Passing secret value as command-line argument is insecure!");
        text = g_strdup(base64);
    } else if (interactive) {
        text = ask(sh);
        plain = true;
    } else if (opt_file(sh, call, "file", &text) < 0) {
        return false;
    }
    if (!text)
        return false;
    size_t n = strlen(text);
    unsigned char *value = plain ? (unsigned char *)g_strdup(text) : g_base64_decode(text, &n);
    explicit_bzero(text, strlen(text));
    int rc = virSecretSetValue(secret, value, n, 0);
    explicit_bzero(value, n);
    g_free(value);
    if (rc < 0)
        return fail(sh, "Failed to set secret value");
    say(sh, "Secret value set\n");
    return true;
}

static int
by_uuid(const void *a, const void *b)
{
    char x[VIR_UUID_STRING_BUFLEN] = "", y[VIR_UUID_STRING_BUFLEN] = "";
    virSecretGetUUIDString(*(virSecretPtr *)a, x);
    virSecretGetUUIDString(*(virSecretPtr *)b, y);
    return strcmp(x, y);
}

bool
cmd_secret_list(struct shell *sh, const struct call *call)
{
    static const char *const usages[] = {"none", "volume", "ceph", "iscsi", "tls", "vtpm"};
    unsigned int flags = 0;
    virSecretPtr *list = NULL;
    if (opt_flag(call, "ephemeral"))
        flags |= VIR_CONNECT_LIST_SECRETS_EPHEMERAL;
    if (opt_flag(call, "no-ephemeral"))
        flags |= VIR_CONNECT_LIST_SECRETS_NO_EPHEMERAL;
    if (opt_flag(call, "private"))
        flags |= VIR_CONNECT_LIST_SECRETS_PRIVATE;
    if (opt_flag(call, "no-private"))
        flags |= VIR_CONNECT_LIST_SECRETS_NO_PRIVATE;
    int n = virConnectListAllSecrets(sh->conn, &list, flags);
    if (n < 0)
        return fail(sh, "Failed to list secrets");
    qsort(list, n, sizeof(*list), by_uuid);
    g_autoptr(table) t = table_new("UUID", "Usage", NULL);
    for (int i = 0; i < n; i++) {
        int type = virSecretGetUsageType(list[i]);
        const char *id = virSecretGetUsageID(list[i]);
        g_autofree char *usage = type > 0 ? g_strdup_printf("%s %s", WORD(usages, type), id ? id : "")
                                          : g_strdup("Unused");
        table_row(t, uuid_text(list[i]), usage, NULL);
        virSecretFree(list[i]);
    }
    free(list);
    table_print(sh, t);
    return true;
}
