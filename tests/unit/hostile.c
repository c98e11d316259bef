/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * hostile: input that wants to exhaust us is refused early: time and memory of the whole program are bounded
 * by the limits that main() sets, so that a test which goes beyond them dies.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include "model/all-def.h"
#include "model/json.h"

enum { MIB = 1 << 20 };

static void repeat(GString *s, const char *what, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        g_string_append(s, what);
}

static void refused(const struct model_document *d, const char *xml, size_t n, int code)
{
    void *def = (void *)1;
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(model_parse(d, xml, n, 0, &def, &err), ==, -1);
    g_assert_null(def);
    g_assert_cmpint(err.code, ==, code);
    g_assert_nonnull(err.message);
    g_assert_cmpuint(strlen(err.message), <, 4096);
}

static void test_depth(void)
{
    g_autoptr(GString) unknown = g_string_new("<domain>"), known = g_string_new("<interface type='bridge'>");
    repeat(unknown, "<a>", 1000000);
    refused(&domain_def_document, unknown->str, unknown->len, VIR_ERR_XML_DETAIL);
    repeat(known, "<bridge><interface type='bridge'>", 1000000);
    refused(&interface_def_document, known->str, known->len, VIR_ERR_XML_DETAIL);
    g_autoptr(GString) raw = g_string_new("<domain><metadata>");
    repeat(raw, "<a xmlns='u'>", 1000000);
    refused(&domain_def_document, raw->str, raw->len, VIR_ERR_XML_DETAIL);
    g_autoptr(GString) json = g_string_new("{\"domain\":");
    repeat(json, "{\"a\":[", 200000);
    void *def;
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(model_from_json(&domain_def_document, json->str, json->len, 0, &def, &err), ==, -1);
}

static void test_entities(void)
{
    static const char laughs[] =
        "<!DOCTYPE domain [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
        "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>]>"
        "<domain><name>&d;</name></domain>";
    static const char file[] =
        "<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name></domain>";
    static const char parameter[] =
        "<!DOCTYPE domain [<!ENTITY % p SYSTEM 'http://127.0.0.1/x'> %p;]><domain/>";
    refused(&domain_def_document, laughs, strlen(laughs), VIR_ERR_XML_DETAIL);
    refused(&domain_def_document, file, strlen(file), VIR_ERR_XML_DETAIL);
    refused(&domain_def_document, parameter, strlen(parameter), VIR_ERR_XML_DETAIL);
    refused(&domain_def_document, "<domain><name>&x;</name></domain>", 33, VIR_ERR_XML_DETAIL);
    static const char *const unknown[] = {
        "<!DOCTYPE domain><domain><name>&x;</name></domain>",
        "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain><name>&x;</name></domain>",
        "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain type='&x;'/>",
        "<!DOCTYPE domain SYSTEM 'x'><domain><metadata><a xmlns='u' b='&x;'>&x;</a></metadata></domain>",
        "<!DOCTYPE domain><!DOCTYPE domain><domain/>",
        "<domain><!DOCTYPE domain><name>x</name></domain>",
        "<!DOCTYPE domain [<!ATTLIST domain id CDATA '7'>]><domain/>",
        "<!DOCTYPE domain SYSTEM 'x' [<!ELEMENT domain ANY>]><domain/>",
        "<!DOCTYPE domain []><domain/>",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(unknown); i++)
        refused(&domain_def_document, unknown[i], strlen(unknown[i]), VIR_ERR_XML_DETAIL);
}

static void named(const char *xml, size_t n, const char *name)
{
    void *def = NULL;
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(model_parse(&domain_def_document, xml, n, 0, &def, &err), ==, 0);
    g_assert_cmpstr(((struct domain_def *)def)->name, ==, name);
    model_unref(def);
}

/* What says no more than that there is a type: nothing is loaded, not even over there. */
static void test_doctype(void)
{
    static const char *const types[] = {
        "<!DOCTYPE domain>",
        "<!DOCTYPE zoo>",
        "<?xml version='1.0' standalone='no'?>\n<!DOCTYPE domain SYSTEM 'file:///dev/zero'>\n",
        "<!DOCTYPE domain SYSTEM 'http://127.0.0.1:1/x'>",
        "<!DOCTYPE domain PUBLIC '-//x' 'x.dtd' >",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autofree char *xml = g_strconcat(types[i], "<domain><name>x&amp;y</name></domain>", NULL);
        named(xml, strlen(xml), "x&y");
    }
}

