# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the description itself says about a name, in words, so that the texts of api/doc need not: who
frees what, which errors follow from checks, flags and access rules, what belongs together.
"""
import re

import description

# What a handle stands for, in the words of the texts.
NOUNS = {
    'virConnectPtr': 'connection', 'virStreamPtr': 'stream', 'virDomainPtr': 'guest',
    'virDomainCheckpointPtr': 'checkpoint', 'virDomainSnapshotPtr': 'snapshot',
    'virInterfacePtr': 'host interface', 'virNetworkPtr': 'virtual network',
    'virNetworkPortPtr': 'network port', 'virNodeDevicePtr': 'host device',
    'virNWFilterPtr': 'network filter', 'virNWFilterBindingPtr': 'filter binding',
    'virSecretPtr': 'secret', 'virStoragePoolPtr': 'storage pool', 'virStorageVolPtr': 'storage volume',
    'virAdmConnectPtr': 'connection', 'virAdmServerPtr': 'server', 'virAdmClientPtr': 'client',
}
# The error of an object that its daemon no longer knows.
GONE = {
    'virDomainPtr': 'VIR_ERR_NO_DOMAIN', 'virDomainCheckpointPtr': 'VIR_ERR_NO_DOMAIN_CHECKPOINT',
    'virDomainSnapshotPtr': 'VIR_ERR_NO_DOMAIN_SNAPSHOT', 'virInterfacePtr': 'VIR_ERR_NO_INTERFACE',
    'virNetworkPtr': 'VIR_ERR_NO_NETWORK', 'virNetworkPortPtr': 'VIR_ERR_NO_NETWORK_PORT',
    'virNodeDevicePtr': 'VIR_ERR_NO_NODE_DEVICE', 'virNWFilterPtr': 'VIR_ERR_NO_NWFILTER',
    'virNWFilterBindingPtr': 'VIR_ERR_NO_NWFILTER_BINDING', 'virSecretPtr': 'VIR_ERR_NO_SECRET',
    'virStoragePoolPtr': 'VIR_ERR_NO_STORAGE_POOL', 'virStorageVolPtr': 'VIR_ERR_NO_STORAGE_VOL',
}
CLASSES = {
    'local': 'by the library alone',
    'snapshot': 'at once, from what is known; waits for no guest',
    'query': 'asks the guest and waits for the answer, up to a deadline',
    'modify': 'as the only change of its guest at a time; waits for its turn',
    'long': 'as a job of its guest that may take long; queries go on beside it',
    'host': 'waits only for other work on the same object of the host',
}


def article(noun):
    return ('an ' if noun[0] in 'aeiou' else 'a ') + noun


def pointee(ctype):
    """virDomainPtr ** → virDomainPtr"""
    return re.sub(r'^const |[ *]+(const)?$', '', ctype)


def free_call(pointer):
    return pointer.replace('Ptr', 'Close' if pointer in description.CONNS else 'Free')


def stands_with(api, rec):
    """The handle, struct or other typedef that a typedef is told with, or None: a struct's name, and
    what points to a thing, need no words of their own."""
    base = rec.type.rstrip(' *')
    for other in api.handles + api.structs:
        if other.unit is rec.unit and base in (other.name, 'struct ' + other.name):
            return other
    other = next((t for t in api.typedefs if t.name == base), None)
    return other and (stands_with(api, other) or other)


def public(api):
    """(name, record) of everything that needs a text of its own; a constant comes with its enum."""
    out = [(r.name, r) for what in ('macros', 'enums', 'handles', 'structs', 'callbacks', 'variables',
                                    'calls')
           for r in getattr(api, what) if not getattr(r, 'special', False)]
    out += [(r.name, r) for r in api.typedefs if not stands_with(api, r)]
    return out + [(v[0], e) for e in api.enums for v in e.values if not v[3]]


def typedef_text(api, rec):
    if not stands_with(api, rec):
        return None
    what = 'The type of %s.' if rec.type.startswith('struct ') else 'A pointer to %s.'
    return what % rec.type.rstrip(' *')


def flags_text(words):
    """The text of a flags argument that begins with the enumerations its flags come from."""
    enums, rest = [], words.split()
    while rest and re.fullmatch(r'vir[A-Z]\w+[,:]?', rest[0]):
        enums.append(rest.pop(0).rstrip(',:'))
    return 'flags of %s, combined with OR; 0 for none%s' % (
        ' and '.join(enums), '. ' + ' '.join(rest) if rest else '')


def arg_text(api, call, arg, doc):
    """What is said about an argument, or None."""
    own = doc.args.get(arg.name) if doc else None
    noun = NOUNS.get(pointee(arg.type), pointee(arg.type))
    role = getattr(arg, 'role', None)
    if own:
        return flags_text(own) if role == 'flags' and re.match(r'vir[A-Z]', own) else own
    if role == 'flags':
        return 'no flag is defined yet: pass 0'
    if role in ('self', 'handle'):
        return 'the ' + noun
    if role == 'handles':
        return 'an array of %ss that ends with NULL' % noun
    if role == 'stream':
        return 'the stream that carries the data, made with virStreamNew'
    if role == 'list':
        return ('where the array of %ss is stored, allocated and ended by NULL, or NULL to get only their '
                'number; free each with %s, then the array with free()' %
                (noun, free_call(pointee(arg.type))))
    if role == 'callback':
        return 'the function to call'
    if role == 'opaque' or arg.name == 'opaque':
        return 'handed to the callback as it is'
    if role == 'free':
        return 'called with opaque once it is no longer needed; may be NULL'
    return None


def result_text(call, doc):
    if doc and doc.result:
        return doc.result
    ret = call.returns
    if ret == 'void':
        return None
    if ret in NOUNS:
        return '%s that the caller frees with %s, or NULL on failure' % (article(NOUNS[ret]), free_call(ret))
    if ret in ('char *', 'unsigned char *'):
        return 'a string that the caller frees with free(), or NULL on failure'
    if ret == 'const char *':
        return ('a string that belongs to the object: it is not freed and lives as long as the handle. '
                'NULL on failure')
    listed = next((a for a in call.args if getattr(a, 'role', None) == 'list'), None)
    if listed:
        return 'the number of %ss, or -1 on failure' % NOUNS[pointee(listed.type)]
    return '0 on success, -1 on failure' if ret == 'int' and call.kind == 'call' else None


def flag_list(words, glue=' or '):
    return words[0] if len(words) == 1 else ', '.join(words[:-1]) + glue + words[-1]


# What a failed check says.  `rule` is told by the texts of its call, and `zero-without` is no failure.
FAILED = {
    'nonnull': '{0} is NULL', 'nonempty': '{0} is empty', 'positive': '{0} is not greater than 0',
    'nonnegative': '{0} is negative', 'nonzero': '{0} is 0',
    'nonnull-if': '{0} is NULL although {1} is not 0',
    'exclusive': '{0} and {1} are set together', 'requires': '{0} is set without {1}',
    'max': '{0} is greater than {1}', 'below': '{0} is no value of its enumeration',
}


def implied(api, call, doc):
    """[(code, when)]: what arguments and flags imply, whatever the driver."""
    out = []
    names = [a.name for a in call.args]
    failed = [FAILED[c.what].format(*c.args) for c in call.checks if c.what in FAILED]
    if call.slot:
        enums = [e for a in call.args if a.role == 'flags' and doc and a.name in doc.args
                 for e in api.enums if re.search(r'\b%s\b' % e.name, doc.args[a.name])]
        flags = [v[0] for e in enums for v in e.values]
        live = next((f for f in flags if f.endswith('_LIVE') and f[:-4] + 'CONFIG' in flags), None)
        if live:
            noun = NOUNS[call.self_arg.type]
            out.append(('VIR_ERR_OPERATION_INVALID',
                        '%s is given although the %s is not active, or %s although it has no definition that is kept'
                        % (live, noun, live[:-4] + 'CONFIG')))
        if {'xml', 'xmlDesc', 'xmldesc'} & set(names):
            out.append(('VIR_ERR_XML_ERROR', 'the XML is malformed, or lacks something'))
            out += [('VIR_ERR_XML_INVALID_SCHEMA', 'with %s, the XML does not validate' % f) for f in flags
                    if f.endswith('_VALIDATE') and not f.endswith('_REDEFINE_VALIDATE')]
        if 'disk' in names:
            failed.append('the guest has no such disk')
        if any(a.role == 'params' for a in call.args):
            failed.append('a parameter has the wrong type, or is given twice')
            out.append(('VIR_ERR_ARGUMENT_UNSUPPORTED', 'a parameter is not known to the driver'))
    if failed:
        out.append(('VIR_ERR_INVALID_ARG', '; '.join(failed)))
    return out


def own_errors(api, call, doc):
    """[(code, when)]: those of the text, then what the call's arguments imply."""
    out = doc.told_errors if doc else []
    said = [code for code, _ in out]
    for code, when in implied(api, call, doc):
        if code not in said:
            out.append((code, when))
        elif code == 'VIR_ERR_INVALID_ARG':
            n = said.index(code)
            out[n] = (code, '; '.join([out[n][1], when]))
    return out


