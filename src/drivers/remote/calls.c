/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * calls: the slots that fit no rule of gen/wire_plan.py; lists of structs are in
 * calls-lists.c, those that pass descriptors in calls-fds.c.  Each waits for the daemon.
 */
#include "remote-hand.h"

#define ERR_FROM VIR_FROM_RPC

/* ---- helpers ---- */

int
remote_params_out(struct remote_reply *reply, virTypedParameterPtr params, int n, uint32_t limit,
                  struct remote_typed_param **out, uint32_t *out_n, struct err *err)
{
    if (params && remote_limit(MAX(n, 0), limit, "parameters", err) < 0)
        return -1;
    for (int i = 0; params && i < n; i++)
        if (!params[i].type) /* what has none is left out where results are sent */
            return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_INVALID_ARG,
                                "Parameter %d ('%.*s') has no type", i, VIR_TYPED_PARAM_FIELD_LENGTH,
                                params[i].field);
    return params_to_wire(&reply->arena, params, n, true, limit, out, out_n, err);
}

int
remote_params_fill(const struct remote_typed_param *params, uint32_t count, virTypedParameterPtr out, int *n,
                   struct err *err)
{
    if (remote_limit(count, (uint32_t)MAX(*n, 0), "parameters", err) < 0)
        return -1;
    if (params_from_wire(params, count, true, out, err) < 0)
        return -1;
    *n = (int)count;
    return 0;
}

int
remote_params_new(const struct remote_typed_param *params, uint32_t count, virTypedParameterPtr *out, int *n,
                  struct err *err)
{
    virTypedParameterPtr list = g_new0(virTypedParameter, count + 1);
    if (params_from_wire(params, count, true, list, err) < 0) {
        g_free(list);
        return -1;
    }
    *out = list;
    *n = (int)count;
    return 0;
}

int
remote_limit(long long n, uint32_t limit, const char *what, struct err *err)
{
    if (n < 0 || n > limit)
        return err_set_from(err, VIR_FROM_REMOTE, VIR_ERR_RPC,
                            "%lld %s are more than the %u that are possible here", n, what, limit);
    return 0;
}

char **
remote_strings(char **strings, uint32_t n)
{
    char **copy = g_new0(char *, n + 1);
    for (uint32_t i = 0; i < n; i++)
        copy[i] = g_strdup(strings[i]);
    return copy;
}

/* ---- the connection ---- */

int
remote_connect_get_uri(struct drv_conn *conn, char **result, struct err *err)
{
    *result = g_strdup(conn->uri);
    return 0;
}

int
remote_connect_is_alive(struct drv_conn *conn, struct err *err)
{
    return remote_is_alive(conn, err);
}

int
remote_connect_is_encrypted(struct drv_conn *conn, struct err *err)
{
    return remote_is_carried(remote_of(conn)) || remote_encrypted(remote_of(conn));
}

int
remote_connect_is_secure(struct drv_conn *conn, struct err *err)
{
    struct remote *r = remote_of(conn);
    struct remote_connect_is_secure_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (remote_call(conn, REMOTE_PROGRAM, REMOTE_PROC_CONNECT_IS_SECURE, XDR_NONE, NULL,
                    XDR_remote_connect_is_secure_ret, &ret, &reply, err) < 0)
        return -1;
    return ret.secure && (r->local || remote_is_carried(r) || remote_encrypted(r));
}

int
remote_connect_set_keep_alive(struct drv_conn *conn, int interval, unsigned int count, struct err *err)
{
    return remote_set_keep_alive(conn, interval, count, err);
}

int
remote_connect_set_identity(struct drv_conn *conn, virTypedParameterPtr params, int nparams,
                            unsigned int flags, struct err *err)
{
    struct remote_connect_set_identity_args a = { .flags = flags };
    REMOTE_REPLY_INIT(reply);
    if (remote_params_out(&reply, params, nparams, REMOTE_CONNECT_IDENTITY_PARAMS_MAX, &a.params, &a.params_n,
                          err) < 0)
        return -1;
    return CALL_VOID(REMOTE, CONNECT_SET_IDENTITY, remote_connect_set_identity);
}

