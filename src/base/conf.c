/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * conf: see conf.h.  A cursor over the text; entries in the order of the file.
 */
#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_CONF
#define FILE_MAX (10 * 1024 * 1024)

enum kind { NUMBER, STRING, LIST };
static const char *const kind_names[] = { "a number", "a string", "a list of strings" };

struct entry {
    char *key;
    int line;
    enum kind kind;
    long long number;
    char *string;
    GPtrArray *list;
    bool used;
};

struct conf {
    char *name;
    GArray *entries;
};

struct cursor {
    const char *p;
    const char *name;
    int line;
};

void
conf_free(struct conf *conf)
{
    if (!conf)
        return;
    for (guint i = 0; i < conf->entries->len; i++) {
        struct entry *e = &g_array_index(conf->entries, struct entry, i);
        g_free(e->key);
        g_free(e->string);
        if (e->list)
            g_ptr_array_unref(e->list);
    }
    g_array_free(conf->entries, TRUE);
    g_free(conf->name);
    g_free(conf);
}

static void
skip_blanks(struct cursor *c)
{
    while (*c->p == ' ' || *c->p == '\t' || *c->p == '\r')
        c->p++;
}

/* Blanks, line ends and comments. */
static void
skip_space(struct cursor *c)
{
    for (;;) {
        skip_blanks(c);
        if (*c->p == '#')
            while (*c->p && *c->p != '\n')
                c->p++;
        if (*c->p != '\n')
            return;
        c->line++;
        c->p++;
    }
}

static int
bad(struct cursor *c, const char *key, const char *what, struct err *err)
{
    return err_set(err, VIR_ERR_CONF_SYNTAX, "%s:%d: %s%s%s", c->name, c->line, key ? key : "",
                   key ? ": " : "", what);
}

static char *
parse_string(struct cursor *c, const char *key, struct err *err)
{
    char quote = *c->p;
    if (quote == '"' && strncmp(c->p, "\"\"\"", 3) == 0) {
        const char *end = strstr(c->p + 3, "\"\"\"");
        if (!end)
            return bad(c, key, "the string that \"\"\" opens is never closed", err), NULL;
        char *value = g_strndup(c->p + 3, end - c->p - 3);
        for (const char *q = value; *q; q++)
            c->line += *q == '\n';
        c->p = end + 3;
        return value;
    }
    const char *begin = ++c->p;
    while (*c->p && *c->p != quote && *c->p != '\n')
        c->p++;
    if (*c->p != quote)
        return bad(c, key, quote == '"' ? "the string lacks its closing \" on this line"
                                        : "the string lacks its closing ' on this line", err), NULL;
    return g_strndup(begin, c->p++ - begin);
}

static int
parse_list(struct cursor *c, struct entry *e, struct err *err)
{
    e->kind = LIST;
    e->list = g_ptr_array_new_with_free_func(g_free);
    c->p++;
    for (;;) {
        skip_space(c);
        if (*c->p == ']') {
            c->p++;
            return 0;
        }
        if (*c->p != '"' && *c->p != '\'')
            return bad(c, e->key, *c->p ? "in a list, each value must be a string in quotes"
                                        : "the list lacks its closing ]", err);
        char *value = parse_string(c, e->key, err);
        if (!value)
            return -1;
        g_ptr_array_add(e->list, value);
        skip_space(c);
        if (*c->p == ',')
            c->p++;
        else if (*c->p != ']')
            return bad(c, e->key, *c->p ? "the values of a list must be separated by commas"
                                        : "the list lacks its closing ]", err);
    }
}

static int
parse_value(struct cursor *c, struct entry *e, struct err *err)
{
    if (*c->p == '"' || *c->p == '\'') {
        e->kind = STRING;
        return (e->string = parse_string(c, e->key, err)) ? 0 : -1;
    }
    if (*c->p == '[')
        return parse_list(c, e, err);
    if (g_ascii_isdigit(*c->p) || *c->p == '-' || *c->p == '+') {
        char *end;
        errno = 0;
        e->kind = NUMBER;
        e->number = strtoll(c->p, &end, 10);
        if (errno)
            return bad(c, e->key, "the number is too large", err);
        if (end == c->p || g_ascii_isalnum(*end) || *end == '.')
            return bad(c, e->key, "the value is not a whole decimal number (strings need quotes)", err);
        c->p = end;
        return 0;
    }
    return bad(c, e->key, *c->p == '\n' || !*c->p ? "there is no value behind the ="
               : "the value must be a number, a string in quotes or a list in [ ]", err);
}

static int
parse_entry(struct cursor *c, struct entry *e, struct err *err)
{
    const char *begin = c->p;
    while (g_ascii_isalnum(*c->p) || *c->p == '_' || *c->p == '.' || *c->p == '-')
        c->p++;
    if (c->p == begin)
        return bad(c, NULL, "expected the name of a setting or a comment", err);
    e->key = g_strndup(begin, c->p - begin);
    e->line = c->line;
    skip_blanks(c);
    if (*c->p != '=')
        return bad(c, e->key, "expected = behind the name of a setting", err);
    c->p++;
    skip_blanks(c);
    if (parse_value(c, e, err) < 0)
        return -1;
    skip_blanks(c);
    if (*c->p && *c->p != '\n' && *c->p != '#' && *c->p != ';')
        return bad(c, e->key, "there is something left on the line behind the value", err);
    if (*c->p == ';')
        c->p++;
    return 0;
}

