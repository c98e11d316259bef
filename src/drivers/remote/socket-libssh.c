/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * socket-libssh: ssh without a program: transports libssh and libssh2 of a URI.
 *
 * Owns: the ssh session, and the thread that moves bytes between its channel and a pair of sockets, whose
 * other end is the connection.  After it has started nobody else uses the session.  Host keys are those of
 * known_hosts= (else the user's libvirt/known_hosts), and known_hosts_verify= says what becomes of others;
 * ~/.ssh/config is not read.  Called by: socket.c, client.c at the end.  Waits for the server, and for the
 * user whom the application asks.
 */
#include "delay-ssh.h"
#include "driver/auth.h"
#include "drivers/remote/socket.h"

#include <errno.h>
#include <glib.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_LIBSSH
#define PIECE 16384

struct relay {
    ssh_session session;
    ssh_channel channel;
    pthread_t thread;
    int fd;   /* our end of the pair */
    int said; /* what the far side says on its error output goes there; -1: nowhere */
};

struct ssh {
    const struct open_request *req;
    const char *server;
    ssh_session session;
};

static int
failed(struct ssh *s, const char *what, struct err *err)
{
    return err_set(err, VIR_ERR_LIBSSH, "%s '%s': %s", what, s->server, ssh_get_error(s->session));
}

/* ---- asking ---- */

/* The answer, to be freed with free(); NULL with err. */
static char *
ask(struct ssh *s, const int *types, const char *prompt, bool from_file, struct err *err)
{
    virConnectCredential cred = { .type = types[0], .prompt = prompt, .challenge = s->server };
    for (const int *type = types; *type; type++)
        if (auth_may_ask(s->req, *type)) {
            cred.type = *type;
            break;
        }
    if (from_file) {
        if (auth_fill(s->req, "ssh", s->server, &cred, 1, err) < 0)
            return NULL;
    } else if (!auth_may_ask(s->req, cred.type) || !s->req->auth->cb ||
               s->req->auth->cb(&cred, 1, s->req->auth->cbdata) < 0) {
        free(cred.result);
        cred.result = NULL;
    }
    if (!cred.result)
        err_set(err, VIR_ERR_LIBSSH, "'%s': nobody answers this question", prompt);
    return cred.result;
}

static const int secrets[] = { VIR_CRED_NOECHOPROMPT, VIR_CRED_PASSPHRASE, 0 };
static const int visible[] = { VIR_CRED_ECHOPROMPT, 0 };

/* ---- who is there ---- */

static char *
fingerprint(ssh_session session)
{
    ssh_key key = NULL;
    unsigned char *hash = NULL;
    size_t n = 0;
    char *text = NULL;
    if (ssh_get_server_publickey(session, &key) == SSH_OK &&
        ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &n) == 0) {
        char *print = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, n);
        text = g_strdup(print);
        ssh_string_free_char(print);
        ssh_clean_pubkey_hash(&hash);
    }
    ssh_key_free(key);
    return text ? text : g_strdup("unknown");
}

static int
check_unknown(struct ssh *s, const char *verify, struct err *err)
{
    g_autofree char *print = fingerprint(s->session);
    if (strcmp(verify, "auto") != 0) {
        g_autofree char *prompt =
            g_strdup_printf("Accept the ssh host key %s of '%s' (y/n)?", print, s->server);
        g_autofree char *answer = ask(s, visible, prompt, false, err);
        if (!answer)
            return err_context(
                err, "The host key %s of '%s' is not known (known_hosts_verify=auto accepts it once)", print,
                s->server);
        if (g_ascii_strcasecmp(answer, "y") != 0)
            return err_set(err, VIR_ERR_LIBSSH, "The host key %s of '%s' was not accepted", print, s->server);
    }
    return ssh_session_update_known_hosts(s->session) == SSH_OK
               ? 0
               : failed(s, "Cannot write down the host key of", err);
}

