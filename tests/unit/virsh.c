/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* virsh's command lines: tables of good and bad input, and random input made of what hurts. */
#include "cpumap.h"
#include "diskspec.h"
#include "object.h"
#include "progress.h"
#include "xml.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "list{all}; dominfo{domain=test}" */
static char *
shown(const struct call *calls)
{
    GString *s = g_string_new(NULL);
    for (const struct call *c = calls; c; c = c->next) {
        g_string_append_printf(s, "%s%s{", s->len ? "; " : "", c->def->name);
        for (const struct value *v = c->values; v; v = v->next) {
            g_string_append_printf(s, "%s%s", v == c->values ? "" : ",", v->opt->name);
            if (v->text)
                g_string_append_printf(s, "=%s", v->text);
        }
        g_string_append(s, c->help ? "}?" : "}");
    }
    return g_string_free(s, FALSE);
}

static void
test_text(void)
{
    static const struct {
        const char *text, *result, *error;
    } table[] = {
        { "", "", NULL },
        { " ;; \n ;", "", NULL },
        { "# only a comment", "", NULL },
        { "list", "list{}", NULL },
        { "list --all # why", "list{all}", NULL },
        { "list --all#no", NULL, "command 'list' doesn't support option --all#no" },
        { "list;list --all\nuri", "list{}; list{all}; uri{}", NULL },
        { "list \\;", NULL, "unexpected data ';'" },
        { "dominfo 'a b'", "dominfo{domain=a b}", NULL },
        { "dominfo \"a\\\"b\"", "dominfo{domain=a\"b}", NULL },
        { "dominfo 'a\\b'", "dominfo{domain=a\\b}", NULL },
        { "dominfo a\\ b", "dominfo{domain=a b}", NULL },
        { "dominfo a'b'\"c\"", "dominfo{domain=abc}", NULL },
        { "dominfo ''", "dominfo{domain=}", NULL },
        { "dominfo --domain x", "dominfo{domain=x}", NULL },
        { "dominfo --domain=x", "dominfo{domain=x}", NULL },
        { "dominfo --domain=", "dominfo{domain=}", NULL },
        { "dominfo --domain --bogus", "dominfo{domain=--bogus}", NULL },
        { "dominfo -- --domain", "dominfo{domain=--domain}", NULL },
        { "dominfo --help", "dominfo{}?", NULL },
        { "vcpupin d 0 3 --live", "vcpupin{domain=d,vcpu=0,cpulist=3,live}", NULL },
        { "vcpupin --cpulist 3 d 0", "vcpupin{cpulist=3,domain=d,vcpu=0}", NULL },
        { "echo a --string b -- --c", "echo{string=a,string=b,string=--c}", NULL },
        { "nodedev-dettach x", "nodedev-detach{device=x}", NULL },
        { "send-key d 1 2 --holdtime 5 3", "send-key{domain=d,keycode=1,keycode=2,holdtime=5,keycode=3}",
          NULL },
        { "dominfo 'open", "dominfo{domain=open}", NULL },
        { "dominfo \"open", NULL, "missing \"" },
        { "dominfo x\\", NULL, "dangling \\" },
        { "lis", NULL, "unknown command: 'lis'" },
        { "list;bogus", NULL, "unknown command: 'bogus'" },
        { "''", NULL, "unknown command: ''" },
        { "list --al", NULL, "command 'list' doesn't support option --al" },
        { "list --all=1", NULL, "invalid '=' after option --all" },
        { "list --all --all", NULL, "option --all already seen" },
        { "list x", NULL, "unexpected data 'x'" },
        { "list -a", NULL, "unexpected data '-a'" },
        { "list --=", NULL, "command 'list' doesn't support option --" },
        { "dominfo", NULL, "command 'dominfo' requires <domain> option" },
        { "dominfo a b", NULL, "unexpected data 'b'" },
        { "dominfo --domain", NULL, "expected syntax: --domain <string>" },
        { "setmem", NULL,
          "command 'setmem' requires <domain> option\ncommand 'setmem' requires --size option" },
        { "setmem d", NULL, "command 'setmem' requires --size option" },
        { "setmem d --size", NULL, "expected syntax: --size <number>" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct call *calls = (void *)1;
        g_autofree char *error = NULL;
        bool ok = parse_text(table[i].text, &calls, &error);
        g_assert_cmpint(ok, ==, table[i].error == NULL);
        g_assert_cmpstr(error, ==, table[i].error);
        if (ok) {
            g_autofree char *s = shown(calls);
            g_assert_cmpstr(s, ==, table[i].result);
        } else {
            g_assert_null(calls);
        }
        call_free(calls);
    }
}

static void
test_huge(void)
{
    g_autofree char *word = g_strnfill(1 << 20, 'x');
    g_autofree char *text = g_strconcat("dominfo ", word, NULL);
    struct call *calls;
    g_autofree char *error = NULL;
    g_assert_true(parse_text(text, &calls, &error));
    g_assert_cmpuint(strlen(opt_text(calls, "domain")), ==, 1 << 20);
    call_free(calls);

    g_autoptr(GString) many = g_string_new("echo");
    for (int i = 0; i < 3000; i++)
        g_string_append(many, " a\\ b 'c' \"d\"");
    g_assert_true(parse_text(many->str, &calls, &error));
    g_autofree char *joined = opt_words_joined(calls, "string");
    g_assert_cmpuint(strlen(joined), ==, 3000 * 8 - 1);
    call_free(calls);

    g_autofree char *quotes = g_strnfill(100001, '"');
    g_assert_false(parse_text(quotes, &calls, &error));
    g_assert_cmpstr(error, ==, "missing \"");
}

/* Whatever comes, parsing ends with calls or with an error, and completion with a list. */
static void
test_random(void)
{
    static const char *const pieces[] = {
        "list",  "dominfo",  "echo",      "setmem",   "help", " ", " ",      " ",        "--", "-",
        "--all", "--domain", "--domain=", "--size",   "=",    "'", "\"",     "\\",       ";",  "\n",
        "#",     "x",        "\t",        "\xc3\xa9", "\xff", "9", "--help", "--string",
    };
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    struct shell sh = {.debug = 4};
    for (int round = 0; round < 20000; round++) {
        g_autoptr(GString) s = g_string_new(NULL);
        int n = g_rand_int_range(rand, 0, 24);
        struct call *calls;
        g_autofree char *error = NULL;
        for (int i = 0; i < n; i++)
            g_string_append(s, pieces[g_rand_int_range(rand, 0, G_N_ELEMENTS(pieces))]);
        bool ok = parse_text(s->str, &calls, &error);
        g_assert_true(ok == (error == NULL));
        g_assert_true(ok || calls == NULL);
        call_free(calls);
        char quote;
        g_auto(GStrv) words = parse_unfinished(s->str, &quote);
        g_assert_nonnull(words[0]);
        /* Names of objects need a connection; commands and options do not. */
        if (!strstr(s->str, "dom") && !strstr(s->str, "setmem")) {
            g_auto(GStrv) found = complete_words(&sh, words);
            g_assert_nonnull(found);
        }
    }
}

static void
test_complete(void)
{
    static const struct {
        const char *line, *first;
        guint n;
    } table[] = {
        {"dominf", "dominfo", 1}, {"list --al", "--all", 1}, {"list --all --al", NULL, 0},
        {"list; hostn", "hostname", 1}, {"shutdown x --mode ac", "acpi", 1}, {"bogus ", NULL, 0},
        {"event --event lifec", "lifecycle", 1}, {"help dominf", "dominfo", 1}, {"list -- --al", NULL, 0},
        {"domif-setlink a b ", "down", 2},
    };
    struct shell sh = {.debug = 4};
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        char quote;
        g_auto(GStrv) words = parse_unfinished(table[i].line, &quote);
        g_auto(GStrv) found = complete_words(&sh, words);
        g_assert_cmpuint(g_strv_length(found), ==, table[i].n);
        g_assert_cmpstr(found[0], ==, table[i].first);
    }
}

