/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * raw: verbatim elements; see raw.h.  Called by the parser.  Nothing waits.
 */
#include <stdbool.h>
#include <string.h>
#include "model/raw.h"

enum kind { ELEMENT, TEXT, COMMENT, CDATA };

struct node {
    enum kind kind;
    bool dropped;          /* without a namespace, or a second one of the same */
    char *tag;             /* elements: name as written; the others: their text, escaped */
    char *attributes;
    char *uri;
    GPtrArray *children;
};

struct raw {
    struct node *root;
    GPtrArray *open;
};

static void node_free(void *p)
{
    struct node *n = p;
    g_free(n->tag);
    g_free(n->attributes);
    g_free(n->uri);
    if (n->children)
        g_ptr_array_free(n->children, TRUE);
    g_free(n);
}

static struct node *node_new(enum kind kind, char *tag)
{
    struct node *n = g_new0(struct node, 1);
    n->kind = kind;
    n->tag = tag;
    if (kind == ELEMENT)
        n->children = g_ptr_array_new_with_free_func(node_free);
    return n;
}

struct raw *raw_new(void)
{
    struct raw *r = g_new0(struct raw, 1);
    r->root = node_new(ELEMENT, NULL);
    r->open = g_ptr_array_new();
    g_ptr_array_add(r->open, r->root);
    return r;
}

void raw_free(struct raw *r)
{
    if (!r)
        return;
    g_ptr_array_free(r->open, TRUE);
    node_free(r->root);
    g_free(r);
}

static struct node *top(struct raw *r)
{
    return g_ptr_array_index(r->open, r->open->len - 1);
}

/* Double quotes outside, quotes in text left alone. */
static void escape(GString *out, const xmlChar *s, size_t n, bool attr)
{
    for (size_t i = 0; i < n; i++) {
        switch (s[i]) {
        case '&': g_string_append(out, "&amp;"); break;
        case '<': g_string_append(out, "&lt;"); break;
        case '>': g_string_append(out, "&gt;"); break;
        case '\r': g_string_append(out, "&#13;"); break;
        case '"': g_string_append(out, attr ? "&quot;" : "\""); break;
        case '\n': g_string_append(out, attr ? "&#10;" : "\n"); break;
        case '\t': g_string_append(out, attr ? "&#9;" : "\t"); break;
        default: g_string_append_c(out, s[i]);
        }
    }
}

static void qname(GString *out, const xmlChar *name, const xmlChar *prefix)
{
    if (prefix)
        g_string_append_printf(out, "%s:", prefix);
    g_string_append(out, (const char *)name);
}

static bool counts(const struct raw *r, const struct node *parent, const xmlChar *uri)
{
    if (parent != r->root)
        return true;
    for (unsigned i = 0; uri && i < parent->children->len; i++) {
        const struct node *n = g_ptr_array_index(parent->children, i);
        if (!g_strcmp0(n->uri, (const char *)uri))
            return false;
    }
    return uri != NULL;
}

void raw_start(struct raw *r, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_ns,
               const xmlChar **ns, int n_attr, const xmlChar **attr)
{
    GString *tag = g_string_new(NULL), *a = g_string_new(NULL);
    qname(tag, name, prefix);
    bool declared = false;
    for (int i = 0; i < n_ns; i++, ns += 2) {
        g_string_append_printf(a, ns[0] ? " xmlns:%s=\"" : " xmlns%s=\"", ns[0] ? (const char *)ns[0] : "");
        if (ns[1])
            escape(a, ns[1], strlen((const char *)ns[1]), true);
        g_string_append_c(a, '"');
        declared |= !g_strcmp0((const char *)ns[0], (const char *)prefix);
    }
    if (uri && !declared && top(r) == r->root) {       /* declared further out: it has to come along */
        g_string_append_printf(a, prefix ? " xmlns:%s=\"" : " xmlns%s=\"",
                               prefix ? (const char *)prefix : "");
        escape(a, uri, strlen((const char *)uri), true);
        g_string_append_c(a, '"');
    }
    for (int i = 0; i < n_attr; i++, attr += 5) {
        g_string_append_c(a, ' ');
        qname(a, attr[0], attr[1]);
        g_string_append(a, "=\"");
        escape(a, attr[3], attr[4] - attr[3], true);
        g_string_append_c(a, '"');
    }
    struct node *parent = top(r), *n = node_new(ELEMENT, g_string_free(tag, FALSE));
    n->attributes = g_string_free(a, FALSE);
    n->dropped = !counts(r, parent, uri);
    n->uri = g_strdup((const char *)uri);
    g_ptr_array_add(parent->children, n);
    g_ptr_array_add(r->open, n);
}

