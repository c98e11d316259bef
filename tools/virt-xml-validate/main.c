/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-xml-validate: is this document what its schema allows?  The schemas are those that come with the
 * library, made from the same description as its parser.
 * Exit codes: 0 valid, 1 wrong use, 2 no such document, 3 not valid or of no known kind, 4 no such schema,
 * 5 the schema cannot be used.
 */
#include <ctype.h>
#include <getopt.h>
#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <libxml/xmlerror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"

enum { VALID, USAGE, NO_DOCUMENT, INVALID, NO_SCHEMA, BROKEN_SCHEMA };

/* Which schema a document of that root element has. */
static const char *
schema_of(const char *element)
{
    static const struct { const char *element, *schema; } kinds[] = {
#include "virt-xml-validate-kinds.h"
    };
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (!strcmp(kinds[i].element, element))
            return kinds[i].schema;
    return NULL;
}

static void
usage(FILE *to, const char *program)
{
    fprintf(
        to,
        "Usage:\n  %s XML-FILE [SCHEMA-NAME]\n  %s OPTION\n\nOptions:\n  -h | --help      this text\n"
        "  -V | --version   the version\n\n"
        "XML-FILE may be - for the standard input.  Without SCHEMA-NAME the outermost element says which\n"
        "schema it is.\n",
        program, program);
}

/* libxml2's messages, one a line; what they are about stands in front. */
static void
report(void *arg, xmlErrorPtr e)
{
    const char *path = arg;
    size_t n = e->message ? strlen(e->message) : 0;
    while (n && isspace((unsigned char)e->message[n - 1]))
        n--;
    fprintf(stderr, "%s:%d: %.*s\n", path, e->line, (int)n, e->message ? e->message : "");
}

static xmlDocPtr
load(const char *path)
{
    int options = XML_PARSE_NONET | XML_PARSE_NOWARNING | XML_PARSE_NOERROR;
    return strcmp(path, "-") ? xmlReadFile(path, NULL, options) : xmlReadFd(0, "-", NULL, options);
}

static int
validate(const char *program, const char *path, xmlDocPtr doc, const char *schema)
{
    const char *folder = getenv("VIREO_SCHEMAS");     /* for tests of what is not installed yet */
    char file[4096];
    struct stat st;
    snprintf(file, sizeof(file), "%s/%s.rng", folder ? folder : DATADIR "/libvirt/schemas", schema);
    if (strchr(schema, '/') || stat(file, &st) < 0) {
        fprintf(stderr, "%s: schema %s does not exist\n", program, file);
        return NO_SCHEMA;
    }
    xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewParserCtxt(file);
    if (!parser)
        return BROKEN_SCHEMA;
    xmlRelaxNGSetParserStructuredErrors(parser, report, file);
    xmlRelaxNGPtr grammar = xmlRelaxNGParse(parser);
    xmlRelaxNGFreeParserCtxt(parser);
    xmlRelaxNGValidCtxtPtr valid = grammar ? xmlRelaxNGNewValidCtxt(grammar) : NULL;
    if (!valid) {
        fprintf(stderr, "%s: schema %s cannot be used\n", program, file);
        xmlRelaxNGFree(grammar);
        return BROKEN_SCHEMA;
    }
    xmlRelaxNGSetValidStructuredErrors(valid, report, (void *)path);
    int rc = xmlRelaxNGValidateDoc(valid, doc);
    fprintf(stderr, rc == 0 ? "%s validates\n" : "%s fails to validate\n", path);
    xmlRelaxNGFreeValidCtxt(valid);
    xmlRelaxNGFree(grammar);
    return rc == 0 ? VALID : INVALID;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = { { "help", 0, NULL, 'h' },
                                             { "version", 0, NULL, 'V' },
                                             { NULL, 0, NULL, 0 } };
    struct stat st;
    for (int c; (c = getopt_long(argc, argv, "hV", options, NULL)) != -1;) {
        if (c == 'h') {
            usage(stdout, argv[0]);
            return VALID;
        }
        if (c == 'V') {
            printf("%s (libvirt) %s\n", argv[0], PACKAGE_VERSION);
            return VALID;
        }
        return USAGE;
    }
    const char *path = argv[optind], *schema = path ? argv[optind + 1] : NULL;
    if (!path) {
        fprintf(stderr, "syntax: %s XMLFILE [TYPE]\n", argv[0]);
        return USAGE;
    }
    if (strcmp(path, "-") && (stat(path, &st) < 0 || S_ISDIR(st.st_mode))) {
        fprintf(stderr, "%s: document %s does not exist\n", argv[0], path);
        return NO_DOCUMENT;
    }
    xmlDocPtr doc = load(path);
    xmlNodePtr root = doc ? xmlDocGetRootElement(doc) : NULL;
    if (!root) {
        xmlErrorPtr e = xmlGetLastError();
        if (e)
            report((void *)path, e);
        fprintf(stderr, schema ? "%s: %s is not well-formed\n" : "%s: cannot determine schema type for %s\n",
                argv[0], path);
        xmlFreeDoc(doc);
        return INVALID;
    }
    if (!schema)
        schema = schema_of((const char *)root->name);
    int rc = INVALID;
    if (schema)
        rc = validate(argv[0], path, doc, schema);
    else
        fprintf(stderr, "%s: cannot determine schema type for %s: no document begins with <%s>\n", argv[0],
                path, (const char *)root->name);
    xmlFreeDoc(doc);
    return rc;
}
