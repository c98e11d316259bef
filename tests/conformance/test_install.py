# SPDX-License-Identifier: LGPL-2.1-or-later
"""configure, make, make install: as administrators and packagers type them, and what they find."""
import os
import pathlib
import subprocess

import pytest

SRC = pathlib.Path(os.environ.get('VIREO_SRC', pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get('VIREO_BUILD', SRC / 'build'))

MULTIARCH = 'lib/x86_64-linux-gnu'
LIBRARIES = ['libvirt', 'libvirt-qemu', 'libvirt-lxc', 'libvirt-admin']
EXPECTED = [
    'usr/bin/virsh', 'usr/sbin/vireod',
    *[f'usr/{{lib}}/{name}.so.0' for name in LIBRARIES],
    *[f'usr/{{lib}}/{name}.so' for name in LIBRARIES],
    *[f'usr/{{lib}}/pkgconfig/{name}.pc' for name in LIBRARIES],
    *[f'usr/include/libvirt/{h}.h' for h in (
        'libvirt', 'libvirt-common', 'libvirt-host', 'libvirt-domain', 'libvirt-domain-snapshot',
        'libvirt-domain-checkpoint', 'libvirt-event', 'libvirt-interface', 'libvirt-network', 'libvirt-nodedev',
        'libvirt-nwfilter', 'libvirt-secret', 'libvirt-storage', 'libvirt-stream', 'virterror',
        'libvirt-qemu', 'libvirt-lxc', 'libvirt-admin')],
    *[f'usr/share/libvirt/api/{name}-api.xml' for name in LIBRARIES],
]


def install(build, destination):
    done = subprocess.run(['meson', 'install', '-C', str(build), '--no-rebuild', '--destdir', str(destination)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def libdir(build):
    import json
    options = json.loads(subprocess.check_output(['meson', 'introspect', '--buildoptions', str(build)]))
    return next(o['value'] for o in options if o['name'] == 'libdir')


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    destination = tmp_path_factory.mktemp('destdir')
    install(BUILD, destination)
    return destination


@pytest.mark.parametrize('path', EXPECTED)
def test_installed_tree_has(tree, path):
    assert (tree / path.format(lib=libdir(BUILD))).exists()


def test_nothing_points_into_the_build(tree):
    for path in tree.rglob('*'):
        if path.is_file() and not path.is_symlink() and (path.suffix in ('.pc', '.service', '.socket', '.xml', '.conf', '.h')):
            assert str(BUILD) not in path.read_text(errors='replace'), path


def test_a_program_builds_against_the_installed_tree(tree, tmp_path):
    lib = tree / 'usr' / libdir(BUILD)
    (tmp_path / 'a.c').write_text('#include <libvirt/libvirt.h>\n#include <libvirt/virterror.h>\n#include <stdio.h>\n'
                                  'int main(void) { unsigned long v; return virGetVersion(&v, NULL, NULL) || printf("%lu\\n", v) < 0; }\n')
    env = dict(os.environ, PKG_CONFIG_LIBDIR=str(lib / 'pkgconfig'), PKG_CONFIG_SYSROOT_DIR=str(tree))
    flags = subprocess.check_output(['pkg-config', '--cflags', '--libs', 'libvirt'], env=env, text=True).split()
    subprocess.run(['cc', '-Wall', '-Werror', '-o', str(tmp_path / 'a'), str(tmp_path / 'a.c'), *flags], check=True)
    said = subprocess.check_output([str(tmp_path / 'a')], env=dict(env, LD_LIBRARY_PATH=str(lib)), text=True)
    assert said.strip() == '12008000'


CONFIGURES = {
    'ordinary user': ['--prefix={home}/usr'],
    'dh_auto_configure': ['--build=x86_64-linux-gnu', '--prefix=/usr', '--includedir=${prefix}/include',
                          '--mandir=${prefix}/share/man', '--infodir=${prefix}/share/info', '--sysconfdir=/etc',
                          '--localstatedir=/var', '--disable-option-checking', '--disable-silent-rules',
                          '--libdir=${prefix}/lib/x86_64-linux-gnu', '--runstatedir=/run', '--disable-maintainer-mode',
                          '--disable-dependency-tracking'],
    'rpm %configure': ['--build=x86_64-redhat-linux-gnu', '--host=x86_64-redhat-linux-gnu', '--program-prefix=',
                       '--disable-dependency-tracking', '--prefix=/usr', '--exec-prefix=/usr', '--bindir=/usr/bin',
                       '--sbindir=/usr/sbin', '--sysconfdir=/etc', '--datadir=/usr/share', '--includedir=/usr/include',
                       '--libdir=/usr/lib64', '--libexecdir=/usr/libexec', '--localstatedir=/var',
                       '--sharedstatedir=/var/lib', '--mandir=/usr/share/man', '--infodir=/usr/share/info'],
    'everything optional off': ['--prefix=/usr', '--without-readline', '--without-gnutls'],
}


@pytest.mark.parametrize('how', CONFIGURES)
def test_configure_from_another_folder(how, tmp_path):
    """Only configures (the build itself is the one under test): options are understood, the summary is there."""
    options = [o.format(home=tmp_path) if '{home}' in o else o for o in CONFIGURES[how]]
    done = subprocess.run([str(SRC / 'configure'), *options], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert 'Optional libraries' in done.stdout
    assert ('disabled: no' in done.stdout) == (how == 'everything optional off')
    assert (tmp_path / 'GNUmakefile').exists() and (tmp_path / 'build/build.ninja').exists()


def test_configure_refuses_what_it_does_not_know(tmp_path):
    done = subprocess.run([str(SRC / 'configure'), 'nonsense'], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0 and 'nonsense' in done.stderr
