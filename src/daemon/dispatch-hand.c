/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * dispatch-hand: the procedures whose arguments or results fit no rule of
 * gen/wire_plan.py.  Each decodes, checks, calls its slot, encodes, frees, as the
 * generated ones do.  Descriptors are in dispatch-fds.c, lists of structs in
 * dispatch-lists.c.  Waits as the slot does.
 */
#include "daemon/dispatch-support.h"
#include "dispatch-hand.h"

#define ERR_FROM VIR_FROM_RPC

/* ncpumaps maps of maplen bytes each: bounded before anything is allocated. */
static int
cpumaps_size(int64_t n, int64_t maplen, struct err *err)
{
    if (dispatch_count(n, REMOTE_VCPUINFO_MAX, err) < 0 || dispatch_count(maplen, REMOTE_CPUMAP_MAX, err) < 0)
        return -1;
    return dispatch_count(n * maplen, REMOTE_CPUMAPS_MAX, err);
}

HAND(remote_domain_get_vcpus)
{
    if (cpumaps_size(a->maxinfo, a->maplen, err) < 0)
        return -1;
    size_t room = (size_t)MAX(a->maxinfo, 1);
    virVcpuInfoPtr info = xdr_arena_alloc(call->arena, room * sizeof(*info));
    unsigned char *maps = a->maplen ? xdr_arena_alloc(call->arena, room * (size_t)a->maplen) : NULL;
    int n =
        call->conn->hypervisor->domain_get_vcpus(call->conn, &a->dom, info, a->maxinfo, maps, a->maplen, err);
    if (n < 0)
        return -1;
    struct remote_vcpu_info *out = xdr_arena_alloc(call->arena, ((size_t)n + 1) * sizeof(*out));
    for (int i = 0; i < n; i++)
        out[i] = (struct remote_vcpu_info){ info[i].number, info[i].state, info[i].cpuTime, info[i].cpu };
    struct remote_domain_get_vcpus_ret ret = {
        .info = out, .info_n = (uint32_t)n, .cpumaps = maps, .cpumaps_n = (uint32_t)(a->maxinfo * a->maplen),
    };
    return xdr_encode(w, XDR_remote_domain_get_vcpus_ret, &ret, err);
}

HAND(remote_domain_get_vcpu_pin_info)
{
    if (cpumaps_size(a->ncpumaps, a->maplen, err) < 0)
        return -1;
    size_t size = (size_t)a->ncpumaps * (size_t)a->maplen;
    unsigned char *maps = size ? xdr_arena_alloc(call->arena, size) : NULL;
    int n = call->conn->hypervisor->domain_get_vcpu_pin_info(call->conn, &a->dom, a->ncpumaps, maps,
                                                             a->maplen, a->flags, err);
    if (n < 0)
        return -1;
    struct remote_domain_get_vcpu_pin_info_ret ret = { .cpumaps = maps,
                                                       .cpumaps_n = (uint32_t)size,
                                                       .num = n };
    return xdr_encode(w, XDR_remote_domain_get_vcpu_pin_info_ret, &ret, err);
}

HAND(remote_domain_get_emulator_pin_info)
{
    if (cpumaps_size(1, a->maplen, err) < 0)
        return -1;
    unsigned char *map = a->maplen ? xdr_arena_alloc(call->arena, (size_t)a->maplen) : NULL;
    int n = call->conn->hypervisor->domain_get_emulator_pin_info(call->conn, &a->dom, map, a->maplen,
                                                                 a->flags, err);
    if (n < 0)
        return -1;
    struct remote_domain_get_emulator_pin_info_ret ret = { .cpumaps = map, .cpumaps_n = (uint32_t)a->maplen,
                                                           .ret = n };
    return xdr_encode(w, XDR_remote_domain_get_emulator_pin_info_ret, &ret, err);
}

HAND(remote_node_get_cpu_map)
{
    g_autofree unsigned char *map = NULL;
    unsigned int online = 0;
    int n = call->conn->hypervisor->node_get_cpu_map(call->conn, a->need_map ? &map : NULL,
                                                     a->need_online ? &online : NULL, a->flags, err);
    if (n < 0)
        return -1;
    struct remote_node_get_cpu_map_ret ret = {
        .cpumap = map, .cpumap_n = map ? (uint32_t)VIR_CPU_MAPLEN(n) : 0, .online = online, .ret = n,
    };
    return xdr_encode(w, XDR_remote_node_get_cpu_map_ret, &ret, err);
}

