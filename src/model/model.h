/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * model: XML documents as C structs.
 *
 * Owns: the engine behind every document of the API.  The structs and the tables that describe
 * them are generated from model/ (docs/design/model-description.md); this engine interprets the
 * tables: parse, format, copy, compare.
 * A document lives in one arena with an atomic reference count in front of its root struct.  Who
 * created it may edit it; once it is shared it is const.  A change is: copy, edit, publish the
 * copy.  Nothing inside is ever freed on its own: unref frees the document as a whole.
 * An optional element is a pointer (NULL: not there), a repeated one an array of pointers with
 * its count in n_<name>; numbers that may be absent have has_<name>, enumerations have the value
 * 0 (<ENUM>_UNSET) for "not given".
 * Called by: drivers, host, daemon.  Nothing here waits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

/* yes/no and on/off */
enum tristate { TRI_UNSET = 0, TRI_YES = 1, TRI_NO = 2, TRI_ON = 1, TRI_OFF = 2 } __attribute__((packed));
static inline bool tri(enum tristate v, bool otherwise) { return v ? v == TRI_YES : otherwise; }

/* ---- what a document is read and written for ------------------------------------------------ */

enum {
    MODEL_PARSE_LIVE = 1 << 0,     /* keep what only a running guest has (aliases, ports, …) */
    MODEL_PARSE_STATUS = 1 << 1,   /* our own state on disk: also what no user ever sees */
    MODEL_PARSE_NEW = 1 << 4,      /* of what is to be made: nobody reads what it says of the past */
    MODEL_PARSE_STRICT = 1 << 3,   /* what is not described is an error (the VALIDATE flags) */
    MODEL_PARSE_KEEP_ALIAS = 1 << 2, /* keep aliases though the rest is as for a definition */
    MODEL_PARSE_LABELLED = 1 << 5, /* of a hypervisor that labels: who has one label has to say whose */
};
/* What it is read for, as a number of its own kind: a volume for a pool of a type, a snapshot of a guest that
 * runs.  It only matters for which of several faults is told. */
#define MODEL_PARSE_FOR(n) ((unsigned)(n) << 8)
#define MODEL_READ_FOR(flags) ((flags) >> 8)
enum {
    MODEL_FORMAT_LIVE = 1 << 0,    /* with what only a running guest has */
    MODEL_FORMAT_SECURE = 1 << 1,  /* with passwords */
    MODEL_FORMAT_STATUS = 1 << 2,  /* for our state on disk */
    MODEL_FORMAT_MIGRATABLE = 1 << 3, /* for another host */
};

/* ---- tables (generated) --------------------------------------------------------------------- */

struct model_enum {
    const char *name;
    const char *const *names;      /* [0] is NULL: not given */
    unsigned count;
    uint64_t later;                /* values newer than our level of the format: model_read_newer() */
};

enum model_kind {
    MODEL_K_NONE,
    MODEL_K_STR,
    MODEL_K_RAW,
    MODEL_K_CPUSET,
    MODEL_K_FLAG,
    MODEL_K_ENUM,
    MODEL_K_U8,
    MODEL_K_U16,
    MODEL_K_U32,
    MODEL_K_U64,
    MODEL_K_I32,
    MODEL_K_I64,
    MODEL_K_OCT,
    MODEL_K_N32,
    MODEL_K_BUS,
    MODEL_K_SLOT,
    MODEL_K_FUNCTION,
    MODEL_K_X8,
    MODEL_K_X16,
    MODEL_K_X32,
    MODEL_K_X64,
    MODEL_K_DOUBLE,
    MODEL_K_UUID,
    MODEL_K_MAC,
    MODEL_K_SIZE,
    MODEL_K_STRUCT,
    MODEL_K_LIST,
    MODEL_K_GROUP,
};

