/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shell: connection, settings, output.  One per process; commands get it as their first
 * argument.  Only the main thread uses it, except where a field says otherwise. */
#pragma once

#include "command.h"
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>

/* virsh is also built to run on an older library, to compare the two; then it lacks what is newer. */
#ifndef API_12
#define API_12 1
#endif

/* What differs between the programs that are made of this shell; one each. */
struct program {
    const char *name, *tool;
    const char *uri_env; /* names the default URI */
    const char *what; /* is connected to */
    const char *terminal;
    const char *env_debug, *env_log, *env_history;
    bool console, readonly; /* has these options */
    const char *again; /* said when another connection stands, or NULL */
    void *(*open)(struct shell *sh); /* to sh->uri; NULL: the library's error says why */
    void (*close)(struct shell *sh, void *connection);
    char *(*uri_of)(struct shell *sh); /* of the connection, to be freed; may be NULL */
};
extern const struct program program;

struct shell {
    union { /* NULL: not connected */
        void *connection;
        virConnectPtr conn; /* virsh's */
        void *admin; /* virt-admin's */
    };
    char *uri; /* as asked for, or NULL for the default */
    bool readonly;
    bool quiet, timing, interactive, json, color;
    int debug; /* 0 everything … 4 errors only */
    int keepalive_interval, keepalive_count;
    bool keepalive_asked;
    unsigned char escape;
    char *log_path;
    FILE *log;
    GMutex err_lock;
    virErrorPtr err; /* last error of the library, not told yet */
    bool told; /* the command has said why it fails */
    bool no_domain; /* and that is that there is no such domain */
    bool leave; /* quit was called */
    struct json *document; /* what the running command prints, with --output json */
    int closed; /* atomic: the connection broke */
};

bool shell_connect(struct shell *sh);
bool shell_connected(const struct shell *sh);
void shell_disconnect(struct shell *sh);
void shell_reconnect_if_closed(struct shell *sh);
void connection_broke(struct shell *sh, int reason); /* on the event thread */
bool shell_run(struct shell *sh, const struct call *calls);
bool shell_run_text(struct shell *sh, const char *text);
bool parse_fail(struct shell *sh, const char *why); /* tells each line of it; returns false */
int shell_interactive(struct shell *sh);
void shell_usage(struct shell *sh);
/* On a terminal, what may help after an error; hint.c. */
void parse_hint(struct shell *sh, const char *why);
void shell_hint(struct shell *sh, const char *name); /* commands that may have been meant */
void error_hint(struct shell *sh, const struct call *call, int code);
void connect_hint(struct shell *sh, const char *why);
void size_hint(void);
bool shell_help_command(struct shell *sh, const struct command_def *def);

/* Starts the thread that runs the library's event loop; once. */
bool shell_events(struct shell *sh);

/* The result of a command. */
void out(struct shell *sh, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* What a person likes to read but a script does not need: not in quiet mode. */
void say(struct shell *sh, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* Why something failed; always false, for `return fail(…)`. */
bool fail(struct shell *sh, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void debug(struct shell *sh, int level, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
void err_watch(struct shell *sh); /* keeps errors from now on */
/* Forget the library's last error: the command dealt with it. */
void err_forget(struct shell *sh);
void err_take(struct shell *sh, virErrorPtr err); /* takes it over; may be NULL */
int err_code(struct shell *sh);
void err_tell(struct shell *sh);
void connect_tell(struct shell *sh); /* likewise, why there is no connection */

/* Tables. */
struct table;
struct table *table_new(const char *first, ...) G_GNUC_NULL_TERMINATED;
void table_row(struct table *t, const char *first, ...) G_GNUC_NULL_TERMINATED;
void table_rowv(struct table *t, const char *const *cells);
void table_print(struct shell *sh, struct table *t);
char *table_format(const struct table *t, bool header);
size_t table_rows(const struct table *t);
void table_free(struct table *t);
typedef struct table table;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(table, table_free)

/* Properties: "Label:   value" lines. */
struct props;
typedef struct props props;
struct props *props_new(int width);
void prop(struct props *p, const char *label, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
void props_print(struct shell *sh, struct props *p);
void props_free(struct props *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(props, props_free)

/* One property, printed at once: layout has a %s for the label and one for the value. */
void fact(struct shell *sh, const char *layout, const char *label, const char *fmt, ...) G_GNUC_PRINTF(4, 5);
/* What follows belongs to this; NULL begins the next of a list. */
void fact_section(struct shell *sh, const char *name);

/* Lines printed from now on are a list, also if there is only one or none. */
void fact_list(struct shell *sh);

/* --output json: between begin and end what a command prints is collected. */
void json_begin(struct shell *sh);
void json_end(struct shell *sh);
void json_text(struct shell *sh, const char *fmt, va_list ap) G_GNUC_PRINTF(2, 0);
void json_document(struct shell *sh, char *document); /* takes it over */
char *json_quote(const char *text); /* a JSON string */
char *json_key(const char *label); /* "Max memory" becomes "max-memory" */
char *json_value(const char *fmt,
                 const char *text); /* an integer if that is what fmt prints, else a string */

/* Fetches the names that a kind of completion offers; says nothing on failure. */
struct finder {
    const char *kind; /* NULL ends the table */
    void (*find)(struct shell *sh, const struct call *call, GPtrArray *names);
    bool offline;
};
extern const struct finder finders[];
void finder_add(GPtrArray *names, const char *name);
/* What an option may be, as far as that is known without asking anybody. */
void option_words(struct shell *sh, const struct call *call, const struct option_def *o, GPtrArray *names);

/* Completion candidates for an unfinished command line; NULL-terminated. */
char **complete_words(struct shell *sh, char *const *words);
