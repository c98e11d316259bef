# SPDX-License-Identifier: LGPL-2.1-or-later
group monitor: Monitoring commands

command server-list: list the servers of the daemon
    alias srv-list

command server-threadpool-info: show the worker threads of a server
    alias srv-threadpool-info
    string server required complete=server

command client-list: list the clients of a server
    alias srv-clients-list
    string server required complete=server

command client-info: show who a client is
    string server required complete=server
    string client required: number of the client

command server-clients-info: show how many clients a server has and may have
    alias srv-clients-info
    string server required complete=server
