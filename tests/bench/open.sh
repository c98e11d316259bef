#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A client of a test host on our library and on the reference's: time and private memory, and the ratio.
set -eu
build=${BUILD:-$(cd "$(dirname "$0")/../.." && pwd)/build}
reference=/usr/lib/x86_64-linux-gnu
ninja -C "$build" tests/bench/bench-open > /dev/null
read -r time memory own < <("$build/tests/bench/bench-open" "$build/src/lib" test:///default)
echo "open and list: ours $time µs, $memory KiB, $own KiB of them its own"
ls "$reference"/libvirt.so.0.9000.* > /dev/null 2>&1 || { echo "open and list: no reference installed"; exit 0; }
read -r time9 memory9 own9 < <("$build/tests/bench/bench-open" "$reference" test:///default)
echo "open and list: reference $time9 µs, $memory9 KiB, $own9 KiB of them its own"
awk -v t="$time" -v t9="$time9" -v m="$memory" -v m9="$memory9" -v o="$own" -v o9="$own9" 'BEGIN {
  printf "open and list: of the reference, time %.2f, memory %.2f, own memory %.2f (at most 0.50 each)\n", t / t9, m / m9, o / o9
  exit t / t9 > 0.5 || m / m9 > 0.5 || o / o9 > 0.5 }'
