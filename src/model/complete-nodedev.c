/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/complete-host.h"
int node_device_complete(struct node_device_def *def, struct err *err) { return 0; }
