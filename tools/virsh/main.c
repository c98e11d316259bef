/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program made of the shell, such as virsh: global options, then one command line or the interactive shell.
 */
#include "config.h"
#include "shell.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
number(const char *text, int min, int *n)
{
    char *end = NULL;
    long v = strtol(text, &end, 10);
    if (end == text || *end || v < min || v > G_MAXINT)
        return false;
    *n = (int)v;
    return true;
}

static void
version_long(struct shell *sh)
{
    out(sh, "%s of Vireo %s, an implementation of libvirt's API\n\n", program.tool, PACKAGE_VERSION);
    out(sh, "Compiled with support for:\n Miscellaneous: Debug%s\n", WITH_READLINE ? " Readline" : "");
}

/* Returns -1 to go on, or the exit code. */
static int
parse_global(struct shell *sh, int argc, char **argv)
{
    enum { OPT_OUTPUT = 256 };
    static const struct option options[] = {
        {"connect", required_argument, NULL, 'c'},
        {"debug", required_argument, NULL, 'd'},
        {"escape", required_argument, NULL, 'e'},
        {"help", no_argument, NULL, 'h'},
        {"keepalive-interval", required_argument, NULL, 'k'},
        {"keepalive-count", required_argument, NULL, 'K'},
        {"log", required_argument, NULL, 'l'},
        {"output", required_argument, NULL, OPT_OUTPUT},
        {"quiet", no_argument, NULL, 'q'},
        {"readonly", no_argument, NULL, 'r'},
        {"timing", no_argument, NULL, 't'},
        {"version", optional_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    int c, index = -1;
    while ((c = getopt_long(argc, argv, "+:d:hqtc:vVrl:e:k:K:", options, &index)) != -1) {
        const char *name = index >= 0 ? options[index].name : NULL;
        g_autofree char *option = name ? g_strdup_printf("--%s", name) : g_strdup_printf("-%c", c);
        if ((strchr("ekK", c) && !program.console) || (c == 'r' && !program.readonly)) {
            fail(sh, "unsupported option '%s'. See --help.", option);
            return 1;
        }
        switch (c) {
        case 'c':
            g_free(sh->uri);
            sh->uri = g_strdup(optarg);
            break;
        case 'd':
            if (!number(optarg, G_MININT, &c)) {
                fail(sh, "option %s takes a numeric argument", option);
                return 1;
            }
            if (c < 0 || c > 4)
                fail(sh, "ignoring debug level %d out of range [0-4]", c);
            else
                sh->debug = c;
            break;
        case 'e':
            if (strlen(optarg) == 1 && optarg[0] != '^') {
                sh->escape = (unsigned char)optarg[0];
            } else if (strlen(optarg) == 2 && optarg[0] == '^' && g_ascii_toupper(optarg[1]) >= '@' &&
                       g_ascii_toupper(optarg[1]) <= '_') {
                sh->escape = (unsigned char)(g_ascii_toupper(optarg[1]) - '@');
            } else {
                fail(sh, "Invalid string '%s' for escape sequence", optarg);
                return 1;
            }
            break;
        case 'h':
            shell_usage(sh);
            return 0;
        case 'k':
            if (!number(optarg, 0, &sh->keepalive_interval)) {
                fail(sh, "Invalid value for option %s", option);
                return 1;
            }
            sh->keepalive_asked = true;
            break;
        case 'K':
            if (!number(optarg, 0, &sh->keepalive_count)) {
                fail(sh, "option %s requires a positive integer argument", option);
                return 1;
            }
            sh->keepalive_asked = true;
            break;
        case 'l':
            g_free(sh->log_path);
            sh->log_path = g_strdup(optarg);
            break;
        case OPT_OUTPUT:
            if (strcmp(optarg, "json") != 0 && strcmp(optarg, "text") != 0) {
                fail(sh, "option --output takes text or json, not '%s'", optarg);
                return 1;
            }
            sh->json = strcmp(optarg, "json") == 0;
            break;
        case 'q':
            sh->quiet = true;
            break;
        case 'r':
            sh->readonly = true;
            break;
        case 't':
            sh->timing = true;
            break;
        case 'v':
            if (optarg && strcmp(optarg, "long") == 0) {
                version_long(sh);
                return 0;
            }
            puts(PACKAGE_VERSION);
            return 0;
        case 'V':
            version_long(sh);
            return 0;
        case ':':
            for (size_t i = 0; options[i].name; i++)
                if (options[i].val == optopt)
                    name = options[i].name;
            if (name && optopt < 256)
                fail(sh, "option '-%c'/'--%s' requires an argument", optopt, name);
            else
                fail(sh, "option '%s' requires an argument", argv[optind - 1]);
            return 1;
        default:
            if (optopt && optopt < 256)
                fail(sh, "unsupported option '-%c'. See --help.", optopt);
            else
                fail(sh, "unsupported option '%s'. See --help.", argv[optind - 1]);
            return 1;
        }
        index = -1;
    }
    return -1;
}

int
main(int argc, char **argv)
{
    struct shell sh = {.debug = 4, .keepalive_interval = 5, .keepalive_count = 6, .escape = 0x1d};
    const char *env;
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    sh.color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && g_strcmp0(getenv("TERM"), "dumb") != 0;
    if ((env = getenv(program.uri_env)) && *env)
        sh.uri = g_strdup(env);
    if ((env = getenv(program.env_debug)) && (!number(env, 0, &sh.debug) || sh.debug > 4)) {
        sh.debug = 4;
        fail(&sh, "%s is not a debug level from 0 to 4", program.env_debug);
    }
    if ((env = getenv(program.env_log)) && *env)
        sh.log_path = g_strdup(env);
    int rc = parse_global(&sh, argc, argv);
    if (rc >= 0)
        goto done;
    if (sh.log_path && !(sh.log = fopen(sh.log_path, "a"))) {
        fail(&sh, "cannot open the log file %s: %s", sh.log_path, g_strerror(errno));
        rc = 1;
        goto done;
    }
    if (virInitialize() < 0 || virEventRegisterDefaultImpl() < 0) {
        fail(&sh, "cannot initialize the library");
        rc = 1;
        goto done;
    }
    virSetErrorFunc(NULL, NULL);
    argv += optind;
    argc -= optind;
    sh.interactive = argc == 0;
    if (sh.interactive && isatty(STDIN_FILENO) == 0)
        sh.color = false;
    /* A connection that was asked for must work, whatever the command; the default one is made when
     * it is needed. */
    if (sh.uri && !shell_connect(&sh)) {
        connect_tell(&sh);
        rc = 1;
        goto done;
    }
    if (sh.interactive) {
        rc = shell_interactive(&sh);
    } else if (argc == 1) {
        debug(&sh, 0, "commands: \"%s\"", argv[0]);
        rc = argv[0][0] && shell_run_text(&sh, argv[0]) ? 0 : 1;
    } else {
        struct call *calls;
        g_autofree char *why = NULL;
        g_autofree char *text = g_strjoinv(" ", argv);
        debug(&sh, 0, "commands: \"%s\"", text);
        if (!parse_words(argv, argc, &calls, &why))
            parse_fail(&sh, why);
        rc = calls && shell_run(&sh, calls) ? 0 : 1;
        call_free(calls);
    }
done:
    shell_disconnect(&sh);
    err_forget(&sh);
    if (fflush(stdout) != 0 || ferror(stdout))
        rc = 1;
    if (sh.log)
        fclose(sh.log);
    g_free(sh.log_path);
    g_free(sh.uri);
    return rc;
}
