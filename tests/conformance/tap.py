# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a test says in the Test Anything Protocol."""
import sys

failed = number = 0


def report(what, faults, most=10):
    """faults: a list of what is wrong, of which the first are shown."""
    global failed, number
    number += 1
    failed += bool(faults)
    print('%sok %d - %s' % ('not ' if faults else '', number, what))
    for fault in faults[:most]:
        print('# ' + fault[:500].replace('\n', ' '))


def done():
    print('1..%d' % number)
    sys.exit(failed != 0)