enum {
    MODEL_LIVE = 1 << 0,       /* only on a running guest */
    MODEL_SECRET = 1 << 1,     /* only shown to who may see secrets */
    MODEL_ABI = 1 << 2,        /* the guest can tell the difference */
    MODEL_REQUIRED = 1 << 3,
    MODEL_ALIAS = 1 << 4,      /* live, unless the user chose it (ua-…) */
    MODEL_KEEP = 1 << 5,       /* an empty element means something */
    MODEL_STATUS = 1 << 6,     /* only in state on disk */
    MODEL_ALWAYS = 1 << 7,     /* printed also when 0 */
    MODEL_IDLE = 1 << 8,       /* perhaps nobody reads it: idle.h */
    MODEL_NOUNIT = 1 << 9,
    MODEL_MIGRATABLE = 1 << 10,/* dropped from migratable documents */
    MODEL_WIDE = 1 << 11,      /* a size of up to 2^64 bytes, not 2^63 */
    MODEL_MANY = 1 << 12,      /* list of scalars */
    MODEL_UP = 1 << 13,        /* mask is about the discriminator of the surrounding struct */
    MODEL_ATTR = 1 << 14,
    MODEL_TEXT = 1 << 15,
    MODEL_DEFAULT = 1 << 16,
    MODEL_PRETTY = 1 << 19,    /* a size printed in the largest unit that is exact */
    MODEL_TOGETHER = 1 << 20,  /* the default counts only if another of these is given */
    MODEL_NOEMPTY = 1 << 18,   /* not printed when nothing is in it */
    MODEL_OPEN = 1 << 17,      /* printed with a closing tag even if empty */
    MODEL_FILLED = 1 << 21,    /* an empty text counts as not given */
    MODEL_SILENT = 1 << 22,    /* read, but not printed in XML */
    MODEL_POSITIVE = 1 << 24,  /* 0 is malformed */
    MODEL_BASE0 = 1 << 29,     /* numbers as C writes them: 0x10, 020 */
    MODEL_APART = 1 << 26,     /* printed with empty lines around */
    MODEL_MIXED = 1 << 25,     /* lists whose items keep their order among each other */
    MODEL_LATER = 1 << 27,     /* newer than our level of the format: model_read_newer() */
    MODEL_IGNORE = 1 << 23,    /* a malformed value counts as not given */
    MODEL_BASE16 = 1 << 28,    /* numbers are hexadecimal with 0x in front or without */
    MODEL_MERGE = 1 << 30,     /* a second element adds to the first */
#define MODEL_SPREAD MODEL_BASE16 /* (structs) also one in a second one of the element around */
#define MODEL_JOIN MODEL_FILLED   /* (structs) with MODEL_MERGE: its elements only */
#define MODEL_DOWN (1u << 31)  /* a size is rounded down to its unit */
};

#define MODEL_NO_OFFSET UINT16_MAX
#define MODEL_BIT(offset, bit) ((offset) * 8 + (bit)) /* where a has_… is */
#define MODEL_ERROR(code, domain) ((domain) << 8 | (code))
#define MODEL_FROM_DOCUMENT 0xff

struct model_field {
    const char *name;          /* local name */
    uint8_t len;               /* of name */
    uint8_t kind;              /* enum model_kind */
    uint8_t arg;               /* width of hexadecimal numbers, power of two of sizes, number of a group */
    const char *ns;            /* namespace URI, or NULL */
    const char *qname;         /* as printed */
    uint32_t flags;
    uint16_t offset;
    uint16_t has;              /* MODEL_BIT of has_…, offset of n_… for lists, or MODEL_NO_OFFSET */
    const void *sub;           /* struct model_table or struct model_enum */
    uint64_t mask;             /* values of the discriminator for which this exists; 0: all */
    int64_t def;               /* default; of sizes: the power of two meant without unit= */
    const char *unit;          /* printed with a size, as a whole attribute */
    /* What a malformed value and a missing one are reported as: MODEL_ERROR(code, domain), domain
     * 0xff: the document's.  bad == 0: the usual; missing == 0: it may be missing. */
    uint16_t bad, missing;
    uint16_t twice;            /* the same of a single element that is repeated; 0: the first counts */
    uint16_t only;             /* the same of an unknown element inside; 0: it is ignored.  Of a size:
                                * of a unit that does not exist and of what is too large; 0: the usual */
};

struct model_table {
    const char *name;
    const struct model_field *fields;
    const uint8_t *sorted;     /* attributes, then children, each by (length, name) */
    uint8_t n_attrs, n_kids, n_fields;
    int16_t text;              /* index of the field that is the element's text, or -1 */
    int16_t disc;              /* index of the discriminating attribute, or -1 */
    bool defaults;
    bool required;             /* a field must not be missing */
    bool sizes;                /* a size stands in it, with unit= beside */
    bool namespaces;           /* children have prefixes, declared here if not further out */
    bool group;                /* shares its struct with the table around it */
    uint16_t size, align;
};

