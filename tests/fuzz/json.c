/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzzes documents of all kinds that come as JSON: the first byte says which.
 */
#include "document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *def = NULL, *again = NULL;
    ERR_AUTO err = ERR_INIT;
    if (size < 2)
        return 0;
    struct kind k = kind_of(data[0]);
    if (model_from_json(k.document, (const char *)data + 1, size - 1, k.parse, &def, &err) < 0) {
        g_assert(err.code != VIR_ERR_OK && *err.message);
        return 0;
    }
    /* Text may hold what XML cannot: the XML has to be well-formed, what is in it may be less. */
    char *xml = model_format(def, k.format);
    if (model_parse(k.document, xml, strlen(xml), k.parse, &again, &err) < 0 &&
        err.code == VIR_ERR_XML_DETAIL && err.domain == k.document->err_from &&
        strstr(err.message, "not well-formed"))
        die("malformed XML from JSON", err_message(&err), xml);
    if (again)
        check_document(&k, again);
    free(xml);
    model_unref(def);
    model_unref(again);
    return 0;
}
