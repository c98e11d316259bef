#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the sessions of daemon.txt, or of another file, with the reference's virsh and with ours on one daemon.

usage: daemon.py DAEMON OUR_VIRSH [REFERENCE] [-v] [--sessions=FILE] [--library=FOLDER] [--admin] [WORD...]      (root; exits with 77 if it cannot run)

The daemon, the reference's libvirtd or vireod, runs in system mode in namespaces of its own.  Each session
begins with a guest "g" that is defined, or that runs if the line begins with +run; with +agent it is one with
an agent in it, which has answered.  A line is a line of the system's shell: what follows the first virsh may be
more commands, where V is the virsh on its URI.  With --admin both are virt-admin, and the sessions admin.txt.
SECOND is the URI of another daemon, which guests migrate to; P is migrate_calls.py, which runs on the library in
the folder of --library=FOLDER where OUR_VIRSH is tried.
Afterwards everything that was left is removed.  What is printed, the files left and the exit code must be equal
after numbers that depend on the clock are taken out, and both must tell of an error or none; explained
differences are in daemon-differences.txt, or, for one daemon only, in daemon-differences-NAME.txt.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from compare import explanations, judge, still  # noqa: E402

GUEST = """<domain type='qemu'><name>g</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
<metadata><v:app xmlns:v='http://v/'>x</v:app></metadata><memory unit='MiB'>64</memory><currentMemory unit='MiB'>32</currentMemory>
<vcpu current='1'>2</vcpu><iothreads>1</iothreads><os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='%(folder)s/g.qcow2'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='sda' bus='sata'/><readonly/></disk>
<controller type='sata'/><controller type='pci' model='pci-root'/>
<interface type='user'><mac address='52:54:00:01:02:03'/><model type='virtio'/></interface>
<serial type='pty'/><video><model type='vga'/></video><graphics type='vnc' port='-1' autoport='yes'/></devices></domain>
"""
AGENT_GUEST = """<domain type='qemu'><name>g</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
<memory unit='MiB'>192</memory><vcpu>2</vcpu><os><type arch='x86_64' machine='pc'>hvm</type><kernel>%(kit)s/kernel</kernel>
<initrd>%(kit)s/initrd</initrd><cmdline>console=ttyS0 quiet loglevel=1 panic=1</cmdline></os><features><acpi/></features>
<pm><suspend-to-mem enabled='yes'/></pm><devices><emulator>/usr/bin/qemu-system-x86_64</emulator><serial type='pty'/>
<interface type='user'><mac address='52:54:00:01:02:03'/><model type='virtio'/></interface>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='%(folder)s/g.qcow2'/><target dev='vda' bus='virtio'/></disk>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel></devices></domain>
"""
FILES = {
    'h.xml': "<domain type='qemu'><name>h</name><memory unit='MiB'>32</memory><os><type>hvm</type></os></domain>\n",
    'disk.xml': "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='%(folder)s/b.img'/>"
                "<target dev='vdb' bus='virtio'/></disk>\n",
    'net.xml': "<network><name>n</name><ip address='192.168.77.1' netmask='255.255.255.0'><dhcp>"
               "<range start='192.168.77.10' end='192.168.77.20'/></dhcp></ip></network>\n",
    'pool.xml': "<pool type='dir'><name>p</name><target><path>%(folder)s/pool</path></target></pool>\n",
    'vol.xml': "<volume><name>w</name><capacity unit='MiB'>2</capacity></volume>\n",
    'secret.xml': "<secret><uuid>99999999-2222-3333-4444-555555555555</uuid><usage type='ceph'><name>s</name></usage></secret>\n",
    'filter.xml': "<filter name='f'><rule action='drop' direction='in'><tcp/></rule></filter>\n",
    'checkpoint.xml': "<domaincheckpoint><name>c9</name></domaincheckpoint>\n",
    'snapshot.xml': "<domainsnapshot><name>s9</name></domainsnapshot>\n",
    'backup.xml': "<domainbackup mode='pull'><server transport='unix' socket='%(folder)s/nbd'/><disks><disk name='vda' type='file'><scratch file='%(folder)s/scratch'/>"
                  "</disk></disks></domainbackup>\n",
    'cpu.xml': "<cpu match='exact'><arch>x86_64</arch><model>qemu64</model></cpu>\n",
    'isolated.xml': "<network><name>i</name><bridge name='vbr7'/></network>\n",
    'vol2.xml': "<volume><name>w2</name><capacity unit='MiB'>2</capacity></volume>\n",
    'binding.xml': "<filterbinding><owner><name>g</name><uuid>11111111-2222-3333-4444-555555555555</uuid></owner>"
                   "<portdev name='spare0'/><mac address='52:54:00:01:02:03'/><filterref filter='f'/></filterbinding>\n",
    'port.xml': "<networkport><uuid>55555555-2222-3333-4444-555555555555</uuid><owner><name>g</name>"
                "<uuid>11111111-2222-3333-4444-555555555555</uuid></owner><mac address='52:54:00:7b:35:93'/></networkport>\n",
    'key.pub': 'ssh-ed25519 AAAA somebody\n',
    'memory.xml': "<domain type='qemu'><name>m</name><maxMemory slots='4' unit='MiB'>1024</maxMemory><memory unit='MiB'>192</memory>"
                  "<vcpu>1</vcpu><os><type>hvm</type></os><cpu><numa><cell id='0' cpus='0' memory='64' unit='MiB'/></numa></cpu>"
                  "<devices><memory model='virtio-mem'><target><size unit='MiB'>128</size><node>0</node>"
                  "<block unit='KiB'>2048</block><requested unit='MiB'>0</requested></target></memory></devices></domain>\n",
    'iface.xml': "<interface type='user'><mac address='52:54:00:01:02:03'/><model type='virtio'/><link state='down'/></interface>\n",
    'volq.xml': "<volume><name>q</name><capacity unit='MiB'>2</capacity><target><format type='qcow2'/></target></volume>\n",
    'vol2q.xml': "<volume><name>w2</name><capacity unit='MiB'>2</capacity><target><format type='qcow2'/></target></volume>\n",
    'plain.xml': "<cpu><arch>x86_64</arch><model>qemu64</model></cpu>\n",
    'old.xml': "<cpu match='exact'><model fallback='forbid'>kvm64</model></cpu>\n",
    'reuse.xml': "<domainsnapshot><disks><disk name='vda'><source file='%(folder)s/o2.qcow2'/></disk></disks></domainsnapshot>\n",
    'private.xml': "<secret private='yes' ephemeral='yes'><uuid>99999999-2222-3333-4444-555555555556</uuid>"
                   "<usage type='ceph'><name>t</name></usage></secret>\n",
    'usb.xml': "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='%(folder)s/b.img'/>"
               "<target dev='sdb' bus='usb'/></disk>\n",
    'copy.xml': "<disk type='file'><driver type='qcow2'/><source file='%(folder)s/copy.qcow2'/></disk>\n",
    'broken.xml': '<domain\n',
}
CHANGING = [
    (r'(?m)^ \d+( +)(?=[gh]\b)', r' N\1'), (r'(/tmp/vc-\w+|vnc=127.0.0.1:\d+|\b\d+\.sock|mac_\w+)', 'X'),
    (r'(?m)^(Id: +)\d+$', r'\1N'), (r'(?m)^(CPU: +)\d+$', r'\1N'), (r'(?m)^CPU time: .*\n', ''),
    (r"\bid='\d+'", "id='N'"), (r'/dev/pts/\d+', '/dev/pts/N'), (r"port='59\d\d'", "port='PORT'"), (r':\d+$', ':N'),
    (r'vnet\d+', 'vnetN'), (r'domain-\d+-', 'domain-N-'), (r'(?m)^\d+$', 'N'),
    (r'(CPU time|cpu_time|user_time|system_time|vcpu_time):? +[\d.]+( seconds|s)?', r'\1 N'),
    (r'((?:cpu|vcpu|balloon|block|net|iothread|dirtyrate|memory|state|perf)\.[\w.]+=)\d+', r'\1N'),
    (r'((?:last_update|disk_caches|hugetlb_\w+|major_fault|minor_fault|swap_\w+|rss|available|usable|unused|actual)) \d+', r'\1 N'),
    (r'(Time elapsed|Data \w+|Memory \w+|File \w+|Total \w+|Normal \w+|Constant \w+|Expected downtime|Dirty rate|'
     r'Compression \w+|Iteration|Page size|Memory bandwidth|Postcopy requests|Setup time):\s+\d[\d.]* ?\w*(/s)?', r'\1: N'),
    (r'(Allocation|Available|Capacity|Physical): +\d.*', r'\1: N'),
    (r'\b\d+(\.\d+)? [KMG]iB', 'N iB'), (r'(\d+KiB): \d+', r'\1: N'), (r'(total duration of \w+ \(ns\): +)\d+', r'\1N'),
    (r"(<(?:allocation|available) unit='bytes'>)\d+", r'\1N'), (r'\b(\d{10})\.\d{9}\b', r'\1'), (r'(?<=\S) +(?=N iB)', ' '),
    (r'(?m)(?<=\])(?=error:)', '\n'), (r': N +ms', ': N ms'), (r' *[0-9.]+ ?%', ' N %'), (r'(\[ N %\])(?=error:)', r'\1\n'), (r'(?m)^(\d+:|total:|free|used|MemFree|cached|buffers|'
     r'user|system|idle|iowait|total|Total) *:? *\d+.*$', r'\1 N'),
    (r'(?m)^((?:cur|end|bandwidth)=)\d+', r'\1N'), (r'("return": )\d+', r'\1N'), (r'52:54:00(:[0-9a-f]{2}){3}', 'MAC'),
]


