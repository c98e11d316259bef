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
    ('virConnectNetworkEventRegisterAny', 'net=NULL'): 'eventID 1 is newer than it',
    ('virConnectNetworkEventRegisterAny', 'good'): 'the same',
    ('virConnectNetworkEventRegisterAny', 'read-only'): 'the same',
    ('virConnectListAllNodeDevices', '*'): 'four of its flags are newer',
    ('virNodeDeviceGetAutostart', 'autostart=NULL'): 'has no such call',
    ('virDomainCoreDumpWithFormat', 'to=empty'): 'opens a file for a format that it does not have',
    ('virDomainGetMetadata', 'type=-1'): 'a kind of metadata that does not exist is refused, not passed over',
    ('virDomainSetMetadata', 'type=-1'): 'the same',
    ('virAdmConnectOpen', '*'): 'cannot be opened by a program that loads both of its libraries at run time',
}
# Through the daemon: functions that answer differently than in process, and why.
WIRE = {
    'virDomainAnnounceInterface': 'a parameter without a type does not leave the client',
    'virDomainBlockCopy': 'the same',
    'virConnectDomainQemuMonitorEventDeregister': 'there is no event loop, or no such number, whatever the driver has',
    'virConnectDomainQemuMonitorEventRegister': 'the same',
    'virConnectSecretEventDeregisterAny': 'the same',
    'virConnectSecretEventRegisterAny': 'the same',
    'virConnectSetIdentity': 'there is nobody else in process',
    'virConnectSetKeepAlive': 'there is nothing to keep alive in process',
    'virConnectUnregisterCloseCallback': 'there is nothing to close in process',
    'virDomainAuthorizedSSHKeysSet': 'arguments are looked at before the daemon is asked whether its driver has the call',
    'virDomainCreateWithFiles': 'descriptors that nobody has cannot be sent',
    'virDomainCreateXMLWithFiles': 'the same',
    'virDomainFDAssociate': 'the same',
    'virDomainQemuMonitorCommandWithFiles': 'the same',
    'virDomainRestoreParams': 'arguments are looked at before the daemon is asked whether its driver has the call',
    'virDomainSaveParams': 'the same',
    'virNodeGetSEVInfo': 'the same',
}
UNSENT = ('8', '20', '2')  # a parameter without a type does not leave the client
RPC = '39'  # more than a message carries, or NULL where it has no word for it

# Nothing can tell memory that was never allocated: it is freed.
FREES = ('virTypedParamsFree', 'virTypedParamsClear', 'virDomainFSInfoFree', 'virDomainIOThreadInfoFree',
         'virDomainInterfaceFree', 'virDomainStatsRecordListFree', 'virNetworkDHCPLeaseFree', 'virFreeError')


def run(folder, uri='test:///default', log=os.environ.get('COVERAGE_BAD_LOG', '')):
    env = {k: v for k, v in os.environ.items() if not k.startswith(('LD_LIBRARY_PATH', 'LIBVIRT_'))}
    if log:
        env.update(LIBVIRT_LOG_FILTERS='1:libvirt', LIBVIRT_LOG_OUTPUTS='1:file:' + log)
    done = subprocess.run([BUILD / 'tests/api/bad-calls', folder, uri], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors='replace', timeout=1200,
                          env=env)
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
    assert not wrong, '\n'.join(wrong)
    if lacking:
        pytest.skip(f'our test driver lacks it ({lacking} cases)')


def test_no_call_kills(own):
    deaths = [f'{function} {case}: {outcome}' for function, cases in own.items() for case, outcome in cases.items()
              if outcome[0] in ('dies', 'hangs') and
              not (function in FREES and case in ('good', 'nparams=0', 'nparams=-1', 'nparams=INT_MAX'))]
    assert not deaths, '\n'.join(deaths)


def test_same_through_the_daemon(own, host_daemon):
    far = run(BUILD / 'src/lib', f'test+unix:///default?socket={host_daemon.socket}', log='')
    assert {f: set(c) for f, c in far.items()} == {f: set(c) for f, c in own.items()}
    wrong = [f'{function} {case}: {outcome}, in process {own[function][case]}'
             for function, cases in far.items() for case, outcome in cases.items()
             if outcome != own[function][case] and own[function][case][0] != 'dies' and function not in WIRE and
             outcome[1] != RPC and not (function.startswith(('virDomainSet', 'virNodeSet')) and outcome[1:] == UNSENT)]
    assert not wrong, '\n'.join(wrong)
