/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * error: the thread's last error and the handlers that are told of it.
 *
 * Owns: one virError per thread (allocated at its first use, freed with the
 * thread), the process-wide handler, and the copy in each connection.  Written
 * by error_publish() only, which the entry points call.
 * Waits: never; handlers run on the thread that failed, without locks held.
 */
#include "base/fork.h"
#include "lib/entry.h"

#include <stdio.h>
#include <stdlib.h>

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
FORK_MUTEX(handler_lock, FORK_LEAF)
static virErrorFunc handler;
static void *handler_data;

static void
free_thread_error(void *opaque)
{
    virFreeError(opaque);
}

static void
make_key(void)
{
    if (pthread_key_create(&key, free_thread_error) != 0)
        abort();
}

static virErrorPtr
thread_error(void)
{
    virErrorPtr err;

    pthread_once(&once, make_key);
    err = pthread_getspecific(key);
    if (!err) {
        err = calloc(1, sizeof(*err));
        if (err)
            pthread_setspecific(key, err);
    }
    return err;
}

static void
copy(virErrorPtr to, const virError *from)
{
    *to = *from;
    to->message = g_strdup(from->message);
    to->str1 = g_strdup(from->str1);
    to->str2 = g_strdup(from->str2);
    to->str3 = g_strdup(from->str3);
    to->conn = NULL;
    to->dom = NULL;
    to->net = NULL;
}

void
virResetError(virErrorPtr err)
{
    if (!err)
        return;
    free(err->message);
    free(err->str1);
    free(err->str2);
    free(err->str3);
    memset(err, 0, sizeof(*err));
}

void
virFreeError(virErrorPtr err)
{
    virResetError(err);
    free(err);
}

void
virResetLastError(void)
{
    virErrorPtr err = thread_error();

    if (err && err->code != VIR_ERR_OK)
        virResetError(err);
}

virErrorPtr
virGetLastError(void)
{
    virErrorPtr err = thread_error();

    return err && err->code != VIR_ERR_OK ? err : NULL;
}

int
virGetLastErrorCode(void)
{
    virErrorPtr err = virGetLastError();

    return err ? err->code : VIR_ERR_OK;
}

int
virGetLastErrorDomain(void)
{
    virErrorPtr err = virGetLastError();

    return err ? err->domain : VIR_FROM_NONE;
}

const char *
virGetLastErrorMessage(void)
{
    virErrorPtr err = virGetLastError();

    if (!err)
        return "no error";
    return err->message ? err->message : "the error came without a message";
}

int
virCopyLastError(virErrorPtr to)
{
    virErrorPtr err = virGetLastError();

    if (!to)
        return -1;
    if (!err) {
        memset(to, 0, sizeof(*to));
        return 0;
    }
    copy(to, err);
    return to->code;
}

virErrorPtr
virSaveLastError(void)
{
    virErrorPtr to = calloc(1, sizeof(*to));

    if (to)
        virCopyLastError(to);
    return to;
}

virErrorPtr
error_save(void)
{
    return virSaveLastError();
}

void
error_restore(virErrorPtr *saved)
{
    virErrorPtr err = thread_error();

    if (err && *saved) {
        virResetError(err);
        *err = **saved;
        free(*saved);
    }
    *saved = NULL;
}

void
virSetErrorFunc(void *userData, virErrorFunc func)
{
    pthread_mutex_lock(&handler_lock);
    handler = func;
    handler_data = userData;
    pthread_mutex_unlock(&handler_lock);
}

void
virConnSetErrorFunc(virConnectPtr conn, void *userData, virErrorFunc func)
{
    if (!handle_is(conn, HANDLE_conn))
        return;
    pthread_mutex_lock(&conn->lock);
    conn->error_func = func;
    conn->error_data = userData;
    pthread_mutex_unlock(&conn->lock);
}

virErrorPtr
virConnGetLastError(virConnectPtr conn)
{
    return handle_is(conn, HANDLE_conn) ? &conn->error : NULL;
}

