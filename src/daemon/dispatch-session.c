/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * dispatch-session: the procedures that the session itself answers: decoded and
 * encoded here, done by the session_* functions of dispatch.h.  Waits: opening a
 * connection may, nothing else.
 */
#include "daemon/dispatch-support.h"
#include "dispatch-hand.h"

#define ERR_FROM VIR_FROM_RPC
#define DECODE(type) \
    struct type a; \
    if (xdr_decode(r, XDR_##type, &a, err) < 0) \
        return -1
#define ALLOW(object, permission, ref) \
    if (call->access && call->access(call, object, permission, ref, err) < 0) \
        return -1
#define RUN(name) \
    int name(struct dispatch_call *call, struct xdr_reader *r, struct xdr_writer *w, struct err *err)

RUN(hand_remote_connect_open)
{
    DECODE(remote_connect_open_args);
    return session_connect_open(call, &a, err);
}

RUN(hand_remote_connect_close)
{
    return session_connect_close(call, err);
}

RUN(hand_admin_connect_open)
{
    DECODE(admin_connect_open_args);
    return session_admin_open(call, a.flags, err);
}

RUN(hand_admin_connect_close)
{
    return session_admin_close(call, err);
}

RUN(hand_remote_connect_supports_feature)
{
    DECODE(remote_connect_supports_feature_args);
    struct remote_connect_supports_feature_ret ret = { 0 };
    if (session_connect_supports_feature(call, a.feature, &ret.supported, err) < 0)
        return -1;
    return xdr_encode(w, XDR_remote_connect_supports_feature_ret, &ret, err);
}

RUN(hand_remote_connect_get_uri)
{
    ALLOW("connect", "getattr", NULL);
    struct remote_connect_get_uri_ret ret = { 0 };
    if (session_connect_get_uri(call, &ret.uri, err) < 0)
        return -1;
    return xdr_encode(w, XDR_remote_connect_get_uri_ret, &ret, err);
}

RUN(hand_remote_connect_is_secure)
{
    struct remote_connect_is_secure_ret ret = { 0 };
    if (session_connect_is_secure(call, &ret.secure, err) < 0)
        return -1;
    return xdr_encode(w, XDR_remote_connect_is_secure_ret, &ret, err);
}

RUN(hand_remote_connect_set_identity)
{
    DECODE(remote_connect_set_identity_args);
    virTypedParameterPtr params = dispatch_params_in(call, a.params, a.params_n, err);
    if (!params)
        return -1;
    return session_connect_set_identity(call, params, (int)a.params_n, a.flags, err);
}

RUN(hand_remote_auth_list)
{
    struct remote_auth_list_ret ret = { 0 };
    if (session_auth_list(call, &ret, err) < 0)
        return -1;
    return xdr_encode(w, XDR_remote_auth_list_ret, &ret, err);
}

RUN(hand_remote_auth_sasl_init)
{
    struct remote_auth_sasl_init_ret ret = { 0 };
    if (session_auth_sasl_init(call, &ret, err) < 0)
        return -1;
    return xdr_encode(w, XDR_remote_auth_sasl_init_ret, &ret, err);
}

RUN(hand_remote_auth_sasl_start)
{
    DECODE(remote_auth_sasl_start_args);
    struct remote_auth_sasl_start_ret ret = { 0 };
    if (session_auth_sasl_start(call, &a, &ret, err) < 0)
        return -1;
    return xdr_encode(w, XDR_remote_auth_sasl_start_ret, &ret, err);
}

RUN(hand_remote_auth_sasl_step)
{
    DECODE(remote_auth_sasl_step_args);
    struct remote_auth_sasl_step_ret ret = { 0 };
    if (session_auth_sasl_step(call, &a, &ret, err) < 0)
        return -1;
    return xdr_encode(w, XDR_remote_auth_sasl_step_ret, &ret, err);
}

RUN(hand_remote_auth_polkit)
{
    struct remote_auth_polkit_ret ret = { 0 };
    if (session_auth_polkit(call, &ret, err) < 0)
        return -1;
    return xdr_encode(w, XDR_remote_auth_polkit_ret, &ret, err);
}

RUN(hand_remote_connect_register_close_callback)
{
    return session_close_callback(call, true, err);
}

RUN(hand_remote_connect_unregister_close_callback)
{
    return session_close_callback(call, false, err);
}

/* ---- events ---- */

RUN(hand_remote_connect_domain_event_register)
{
    ALLOW("connect", "search_domains", NULL);
    struct event_filter filter = { .family = EVENT_DOMAIN, .id = VIR_DOMAIN_EVENT_ID_LIFECYCLE };
    struct remote_connect_domain_event_register_ret ret = { 1 };
    int id;
    if (session_event_register(call, &filter, EVENT_STYLE_LEGACY, NULL, 0, &id, err) < 0)
        return -1;
    return xdr_encode(w, XDR_remote_connect_domain_event_register_ret, &ret, err);
}

RUN(hand_remote_connect_domain_event_deregister)
{
    struct remote_connect_domain_event_deregister_ret ret = { 0 };
    if (session_event_deregister(call, EVENT_DOMAIN, EVENT_STYLE_LEGACY, VIR_DOMAIN_EVENT_ID_LIFECYCLE, err) <
        0)
        return -1;
    return xdr_encode(w, XDR_remote_connect_domain_event_deregister_ret, &ret, err);
}

RUN(hand_remote_connect_domain_event_register_any)
{
    DECODE(remote_connect_domain_event_register_any_args);
    ALLOW("connect", "search_domains", NULL);
    struct event_filter filter = { .family = EVENT_DOMAIN, .id = a.eventID };
    int id;
    return session_event_register(call, &filter, EVENT_STYLE_LEGACY, NULL, 0, &id, err) < 0 ? -1 : 0;
}

RUN(hand_remote_connect_domain_event_deregister_any)
{
    DECODE(remote_connect_domain_event_deregister_any_args);
    return session_event_deregister(call, EVENT_DOMAIN, EVENT_STYLE_LEGACY, a.eventID, err);
}

static void
about_uuid(struct event_filter *filter, const unsigned char *uuid)
{
    filter->one_object = true;
    memcpy(filter->uuid, uuid, UUID_LEN);
}

/* All replies are one callback id. */
static int
register_any(struct dispatch_call *call, const struct event_filter *filter, const char *permission,
             enum xdr_type type, struct xdr_writer *w, struct err *err)
{
    ALLOW("connect", permission, NULL);
    struct remote_connect_network_event_register_any_ret ret = { 0 };
    if (session_event_register(call, filter, EVENT_STYLE_CALLBACK, NULL, 0, &ret.callbackID, err) < 0)
        return -1;
    return xdr_encode(w, type, &ret, err);
}

RUN(hand_remote_connect_domain_event_callback_register_any)
{
    DECODE(remote_connect_domain_event_callback_register_any_args);
    struct event_filter filter = { .family = EVENT_DOMAIN, .id = a.eventID };
    if (a.dom)
        about_uuid(&filter, a.dom->uuid);
    return register_any(call, &filter, "search_domains",
                        XDR_remote_connect_domain_event_callback_register_any_ret, w, err);
}

RUN(hand_remote_connect_domain_event_callback_deregister_any)
{
    DECODE(remote_connect_domain_event_callback_deregister_any_args);
    return session_event_deregister(call, EVENT_DOMAIN, EVENT_STYLE_CALLBACK, a.callbackID, err);
}

RUN(hand_remote_connect_network_event_register_any)
{
    DECODE(remote_connect_network_event_register_any_args);
    struct event_filter filter = { .family = EVENT_NETWORK, .id = a.eventID };
    if (a.net)
        about_uuid(&filter, a.net->uuid);
    return register_any(call, &filter, "search_networks", XDR_remote_connect_network_event_register_any_ret,
                        w, err);
}

RUN(hand_remote_connect_network_event_deregister_any)
{
    DECODE(remote_connect_network_event_deregister_any_args);
    return session_event_deregister(call, EVENT_NETWORK, EVENT_STYLE_CALLBACK, a.callbackID, err);
}

RUN(hand_remote_connect_storage_pool_event_register_any)
{
    DECODE(remote_connect_storage_pool_event_register_any_args);
    struct event_filter filter = { .family = EVENT_STORAGE_POOL, .id = a.eventID };
    if (a.pool)
        about_uuid(&filter, a.pool->uuid);
    return register_any(call, &filter, "search_storage_pools",
                        XDR_remote_connect_storage_pool_event_register_any_ret, w, err);
}

RUN(hand_remote_connect_storage_pool_event_deregister_any)
{
    DECODE(remote_connect_storage_pool_event_deregister_any_args);
    return session_event_deregister(call, EVENT_STORAGE_POOL, EVENT_STYLE_CALLBACK, a.callbackID, err);
}

RUN(hand_remote_connect_node_device_event_register_any)
{
    DECODE(remote_connect_node_device_event_register_any_args);
    struct event_filter filter = { .family = EVENT_NODE_DEVICE, .id = a.eventID };
    if (a.dev) {
        filter.one_object = true;
        filter.name = a.dev->name;
    }
    return register_any(call, &filter, "search_node_devices",
                        XDR_remote_connect_node_device_event_register_any_ret, w, err);
}

RUN(hand_remote_connect_node_device_event_deregister_any)
{
    DECODE(remote_connect_node_device_event_deregister_any_args);
    return session_event_deregister(call, EVENT_NODE_DEVICE, EVENT_STYLE_CALLBACK, a.callbackID, err);
}

RUN(hand_remote_connect_secret_event_register_any)
{
    DECODE(remote_connect_secret_event_register_any_args);
    struct event_filter filter = { .family = EVENT_SECRET, .id = a.eventID };
    if (a.secret)
        about_uuid(&filter, a.secret->uuid);
    return register_any(call, &filter, "search_secrets", XDR_remote_connect_secret_event_register_any_ret, w,
                        err);
}

RUN(hand_remote_connect_secret_event_deregister_any)
{
    DECODE(remote_connect_secret_event_deregister_any_args);
    return session_event_deregister(call, EVENT_SECRET, EVENT_STYLE_CALLBACK, a.callbackID, err);
}

RUN(hand_qemu_connect_domain_monitor_event_register)
{
    DECODE(qemu_connect_domain_monitor_event_register_args);
    ALLOW("connect", "search_domains", NULL);
    if (dispatch_read_only(call, err))
        return -1;
    struct event_filter filter = { .family = EVENT_QEMU_MONITOR };
    if (a.dom)
        about_uuid(&filter, a.dom->uuid);
    struct qemu_connect_domain_monitor_event_register_ret ret = { 0 };
    if (session_event_register(call, &filter, EVENT_STYLE_CALLBACK, a.event, a.flags, &ret.callbackID, err) <
        0)
        return -1;
    return xdr_encode(w, XDR_qemu_connect_domain_monitor_event_register_ret, &ret, err);
}

RUN(hand_qemu_connect_domain_monitor_event_deregister)
{
    DECODE(qemu_connect_domain_monitor_event_deregister_args);
    return session_event_deregister(call, EVENT_QEMU_MONITOR, EVENT_STYLE_CALLBACK, a.callbackID, err);
}
