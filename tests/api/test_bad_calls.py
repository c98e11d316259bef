# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every public function with one bad argument at a time, on our library and on the reference's: the same error
code, domain and level for the same call, and never a crash.  bad-calls.c makes the calls."""
import os
import pathlib
import subprocess

import pytest

BUILD = pathlib.Path(os.environ.get('VIREO_BUILD', pathlib.Path(__file__).resolve().parents[2] / 'build'))
REFERENCE = pathlib.Path('/usr/lib/x86_64-linux-gnu')
NO_SUPPORT, FROM_TEST = '3', '12'

pytestmark = [
    pytest.mark.skipif(os.environ.get('VIREO_LIBRARY') != 'own', reason='compares our library: run check-guest'),
    pytest.mark.skipif(not list(REFERENCE.glob('libvirt.so.0.9000.*')), reason="no libvirt 9.0.0 to compare with"),
]

# (function or *, case or *): why the reference's answer is no measure.
EXCUSED = {
    ('virTypedParamsAddBoolean', 'name=NULL'): 'adds a parameter whose name is whatever stood there',
    ('virTypedParamsAddDouble', 'name=NULL'): 'the same',
    ('virTypedParamsAddInt', 'name=NULL'): 'the same',
    ('virTypedParamsAddLLong', 'name=NULL'): 'the same',
    ('virTypedParamsAddString', 'name=NULL'): 'the same',
    ('virTypedParamsAddStringList', 'name=NULL'): 'the same',
    ('virTypedParamsAddUInt', 'name=NULL'): 'the same',
    ('virTypedParamsAddULLong', 'name=NULL'): 'the same',
    ('virConnGetLastError', 'conn=other type'): 'looks into the object of another type',
    ('virDomainCreateWithFiles', 'files=NULL'): 'starts the guest without the files that were promised',
    ('virDomainCreateXMLWithFiles', 'files=NULL'): 'the same',
    ('virStorageVolCreateXMLFrom', 'clonevol=of another connection'): 'takes a volume of another host for its own',
    ('virConnectNetworkEventRegisterAny', 'net=NULL'): 'eventID 1 is newer than it',
    ('virConnectNetworkEventRegisterAny', 'good'): 'the same',
    ('virConnectNetworkEventRegisterAny', 'read-only'): 'the same',
    ('virConnectListAllNodeDevices', '*'): 'four of its flags are newer',
    ('virNodeDeviceGetAutostart', 'autostart=NULL'): 'has no such call',
    ('virAdmConnectOpen', '*'): 'cannot be opened by a program that loads both of its libraries at run time',
}
# Answers of our test driver that are known to differ: each to be mended there and struck out here.
OPEN = {
    'virDomainCoreDumpWithFormat': 'an unwritable file comes before an unknown format',
    'virDomainGetDiskErrors': 'no flag is known',
    'virDomainGetInterfaceParameters': 'the number is told without looking for the device',
    'virDomainGetMetadata': 'an unknown type is metadata that is not there',
    'virDomainGetVcpus': 'clears as much room as it is told there is',
    'virDomainSendKey': 'a key code of 0 is one',
    'virDomainSetBlockIoTune': 'the parameters come before the device',
    'virDomainSetInterfaceParameters': 'the parameters come before the device',
    'virDomainSetMetadata': 'an unknown type changes nothing',
}
# Arguments that nothing can check: a count larger than the memory behind it, memory that was never allocated.
LIES = ('=INT_MAX', '=UINT_MAX')
FREES = ('virTypedParamsFree', 'virTypedParamsClear', 'virDomainFSInfoFree', 'virDomainIOThreadInfoFree',
         'virDomainInterfaceFree', 'virDomainStatsRecordListFree', 'virNetworkDHCPLeaseFree', 'virFreeError')


def run(folder):
    done = subprocess.run([BUILD / 'tests/api/bad-calls', folder, 'test:///default'], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors='replace', timeout=1200,
                          env={k: v for k, v in os.environ.items() if k != 'LD_LIBRARY_PATH'})
    assert done.returncode == 0, done.stderr[-2000:]
    out = {}
    for line in done.stdout.splitlines():
        function, case, *outcome = line.split('\t')
        out.setdefault(function, {})[case] = tuple(outcome)
    return out


@pytest.fixture(scope='module')
def own():
    return run(BUILD / 'src/lib')


@pytest.fixture(scope='module')
def reference():
    return run(REFERENCE)


def functions():
    """The names, without running anything: the table is in the program's source."""
    table = BUILD / 'tests/api/bad-calls-table.c'
    return [line.split('"')[1] for line in table.read_text().splitlines() if line.startswith('    { "vir')]


def excused(function, case):
    return (function, case) in EXCUSED or (function, '*') in EXCUSED


@pytest.mark.parametrize('function', functions() if BUILD.joinpath('tests/api/bad-calls-table.c').exists() else [])
def test_same_answer(own, reference, function):
    if function not in reference:
        pytest.skip('newer than the reference')
    missing = [case for case in own.get(function, {}) if case.startswith('no handle')]
    if missing and not set(missing) <= set(reference[function]):
        pytest.skip('our test driver: ' + missing[0])
    more = [side[function].get('good', ('', ''))[1] == NO_SUPPORT for side in (reference, own)] == [True, False]
    wrong, lacking = [], 0
    for case, theirs in reference[function].items():
        ours = own.get(function, {}).get(case)
        if case.startswith('no handle') or ours is None:
            lacking += ours is None
        elif theirs[0] in ('dies', 'hangs') or excused(function, case):
            pass
        elif ours[1] == NO_SUPPORT and (theirs[1] != NO_SUPPORT or theirs[2] == FROM_TEST):
            lacking += 1  # the driver's, not the library's
        elif more and theirs[1] == NO_SUPPORT:
            pass  # our test host can more
        elif ours != theirs:
            wrong.append(f'{case}: ours {ours}, the reference {theirs}')
    if wrong and function in OPEN:
        pytest.xfail(OPEN[function])
    assert not wrong, '\n'.join(wrong)
    if lacking:
        pytest.skip(f'our test driver lacks it ({lacking} cases)')


def test_no_call_kills(own):
    deaths = [f'{function} {case}: {outcome}' for function, cases in own.items() for case, outcome in cases.items()
              if outcome[0] in ('dies', 'hangs') and not case.endswith(LIES) and
              not (function in FREES and case in ('good', 'nparams=0', 'nparams=-1'))]
    assert not deaths, '\n'.join(deaths)
