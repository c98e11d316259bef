# SPDX-License-Identifier: LGPL-2.1-or-later
"""record: what a libvirt library answers, as text that two libraries can be compared by.

A subject (lifecycle.py, …) calls `call()` for each question; each prints one record that begins with
`== LABEL` and goes on with the result, or with error code and domain, and the events that followed.
What no two runs have in common (times, identifiers made up) is masked.
"""
import functools
import os
import re
import sys

import libvirt

libvirt.registerErrorHandler(lambda *a: None, None)
libvirt.virEventRegisterDefaultImpl()

GUEST = """<domain type='test'><name>%s</name><uuid>%s</uuid><memory unit='KiB'>65536</memory>
<currentMemory unit='KiB'>32768</currentMemory><vcpu current='1'>2</vcpu><os><type>hvm</type></os>%s</domain>"""
_names = {}

# With RECORD_SOCKET the hosts are those of the daemon behind it.
SOCKET = os.environ.get('RECORD_SOCKET')
_connections = []


def far(uri):
    if not SOCKET or not uri.startswith('test:///'):
        return uri
    path, fragment, rest = uri[7:].partition('#')
    return f'test+unix://{path}{"&" if "?" in path else "?"}socket={SOCKET}{fragment}{rest}'


def near(text):
    return re.sub('[?&]socket=' + SOCKET, '', text.replace('test+unix://', 'test://')) if SOCKET else text


def _through_daemon(opener):
    @functools.wraps(opener)
    def wrapped(uri=None, *args):
        conn = opener(far(uri) if uri else uri, *args)
        _connections.append(conn)
        return conn
    return wrapped


if SOCKET:
    for _name in ('open', 'openReadOnly', 'openAuth'):
        setattr(libvirt, _name, _through_daemon(getattr(libvirt, _name)))


def guest(name, more='<devices/>'):
    """A small document; the uuid follows from the name."""
    number = sum(ord(c) * 131 ** i for i, c in enumerate(name)) & 0xffffffffffff
    return GUEST % (name, '11111111-2222-4333-8444-%012x' % number, more)


def mask(text):
    """Values made up: uuids and MACs that the subject did not give."""
    def uuid(m):
        return m.group(0) if m.group(0) in known else 'UUID'
    text = near(text)
    text = re.sub(r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', uuid, text)
    return re.sub(r'(52:54:00|00:16:3e)(:[0-9a-f]{2}){3}',
                  lambda m: m.group(0) if m.group(0) in known else 'MAC', text)


known = set()


def know(text):
    known.update(re.findall(r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', text))
    known.update(re.findall(r'(?:[0-9a-f]{2}:){5}[0-9a-f]{2}', text))


know('6695eb01-f6a4-8304-79aa-97f2502e193f')


def show(value):
    if isinstance(value, (libvirt.virDomain, libvirt.virNetwork, libvirt.virStoragePool, libvirt.virStorageVol,
                          libvirt.virInterface, libvirt.virNodeDevice, libvirt.virNWFilter)):
        text = '%s(%s)' % (type(value).__name__[3:], value.name())
        if isinstance(value, libvirt.virDomain):
            text += '#%d' % value.ID()
        return text
    if isinstance(value, (libvirt.virDomainSnapshot, libvirt.virDomainCheckpoint)):
        return '%s(%s)' % (type(value).__name__[9:], value.getName())
    if isinstance(value, dict):
        return '{%s}' % ', '.join('%s: %s' % (show(k), show(value[k])) for k in sorted(value, key=str))
    if isinstance(value, (list, tuple)):
        inside = ', '.join(show(v) for v in value)
        return '[%s]' % inside if isinstance(value, list) else '(%s)' % inside
    if isinstance(value, libvirt.virStream):
        return 'stream'
    if isinstance(value, str) and '\n' in value:
        return '\n' + mask(value)
    if isinstance(value, str):
        return repr(mask(value))
    return repr(value)


def number(dom):
    """Its ID.  A handle on a daemon's guest keeps the one it has seen, as with the reference's daemon."""
    return dom.ID() if not SOCKET or dom.isActive() else -1


def _label(fn, args):
    owner = getattr(fn, '__self__', None)
    name = getattr(fn, '__name__', 'do')
    if owner is not None and type(owner) in _names.values():
        pass
    if isinstance(owner, libvirt.virDomain):
        name = '%s.%s' % (owner.name(), name)
    shown = []
    for a in args:
        know(a) if isinstance(a, str) else None
        text = a if isinstance(a, str) and len(a) <= 40 and '\n' not in a else show(a)
        shown.append(text.replace('\n', ' ')[:100])
    return '%s(%s)' % (name, ', '.join(shown))


_serial = {}


def call(fn, *args, label=None, keep=None):
    """Calls, prints a record, returns the result (None after an error); keep(result): what of it to show."""
    label = label or _label(fn, args)
    _serial[label] = _serial.get(label, 0) + 1
    print('== %s%s' % (label, ' (%d)' % _serial[label] if _serial[label] > 1 else ''))
    result = None
    try:
        result = fn(*args)
        print('   ' + show(keep(result) if keep else result))
    except libvirt.libvirtError as e:
        print('   error %s from %s' % (e.get_error_code(), e.get_error_domain()))
    except (TypeError, OverflowError, ValueError, LookupError) as e:
        print('   %s' % type(e).__name__)
    drain()
    sys.stdout.flush()
    return result


# ---- events ---------------------------------------------------------------------------------------

_events = []


def _event(what):
    def callback(conn, dom, *args):
        _events.append('   event %s %s %s' % (what, show(dom), ' '.join(show(a) for a in args[:-1])))
    return callback


def listen(conn, dom=None, ids=None):
    """Events of all kinds become part of the record of the call that caused them."""
    for name in sorted(n for n in dir(libvirt) if n.startswith('VIR_DOMAIN_EVENT_ID_') and not n.endswith('_LAST')):
        number = getattr(libvirt, name)
        if ids is None or number in ids:
            conn.domainEventRegisterAny(dom, number, _event(name[20:].lower()), None)


def drain():
    """Runs the event loop until nothing is left to do."""
    quiet = [0]

    def tick(timer, opaque):
        quiet[0] += 1
    for conn in list(_connections):  # an answer comes after the events that were sent before it
        try:
            conn.getHostname()
        except libvirt.libvirtError:
            _connections.remove(conn)
    timer = libvirt.virEventAddTimeout(0, tick, None)
    idle = 0
    while idle < 3:
        before = len(_events)
        libvirt.virEventRunDefaultImpl()
        idle = 0 if len(_events) > before else idle + 1
    libvirt.virEventRemoveTimeout(timer)
    for line in _events:
        print(line)
    del _events[:]


def cpu_time(info):
    """What virDomainGetInfo says but the time: only whether there is any."""
    return info[:4] + [info[4] > 0]


def by_name(objects):
    return sorted(objects, key=lambda o: o.name())
