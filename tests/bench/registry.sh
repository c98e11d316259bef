#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What 10,000 guests cost inside the daemon: see registry.c.
set -eu
ninja -C "$BUILD" tests/bench/bench-registry >/dev/null
exec "$BUILD/tests/bench/bench-registry" "$@"
