/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzzes single values: the first byte says of which field of which document.  What is accepted is printed as
 * something that is accepted as the same.
 */
#include "document.h"
#include "model/engine.h"

/* The fields with a value of a table and of those it includes by group, until the n-th. */
static const struct model_field *nth(const struct model_table *t, unsigned *n)
{
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        if (f->kind == MODEL_K_GROUP || f->kind == MODEL_K_STRUCT || f->kind == MODEL_K_LIST) {
            const struct model_field *found = f->kind == MODEL_K_LIST || f->sub == t ? NULL :
                f->kind == MODEL_K_GROUP ? nth(f->sub, n) : NULL;
            if (found)
                return found;
        } else if (f->kind != MODEL_K_FLAG && f->kind != MODEL_K_RAW && !(f->flags & MODEL_MANY) && !(*n)--) {
            return f;
        }
    }
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct model_table *const tables[] = {
        &domain_def_table,    &device_address_table,         &domain_memory_table,
        &memory_target_table, &storage_vol_def_table,        &storage_permissions_table,
        &network_def_table,   &domain_clock_table,           &domain_timer_table,
        &numa_cell_table,     &virtualport_parameters_table, &host_cell_table,
        &domcaps_sgx_table,   &nodedev_capability_table,     &domain_shmem_table,
        &feature_smm_table,
    };
    if (size < 3)
        return 0;
    const struct model_table *t = tables[data[0] % G_N_ELEMENTS(tables)];
    unsigned n = data[1];
    const struct model_field *f = nth(t, &n);
    if (!f)
        return 0;
    static const char *const units[] = { NULL, "KiB", "MB", "G", "bytes", "EiB" };
    const char *unit = f->kind == MODEL_K_SIZE ? units[data[2] % G_N_ELEMENTS(units)] : NULL, *valid = NULL;
    char *text = g_strndup((const char *)data + 3, size - 3);
    void *root = model_new_doc(&domain_def_document), *base = model_alloc(root, t->size),
         *second = model_alloc(root, t->size);
    struct model_head *h = model_head(root);
    if (scalar_scan(h, f, base, text, strlen(text), unit, unit ? strlen(unit) : 0, &valid) == 0 &&
        scalar_present(f, base)) {
        struct text once = { 0 }, twice = { 0 };
        scalar_print(&once, f, base);
        text_need(&once, 1);
        once.s[once.n] = 0;
        struct model_field plain = *f;
        plain.def = f->kind == MODEL_K_SIZE ? f->arg : f->def;
        bool text_like = f->kind == MODEL_K_STR;       /* printed with escapes */
        if (!text_like) {
            if (scalar_scan(h, &plain, second, once.s, once.n, NULL, 0, &valid) < 0)
                die("what was printed is not accepted", text, once.s);
            scalar_print(&twice, f, second);
            text_need(&twice, 1);
            twice.s[twice.n] = 0;
            if (strcmp(once.s, twice.s))
                die("a value changed", once.s, twice.s);
        }
        g_free(once.s);
        g_free(twice.s);
    }
    model_unref(root);
    g_free(text);
    return 0;
}
