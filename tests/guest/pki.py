# SPDX-License-Identifier: LGPL-2.1-or-later
"""Authorities and certificates, good ones and bad ones, each side's in a folder as pkipath= takes it."""
import pathlib
import shutil
import subprocess

USAGE = 'basicConstraints=CA:false\nkeyUsage=critical,digitalSignature,keyEncipherment\n'
LOCAL = USAGE + 'extendedKeyUsage=critical,serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n'
CLIENT = USAGE + 'extendedKeyUsage=critical,clientAuth\n'
FRED = '/C=GB/O=Vireo/CN=fred'
# folder: side, authority, subject, extensions, days that it is good for
LEAVES = {
    'server': ('server', 'ca', '/O=Vireo/CN=localhost', LOCAL, 100),
    'named': ('server', 'ca', '/O=Vireo/CN=elsewhere.example',
              LOCAL.replace('localhost', 'elsewhere.example').replace('127.0.0.1', '10.9.8.7'), 100),
    'serverexpired': ('server', 'ca', '/O=Vireo/CN=localhost', LOCAL, -1),
    'serverclient': ('server', 'ca', '/O=Vireo/CN=localhost', LOCAL.replace('serverAuth', 'clientAuth'), 100),
    'client': ('client', 'ca', FRED, CLIENT, 100),
    'revoked': ('client', 'ca', FRED, CLIENT, 100),
    'expired': ('client', 'ca', FRED, CLIENT, -1),
    'serves': ('client', 'ca', FRED, CLIENT.replace('clientAuth', 'serverAuth'), 100),
    'foreign': ('client', 'strange', FRED, CLIENT, 100),
    'otherca': ('client', 'strange', FRED, CLIENT, 100),
}


class Pki:
    def __init__(self, folder):
        self.top = pathlib.Path(folder)
        for authority in ('ca', 'strange'):
            self.key(self.top / f'{authority}.key')
            self.openssl('req', '-x509', '-new', '-key', f'{authority}.key', '-days', '100', '-subj',
                         f'/CN=Authority {authority}', '-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-out',
                         f'{authority}.pem')
        for name in LEAVES:
            self.leaf(name, *LEAVES[name])
        shutil.copy(self.top / 'ca.pem', self.top / 'foreign/cacert.pem')
        none = self.top / 'none'
        none.mkdir()
        shutil.copy(self.top / 'ca.pem', none / 'cacert.pem')
        self.revoke('revoked')
        self.server, self.client = self.top / 'server', self.top / 'client'

    def openssl(self, *arguments):
        subprocess.run(['openssl', *arguments], cwd=self.top, check=True, capture_output=True)

    def key(self, path):
        self.openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', str(path))
        path.chmod(0o644)  # these keep nothing secret, and a daemon of nobody's reads them

    def leaf(self, name, side, authority, subject, extensions, days):
        folder = self.top / name
        folder.mkdir()
        self.key(folder / f'{side}key.pem')
        (folder / 'extensions').write_text(extensions)
        self.openssl('req', '-new', '-key', f'{name}/{side}key.pem', '-subj', subject, '-out', f'{name}/request')
        self.openssl('x509', '-req', '-in', f'{name}/request', '-CA', f'{authority}.pem', '-CAkey', f'{authority}.key',
                     '-CAcreateserial', '-days', str(days), '-extfile', f'{name}/extensions', '-out',
                     f'{name}/{side}cert.pem')
        shutil.copy(self.top / f'{authority}.pem', folder / 'cacert.pem')

    def revoke(self, name):
        (self.top / 'index').write_text('')
        (self.top / 'ca.conf').write_text(f'[ca]\ndefault_ca=c\n[c]\ndatabase={self.top}/index\ndefault_md=sha256\n'
                                          'default_crl_days=100\n')
        for what in (['-revoke', f'{name}/clientcert.pem'], ['-gencrl', '-out', 'ca.crl']):
            self.openssl('ca', '-config', 'ca.conf', '-keyfile', 'ca.key', '-cert', 'ca.pem', *what)