ADMIN_CHANGING = [(r'(?m)^ \d+( +)(?=unix)', r' N\1'), (r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4}', 'SINCE'),
                  (r'(?m)^(unix_process_id *: )\d+', r'\1N'), (r"(Client |ID )'\d+'", r'\1N'), (r'((?:free|jobQueue|n)\w+ +: )\d+', r'\1N'),
                  (r'(?m)^(id +: )\d+', r'\1N')]


def cgroups():
    """A control group of our own in each hierarchy, so that what the daemon makes is below it."""
    mine = []
    for name in sorted(os.listdir('/sys/fs/cgroup')):
        folder = '/sys/fs/cgroup/%s' % name
        if not os.path.exists(folder + '/cgroup.procs') or not os.path.isdir(folder):
            continue
        folder += '/virsh-compare-%d' % os.getpid()
        try:
            os.mkdir(folder)
            for file in ('cpuset.cpus', 'cpuset.mems'):
                if name == 'cpuset':
                    shutil.copyfile('/sys/fs/cgroup/cpuset/' + file, '%s/%s' % (folder, file))
            mine.append(folder)
        except OSError:
            pass
    return mine


def namespaces(program, *words):
    """Runs that program with --inside WORDS in namespaces of its own, and tells how it ended."""
    if os.geteuid() != 0 or not shutil.which('unshare') or not shutil.which('qemu-img') or \
            subprocess.run(['unshare', '-mnpfiuC', 'true'], capture_output=True).returncode != 0:
        print('skipped: needs root, namespaces and QEMU')
        return 77
    groups = cgroups()

    def enter():
        for folder in groups:
            with open(folder + '/cgroup.procs', 'w') as f:
                f.write('0')
    child = subprocess.Popen(['unshare', '-m', '-n', '-p', '-f', '-i', '-u', '-C', '--mount-proc', '--propagation', 'private',
                              '--kill-child=KILL', sys.executable, program, '--inside', *words], preexec_fn=enter)
    code = child.wait()
    for _ in range(50):
        for folder in groups:
            for path, _, _ in os.walk(folder, topdown=False):
                try:
                    os.rmdir(path)
                except OSError:
                    pass
        groups = [g for g in groups if os.path.exists(g)]
        if not groups:
            break
        time.sleep(0.1)
    return code