/* ---- the host ---- */

int
remote_node_get_cpu_map(struct drv_conn *conn, unsigned char **cpumap, unsigned int *online,
                        unsigned int flags, struct err *err)
{
    struct remote_node_get_cpu_map_args a = { cpumap != NULL, online != NULL, flags };
    struct remote_node_get_cpu_map_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, NODE_GET_CPU_MAP, remote_node_get_cpu_map) < 0)
        return -1;
    if (cpumap)
        *cpumap = g_memdup2(ret.cpumap, ret.cpumap_n);
    if (online)
        *online = ret.online;
    return ret.ret;
}

/* Statistics of the host are names and numbers, in two types that differ in name only. */
#define FILL_NODE_STATS() \
    if (a.nparams == 0) { \
        *nparams = ret.nparams; \
        return 0; \
    } \
    if (remote_limit(ret.params_n, (uint32_t)*nparams, "statistics", err) < 0) \
        return -1; \
    *nparams = (int)ret.params_n; \
    for (uint32_t i = 0; i < ret.params_n; i++) { \
        g_strlcpy(params[i].field, ret.params[i].field, sizeof(params[i].field)); \
        params[i].value = ret.params[i].value; \
    } \
    return 0;

int
remote_node_get_cpu_stats(struct drv_conn *conn, int cpuNum, virNodeCPUStatsPtr params, int *nparams,
                          unsigned int flags, struct err *err)
{
    struct remote_node_get_cpu_stats_args a = { cpuNum, MIN(*nparams, REMOTE_NODE_CPU_STATS_MAX), flags };
    struct remote_node_get_cpu_stats_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, NODE_GET_CPU_STATS, remote_node_get_cpu_stats) < 0)
        return -1;
    FILL_NODE_STATS()
}

int
remote_node_get_memory_stats(struct drv_conn *conn, int cellNum, virNodeMemoryStatsPtr params, int *nparams,
                             unsigned int flags, struct err *err)
{
    struct remote_node_get_memory_stats_args a = { MIN(*nparams, REMOTE_NODE_MEMORY_STATS_MAX), cellNum,
                                                   flags };
    struct remote_node_get_memory_stats_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, NODE_GET_MEMORY_STATS, remote_node_get_memory_stats) < 0)
        return -1;
    FILL_NODE_STATS()
}

int
remote_node_get_free_pages(struct drv_conn *conn, unsigned int npages, unsigned int *pages, int startcell,
                           unsigned int cellcount, unsigned long long *counts, unsigned int flags,
                           struct err *err)
{
    struct remote_node_get_free_pages_args a = { pages, npages, startcell, cellcount, flags };
    struct remote_node_get_free_pages_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (remote_limit((long long)npages * cellcount, REMOTE_NODE_MAX_CELLS, "counts of pages", err) < 0 ||
        CALL(REMOTE, NODE_GET_FREE_PAGES, remote_node_get_free_pages) < 0 ||
        remote_limit(ret.counts_n, npages * cellcount, "counts of pages", err) < 0)
        return -1;
    for (uint32_t i = 0; i < ret.counts_n; i++)
        counts[i] = ret.counts[i];
    return (int)ret.counts_n;
}

int
remote_node_alloc_pages(struct drv_conn *conn, unsigned int npages, unsigned int *pageSizes,
                        unsigned long long *pageCounts, int startCell, unsigned int cellCount,
                        unsigned int flags, struct err *err)
{
    struct remote_node_alloc_pages_args a = { pageSizes, npages, (void *)pageCounts, npages, startCell,
                                              cellCount, flags };
    struct remote_node_alloc_pages_ret ret;
    REMOTE_REPLY_INIT(reply);
    return CALL(REMOTE, NODE_ALLOC_PAGES, remote_node_alloc_pages) < 0 ? -1 : ret.ret;
}

