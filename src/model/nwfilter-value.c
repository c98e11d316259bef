/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * nwfilter-value: the values of a packet filter's rule: numbers and their names, addresses, masks, sets
 * of words.
 *
 * Called by: complete-nwfilter.c, which knows what attribute has which.
 * Waits: never.
 */
#include "model/nwfilter-value.h"

#include "base/uuid.h"
#include "model/complete-parts.h"
#include "model/engine.h"

#include <string.h>

struct name { unsigned number; const char *name; };
static const struct name ethertypes[] = { { 0x0800, "ipv4" }, { 0x0806, "arp" },  { 0x8035, "rarp" },
                                          { 0x86dd, "ipv6" }, { 0x8100, "vlan" }, { 0, NULL } };
static const struct name ip_protocols[] = {
    { 1, "icmp" }, { 2, "igmp" }, { 6, "tcp" }, { 17, "udp" }, { 50, "esp" }, { 51, "ah" }, { 58, "icmpv6" },
    { 132, "sctp" }, { 136, "udplite" }, { 0, NULL } };
static const struct name opcodes[] = { { 1, "Request" },         { 2, "Reply" },
                                       { 3, "Request_Reverse" }, { 4, "Reply_Reverse" },
                                       { 5, "DRARP_Request" },   { 6, "DRARP_Reply" },
                                       { 7, "DRARP_Error" },     { 8, "InARP_Request" },
                                       { 9, "ARP_NAK" },         { 0, NULL } };

/* $NAME, $NAME[INDEX] or $NAME[@ITERATOR] without what may stand around the number; NULL: no variable. */
static const char *
variable(const void *root, const char *s)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t n = *s == '$' ? strspn(s + 1, word) : 0;
    if (!n || (s[n + 1] && s[n + 1] != '['))
        return NULL;
    if (!s[n + 1])
        return s;
    const char *p = s + n + 2;
    p += strspn(p, " ");
    bool iterator = *p == '@';
    p += iterator;
    p += strspn(p, " ");
    if (!g_ascii_isdigit(*p))
        return NULL;
    char *end;
    guint64 v = g_ascii_strtoull(p, &end, 10);
    end += strspn(end, " ");
    if (*end != ']' || v > (iterator ? 1000 : UINT32_MAX))
        return NULL;
    return model_printf(root, "%.*s[%s%" G_GUINT64_FORMAT "]", (int)n + 1, s, iterator ? "@" : "", v);
}

/* The number between min and max in its usual spelling, hexadecimal if it can be nothing else; NULL: none. */
static const char *
number(const void *root, const char *s, uint64_t min, uint64_t max, bool hex, const struct name *names)
{
    const char *digits = s + strspn(s, " \t\r\n\v\f");
    char *end;
    digits += *digits == '+';
    for (const struct name *n = names; n && n->name; n++)
        if (!g_ascii_strcasecmp(n->name, s))
            return n->name;
    if (!g_ascii_isxdigit(*digits))
        return NULL;
    guint64 v = g_ascii_strtoull(digits, &end, 10);
    bool is_hex = *end && (hex || names);       /* with 0x in front or without */
    if (is_hex)
        v = g_ascii_strtoull(digits, &end, 16);
    if (*end || v < min || v > max)
        return NULL;
    for (const struct name *n = names; n && n->name; n++)
        if (n->number == v)
            return n->name;
    return model_printf(root, is_hex && hex ? "0x%" G_GINT64_MODIFIER "x" : "%" G_GUINT64_FORMAT, v);
}

/* The words, separated by commas, as a set of those of the list; -1: there is another one. */
static int
words_of(const char *s, size_t n, const char *const *list)
{
    g_autofree char *text = g_strndup(s, n);
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    int set = 0;
    for (char **w = words; *w; w++) {
        unsigned i = 0;
        if (!*g_strstrip(*w))
            continue;
        while (list[i] && g_ascii_strcasecmp(*w, list[i]))
            i++;
        if (!list[i])
            return -1;
        set |= 1 << i;
    }
    return set;
}

static const char *
words_text(const void *root, int set, const char *const *list)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; list[i]; i++)
        if (set >> i & 1)
            g_string_append_printf(text, "%s%s", text->len ? "," : "", list[i]);
    return model_str(root, text->str);
}

/* Of states NONE leaves nothing of the others. */
static const char *
states(const void *root, const char *s)
{
    static const char *const list[] = { "NEW", "ESTABLISHED", "RELATED", "INVALID", "NONE", NULL };
    int set = words_of(s, strlen(s), list);
    return set < 0 ? NULL : words_text(root, set >> 4 ? 1 << 4 : set, list);
}