static void
test_sizes(void)
{
    static const struct {
        const char *text;
        unsigned long long scale, max, result;
        bool ok;
    } table[] = {
        { "5", 1, G_MAXUINT64, 5, true },
        { "5", 1024, G_MAXUINT64, 5120, true },
        { "5k", 1, G_MAXUINT64, 5120, true },
        { "5K", 1024, G_MAXUINT64, 5120, true },
        { "5KB", 1, G_MAXUINT64, 5000, true },
        { "5KiB", 1, G_MAXUINT64, 5120, true },
        { "1GiB", 1, G_MAXUINT64, 1 << 30, true },
        { "7b", 1024, G_MAXUINT64, 7, true },
        { "7bytes", 1024, G_MAXUINT64, 7, true },
        { "0", 1024, 0, 0, true },
        { "15E", 1, G_MAXUINT64, 15ULL << 60, true },
        { "16E", 1, G_MAXUINT64, 0, false },
        { "6", 1, 5, 0, false },
        { "-5", 1, G_MAXUINT64, 0, false },
        { "", 1, G_MAXUINT64, 0, false },
        { "k", 1, G_MAXUINT64, 0, false },
        { "5x", 1, G_MAXUINT64, 0, false },
        { "5kk", 1, G_MAXUINT64, 0, false },
        { "5 k", 1, G_MAXUINT64, 0, false },
        { "99999999999999999999", 1, G_MAXUINT64, 0, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        unsigned long long v = 0;
        g_autofree char *why = NULL;
        g_assert_true(size_parse(table[i].text, table[i].scale, table[i].max, &v, &why) == table[i].ok);
        g_assert_cmpuint(v, ==, table[i].result);
    }
}

static void
test_cpumaps(void)
{
    static const char *const good[][2] = { { "0", "0" },
                                           { "0-3", "0-3" },
                                           { "3,1,2", "1-3" },
                                           { "0-7,^3", "0-2,4-7" },
                                           { "0,2,4-5", "0,2,4-5" },
                                           { "r", "0-9" } };
    struct shell sh = {.debug = 4};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autofree unsigned char *map = cpumap_parse(&sh, good[i][0], 10);
        g_assert_nonnull(map);
        g_autofree char *text = cpumap_format(map, VIR_CPU_MAPLEN(10), 10);
        g_assert_cmpstr(text, ==, good[i][1]);
    }
}

