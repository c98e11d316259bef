/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * firmware: see firmware.h.
 */
#include "drivers/qemu/firmware.h"

#include "drivers/qemu/qemu-host.h"

#include <fnmatch.h>
#include <glib.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

static const char *
text(json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static bool
has(json_t *array, const char *word)
{
    size_t i;
    json_t *e;
    json_array_foreach(array, i, e) {
        if (!g_strcmp0(json_string_value(e), word))
            return true;
    }
    return false;
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Parsed descriptors in the order of their file names; an empty file hides the
 * one of the same name further down. */
static GPtrArray *
read_descriptors(void)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    g_autofree char *user = g_build_filename(g_get_user_config_dir(), "qemu", "firmware", NULL);
    const char *dirs[] = { user, "/etc/qemu/firmware", "/usr/share/qemu/firmware" };
    g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (size_t i = geteuid() == 0 ? 1 : 0; i < G_N_ELEMENTS(dirs); i++) {
        GDir *dir = g_dir_open(dirs[i], 0, NULL);
        const char *name;
        while (dir && (name = g_dir_read_name(dir))) {
            if (g_str_has_suffix(name, ".json") && !g_hash_table_contains(paths, name))
                g_hash_table_insert(paths, g_strdup(name), g_build_filename(dirs[i], name, NULL));
        }
        if (dir)
            g_dir_close(dir);
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GHashTableIter it;
    gpointer key;
    g_hash_table_iter_init(&it, paths);
    while (g_hash_table_iter_next(&it, &key, NULL))
        g_ptr_array_add(names, key);
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        json_t *doc = json_load_file(g_hash_table_lookup(paths, names->pdata[i]), 0, NULL);
        if (doc)
            g_ptr_array_add(list, doc);
    }
    return list;
}

static bool
fits_machine(json_t *doc, const char *arch, const char *machine)
{
    size_t i, k;
    json_t *target, *pattern;
    json_array_foreach(json_object_get(doc, "targets"), i, target) {
        if (g_strcmp0(qemu_arch_of_program(text(target, "architecture")), arch) != 0)
            continue;
        json_array_foreach(json_object_get(target, "machines"), k, pattern) {
            if (json_is_string(pattern) && fnmatch(json_string_value(pattern), machine, 0) == 0)
                return true;
        }
    }
    return false;
}

static const char *
image(json_t *doc)
{
    json_t *map = json_object_get(doc, "mapping");
    const char *device = text(map, "device");
    if (!strcmp(device, "flash"))
        return text(json_object_get(map, "executable"), "filename");
    if (!strcmp(device, "memory"))
        return text(map, "filename");
    return "";
}

static bool
fits(json_t *doc, const struct firmware_wish *w)
{
    json_t *f = json_object_get(doc, "features"), *map = json_object_get(doc, "mapping");
    bool memory = !strcmp(text(map, "device"), "memory"), stateless = !strcmp(text(map, "mode"), "stateless");
    if (!has(json_object_get(doc, "interface-types"), w->bios ? "bios" : "uefi") || !*image(doc) ||
        !fits_machine(doc, w->arch, w->machine))
        return false;
    if (w->code && strcmp(w->code, image(doc)))
        return false;
    if (w->code)
        return true;
    if (has(f, "requires-smm") && !w->smm)
        return false;
    if ((w->secure_boot > 0 && !has(f, "secure-boot")) || (w->secure_boot < 0 && has(f, "secure-boot")))
        return false;
    if ((w->enrolled_keys > 0 && !has(f, "enrolled-keys")) ||
        (w->enrolled_keys < 0 && has(f, "enrolled-keys")))
        return false;
    if ((w->stateless > 0 && !stateless && !memory) || (w->stateless <= 0 && stateless))
        return false;
    return !(memory && w->stateless < 0);
}

void
firmware_clear(struct firmware *fw)
{
    g_free(fw->code);
    g_free(fw->code_format);
    g_free(fw->vars);
    g_free(fw->vars_format);
    memset(fw, 0, sizeof(*fw));
}

int
firmware_select(const struct firmware_wish *wish, struct firmware *out, struct err *err)
{
    g_autoptr(GPtrArray) all = read_descriptors();
    memset(out, 0, sizeof(*out));
    for (guint i = 0; i < all->len; i++) {
        json_t *doc = all->pdata[i];
        if (!fits(doc, wish))
            continue;
        json_t *map = json_object_get(doc, "mapping"), *f = json_object_get(doc, "features");
        json_t *exe = json_object_get(map, "executable"), *vars = json_object_get(map, "nvram-template");
        out->rom = !strcmp(text(map, "device"), "memory");
        out->stateless = out->rom || !strcmp(text(map, "mode"), "stateless");
        out->code = g_strdup(image(doc));
        out->code_format = g_strdup(exe && *text(exe, "format") ? text(exe, "format") : "raw");
        if (vars) {
            out->vars = g_strdup(text(vars, "filename"));
            out->vars_format = g_strdup(*text(vars, "format") ? text(vars, "format") : "raw");
        }
        out->secure_boot = has(f, "secure-boot");
        out->enrolled_keys = has(f, "enrolled-keys");
        out->requires_smm = has(f, "requires-smm");
        return 0;
    }
    return err_set(
        err, VIR_ERR_OPERATION_FAILED,
        "no firmware descriptor offers %s%s%s for machine '%s' (%s); install OVMF or describe an image in "
        "/etc/qemu/firmware",
        wish->bios ? "BIOS" : "UEFI",
        wish->secure_boot > 0   ? " with secure boot"
        : wish->secure_boot < 0 ? " without secure boot"
                                : "",
        wish->enrolled_keys > 0   ? " and enrolled keys"
        : wish->enrolled_keys < 0 ? " without enrolled keys"
                                  : "",
        wish->machine, wish->arch);
}

char **
firmware_list(const char *arch, const char *machine, bool *secure, bool *efi)
{
    g_autoptr(GPtrArray) all = read_descriptors();
    GPtrArray *found = g_ptr_array_new();
    *secure = *efi = false;
    for (guint i = 0; i < all->len; i++) {
        json_t *doc = all->pdata[i];
        if (!has(json_object_get(doc, "interface-types"), "uefi") || !fits_machine(doc, arch, machine))
            continue;
        *efi = true;
        *secure = *secure || has(json_object_get(doc, "features"), "secure-boot");
        const char *path = image(doc);
        bool seen = access(path, R_OK) < 0;
        for (guint k = 0; k < found->len && !seen; k++)
            seen = !strcmp(found->pdata[k], path);
        if (!seen)
            g_ptr_array_add(found, g_strdup(path));
    }
    bool none = !found->len;
    /* Where no descriptor fits, the usual files, whatever the architecture is. */
    static const char *const usual[] = {
        "/usr/share/OVMF/OVMF_CODE.fd",
        "/usr/share/OVMF/OVMF_CODE.secboot.fd",
        "/usr/share/AAVMF/AAVMF_CODE.fd",
        "/usr/share/AAVMF/AAVMF32_CODE.fd",
    };
    for (size_t i = 0; none && i < G_N_ELEMENTS(usual); i++) {
        if (access(usual[i], R_OK) == 0)
            g_ptr_array_add(found, g_strdup(usual[i]));
    }
    g_ptr_array_add(found, NULL);
    return (char **)g_ptr_array_free(found, FALSE);
}