/* Array of char on the wire, with or without its zero, into an array of ours. */
static int
fill_chars(char *dst, size_t room, const char *src, uint32_t n, const char *what, struct err *err)
{
    if (remote_limit(n, (uint32_t)room, what, err) < 0)
        return -1;
    memset(dst, 0, room);
    memcpy(dst, src, n);
    dst[room - 1] = 0;
    return 0;
}

int
remote_node_get_security_model(struct drv_conn *conn, virSecurityModelPtr secmodel, struct err *err)
{
    struct remote_node_get_security_model_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (remote_call(conn, REMOTE_PROGRAM, REMOTE_PROC_NODE_GET_SECURITY_MODEL, XDR_NONE, NULL,
                    XDR_remote_node_get_security_model_ret, &ret, &reply, err) < 0 ||
        fill_chars(secmodel->model, sizeof(secmodel->model), ret.model, ret.model_n, "characters of a model",
                   err) < 0)
        return -1;
    return fill_chars(secmodel->doi, sizeof(secmodel->doi), ret.doi, ret.doi_n, "characters of a domain of "
                      "interpretation", err);
}

/* ---- guests ---- */

static int
label_from_wire(const struct remote_domain_get_security_label_ret *w, virSecurityLabelPtr label,
                struct err *err)
{
    label->enforcing = w->enforcing;
    return fill_chars(label->label, sizeof(label->label), w->label, w->label_n, "characters of a label", err);
}

int
remote_domain_get_security_label(struct drv_conn *conn, const struct domain_ref *domain,
                                 virSecurityLabelPtr seclabel, struct err *err)
{
    struct remote_domain_get_security_label_args a = { *domain };
    struct remote_domain_get_security_label_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_GET_SECURITY_LABEL, remote_domain_get_security_label) < 0)
        return -1;
    return label_from_wire(&ret, seclabel, err);
}

int
remote_domain_get_security_label_list(struct drv_conn *conn, const struct domain_ref *domain,
                                      virSecurityLabelPtr *seclabels, struct err *err)
{
    struct remote_domain_get_security_label_list_args a = { *domain };
    struct remote_domain_get_security_label_list_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_GET_SECURITY_LABEL_LIST, remote_domain_get_security_label_list) < 0)
        return -1;
    g_autofree virSecurityLabelPtr labels = g_new0(virSecurityLabel, ret.labels_n + 1);
    for (uint32_t i = 0; i < ret.labels_n; i++)
        if (label_from_wire(&ret.labels[i], &labels[i], err) < 0)
            return -1;
    *seclabels = g_steal_pointer(&labels);
    return ret.ret;
}

int
remote_domain_create_with_flags(struct drv_conn *conn, const struct domain_ref *domain, unsigned int flags,
                                struct err *err)
{
    struct remote_domain_create_with_flags_args a = { *domain, flags };
    struct remote_domain_create_with_flags_ret ret;
    REMOTE_REPLY_INIT(reply);
    return CALL(REMOTE, DOMAIN_CREATE_WITH_FLAGS, remote_domain_create_with_flags);
}

/* cpumaps that the caller has room for. */
static int
fill_maps(unsigned char *maps, size_t room, const unsigned char *src, uint32_t n, struct err *err)
{
    if (!maps)
        return 0;
    if (n > room)
        return err_set(err, VIR_ERR_RPC, "The daemon sent CPU maps of %u bytes, %zu were asked for", n, room);
    memset(maps, 0, room);
    memcpy(maps, src, n);
    return 0;
}

