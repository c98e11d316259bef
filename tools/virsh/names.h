/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words for the numbers of the API. */
#pragma once

#include <glib.h>

/* The word, or "unknown" out of range or where the table has a hole. */
static inline const char *
word_of(const char *const *words, size_t n, int i)
{
    return i >= 0 && (size_t)i < n && words[i] ? words[i] : "unknown";
}
#define WORD(words, i) word_of(words, G_N_ELEMENTS(words), i)

const char *domain_state_name(int state);
const char *domain_state_reason(int state, int reason);
const char *vcpu_state_name(int state);