static int
peek_reply(struct xdr_writer *w, enum xdr_type type, unsigned char *buffer, uint32_t n, struct err *err)
{
    /* both replies are one array of bytes */
    struct remote_domain_memory_peek_ret ret = { .buffer = buffer, .buffer_n = n };
    _Static_assert(sizeof(ret) == sizeof(struct remote_domain_block_peek_ret), "same layout");
    return xdr_encode(w, type, &ret, err);
}

HAND(remote_domain_block_peek)
{
    if (dispatch_count(a->size, REMOTE_DOMAIN_BLOCK_PEEK_BUFFER_MAX, err) < 0)
        return -1;
    unsigned char *buffer = xdr_arena_alloc(call->arena, a->size);
    if (call->conn->hypervisor->domain_block_peek(call->conn, &a->dom, a->path, a->offset, a->size, buffer,
                                                  a->flags, err) < 0)
        return -1;
    return peek_reply(w, XDR_remote_domain_block_peek_ret, buffer, a->size, err);
}

HAND(remote_domain_memory_peek)
{
    if (dispatch_count(a->size, REMOTE_DOMAIN_MEMORY_PEEK_BUFFER_MAX, err) < 0)
        return -1;
    unsigned char *buffer = xdr_arena_alloc(call->arena, a->size);
    if (call->conn->hypervisor->domain_memory_peek(call->conn, &a->dom, a->offset, a->size, buffer, a->flags,
                                                   err) < 0)
        return -1;
    return peek_reply(w, XDR_remote_domain_memory_peek_ret, buffer, a->size, err);
}

HAND(remote_secret_get_value)
{
    g_autofree unsigned char *value = NULL;
    size_t n = 0;
    if (call->conn->secret->secret_get_value(call->conn, &a->secret, &n, a->flags, &value, err) < 0)
        return -1;
    struct remote_secret_get_value_ret ret = { .value = value, .value_n = (uint32_t)n };
    int rc = xdr_encode(w, XDR_remote_secret_get_value_ret, &ret, err);
    explicit_bzero(value, n);
    return rc;
}

HAND(remote_domain_create_with_flags)
{
    if (call->conn->hypervisor->domain_create_with_flags(call->conn, &a->dom, a->flags, err) < 0)
        return -1;
    /* The client wants the id that the guest has now; it may be gone again. */
    struct domain_ref now = { 0 };
    struct remote_domain_create_with_flags_ret ret = { .dom = a->dom };
    if (call->conn->hypervisor->domain_lookup_by_uuid &&
        call->conn->hypervisor->domain_lookup_by_uuid(call->conn, a->dom.uuid, &now, NULL) >= 0)
        ret.dom = now;
    int rc = xdr_encode(w, XDR_remote_domain_create_with_flags_ret, &ret, err);
    domain_ref_clear(&now);
    return rc;
}

HAND(remote_domain_get_block_job_info)
{
    virDomainBlockJobInfo info = { 0 };
    int found =
        call->conn->hypervisor->domain_get_block_job_info(call->conn, &a->dom, a->path, &info, a->flags, err);
    if (found < 0)
        return -1;
    struct remote_domain_get_block_job_info_ret ret = { found, info.type, info.bandwidth, info.cur,
                                                        info.end };
    return xdr_encode(w, XDR_remote_domain_get_block_job_info_ret, &ret, err);
}

HAND(remote_domain_get_cpu_stats)
{
    if (dispatch_count(a->nparams, REMOTE_NODE_CPU_STATS_MAX, err) < 0 ||
        dispatch_count(a->ncpus, REMOTE_DOMAIN_GET_CPU_STATS_NCPUS_MAX, err) < 0)
        return -1;
    size_t room = (size_t)a->nparams * a->ncpus;
    virTypedParameterPtr params = room ? xdr_arena_alloc(call->arena, room * sizeof(*params)) : NULL;
    int n = call->conn->hypervisor->domain_get_cpu_stats(call->conn, &a->dom, params, a->nparams,
                                                         a->start_cpu, a->ncpus, a->flags, err);
    struct remote_domain_get_cpu_stats_ret ret = { .nparams = n };
    int rc = n;
    /* Cells that were not filled have no type and are left out. */
    if (rc >= 0)
        rc = dispatch_params_out(call, params, (int)room, REMOTE_DOMAIN_GET_CPU_STATS_MAX, a->flags,
                                 &ret.params, &ret.params_n, err);
    if (rc >= 0)
        rc = xdr_encode(w, XDR_remote_domain_get_cpu_stats_ret, &ret, err);
    if (params)
        params_clear(params, (int)room);
    return rc < 0 ? -1 : 0;
}

