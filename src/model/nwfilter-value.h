/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * nwfilter-value: what an attribute of a packet filter's rule may say.  See nwfilter-value.c.
 */
#pragma once

#include <stdbool.h>

enum rule_value {
    RULE_TEXT,
    RULE_U8,
    RULE_U16,
    RULE_U32,
    RULE_COUNT,
    RULE_VLANID,
    RULE_DSCP,
    RULE_MAC,
    RULE_MACMASK,
    RULE_IP,
    RULE_MASK,
    RULE_ETHERTYPE,
    RULE_INNERTYPE,
    RULE_IPPROTO,
    RULE_OPCODE,
    RULE_BOOLEAN,
    RULE_STATES,
    RULE_FLAGS,
    RULE_IPSET,
    RULE_DIRECTIONS
};

/* The value in its usual spelling, in the memory of the document `root`; NULL: no such value.  `six`: an
 * address or a mask is of IPv6.  A variable may stand for any. */
const char *rule_value(const void *root, enum rule_value type, const char *s, bool six);