struct conf *
conf_parse(const char *text, const char *name, struct err *err)
{
    struct conf *conf = g_new0(struct conf, 1);
    conf->name = g_strdup(name);
    conf->entries = g_array_new(FALSE, TRUE, sizeof(struct entry));
    struct cursor c = { text, name, 1 };
    for (;;) {
        skip_space(&c);
        if (!*c.p)
            return conf;
        struct entry e = { 0 };
        int rc = parse_entry(&c, &e, err);
        g_array_append_val(conf->entries, e);
        if (rc < 0) {
            conf_free(conf);
            return NULL;
        }
    }
}

struct conf *
conf_load(const char *path, bool optional, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        int errnum = errno;
        /* In a folder that may not be looked into (another user's home) there is nothing for us. */
        if (optional && (errnum == ENOENT || (errnum == EACCES && access(path, F_OK) < 0)))
            return conf_parse("", path, err);
        err_errno(err, errnum, "cannot open configuration file '%s'", path);
        return NULL;
    }
    struct stat st;
    g_autofree char *text = NULL;
    size_t n = 0;
    if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode) || st.st_size > FILE_MAX) {
        close(fd);
        err_set(err, VIR_ERR_CONF_SYNTAX, "configuration file '%s' is no file of at most 10 MiB", path);
        return NULL;
    }
    text = g_malloc((size_t)st.st_size + 1);
    while (n < (size_t)st.st_size) {
        ssize_t got = read(fd, text + n, (size_t)st.st_size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            err_errno(err, errno, "cannot read configuration file '%s'", path);
            close(fd);
            return NULL;
        }
        if (got == 0)
            break;
        n += (size_t)got;
    }
    close(fd);
    text[n] = '\0';
    if (strlen(text) != n) {
        err_set(err, VIR_ERR_CONF_SYNTAX, "configuration file '%s' holds a zero byte: it is not text", path);
        return NULL;
    }
    return conf_parse(text, path, err);
}

static struct entry *
find(struct conf *conf, const char *key)
{
    struct entry *found = NULL;
    for (guint i = 0; i < conf->entries->len; i++) {
        struct entry *e = &g_array_index(conf->entries, struct entry, i);
        if (strcmp(e->key, key) == 0) {
            e->used = true;
            found = e;
        }
    }
    return found;
}

static int
wrong_kind(struct conf *conf, struct entry *e, enum kind want, struct err *err)
{
    return err_set(err, VIR_ERR_INTERNAL_ERROR, "%s:%d: %s must be %s, not %s", conf->name, e->line, e->key,
                   kind_names[want], kind_names[e->kind]);
}

int
conf_get_string(struct conf *conf, const char *key, char **value, struct err *err)
{
    struct entry *e = find(conf, key);
    if (!e)
        return 0;
    if (e->kind != STRING)
        return wrong_kind(conf, e, STRING, err);
    g_free(*value);
    *value = g_strdup(e->string);
    return 1;
}

int
conf_get_ll(struct conf *conf, const char *key, long long min, long long max, long long *value,
            struct err *err)
{
    struct entry *e = find(conf, key);
    if (!e)
        return 0;
    if (e->kind != NUMBER)
        return wrong_kind(conf, e, NUMBER, err);
    if (e->number < min || e->number > max)
        return err_set(err, VIR_ERR_CONF_SYNTAX, "%s:%d: %s is %lld, it must be from %lld to %lld",
                       conf->name, e->line, key, e->number, min, max);
    *value = e->number;
    return 1;
}

int
conf_get_int(struct conf *conf, const char *key, long long min, long long max, int *value, struct err *err)
{
    long long number = 0;
    int rc = conf_get_ll(conf, key, MAX(min, INT_MIN), MIN(max, INT_MAX), &number, err);
    if (rc > 0)
        *value = (int)number;
    return rc;
}

int
conf_get_uint(struct conf *conf, const char *key, unsigned max, unsigned *value, struct err *err)
{
    long long number = 0;
    int rc = conf_get_ll(conf, key, 0, max, &number, err);
    if (rc > 0)
        *value = (unsigned)number;
    return rc;
}

int
conf_get_bool(struct conf *conf, const char *key, bool *value, struct err *err)
{
    long long number = 0;
    int rc = conf_get_ll(conf, key, 0, 1, &number, err);
    if (rc > 0)
        *value = number != 0;
    return rc;
}

int
conf_get_list(struct conf *conf, const char *key, char ***value, struct err *err)
{
    struct entry *e = find(conf, key);
    if (!e)
        return 0;
    if (e->kind == NUMBER)
        return wrong_kind(conf, e, LIST, err);
    size_t n = e->kind == LIST ? e->list->len : 1;
    char **list = g_new0(char *, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = g_strdup(e->kind == LIST ? g_ptr_array_index(e->list, i) : e->string);
    g_strfreev(*value);
    *value = list;
    return 1;
}

void
conf_unused(struct conf *conf, void (*each)(const char *name, int line, const char *key, void *opaque),
            void *opaque)
{
    for (guint i = 0; i < conf->entries->len; i++) {
        struct entry *e = &g_array_index(conf->entries, struct entry, i);
        if (!e->used)
            each(conf->name, e->line, e->key, opaque);
    }
}
