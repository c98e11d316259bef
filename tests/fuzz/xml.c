/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzzes documents of all kinds: the first byte says which; see document.h.  What a document means beyond its
 * words must not break either, nor be different the second time.
 */
#include "document.h"

/* Of a <bandwidth> rates of 0 are dropped, whose presence made the rest acceptable: what is left, when it is
 * read the next time, is nothing or is refused. */
static bool
rates_dropped(const char *once)
{
    return g_regex_match_simple("<bandwidth[^>]*>\\s*</bandwidth>|<inbound (peak=|floor='\\d+' burst=)", once,
                                0, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *def = NULL;
    ERR_AUTO err = ERR_INIT;
    if (size < 2)
        return 0;
    struct kind k = kind_of(data[0]);
    /* Who validates accepts nothing that others refuse. */
    bool valid = model_parse(k.document, (const char *)data + 1, size - 1, k.parse | MODEL_PARSE_STRICT, &def,
                             &err) == 0;
    err_clear(&err);
    model_unref(def);
    if (model_parse(k.document, (const char *)data + 1, size - 1, k.parse, &def, &err) < 0) {
        g_assert(err.code != VIR_ERR_OK && *err.message && !valid);
        return 0;
    }
    check_document(&k, def);
    if (document_complete(def, &err) < 0) {
        g_assert(err.code != VIR_ERR_OK && *err.message);
    } else {
        char *once = model_format(def, k.format);
        check_document(&k, def);
        bool refused = document_complete(def, &err) < 0;
        if (refused && !rates_dropped(once))
            die("what is complete is refused", err_message(&err), once);
        char *twice = model_format(def, k.format);
        if (!refused && strcmp(once, twice) && !rates_dropped(once))
            die("what is complete changes", once, twice);
        free(once);
        free(twice);
    }
    model_unref(def);
    return 0;
}
