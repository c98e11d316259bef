# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the runners of this folder share: the two libraries, commands, a private daemon, sources of others."""
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SRC = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get('BUILD', SRC / 'build')).resolve()
STAGE = BUILD / 'stage'
WORK = BUILD / 'bindings'
PATIENCE = 900      # for what compiles on a busy machine; nothing is judged by time


class Failure(Exception):
    pass


def base_env():
    drop = ('LD_LIBRARY_PATH', 'PKG_CONFIG_PATH', 'LIBRARY_PATH', 'LIBVIRT_DEFAULT_URI')
    env = {k: v for k, v in os.environ.items() if k not in drop}
    return env | {'LC_ALL': 'C.UTF-8', 'PYTHONDONTWRITEBYTECODE': '1', 'PATH': f'{env["PATH"]}:/usr/sbin'}


def stage(env):
    """A private install, package files that point into it, and `env` that leads compilers and linkers there."""
    subprocess.run(['meson', 'install', '-C', str(BUILD), '--no-rebuild', '--quiet'], check=True,
                   env=os.environ | {'DESTDIR': str(STAGE)}, stdout=subprocess.DEVNULL)
    folder = next(STAGE.glob('usr/lib*/**/pkgconfig'))
    ours = STAGE / 'pkgconfig'
    ours.mkdir(exist_ok=True)
    for package in folder.glob('*.pc'):
        (ours / package.name).write_text(re.sub(r'=/usr', f'={STAGE}/usr', package.read_text()))
    library = str(folder.parent)
    env['PKG_CONFIG_PATH'] = str(ours)
    env['LD_LIBRARY_PATH'] = env['LIBRARY_PATH'] = library      # LIBRARY_PATH: where compilers look first
    return library


def run(arguments, env, folder, patience=PATIENCE):
    """A finished process, output as text; whatever its exit status."""
    return subprocess.run([str(a) for a in arguments], env=env, cwd=folder, capture_output=True, text=True,
                          timeout=patience, stdin=subprocess.DEVNULL, errors='replace')


def command(arguments, env, folder, patience=PATIENCE):
    """What it said; a Failure when it fails."""
    done = run(arguments, env, folder, patience)
    if done.returncode:
        raise Failure(f'{" ".join(map(str, arguments[:3]))}… ended with {done.returncode}:\n'
                      f'{done.stdout[-1500:]}{done.stderr[-3000:]}')
    return done.stdout


def private_daemon(top, arguments=()):
    os.environ.update(VIREO_BUILD=str(BUILD), VIREO_SRC=str(SRC))
    sys.path.insert(0, str(SRC / 'tests/guest'))
    import support
    return support.Daemon(top, arguments)


def debian_source(package, release, folder):
    """Unpacks the upstream part of a Debian source package with package lists of our own; its folder."""
    lists = WORK / 'apt'
    (lists / 'lists/partial').mkdir(parents=True, exist_ok=True)
    options = ['-o', f'Dir::Etc::SourceList={lists}/sources.list', '-o', 'Dir::Etc::SourceParts=/dev/null',
               '-o', f'Dir::State::Lists={lists}/lists']
    if not any((lists / 'lists').glob('*_Sources*')):
        # The mirror is the one this machine installs its packages from.
        mirror = run(['apt-get', 'indextargets', '--format', '$(REPO_URI)', 'Origin: Debian', 'Component: main'],
                     base_env(), WORK).stdout.split()
        if not mirror:
            raise Failure('this machine has no Debian mirror')
        (lists / 'sources.list').write_text(''.join(f'deb-src {mirror[0]} {r} main\n' for r in ('bookworm', 'trixie')))
        command(['apt-get', *options, 'update', '-qq'], base_env(), WORK)
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.glob('*.orig.tar.*')):
        # Not all of a source package may be had; the upstream archive is enough.
        run(['apt-get', *options, 'source', '--download-only', '-qq', f'{package}/{release}'], base_env(), folder)
    archive = next(folder.glob('*.orig.tar.*z'), None)
    if not archive:
        raise Failure(f'the source of {package} cannot be had')
    command(['tar', 'xf', archive.name], base_env(), folder)
    return next(f for f in sorted(folder.iterdir()) if f.is_dir())
