/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * learn: what of a running guest only its QEMU knows: threads of vcpus, ptys, where memory devices are.
 *
 * Called by: start, and reattach after the daemon was away.
 * Waits: for QEMU.
 */
#include "drivers/qemu/start.h"

#include "base/clock.h"
#include "drivers/qemu/guest.h"
#include "drivers/qemu/memory.h"
#include "drivers/qemu/monitor.h"

#define ERR_FROM VIR_FROM_QEMU

/* "pty:/dev/pts/3" of the chardev "charserial0" */
static const char *
pty_of(json_t *chardevs, const char *alias)
{
    size_t i;
    json_t *item;

    json_array_foreach(chardevs, i, item) {
        const char *label = json_string_value(json_object_get(item, "label"));
        const char *file = json_string_value(json_object_get(item, "filename"));

        if (label && file && g_str_has_prefix(label, "char") && g_strcmp0(label + 4, alias) == 0 &&
            g_str_has_prefix(file, "pty:"))
            return file + 4;
    }
    return NULL;
}

static void
set_pty(struct domain_def *def, struct chardev_source *source, const char *alias, json_t *chardevs)
{
    const char *path = source->type == CHARDEV_TYPE_PTY ? pty_of(chardevs, alias) : NULL;

    if (!path)
        return;
    if (source->n_ends == 0)
        model_list_append(def, source->ends, source->n_ends, model_new(def, struct chardev_endpoint));
    source->ends[0]->path = model_str(def, path);
}

static void
set_ptys(struct domain_def *def, json_t *chardevs)
{
    for (uint32_t i = 0; i < def->n_serials; i++)
        set_pty(def, &def->serials[i]->source, def->serials[i]->info.alias, chardevs);
    for (uint32_t i = 0; i < def->n_parallels; i++)
        set_pty(def, &def->parallels[i]->source, def->parallels[i]->info.alias, chardevs);
    for (uint32_t i = 0; i < def->n_channels; i++)
        set_pty(def, &def->channels[i]->source, def->channels[i]->info.alias, chardevs);
    for (uint32_t i = 0; i < def->n_consoles; i++) {
        struct domain_chardev *console = def->consoles[i];

        set_pty(def, &console->source, console->info.alias, chardevs);
        if (console->source.type == CHARDEV_TYPE_PTY && !console->target->port)     /* the guest's own */
            console->source.tty = chardev_path(&console->source);
    }
}

static struct guest_pub *
make_pub(struct guest *guest, const struct domain_def *live, json_t *cpus)
{
    size_t n = json_array_size(cpus);
    struct guest_pub *pub = guest_pub_copy(NULL, n);

    pub->pid = guest->pid;
    pub->driver = guest->driver;
    if (clock_getcpuclockid(guest->pid, &pub->cpu_clock) != 0)
        pub->pid = 0;
    pub->has_balloon = def_has_balloon(live);
    pub->balloon_kib = def_max_memory(live) - memory_devices_idle(live);
    for (size_t i = 0; i < n; i++) {
        json_t *cpu = json_array_get(cpus, i);

        pub->vcpus[i].index = (int)json_integer_value(json_object_get(cpu, "cpu-index"));
        pub->vcpus[i].tid = (pid_t)json_integer_value(json_object_get(cpu, "thread-id"));
    }
    return pub;
}

int
guest_learn(struct turn *turn, struct guest *guest, json_t **cpus, struct err *err)
{
    struct monitor_cmd cmds[] = { { .command = "query-cpus-fast" },
                                  { .command = "query-chardev" },
                                  { .command = "query-memory-devices" } };
    size_t n = G_N_ELEMENTS(cmds) - (turn_live_def(turn)->n_memories == 0);
    struct domain_def *def;
    struct vm_change change = { .what = CHANGE_LIVE | CHANGE_EXTRA };

    if (monitor_batch(turn, cmds, n, deadline_in_ms(HANDSHAKE_MS), err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!err_is_set(&cmds[i].err))
            continue;
        err_move(err, &cmds[i].err);
        monitor_cmds_clear(cmds, n);
        return -1;
    }
    def = domain_def_copy(turn_live_def(turn));
    set_ptys(def, cmds[1].value);
    memory_devices_set(def, cmds[2].value);
    change.extra = &make_pub(guest, def, cmds[0].value)->extra;
    change.live = domain_def_copy(def);
    domain_def_unref(def);
    *cpus = json_incref(cmds[0].value);
    monitor_cmds_clear(cmds, n);
    return turn_publish(turn, &change, err);
}
