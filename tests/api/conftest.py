# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fixtures of tests/guest, for suites about the library."""
import os
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'guest'))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
_path = pathlib.Path(__file__).resolve().parents[1] / 'guest/conftest.py'
from support import wait_for  # noqa: E402

exec(compile(_path.read_text(), str(_path), 'exec'))  # one definition, two folders
os.environ.setdefault('VIREO_LIBRARY', 'debian')


class Host:
    """A test host behind a URI."""

    def __init__(self, uri):
        self.uri = uri

    def open(self, read_only=False):
        return (libvirt.openReadOnly if read_only else libvirt.open)(self.uri)

    def is_new(self):
        """A daemon answers a close before it lets go of a connection, and whoever comes meanwhile shares its host."""
        conn = self.open()
        try:
            guests = [(guest.name(), guest.state()[0]) for guest in conn.listAllDomains()]
        finally:
            conn.close()
        return guests == [('test', libvirt.VIR_DOMAIN_RUNNING)]


@pytest.fixture(scope='session')
def host_daemon():
    if not VIREOD.exists():
        pytest.skip('vireod is not built')
    folder = tempfile.mkdtemp(prefix='vt-', dir='/tmp')
    with Daemon(folder) as daemon:
        yield daemon
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=['in process', 'through the daemon'])
def host(request):
    """Runs its test twice.  A call that our driver does not have yet is no failure of the way to it."""
    if request.param == 'in process':
        return Host('test:///default')
    if os.environ['VIREO_LIBRARY'] != 'own':
        pytest.skip('for our library')
    host = Host(f'test+unix:///default?socket={request.getfixturevalue("host_daemon").socket}')
    wait_for(host.is_new, 'the host of the test before is let go of')
    return host


@pytest.fixture
def folder():
    path = tempfile.mkdtemp(prefix='vt-', dir='/tmp')
    yield pathlib.Path(path)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def wait():
    return lambda condition: wait_for(condition, 'what was waited for')


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if 'host' not in pyfuncitem.fixturenames or os.environ['VIREO_LIBRARY'] != 'own':
        return None
    try:
        pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
            pytest.skip(f'our test driver: {error}')
        raise
    return True
