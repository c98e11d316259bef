/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qemu-define: the QEMU driver's text work in process, without a daemon.
 *
 *   qemu-define caps                          capabilities
 *   qemu-define domcaps [EMULATOR [ARCH [MACHINE [VIRTTYPE]]]]   ("-": none)
 *
 * State goes below $QEMU_DEFINE_ROOT (default: a folder in /tmp).
 */
#include "drivers/qemu/capabilities.h"
#include "drivers/qemu/qemu-host.h"

#include <stdio.h>
#include <string.h>

static const char *
argument(int argc, char **argv, int i)
{
    return i < argc && strcmp(argv[i], "-") ? argv[i] : NULL;
}

int
main(int argc, char **argv)
{
    ERR_AUTO err = ERR_INIT;
    g_autofree char *fallback = g_build_filename(g_get_tmp_dir(), "qemu-define", NULL);
    const char *root = g_getenv("QEMU_DEFINE_ROOT");
    struct qemu_host *host = qemu_host_new(false, root ? root : fallback, true, &err);
    g_autofree char *text = NULL;
    if (host && argc > 1 && !strcmp(argv[1], "caps"))
        text = qemu_capabilities(host, &err);
    else if (host && argc > 1 && !strcmp(argv[1], "domcaps"))
        text = qemu_domain_capabilities(host, argument(argc, argv, 2), argument(argc, argv, 3),
                                        argument(argc, argv, 4), argument(argc, argv, 5), &err);
    else if (host)
        err_set_from(&err, 0, VIR_ERR_INVALID_ARG, "usage: see the head of qemu-define.c");
    if (text)
        fputs(text, stdout);
    else
        fprintf(stderr, "error %d/%d: %s\n", err.code, err.domain, err_message(&err));
    qemu_host_free(host);
    return text ? 0 : 1;
}
