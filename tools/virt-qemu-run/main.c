/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* virt-qemu-run: one guest from an XML file, with the QEMU driver in this process and no daemon.  The guest's
 * files live below a root folder, a temporary one unless given; the guest ends with the program and the
 * program with the guest. */
#include "base/io.h"
#include "base/log.h"
#include "config.h"
#include "core/event.h"
#include "core/executor.h"
#include "drivers/qemu/qemu-driver.h"

#include <getopt.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int stopped = -1; /* readable once the guest has ended */

static void
on_lifecycle(struct event *ev, int id, void *opaque)
{
    uint64_t one = 1;
    if (ev->u.lifecycle.event == VIR_DOMAIN_EVENT_STOPPED && write(stopped, &one, sizeof(one)) < 0)
        g_warning("the end of the guest is lost");
}

/* Starts the guest and waits for its end or ours. */
static int
run(struct drv_conn *conn, const char *xml, bool verbose, int signals, struct err *err)
{
    struct domain_ref dom = {0};
    if (conn->hypervisor->domain_create_xml(conn, xml, 0, &dom, err) < 0)
        return -1;
    if (verbose)
        fprintf(stderr, "guest %s runs\n", dom.name);
    struct pollfd p[] = {{stopped, POLLIN, 0}, {signals, POLLIN, 0}};
    while (poll(p, G_N_ELEMENTS(p), -1) < 0)
        ;
    int rc = 0;
    if (!p[0].revents) {
        if (verbose)
            fprintf(stderr, "stopping guest %s\n", dom.name);
        rc = conn->hypervisor->domain_destroy(conn, &dom, err);
    } else if (verbose) {
        fprintf(stderr, "guest %s has ended\n", dom.name);
    }
    domain_ref_clear(&dom);
    return rc;
}

static int
drive(const char *root, const char *xml, bool verbose, int signals, struct err *err)
{
    struct executor_config limits = {0};
    struct event_hub *hub = event_hub_new();
    struct executor *executor = executor_new(&limits);
    struct io *io = io_new(err);
    int rc = -1;
    if (io && io_start(io, "io", err) == 0) {
        const struct event_filter filter = {.family = EVENT_DOMAIN, .id = VIR_DOMAIN_EVENT_ID_LIFECYCLE};
        struct qemu_driver_config config = {.root = root, .io = io, .executor = executor, .hub = hub};
        event_hub_subscribe(hub, &filter, on_lifecycle, NULL, NULL);
        struct qemu_driver *driver = qemu_driver_start(&config, err);
        if (driver) {
            struct drv_conn conn = {0};
            qemu_driver_open(driver, &conn);
            rc = run(&conn, xml, verbose, signals, err);
            qemu_driver_close(&conn);
            qemu_driver_stop(driver);
        }
        executor_free(executor);
        io_stop(io);
    } else {
        executor_free(executor);
    }
    io_free(io);
    event_hub_free(hub);
    return rc;
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            remove_tree(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}

static void
usage(FILE *to)
{
    fprintf(to, "usage: virt-qemu-run [OPTION]... GUEST-XML-FILE\n\n"
                "Runs one guest until it ends, without a daemon.\n\n"
                "  -r, --root=DIR  keep the guest's files below this folder, rather than in a temporary one\n"
                "  -d, --debug     log what the driver does\n"
                "  -v, --verbose   say what happens\n"
                "  -h, --help      this text\n"
                "  -V, --version   version number\n");
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        { "root", required_argument, NULL, 'r' }, { "debug", no_argument, NULL, 'd' },
        { "verbose", no_argument, NULL, 'v' },    { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },    { NULL, 0, NULL, 0 }
    };
    const char *given = NULL;
    bool verbose = false, debug = false;
    g_autoptr(GError) why = NULL;
    g_autofree char *xml = NULL;
    ERR_AUTO err = ERR_INIT;
    int c;
    while ((c = getopt_long(argc, argv, "r:dvhV", options, NULL)) != -1) {
        switch (c) {
        case 'r': given = optarg; break;
        case 'd': debug = true; break;
        case 'v': verbose = true; break;
        case 'h': usage(stdout); return 0;
        case 'V': printf("%s\n", PACKAGE_VERSION); return 0;
        default: usage(stderr); return 1;
        }
    }
    if (argc - optind != 1) {
        usage(stderr);
        return 1;
    }
    if (!g_file_get_contents(argv[optind], &xml, NULL, &why)) {
        fprintf(stderr, "%s: %s\n", argv[0], why->message);
        return 1;
    }
    if (debug)
        g_setenv("LIBVIRT_DEBUG", "1", FALSE);
    log_from_environment();
    g_autofree char *root =
        given ? g_canonicalize_filename(given, NULL) : g_dir_make_tmp("virt-qemu-run-XXXXXX", &why);
    if (!root || g_mkdir_with_parents(root, 0700) < 0) {
        fprintf(stderr, "%s: cannot make a root folder: %s\n", argv[0], why ? why->message : root);
        return 1;
    }
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL); /* before there are threads */
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    stopped = eventfd(0, EFD_CLOEXEC);
    int rc = drive(root, xml, verbose, signals, &err);
    if (rc < 0)
        fprintf(stderr, "%s: cannot run the guest of %s: %s\n", argv[0], argv[optind], err_message(&err));
    if (!given)
        remove_tree(root);
    return rc < 0 ? 1 : 0;
}
