#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Documents through the API of the test driver, beside the library of the distribution: see documents.py.
set -eu
/usr/bin/python3 -c 'import libvirt' 2>/dev/null || { echo "documents: skipped, python3-libvirt is not installed"; exit 0; }
exec /usr/bin/python3 "$(dirname "$0")/documents.py" "$BUILD" "$@"
