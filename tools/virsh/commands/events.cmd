# SPDX-License-Identifier: LGPL-2.1-or-later
group events: Domain Events

command event: wait for domain events and print them
    string domain complete=domain: only of this domain
    string event complete=domevent
    flag all: all events
    flag loop
    number timeout
    flag list
    flag timestamp

command await: wait until a domain reaches a condition
    string domain required complete=domain
    string condition required: what to wait for
    number timeout named
