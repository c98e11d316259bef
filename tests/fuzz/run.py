#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every fuzzer of a build, each for a while, two at a time.

usage: run.py BUILD_FOLDER SECONDS

A finding is kept in BUILD_FOLDER/fuzz/NAME/ and its report printed.  Inputs that found new paths
stay in BUILD_FOLDER/fuzz/NAME/corpus for the next run; tests/fuzz/corpus/NAME holds the seeds, and seeds.py
makes those of documents.
Ends with "fuzz: N passed, N failed".
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SEEDED = ('fragment', 'json', 'scalar', 'xml')


def run(program, build, seconds):
    name = program.name.removeprefix('fuzz-')
    folder = build / 'fuzz' / name
    (folder / 'corpus').mkdir(parents=True, exist_ok=True)
    seeds = HERE / 'corpus' / name
    if name in SEEDED:
        seeds = folder / 'seeds'
        seeds.mkdir(exist_ok=True)
        subprocess.run([sys.executable, HERE / 'seeds.py', name, seeds], check=True)
    command = [str(program), f'-max_total_time={seconds}', '-timeout=10', '-rss_limit_mb=2048', '-print_final_stats=1',
               f'-artifact_prefix={folder}/', str(folder / 'corpus')]
    if seeds.is_dir():
        command.append(str(seeds))
    dictionary = HERE / f'{name}.dict'
    if dictionary.exists():
        command.insert(1, f'-dict={dictionary}')
    env = dict(os.environ, ASAN_OPTIONS='detect_leaks=1:abort_on_error=1', UBSAN_OPTIONS='halt_on_error=1:print_stacktrace=1')
    with open(folder / 'log', 'wb') as log:
        code = subprocess.run(command, stdout=log, stderr=log, env=env).returncode
    lines = (folder / 'log').read_text(errors='replace').splitlines()
    executed = next((line.split()[-1] for line in lines if 'number_of_executed_units' in line), '?')
    print(f'{name}: {"no finding" if code == 0 else "FINDING"} in {seconds} s, {executed} inputs', flush=True)
    if code:
        print('\n'.join(lines[-60:]), flush=True)
    return code


def main():
    build, seconds = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    programs = sorted(p for p in (build / 'tests/fuzz').glob('fuzz-*') if p.is_file() and os.access(p, os.X_OK))
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("FUZZ_JOBS", "2"))) as pool:
        codes = list(pool.map(lambda p: run(p, build, seconds), programs))
    failed = sum(bool(c) for c in codes)
    print(f'fuzz: {len(codes) - failed} passed, {failed} failed')
    return 1 if failed or not codes else 0


if __name__ == '__main__':
    sys.exit(main())
