/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/complete-host.h"
int network_port_complete(struct network_port_def *def, struct err *err) { return 0; }
