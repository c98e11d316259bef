# SPDX-License-Identifier: LGPL-2.1-or-later
"""record_objects: what the subjects about networks, pools, devices and interfaces share."""
import libvirt

import record
from record import call, know, mask, show


def name(value):
    return sorted(v.name() for v in value)


def names(value):
    """Lists come in no particular order."""
    return sorted(value)


def code(error):
    return 'error %s from %s' % (error.get_error_code(), error.get_error_domain())


def quietly(fn, *args):
    """The result, or the error as text: for sums of many small questions in one record."""
    try:
        return fn(*args)
    except libvirt.libvirtError as e:
        return code(e)


def events(register, deregister, about, ids, kind):
    """Events of host objects become part of the record of the call that caused them."""
    def callback(number):
        def fn(conn, obj, *args):
            record._events.append('   event %s %d %s %s' % (kind, number, obj.name(), ' '.join(show(a) for a in args[:-1])))
        return fn
    return [register(about, number, callback(number), None) for number in ids]


FLAGS = [1 << i for i in range(0, 31)]
