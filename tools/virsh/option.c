/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the options of a call.  Asking for an option that the command's description does not have
 * is a mistake in the program and aborts. */
#include "shell.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const struct value *
value_of(const struct call *call, const char *name)
{
    const struct option_def *o = option_find(call->def, name);
    if (!o)
        g_error("command %s has no option --%s", call->def->name, name);
    for (const struct value *v = call->values; v; v = v->next)
        if (v->opt == o)
            return v;
    return NULL;
}

bool
opt_flag(const struct call *call, const char *name)
{
    return value_of(call, name) != NULL;
}

const char *
opt_text(const struct call *call, const char *name)
{
    const struct value *v = value_of(call, name);
    return v ? v->text : NULL;
}

const char *
opt_filled(const struct call *call, const char *name)
{
    const char *text = opt_text(call, name);
    return text && *text ? text : NULL;
}

int
opt_string(struct shell *sh, const struct call *call, const char *name, const char **v)
{
    const struct value *given = value_of(call, name);
    if (!given)
        return 0;
    if (!given->text[0] && !given->opt->empty) {
        fail(sh, "Failed to get option '%s': Option argument is empty", name);
        return -1;
    }
    *v = given->text;
    return 1;
}

static int
number_bad(struct shell *sh, const struct value *v)
{
    fail(sh, "Numeric value '%s' for <%s> option is malformed or out of range", v->text, v->opt->name);
    return -1;
}

static int
signed_option(struct shell *sh, const struct call *call, const char *name, long long min, long long max,
              long long *n)
{
    const struct value *v = value_of(call, name);
    char *end = NULL;
    if (!v)
        return 0;
    errno = 0;
    *n = g_ascii_strtoll(v->text, &end, 10);
    if (errno || end == v->text || *end || *n < min || *n > max)
        return number_bad(sh, v);
    return 1;
}

static int
unsigned_option(struct shell *sh, const struct call *call, const char *name, unsigned long long max,
                unsigned long long *n)
{
    const struct value *v = value_of(call, name);
    char *end = NULL;
    if (!v)
        return 0;
    errno = 0;
    *n = g_ascii_strtoull(v->text, &end, 10);
    if (errno || end == v->text || *end || *n > max || strchr(v->text, '-'))
        return number_bad(sh, v);
    return 1;
}

int
opt_int(struct shell *sh, const struct call *call, const char *name, int *v)
{
    long long n;
    int rc = signed_option(sh, call, name, G_MININT, G_MAXINT, &n);
    if (rc > 0)
        *v = (int)n;
    return rc;
}

int
opt_llong(struct shell *sh, const struct call *call, const char *name, long long *v)
{
    long long n;
    int rc = signed_option(sh, call, name, G_MININT64, G_MAXINT64, &n);
    if (rc > 0)
        *v = n;
    return rc;
}

int
opt_uint(struct shell *sh, const struct call *call, const char *name, unsigned int *v)
{
    unsigned long long n;
    int rc = unsigned_option(sh, call, name, G_MAXUINT, &n);
    if (rc > 0)
        *v = (unsigned int)n;
    return rc;
}

int
opt_ulong(struct shell *sh, const struct call *call, const char *name, unsigned long *v)
{
    unsigned long long n;
    int rc = unsigned_option(sh, call, name, G_MAXULONG, &n);
    if (rc > 0)
        *v = (unsigned long)n;
    return rc;
}

int
opt_ullong(struct shell *sh, const struct call *call, const char *name, unsigned long long *v)
{
    unsigned long long n;
    int rc = unsigned_option(sh, call, name, G_MAXUINT64, &n);
    if (rc > 0)
        *v = n;
    return rc;
}

bool
size_parse(const char *text, unsigned long long scale, unsigned long long max, unsigned long long *bytes,
           char **why)
{
    static const char letters[] = "kmgtpe";
    char *end = NULL;
    errno = 0;
    unsigned long long n = g_ascii_strtoull(text, &end, 10);
    if (errno || end == text || text[0] == '-') {
        *why = NULL;
        return false;
    }
    const char *suffix = end;
    if (*suffix) {
        const char *letter = strchr(letters, g_ascii_tolower(*suffix));
        unsigned long long base = 1024;
        if (g_ascii_strcasecmp(suffix, "b") == 0 || g_ascii_strcasecmp(suffix, "byte") == 0 ||
            g_ascii_strcasecmp(suffix, "bytes") == 0) {
            scale = 1;
        } else if (letter && (!suffix[1] || g_ascii_strcasecmp(suffix + 1, "ib") == 0 ||
                              g_ascii_strcasecmp(suffix + 1, "b") == 0)) {
            if (suffix[1] && !suffix[2])
                base = 1000;
            scale = 1;
            for (long i = letter - letters; i >= 0; i--)
                scale *= base;
        } else {
            *why = g_strdup_printf("invalid argument: unknown suffix '%s'", suffix);
            return false;
        }
    }
    if (n && scale > max / n) {
        *why = g_strdup_printf("numerical overflow: value too large: %llu%s", n, suffix);
        return false;
    }
    *bytes = n * scale;
    return true;
}

int
opt_size(struct shell *sh, const struct call *call, const char *name, unsigned long long scale,
         unsigned long long max, unsigned long long *bytes)
{
    const struct value *v = value_of(call, name);
    g_autofree char *why = NULL;
    if (!v)
        return 0;
    if (size_parse(v->text, scale, max, bytes, &why))
        return 1;
    fail(sh, "Scaled numeric value '%s' for <%s> option is malformed or out of range", v->text, name);
    if (why)
        fail(sh, "%s", why);
    size_hint();
    return -1;
}

int
opt_timeout_ms(struct shell *sh, const struct call *call, int *ms)
{
    int n;
    int rc = opt_int(sh, call, "timeout", &n);
    if (rc <= 0)
        return rc;
    if (n < 1 || n > G_MAXINT / 1000) {
        fail(sh, "Numeric value '%s' for <timeout> option is malformed or out of range",
             opt_text(call, "timeout"));
        return -1;
    }
    *ms = n * 1000;
    return 1;
}

const char *
opt_word(const struct call *call, const char *name, const struct value **pos)
{
    const struct option_def *o = option_find(call->def, name);
    const struct value *v = *pos ? (*pos)->next : call->values;
    while (v && v->opt != o)
        v = v->next;
    *pos = v;
    return v ? v->text : NULL;
}

char *
opt_words_joined(const struct call *call, const char *name)
{
    const struct value *pos = NULL;
    const char *word;
    GString *s = NULL;
    while ((word = opt_word(call, name, &pos))) {
        if (s)
            g_string_append_c(s, ' ');
        else
            s = g_string_new(NULL);
        g_string_append(s, word);
    }
    return s ? g_string_free(s, FALSE) : NULL;
}

bool
opt_exclusive(struct shell *sh, const struct call *call, ...)
{
    const char *name, *first = NULL;
    bool ok = true;
    va_list ap;
    va_start(ap, call);
    while ((name = va_arg(ap, const char *))) {
        if (!value_of(call, name))
            continue;
        if (first && ok)
            ok = fail(sh, "Options --%s and --%s are mutually exclusive", first, name);
        else
            first = name;
    }
    va_end(ap);
    return ok;
}

bool
opt_needs(struct shell *sh, const struct call *call, const char *a, const char *b)
{
    if (value_of(call, a) && !value_of(call, b))
        return fail(sh, "Option --%s requires option --%s", a, b);
    return true;
}
