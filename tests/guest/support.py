# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the suites that run through real clients share: a private vireod, guests, consoles."""
import os
import pathlib
import signal
import socket
import subprocess
import time

import libvirt

BUILD = pathlib.Path(os.environ.get('VIREO_BUILD', 'build')).resolve()
SRC = pathlib.Path(os.environ.get('VIREO_SRC', pathlib.Path(__file__).resolve().parents[2]))
VIREOD = BUILD / 'src/daemon/vireod'
VIRSH = BUILD / 'tools/virsh/virsh'
# Everything runs on emulation here, two cores, maybe under a sanitizer: bounds for hung tests only.
PATIENCE = 60 * (5 if os.environ.get('VIREO_SANITIZED') else 1)

libvirt.registerErrorHandler(lambda *a: None, None)


def wait_for(condition, what, patience=PATIENCE):
    """Polls what offers no event to wait for (another program's start, a file)."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f'{what}: did not happen within {patience} s')


def code(call, *args):
    """The code of the error that a call ends with, which says something, too."""
    try:
        call(*args)
    except libvirt.libvirtError as error:
        assert error.get_error_message()
        return error.get_error_code()
    raise AssertionError(f'{call.__name__}{args} did not fail')


def emulators(uuid):
    """The QEMU processes of a guest: its UUID is on their command line."""
    found = []
    for folder in pathlib.Path('/proc').iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / 'cmdline').read_bytes()
            except OSError:
                continue
            if uuid.encode() in line and b'qemu-system' in line.split(b'\0')[0]:
                found.append(int(folder.name))
    return found


def answers(path):
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(path))
        return True
    except OSError:
        return False


class Daemon:
    """A vireod of our own; as a context manager it ends with everything it started."""

    def __init__(self, top, arguments=()):
        self.top = pathlib.Path(top)
        self.arguments = list(arguments)
        self.process = None
        self.starts = 0
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(('XDG_', 'LIBVIRT_', 'LD_LIBRARY_PATH'))}
        for name in ('runtime', 'config', 'cache', 'data', 'state'):
            folder = self.top / name
            folder.mkdir(mode=0o700, exist_ok=True)
            self.env[f'XDG_{name.upper()}_{"DIR" if name == "runtime" else "HOME"}'] = str(folder)
        self.sockets = self.top / 'runtime/libvirt'
        self.path = 'session'

    @property
    def socket(self):
        return self.sockets / 'libvirt-sock'

    @property
    def uri(self):
        return f'qemu+unix:///{self.path}?socket={self.socket}'

    def command(self):
        return [str(VIREOD), '--session', *self.arguments]

    def start(self):
        self.starts += 1
        with open(self.top / 'vireod.log', 'ab') as log:
            self.process = subprocess.Popen(self.command(), env=self.env, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, cwd='/')
        wait_for(lambda: answers(self.socket) or self.process.poll() is not None, 'vireod listens')
        assert self.process.poll() is None, f'vireod ended: {self.log()}'
        return self

    def main_pid(self):
        return self.process.pid

    def kill(self, sig=signal.SIGKILL):
        os.kill(self.main_pid(), sig)
        return self.process.wait(PATIENCE)

    def restart(self, sig=signal.SIGKILL):
        self.kill(sig)
        return self.start()

    def open(self, read_only=False):
        return (libvirt.openReadOnly if read_only else libvirt.open)(self.uri)

    def log(self):
        path = self.top / 'vireod.log'  # not there if a test takes what it says
        return path.read_text(errors='replace')[-4000:] if path.exists() else ''

    def virsh(self, *args, check=True, program=VIRSH, timeout=PATIENCE):
        result = subprocess.run([str(program), '-c', self.uri, *map(str, args)], env=self.env, text=True,
                                capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL)
        assert not check or result.returncode == 0, f'virsh {args}: {result.stdout}{result.stderr}'
        return result

    def stop(self):
        if self.process and self.process.poll() is None:
            try:
                conn = self.open()
                for domain in conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
                    try:
                        domain.destroy()
                    except libvirt.libvirtError:
                        pass
                conn.close()
            except libvirt.libvirtError:
                pass
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError(f'vireod did not end on SIGTERM: {self.log()}')
            self.ended_well()

    def ended_well(self):
        """1: calls that would not end were given up. Sanitizers end a process otherwise, and say why."""
        assert self.process.returncode in (0, 1) and 'Sanitizer' not in self.log(), \
            f'vireod ended with {self.process.returncode}: {self.log()}'

    def __enter__(self):
        return self.start()

    def __exit__(self, *unused):
        self.stop()


class SystemDaemon(Daemon):
    """System mode needs root and namespaces: PID 1 inside is a small shell that reaps."""

    def __init__(self, top, arguments=()):
        super().__init__(top, arguments)
        self.path = 'system'
        self.run = self.top / 'run'
        self.run.mkdir(mode=0o755, exist_ok=True)
        self.sockets = self.run / 'libvirt'
        self.holder = None

    def hold(self):
        """Namespaces that outlive the daemon, so that killing it leaves its guests."""
        inside = f'''
import os, subprocess
mounts = "mkdir -p /etc/libvirt && mount -t tmpfs -o mode=755 tmpfs /etc/libvirt"
for d in ("lib", "log", "cache"):
    mounts += f" && mkdir -p /var/{{d}}/libvirt && mount -t tmpfs -o mode=755 tmpfs /var/{{d}}/libvirt"
mounts += " && mkdir -p /var/lib/libvirt/images /var/lib/libvirt/qemu && mount --bind {self.run} /run && ip link set lo up"
subprocess.run(["sh", "-c", mounts], check=True)
open("{self.top}/held", "w").close()
anchor = subprocess.Popen(["sleep", "infinity"])    # so that waitpid() below always has somebody to wait for
while True:
    os.waitpid(-1, 0)
'''
        self.holder = subprocess.Popen(['unshare', '-m', '-p', '-n', '-i', '-u', '-f', '--propagation', 'private',
                                        '--kill-child=KILL', '--mount-proc', '/usr/bin/python3', '-c', inside])
        wait_for(lambda: (self.top / 'held').exists() or self.holder.poll() is not None, 'namespaces are up')
        assert self.holder.poll() is None, 'namespaces could not be made'
        children = pathlib.Path(f'/proc/{self.holder.pid}/task/{self.holder.pid}/children').read_text().split()
        self.init = int(children[0])

    def command(self):
        return ['nsenter', '-t', str(self.init), '-m', '-p', '-n', '-i', '-u', '--', str(VIREOD), *self.arguments]

    def start(self):
        if not self.holder:
            self.hold()
        return super().start()

    def main_pid(self):
        # nsenter -p forks: the daemon is its child.
        children = pathlib.Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children').read_text().split()
        return int(children[0]) if children else self.process.pid

    def stop(self):
        try:
            if self.process and self.process.poll() is None:
                os.kill(self.main_pid(), signal.SIGTERM)
                self.process.wait(PATIENCE)
                self.ended_well()
        finally:
            if self.holder:
                os.kill(self.init, signal.SIGKILL)
                self.holder.wait(PATIENCE)


def booting(kit, name='guest', extra='', memory=128):
    """XML of a guest that reaches userspace and answers on its serial console."""
    return f'''<domain type='qemu'><name>{name}</name><memory unit='MiB'>{memory}</memory><vcpu>1</vcpu>
      <os><type arch='x86_64' machine='q35'>hvm</type><kernel>{kit}/kernel</kernel><initrd>{kit}/initrd</initrd>
      <cmdline>console=ttyS0 quiet loglevel=1</cmdline></os><features><acpi/></features>
      <devices><emulator>/usr/bin/qemu-system-x86_64</emulator><serial type='pty'/>{extra}</devices></domain>'''


def tiny(name='tiny', extra='', attributes=''):
    """XML of a guest with nothing in it: starts fast, halts in its firmware."""
    return f'''<domain type='qemu'{attributes}><name>{name}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
      <os><type arch='x86_64' machine='pc'>hvm</type></os>
      <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{extra}</devices></domain>'''


class Console:
    """A console stream: what the guest says, and typing into it."""

    def __init__(self, domain, device=None):
        self.connection = domain.connect()
        self.stream = self.connection.newStream(libvirt.VIR_STREAM_NONBLOCK)
        domain.openConsole(device, self.stream, libvirt.VIR_DOMAIN_CONSOLE_FORCE)
        self.said = b''

    def until(self, text, patience=PATIENCE):
        def arrived():
            data = self.stream.recv(4096)
            if isinstance(data, bytes):
                self.said += data
            else:
                self.connection.getHostname()  # without an event loop, only a call makes the library read
            return text in self.said
        wait_for(arrived, f'{text!r} on the console (so far {self.said[-300:]!r})', patience)

    def type(self, text):
        data = text.encode()
        while data:
            sent = self.stream.send(data)
            if sent > 0:
                data = data[sent:]
            else:
                time.sleep(0.01)
