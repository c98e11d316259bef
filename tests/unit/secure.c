/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * secure: TLS between two ends of a socket pair that takes little at a time: messages of all sizes in both
 * directions at once, from two threads an end, come out whole and in order; and the farewell.
 */
#include "wire/secure.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGES 60
#define LONGEST 200000

static char *folder;

/* ---- certificates ---- */

static char *
in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void
put(const char *name, const gnutls_datum_t *data)
{
    g_autofree char *path = in_folder(name);
    g_assert_true(g_file_set_contents(path, (char *)data->data, data->size, NULL));
}

static gnutls_x509_privkey_t
make_key(const char *file)
{
    gnutls_x509_privkey_t key;
    gnutls_datum_t text;
    g_assert_cmpint(gnutls_x509_privkey_init(&key), ==, 0);
    g_assert_cmpint(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
                    ==, 0);
    g_assert_cmpint(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text), ==, 0);
    put(file, &text);
    gnutls_free(text.data);
    return key;
}

/* `ca` NULL: an authority that signs itself. */
static gnutls_x509_crt_t
make_cert(const char *file, gnutls_x509_privkey_t key, const char *name, gnutls_x509_crt_t ca,
          gnutls_x509_privkey_t ca_key, const char *purpose)
{
    static unsigned char serial;
    gnutls_x509_crt_t cert;
    gnutls_datum_t text;
    g_assert_cmpint(gnutls_x509_crt_init(&cert), ==, 0);
    gnutls_x509_crt_set_version(cert, 3);
    serial++;
    gnutls_x509_crt_set_serial(cert, &serial, 1);
    gnutls_x509_crt_set_key(cert, key);
    gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
    gnutls_x509_crt_set_activation_time(cert, time(NULL) - 3600);
    gnutls_x509_crt_set_expiration_time(cert, time(NULL) + 3600);
    gnutls_x509_crt_set_basic_constraints(cert, !ca, -1);
    gnutls_x509_crt_set_key_usage(cert, ca ? GNUTLS_KEY_DIGITAL_SIGNATURE : GNUTLS_KEY_KEY_CERT_SIGN);
    if (purpose) {
        gnutls_x509_crt_set_key_purpose_oid(cert, purpose, 0);
        gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name),
                                             GNUTLS_FSAN_SET);
    }
    g_assert_cmpint(gnutls_x509_crt_sign2(cert, ca ? ca : cert, ca ? ca_key : key, GNUTLS_DIG_SHA256, 0), ==,
                    0);
    g_assert_cmpint(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &text), ==, 0);
    put(file, &text);
    gnutls_free(text.data);
    return cert;
}

static void
make_pki(void)
{
    gnutls_x509_privkey_t keys[] = { make_key("ca.key"), make_key("server.key"), make_key("client.key") };
    gnutls_x509_crt_t ca = make_cert("ca.pem", keys[0], "authority", NULL, NULL, NULL);
    gnutls_x509_crt_t certs[] = {
        ca,
        make_cert("server.pem", keys[1], "server.example", ca, keys[0], GNUTLS_KP_TLS_WWW_SERVER),
        make_cert("client.pem", keys[2], "client", ca, keys[0], GNUTLS_KP_TLS_WWW_CLIENT),
    };
    for (int i = 0; i < 3; i++) {
        gnutls_x509_privkey_deinit(keys[i]);
        gnutls_x509_crt_deinit(certs[i]);
    }
}

static struct tls_credentials *
credentials(bool server, struct err *err)
{
    g_autofree char *ca = in_folder("ca.pem");
    g_autofree char *cert = in_folder(server ? "server.pem" : "client.pem");
    g_autofree char *key = in_folder(server ? "server.key" : "client.key");
    const struct tls_files files = { .server = server, .ca = ca, .cert = cert, .key = key };
    return tls_credentials_load(&files, err);
}

/* ---- two ends ---- */

struct end { int fd; struct tls *tls; struct secure *secure; uint32_t seed; };