static void
test_tables(void)
{
    g_autoptr(table) t = table_new("Id", "Name", NULL);
    g_autofree char *empty = table_format(t, true);
    g_assert_cmpstr(empty, ==, " Id   Name\n------------\n");
    table_row(t, "1", "gr\xc3\xbc\xc3\x9f""e", NULL);
    table_row(t, "22222", "a\nb\xff", NULL);
    g_autofree char *text = table_format(t, false);
    /* What a terminal cannot show is escaped, whatever the locale knows. */
    g_assert_nonnull(strstr(text, " 22222   a\\x0ab\\xff\n"));
    g_autofree char *quoted = json_quote("a\"\\\n\x01");
    g_assert_cmpstr(quoted, ==, "\"a\\\"\\\\\\n\\u0001\"");
}

static void
test_comma_lists(void)
{
    g_auto(GStrv) parts = comma_list("vda,file=/a,,b,,,c");
    g_assert_cmpuint(g_strv_length(parts), ==, 3);
    g_assert_cmpstr(parts[1], ==, "file=/a,b,");
    g_assert_cmpstr(parts[2], ==, "c");
}

/* What standard error gets while fn draws. */
static char *
drawn(bool terminal, void (*fn)(struct progress *p), struct progress *p)
{
    char text[1000];
    int ends[2], old = dup(STDERR_FILENO);
    if (terminal) {
        ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
        g_assert_true(ends[0] >= 0 && grantpt(ends[0]) == 0 && unlockpt(ends[0]) == 0);
        ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY);
    } else {
        g_assert_cmpint(pipe(ends), ==, 0);
    }
    dup2(ends[1], STDERR_FILENO);
    fn(p);
    dup2(old, STDERR_FILENO);
    ssize_t n = read(ends[0], text, sizeof(text) - 1);
    g_assert_cmpint((int)n, >, 0);
    text[n] = 0;
    close(ends[0]);
    close(ends[1]);
    close(old);
    return g_strdup(text);
}

static void
half(struct progress *p)
{
    progress_show(p, 5000ULL << 20, 10000ULL << 20);
}

static void
steps(struct progress *p)
{
    progress_show(p, 100, 100);
    progress_show(p, 50, 100);
    progress_show(p, 50, 100);
    progress_show(p, 1, 1000000);
    progress_end(p, true);
}

static void
test_progress(void)
{
    /* On a terminal with the rate since the beginning and the time left, cut at its edge. */
    struct progress p = {.label = "Copy", .start = g_get_monotonic_time() - 1000 * G_USEC_PER_SEC};
    g_autofree char *person = drawn(true, half, &p);
    g_assert_cmpstr(person, ==, "\rCopy: [50.00 %]  5.0 MiB/s  16:40 left\033[K");
    /* In a file what scripts know, each line once; 100 % is for the end. */
    p = (struct progress){.label = "Copy"};
    g_autofree char *log = drawn(false, steps, &p);
    g_assert_cmpstr(log, ==, "\rCopy: [ 0.00 %]\rCopy: [50.00 %]\rCopy: [99.99 %]\rCopy: [100.00 %]\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/virsh/text", test_text);
    g_test_add_func("/virsh/huge", test_huge);
    g_test_add_func("/virsh/random", test_random);
    g_test_add_func("/virsh/complete", test_complete);
    g_test_add_func("/virsh/sizes", test_sizes);
    g_test_add_func("/virsh/cpumaps", test_cpumaps);
    g_test_add_func("/virsh/tables", test_tables);
    g_test_add_func("/virsh/comma-lists", test_comma_lists);
    g_test_add_func("/virsh/progress", test_progress);
    return g_test_run();
}
