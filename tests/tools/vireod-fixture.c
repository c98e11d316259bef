/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * vireod-fixture: the daemon with a driver of its own, for tests of the daemon.
 *
 * Guests are names: any name exists.  Starting "stuck…" waits until the guest
 * of that name is destroyed; the XML of "big…" has 3 MiB; the console of any
 * echoes; resuming one emits an event; a volume is the file of that name in FIXTURE_DIR.
 */
#include "daemon/drivers.h"

#include "core/event.h"
#include "driver/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_TEST

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct event_hub *hub;
static GHashTable *waiting; /* name → how many starts wait */
static int finished;        /* calls that did their work */

static void
fill(struct domain_ref *ref, const char *name)
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_MD5, name, -1);
    ref->name = g_strdup(name);
    ref->id = -1;
    for (int i = 0; i < UUID_LEN; i++)
        ref->uuid[i] = (unsigned char)sum[i];
}

static int
connect_get_hostname(struct drv_conn *conn, char **result, struct err *err)
{
    *result = g_strdup("fixture");
    return 0;
}

static int
connect_get_lib_version(struct drv_conn *conn, unsigned long *result, struct err *err)
{
    *result = 12008000;
    return 0;
}

static int
domain_lookup_by_name(struct drv_conn *conn, const char *name, struct domain_ref *result, struct err *err)
{
    if (strcmp(name, "missing") == 0)
        return err_set(err, VIR_ERR_NO_DOMAIN, "there is no guest '%s'", name);
    fill(result, name);
    return 0;
}

static int
domain_get_xml_desc(struct drv_conn *conn, const struct domain_ref *dom, unsigned flags, char **result,
                    struct err *err)
{
    g_autofree char *pad = g_strnfill(g_str_has_prefix(dom->name, "big") ? 3 << 20 : 100, 'x');
    *result = g_strdup_printf("<domain><name>%s</name><title>%s</title></domain>", dom->name, pad);
    return 0;
}

static int
domain_get_info(struct drv_conn *conn, const struct domain_ref *dom, virDomainInfoPtr info, struct err *err)
{
    pthread_mutex_lock(&lock);
    *info = (virDomainInfo){ .state = VIR_DOMAIN_RUNNING, .maxMem = 1024, .memory = 1024, .nrVirtCpu = 1,
                             .cpuTime = (unsigned long long)finished };
    pthread_mutex_unlock(&lock);
    return 0;
}

static int
event_register(struct drv_conn *conn, const struct event_filter *filter, event_deliver deliver, void *opaque,
               event_free_opaque free_opaque, struct err *err)
{
    return event_hub_subscribe(hub, filter, deliver, opaque, free_opaque);
}

static int
event_deregister(struct drv_conn *conn, int id, struct err *err)
{
    return event_hub_unsubscribe(hub, id);
}

/* Tells it in an event, 1000 times for "storm…". */
static int
domain_resume(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    for (int i = g_str_has_prefix(dom->name, "storm") ? 1000 : 1; i > 0; i--) {
        struct event *ev = event_new(EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_LIFECYCLE);
        domain_ref_copy(&ev->about.domain, dom);
        ev->u.lifecycle.event = VIR_DOMAIN_EVENT_RESUMED;
        ev->u.lifecycle.detail = i;
        event_hub_emit(hub, ev);
    }
    return 0;
}

/* Set free by a destroy of the same guest. */
static int
domain_create(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    pthread_mutex_lock(&lock);
    if (g_str_has_prefix(dom->name, "stuck")) {
        int n = GPOINTER_TO_INT(g_hash_table_lookup(waiting, dom->name));
        g_hash_table_insert(waiting, g_strdup(dom->name), GINT_TO_POINTER(n + 1));
        while (g_hash_table_contains(waiting, dom->name))
            pthread_cond_wait(&changed, &lock);
    }
    finished++;
    pthread_mutex_unlock(&lock);
    return 0;
}

static int
domain_destroy(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    pthread_mutex_lock(&lock);
    g_hash_table_remove(waiting, dom->name);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return 0;
}

static void *
echo(void *arg)
{
    int fd = GPOINTER_TO_INT(arg);
    char buf[4096];
    ssize_t n;
    while ((n = read(fd, buf, sizeof(buf))) > 0)
        for (ssize_t off = 0, w; off < n; off += w)
            if ((w = write(fd, buf + off, (size_t)(n - off))) < 0)
                break;
    close(fd);
    return NULL;
}

static int
domain_open_console(struct drv_conn *conn, const struct domain_ref *dom, const char *dev, struct stream *st,
                    unsigned flags, struct err *err)
{
    int fds[2];
    pthread_t id;
    if (strcmp(dom->name, "missing") == 0)
        return err_set(err, VIR_ERR_NO_DOMAIN, "there is no such guest");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return err_errno(err, errno, "socketpair");
    stream_set_fd(st, fds[0], true, true);
    if (pthread_create(&id, NULL, echo, GINT_TO_POINTER(fds[1])) == 0)
        pthread_detach(id);
    return 0;
}

