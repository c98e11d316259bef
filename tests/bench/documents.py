#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long defining a document and reading it back takes on the test driver, beside the library of the distribution:
parse, check, complete, store, format, through the API and the same Python module.

usage: documents.py BUILD [FOLDER]      FOLDER has *.xml of domains; default: our samples
       documents.py --worker FILE...    (one library, by LD_LIBRARY_PATH: seconds for each file, as JSON)

Both libraries take turns; of each document the best of all rounds counts, in time on the processor.  A document that one of them refuses is
left out.  Prints the ratio for each document that is out of the ordinary, and the mean of all.
"""
import glob
import json
import math
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS, TURNS = 20, 3


def worker(files):
    import libvirt
    libvirt.registerErrorHandler(lambda *a: None, None)
    conn = libvirt.open('test:///default')
    result = {}
    for path in files:
        with open(path, encoding='utf-8') as f:
            xml = f.read()
        best = None
        for _ in range(ROUNDS):
            start = time.process_time()
            try:
                domain = conn.defineXML(xml)
                domain.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE | libvirt.VIR_DOMAIN_XML_INACTIVE)
            except libvirt.libvirtError:
                best = None
                break
            took = time.process_time() - start
            best = took if best is None else min(best, took)
            domain.undefine()
        result[path] = best
    json.dump(result, sys.stdout)


def run(files, library):
    env = dict(os.environ)
    env.pop('LD_LIBRARY_PATH', None)
    if library:
        env['LD_LIBRARY_PATH'] = library
    out = subprocess.run(['/usr/bin/python3', __file__, '--worker', *files], env=env, capture_output=True, text=True)
    if out.returncode:
        sys.exit('documents: the worker failed: ' + out.stderr[-500:])
    return json.loads(out.stdout)


def main():
    build = sys.argv[1]
    if len(sys.argv) > 2:
        files = sorted(glob.glob(os.path.join(sys.argv[2], '*.xml')))
    else:
        files = sorted(glob.glob(os.path.join(HERE, '..', 'samples', 'domain', '*.xml')) +
                       glob.glob(os.path.join(HERE, '..', 'guest', 'definitions', '*.xml')))
    ours, theirs = {}, {}
    for _ in range(TURNS):
        for times, library in ((theirs, None), (ours, os.path.join(build, 'src', 'lib'))):
            for path, took in run(files, library).items():
                times[path] = None if took is None else min(took, times.get(path) or took)
    both = [(theirs[p] / ours[p], p) for p in files if ours[p] and theirs[p]]
    if not both:
        sys.exit('documents: no document that both libraries accept')
    both.sort()
    for ratio, path in both[:5] + both[-3:] if len(both) > 8 else both:
        print('%-60s %7.1f us, theirs %7.1f us, %5.2f times' % (os.path.basename(path), ours[path] * 1e6, theirs[path] * 1e6,
                                                             ratio))
    mean = math.exp(sum(math.log(r) for r, _ in both) / len(both))
    print('%d documents, %d that only one accepts: %.2f times as fast in the mean, median %.2f, slowest %.2f' % (
        len(both), sum(bool(ours[p]) != bool(theirs[p]) for p in files), mean, both[len(both) // 2][0], both[0][0]))


if __name__ == '__main__':
    worker(sys.argv[2:]) if sys.argv[1] == '--worker' else main()