HAND(remote_node_get_cpu_stats)
{
    if (dispatch_count(a->nparams, REMOTE_NODE_CPU_STATS_MAX, err) < 0)
        return -1;
    int n = a->nparams;
    virNodeCPUStatsPtr stats = n ? xdr_arena_alloc(call->arena, (size_t)n * sizeof(*stats)) : NULL;
    if (call->conn->hypervisor->node_get_cpu_stats(call->conn, a->cpuNum, stats, &n, a->flags, err) < 0)
        return -1;
    struct remote_node_get_cpu_stats_ret ret = { .nparams = stats ? 0 : n };
    if (stats) {
        ret.params_n = (uint32_t)MIN(n, a->nparams);
        ret.params = xdr_arena_alloc(call->arena, ret.params_n * sizeof(*ret.params));
        for (uint32_t i = 0; i < ret.params_n; i++)
            ret.params[i] = (struct remote_node_get_cpu_stats){ stats[i].field, stats[i].value };
    }
    return xdr_encode(w, XDR_remote_node_get_cpu_stats_ret, &ret, err);
}

HAND(remote_node_get_memory_stats)
{
    if (dispatch_count(a->nparams, REMOTE_NODE_MEMORY_STATS_MAX, err) < 0)
        return -1;
    int n = a->nparams;
    virNodeMemoryStatsPtr stats = n ? xdr_arena_alloc(call->arena, (size_t)n * sizeof(*stats)) : NULL;
    if (call->conn->hypervisor->node_get_memory_stats(call->conn, a->cellNum, stats, &n, a->flags, err) < 0)
        return -1;
    struct remote_node_get_memory_stats_ret ret = { .nparams = stats ? 0 : n };
    if (stats) {
        ret.params_n = (uint32_t)MIN(n, a->nparams);
        ret.params = xdr_arena_alloc(call->arena, ret.params_n * sizeof(*ret.params));
        for (uint32_t i = 0; i < ret.params_n; i++)
            ret.params[i] = (struct remote_node_get_memory_stats){ stats[i].field, stats[i].value };
    }
    return xdr_encode(w, XDR_remote_node_get_memory_stats_ret, &ret, err);
}

HAND(remote_node_get_free_pages)
{
    if (dispatch_count((int64_t)a->pages_n * a->cellCount, REMOTE_NODE_MAX_CELLS, err) < 0)
        return -1;
    unsigned long long *counts =
        xdr_arena_alloc(call->arena, (size_t)a->pages_n * a->cellCount * sizeof(*counts));
    int n = call->conn->hypervisor->node_get_free_pages(call->conn, a->pages_n, a->pages, a->startCell,
                                                        a->cellCount, counts, a->flags, err);
    if (n < 0)
        return -1;
    struct remote_node_get_free_pages_ret ret = { (void *)counts, (uint32_t)n };
    return xdr_encode(w, XDR_remote_node_get_free_pages_ret, &ret, err);
}

HAND(remote_node_alloc_pages)
{
    if (a->pageSizes_n != a->pageCounts_n)
        return err_set(err, VIR_ERR_INVALID_ARG, "There are %u page sizes but %u counts", a->pageSizes_n,
                       a->pageCounts_n);
    int n = call->conn->hypervisor->node_alloc_pages(call->conn, a->pageSizes_n, a->pageSizes,
                                                     (void *)a->pageCounts, a->startCell, a->cellCount,
                                                     a->flags, err);
    if (n < 0)
        return -1;
    struct remote_node_alloc_pages_ret ret = { n };
    return xdr_encode(w, XDR_remote_node_alloc_pages_ret, &ret, err);
}
