#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the house: a folder includes only from those above it, files and lines of C stay small.

usage: layers.py SOURCE_FOLDER

Prints every violation and "layers: N passed, N failed" over the files read.
"""
import pathlib
import re
import sys

# Top to bottom, as in docs/architecture.md.
ORDER = ['base', 'wire', 'model', 'core', 'driver', 'drivers', 'host', 'lib', 'daemon']
SIBLINGS = {('daemon', 'lib')}          # neither includes from the other
MAX_LINES = 1000
MAX_COLUMNS = 110


def violations(path, area, driver):
    lines = path.read_text(errors='replace').splitlines()
    if len(lines) > MAX_LINES:
        yield f'{len(lines)} lines (at most {MAX_LINES})'
    if not any('SPDX-License-Identifier' in line for line in lines[:3]):
        yield 'no SPDX line'
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_COLUMNS and path.suffix in ('.c', '.h'):
            yield f'line {number} has {len(line)} columns (at most {MAX_COLUMNS})'
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        parts = match.group(1).split('/') if match else []
        if area is None or len(parts) < 2 or parts[0] not in ORDER:
            continue
        if ORDER.index(parts[0]) > ORDER.index(area) or (area, parts[0]) in SIBLINGS:
            yield f'line {number}: {area}/ may not include from {parts[0]}/'
        if driver and parts[0] == 'drivers' and len(parts) > 2 and parts[1] != driver:
            yield f'line {number}: drivers/{driver}/ may not include from drivers/{parts[1]}/'


def main():
    top = pathlib.Path(sys.argv[1])
    passed = failed = 0
    for folder in ('src', 'tools', 'tests', 'include', 'gen'):
        for path in sorted((top / folder).rglob('*')):
            if path.suffix not in ('.c', '.h', '.py') or not path.is_file():
                continue
            parts = path.relative_to(top).parts
            area = parts[1] if folder == 'src' and len(parts) > 2 else None
            driver = parts[2] if area == 'drivers' and len(parts) > 3 else None
            bad = list(violations(path, area, driver))
            for what in bad:
                print(f'{path.relative_to(top)}: {what}')
            failed += bool(bad)
            passed += not bad
    print(f'layers: {passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
