/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * open: what a short-lived client costs: loading a library, opening a connection, listing its guests,
 * leaving.
 *
 * usage: bench-open FOLDER URI [ROUNDS]
 * Prints, of ROUNDS processes (31), the medians: processor time in microseconds; in KiB when the list is
 * there, the memory that the process has and what of it is its own (written to: no other process can share
 * it).
 */
#include <dlfcn.h>
#include <libvirt/libvirt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long
memory_kib(const char *which)
{
    FILE *f = fopen("/proc/self/smaps_rollup", "r");
    size_t len = strlen(which);
    char line[256];
    long n = -1;

    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, which, len) == 0 && line[len] == ':')
            n = atol(line + len + 1);
    if (f)
        fclose(f);
    return n;
}

static int
client(const char *folder, const char *uri)
{
    char path[4096];
    virDomainPtr *domains;
    virConnectPtr conn;
    void *lib;
    int n;

    snprintf(path, sizeof(path), "%s%slibvirt.so.0", folder, *folder ? "/" : "");
    lib = dlopen(path, RTLD_NOW);
    if (!lib) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
#define SYM(name) ((__typeof__(&name))dlsym(lib, #name))
    conn = SYM(virConnectOpen)(uri);
    if (!conn)
        return 1;
    n = SYM(virConnectListAllDomains)(conn, &domains, 0);
    if (n < 0)
        return 1;
    printf("%ld %ld\n", memory_kib("Rss"), memory_kib("Private_Dirty"));
    for (int i = 0; i < n; i++)
        SYM(virDomainFree)(domains[i]);
    free(domains);
    return SYM(virConnectClose)(conn) != 0;
}

static int
by_value(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;

    return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
    int rounds = argc > 3 ? atoi(argv[3]) : 31;
    long *times, *sizes, *dirty;

    if (argc < 3 || rounds < 1)
        return 2;
    if (argc > 4)
        return client(argv[1], argv[2]);
    times = calloc((size_t)rounds, sizeof(long));
    sizes = calloc((size_t)rounds, sizeof(long));
    dirty = calloc((size_t)rounds, sizeof(long));
    for (int i = 0; i < rounds; i++) {
        struct rusage used;
        int fds[2], status;
        char text[64];
        ssize_t n;
        pid_t pid;

        if (pipe(fds) < 0 || (pid = fork()) < 0)
            return 2;
        if (pid == 0) {
            dup2(fds[1], 1);
            execl("/proc/self/exe", argv[0], argv[1], argv[2], "1", "client", (char *)NULL);
            _exit(127);
        }
        close(fds[1]);
        n = read(fds[0], text, sizeof(text) - 1);
        text[n > 0 ? n : 0] = 0;
        close(fds[0]);
        if (wait4(pid, &status, 0, &used) < 0 || status != 0) {
            fprintf(stderr, "bench-open: the client failed\n");
            return 1;
        }
        times[i] = used.ru_utime.tv_sec * 1000000L + used.ru_utime.tv_usec + used.ru_stime.tv_sec * 1000000L +
                   used.ru_stime.tv_usec;
        if (sscanf(text, "%ld %ld", &sizes[i], &dirty[i]) != 2)
            return 1;
    }
    qsort(times, (size_t)rounds, sizeof(long), by_value);
    qsort(sizes, (size_t)rounds, sizeof(long), by_value);
    qsort(dirty, (size_t)rounds, sizeof(long), by_value);
    printf("%ld\t%ld\t%ld\n", times[rounds / 2], sizes[rounds / 2], dirty[rounds / 2]);
    return 0;
}