/* The descriptor's content tells the test which one it got. */
static int
domain_open_graphics_fd(struct drv_conn *conn, const struct domain_ref *dom, unsigned idx, unsigned flags,
                        struct err *err)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_errno(err, errno, "pipe");
    g_autofree char *text = g_strdup_printf("graphics %u of %s", idx, dom->name);
    if (write(fds[1], text, strlen(text)) < 0)
        return err_errno(err, errno, "write");
    close(fds[1]);
    return fds[0];
}

static int
domain_create_with_files(struct drv_conn *conn, const struct domain_ref *dom, unsigned nfiles, int *files,
                         unsigned flags, struct err *err)
{
    for (unsigned i = 0; i < nfiles; i++) {
        g_autofree char *text = g_strdup_printf("file %u\n", i);
        if (write(files[i], text, strlen(text)) < 0)
            return err_errno(err, errno, "write to file %u", i);
    }
    return 0;
}

static int
domain_lookup_by_uuid(struct drv_conn *conn, const unsigned char *uuid, struct domain_ref *result,
                      struct err *err)
{
    fill(result, "x");
    return 0;
}

static int
volume(const char *name, int flags, struct err *err)
{
    g_autofree char *path = g_build_filename(g_getenv("FIXTURE_DIR"), name, NULL);
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0)
        err_errno(err, errno, "volume '%s'", path);
    return fd;
}

static int
storage_vol_download(struct drv_conn *conn, const struct storage_vol_ref *vol, struct stream *st,
                     unsigned long long offset, unsigned long long length, unsigned flags, struct err *err)
{
    int fd = volume(vol->name, O_RDONLY, err);
    if (fd < 0)
        return -1;
    lseek(fd, (off_t)offset, SEEK_SET);
    stream_set_fd(st, fd, true, false);
    st->length = length;
    st->sparse = flags & VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM;
    return 0;
}

static int
storage_vol_upload(struct drv_conn *conn, const struct storage_vol_ref *vol, struct stream *st,
                   unsigned long long offset, unsigned long long length, unsigned flags, struct err *err)
{
    int fd = volume(vol->name, O_WRONLY | O_CREAT, err);
    if (fd < 0)
        return -1;
    lseek(fd, (off_t)offset, SEEK_SET);
    stream_set_fd(st, fd, false, true);
    st->length = length;
    st->sparse = flags & VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM;
    return 0;
}

static int
storage_pool_lookup_by_name(struct drv_conn *conn, const char *name, struct storage_pool_ref *result,
                            struct err *err)
{
    result->name = g_strdup(name);
    return 0;
}

static int
storage_vol_lookup_by_name(struct drv_conn *conn, const struct storage_pool_ref *pool, const char *name,
                           struct storage_vol_ref *result, struct err *err)
{
    result->pool = g_strdup(pool->name);
    result->name = g_strdup(name);
    result->key = g_strdup(name);
    return 0;
}

static const struct hypervisor_ops hypervisor = {
    .connect_get_hostname = connect_get_hostname,
    .connect_get_lib_version = connect_get_lib_version,
    .domain_lookup_by_name = domain_lookup_by_name,
    .domain_get_xml_desc = domain_get_xml_desc,
    .domain_get_info = domain_get_info,
    .domain_create = domain_create,
    .domain_resume = domain_resume,
    .connect_domain_event_register_any = event_register,
    .connect_domain_event_deregister_any = event_deregister,
    .domain_destroy = domain_destroy,
    .domain_open_console = domain_open_console,
    .domain_open_graphics_fd = domain_open_graphics_fd,
    .domain_create_with_files = domain_create_with_files,
    .domain_lookup_by_uuid = domain_lookup_by_uuid,
};
static const struct storage_ops storage = {
    .storage_vol_download = storage_vol_download,
    .storage_vol_upload = storage_vol_upload,
    .storage_pool_lookup_by_name = storage_pool_lookup_by_name,
    .storage_vol_lookup_by_name = storage_vol_lookup_by_name,
};

static int
fixture_open(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    if (!req->uri || req->admin)
        return 0;
    conn->hypervisor = &hypervisor;
    conn->storage = &storage;
    return 1;
}

static void
fixture_close(struct drv_conn *conn)
{
}

static int
fixture_start(struct io *io, struct executor *ex, const struct config *config, struct err *err)
{
    static const char *const schemes[] = { "qemu", NULL };
    static const struct driver driver = { "fixture", schemes, fixture_open, NULL, fixture_close };
    waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    hub = event_hub_new();
    driver_register(&driver);
    return 0;
}

static const struct hosted_driver fixture = { .name = "fixture", .start = fixture_start };
const struct hosted_driver *const hosted_drivers[] = { &fixture, NULL };