static void
connected(struct end *ends, const char *host)
{
    int pair[2], small = 4096;
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), ==, 0);
    for (int i = 0; i < 2; i++) {
        struct tls_credentials *c = credentials(i == 0, &err);
        g_assert_nonnull(c);
        setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
        ends[i] = (struct end){ .fd = pair[i], .seed = (uint32_t)i + 1 };
        ends[i].tls = tls_new(c, pair[i], i == 0 ? NULL : host, &err);
        g_assert_nonnull(ends[i].tls);
        tls_credentials_unref(c);
    }
    int rc[2] = { 1, 1 };
    while (rc[0] > 0 || rc[1] > 0)
        for (int i = 0; i < 2; i++)
            if (rc[i] > 0) {
                rc[i] = tls_handshake(ends[i].tls, &err);
                g_assert_cmpint(rc[i], >=, 0);
            }
}

static void
closed(struct end *ends)
{
    for (int i = 0; i < 2; i++) {
        if (ends[i].secure)
            secure_free(ends[i].secure);
        else
            tls_free(ends[i].tls);
        close(ends[i].fd);
    }
}

static size_t
length_of(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed % 5 == 0 ? *seed % LONGEST : *seed % 100;
}

static void *
writer(void *arg)
{
    struct end *e = arg;
    struct frame_writer out;
    uint32_t seed = e->seed;
    frame_writer_init(&out);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        const struct net_header h = {
            REMOTE_PROGRAM, 1, REMOTE_PROC_CONNECT_GET_VERSION, NET_CALL, i, NET_OK
        };
        size_t n = length_of(&seed);
        g_autofree char *body = g_malloc(n + 1);
        struct xdr_writer w;
        memset(body, (int)(i % 251), n);
        xdr_writer_init(&w, SIZE_MAX);
        g_assert_cmpint(frame_data(&w, &h, body, n, NULL), ==, 0);
        frame_writer_add(&out, &w, NULL, 0);
        ERR_AUTO err = ERR_INIT;
        int rc;
        while ((rc = secure_flush(e->secure, &out, &err)) == FRAME_AGAIN)
            poll(&(struct pollfd){ .fd = e->fd, .events = POLLOUT }, 1, -1);
        g_assert_cmpint(rc, ==, 1);
    }
    frame_writer_clear(&out);
    return NULL;
}

static void *
reader(void *arg)
{
    struct end *e = arg;
    struct frame_reader in;
    struct frame f;
    uint32_t seed = 3 - e->seed, seen = 0; /* the other's */
    frame_reader_init(&in);
    while (seen < MESSAGES) {
        ERR_AUTO err = ERR_INIT;
        int rc = secure_fill(e->secure, &in, &err);
        if (rc == FRAME_AGAIN) {
            poll(&(struct pollfd){ .fd = e->fd, .events = POLLIN }, 1, -1);
            continue;
        }
        g_assert_cmpint(rc, ==, 1);
        while (frame_reader_next(&in, &f, NULL) == 1) {
            g_assert_cmpuint(f.header.serial, ==, seen);
            g_assert_cmpuint(f.n, ==, length_of(&seed));
            for (size_t i = 0; i < f.n; i++)
                g_assert_cmpint((unsigned char)f.payload[i], ==, (int)(seen % 251));
            seen++;
        }
    }
    frame_reader_clear(&in);
    return NULL;
}

static void
test_both_ways(void)
{
    struct end ends[2];
    ERR_AUTO err = ERR_INIT;
    connected(ends, "server.example");
    pthread_t threads[4];
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(tls_check_peer(ends[i].tls, NULL, &err), ==, 0);
        g_assert_cmpint(tls_key_bits(ends[i].tls), >=, 128);
        ends[i].secure = secure_new(ends[i].fd, ends[i].tls);
    }
    for (int i = 0; i < 4; i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, i % 2 ? reader : writer, &ends[i / 2]), ==, 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    struct frame_reader in;
    frame_reader_init(&in);
    g_assert_cmpint(secure_fill(ends[0].secure, &in, &err), ==, FRAME_AGAIN);
    secure_bye(ends[1].secure);
    g_assert_cmpint(secure_fill(ends[0].secure, &in, &err), ==, 0); /* the socket is open still */
    g_assert_true(in.eof);
    frame_reader_clear(&in);
    closed(ends);
}

