# SPDX-License-Identifier: LGPL-2.1-or-later
group virt-admin: Virt-admin itself

command cd: change the working folder
    offline
    string dir complete=file: folder; home without it

command echo: print the arguments, quoted if wished
    offline
    flag shell: quote for a shell
    flag xml: quote for XML
    flag split: split arguments at commas
    flag err: print as an error
    string prefix named: text to print first
    words string empty: text

command exit: leave the shell
    offline

command help: explain commands
    offline
    string command complete=command: command or group to explain

command pwd: print the working folder
    offline

command quit: leave the shell
    offline

command uri: print the URI of the daemon

command version: print versions of library and daemon

command connect: connect to the admin server of a daemon
    offline
    string name empty: URI of the daemon