int
remote_domain_get_vcpus(struct drv_conn *conn, const struct domain_ref *domain, virVcpuInfoPtr info,
                        int maxinfo, unsigned char *cpumaps, int maplen, struct err *err)
{
    struct remote_domain_get_vcpus_args a = { *domain, maxinfo, cpumaps ? maplen : 0 };
    struct remote_domain_get_vcpus_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (remote_limit(maxinfo, REMOTE_VCPUINFO_MAX, "processors", err) < 0 ||
        remote_limit((long long)maxinfo * a.maplen, REMOTE_CPUMAPS_MAX, "bytes of CPU maps", err) < 0 ||
        CALL(REMOTE, DOMAIN_GET_VCPUS, remote_domain_get_vcpus) < 0 ||
        remote_limit(ret.info_n, (uint32_t)maxinfo, "processors", err) < 0 ||
        fill_maps(cpumaps, (size_t)maxinfo * (size_t)a.maplen, ret.cpumaps, ret.cpumaps_n, err) < 0)
        return -1;
    for (uint32_t i = 0; info && i < ret.info_n; i++)
        info[i] =
            (virVcpuInfo){ ret.info[i].number, ret.info[i].state, ret.info[i].cpu_time, ret.info[i].cpu };
    return (int)ret.info_n;
}

int
remote_domain_get_vcpu_pin_info(struct drv_conn *conn, const struct domain_ref *domain, int ncpumaps,
                                unsigned char *cpumaps, int maplen, unsigned int flags, struct err *err)
{
    struct remote_domain_get_vcpu_pin_info_args a = { *domain, ncpumaps, maplen, flags };
    struct remote_domain_get_vcpu_pin_info_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (remote_limit(ncpumaps, REMOTE_VCPUINFO_MAX, "processors", err) < 0 ||
        remote_limit((long long)ncpumaps * maplen, REMOTE_CPUMAPS_MAX, "bytes of CPU maps", err) < 0 ||
        CALL(REMOTE, DOMAIN_GET_VCPU_PIN_INFO, remote_domain_get_vcpu_pin_info) < 0 ||
        remote_limit(ret.num, (uint32_t)ncpumaps, "processors", err) < 0 ||
        fill_maps(cpumaps, (size_t)ncpumaps * (size_t)maplen, ret.cpumaps, ret.cpumaps_n, err) < 0)
        return -1;
    return ret.num;
}

int
remote_domain_get_emulator_pin_info(struct drv_conn *conn, const struct domain_ref *domain,
                                    unsigned char *cpumaps, int maplen, unsigned int flags, struct err *err)
{
    struct remote_domain_get_emulator_pin_info_args a = { *domain, maplen, flags };
    struct remote_domain_get_emulator_pin_info_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (remote_limit(maplen, REMOTE_CPUMAPS_MAX, "bytes of CPU maps", err) < 0 ||
        CALL(REMOTE, DOMAIN_GET_EMULATOR_PIN_INFO, remote_domain_get_emulator_pin_info) < 0 ||
        fill_maps(cpumaps, (size_t)maplen, ret.cpumaps, ret.cpumaps_n, err) < 0)
        return -1;
    return ret.ret;
}

int
remote_domain_get_block_job_info(struct drv_conn *conn, const struct domain_ref *dom, const char *disk,
                                 virDomainBlockJobInfoPtr info, unsigned int flags, struct err *err)
{
    struct remote_domain_get_block_job_info_args a = { *dom, (char *)disk, flags };
    struct remote_domain_get_block_job_info_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_GET_BLOCK_JOB_INFO, remote_domain_get_block_job_info) < 0)
        return -1;
    if (!ret.found)
        return 0;
    *info = (virDomainBlockJobInfo){
        .type = ret.type, .bandwidth = ret.bandwidth, .cur = ret.cur, .end = ret.end
    };
    return ret.found;
}

