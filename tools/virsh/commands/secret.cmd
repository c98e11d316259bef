# SPDX-License-Identifier: LGPL-2.1-or-later
group secret: Secret

command secret-define: store a secret's description from an XML file
    string file required complete=file
    flag validate

command secret-dumpxml: print the XML of a secret
    string secret required complete=secret
    string xpath named
    flag wrap

command secret-event: wait for secret events and print them
    string secret complete=secret: only of this secret
    string event complete=secretevent
    flag loop
    number timeout
    flag list
    flag timestamp

command secret-get-value: print the value of a secret
    string secret required complete=secret
    flag plain: print the value itself, not base64

command secret-list: list secrets
    flag ephemeral: those kept in memory only
    flag no-ephemeral: those kept on disk
    flag private: those whose value is not given out
    flag no-private: those whose value is given out

command secret-set-value: set the value of a secret
    string secret required complete=secret
    string file named complete=file: file with the value
    flag plain: the file holds the value itself, not base64
    flag interactive: ask for the value
    string base64: the value in base64 (unsafe: others may see it)

command secret-undefine: forget a secret
    string secret required complete=secret
