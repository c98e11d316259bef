/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-process: the process around a command line: its environment, files, identity and limits.  Called by
 * command.c.  Nothing waits.
 */
#include "drivers/qemu/command-priv.h"

#include <limits.h>
#include <unistd.h>

void
build_environment(struct builder *b)
{
    const struct qemu_host *host = b->host;
    g_ptr_array_add(b->env, g_strdup("LC_ALL=C"));
    const char *path = g_getenv("PATH");
    g_ptr_array_add(b->env,
                    g_strdup_printf("PATH=%s",
                                    path ? path
                                         : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
    if (host->privileged) {
        g_ptr_array_add(b->env, g_strdup_printf("HOME=%s", b->cmd->guest_dir));
        g_ptr_array_add(b->env, g_strdup_printf("XDG_DATA_HOME=%s/.local/share", b->cmd->guest_dir));
        g_ptr_array_add(b->env, g_strdup_printf("XDG_CACHE_HOME=%s/.cache", b->cmd->guest_dir));
        g_ptr_array_add(b->env, g_strdup_printf("XDG_CONFIG_HOME=%s/.config", b->cmd->guest_dir));
    } else {
        static const char *const keep[] = { "HOME",
                                            "USER",
                                            "LOGNAME",
                                            "TMPDIR",
                                            "XDG_RUNTIME_DIR",
                                            "XDG_DATA_HOME",
                                            "XDG_CACHE_HOME",
                                            "XDG_CONFIG_HOME",
                                            "DISPLAY",
                                            "XAUTHORITY",
                                            "WAYLAND_DISPLAY",
                                            "PULSE_SERVER" };
        for (size_t i = 0; i < G_N_ELEMENTS(keep); i++) {
            const char *value = g_getenv(keep[i]);
            if (value)
                g_ptr_array_add(b->env, g_strdup_printf("%s=%s", keep[i], value));
        }
    }
}

void
build_frame(struct builder *b)
{
    struct qemu_command *cmd = b->cmd;
    const struct qemu_conf *conf = b->host->conf;
    cmd->binary = g_strdup(b->def->emulator);
    cmd->guest_dir = qemu_guest_dir(b->host, b->opts->id, b->def->name);
    cmd->monitor_path = g_strdup_printf("%s/monitor.sock", cmd->guest_dir);
    cmd->master_key_path = g_strdup_printf("%s/master-key.aes", cmd->guest_dir);
    cmd->log_path = g_strdup_printf("%s/%s.log", b->host->dirs.log, b->def->name);
    cmd->pid_path = g_strdup_printf("%s/%s.pid", b->host->dirs.state, b->def->name);
    const char *leaf = strrchr(cmd->guest_dir, '/') + 1 + strlen("domain-");
    cmd->cgroup_name = g_strdup_printf("qemu-%s", leaf);
    cmd->set_ids = b->host->privileged;
    cmd->uid = b->host->uid;
    cmd->gid = b->host->gid;
    cmd->ngroups = b->host->ngroups;
    cmd->groups = b->host->ngroups ? g_memdup2(b->host->groups, b->host->ngroups * sizeof(gid_t)) : NULL;
    cmd->max_files = conf->max_files;
    cmd->max_processes = conf->max_processes;
    cmd->max_core = conf->max_core_given ? (long long)MIN(conf->max_core, (unsigned long long)LLONG_MAX) : -1;
    if (b->def->memory_backing && b->def->memory_backing->locked)
        cmd->memlock =
            b->def->memtune && b->def->memtune->hard_limit ? b->def->memtune->hard_limit * 1024 : ~0ull;
    else if (b->def->n_hostdevs)
        cmd->memlock = (b->def->memory->size + 1024 * 1024) * 1024;
}
