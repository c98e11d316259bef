/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * scalar: single values in C members: their names and sizes, whether they are there, and their text
 * (scalar-scan.c reads it).
 *
 * Called by: the engine.  Nothing waits.
 */
#include <glib.h>
#include <stdio.h>
#include "model/engine.h"

const char *model_enum_str(const struct model_enum *e, unsigned value)
{
    return value < e->count ? e->names[value] : NULL;
}

unsigned enum_find(const struct model_enum *e, const char *s, size_t n)
{
    for (unsigned i = 1; i < e->count; i++)
        if (!strncmp(e->names[i], s, n) && !e->names[i][n])
            return !model_newer && i < 64 && e->later >> i & 1 ? 0 : i;
    return 0;
}

unsigned model_enum_from(const struct model_enum *e, const char *name)
{
    return name ? enum_find(e, name, strlen(name)) : 0;
}

size_t scalar_size(const struct model_field *f)
{
    switch ((enum model_kind)f->kind) {
        case MODEL_K_FLAG:
        case MODEL_K_ENUM:
        case MODEL_K_U8:
        case MODEL_K_X8:
        case MODEL_K_SLOT:
        case MODEL_K_FUNCTION: return 1;
        case MODEL_K_U16:
        case MODEL_K_X16:
        case MODEL_K_OCT: return 2;
        case MODEL_K_U32:
        case MODEL_K_I32:
        case MODEL_K_X32:
        case MODEL_K_N32:
        case MODEL_K_BUS: return 4;
        case MODEL_K_UUID: return 16;
        case MODEL_K_MAC: return 6;
        default: return 8;
    }
}

static uint64_t load(const struct model_field *f, const void *base)
{
    const void *p = FIELD_CPTR(base, f->offset);
    switch (scalar_size(f)) {
    case 1: return *(const uint8_t *)p;
    case 2: return *(const uint16_t *)p;
    case 4: return f->kind == MODEL_K_I32 ? (uint64_t)(int64_t)*(const int32_t *)p : *(const uint32_t *)p;
    default: return *(const uint64_t *)p;
    }
}

bool scalar_present(const struct model_field *f, const void *base)
{
    return f->flags & MODEL_ALWAYS || scalar_given(f, base);
}

bool scalar_given(const struct model_field *f, const void *base)
{
    if (f->has != MODEL_NO_OFFSET)
        return field_has(base, f);
    switch ((enum model_kind)f->kind) {
    case MODEL_K_STR: case MODEL_K_RAW: case MODEL_K_CPUSET:
        return FIELD_STR(base, f) != NULL;
    default:
        return load(f, base) != 0;
    }
}

void scalar_print(struct text *t, const struct model_field *f, const void *base)
{
    const unsigned char *p;
    const char *s;
    char buf[64];
    int n;
    switch ((enum model_kind)f->kind) {
    case MODEL_K_STR: case MODEL_K_CPUSET:
        s = FIELD_STR(base, f);
        text_escape(t, s, strlen(s));
        break;
    case MODEL_K_ENUM:
        s = model_enum_str(f->sub, load(f, base));
        if (s)
            text_add(t, s, strlen(s));
        break;
    case MODEL_K_U8:
    case MODEL_K_U16:
    case MODEL_K_U32:
    case MODEL_K_U64:
    case MODEL_K_SIZE:
    case MODEL_K_N32: text_u64(t, load(f, base)); break;
    case MODEL_K_I32: case MODEL_K_I64: {
        int64_t v = (int64_t)load(f, base);
        if (v < 0)
            text_lit(t, "-");
        text_u64(t, v < 0 ? -(uint64_t)v : (uint64_t)v);
        break;
    }
    case MODEL_K_X8:
    case MODEL_K_X16:
    case MODEL_K_X32:
    case MODEL_K_X64:
    case MODEL_K_BUS:
    case MODEL_K_SLOT:
    case MODEL_K_FUNCTION:
        text_hex(t, load(f, base), f->arg);
        break;
    case MODEL_K_OCT:
        n = snprintf(buf, sizeof(buf), f->flags & MODEL_ATTR ? "%04o" : "0%o", (unsigned)load(f, base));
        text_add(t, buf, n);
        break;
    case MODEL_K_DOUBLE:
        g_ascii_formatd(buf, sizeof(buf), "%g", *(const double *)FIELD_CPTR(base, f->offset));
        text_add(t, buf, strlen(buf));
        break;
    case MODEL_K_UUID:
        p = FIELD_CPTR(base, f->offset);
        for (int i = 0; i < 16; i++) {
            if (i == 4 || i == 6 || i == 8 || i == 10)
                text_lit(t, "-");
            buf[0] = "0123456789abcdef"[p[i] >> 4];
            buf[1] = "0123456789abcdef"[p[i] & 15];
            text_add(t, buf, 2);
        }
        break;
    case MODEL_K_MAC:
        p = FIELD_CPTR(base, f->offset);
        n = snprintf(buf, sizeof(buf), "%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3], p[4], p[5]);
        text_add(t, buf, n);
        break;
    default:
        break;
    }
}
