#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every struct of api/wire with random content, in both directions, against an encoder written
here: bytes → C struct → compare each member; C struct → bytes → compare.  Every truncation of a
message is refused.

usage: test-xdr.py SOURCE-ROOT SHIM.so
"""
import ctypes as C
import os
import random
import struct
import sys

ROOT = sys.argv[1]
sys.path.insert(0, os.path.join(ROOT, 'gen'))
import wire as wire_mod  # noqa: E402

W = wire_mod.load(os.path.join(ROOT, 'api', 'wire'))
L = C.CDLL(os.path.abspath(sys.argv[2]))
L.shim_size.restype = C.c_size_t
L.shim_name.restype = C.c_char_p
L.shim_encode.restype = C.c_long
L.shim_encode.argtypes = [C.c_int, C.c_void_p, C.c_size_t, C.POINTER(C.c_void_p), C.c_char_p, C.c_size_t]
L.shim_decode.argtypes = [C.c_int, C.c_void_p, C.c_size_t, C.c_void_p, C.POINTER(C.c_size_t), C.c_char_p,
                          C.c_size_t]
L.shim_free.argtypes = [C.c_void_p]
IDS = {L.shim_name(i).decode(): i for i in range(1, L.shim_types())}

BASIC = {'i8': (C.c_byte, '>i'), 'u8': (C.c_ubyte, '>I'), 'u16': (C.c_ushort, '>I'), 'i32': (C.c_int32, '>i'),
         'u32': (C.c_uint32, '>I'), 'i64': (C.c_int64, '>q'), 'u64': (C.c_uint64, '>Q'), 'double': (C.c_double, '>d')}
LAYOUT = {}


def layout(kind):
    """The ctypes type of a value, from the description alone."""
    if kind[0] == 'basic':
        return BASIC[kind[1]][0]
    if kind[0] == 'string' or (kind[0] == 'optional' and kind[1][0] == 'string'):
        return C.c_char_p
    if kind[0] == 'optional':
        return C.POINTER(layout(kind[1]))
    if kind[0] == 'opaque':
        return C.c_ubyte * kind[1]
    name = kind[1]
    if name not in LAYOUT:
        if kind[0] == 'union':
            u = W.unions[name]
            inner = type(name + '_u', (C.Union,),
                         {'_fields_': [(c.name, layout(W.resolve(c.type))) for c in u.cases]})
            members = [(u.field, C.c_int32), ('u', inner)]
        else:
            members = []
            for f in W.structs[name].fields:
                kind_f = W.resolve(f.type)
                if f.array == 'fixed':
                    members.append((f.name, layout(kind_f) * f.limit))
                elif f.array:
                    item = C.c_ubyte if kind_f == ('basic', 'opaque') else layout(kind_f)
                    members += [(f.name, C.POINTER(item)), (f.name + '_n', C.c_uint32)]
                else:
                    members.append((f.name, layout(kind_f)))
        LAYOUT[name] = type(name, (C.Structure,), {'_fields_': members})
    return LAYOUT[name]


def pad(b):
    return b + b'\0' * (-len(b) % 4)


R = random.Random(int(os.environ.get('SEED', '1')))


def value(kind, depth=0):
    """A random value: (Python value, its bytes by RFC 4506)."""
    if kind[0] == 'basic':
        ct, fmt = BASIC[kind[1]]
        if kind[1] == 'double':
            v = R.choice([0.0, -1.5, 1e300, R.random()])
        else:
            bits = C.sizeof(ct) * 8
            low = -(1 << bits - 1) if kind[1][0] == 'i' else 0
            high = (1 << (bits - 1 if kind[1][0] == 'i' else bits)) - 1
            v = R.choice([low, high, 0, R.randint(low, high)])
        return v, struct.pack(fmt, v)
    if kind[0] == 'string':
        v = bytes(R.randrange(1, 256) for _ in range(R.choice([0, 1, 2, 3, 4, 5, 8, 31])))
        return v, struct.pack('>I', len(v)) + pad(v)
    if kind[0] == 'opaque':
        v = R.randbytes(kind[1])
        return v, pad(v)
    if kind[0] == 'optional':
        if R.random() < 0.4:
            return None, b'\0\0\0\0'
        v, b = value(kind[1], depth + 1)
        return v, b'\0\0\0\1' + b
    if kind[0] == 'union':
        c = R.choice(W.unions[kind[1]].cases)
        v, b = value(W.resolve(c.type))
        return (c, v), struct.pack('>I', c.value) + b
    out, data = {}, b''
    for f in W.structs[kind[1]].fields:
        k = W.resolve(f.type)
        if k == ('basic', 'opaque'):
            v = R.randbytes(min(f.limit, R.choice([0, 1, 3, 4, 200])))
            b = struct.pack('>I', len(v)) + pad(v)
        elif f.array:
            n = f.limit if f.array == 'fixed' else min(f.limit, R.choice([0, 1, 2, 5]))
            items = [value(k, depth + 1) for _ in range(n)]
            v = [i[0] for i in items]
            b = (struct.pack('>I', n) if f.array == 'variable' else b'') + b''.join(i[1] for i in items)
        else:
            v, b = value(k, depth)
        out[f.name] = v
        data += b
    return out, data


KEEP = []


def fill(kind, v):
    """The ctypes value for v."""
    if kind[0] == 'optional':
        if v is None or kind[1][0] == 'string':
            return v
        inner = fill(kind[1], v)
        KEEP.append(inner)
        return C.pointer(inner)
    if kind[0] == 'opaque':
        return (C.c_ubyte * kind[1])(*v)
    if kind[0] in ('basic', 'string'):
        return v
    s = layout(kind)()
    if kind[0] == 'union':
        c, x = v
        setattr(s, W.unions[kind[1]].field, c.value)
        setattr(s.u, c.name, fill(W.resolve(c.type), x))
        return s
    for f in W.structs[kind[1]].fields:
        k = W.resolve(f.type)
        x = v[f.name]
        if f.array:
            item = C.c_ubyte if k == ('basic', 'opaque') else layout(k)
            a = (item * max(1, len(x)))(*[fill(k, i) if k != ('basic', 'opaque') else i for i in x])
            if f.array == 'fixed':
                setattr(s, f.name, a)
                continue
            KEEP.append(a)
            setattr(s, f.name, C.cast(a, C.POINTER(item)))
            setattr(s, f.name + '_n', len(x))
        else:
            setattr(s, f.name, fill(k, x))
    return s


def same(kind, got, v):
    if kind[0] == 'basic':
        return got == v
    if kind[0] == 'string' or (kind[0] == 'optional' and kind[1][0] == 'string'):
        return got == v
    if kind[0] == 'opaque':
        return bytes(got) == v
    if kind[0] == 'optional':
        return (not got) if v is None else bool(got) and same(kind[1], got.contents, v)
    if kind[0] == 'union':
        c, x = v
        return getattr(got, W.unions[kind[1]].field) == c.value and same(W.resolve(c.type), getattr(got.u, c.name), x)
    for f in W.structs[kind[1]].fields:
        k, g, x = W.resolve(f.type), getattr(got, f.name), v[f.name]
        if f.array == 'variable' and getattr(got, f.name + '_n') != len(x):
            return False
        if k == ('basic', 'opaque'):
            if bytes(g[:len(x)] if x else b'') != x:
                return False
        elif f.array:
            if not all(same(k, g[i], x[i]) for i in range(len(x))):
                return False
        elif not same(k, g, x):
            return False
    return True


def decode(name, data):
    out = layout(('struct', name))()
    buf = C.create_string_buffer(data, len(data)) if data else C.create_string_buffer(1)
    used, why = C.c_size_t(), C.create_string_buffer(400)
    rc = L.shim_decode(IDS[name], buf, len(data), C.byref(out), C.byref(used), why, len(why))
    KEEP.append(buf)
    return rc, out, used.value, why.value


def encode(name, s, limit=1 << 25):
    p, why = C.c_void_p(), C.create_string_buffer(400)
    n = L.shim_encode(IDS[name], C.byref(s), limit, C.byref(p), why, len(why))
    if n < 0:
        return None, why.value
    data = C.string_at(p, n) if n else b''
    L.shim_free(p)
    return data, None


def main():
    assert set(IDS) == set(W.structs) | set(W.unions), set(IDS) ^ (set(W.structs) | set(W.unions))
    checks = 0
    for name in W.structs:
        kind = ('struct', name)
        assert C.sizeof(layout(kind)) == L.shim_size(IDS[name]), name
        for _ in range(6):
            v, data = value(kind)
            rc, out, used, why = decode(name, data)
            assert rc == 0, (name, why)
            assert used == len(data), (name, used, len(data))
            assert same(kind, out, v), (name, v)
            got, why = encode(name, fill(kind, v))
            assert got == data, (name, why, got, data)
            for cut in sorted({len(data) - 1, len(data) - 4, len(data) // 2, R.randrange(len(data) + 1)}):
                if 0 <= cut < len(data):
                    rc, out, used, why = decode(name, data[:cut])
                    assert rc == -1 and why, (name, cut, len(data))
            if data:
                got, why = encode(name, fill(kind, v), len(data) - 1)
                assert got is None and b'exceed' in why, (name, why)
            checks += 1
            L.shim_reset()
            KEEP.clear()
    limits()
    print('%d structs, %d random values' % (len(W.structs), checks))


def limits():
    """One item more than allowed is refused, whatever length the message claims to have."""
    n = 0
    for s in W.structs.values():
        for f in s.fields:
            if f.array != 'variable' or s.fields[0] is not f:
                continue
            for count in (f.limit + 1, 0xffffffff):
                rc, _, _, why = decode(s.name, struct.pack('>I', count) + b'\0' * 64)
                assert rc == -1 and b'at most %d' % f.limit in why, (s.name, why)
            if f.limit > 16:
                rc, _, _, why = decode(s.name, struct.pack('>I', f.limit) + b'\0' * 4)
                assert rc == -1 and b'left' in why, (s.name, why)
            n += 1
    assert n > 50, n
    rc, _, _, why = decode('remote_connect_open_args', struct.pack('>II', 1, 4194305) + b'\0' * 64)
    assert rc == -1 and b'4194304' in why
    # Some clients say 'present' with another number than 1.
    rc, args, _, _ = decode('remote_connect_open_args', struct.pack('>II', 0x01000000, 4) + b'test' + b'\0' * 4)
    assert rc >= 0 and args.name == b'test'
    bad = struct.pack('>I', 1) + b'\0' * 4 + struct.pack('>I', 99) + b'\0' * 8
    rc, _, _, why = decode('remote_domain_get_perf_events_ret', bad)
    assert rc == -1 and b'type 99' in why
    s = layout(('struct', 'remote_domain_lookup_by_name_args'))()
    got, why = encode('remote_domain_lookup_by_name_args', s)
    assert got is None and b"'name'" in why


main()
