# SPDX-License-Identifier: LGPL-2.1-or-later
"""Metadata of networks, which the binding at hand is too old to ask for: through the C functions."""
import ctypes
import os

import libvirt
import pytest

NETWORK = '<network><name>noted</name><bridge name="virbr77"/></network>'
DESCRIPTION, TITLE, ELEMENT = 0, 1, 2
LIVE, CONFIG = 1, 2
NO_NETWORK_METADATA = 111


class Notes:
    def __init__(self, net):
        self.lib = ctypes.CDLL(os.path.join(os.environ['VIREO_BUILD'], 'src/lib/libvirt.so.0'))
        self.lib.virNetworkGetMetadata.restype = ctypes.c_void_p
        pointer = ctypes.pythonapi.PyCapsule_GetPointer
        pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        self.net = ctypes.c_void_p(pointer(net._o, b'virNetworkPtr'))

    def set(self, kind, text, key=None, uri=None, flags=0):
        coded = [None if t is None else t.encode() for t in (text, key, uri)]
        return self.lib.virNetworkSetMetadata(self.net, kind, *coded, flags)

    def get(self, kind, uri=None, flags=0):
        found = self.lib.virNetworkGetMetadata(self.net, kind, None if uri is None else uri.encode(), flags)
        return None if not found else ctypes.cast(found, ctypes.c_char_p).value.decode()


def code():
    return libvirt.virGetLastError()[0]


@pytest.fixture
def net(host):
    if os.environ['VIREO_LIBRARY'] != 'own':
        pytest.skip('for our library')
    conn = host.open()
    net = conn.networkDefineXML(NETWORK)
    yield net
    if net.isActive():
        net.destroy()
    net.undefine()


def test_text(net):
    notes = Notes(net)
    for kind, element in ((TITLE, 'title'), (DESCRIPTION, 'description')):
        assert notes.get(kind) is None and code() == NO_NETWORK_METADATA
        assert notes.set(kind, 'a <word>') == 0
        assert notes.get(kind) == 'a <word>'
        assert f'<{element}>a &lt;word&gt;</{element}>' in net.XMLDesc()
        assert notes.set(kind, '') == 0
        assert notes.get(kind) is None
    assert notes.set(TITLE, 'two\nlines') == -1 and code() == libvirt.VIR_ERR_INVALID_ARG
    assert notes.set(7, 'x') == -1 and code() == libvirt.VIR_ERR_INVALID_ARG


def test_elements(net):
    notes = Notes(net)
    assert notes.set(ELEMENT, '<a x="1"><b/></a>', 'k', 'urn:one') == 0
    assert notes.set(ELEMENT, '<c/>', 'l', 'urn:two') == 0
    assert '<b/>' in notes.get(ELEMENT, 'urn:one') and notes.get(ELEMENT, 'urn:two').strip() == '<c/>'
    assert 'xmlns:k="urn:one"' in net.XMLDesc()
    assert notes.set(ELEMENT, None, None, 'urn:one') == 0
    assert notes.get(ELEMENT, 'urn:one') is None
    assert notes.get(ELEMENT, 'urn:two') is not None
    assert notes.set(ELEMENT, '<a', 'k', 'urn:one') == -1 and code() == libvirt.VIR_ERR_XML_DETAIL
    assert notes.set(ELEMENT, '<a/>', None, 'urn:one') == -1 and code() == libvirt.VIR_ERR_INVALID_ARG


def test_live_and_config(net):
    notes = Notes(net)
    assert notes.set(TITLE, 'x', flags=LIVE) == -1 and code() == libvirt.VIR_ERR_OPERATION_INVALID
    net.create()
    assert notes.set(TITLE, 'live', flags=LIVE) == 0 and notes.set(TITLE, 'config', flags=CONFIG) == 0
    assert (notes.get(TITLE), notes.get(TITLE, flags=LIVE), notes.get(TITLE, flags=CONFIG)) == ('live', 'live', 'config')
    assert notes.set(TITLE, 'both', flags=LIVE | CONFIG) == 0
    assert (notes.get(TITLE, flags=LIVE), notes.get(TITLE, flags=CONFIG)) == ('both', 'both')
    assert notes.get(TITLE, flags=LIVE | CONFIG) is None and code() == libvirt.VIR_ERR_INVALID_ARG
