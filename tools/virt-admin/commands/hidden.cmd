# SPDX-License-Identifier: LGPL-2.1-or-later
group hidden: Hidden

command self-test: check the command tables
    hidden
    offline
    flag completers-missing: list options without completion
    flag dump-help: print the help of every command

command complete: print completions of a command line
    hidden
    offline
    words string empty: words of the command line

common server: name of the server
