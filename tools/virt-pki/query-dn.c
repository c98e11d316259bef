/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* virt-pki-query-dn: prints the distinguished name of a certificate, as tls_allowed_dn_list of the daemon's
 * configuration wants it. */
#include "certificate.h"
#include "config.h"

#include <getopt.h>
#include <stdio.h>

static void
usage(FILE *to)
{
    fprintf(to, "usage: virt-pki-query-dn FILE\n\nPrints the distinguished name of a certificate in PEM "
                "form, as it is "
                "written into\ntls_allowed_dn_list of the daemon's configuration.\n\n"
                "  -h, --help     this text\n  -v, --version  version number\n");
}

int
main(int argc, char **argv)
{
    static const struct option options[] = { { "help", no_argument, NULL, 'h' },
                                             { "version", no_argument, NULL, 'v' },
                                             { NULL, 0, NULL, 0 } };
    g_autofree char *why = NULL;
    int c;
    while ((c = getopt_long(argc, argv, "hv", options, NULL)) != -1) {
        switch (c) {
        case 'h': usage(stdout); return 0;
        case 'v': printf("%s\n", PACKAGE_VERSION); return 0;
        default: usage(stderr); return 1;
        }
    }
    if (argc - optind != 1) {
        usage(stderr);
        return 1;
    }
    g_autoptr(certificate) cert = certificate_read(argv[optind], &why);
    g_autofree char *name = cert ? certificate_name(cert) : NULL;
    if (!name) {
        fprintf(stderr, "%s: %s\n", argv[0], why ? why : "the certificate has no name");
        return 1;
    }
    printf("%s\n", name);
    return 0;
}
