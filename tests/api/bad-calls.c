/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bad-calls: calls every public function of a libvirt library with one bad argument at a time and prints how
 * each call ended: "FUNCTION<tab>CASE<tab>RESULT<tab>CODE<tab>DOMAIN<tab>LEVEL".
 *
 * usage: bad-calls FOLDER URI [FUNCTION…]
 *
 * FOLDER holds the libraries ("" for those of the system): nothing is linked, so that the same program asks
 * ours and any other.  Every call runs in a process of its own, a fork of one that has opened the
 * connections, so that none changes the world of the next, and a crash or a hang is one more way to end.
 * Through a daemon (a URI with a transport) each opens its own connections, and the daemon's host is a new
 * one for each, because the one before is gone with its last connection.
 */
#include "bad-calls.h"

#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define HANG_SECONDS 20


static void *libraries[4];
static const char *const sonames[] = { "libvirt.so.0", "libvirt-qemu.so.0", "libvirt-lxc.so.0",
                                       "libvirt-admin.so.0" };
/* A handle of each kind: of a connection, of a second one, and of a read-only one. */
enum world { MINE, OTHERS, READONLY, WORLDS };
static long handles[WORLDS][KIND_handles_end];
/* What children leave behind. */
struct outcome { long result; int code, domain, level; long handles[WORLDS][KIND_handles_end]; };
static struct outcome *shared;
/* A call with the handles of a world and one argument of its own: a value, or a handle. */
struct trial {
    const struct bad_call *call;
    enum world world;
    int at; /* -1: none */
    long value;
    enum kind kind; /* of the handle, from this world: */
    enum world of;
};
static long memory[BAD_ARGS_MAX][512];
static const char *uri;
static bool remote;

static void *
symbol(const char *library, const char *name)
{
    for (size_t i = 0; i < sizeof(sonames) / sizeof(*sonames); i++)
        if (strcmp(sonames[i], library) == 0 && libraries[i])
            return dlsym(libraries[i], name);
    return NULL;
}

/* A function of the main library, typed. */
#define SYM(name) ((__typeof__(&name))symbol("libvirt.so.0", #name))

static void
silence(void *opaque, virErrorPtr err)
{
}

static void
callback(void)
{
}

/* ---- the world ---- */

#define FIRST(kind, list, type) { \
        type##Ptr *all = NULL; \
        int n = SYM(list)(conn, &all, 0); \
        h[KIND_##kind] = n > 0 ? (long)all[0] : 0; \
    }

static virConnectPtr
connect(bool readonly)
{
    virConnectPtr conn = readonly ? SYM(virConnectOpenReadOnly)(uri) : SYM(virConnectOpen)(uri);

    if (!conn) {
        fprintf(stderr, "bad-calls: cannot open %s: %s\n", uri, SYM(virGetLastErrorMessage)());
        _exit(2);
    }
    return conn;
}

/* Whether nobody has been here.  One call spoils one of the two at most. */
static bool
is_untouched(virConnectPtr conn)
{
    virDomainPtr dom = SYM(virDomainLookupByName)(conn, "test");
    virStoragePoolPtr pool = SYM(virStoragePoolLookupByName)(conn, "default-pool");
    virDomainSnapshotPtr snap = dom ? SYM(virDomainSnapshotLookupByName)(dom, "snap", 0) : NULL;
    virStorageVolPtr vol = pool ? SYM(virStorageVolLookupByName)(pool, "vol") : NULL;
    bool untouched = dom && pool && !snap && !vol;

    /* Each would keep its connection open. */
    if (snap)
        SYM(virDomainSnapshotFree)(snap);
    if (vol)
        SYM(virStorageVolFree)(vol);
    if (dom)
        SYM(virDomainFree)(dom);
    if (pool)
        SYM(virStoragePoolFree)(pool);
    return untouched;
}

/* The first connection to a host that is new: the daemon may still be busy to take the last one away. */
static virConnectPtr
connect_new(void)
{
    virConnectPtr conn = connect(false);

    while (remote && !is_untouched(conn)) {
        SYM(virConnectClose)(conn);
        usleep(500);
        conn = connect(false);
    }
    return conn;
}

