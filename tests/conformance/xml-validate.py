#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""virt-xml-validate: exit codes and last words for right and wrong documents and uses; where the distribution's
own command is there, both must agree on all that does not depend on the schema.

usage: xml-validate.py OURS SCHEMA_FOLDER [REFERENCE]
"""
import os
import subprocess
import sys
import tempfile

ours, schemas = [os.path.abspath(a) for a in sys.argv[1:3]]
reference = sys.argv[3] if len(sys.argv) > 3 else None
DOMAIN = "<domain type='qemu'><name>a</name><memory>1</memory><os><type>hvm</type></os>%s</domain>"
FILES = {
    'domain.xml': DOMAIN % '', 'foreign.xml': DOMAIN % '<gadget/>', 'value.xml': DOMAIN % '<on_reboot>maybe</on_reboot>',
    'broken.xml': '<domain', 'zoo.xml': '<zoo/>', 'network.xml': '<network><name>a</name></network>',
    'pool.xml': '<?xml version="1.0"?><!-- c --><pool type="dir"><name>x</name><target><path>/x</path></target></pool>',
    'secret.xml': "<secret ephemeral='yes'><usage type='volume'><volume>/x</volume></usage></secret>",
    'volume.xml': "<volume type='file'><name>v</name><key>k</key><source/><capacity>1</capacity><allocation>1</allocation><target><path>/x</path><format type='raw'/></target></volume>",
    'filter.xml': "<filter name='f'><rule action='drop' direction='in'><all/></rule></filter>",
    'interface.xml': "<interface type='ethernet' name='eth0'><start mode='none'/></interface>",
    'device.xml': "<device><name>d</name><parent>p</parent><capability type='scsi_host'><host>1</host></capability></device>",
    'cpu.xml': "<cpu><arch>x86_64</arch><model>qemu64</model></cpu>", 'snapshot.xml': '<domainsnapshot/>',
    'checkpoint.xml': '<domaincheckpoint/>', 'backup.xml': '<domainbackup/>',
}
CASES = [    # arguments, exit code; None: as the reference has it
    (['domain.xml'], 0), (['foreign.xml'], 3), (['value.xml'], 3), (['broken.xml'], 3), (['zoo.xml'], 3), (['network.xml'], 0),
    (['pool.xml'], 0), (['secret.xml'], 0), (['volume.xml'], 0), (['filter.xml'], 0), (['interface.xml'], 0),
    (['device.xml'], 0), (['cpu.xml'], 0), (['snapshot.xml'], 0), (['checkpoint.xml'], 0), (['backup.xml'], 0),
    (['domain.xml', 'domain'], 0), (['domain.xml', 'network'], 3), (['domain.xml', 'nosuch'], 4), (['nofile'], 2), ([], 1),
    (['--help'], 0), (['-h'], 0), (['--version'], 0), (['-V'], 0), (['--foo', 'domain.xml'], 1), (['.'], 2),
    (['--', 'domain.xml'], 0), (['zoo.xml', 'domain'], 3), (['-'], 0), (['-', 'network'], 3),
]
failed = 0


def run(program, args, folder, env):
    p = subprocess.run([program] + args, input=FILES['domain.xml'], capture_output=True, text=True, cwd=folder, env=env)
    last = (p.stderr.splitlines() or [''])[-1].replace(program, '')
    return p.returncode, last if last.endswith('validate') or last.endswith('validates') else bool(last)


print('1..%d' % len(CASES))
with tempfile.TemporaryDirectory() as folder:
    for name, text in FILES.items():
        with open(os.path.join(folder, name), 'w', encoding='utf-8') as f:
            f.write(text)
    for number, (args, code) in enumerate(CASES, 1):
        got = run(ours, args, folder, dict(os.environ, VIREO_SCHEMAS=schemas))
        want = run(reference, args, folder, None) if reference else (code, got[1])
        ok = got[0] == code and got == want
        failed += not ok
        print('%sok %d - %s' % ('' if ok else 'not ', number, ' '.join(args) or 'nothing'))
        if not ok:
            print('# got %s, expected %d %s' % (got, code, want))
sys.exit(failed != 0)