/* Of flags ALL are all six, NONE is no other one. */
static const char *
flags(const void *root, const char *s, size_t n)
{
    enum { SIX_FLAGS = (1 << 6) - 1 };
    static const char *const list[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ALL", "NONE", NULL };
    int set = words_of(s, n, list);
    if (set < 0)
        return NULL;
    if (set >> 6 & 1 || (set & SIX_FLAGS) == SIX_FLAGS)
        return "ALL";
    return set & SIX_FLAGS ? words_text(root, set & SIX_FLAGS, list) : "NONE";
}

/* In small letters, without spaces, and none empty. */
static const char *
directions(const void *root, const char *s)
{
    static const char *const list[] = { "SRC", "DST", NULL };
    g_autofree char *lower = g_ascii_strdown(s, -1);
    g_auto(GStrv) words = g_strsplit(lower, ",", -1);
    bool empty = !*s || g_strv_contains((const char *const *)words, "");
    return empty || strchr(s, ' ') || words_of(s, strlen(s), list) < 0 ? NULL : model_str(root, lower);
}

static const char *
mask(const void *root, const char *s, bool six)
{
    struct ip ip;
    const char *n = number(root, s, 0, six ? 128 : 32, false, NULL);
    if (n)
        return n;
    if (ip_parse(s, &ip) < 0 || ip_is4(&ip) == six || ip_prefix_of_mask(&ip) < 0)
        return NULL;
    return model_printf(root, "%d", ip_prefix_of_mask(&ip));
}

/* Ones first, then zeroes. */
static bool
is_mac_mask(const unsigned char mac[MAC_BYTES])
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < MAC_BYTES; i++)
        bits = bits << 8 | mac[i];
    uint64_t zeroes = ~bits & ((UINT64_C(1) << 48) - 1);
    return (zeroes & (zeroes + 1)) == 0;
}

/* The value in its usual spelling, or NULL. */
const char *
rule_value(const void *root, enum rule_value type, const char *s, bool six)
{
    unsigned char bytes[MAC_BYTES];
    char text[MAC_TEXT];
    const char *slash, *first, *second;
    struct ip ip;
    const char *var = variable(root, s);
    if (var)
        return var;
    switch (type) {
    case RULE_TEXT: return strlen(s) > 256 ? model_strn(root, s, 256) : s;
    case RULE_U8: return number(root, s, 0, 255, true, NULL);
    case RULE_U16: return number(root, s, 0, 65535, true, NULL);
    case RULE_U32: return number(root, s, 0, UINT32_MAX, true, NULL);
    case RULE_COUNT: return number(root, s, 0, 65535, false, NULL);
    case RULE_VLANID: return number(root, s, 0, 4095, true, NULL);
    case RULE_DSCP: return number(root, s, 0, 63, true, NULL);
    case RULE_INNERTYPE: return number(root, s, 0x3c, 65535, true, ethertypes);
    case RULE_ETHERTYPE: return number(root, s, 0x600, 65535, true, ethertypes);
    case RULE_IPPROTO: return number(root, s, 0, 255, true, ip_protocols);
    case RULE_OPCODE: return number(root, s, 0, 65535, false, opcodes);
    case RULE_MAC: return mac_parse(s, bytes) < 0 ? NULL : model_str(root, mac_format(bytes, text));
    case RULE_MACMASK:
        return mac_parse(s, bytes) < 0 || !is_mac_mask(bytes) ? NULL
                                                              : model_str(root, mac_format(bytes, text));
    case RULE_IP: return ip_parse(s, &ip) < 0 || ip_is4(&ip) == six ? NULL : ip_text(root, &ip);
    case RULE_MASK: return mask(root, s, six);
    case RULE_BOOLEAN: return !strcmp(s, "1") || !strcmp(s, "yes") || !strcmp(s, "true") ? "true" : "false";
    case RULE_STATES: return !*s ? s : states(root, s);
    case RULE_FLAGS:
        slash = strchr(s, '/');
        first = slash ? flags(root, s, slash - s) : NULL;
        second = first ? flags(root, slash + 1, strlen(slash + 1)) : NULL;
        return second ? model_printf(root, "%s/%s", first, second) : NULL;
    case RULE_IPSET:
        return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ .:-+")] ? NULL
                                                                                                    : s;
    case RULE_DIRECTIONS: return directions(root, s);
    }
    return NULL;
}