bool raw_end(struct raw *r)
{
    g_ptr_array_set_size(r->open, r->open->len - 1);
    return r->open->len > 0;
}

void raw_text(struct raw *r, const xmlChar *s, int len)
{
    struct node *parent = top(r);
    if (parent == r->root)
        return;
    GString *out = g_string_new(NULL);
    escape(out, s, len, false);
    struct node *last =
        parent->children->len ? g_ptr_array_index(parent->children, parent->children->len - 1) : NULL;
    if (last && last->kind == TEXT) {
        char *both = g_strconcat(last->tag, out->str, NULL);
        g_free(last->tag);
        last->tag = both;
        g_string_free(out, TRUE);
    } else {
        g_ptr_array_add(parent->children, node_new(TEXT, g_string_free(out, FALSE)));
    }
}

void raw_cdata(struct raw *r, const xmlChar *s, int n)
{
    if (top(r) != r->root)
        g_ptr_array_add(top(r)->children,
                        node_new(CDATA, g_strdup_printf("<![CDATA[%.*s]]>", n, (const char *)s)));
}

void raw_comment(struct raw *r, const xmlChar *s)
{
    if (top(r) != r->root)
        g_ptr_array_add(top(r)->children, node_new(COMMENT, g_strdup_printf("<!--%s-->", (const char *)s)));
}

static bool blank(const char *s)
{
    while (g_ascii_isspace(*s))
        s++;
    return !*s;
}

/* White space between elements is layout; it counts where there is other text, or nothing else. */
static bool is_layout(const struct node *parent, const struct node *n)
{
    return n->kind == TEXT && blank(n->tag) && parent->children->len > 1;
}

static bool has_text(const struct node *n)
{
    for (unsigned i = 0; i < n->children->len; i++) {
        const struct node *c = g_ptr_array_index(n->children, i);
        if (c->kind == CDATA || (c->kind == TEXT && !is_layout(n, c)))
            return true;
    }
    return false;
}

static void indent(GString *out, unsigned level)
{
    g_string_append_printf(out, "\n%*s", (int)level * 2, "");
}

static void print_node(GString *out, const struct node *n, unsigned level, bool inline_)
{
    if (n->kind != ELEMENT) {
        g_string_append(out, n->tag);
        return;
    }
    g_string_append_printf(out, "<%s%s", n->tag, n->attributes);
    if (!n->children->len) {
        g_string_append(out, "/>");
        return;
    }
    inline_ |= has_text(n);
    g_string_append_c(out, '>');
    bool any = false;
    for (unsigned i = 0; i < n->children->len; i++) {
        const struct node *c = g_ptr_array_index(n->children, i);
        if (!inline_ && is_layout(n, c))
            continue;
        if (!inline_)
            indent(out, level + 1);
        any = true;
        print_node(out, c, level + 1, inline_);
    }
    if (!inline_ && any)
        indent(out, level);
    g_string_append_printf(out, "</%s>", n->tag);
}

void raw_print(const struct raw *r, unsigned level, GString *out)
{
    size_t before = out->len;
    for (unsigned i = 0; i < r->root->children->len; i++) {
        const struct node *n = g_ptr_array_index(r->root->children, i);
        if (n->dropped)
            continue;
        indent(out, level + 1);
        print_node(out, n, level + 1, false);
    }
    if (out->len != before)
        indent(out, level);
}