/* What came together with the end is not lost, nor is the end. */
static void
test_last_words(void)
{
    struct end ends[2];
    ERR_AUTO err = ERR_INIT;
    struct frame_writer out;
    struct frame_reader in;
    struct frame f;
    struct xdr_writer w;
    const struct net_header h = { REMOTE_PROGRAM, 1, 1, NET_CALL, 7, NET_OK };
    connected(ends, "server.example");
    for (int i = 0; i < 2; i++)
        ends[i].secure = secure_new(ends[i].fd, ends[i].tls);
    frame_writer_init(&out);
    frame_reader_init(&in);
    xdr_writer_init(&w, SIZE_MAX);
    g_assert_cmpint(frame_data(&w, &h, "last", 4, NULL), ==, 0);
    frame_writer_add(&out, &w, NULL, 0);
    g_assert_cmpint(secure_flush(ends[1].secure, &out, &err), ==, 1);
    secure_bye(ends[1].secure);
    g_assert_cmpint(secure_fill(ends[0].secure, &in, &err), ==, 1);
    g_assert_cmpint(frame_reader_next(&in, &f, NULL), ==, 1);
    g_assert_cmpmem(f.payload, f.n, "last", 4);
    g_assert_cmpint(secure_fill(ends[0].secure, &in, &err), ==, 0);
    frame_reader_clear(&in);
    frame_writer_clear(&out);
    closed(ends);
}

static void
test_names(void)
{
    static const struct { const char *host; const char *names[3]; bool server, client; } rows[] = {
        { "server.example", { "CN=client" }, true, true },
        { "server.example", { "CN=nobody", "CN=cl*" }, true, true },
        { "server.example", { "client" }, true, false },
        { "other.example", { "CN=client" }, false, true },
        { "server.example", { NULL }, true, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct end ends[2];
        ERR_AUTO err = ERR_INIT, other = ERR_INIT;
        connected(ends, rows[i].host);
        g_assert_cmpint(tls_check_peer(ends[0].tls, rows[i].names, &err), ==, rows[i].client ? 0 : -1);
        g_assert_true(rows[i].client || strstr(err.message, "CN=client"));
        g_assert_cmpint(tls_check_peer(ends[1].tls, NULL, &other), ==, rows[i].server ? 0 : -1);
        g_assert_true(rows[i].server || strstr(other.message, "server.example"));
        g_autofree char *name = tls_peer_name(ends[0].tls);
        g_assert_cmpstr(name, ==, "CN=client");
        closed(ends);
    }
}

static void
test_noise(void)
{
    struct end ends[2];
    ERR_AUTO err = ERR_INIT;
    struct frame_reader in;
    connected(ends, "server.example");
    ends[0].secure = secure_new(ends[0].fd, ends[0].tls);
    frame_reader_init(&in);
    g_assert_cmpint(write(ends[1].fd, "this is no record of TLS", 24), ==, 24);
    g_assert_cmpint(secure_fill(ends[0].secure, &in, &err), ==, -1);
    g_assert_cmpint(err.code, ==, VIR_ERR_RPC);
    g_assert_false(frame_reader_has_message(&in));
    frame_reader_clear(&in);
    closed(ends);
}

static void
test_bad_files(void)
{
    static const struct { const char *file, *text, *word; } rows[] = {
        { "ca.pem", "nothing", "ca.pem" },
        { "server.pem", "", "server.pem" },
        { "server.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "server.key" },
        { "server.key", NULL, "server.key" }, /* another's */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        ERR_AUTO err = ERR_INIT;
        g_autofree char *path = in_folder(rows[i].file), *other = in_folder("client.key");
        g_autofree char *kept = NULL, *text = g_strdup(rows[i].text);
        g_assert_true(g_file_get_contents(path, &kept, NULL, NULL));
        g_assert_true(text || g_file_get_contents(other, &text, NULL, NULL));
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
        g_assert_null(credentials(true, &err));
        g_assert_nonnull(strstr(err.message, rows[i].word));
        g_assert_true(g_file_set_contents(path, kept, -1, NULL));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("vireo-secure-XXXXXX", NULL);
    make_pki();
    g_test_add_func("/secure/both-ways", test_both_ways);
    g_test_add_func("/secure/last-words", test_last_words);
    g_test_add_func("/secure/names", test_names);
    g_test_add_func("/secure/noise", test_noise);
    g_test_add_func("/secure/bad-files", test_bad_files);
    int rc = g_test_run();
    static const char *const files[] = { "ca.pem",     "ca.key",     "server.pem",
                                         "server.key", "client.pem", "client.key" };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = in_folder(files[i]);
        g_unlink(path);
    }
    g_rmdir(folder);
    g_free(folder);
    return rc;
}