static int
check_host(struct ssh *s, struct err *err)
{
    const char *verify = uri_param(s->req->uri, "known_hosts_verify");
    if (!verify)
        verify = "normal";
    if (strcmp(verify, "ignore") == 0)
        return 0;
    g_autofree char *print = NULL;
    switch (ssh_session_is_known_server(s->session)) {
    case SSH_KNOWN_HOSTS_OK:
        return 0;
    case SSH_KNOWN_HOSTS_CHANGED:
    case SSH_KNOWN_HOSTS_OTHER:
        print = fingerprint(s->session);
        return err_set(
            err, VIR_ERR_AUTH_FAILED,
            "'%s' has another host key (%s) than the one that is known: somebody may stand between, or "
            "it was installed anew; then remove the old key from the file of known hosts",
            s->server, print);
    case SSH_KNOWN_HOSTS_NOT_FOUND:
    case SSH_KNOWN_HOSTS_UNKNOWN:
        return check_unknown(s, verify, err);
    default:
        return failed(s, "Cannot look up the host key of", err);
    }
}

/* ---- who we are ---- */

/* Each is SSH_AUTH_SUCCESS, or another result with which the next is tried; SSH_AUTH_ERROR with err set ends
 * it. */
static int
by_agent(struct ssh *s, struct err *err)
{
    return ssh_userauth_agent(s->session, NULL);
}

struct passphrase { struct ssh *s; struct err *err; const char *file; };

static int
ask_passphrase(const char *prompt, char *buf, size_t len, int echo, int verify, void *userdata)
{
    struct passphrase *p = userdata;
    g_autofree char *text = g_strdup_printf("Passphrase of the key '%s'", p->file);
    g_autofree char *answer = ask(p->s, secrets, text, false, p->err);
    if (!answer || strlen(answer) >= len)
        return -1;
    strcpy(buf, answer);
    explicit_bzero(answer, strlen(answer));
    return 0;
}

static int
by_key(struct ssh *s, struct err *err)
{
    const char *file = uri_param(s->req->uri, "keyfile");
    struct passphrase p = { s, err, file };
    ssh_key key = NULL;
    if (!file)
        return ssh_userauth_publickey_auto(s->session, NULL, NULL);
    if (ssh_pki_import_privkey_file(file, NULL, ask_passphrase, &p, &key) != SSH_OK) {
        if (!err_is_set(err))
            err_set(err, VIR_ERR_AUTH_FAILED, "Cannot read the private key '%s'", file);
        return SSH_AUTH_ERROR;
    }
    int rc = ssh_userauth_publickey(s->session, NULL, key);
    ssh_key_free(key);
    return rc;
}

static int
by_password(struct ssh *s, struct err *err)
{
    g_autofree char *prompt = g_strdup_printf("Password at '%s'", s->server);
    g_autofree char *password = ask(s, secrets, prompt, true, err);
    if (!password)
        return SSH_AUTH_ERROR;
    int rc = ssh_userauth_password(s->session, NULL, password);
    explicit_bzero(password, strlen(password));
    return rc;
}

static int
by_questions(struct ssh *s, struct err *err)
{
    int rc;
    while ((rc = ssh_userauth_kbdint(s->session, NULL, NULL)) == SSH_AUTH_INFO) {
        int n = ssh_userauth_kbdint_getnprompts(s->session);
        for (int i = 0; i < n; i++) {
            char echo = 0;
            const char *prompt = ssh_userauth_kbdint_getprompt(s->session, (unsigned)i, &echo);
            g_autofree char *answer = ask(s, echo ? visible : secrets, prompt ? prompt : "", !echo, err);
            if (!answer || ssh_userauth_kbdint_setanswer(s->session, (unsigned)i, answer) < 0)
                return SSH_AUTH_ERROR;
        }
    }
    return rc;
}

static const struct method {
    const char *name;
    int bit;
    int (*run)(struct ssh *s, struct err *err);
} methods[] = {
    { "agent", SSH_AUTH_METHOD_PUBLICKEY, by_agent },
    { "privkey", SSH_AUTH_METHOD_PUBLICKEY, by_key },
    { "password", SSH_AUTH_METHOD_PASSWORD, by_password },
    { "keyboard-interactive", SSH_AUTH_METHOD_INTERACTIVE, by_questions },
};