def reap():
    """Process 1 waits for everybody's children; the work is done by its own child."""
    worker = os.fork()
    if worker == 0:
        return
    while True:
        pid, status = os.wait()
        if pid == worker:
            os._exit(os.waitstatus_to_exitcode(status) & 0xff)


def mount(top):
    def run(*words):
        subprocess.run(words, check=True)
    run('ip', 'link', 'set', 'lo', 'up')
    run('mount', '-t', 'sysfs', 'sysfs', '/sys')
    run('mount', '-t', 'tmpfs', 'tmpfs', '/sys/fs/cgroup')
    for line in open('/proc/self/cgroup'):
        number, names, _ = line.rstrip('\n').split(':', 2)
        if not names:
            continue
        folder = '/sys/fs/cgroup/' + names.replace('name=', '')
        os.mkdir(folder)
        subprocess.run(['mount', '-t', 'cgroup', '-o', names.replace('name=', 'none,name='), 'cgroup', folder],
                       capture_output=True)
    run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/run')
    run('ip', 'tuntap', 'add', 'spare0', 'mode', 'tap')
    for folder in ('/run/libvirt', '/run/lock', top + '/second'):
        os.makedirs(folder, exist_ok=True)
    for folder in ('/var/lib/libvirt', '/var/log/libvirt', '/var/cache/libvirt', '/etc/libvirt'):
        os.makedirs(folder, exist_ok=True)
        run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder)
    with open('/etc/libvirt/qemu.conf', 'w') as f:
        f.write('stdio_handler = "file"\nsecurity_driver = "none"\nnamespaces = []\nuser = "root"\ngroup = "root"\n')
    for folder in ('images', 'qemu', 'dnsmasq', 'boot', 'network'):
        os.makedirs('/var/lib/libvirt/' + folder, exist_ok=True)


