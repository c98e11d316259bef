/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-parts: what several documents have inside: IP addresses, VLANs, bandwidth, virtual ports,
 * secrets, encryption.  Private to src/model.  Each returns 0, or -1 with err filled; `where` names
 * the object for messages ("network 'default'").
 */
#pragma once

#include <glib.h>
#include "model/common-def.h"

struct ip {
    unsigned char bytes[16];
    unsigned bits;         /* 32 or 128; 0: not set */
};

/* Numbers only, as getaddrinfo() reads them ("10.1" is 10.0.0.1); 0 or -1. */
int ip_parse(const char *text, struct ip *ip);
static inline bool ip_is4(const struct ip *ip) { return ip->bits == 32; }
/* The usual spelling, in the memory of root. */
const char *ip_text(const void *root, const struct ip *ip);
bool ip_same_net(const struct ip *a, const struct ip *b, unsigned prefix);
int ip_compare(const struct ip *a, const struct ip *b);
/* At most 65535 addresses from a to b, all that a range can have: they differ in two bytes. */
bool ip_range_fits(const struct ip *a, const struct ip *b);
/* Are all bits behind the prefix this one (0 or 1)? */
bool ip_host_bits_are(const struct ip *ip, unsigned prefix, unsigned bit);
/* Of a netmask: its number of leading ones if it is contiguous, else -1. */
int ip_prefix_of_mask(const struct ip *mask);
/* The prefix that class A, B and C networks had; -1 for others. */
int ip_class_prefix(const struct ip *ip);

int routes_complete(const void *root, struct network_route **routes, uint32_t n, const char *where,
                    struct err *err);
int pci_address_check(const struct pci_address *a, const char *where, struct err *err);
int vlan_complete(struct vlan *v, const char *where, struct err *err);
/* A rate without its zeros; NULL if nothing limits it. */
struct bandwidth_rate *bandwidth_rate_tidy(struct bandwidth_rate *r);
/* Drops what says nothing; *bw may become NULL, but not if its rates alone are dropped.  floor: can it have a
 * guaranteed rate?  For a document that was read, once: what is left may be refused. */
int bandwidth_complete(struct bandwidth **bw, bool floor, const char *where, struct err *err);
/* NULL if it says nothing. */
struct virtualport *virtualport_tidy(struct virtualport *v);
/* typed: must it say its type? */
int virtualport_complete(struct virtualport *v, bool typed, const char *where, struct err *err);
/* Of a guest's card: makes up the ids that a card has of its own.  final: the type and the parameters that it
 * needs have to be there; otherwise those of its network are added later. */
int virtualport_fill(const void *root, struct virtualport *v, bool final, const char *where, struct err *err);
/* The same of an element, with what is malformed in it. */
int secret_use_read(const struct secret_use *use, const char *where, struct err *err);
int secret_use_check(bool uuid, const char *usage, const char *where, struct err *err);
int encryption_complete(struct encryption *e, const char *where, struct err *err);
/* Letters and digits, and any of `more`? */
bool text_made_of(const char *s, const char *more);
/* Drops parameters that no filter can have, and puts the others in order. */
void nwfilter_use_complete(struct nwfilter_use *use);
/* 16 hexadecimal digits, perhaps behind 0x. */
int wwn_check(const char *wwn, const char *where, struct err *err);
/* One slash where there are several (but two at the start stay), none at the end; NULL stays NULL. */
const char *path_clean(const void *root, const char *path);