static const struct method *
find_method(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
}

static int
log_in(struct ssh *s, char **wanted, struct err *err)
{
    ERR_AUTO why = ERR_INIT;
    int rc = ssh_userauth_none(s->session, NULL);
    if (rc == SSH_AUTH_SUCCESS)
        return 0;
    for (char **name = wanted; *name; name++) {
        const struct method *m = find_method(*name);
        if (!(ssh_userauth_list(s->session, NULL) & m->bit))
            continue;
        err_clear(&why);
        rc = m->run(s, &why);
        if (rc == SSH_AUTH_SUCCESS)
            return 0;
        if (!ssh_is_connected(s->session))
            break;
    }
    if (err_is_set(&why)) {
        err_move(err, &why);
        if (err && err->domain == VIR_FROM_AUTH)
            err->domain = VIR_FROM_LIBSSH;
        return -1;
    }
    return failed(s, "Cannot log in at", err);
}

/* ---- bytes ---- */

static bool
put_all(int fd, const char *buf, int n)
{
    while (n > 0) {
        ssize_t sent = send(fd, buf, (size_t)n, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        if (sent > 0) {
            buf += sent;
            n -= (int)sent;
        }
    }
    return true;
}

/* What the far side has sent; false at its end. */
static bool
from_far(struct relay *r)
{
    char buf[PIECE];
    int n;
    while ((n = ssh_channel_read_nonblocking(r->channel, buf, sizeof(buf), 1)) > 0)
        if (r->said >= 0 && write(r->said, buf, (size_t)n) < 0)
            break;
    while ((n = ssh_channel_read_nonblocking(r->channel, buf, sizeof(buf), 0)) > 0)
        if (!put_all(r->fd, buf, n))
            return false;
    return n != SSH_ERROR && !ssh_channel_is_eof(r->channel) && !ssh_channel_is_closed(r->channel);
}

static void *
relay_run(void *arg)
{
    struct relay *r = arg;
    char buf[PIECE];
    while (from_far(r)) {
        struct pollfd p[] = { { .fd = r->fd, .events = POLLIN },
                              { .fd = ssh_get_fd(r->session), .events = POLLIN } };
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            break;
        if (!p[0].revents)
            continue;
        ssize_t n = recv(r->fd, buf, sizeof(buf), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            break;
        if (n > 0 && ssh_channel_write(r->channel, buf, (uint32_t)n) != n)
            break;
    }
    shutdown(r->fd, SHUT_RDWR);
    return NULL;
}

void
remote_relay_end(struct relay *r)
{
    shutdown(r->fd, SHUT_RDWR);
    pthread_join(r->thread, NULL);
    ssh_channel_free(r->channel);
    ssh_disconnect(r->session);
    ssh_free(r->session);
    close(r->fd);
    if (r->said >= 0)
        close(r->said);
    g_free(r);
}

/* Takes channel and session. */
static int
start_relay(struct ssh *s, ssh_channel channel, struct remote_target *t, struct err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        ssh_channel_free(channel);
        return err_errno(err, errno, "Cannot make a pair of sockets");
    }
    struct relay *r = g_new0(struct relay, 1);
    t->said = memfd_create("said", MFD_CLOEXEC);
    *r = (struct relay){ .session = s->session, .channel = channel, .fd = pair[1],
                         .said = t->said >= 0 ? dup(t->said) : -1 };
    sigset_t all, old;
    sigfillset(&all); /* signals are the application's */
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int errnum = pthread_create(&r->thread, NULL, relay_run, r);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (errnum) {
        ssh_channel_free(channel);
        close(pair[0]);
        close(pair[1]);
        g_free(r);
        return err_errno(err, errnum, "Cannot start a thread that moves what ssh carries");
    }
    s->session = NULL;
    t->fd = pair[0];
    t->relay = r;
    return 0;
}

/* ---- opening ---- */

static int
set_up(struct ssh *s, int fd, struct err *err)
{
    const struct uri *uri = s->req->uri;
    const char *known = uri_param(uri, "known_hosts");
    g_autofree char *own = g_build_filename(g_get_user_config_dir(), "libvirt", "known_hosts", NULL);
    int no = 0, port = uri->port ? uri->port : 22;
    s->session = ssh_new();
    if (!s->session)
        return err_set(err, VIR_ERR_LIBSSH, "Cannot begin an ssh session");
    if (ssh_options_set(s->session, SSH_OPTIONS_PROCESS_CONFIG, &no) < 0 ||
        ssh_options_set(s->session, SSH_OPTIONS_HOST, s->server) < 0 ||
        ssh_options_set(s->session, SSH_OPTIONS_PORT, &port) < 0 ||
        ssh_options_set(s->session, SSH_OPTIONS_USER, uri->user ? uri->user : g_get_user_name()) < 0 ||
        ssh_options_set(s->session, SSH_OPTIONS_KNOWNHOSTS, known && *known ? known : own) < 0 ||
        ssh_options_set(s->session, SSH_OPTIONS_FD, &fd) < 0)
        return failed(s, "Cannot set up ssh to", err);
    return 0;
}

static int
run_far(struct ssh *s, struct remote_target *t, struct err *err)
{
    g_autofree char *script = remote_far_script(s->req, err);
    if (!script)
        return -1;
    g_autofree char *quoted = g_shell_quote(script);
    g_autofree char *far = g_strdup_printf("sh -c %s", quoted);
    ssh_channel channel = ssh_channel_new(s->session);
    if (!channel || ssh_channel_open_session(channel) != SSH_OK ||
        ssh_channel_request_exec(channel, far) != SSH_OK) {
        failed(s, "Cannot run a command at", err);
        ssh_channel_free(channel);
        return -1;
    }
    return start_relay(s, channel, t, err);
}

/* Parameters that cannot be, before anybody is asked for anything. */
static char **
wanted_methods(const struct uri *uri, struct err *err)
{
    const char *list = uri_param(uri, "sshauth"), *verify = uri_param(uri, "known_hosts_verify");
    g_auto(GStrv) names = g_strsplit(list ? list : "agent,privkey,password,keyboard-interactive", ",", -1);
    for (char **name = names; *name; name++)
        if (!find_method(*name)) {
            err_set_from(err, VIR_FROM_RPC, VIR_ERR_INVALID_ARG,
                         "URI parameter sshauth: '%s' is none of agent, "
                         "privkey, password, keyboard-interactive",
                         *name);
            return NULL;
        }
    if (verify && strcmp(verify, "normal") && strcmp(verify, "auto") && strcmp(verify, "ignore")) {
        err_set_from(err, VIR_FROM_RPC, VIR_ERR_INVALID_ARG,
                     "URI parameter known_hosts_verify=%s is none of normal, auto, ignore", verify);
        return NULL;
    }
    return g_steal_pointer(&names);
}

int
remote_connect_libssh(const struct open_request *req, struct remote_target *t, struct err *err)
{
    const struct uri *uri = req->uri;
    struct ssh s = { .req = req, .server = uri->server && *uri->server ? uri->server : "localhost" };
    g_auto(GStrv) wanted = wanted_methods(uri, err);
    if (!wanted || delay_load(&ssh_library, err) < 0 || remote_connect_tcp(req, 22, t, err) < 0)
        return -1;
    int fd = t->fd, rc = set_up(&s, fd, err);
    t->fd = -1;
    if (rc < 0)
        close(fd);
    else if (ssh_connect(s.session) != SSH_OK) /* the session has the socket */
        rc = failed(&s, "Cannot speak ssh with", err);
    if (rc == 0)
        rc = check_host(&s, err);
    if (rc == 0)
        rc = log_in(&s, wanted, err);
    if (rc == 0)
        rc = run_far(&s, t, err);
    if (s.session) {
        ssh_disconnect(s.session);
        ssh_free(s.session);
    }
    return rc;
}
