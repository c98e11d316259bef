/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpumap.h"

#include <string.h>

int
cpumap_host_cpus(struct shell *sh)
{
    int n = virNodeGetCPUMap(sh->conn, NULL, NULL, 0);
    if (n >= 0)
        return n;
    virNodeInfo info;
    err_forget(sh);
    if (virNodeGetInfo(sh->conn, &info) < 0)
        return -1;
    return VIR_NODEINFO_MAXCPUS(info);
}

unsigned char *
cpumap_parse(struct shell *sh, const char *text, int ncpus)
{
    g_autofree unsigned char *map = g_malloc0(VIR_CPU_MAPLEN(ncpus) + 1);
    if (strcmp(text, "r") == 0) {
        for (int i = 0; i < ncpus; i++)
            VIR_USE_CPU(map, i);
        return g_steal_pointer(&map);
    }
    g_auto(GStrv) parts = g_strsplit(text, ",", 0);
    for (size_t i = 0; parts[i]; i++) {
        const char *p = parts[i];
        char *end;
        bool remove = *p == '^';
        p += remove;
        guint64 first = g_ascii_strtoull(p, &end, 10), last = first;
        bool bad = end == p || !g_ascii_isdigit(*p);
        if (!bad && *end == '-' && !remove) {
            p = end + 1;
            last = g_ascii_strtoull(p, &end, 10);
            bad = end == p || !g_ascii_isdigit(*p) || last < first;
        }
        if (bad || *end) {
            fail(sh, "Invalid cpulist '%s'", text);
            fail(sh, "'%s' is neither a number, a range nor an exception such as ^3", parts[i]);
            return NULL;
        }
        if (last >= (guint64)ncpus) {
            fail(sh, "CPU %llu in cpulist '%s' exceed the maxcpu %d", (unsigned long long)last, text, ncpus);
            return NULL;
        }
        for (guint64 c = first; c <= last; c++) {
            if (remove)
                VIR_UNUSE_CPU(map, c);
            else
                VIR_USE_CPU(map, c);
        }
    }
    for (int i = 0; i < ncpus; i++)
        if (VIR_CPU_USED(map, i))
            return g_steal_pointer(&map);
    fail(sh, "Invalid cpulist '%s'", text);
    return NULL;
}

char *
cpumap_format(const unsigned char *map, int len, int ncpus)
{
    GString *s = g_string_new(NULL);
    for (int i = 0; i < len * 8; i++) {
        if (!VIR_CPU_USED(map, i))
            continue;
        int last = i;
        while (last + 1 < len * 8 && VIR_CPU_USED(map, last + 1))
            last++;
        if (s->len)
            g_string_append_c(s, ',');
        g_string_append_printf(s, last > i ? "%d-%d" : "%d", i, last);
        i = last;
    }
    return g_string_free(s, FALSE);
}