int
virConnCopyLastError(virConnectPtr conn, virErrorPtr to)
{
    int code;

    if (!to || !handle_is(conn, HANDLE_conn))
        return -1;
    pthread_mutex_lock(&conn->lock);
    code = conn->error.code;
    if (code == VIR_ERR_OK)
        virResetError(to);
    else
        copy(to, &conn->error);
    pthread_mutex_unlock(&conn->lock);
    return code;
}

void
virConnResetLastError(virConnectPtr conn)
{
    if (!handle_is(conn, HANDLE_conn))
        return;
    pthread_mutex_lock(&conn->lock);
    virResetError(&conn->error);
    pthread_mutex_unlock(&conn->lock);
}

/* The names that the default handler has always printed: scripts look for them. */
static const char *const domains[] = {
    "",
    "Xen Driver",
    "Xen Daemon",
    "Xen Store",
    "S-Expression",
    "XML Util",
    "Domain",
    "XML-RPC",
    "Proxy Daemon",
    "Config File",
    "QEMU Driver",
    "Network",
    "Test Driver",
    "Remote Driver",
    "OpenVZ Driver",
    "Xen XM Driver",
    "Linux Statistics",
    "LXC Driver",
    "Storage Driver",
    "Network Driver",
    "Domain Config",
    "User Mode Linux Driver",
    "Node Device Driver",
    "Xen Inotify Driver",
    "Security Driver",
    "VirtualBox Driver",
    "Network Interface Driver",
    "Open Nebula Driver",
    "ESX Driver",
    "Power Hypervisor Driver",
    "Secrets Driver",
    "CPU Driver",
    "XenAPI Driver",
    "Network Filter Driver",
    "Lifecycle Hook",
    "Domain Snapshot",
    "Audit Utils",
    "Sysinfo Utils",
    "I/O Stream Utils",
    "VMware Driver",
    "Event Loop",
    "Xen Light Driver",
    "Lock Driver",
    "Hyper-V Driver",
    "Capabilities Utils",
    "URI Utils",
    "Authentication Utils",
    "DBus Utils",
    "Parallels Cloud Server",
    "Device Config",
    "SSH transport layer",
    "Lock Space",
    "Init control",
    "Identity",
    "Cgroup",
    "Access Manager",
    "Systemd",
    "Bhyve",
    "Crypto",
    "Firewall",
    "Polkit",
    "Thread jobs",
    "Admin Interface",
    "Log Manager",
    "Xen XL Config",
    "Perf",
    "Libssh transport layer",
    "Resource control",
    "FirewallD",
    "Domain Checkpoint",
    "TPM",
    "BPF",
    "Cloud-Hypervisor Driver",
};

void
virDefaultErrorFunc(virErrorPtr err)
{
    const char *domain = "Unknown", *level = "";

    if (!err || err->code == VIR_ERR_OK)
        return;
    if (err->domain >= 0 && err->domain < (int)G_N_ELEMENTS(domains))
        domain = domains[err->domain];
    if (err->level == VIR_ERR_WARNING)
        level = "warning";
    else if (err->level == VIR_ERR_ERROR)
        level = "error";
    fprintf(stderr, "libvirt: %s %s : %s\n", domain, level,
            err->message && *err->message ? err->message : "(no message)");
}

void
error_publish(virConnectPtr conn, const struct err *err)
{
    virErrorPtr to = thread_error();
    virErrorFunc func = NULL;
    void *data = NULL;

    if (!to)
        return;
    virResetError(to);
    to->code = err->code;
    to->domain = err->domain;
    to->level = err->level ? (virErrorLevel)err->level : VIR_ERR_ERROR;
    to->message = g_strdup(err_message(err));
    to->str1 = g_strdup(err->str1);
    to->str2 = g_strdup(err->str2);
    to->str3 = g_strdup(err->str3);
    to->int1 = err->int1;
    to->int2 = err->int2;
    if (conn) {
        pthread_mutex_lock(&conn->lock);
        virResetError(&conn->error);
        copy(&conn->error, to);
        func = conn->error_func;
        data = conn->error_data;
        pthread_mutex_unlock(&conn->lock);
    }
    if (!func) {
        pthread_mutex_lock(&handler_lock);
        func = handler;
        data = handler_data;
        pthread_mutex_unlock(&handler_lock);
    }
    if (func)
        func(data, to);
    else
        virDefaultErrorFunc(to);
}