int
remote_domain_get_cpu_stats(struct drv_conn *conn, const struct domain_ref *domain,
                            virTypedParameterPtr params, unsigned int nparams, int start_cpu,
                            unsigned int ncpus, unsigned int flags, struct err *err)
{
    struct remote_domain_get_cpu_stats_args a = { *domain, nparams, start_cpu, ncpus,
                                                  flags | VIR_TYPED_PARAM_STRING_OKAY };
    struct remote_domain_get_cpu_stats_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (remote_limit(nparams, REMOTE_NODE_CPU_STATS_MAX, "statistics", err) < 0 ||
        remote_limit(ncpus, REMOTE_DOMAIN_GET_CPU_STATS_NCPUS_MAX, "processors", err) < 0 ||
        CALL(REMOTE, DOMAIN_GET_CPU_STATS, remote_domain_get_cpu_stats) < 0)
        return -1;
    if (nparams == 0 || !params)
        return ret.nparams;
    if (remote_limit(ret.params_n, nparams * ncpus, "statistics", err) < 0)
        return -1;
    /* Packed by the daemon: ret.nparams of each processor, ours has room for nparams. */
    uint32_t each = (uint32_t)MAX(ret.nparams, 1);
    if (each > nparams)
        return err_set(err, VIR_ERR_RPC, "The daemon sent %u statistics of each processor, %u were asked for",
                       each, nparams);
    memset(params, 0, (size_t)nparams * ncpus * sizeof(*params));
    for (uint32_t cpu = 0; cpu * each < ret.params_n; cpu++)
        if (params_from_wire(ret.params + cpu * each, MIN(each, ret.params_n - cpu * each), true,
                             params + (size_t)cpu * nparams, err) < 0) {
            params_clear(params, (int)(cpu * nparams));
            return -1;
        }
    return ret.nparams;
}

static int
peek(struct drv_conn *conn, const struct remote_request *q, const struct remote_domain_memory_peek_ret *ret,
     size_t size, void *buffer, struct err *err)
{
    REMOTE_REPLY_INIT(reply);
    if (remote_limit((long long)MIN(size, G_MAXUINT32), REMOTE_DOMAIN_MEMORY_PEEK_BUFFER_MAX, "bytes", err) <
            0 ||
        remote_request(conn, q, &reply, err) < 0)
        return -1;
    if (ret->buffer_n != size)
        return err_set(err, VIR_ERR_RPC, "The daemon sent %u bytes, %zu were asked for", ret->buffer_n, size);
    memcpy(buffer, ret->buffer, size);
    return 0;
}

int
remote_domain_block_peek(struct drv_conn *conn, const struct domain_ref *dom, const char *disk,
                         unsigned long long offset, size_t size, void *buffer, unsigned int flags,
                         struct err *err)
{
    struct remote_domain_block_peek_args a = { *dom, (char *)disk, offset, (uint32_t)size, flags };
    struct remote_domain_memory_peek_ret ret = { 0 }; /* of the same layout */
    return peek(conn, REMOTE_GET(REMOTE, DOMAIN_BLOCK_PEEK, remote_domain_block_peek), &ret, size, buffer,
                err);
}

int
remote_domain_memory_peek(struct drv_conn *conn, const struct domain_ref *dom, unsigned long long start,
                          size_t size, void *buffer, unsigned int flags, struct err *err)
{
    struct remote_domain_memory_peek_args a = { *dom, start, (uint32_t)size, flags };
    struct remote_domain_memory_peek_ret ret = { 0 };
    return peek(conn, REMOTE_GET(REMOTE, DOMAIN_MEMORY_PEEK, remote_domain_memory_peek), &ret, size, buffer,
                err);
}

int
remote_secret_get_value(struct drv_conn *conn, const struct secret_ref *secret, size_t *value_size,
                        unsigned int flags, unsigned char **result, struct err *err)
{
    struct remote_secret_get_value_args a = { *secret, flags };
    struct remote_secret_get_value_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, SECRET_GET_VALUE, remote_secret_get_value) < 0)
        return -1;
    *result = g_malloc0(ret.value_n + 1);
    memcpy(*result, ret.value, ret.value_n);
    *value_size = ret.value_n;
    explicit_bzero(ret.value, ret.value_n);
    return 0;
}
