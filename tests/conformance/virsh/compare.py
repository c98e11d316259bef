#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs recorded sessions with the reference's virsh and with ours on test:///default and compares.

usage: compare.py OUR_VIRSH [REFERENCE] [-v] [--library] [WORD...]
       compare.py OUR_VIRSH --recorded [--record]

Standard output and exit codes must be equal byte by byte, after numbers that depend on the clock are
taken out.  Messages on standard error are our own, so there only the shape must agree: as many lines
that begin with "error:".  Lines of differences.txt name sessions where more differs, and why; with
--library our virsh runs on our library, and library-differences.txt has what that one does otherwise.
With WORDs only sessions that contain one of them run.

--recorded compares with newer.txt, which holds what commands print that the reference does not have; --record
writes what they print now, for somebody to look at.
"""
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DOMAIN = ("<domain type='test'><name>%s</name><memory>1024</memory><vcpu>1</vcpu>"
          "<os><type>hvm</type></os>%s</domain>\n")
# What a session finds in its folder.
FILES = {
    'domain.xml': DOMAIN % ('d1', ''),
    'domain2.xml': DOMAIN % ('d2', ''),
    'iface.xml': "<interface type='ethernet' name='eth9'><start mode='onboot'/><mac address='aa:bb:cc:dd:ee:09'/>"
                 "<mtu size='1492'/></interface>\n",
    'net.xml': "<network><name>n</name><uuid>66666666-2222-3333-4444-555555555555</uuid>"
               "<ip address='192.168.77.1' netmask='255.255.255.0'/></network>\n",
    'vport.xml': "<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'>"
                 "<wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability></capability></device>\n",
    'pool.xml': "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>\n",
    'source.xml': "<source><host name='localhost'/></source>\n",
    'snapshot.xml': "<domainsnapshot><name>s9</name></domainsnapshot>\n",
    'redefined.xml': "<domainsnapshot><name>s8</name><state>shutoff</state><creationTime>1000000000</creationTime>"
                     + (DOMAIN % ('test', '')).replace('<memory>', '<uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid><memory>')
                     + "</domainsnapshot>\n",
    'checkpoint.xml': "<domaincheckpoint><name>c9</name></domaincheckpoint>\n",
    'disk.xml': "<disk type='file' device='disk'><source file='/tmp/a'/><target dev='vdb' bus='virtio'/></disk>\n",
    'cpu.xml': "<cpu><arch>i686</arch><model>pentiumpro</model></cpu>\n",
    # A host that is described: test:///FOLDER/host.xml.
    'host.xml': "<node xmlns:t='http://libvirt.org/schemas/domain/test/1.0'>"
                "<cpu><mhz>2000</mhz><model>i686</model><active>8</active><nodes>2</nodes><sockets>2</sockets>"
                "<cores>2</cores><threads>1</threads></cpu><memory>4194304</memory>"
                + DOMAIN % ('runs', "<uuid>11111111-2222-3333-4444-555555555551</uuid><devices>"
                            "<disk type='file'><source file='/a'/><target dev='vda' bus='virtio'/></disk>"
                            "<disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>"
                            "<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='b'/></interface>"
                            "<serial type='pty'/><graphics type='vnc' port='5905'/></devices>")
                + DOMAIN % ('off', '<t:runstate>5</t:runstate><title>T</title>')
                + DOMAIN % ('saved', '<t:runstate>5</t:runstate><t:hasmanagedsave/>')
                + DOMAIN % ('pausing', '<t:runstate>3</t:runstate>')
                + "<network><name>n1</name><uuid>66666666-2222-3333-4444-555555555551</uuid><forward mode='nat'/>"
                "<bridge name='b1'/><ip address='192.168.7.1' netmask='255.255.255.0'><dhcp>"
                "<range start='192.168.7.10' end='192.168.7.20'/></dhcp></ip></network>"
                "<interface type='ethernet' name='eth3'><mac address='aa:bb:cc:dd:ee:03'/></interface>"
                "<pool type='dir'><name>p1</name><uuid>77777777-2222-3333-4444-555555555551</uuid>"
                "<target><path>/p1</path></target><volume><name>v1</name><capacity>1000000</capacity>"
                "<allocation>50000</allocation><target><path>/p1/v1</path><format type='qcow2'/></target></volume></pool>"
                "<device><name>c</name><capability type='system'><hardware><vendor>V</vendor><serial>1</serial>"
                "<uuid>88888888-2222-3333-4444-555555555551</uuid></hardware></capability></device>"
                "</node>\n",
}
CHANGING = [
    (r'\d{4}-\d\d-\d\d[ -]\d\d:\d\d:\d\d', 'DATE'),
    (r'\(Time: [\d.]+ ms\)', '(Time: N ms)'),
    (r'(CPU time:\s+)[\d.]+s', r'\1Ns'),
    (r'\b((?:rd|wr|rx|tx)_\w+|errs|last_update|Time:) \d+', r'\1 N'),
    (r'((?:number of|error count)[^:\n]*:\s+)\d+', r'\1N'),
    (r'\b1[78]\d{8}\b', 'STAMP'),
    (r'libvirt \d+\.\d+\.\d+|(TEST|daemon:) \d+\.\d+\.\d+', r'\1 VERSION'),
    (r"<uuid>[0-9a-f-]{36}</uuid>", '<uuid>U</uuid>'),
    (r'\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b', 'UUID'),
]


def still(text):
    for pattern, by in CHANGING:
        text = re.sub(pattern, by, text)
    return text


def run(virsh, line, still=still):
    words = shlex.split(line)
    env = dict(os.environ, EDITOR='true', LC_ALL='C.UTF-8', TZ='UTC', NO_COLOR='1',
               # Of a sanitized virsh: what the reference's own library leaks is not our finding.
               ASAN_OPTIONS=os.environ.get('ASAN_OPTIONS', '') + ':fast_unwind_on_malloc=0',
               LSAN_OPTIONS=f'suppressions={HERE}/lsan.supp:print_suppressions=0')
    env.pop('LD_LIBRARY_PATH', None)    # each virsh runs on the library it was made for
    while words and re.match(r'[A-Z_]+=', words[0]):
        name, value = words.pop(0).split('=', 1)
        env[name] = value
    stdin = ''
    if words and words[0].startswith('<'):
        stdin = words.pop(0)[1:].encode().decode('unicode_escape')
    with tempfile.TemporaryDirectory(prefix='virsh-compare-') as folder:
        for name, text in FILES.items():
            with open(os.path.join(folder, name), 'w') as f:
                f.write(text)
        words = [word.replace('FOLDER', folder) for word in words]
        p = subprocess.run([virsh, '-c', 'test:///default'] + words, cwd=folder, env=env, input=stdin,
                           capture_output=True, text=True, timeout=10, errors='replace')
        names = sorted(n for n in os.listdir(folder) if n not in FILES)
        out = p.stdout.replace(folder, 'FOLDER')
    return {'rc': p.returncode, 'out': still(out), 'err': still(p.stderr),
            'files': [still(n) for n in names]}


def shape(err):
    return sum(line.startswith('error:') for line in err.splitlines())


def explanations(name):
    """The sessions of a file of differences, with their reasons."""
    path, explained = os.path.join(HERE, name), {}
    for line in open(path) if os.path.exists(path) else ():
        if line.strip() and not line.startswith('#'):
            what, why = line.rstrip('\n').split(' ## ')
            explained[what.strip()] = why
    return explained


def mark(session):
    """Tells the log of what runs, coverage.py's source, where a session begins."""
    path = os.environ.get('VIRSH_LOG_FILE')
    if path:
        with open(path, 'a') as log:
            log.write('# %s\n' % session)