def errors(api, call, doc):
    """[(code, when)]: its own, then those that every call of its kind has."""
    out = own_errors(api, call, doc)
    said = {code for code, _ in out}
    mine = call.self_arg
    gone = GONE.get(mine.type) if mine and call.slot else None
    if gone and gone not in said:
        out.append((gone, 'the %s does not exist any more' % NOUNS[mine.type]))
    if call.readonly is False:
        out.append(('VIR_ERR_OPERATION_DENIED', 'the connection is read-only'))
    elif isinstance(call.readonly, list):
        out.append(('VIR_ERR_OPERATION_DENIED', 'the connection is read-only and %s is given' %
                    flag_list([w.replace('=', ' = ') for w in call.readonly])))
    if call.access:
        out.append(('VIR_ERR_ACCESS_DENIED', 'the access rules refuse ' +
                    flag_list(list(dict.fromkeys(a.perm for a in call.access)))))
    if call.slot and 'VIR_ERR_NO_SUPPORT' not in said:
        out.append(('VIR_ERR_NO_SUPPORT', 'the driver of the connection does not offer this call'))
    for handle in (api.handle[a.type] for a in call.args if a.role == 'self'):
        out.append((handle.invalid, 'the handle is NULL or not a %s' % NOUNS[handle.pointer]))
    return out


