# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fixtures of tests/guest, for suites about the library."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'guest'))
_path = pathlib.Path(__file__).resolve().parents[1] / 'guest/conftest.py'
exec(compile(_path.read_text(), str(_path), 'exec'))  # one definition, two folders
os.environ.setdefault('VIREO_LIBRARY', 'debian')
