/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * uri: see uri.h.
 */
#include "driver/uri.h"

#include <ctype.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_URI

static int
decode(const char *text, size_t n, const char *what, const char *whole, char **out, struct err *err)
{
    GString *s = g_string_sized_new(n);

    for (size_t i = 0; i < n; i++) {
        if (text[i] != '%') {
            g_string_append_c(s, text[i]);
            continue;
        }
        if (i + 2 >= n || !isxdigit((unsigned char)text[i + 1]) || !isxdigit((unsigned char)text[i + 2])) {
            g_string_free(s, TRUE);
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "the %s of URI '%s' has a '%%' without two hexadecimal digits", what, whole);
        }
        g_string_append_c(s, g_ascii_xdigit_value(text[i + 1]) * 16 + g_ascii_xdigit_value(text[i + 2]));
        i += 2;
    }
    *out = g_string_free(s, FALSE);
    return 0;
}

static int
parse_query(struct uri *uri, const char *whole, struct err *err)
{
    const char *at = uri->query;

    while (*at) {
        size_t n = strcspn(at, "&;");
        const char *equals = memchr(at, '=', n);
        size_t name = equals ? (size_t)(equals - at) : n;
        struct uri_param p = { 0 };

        if (name > 0) {
            if (decode(at, name, "query", whole, &p.name, err) < 0)
                return -1;
            if (decode(equals ? equals + 1 : at, equals ? n - name - 1 : 0, "query", whole, &p.value, err) <
                0) {
                g_free(p.name);
                return -1;
            }
            uri->params = g_renew(struct uri_param, uri->params, uri->nparams + 1);
            uri->params[uri->nparams++] = p;
        }
        at += n + (at[n] ? 1 : 0);
    }
    return 0;
}

static int
parse_authority(struct uri *uri, const char *text, size_t n, const char *whole, struct err *err)
{
    const char *end = text + n, *at = memrchr(text, '@', n), *colon;

    if (at) {
        if (decode(text, at - text, "user", whole, &uri->user, err) < 0)
            return -1;
        text = at + 1;
    }
    if (text < end && *text == '[') {
        const char *close = memchr(text, ']', end - text);

        if (!close)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "URI '%s': the address lacks its ']'", whole);
        uri->server = g_strndup(text + 1, close - text - 1);
        colon = close + 1 < end ? close + 1 : NULL;
        if (colon && *colon != ':')
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "URI '%s': '%.*s' follows the address", whole,
                           (int)(end - colon), colon);
    } else {
        colon = memchr(text, ':', end - text);
        size_t len = (colon ? colon : end) - text;

        if (len > 0 && decode(text, len, "server", whole, &uri->server, err) < 0)
            return -1;
    }
    if (colon && colon + 1 < end) {
        char *rest;
        unsigned long port = strtoul(colon + 1, &rest, 10);

        if (port > G_MAXINT || !isdigit((unsigned char)colon[1]) || rest != end)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "URI '%s': port '%.*s' is not a number",
                           whole, (int)(end - colon - 1), colon + 1);
        uri->port = port;
    }
    return 0;
}

static int
parse(struct uri *uri, const char *text, struct err *err)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    const char *rest, *plus;

    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c == 127)
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "URI '%s' contains a blank or control character; write it as %%%02X", text,
                           (unsigned char)*c);
    if (n == 0 || text[n] != ':' || !isalpha((unsigned char)text[0])) {
        /* No scheme: a path alone, as old Xen URIs. */
        uri->path = g_strdup(text);
        return 0;
    }
    uri->scheme = g_ascii_strdown(text, n);
    plus = strchr(uri->scheme, '+');
    if (plus) {
        uri->transport = g_strdup(plus + 1);
        uri->scheme[plus - uri->scheme] = 0;
    }
    rest = text + n + 1;
    if (g_str_has_prefix(rest, "//")) {
        size_t len = strcspn(rest + 2, "/?#");

        if (parse_authority(uri, rest + 2, len, text, err) < 0)
            return -1;
        rest += 2 + len;
    }
    n = strcspn(rest, "?#");
    if (decode(rest, n, "path", text, &uri->path, err) < 0)
        return -1;
    rest += n;
    if (*rest == '?') {
        n = strcspn(rest + 1, "#");
        uri->query = g_strndup(rest + 1, n);
        if (parse_query(uri, text, err) < 0)
            return -1;
        rest += 1 + n;
    }
    if (*rest == '#')
        uri->fragment = g_strdup(rest + 1);
    return 0;
}

struct uri *
uri_parse(const char *text, struct err *err)
{
    struct uri *uri = g_new0(struct uri, 1);

    if (parse(uri, text, err) < 0) {
        uri_free(uri);
        return NULL;
    }
    return uri;
}

char *
uri_format(const struct uri *uri)
{
    GString *s = g_string_new(NULL);

    if (uri->scheme) {
        g_string_append(s, uri->scheme);
        if (uri->transport)
            g_string_append_printf(s, "+%s", uri->transport);
        g_string_append(s, "://");
        if (uri->user) {
            g_string_append_uri_escaped(s, uri->user, "!$&'()*+,;=:", TRUE);
            g_string_append_c(s, '@');
        }
        if (uri->server)
            g_string_append_printf(s, strchr(uri->server, ':') ? "[%s]" : "%s", uri->server);
        if (uri->port)
            g_string_append_printf(s, ":%d", uri->port);
    }
    g_string_append_uri_escaped(s, uri->path, "/!$&'()*+,;=:@", TRUE);
    if (uri->query)
        g_string_append_printf(s, "?%s", uri->query);
    if (uri->fragment)
        g_string_append_printf(s, "#%s", uri->fragment);
    return g_string_free(s, FALSE);
}

const char *
uri_param(const struct uri *uri, const char *name)
{
    for (size_t i = 0; i < uri->nparams; i++)
        if (strcmp(uri->params[i].name, name) == 0)
            return uri->params[i].value;
    return NULL;
}

void
uri_free(struct uri *uri)
{
    if (!uri)
        return;
    for (size_t i = 0; i < uri->nparams; i++) {
        g_free(uri->params[i].name);
        g_free(uri->params[i].value);
    }
    g_free(uri->params);
    g_free(uri->scheme);
    g_free(uri->transport);
    g_free(uri->user);
    g_free(uri->server);
    g_free(uri->path);
    g_free(uri->query);
    g_free(uri->fragment);
    g_free(uri);
}
