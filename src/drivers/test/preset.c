/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * preset: a host as a document describes it: <node> with <cpu>, <domain>, <network>, <interface>, <pool>
 * and <device> in it, each written out or, with file='…', in a file of its own.
 *
 * Called by: open.c.  Waits: for reading files.
 */
#include "drivers/test/guest.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

static int
load_domain(struct test_driver *drv, const char *xml, struct err *err)
{
    struct domain_def *def;
    struct vm_change change = { .what = CHANGE_CONFIG };
    VM_AUTO vm = NULL;
    TURN_AUTO turn = NULL;
    const struct turn_request req = { .turn_class = TURN_MODIFY, .need = TURN_NOT_RUNNING, .api = "preset" };

    if (test_parse(xml, false, &def, err) < 0)
        return -1;
    change.config = domain_def_copy(def);
    domain_def_unref(def);
    if (registry_load(drv->registry, change.config->name, change.config->uuid, &change, &vm, err) < 0 ||
        turn_begin(vm, &req, &turn, err) < 0)
        return -1;
    return turn_start_run(turn, &(struct run_start){ .state = VIR_DOMAIN_RUNNING,
                          .reason = VIR_DOMAIN_RUNNING_UNKNOWN,
                          .live = domain_def_copy(turn_config_def(turn)) }, err);
}

int
test_preset_load(struct test_driver *drv, const char *xml, const char *folder, struct err *err)
{
    return load_domain(drv, xml, err);
}

/* test:///default, as every implementation has it. */
const char test_preset_default[] =
    "<domain type='test'><name>test</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>"
    "<memory>8388608</memory><currentMemory>2097152</currentMemory><vcpu>2</vcpu><os><type>hvm</type></os>"
    "<devices><disk type='file'><source file='/guest/diskimage1'/><target dev='vda'/></disk>"
    "<interface type='network'><mac address='aa:bb:cc:dd:ee:ff'/><source network='default'/>"
    "<target dev='testnet0'/></interface><memballoon model='virtio'/></devices></domain>";
