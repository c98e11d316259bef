/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * sendkey: keys pressed from outside.
 *
 * Called by: clients.  Waits: for QEMU.
 */
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/verbs.h"

#include "driver/keycodes.h"

#define ERR_FROM VIR_FROM_QEMU

int
qemu_domain_send_key(struct drv_conn *conn, const struct domain_ref *dom, unsigned int codeset,
                     unsigned int holdtime, unsigned int *keycodes, int nkeycodes, unsigned int flags,
                     struct err *err)
{
    TURN_AUTO turn = NULL;
    json_t *list;
    json_t *args;

    if (flags_check(flags, 0, "virDomainSendKey", err) < 0)
        return -1;
    if (!keycode_set_name(codeset))
        return err_set(err, VIR_ERR_INVALID_ARG, "there is no key code set %u", codeset);
    list = json_array();
    for (int i = 0; i < nkeycodes; i++) {
        unsigned qnum = keycode_to_qnum(codeset, keycodes[i]);

        if (!qnum) {
            json_decref(list);
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "key %u of the set '%s' has no counterpart that QEMU knows", keycodes[i],
                           keycode_set_name(codeset));
        }
        json_array_append_new(list, json_pack("{s:s,s:i}", "type", "number", "data", (int)qnum));
    }
    args = json_pack("{s:o}", "keys", list);
    if (holdtime)
        json_object_set_new(args, "hold-time", json_integer(holdtime));
    if (domain_turn(conn, dom, TURN_MODIFY, TURN_RUNNING, "virDomainSendKey", &turn, err) < 0) {
        json_decref(args);
        return -1;
    }
    return monitor_call(turn, "send-key", args, NULL, err);
}