def start(daemon, top, wrapper=(), socket='/run/libvirt/libvirt-sock'):
    env = {k: v for k, v in os.environ.items() if not k.startswith(('LIBVIRT_', 'LD_LIBRARY_PATH'))}
    with open(top + '/daemon.log', 'a') as log:
        process = subprocess.Popen([*wrapper, daemon], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd='/', env=env)
    while not os.path.exists(socket):
        if process.poll() is not None:
            sys.exit('the daemon ended:\n' + open(top + '/daemon.log').read()[-2000:])
        time.sleep(0.05)
    return process


# Another host: mounts, a name and a UUID of its own; its folder of sockets is seen from here.
SECOND = """set -e
for d in /run /var/lib/libvirt /var/log/libvirt /var/cache/libvirt; do mount -t tmpfs tmpfs $d; done
mkdir -p /run/libvirt /run/lock /var/lib/libvirt/qemu /var/log/libvirt/qemu
mount --bind "$0/second" /run/libvirt
hostname second
echo 'host_uuid = "22222222-2222-4333-8444-555555555555"' > "$0/second.conf"
exec "$@" --config "$0/second.conf"
"""


# E WHAT WORDS: a virsh that waits for events, while others do WHAT until it has ended; what it told, each line once.
SHELL = r'''V() { "$0" -c %s "$@"; }
E() {
    what=$1; shift
    V "$@" > events & waits=$!
    while kill -0 $waits 2> /dev/null; do V -q "$what" > /dev/null 2>&1; done
    wait $waits; echo $?; sed 's/received: .*/received: N/; s/^[-0-9]* [0-9:.+]*: /STAMP: /' events | sort -u; rm events
}
V '''