def judge(lines, reference, ours, explained, only, verbose, shape=shape):
    """Runs each line by both functions; returns the exit code."""
    passed = failed = accepted = 0
    for line in lines:
        line = line.rstrip('\n')
        if not line.strip() or line.startswith('# ') or (only and not any(w in line for w in only)):
            continue
        try:
            a = reference(line)
        except subprocess.TimeoutExpired:
            try:
                a = reference(line)  # its saving and dumping on test:///default do so now and then
            except subprocess.TimeoutExpired:
                print('skipped, the reference hangs: ' + line)
                continue
        mark(line)
        b = ours(line)
        wrong = [k for k in ('rc', 'out', 'files') if a[k] != b[k]]
        if 'out' in wrong and 'help' in line:
            wrong.remove('out')  # the texts are our own
        if shape(a['err']) != shape(b['err']):
            wrong.append('err')
        if not wrong:
            passed += 1
            if verbose and a['err'] != b['err']:
                print('wording: %s\n  reference: %s\n  ours:      %s' % (line, a['err'].strip(), b['err'].strip()))
            elif verbose:
                print('equal (%s): %s' % (a['rc'], line))
            continue
        if line in explained:
            accepted += 1
            continue
        failed += 1
        print('DIFFERENT (%s): %s' % (', '.join(wrong), line))
        for k in wrong:
            print('--- reference %s\n%s\n--- ours %s\n%s' % (k, a[k], k, b[k]))
        if 'err' not in wrong:
            print('--- stderr\n%s---\n%s' % (a['err'], b['err']))
        sys.stdout.flush()
    print('%d passed, %d failed, %d explained' % (passed, failed, accepted))
    return 1 if failed else 0


def recorded(ours, path, record):
    """Each session of the file has its lines of output behind "| ", then its exit code and number of errors."""
    sessions = [line for line in open(path).read().splitlines() if line and line[0] not in '|=#']
    head = ''.join(line for line in open(path) if line.startswith('#'))
    said = ((line, mark(line) or run(ours, line)) for line in sessions)
    text = head + ''.join('%s\n%s= %d %d\n' % (line, ''.join('| %s\n' % shown for shown in r['out'].splitlines()),
                                              r['rc'], shape(r['err'])) for line, r in said)
    if record:
        open(path, 'w').write(text)
    different = list(difflib.unified_diff(open(path).read().splitlines(), text.splitlines(), 'recorded', 'now', lineterm=''))
    print('\n'.join(different + ['%d sessions, %s' % (len(sessions), 'different' if different else 'all as recorded')]))
    return 1 if different else 0


def main():
    if '--recorded' in sys.argv:
        return recorded(os.path.abspath(sys.argv[1]), os.path.join(HERE, 'newer.txt'), '--record' in sys.argv)
    args = [a for a in sys.argv[1:] if a not in ('-v', '--library')]
    ours = os.path.abspath(args[0])
    reference = args[1] if len(args) > 1 else '/usr/bin/virsh'
    explained = explanations('differences.txt')
    if '--library' in sys.argv:
        explained.update(explanations('library-differences.txt'))
    return judge(open(os.path.join(HERE, 'sessions.txt')), lambda line: run(reference, line),
                 lambda line: run(ours, line), explained, args[2:], '-v' in sys.argv)


if __name__ == '__main__':
    sys.exit(main())