struct model_document {
    const char *name;
    const char *element;
    const struct model_table *table;
    int err_from;              /* virErrorDomain */
    bool open;                 /* the root has a closing tag even if nothing is in it */
};

extern const struct model_enum yesno_enum, onoff_enum;

const char *model_enum_str(const struct model_enum *e, unsigned value);
unsigned model_enum_from(const struct model_enum *e, const char *name);

/* ---- documents ------------------------------------------------------------------------------ */

/* Whether what is newer than the level of the format (docs/design/model-description.md) is read as
 * well; otherwise a newer element is ignored and a newer value refused.  For the start of a process. */
void model_read_newer(bool on);
/* The path of the first such part of a document that is not known to its reader, such as
 * "/devices/disk/target/@bus='nvme'"; free it with g_free().  NULL: there is none. */
char *model_newer_part(const void *root, bool (*is_known)(const char *path));

void *model_new_doc(const struct model_document *d);
int model_parse(const struct model_document *d, const char *xml, size_t len, unsigned flags, void **root,
                struct err *err) __attribute__((warn_unused_result));
char *model_format(const void *root, unsigned flags);
void *model_ref(const void *root);
void model_unref(const void *root);
void *model_copy(const void *root);
/* A document of its own made of one that is inside another: base is a struct of the table of d. */
void *model_extract(const struct model_document *d, const void *base);
bool model_equal(const void *a, const void *b);
/* True if guests cannot tell a from b; otherwise *where is the path of the first difference with
 * both values, to be freed. */
bool model_abi_equal(const void *a, const void *b, char **where);
/* Is one part of two structs of a table the same; is it there?  path: steps such as "target/@dev", "source",
 * and
 * "." for a text. */
bool model_same_at(const struct model_table *t, const char *path, const void *a, const void *b);
bool model_has_at(const struct model_table *t, const char *path, const void *a);
/* Bytes of memory that a document holds. */
size_t model_footprint(const void *root);

/* One element of a document by itself: parses `<disk …>` into a new document whose child list or
 * pointer of that name has exactly this element.  path is a group of the root, such as "devices",
 * or NULL.  *field (may be NULL) names the element found. */
int model_parse_fragment(const struct model_document *d, const char *path, const char *xml, size_t len,
                         unsigned flags, void **root, const char **element, struct err *err)
    __attribute__((warn_unused_result));
/* The XML of one struct as element name, indented by that many levels; inherits nothing. */
char *model_format_struct(const struct model_table *t, const char *element, const void *base, unsigned indent,
                          unsigned flags);

/* ---- editing: root is the document that will own the memory --------------------------------- */

void *model_alloc(const void *root, size_t size);          /* zeroed, 8-aligned */
#define model_new(root, type) ((type *)model_alloc((root), sizeof(type)))
const char *model_str(const void *root, const char *s);    /* NULL stays NULL */
const char *model_strn(const void *root, const char *s, size_t n);
const char *model_printf(const void *root, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The content of a verbatim element of a root (such as metadata), checked and laid out as when it
 * is read; NULL: not well-formed. */
const char *model_raw(const void *root, const char *inner);
/* A deep copy of one struct (from any document) in the arena of root. */
void *model_import(const void *root, const struct model_table *t, const void *base);

/* Lists: array is a member such as def->disks, with its def->n_disks.
 *   model_list_insert(def, def->disks, def->n_disks, pos, disk);
 *   model_list_append(def, def->disks, def->n_disks, disk);
 *   model_list_remove(def->disks, def->n_disks, pos);                    */
#define model_list_insert(root, array, n, pos, item) do { \
        void *_item = (void *)(item); \
        (array) = model_list_grow((root), (array), (n)); \
        for (uint32_t _i = (n); _i > (uint32_t)(pos); _i--) (array)[_i] = (array)[_i - 1]; \
        (array)[(pos)] = _item; \
        (n)++; \
    } while (0)
#define model_list_append(root, array, n, item) model_list_insert(root, array, n, n, item)
#define model_list_remove(array, n, pos) do { \
        for (uint32_t _i = (pos); _i + 1 < (n); _i++) (array)[_i] = (array)[_i + 1]; \
        (n)--; \
    } while (0)
/* Room for one more; never changes an array that another document might share. */
void *model_list_grow(const void *root, const void *array, uint32_t n);
