/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * firmware: UEFI images described by QEMU's firmware descriptors.
 *
 * Owns: nothing; descriptors are read anew (a handful of small JSON files in
 * /usr/share/qemu/firmware, overridden by name from /etc/qemu/firmware and
 * $XDG_CONFIG_HOME/qemu/firmware).
 * Called by: domain capabilities, prepare.  Waits for the disk only.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* What a guest asks for: 1 must have, -1 must not have, 0 does not care. */
struct firmware_wish {
    const char *arch, *machine;      /* canonical machine name */
    int secure_boot, enrolled_keys;
    bool bios;                       /* not UEFI */
    bool smm;                        /* the guest has system management mode */
    int stateless;                   /* memory-mapped or stateless flash */
    const char *code;                /* only the descriptor of this image; NULL: any */
};

struct firmware {
    char *code, *code_format;        /* "raw" or "qcow2" */
    char *vars, *vars_format;        /* template of the variable store, or NULL */
    bool secure_boot, enrolled_keys, requires_smm, stateless, rom;
};

/* 0 with *out filled (firmware_clear()), or -1: none fits. */
int firmware_select(const struct firmware_wish *wish, struct firmware *out, struct err *err);
void firmware_clear(struct firmware *fw);
/* Images for a machine, NULL-terminated; *secure: one of them has
 * secure boot; *efi: automatic selection would find one. */
char **firmware_list(const char *arch, const char *machine, bool *secure, bool *efi);
