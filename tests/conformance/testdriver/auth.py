# SPDX-License-Identifier: LGPL-2.1-or-later
"""Described hosts with users: who is asked for what, and who gets in."""
import tempfile

import libvirt
from record import call

USERS = "<auth><user password='pw'>joe</user><user>free</user></auth>"
NAME, PASSWORD = libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE


def attempt(label, auth, name='joe', password='pw', types=(NAME, PASSWORD), says=0):
    asked = []

    def callback(credentials, _opaque):
        for credential in credentials:
            asked.append(credential[0])
            credential[4] = name if credential[0] == NAME else password
        return says

    def enter():
        with tempfile.NamedTemporaryFile('w', suffix='.xml') as host:
            host.write('<node>%s</node>' % auth)
            host.flush()
            uri = 'test://' + host.name
            conn = libvirt.openAuth(uri, [list(types), callback, None], 0) if types else libvirt.open(uri)
            return conn.getType()
    call(enter, label=label)
    call(lambda: asked, label=label + ': asked for')


attempt('known', USERS)
attempt('wrong password', USERS, password='no')
attempt('unknown', USERS, name='x')
attempt('without a password', USERS, name='free')
attempt('nobody to ask', USERS, types=None)
attempt('names are not told', USERS, types=(PASSWORD,))
attempt('passwords are not told', USERS, types=(NAME,))
attempt('prompts only', USERS, types=(libvirt.VIR_CRED_ECHOPROMPT, PASSWORD))
attempt('refused', USERS, says=-1)
attempt('no users', '<auth/>')
attempt('a user without a name', "<auth><user password='x'/></auth>")
attempt('twice the same', "<auth><user password='a'>joe</user><user password='pw'>joe</user></auth>")
attempt('users in two places', USERS + "<auth><user password='x'>other</user></auth>", name='other', password='x')
