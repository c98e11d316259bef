/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * read-fault: which fault of a document is told when it has several, of all documents but those of guests.
 *
 * What is malformed or missing is held back until the document has been read.  Then the document is completed
 * as it would be without faults, and on its way, before it looks at a part, the code that does so asks here
 * whether something is wrong with what that part says.  So the order of faults is that of complete-*.c,
 * whatever the order of the elements; nothing is asked of a document without faults.
 * Called by: parse-report.c (document_read), complete-*.c and check-source.c (the rest).  Nothing waits.
 */
#pragma once

#include <stdbool.h>
#include "base/err.h"

struct model_document;

/* An element or, with @ in front, attribute of a struct. */
struct read_site {
    const void *owner;
    char *name;
};

/* A value that could not be read; of a guest part is the word for where it stands, device the one of a list
 * it is in; the way leads to it from the outermost struct. */
struct read_fault {
    unsigned part;
    const void *device;
    struct read_site *way;
    unsigned n_way;
    bool twice;                 /* there are two of an element that can be there once */
    bool beyond;                /* well-formed, and too much: told after what is malformed beside it */
    struct err err;
};

/* This thread reads a document with these faults; none: no longer. */
void fault_begin(struct read_fault *faults, unsigned n);

/* Tells the first fault of the document that is being read in one of these parts of owner, a struct of it:
 * the names of elements, "@name" for attributes, with blanks between them, in the order in which they are
 * asked for; NULL: in any part.  0, or -1 with err filled. */
int fault_in(const void *owner, const char *parts, struct err *err);
/* Only that there are two of it. */
int fault_twice(const void *owner, const char *element, struct err *err);
/* Is something wrong there? */
bool fault_there(const void *owner, const char *parts);
/* What is wrong there does not matter to anybody. */
void fault_forget(const void *owner, const char *parts);

/* How many there are below owner; with `taken` they are moved there. */
unsigned faults_take(const void *owner, struct read_fault *taken);

/* read-document.c: tells what is wrong with a document that has such faults; 0: none matters to anybody. */
int document_read(const struct model_document *d, void *root, unsigned flags, struct read_fault *faults,
                  unsigned n, struct err *err);
