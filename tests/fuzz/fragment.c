/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzzes documents of single devices, as they are attached to a guest, and parts of networks.
 */
#include "document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *def = NULL, *again = NULL;
    const char *element = NULL;
    ERR_AUTO err = ERR_INIT;
    if (size < 2)
        return 0;
    bool network = data[0] & 2;
    struct kind k = kind_of(data[0] & 1);
    k.document = network ? &network_def_document : &domain_def_document;
    const char *path = network ? NULL : "devices";
    if (model_parse_fragment(k.document, path, (const char *)data + 1, size - 1, k.parse, &def, &element,
                             &err) < 0) {
        g_assert(err.code != VIR_ERR_OK && *err.message);
        return 0;
    }
    g_assert(element);
    char *one = model_format(def, k.format);
    if (model_parse(k.document, one, strlen(one), k.parse, &again, &err) < 0)
        die("what was written is not accepted", err_message(&err), one);
    check_document(&k, again);
    free(one);
    model_unref(def);
    model_unref(again);
    return 0;
}
