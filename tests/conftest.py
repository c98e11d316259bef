# SPDX-License-Identifier: LGPL-2.1-or-later
"""For every suite: a test that hangs ends the run, and the file VIREO_HUNG says which and where.

A call that never comes back cannot be interrupted from Python, and whoever started the run would give up
in silence. tests/run prints the file.
"""
import faulthandler
import os

import pytest

# No test takes a tenth of it on a quiet machine.
LIMIT = int(os.environ.get('VIREO_TEST_LIMIT') or 600 * (5 if os.environ.get('VIREO_SANITIZED') else 1))


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    if not os.environ.get('VIREO_HUNG'):
        yield
        return
    with open(os.environ['VIREO_HUNG'], 'w') as file:
        print(f'{item.nodeid} did not end (its limit is {LIMIT} s):', file=file, flush=True)
        faulthandler.dump_traceback_later(LIMIT, exit=True, file=file)
        yield
        faulthandler.cancel_dump_traceback_later()
        file.truncate(0)