VARIANTS = ('Flags', 'WithFlags', 'Params', 'WithFiles', 'WithFormat', 'Pattern', 'From', 'Any', '2', '3')
COUNTERPARTS = [('Get', 'Set'), ('Attach', 'Detach'), ('Suspend', 'Resume'), ('Save', 'Restore'),
                ('Freeze', 'Thaw'), ('Upload', 'Download'), ('Register', 'Deregister'),
                ('Undefine', 'DefineXML')]


def related(api, call, doc):
    """[name]: what the text names, variants of the call, and its counterpart."""
    out = list(doc.see) if doc else []
    for suffix in VARIANTS:
        out.append(call.name + suffix)
        if call.name.endswith(suffix):
            out.append(call.name[:-len(suffix)])
    for a, b in COUNTERPARTS + [(b, a) for a, b in COUNTERPARTS]:
        out.append(re.sub('(?<=[a-z])' + a, b, call.name, count=1))
    return [n for n in dict.fromkeys(out) if n in api.call and n != call.name]


def condition_text(access):
    """When a permission is asked for, to be put behind its name; empty for always."""
    text = ''
    if access.flags_set:
        text += ' with ' + flag_list(access.flags_set)
    if access.flags_unset:
        text += ' without ' + flag_list(access.flags_unset)
    if access.param:
        text += ' when %s is %s' % (access.param, access.value)
    return text


def readonly_text(call):
    if call.slot is None or call.unit.name == 'admin': # whose connections know no such thing
        return None
    if isinstance(call.readonly, list):
        return 'yes, unless %s is given' % flag_list([w.replace('=', ' = ') for w in call.readonly])
    return 'yes' if call.readonly else 'no'
