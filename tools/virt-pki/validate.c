/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* virt-pki-validate: checks the certificates and keys that TLS connections use on this host, one line a
 * check, for clients and for the daemon, of the system and of this user.  A failed check makes the exit
 * code 1. */
#include "certificate.h"
#include "config.h"

#include <getopt.h>
#include <gnutls/abstract.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool failed;

static bool G_GNUC_PRINTF(4, 5)
check(const char *who, bool ok, const char *hint, const char *fmt, ...)
{
    bool color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *what = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    failed |= !ok;
    printf("%7s: %-69s: %s%s%s", who, what, color ? (ok ? "\033[32m" : "\033[31m") : "", ok ? "PASS" : "FAIL",
           color ? "\033[0m" : "");
    printf(ok ? "\n" : " (%s)\n", hint);
    return ok;
}

static certificate *
check_certificate(const char *who, const char *path)
{
    g_autofree char *why = NULL;
    time_t now = time(NULL);
    certificate *cert = certificate_read(path, &why);
    if (!check(who, cert != NULL, why, "Certificate %s", path))
        return NULL;
    check(who, gnutls_x509_crt_get_activation_time(cert) <= now, "its time has not come: is the clock right?",
          "Certificate is valid already");
    check(who, gnutls_x509_crt_get_expiration_time(cert) >= now, "it has to be renewed",
          "Certificate has not expired");
    return cert;
}

static void
check_key(const char *who, const char *path, certificate *cert)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) e = NULL;
    gsize n = 0;
    struct stat st;
    gnutls_x509_privkey_t key = NULL;
    if (!check(who, g_file_get_contents(path, &text, &n, &e), e ? e->message : "", "Private key %s", path))
        return;
    check(who, stat(path, &st) == 0 && !(st.st_mode & (S_IRWXG | S_IRWXO)), "others may read it: chmod 0600",
          "Private key is for its owner only");
    gnutls_datum_t data = {(unsigned char *)text, (unsigned int)n};
    unsigned char of_key[64], of_cert[64];
    size_t key_size = sizeof(of_key), cert_size = sizeof(of_cert);
    bool read = gnutls_x509_privkey_init(&key) == 0 &&
                gnutls_x509_privkey_import(key, &data, GNUTLS_X509_FMT_PEM) == 0;
    if (check(who, read, "it is not a private key in PEM form, or has a password",
              "Private key can be used") &&
        cert) {
        bool same = gnutls_x509_privkey_get_key_id(key, 0, of_key, &key_size) == 0 &&
                    gnutls_x509_crt_get_key_id(cert, 0, of_cert, &cert_size) == 0 && key_size == cert_size &&
                    memcmp(of_key, of_cert, key_size) == 0;
        check(who, same, "it is the key of another certificate", "Private key belongs to the certificate");
    }
    if (key)
        gnutls_x509_privkey_deinit(key);
    gnutls_memset(text, 0, n);
}

/* A certificate of one side, its key, and that the authority has signed it. */
static void
check_pair(const char *who, certificate *ca, const char *cert_path, const char *key_path, const char *purpose)
{
    g_autoptr(certificate) cert = check_certificate(who, cert_path);
    if (cert) {
        certificate *list[] = {ca};
        unsigned int status = 0;
        if (ca)
            check(who,
                  gnutls_x509_crt_verify(cert, list, 1, 0, &status) == 0 && !(status & GNUTLS_CERT_INVALID),
                  "another authority has signed it, or none", "Certificate is signed by the authority");
        check(who, gnutls_x509_crt_check_key_purpose(cert, purpose, 0) != 0,
              "it was made for another purpose", "Certificate may be used for this");
        if (strcmp(purpose, GNUTLS_KP_TLS_WWW_SERVER) == 0) {
            char host[256] = "";
            gethostname(host, sizeof(host) - 1);
            check(who, gnutls_x509_crt_check_hostname(cert, host) != 0,
                  "clients that use this name will refuse it; other names may be fine",
                  "Certificate names host %s", host);
        }
    }
    check_key(who, key_path, cert);
}

static bool
there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void
check_place(const char *ca_path, const char *folder, bool required)
{
    static const struct {
        const char *who, *cert, *key, *purpose;
    } sides[] = {
        {"CLIENT", "clientcert.pem", "clientkey.pem", GNUTLS_KP_TLS_WWW_CLIENT},
        {"SERVER", "servercert.pem", "serverkey.pem", GNUTLS_KP_TLS_WWW_SERVER},
    };
    if (!required && !there(ca_path) && !there(folder))
        return;
    g_autoptr(certificate) ca = check_certificate("CA", ca_path);
    if (ca)
        check("CA", gnutls_x509_crt_get_ca_status(ca, NULL) > 0, "it may not sign others",
              "Certificate is of an authority");
    for (size_t i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autofree char *cert = g_build_filename(folder, sides[i].cert, NULL);
        g_autofree char *key = g_build_filename(folder, "private", sides[i].key, NULL);
        /* A user keeps the key beside the certificate. */
        if (!there(key)) {
            g_autofree char *beside = g_build_filename(folder, sides[i].key, NULL);
            if (there(beside)) {
                g_free(key);
                key = g_steal_pointer(&beside);
            }
        }
        if (there(cert) || there(key))
            check_pair(sides[i].who, ca, cert, key, sides[i].purpose);
    }
}

static void
usage(FILE *to)
{
    fprintf(to, "usage: virt-pki-validate [OPTION]...\n\nChecks the certificates that TLS connections of "
                "this host use.\n\n"
                "  -p, --path=DIR  look in this folder only (cacert.pem, servercert.pem, clientcert.pem, "
                "private/*key.pem)\n"
                "  -h, --help      this text\n  -V, --version   version number\n");
}

int
main(int argc, char **argv)
{
    static const struct option options[] = { { "path", required_argument, NULL, 'p' },
                                             { "help", no_argument, NULL, 'h' },
                                             { "version", no_argument, NULL, 'V' },
                                             { NULL, 0, NULL, 0 } };
    const char *folder = NULL;
    int c;
    while ((c = getopt_long(argc, argv, "p:hV", options, NULL)) != -1) {
        switch (c) {
        case 'p': folder = optarg; break;
        case 'h': usage(stdout); return 0;
        case 'V': printf("%s\n", PACKAGE_VERSION); return 0;
        default: usage(stderr); return 1;
        }
    }
    if (argc > optind) {
        usage(stderr);
        return 1;
    }
    if (folder) {
        g_autofree char *ca = g_build_filename(folder, "cacert.pem", NULL);
        check_place(ca, folder, true);
        return failed ? 1 : 0;
    }
    g_autofree char *own = g_build_filename(g_get_home_dir(), ".pki", "libvirt", NULL);
    g_autofree char *own_ca = g_build_filename(own, "cacert.pem", NULL);
    check_place(SYSCONFDIR "/pki/CA/cacert.pem", SYSCONFDIR "/pki/libvirt", true);
    check_place(own_ca, own, false);
    return failed ? 1 : 0;
}
