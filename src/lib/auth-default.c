/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * auth-default: virConnectAuthPtrDefault, which asks the user on the terminal.
 *
 * Called by: drivers that need credentials, on the thread that opens the connection.
 * Waits: for the user.
 */
#include "lib/entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *
read_line(void)
{
    char *line = NULL;
    size_t room = 0;

    if (getline(&line, &room, stdin) < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\n")] = 0;
    return line;
}

static int
ask(virConnectCredentialPtr cred, unsigned int ncred, void *opaque)
{
    for (unsigned int i = 0; i < ncred; i++) {
        char *answer = NULL, *hidden, *prompt;

        switch (cred[i].type) {
        case VIR_CRED_EXTERNAL:
            continue; /* polkit has its own agents */
        case VIR_CRED_USERNAME:
        case VIR_CRED_AUTHNAME:
        case VIR_CRED_ECHOPROMPT:
        case VIR_CRED_REALM:
            if (printf("%s: ", cred[i].prompt) < 0 || fflush(stdout) != 0)
                return -1;
            answer = read_line();
            break;
        case VIR_CRED_PASSPHRASE:
        case VIR_CRED_NOECHOPROMPT:
            /* getpass() asks once nothing is shown any more: what is typed before that is lost. */
            prompt = g_strdup_printf("%s: ", cred[i].prompt);
            hidden = getpass(prompt);
            g_free(prompt);
            answer = hidden ? strdup(hidden) : NULL;
            break;
        default:
            return -1;
        }
        if (!answer)
            return -1;
        if (!*answer && cred[i].defresult) {
            free(answer);
            answer = strdup(cred[i].defresult);
        }
        cred[i].result = answer;
        cred[i].resultlen = answer ? strlen(answer) : 0;
    }
    return 0;
}

static int types[] = { VIR_CRED_AUTHNAME, VIR_CRED_ECHOPROMPT, VIR_CRED_REALM, VIR_CRED_PASSPHRASE,
                       VIR_CRED_NOECHOPROMPT, VIR_CRED_EXTERNAL };
static virConnectAuth default_auth = { types, G_N_ELEMENTS(types), ask, NULL };
virConnectAuthPtr virConnectAuthPtrDefault = &default_auth;
