# SPDX-License-Identifier: LGPL-2.1-or-later
group management: Management commands

command server-threadpool-set: change the numbers of worker threads
    alias srv-threadpool-set
    string server required complete=server
    number min-workers: fewest workers
    number max-workers: most workers
    number priority-workers: workers for calls that must not wait

command client-disconnect: close the connection of a client
    string server required complete=server
    number client required: number of the client

command server-clients-set: change how many clients a server may have
    alias srv-clients-set
    string server required complete=server
    number max-clients: most clients
    number max-unauth-clients: most clients that have not logged in yet

command server-update-tls: let a server read its certificates again
    alias srv-update-tls
    string server required complete=server

command daemon-log-filters: show or change what the daemon logs
    string filters empty: filters, separated by blanks

command daemon-log-outputs: show or change where the daemon logs to
    string outputs empty: outputs, separated by blanks

command daemon-timeout: let the daemon leave when it is idle
    number timeout required named: seconds, 0 for never

command daemon-shutdown: stop the daemon
    flag preserve: keep running guests as the daemon's settings say