static void
fill(long *h, bool readonly, bool make)
{
    virConnectPtr conn = make ? connect_new() : connect(readonly);
    virDomainPtr dom;
    virStoragePoolPtr pool;

    h[KIND_conn] = (long)conn;
    h[KIND_stream] = (long)SYM(virStreamNew)(conn, VIR_STREAM_NONBLOCK);
    FIRST(domain, virConnectListAllDomains, virDomain)
    FIRST(network, virConnectListAllNetworks, virNetwork)
    FIRST(interface, virConnectListAllInterfaces, virInterface)
    FIRST(storage_pool, virConnectListAllStoragePools, virStoragePool)
    h[KIND_node_device] = (long)SYM(virNodeDeviceLookupByName)(conn, "scsi_host1"); /* their order varies */
    FIRST(secret, virConnectListAllSecrets, virSecret)
    FIRST(nwfilter, virConnectListAllNWFilters, virNWFilter)
    FIRST(nwfilter_binding, virConnectListAllNWFilterBindings, virNWFilterBinding)
    dom = (virDomainPtr)h[KIND_domain];
    pool = (virStoragePoolPtr)h[KIND_storage_pool];
    if (make && dom) {
        SYM(virDomainSnapshotCreateXML)(dom, "<domainsnapshot><name>snap</name></domainsnapshot>", 0);
        SYM(virDomainCheckpointCreateXML)(dom, "<domaincheckpoint><name>check</name></domaincheckpoint>", 0);
    }
    if (make && pool)
        SYM(virStorageVolCreateXML)(pool, "<volume><name>vol</name><capacity>1048576</capacity></volume>", 0);
    if (pool)
        h[KIND_storage_vol] = (long)SYM(virStorageVolLookupByName)(pool, "vol");
    if (dom) {
        h[KIND_domain_snapshot] = (long)SYM(virDomainSnapshotLookupByName)(dom, "snap", 0);
        h[KIND_domain_checkpoint] = (long)SYM(virDomainCheckpointLookupByName)(dom, "check", 0);
    }
}

static void
fill_all(void)
{
    fill(handles[MINE], false, true);
    fill(handles[OTHERS], false, false);
    fill(handles[READONLY], true, false);
}

static void
make_world(const char *folder)
{
    for (size_t i = 0; i < sizeof(sonames) / sizeof(*sonames); i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s%s%s", folder, *folder ? "/" : "", sonames[i]);
        libraries[i] = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
        if (!libraries[i]) {
            fprintf(stderr, "bad-calls: %s\n", dlerror());
            exit(2);
        }
    }
    SYM(virInitialize)();
    ((__typeof__(&virAdmInitialize))symbol("libvirt-admin.so.0", "virAdmInitialize"))();
    SYM(virSetErrorFunc)(NULL, silence);
    if (!remote) {
        fill_all();
        return;
    }
    /* What there is, is all that has to be known here. */
    if (fork() == 0) {
        fill_all();
        memcpy(shared->handles, handles, sizeof(handles));
        _exit(0);
    }
    if (wait(NULL) < 0)
        exit(2);
    memcpy(handles, shared->handles, sizeof(handles));
}

/* ---- one call ---- */

static const char *const kind_names[] = {
    [0] = "",
#define KIND_NAME(type) [KIND_##type] = #type,
    BAD_HANDLES(KIND_NAME)
};

static void
good(const struct bad_call *call, const long *world, long *args)
{
    memset(memory, 0, sizeof(memory));
    for (int i = 0; i < call->nargs; i++) {
        switch (call->kinds[i]) {
        case KIND_flags: case KIND_null: args[i] = 0; break;
        case KIND_callback: args[i] = (long)callback; break;
        case KIND_string: args[i] = (long)"text"; break;
        case KIND_strings:
            memory[i][0] = (long)"text";
            args[i] = (long)memory[i];
            break;
        case KIND_memory: args[i] = (long)memory[i]; break;
        case KIND_unsigned: case KIND_number: case KIND_double: args[i] = 1; break;
        default: args[i] = world[call->kinds[i]];
        }
    }
}

static void
try(struct trial t, const char *how)
{
    const struct bad_call *call = t.call;
    void *f = symbol(call->library, call->name);
    int status;
    pid_t pid;

    if (!f)
        return; /* newer than the library */
    fflush(stdout);
    pid = fork();
    if (pid < 0) {
        perror("bad-calls: fork");
        exit(2);
    }
    if (pid == 0) {
        long args[BAD_ARGS_MAX];
        virErrorPtr err;

        alarm(HANG_SECONDS);
        if (remote)
            fill_all();
        good(call, handles[t.world], args);
        if (t.at >= 0)
            args[t.at] = t.kind ? handles[t.of][t.kind] : t.value;
        SYM(virResetLastError)();
        shared->result = call->run(args, f);
        err = SYM(virGetLastError)();
        shared->code = err ? err->code : 0;
        shared->domain = err ? err->domain : 0;
        shared->level = err ? (int)err->level : 0;
        _exit(0);
    }
    if (waitpid(pid, &status, 0) < 0)
        exit(2);
    if (WIFSIGNALED(status))
        printf("%s\t%s\t%s\t%d\t0\t0\n", call->name, how, WTERMSIG(status) == SIGALRM ? "hangs" : "dies",
               WTERMSIG(status));
    else
        printf("%s\t%s\t%s\t%d\t%d\t%d\n", call->name, how, shared->result < 0 ? "fails" : "succeeds",
               shared->code, shared->domain, shared->level);
}