class World:
    def __init__(self, top, reference, ours):
        self.top, self.reference, self.ours = top, reference, ours
        self.second = 'qemu+unix:///system?socket=%s/second/libvirt-sock' % top
        self.env = dict(os.environ, EDITOR='true', VISUAL='true', LC_ALL='C.UTF-8', TZ='UTC', NO_COLOR='1', HOME=top)
        self.env.pop('LD_LIBRARY_PATH', None) # each virsh runs on the library it was made for
        self.folder, self.uri, self.library = top + '/w', 'qemu:///system', ''

    def ask(self, *words, uri='qemu:///system', virsh=None):
        p = subprocess.run([virsh or self.reference, '-q', '-c', uri, *words], env=self.env, capture_output=True,
                           text=True, timeout=120, stdin=subprocess.DEVNULL)
        return p.stdout.split(), p

    def clean(self):
        """Removes whatever a session left."""
        for uri in ('qemu:///system', self.second):
            for name in self.ask('list', '--all', '--name', uri=uri)[0]:
                self.ask('destroy', name, uri=uri)
                self.ask('undefine', name, '--managed-save', '--snapshots-metadata', '--checkpoints-metadata', '--nvram',
                         uri=uri)
        for one in ('net', 'pool'):
            for name in self.ask(one + '-list', '--all', '--name')[0]:
                self.ask(one + '-destroy', name)
                self.ask(one + '-undefine', name)
        for words in self.ask('secret-list')[1].stdout.splitlines():
            self.ask('secret-undefine', words.split()[0])
        self.ask('nwfilter-undefine', 'f')
        shutil.rmtree(self.folder, ignore_errors=True)

    def kit(self):
        """The folder of a guest with an agent, made once."""
        folder = self.top + '/kit'
        if not os.path.exists(folder):
            made = subprocess.run([os.path.join(HERE, '../../tools/guest-kit'), folder, '--agent'], capture_output=True, text=True)
            if made.returncode:
                sys.exit(made.stderr)
        return folder

    def prepare(self, how):
        os.makedirs(self.folder + '/pool')
        for name, text in FILES.items():
            with open('%s/%s' % (self.folder, name), 'w') as f:
                f.write(text.replace('%(folder)s', self.folder))
        with open(self.folder + '/g.xml', 'w') as f:
            f.write(AGENT_GUEST % {'kit': self.kit(), 'folder': self.folder} if how == '+agent' else GUEST % {'folder': self.folder})
        with open(self.folder + '/b.img', 'wb') as f:
            f.truncate(1 << 20)
        subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', self.folder + '/g.qcow2', '8M'], check=True)
        said = self.ask('define %s/g.xml' % self.folder + ('; start g' if how else ''))[1]
        if said.returncode:
            sys.exit('the guest cannot be made: ' + said.stderr)

    def meet_agent(self):
        """Waits until the agent of the guest is there, if the driver has anything to do with agents."""
        if ' supported' in self.ask('qemu-agent-command', 'g', '{"execute":"guest-ping"}')[1].stderr:
            return
        if self.ask('await', 'g', '--condition', 'guest-agent-available', '--timeout', '100', virsh=self.ours)[1].returncode:
            print('the agent did not come')

    def session(self, virsh, line):
        how, _, text = line.partition(' ') if line.startswith('+') else ('', '', line)
        self.prepare(how)
        if how == '+agent':
            self.meet_agent()
        text = text.replace('DIR', self.folder).replace('SECOND', "'%s'" % self.second)
        given, _, text = text.rpartition(' << ')
        library = self.library if virsh == self.ours else ''
        calls = 'P() { LD_LIBRARY_PATH=%s /usr/bin/python3 %s/migrate_calls.py "$@"; }; ' % (library, HERE)
        p = subprocess.Popen(['sh', '-c', calls + SHELL % self.uri + text, virsh], cwd=self.folder,
                             env=self.env, text=True, errors='replace', stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, start_new_session=True)
        result = {}
        try:
            result['out'], result['err'] = p.communicate(given.replace('\\n', '\n'), timeout=60)
            result['rc'] = p.returncode
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            result['out'], result['err'] = p.communicate()
            result['rc'] = 'hangs'
        result['files'] = sorted(still(name) for name in os.listdir(self.folder))
        for kind in ('out', 'err'):
            shown = result[kind].replace(self.folder, 'DIR').replace(self.second, 'SECOND')
            for pattern, by in CHANGING:
                shown = re.sub(pattern, by, shown)
            result[kind] = still(shown)
        self.clean()
        return result


def inside():
    reap()
    args = [a for a in sys.argv[2:] if a != '-v' and not a.startswith(('--sessions=', '--library=')) and a != '--admin']
    admin = '--admin' in sys.argv
    file = next((a.partition('=')[2] for a in sys.argv if a.startswith('--sessions=')), 'admin.txt' if admin else 'daemon.txt')
    daemon, ours = os.path.realpath(args[0]), os.path.abspath(args[1])
    rest = args[2:]
    reference = rest.pop(0) if rest and '/' in rest[0] else '/usr/bin/virt-admin' if admin else '/usr/bin/virsh'
    top = tempfile.mkdtemp(prefix='vc-', dir='/tmp')
    os.chmod(top, 0o755)
    mount(top)
    process = start(daemon, top)
    second = start(daemon, top, ['unshare', '-m', '-u', 'sh', '-c', SECOND, top], top + '/second/libvirt-sock')
    world = World(top, '/usr/bin/virsh' if admin else reference, ours)
    world.library = next((a.partition('=')[2] for a in sys.argv if a.startswith('--library=')), '')
    if admin:
        world.uri = 'libvirtd:///system'
    world.clean()
    explained = explanations('daemon-differences.txt')
    explained.update(explanations('daemon-differences-%s.txt' % os.path.basename(daemon)))
    if admin:
        CHANGING.extend(ADMIN_CHANGING)
    code = judge(open(os.path.join(HERE, file)), lambda line: world.session(reference, line),
                 lambda line: world.session(ours, line), explained, rest, '-v' in sys.argv, lambda err: 'error:' in err)
    died = process.poll()
    for one in (process, second):
        one.send_signal(signal.SIGTERM)
    shutil.rmtree(top, ignore_errors=True)
    if died is not None:
        sys.exit('the daemon did not survive')
    sys.exit(code)


if __name__ == '__main__':
    inside() if sys.argv[1:2] == ['--inside'] else sys.exit(namespaces(__file__, *sys.argv[1:]))
