/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command descriptions and parsed calls.  The descriptions are generated from commands/ by
 * describe.py; parse.c turns text into calls; the commands read their options with opt_*(). */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct shell;
struct call;

enum option_type { OPTION_FLAG = 1, OPTION_STRING, OPTION_NUMBER, OPTION_WORDS };

struct option_def {
    const char *name; /* NULL ends a list */
    const char *help;
    const char *complete; /* kind of completion, or NULL */
    enum option_type type;
    bool required, positional, empty;
};

typedef bool command_fn(struct shell *sh, const struct call *call);

struct command_def {
    const char *name; /* NULL ends a list */
    const char *aliases; /* separated by blanks */
    const char *help;
    const struct option_def *options;
    command_fn *run;
    bool hidden, offline;
};

struct group_def {
    const char *keyword, *title;
    const struct command_def *commands;
};
extern const struct group_def command_groups[];

const struct command_def *command_find(const char *name);
const struct option_def *option_find(const struct command_def *def, const char *name);

/* One option as given. */
struct value {
    const struct option_def *opt;
    char *text; /* NULL for a flag */
    struct value *next;
};

struct call {
    const struct command_def *def;
    struct value *values;
    bool help; /* --help was given */
    struct call *next;
};

/* Text or words to a list of calls; NULL is an empty list.  On bad input *error says why, a line a reason. */
bool parse_text(const char *text, struct call **calls, char **error);
bool parse_words(char *const *words, size_t n, struct call **calls, char **error);
void call_free(struct call *calls);
/* Splits text into words as parse_text does, leniently, for completion: what follows the last command
 * separator; the last word may be unfinished. */
char **parse_unfinished(const char *text, char *quote);

/* Values of options.  1: given, *v is set; 0: not given, *v is untouched; -1: malformed, told. */
bool opt_flag(const struct call *call, const char *name);
int opt_string(struct shell *sh, const struct call *call, const char *name, const char **v);
const char *opt_text(const struct call *call, const char *name); /* as given, may be empty; or NULL */
const char *opt_filled(const struct call *call, const char *name); /* the same, but NULL if empty */
int opt_int(struct shell *sh, const struct call *call, const char *name, int *v);
int opt_uint(struct shell *sh, const struct call *call, const char *name, unsigned int *v);
int opt_ulong(struct shell *sh, const struct call *call, const char *name, unsigned long *v);
int opt_llong(struct shell *sh, const struct call *call, const char *name, long long *v);
int opt_ullong(struct shell *sh, const struct call *call, const char *name, unsigned long long *v);
/* A size with an optional suffix; without one it counts in units of `scale` bytes. */
int opt_size(struct shell *sh, const struct call *call, const char *name, unsigned long long scale,
             unsigned long long max, unsigned long long *bytes);
int opt_timeout_ms(struct shell *sh, const struct call *call, int *ms);
/* The words of a rest option, one after the other; start with *pos = NULL. */
const char *opt_word(const struct call *call, const char *name, const struct value **pos);
char *opt_words_joined(const struct call *call, const char *name);
/* False and told if more than one of the flags is given; the list ends with NULL. */
bool opt_exclusive(struct shell *sh, const struct call *call, ...) G_GNUC_NULL_TERMINATED;
/* False and told if `a` is given without `b`. */
bool opt_needs(struct shell *sh, const struct call *call, const char *a, const char *b);

/* Parses "10", "10k", "10GiB", "10MB"; false if malformed or above max. */
bool size_parse(const char *text, unsigned long long scale, unsigned long long max,
                unsigned long long *bytes, char **why);