static bool
is_handle(enum kind kind)
{
    return kind > KIND_end && kind < KIND_handles_end;
}

static void
spoil(const struct bad_call *call, int at, long value, const char *what)
{
    char how[128];

    snprintf(how, sizeof(how), "%s=%s", call->names[at], what);
    try((struct trial){ call, MINE, at, value }, how);
}

static void
spoil_handle(const struct bad_call *call, int at, enum world of, enum kind kind, const char *what)
{
    char how[128];

    snprintf(how, sizeof(how), "%s=%s", call->names[at], what);
    try((struct trial){ call, MINE, at, 0, kind, of }, how);
}

static void
with_flags(const struct bad_call *call, enum world world, const char *prefix)
{
    int at = 0;
    char how[64];

    while (at < call->nargs && call->kinds[at] != KIND_flags)
        at++;
    if (at == call->nargs)
        return;
    for (int bit = 0; bit < 32; bit++) {
        snprintf(how, sizeof(how), "%sflag 0x%lx", prefix, 1UL << bit);
        try((struct trial){ call, world, at, (long)(1UL << bit) }, how);
    }
    for (const unsigned int *f = call->flags; *f; f++) {
        snprintf(how, sizeof(how), "%sflags 0x%x", prefix, *f);
        try((struct trial){ call, world, at, *f }, how);
    }
}

static void
go_through(const struct bad_call *call)
{
    bool complete = true;

    for (int i = 0; i < call->nargs; i++)
        if (is_handle(call->kinds[i]) && !handles[MINE][call->kinds[i]])
            complete = false;
    for (int i = 0; i < call->nargs; i++) {
        enum kind kind = call->kinds[i];

        if (is_handle(kind)) {
            spoil(call, i, 0, "NULL");
            spoil_handle(call, i, MINE, kind == KIND_conn ? KIND_stream : KIND_conn, "other type");
        }
        if (!complete)
            continue;
        if (is_handle(kind) && i > 0 && handles[OTHERS][kind])
            spoil_handle(call, i, OTHERS, kind, "of another connection");
        if (kind == KIND_callback || kind == KIND_string || kind == KIND_strings || kind == KIND_memory)
            spoil(call, i, 0, "NULL");
        if (kind == KIND_string)
            spoil(call, i, (long)"", "empty");
        if (kind == KIND_number) {
            spoil(call, i, 0, "0");
            spoil(call, i, -1, "-1");
            spoil(call, i, INT_MAX, "INT_MAX");
        }
        if (kind == KIND_unsigned) {
            spoil(call, i, 0, "0");
            spoil(call, i, (long)UINT_MAX, "UINT_MAX");
        }
    }
    if (!complete) {
        for (int i = 0; i < call->nargs; i++)
            if (is_handle(call->kinds[i]) && !handles[MINE][call->kinds[i]])
                printf("%s\tno handle of type %s\t\t\t\t\n", call->name, kind_names[call->kinds[i]]);
        return;
    }
    try((struct trial){ call, MINE, -1 }, "good");
    with_flags(call, MINE, "");
    if (call->nargs == 0 || !is_handle(call->kinds[0]) || !handles[READONLY][call->kinds[0]])
        return;
    try((struct trial){ call, READONLY, -1 }, "read-only");
    with_flags(call, READONLY, "read-only, ");
}

int
main(int argc, char **argv)
{
    char folder[] = "/tmp/bad-calls.XXXXXX";

    if (argc < 3) {
        fprintf(stderr, "usage: bad-calls FOLDER URI [FUNCTION…]\n");
        return 2;
    }
    /* Names of files in the calls ("text") lead here. */
    if (!mkdtemp(folder) || chdir(folder) < 0) {
        perror("bad-calls: a temporary folder");
        return 2;
    }
    setenv("LIBVIRT_DEFAULT_URI", argv[2], 1);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uri = argv[2];
    remote = strchr(uri, '+') != NULL;
    make_world(argv[1]);
    for (const struct bad_call *call = bad_calls; call->name; call++) {
        bool wanted = argc == 3;

        for (int i = 3; i < argc; i++)
            wanted = wanted || strcmp(argv[i], call->name) == 0;
        if (wanted)
            go_through(call);
    }
    unlink("text");
    return chdir("/") < 0 || rmdir(folder) < 0; /* a file that a call left is worth a look */
}