/* All is UTF-8, whatever is declared: so it was where these documents come from. */
static void test_encoding(void)
{
    static const char *const utf8[] = {
        "", "\xef\xbb\xbf", "<?xml version='1.0' encoding='utf-8'?>", "\xef\xbb\xbf<?xml version='1.0'?>",
        "<?xml version='1.0' encoding='ISO-8859-1'?>", "<?xml version='1.0' encoding='UTF-16'?>",
        "<?xml version='1.0' encoding='UTF-16LE' ?>", "<?xml version='1.0' encoding='UTF-7'?>",
        "<?xml version=\"1.0\" encoding=\"US-ASCII\"?>", "<?xml version='1.0' encoding='IBM037'?>",
        "<?xml version='1.1' encoding='HTML'?>",
    };
    static const char rest[] = "<domain><name>\xc3\xa4</name></domain>";
    for (unsigned i = 0; i < G_N_ELEMENTS(utf8); i++) {
        g_autofree char *xml = g_strconcat(utf8[i], rest, NULL);
        named(xml, strlen(xml), "\xc3\xa4");
    }
    static const char *const bad[] = {
        "<?xml version='1.0' encoding='ISO-8859-1'?><domain><name>\xe4</name></domain>",
        "<?xml version='1.0' encoding='windows-1252'?><domain><name>\x80</name></domain>",
        "<?xml version='1.0' encoding='Shift_JIS'?><domain><name>\x82\xa0</name></domain>",
        "<?xml version='1.0' encoding='nonsense'?><domain/>",
        "\xef\xbb\xbf<?xml version='1.0' encoding='nonsense'?><domain/>",
        "<?xml version='1.0' encoding=''?><domain/>",
        "<?xml version='2.0'?><domain/>",
        " <?xml version='1.0'?><domain/>",
        "\xef\xbb\xbf",
        "L\x6f\xa7\x94",          /* as EBCDIC opens */
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
        refused(&domain_def_document, bad[i], strlen(bad[i]), VIR_ERR_XML_DETAIL);
    for (unsigned order = 0; order < 4; order++) {     /* UTF-16, with its mark and without */
        static const char xml[] = "<domain><name>x</name></domain>";
        static const char mark[2][2] = { "\xff\xfe", "\xfe\xff" };
        g_autoptr(GString) wide = g_string_new(NULL);
        if (order < 2)
            g_string_append_len(wide, mark[order], 2);
        for (const char *p = xml; *p; p++)
            g_string_append_len(wide, order & 1 ? (char[2]){ 0, *p } : (char[2]){ *p, 0 }, 2);
        refused(&domain_def_document, wide->str, wide->len, VIR_ERR_XML_DETAIL);
    }
}

/* What is long: refused, or kept once. */
static void test_size(void)
{
    g_autoptr(GString) s = g_string_new("<domain><title>");
    repeat(s, "0123456789abcdef", 4 * MIB);
    g_string_append(s, "</title></domain>");
    refused(&domain_def_document, s->str, s->len, VIR_ERR_XML_DETAIL);      /* more than 64 MiB */
    g_autoptr(GString) a = g_string_new("<domain type='");
    repeat(a, "0123456789abcdef", 3 * MIB);
    g_string_append(a, "'/>");
    refused(&domain_def_document, a->str, a->len, VIR_ERR_XML_DETAIL);      /* a value has its own limit */
    g_autoptr(GString) n = g_string_new("<domain><");
    repeat(n, "abcdefghijklmnop", 3 * MIB);
    g_string_append(n, "/></domain>");
    refused(&domain_def_document, n->str, n->len, VIR_ERR_XML_DETAIL);
}

/* Many small things: room for them is linear, and so is the time. */
static void test_many(void)
{
    g_autoptr(GString) s = g_string_new("<domain type='kvm'><name>x</name><devices>");
    repeat(s, "<disk><target dev='vda'/></disk>", 200000);
    g_string_append(s, "</devices></domain>");
    void *def;
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(model_parse(&domain_def_document, s->str, s->len, 0, &def, &err), ==, 0);
    g_assert_cmpuint(((struct domain_def *)def)->n_disks, ==, 200000);
    g_assert_cmpuint(model_footprint(def), <, 200 * MIB);
    model_unref(def);
    g_autoptr(GString) attributes = g_string_new("<domain");
    for (unsigned i = 0; i < 20000; i++)
        g_string_append_printf(attributes, " a%u='1'", i);
    g_string_append(attributes, "/>");
    g_assert_cmpint(model_parse(&domain_def_document, attributes->str, attributes->len, 0, &def, &err), ==,
                    0);
    model_unref(def);
}

static void test_text(void)
{
#define BYTES(text) { text, sizeof(text) - 1 }
    static const struct { const char *xml; size_t n; } bad[] = {
        BYTES("<domain><name>\xff\xfe</name></domain>"),
        BYTES("<domain><name>\xc0\x80</name></domain>"),
        BYTES("<domain><name>\xed\xa0\x80</name></domain>"),
        BYTES("<domain><name>a\0b</name></domain>"),
        BYTES("<domain><name>&#0;</name></domain>"),
        BYTES("<domain><name>&#x110000;</name></domain>"),
        BYTES("\xff\xfe?\0"),
        BYTES("<domain><name>\x01</name></domain>"),
        BYTES("\0"),
        BYTES("<"),
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
        refused(&domain_def_document, bad[i].xml, bad[i].n, VIR_ERR_XML_DETAIL);
    void *def;
    ERR_AUTO err = ERR_INIT;
    static const char *const json[] = {
        "{\"domain\":{\"name\":\"\xff\"}}",
        "{\"domain\":{\"name\":\"\\u0000\"}}",
        "{\"domain\":{\"name\":[]}}",
        "[]",
        "",
        "{\"domain\":{\"metadata\":\"<a\"}}",
        "{\"domain\":{\"vcpu\":{\"#text\":1e99}}}",
        "{\"domain\":{\"memory\":{\"#text\":99999999999999999999}}}",
        "{\"domain\":{\"@type\":\"zoo\"}}",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(json); i++) {
        g_assert_cmpint(model_from_json(&domain_def_document, json[i], strlen(json[i]), 0, &def, &err), ==,
                        -1);
        err_clear(&err);
    }
}

int main(int argc, char **argv)
{
    /* A sanitizer reserves address space by the terabyte: only time is bounded then. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    setrlimit(RLIMIT_AS, &(struct rlimit){ 1024u * MIB, 1024u * MIB });
#endif
    setrlimit(RLIMIT_CPU, &(struct rlimit){ 60, 60 });
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hostile/depth", test_depth);
    g_test_add_func("/hostile/entities", test_entities);
    g_test_add_func("/hostile/doctype", test_doctype);
    g_test_add_func("/hostile/encoding", test_encoding);
    g_test_add_func("/hostile/size", test_size);
    g_test_add_func("/hostile/many", test_many);
    g_test_add_func("/hostile/text", test_text);
    return g_test_run();
}
