# SPDX-License-Identifier: LGPL-2.1-or-later
"""libvirt-admin for Python, as far as its tests need it (no bindings exist): over ctypes, on the library of FOLDER."""
import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_longlong, c_uint, c_ulonglong, c_void_p


class Value(ctypes.Union):
    _fields_ = [('i', c_int), ('ui', c_uint), ('l', c_longlong), ('ul', c_ulonglong), ('d', ctypes.c_double),
                ('b', ctypes.c_char), ('s', c_char_p)]


class Param(ctypes.Structure):
    _fields_ = [('field', ctypes.c_char * 80), ('type', c_int), ('value', Value)]

    def get(self):
        value = getattr(self.value, ['', 'i', 'ui', 'l', 'ul', 'd', 'b', 's'][self.type])
        return bool(ord(value)) if self.type == 6 else value.decode() if self.type == 7 else value


class Failure(Exception):
    def __init__(self, code, domain, message):
        super().__init__(message)
        self.code, self.domain = code, domain


class Error(ctypes.Structure):
    _fields_ = [('code', c_int), ('domain', c_int), ('message', c_char_p)]


CLOSED = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_void_p)
FREED = ctypes.CFUNCTYPE(None, c_void_p)


class Admin:
    def __init__(self, folder=''):
        place = f'{folder}/' if folder else ''
        self.virt = ctypes.CDLL(f'{place}libvirt.so.0', mode=ctypes.RTLD_GLOBAL)
        self.lib = ctypes.CDLL(f'{place}libvirt-admin.so.0', mode=ctypes.RTLD_GLOBAL)
        self.virt.virGetLastError.restype = POINTER(Error)
        self.lib.virAdmInitialize()

    def __getattr__(self, name):
        """admin.ConnectOpen(…) is virAdmConnectOpen(…), with exceptions."""
        function = getattr(self.lib, 'virAdm' + name)
        pointer = name in ('ConnectOpen', 'ConnectLookupServer', 'ServerLookupClient', 'ConnectGetURI', 'ServerGetName')
        function.restype = c_void_p if pointer else c_longlong if name in ('ClientGetTimestamp', 'ClientGetID') else c_int

        def call(*args):
            self.virt.virResetLastError()
            result = function(*(c_void_p(a) if isinstance(a, int) and a > 1 << 32 else
                                a.encode() if isinstance(a, str) else a for a in args))
            error = self.virt.virGetLastError()
            if error and (result is None or result == -1 or not pointer and result < 0):
                raise Failure(error[0].code, error[0].domain, (error[0].message or b'').decode())
            if name in ('ConnectGetURI', 'ServerGetName'):
                return ctypes.cast(result, c_char_p).value.decode()
            return result
        return call

    def params(self, name, handle, flags=0):
        out, n = POINTER(Param)(), c_int(0)
        getattr(self, name)(handle, byref(out), byref(n), flags)
        return {out[i].field.decode(): out[i].get() for i in range(n.value)}

    def set_params(self, name, handle, values, flags=0):
        array = (Param * max(len(values), 1))()
        for item, (field, value) in zip(array, values.items()):
            item.field, item.type = field.encode(), 7 if isinstance(value, str) else 2
            if isinstance(value, str):
                item.value.s = value.encode()
            else:
                item.value.ui = value
        return getattr(self, name)(handle, array, len(values), flags)

    def text(self, name, conn, flags=0):
        out = c_char_p()
        return getattr(self, name)(conn, byref(out), flags), (out.value or b'').decode()

    def list(self, name, handle, flags=0):
        out = POINTER(c_void_p)()
        n = getattr(self, name)(handle, byref(out), flags)
        return [out[i] for i in range(n)]
