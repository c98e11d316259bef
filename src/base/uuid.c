/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * uuid: see uuid.h.
 */
#include "base/uuid.h"

#include <glib.h>
#include <string.h>
#include <sys/random.h>

int
uuid_parse(const char *text, unsigned char uuid[UUID_BYTES])
{
    int n = 0;
    while (g_ascii_isspace(*text))
        text++;
    while (n < UUID_BYTES) {
        while (*text == '-' || *text == ' ')
            text++;
        int high = g_ascii_xdigit_value(*text);
        if (high < 0)
            return -1;
        int low = g_ascii_xdigit_value(text[1]);
        if (low < 0)
            return -1;
        uuid[n++] = high << 4 | low;
        text += 2;
    }
    while (g_ascii_isspace(*text))
        text++;
    return *text ? -1 : 0;
}

static char *
hex(char *out, const unsigned char *bytes, int n)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < n; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    return out;
}

char *
uuid_format(const unsigned char uuid[UUID_BYTES], char text[UUID_TEXT])
{
    static const int groups[] = { 4, 2, 2, 2, 6 };
    char *out = text;
    for (int i = 0; i < 5; i++) {
        if (i)
            *out++ = '-';
        out = hex(out, uuid, groups[i]);
        uuid += groups[i];
    }
    *out = '\0';
    return text;
}

static void
random_bytes(unsigned char *bytes, size_t n)
{
    if (getrandom(bytes, n, 0) != (ssize_t)n) {
        for (size_t i = 0; i < n; i++)
            bytes[i] = g_random_int() >> 8;
    }
}

void
uuid_generate(unsigned char uuid[UUID_BYTES])
{
    random_bytes(uuid, UUID_BYTES);
    uuid[6] = (uuid[6] & 0x0f) | 0x40;
    uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

unsigned
uuid_hash(const void *uuid)
{
    uint32_t first, last;

    memcpy(&first, uuid, sizeof(first));
    memcpy(&last, (const char *)uuid + UUID_BYTES - sizeof(last), sizeof(last));
    /* People number by hand at either end. */
    return last ^ first * 2654435761u;
}

int
uuid_equal(const void *a, const void *b)
{
    return memcmp(a, b, UUID_BYTES) == 0;
}

bool
uuid_is_valid(const unsigned char uuid[UUID_BYTES])
{
    for (int i = 1; i < UUID_BYTES; i++) {
        if (uuid[i] != uuid[0])
            return true;
    }
    return false;
}

int
mac_parse(const char *text, unsigned char mac[MAC_BYTES])
{
    for (int i = 0; i < MAC_BYTES; i++) {
        int value = 0, digits = 0;
        for (; digits < 2 && g_ascii_isxdigit(*text); digits++)
            value = value << 4 | g_ascii_xdigit_value(*text++);
        bool end = i == MAC_BYTES - 1 ? !*text || g_ascii_isspace(*text) : *text == ':';
        if (!digits || !end)
            return -1;
        text++;
        mac[i] = value;
    }
    return 0;
}

char *
mac_format(const unsigned char mac[MAC_BYTES], char text[MAC_TEXT])
{
    char *out = text;
    for (int i = 0; i < MAC_BYTES; i++) {
        if (i)
            *out++ = ':';
        out = hex(out, mac + i, 1);
    }
    *out = '\0';
    return text;
}

void
mac_generate(const unsigned char prefix[3], unsigned char mac[MAC_BYTES])
{
    memcpy(mac, prefix, 3);
    random_bytes(mac + 3, 3);
}
