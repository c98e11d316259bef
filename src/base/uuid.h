/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * uuid: universally unique identifiers as text and bytes; MAC addresses too.
 * Called by: everyone.  Nothing here waits.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define UUID_BYTES 16
#define UUID_TEXT 37 /* with the NUL */
#define MAC_BYTES 6
#define MAC_TEXT 18

/* Accepts 32 hex digits with dashes and blanks between the bytes, as the XML
 * does; 0 or -1. */
int uuid_parse(const char *text, unsigned char uuid[UUID_BYTES]);
/* Fills and returns text. */
char *uuid_format(const unsigned char uuid[UUID_BYTES], char text[UUID_TEXT]);
void uuid_generate(unsigned char uuid[UUID_BYTES]); /* random, version 4 */
/* Of GHashTable, for keys of UUID_BYTES. */
unsigned uuid_hash(const void *uuid);
int uuid_equal(const void *a, const void *b);
/* Not all bytes equal: good enough to identify a host or a guest. */
bool uuid_is_valid(const unsigned char uuid[UUID_BYTES]);

int mac_parse(const char *text, unsigned char mac[MAC_BYTES]); /* aa:bb:cc:dd:ee:ff, up to a blank; 0 or -1 */
char *mac_format(const unsigned char mac[MAC_BYTES], char text[MAC_TEXT]);
void mac_generate(const unsigned char prefix[3], unsigned char mac[MAC_BYTES]);
static inline bool mac_is_multicast(const unsigned char mac[MAC_BYTES]) { return mac[0] & 1; }
