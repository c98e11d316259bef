# SPDX-License-Identifier: LGPL-2.1-or-later
"""The overviews of the reference: the index, all names, what each version brought, which driver has which
call, and which calls ask for a permission.  docpages.py writes them beside its pages.
"""
import re
from html import escape

import description
import docwords


def index(pages):
    rows = []
    for unit, title in pages.units:
        told = pages.texts.units.get(unit.name)
        calls = len(pages.api.of(unit, 'calls'))
        rows.append('<tr><td><a href="%s">%s</a></td><td>%s</td><td class="number">%d</td></tr>\n' % (
            unit.name + '.html', title, pages.prose(told.summary, 'index.html') if told else '', calls))
    version = pages.api.macro['LIBVIR_VERSION_NUMBER'].value
    body = ('<h1>API reference</h1>\n<p>Every public function, type and constant of libvirt.so.0 and its three '
            'companions, at API level %d.%d.%d.</p>\n<table class="index">\n<tr><th>Object</th><th></th>'
            '<th>Functions</th></tr>\n%s</table>\n%s') % (
                version // 1000000, version // 1000 % 1000, version % 1000, ''.join(rows), CONVENTIONS)
    return pages.frame('Index', 'index.html', pages.linked(body, 'index.html'))


def names(pages):
    letters, current = [], None
    for name in sorted(pages.home, key=lambda n: n.lower().lstrip('_')):
        letter = re.sub(r'^_?(vir_?|libvir_?)', '', name.lower())[:1].upper()
        letters.append((letter, name))
    letters.sort(key=lambda pair: pair[0])
    out = ['<h1>All names</h1>\n<p>%d names, by the letter after the prefix.</p>\n' % len(pages.home)]
    out.append('<p class="letters">%s</p>\n' % ' '.join(
        '<a href="#%s">%s</a>' % (x, x) for x in dict.fromkeys(letter for letter, _ in letters)))
    for letter, name in letters:
        if letter != current:
            out.append('</ul>\n' if current else '')
            out.append('<h2 id="%s">%s</h2>\n<ul class="names">\n' % (letter, letter))
            current = letter
        out.append('<li><code>%s</code></li>\n' % pages.link(name, 'names.html'))
    return pages.frame('All names', 'names.html', ''.join(out) + '</ul>\n')


def versions(pages):
    by = {}
    for name, rec in pages.kind.items():
        since = rec.since
        if rec.kind == 'enum' and name != rec.name:
            since = next(v[2] for v in rec.values if v[0] == name) or rec.since
        by.setdefault(since, []).append(name)
    out = ['<h1>By version</h1>\n<p>What each version of the API brought; the functions of a version, then its '
           'types and constants.</p>\n']
    for version in sorted(by, key=description.version_key, reverse=True):
        names = sorted(by[version], key=lambda n: (pages.kind[n].kind != 'call', n))
        out.append('<h2 id="v%s">%s</h2>\n<ul class="names">\n%s</ul>\n' % (version, version, ''.join(
            '<li><code>%s</code></li>\n' % pages.link(n, 'versions.html') for n in names)))
    return pages.frame('By version', 'versions.html', ''.join(out))


def by_driver(pages):
    here = 'drivers.html'
    out = ['<h1>By driver</h1>\n<p>Which driver offers which call, from the drivers’ own tables. A call that a '
           'driver does not offer fails with <code>VIR_ERR_NO_SUPPORT</code>. Calls that are not listed are '
           'the library’s own.</p>\n']
    for unit, title in pages.units:
        calls = [c for c in pages.api.of(unit, 'calls') if c.name in pages.support]
        if not calls:
            continue
        head = ''.join('<th>%s</th>' % escape(d) for d in pages.drivers)
        rows = ''.join('<tr><td><code>%s</code></td><td>%s</td>%s</tr>\n' % (
            pages.link(c.name, here), c.since,
            ''.join('<td class="has">%s</td>' % ('✓' if yes else '') for yes in pages.support[c.name]))
            for c in calls)
        out.append('<h2>%s</h2>\n<table class="drivers">\n<tr><th>Call</th><th>Since</th>%s</tr>\n'
                   '%s</table>\n' % (title, head, rows))
    return pages.frame('By driver', here, pages.linked(''.join(out), here))


def permissions(pages):
    here, calls, lists = 'permissions.html', {}, {}
    for call in pages.api.calls:
        for access in call.access:
            words = docwords.condition_text(access)
            calls.setdefault(access.perm, []).append((call.name, words))
        for perm in call.filters:
            lists.setdefault(perm, []).append(call.name)
    out = ['<h1>By permission</h1>\n<p>What access rules of a daemon can grant or refuse, and the calls that ask '
           'for it. A call may ask for several; when one is refused, it fails with '
           '<code>VIR_ERR_ACCESS_DENIED</code>. Calls that list leave out what may not be seen.</p>\n']
    for perm in sorted(set(calls) | set(lists)):
        rows = ['<li><code>%s</code>%s</li>\n' % (pages.link(name, here), pages.prose(words, here))
                for name, words in calls.get(perm, [])]
        rows += ['<li><code>%s</code> for each that is listed</li>\n' % pages.link(name, here)
                 for name in lists.get(perm, [])]
        out.append('<h2 id="%s">%s</h2>\n<ul class="names">\n%s</ul>\n' % (
            perm.replace(':', '-'), perm, ''.join(rows)))
    return pages.frame('By permission', here, pages.linked(''.join(out), here))


CONVENTIONS = '''\
<h2>What holds everywhere</h2>
<dl class="args">
<dt>Failure</dt><dd>A function that returns <code>int</code> answers -1, one that returns a pointer answers
NULL. <code>virGetLastError</code> then tells what was attempted, what went wrong and what to do about it;
it is kept per thread until the next call.</dd>
<dt>Handles</dt><dd>Handles are reference counted. Each one that a function returns is the caller’s to free,
with <code>virDomainFree</code> and its like; freeing a handle does nothing to the object on the host. A
handle keeps its connection open.</dd>
<dt>Strings and arrays</dt><dd>A <code>char *</code> that is returned belongs to the caller and is freed
with <code>free()</code>; a <code>const char *</code> belongs to the handle it came from. Strings and arrays
that are passed are never kept: they may be freed as soon as the call returns. All strings are UTF-8.</dd>
<dt>Flags</dt><dd>Every <code>flags</code> argument is a bitwise OR; 0 chooses the default. A flag that the
driver does not know is refused with <code>VIR_ERR_INVALID_ARG</code>, never ignored.</dd>
<dt>Threads</dt><dd>Every function may be called from every thread, on the same connection and the same
handle. Callbacks run on the thread that runs the event loop, see <a href="event.html">Event loop</a>.</dd>
<dt>Read-only</dt><dd>On a connection from <code>virConnectOpenReadOnly</code> the calls that change
something fail with <code>VIR_ERR_OPERATION_DENIED</code>; the table under each function says which do.</dd>
<dt>Lists</dt><dd>The <code>…ListAll…</code> functions take one consistent picture and are to be preferred
to the older pairs that count first and then list names or numbers.</dd>
</dl>
'''


def overviews(pages):
    """[(file, page)]"""
    return [('index.html', index(pages)), ('names.html', names(pages)), ('versions.html', versions(pages)),
            ('drivers.html', by_driver(pages)), ('permissions.html', permissions(pages))]
