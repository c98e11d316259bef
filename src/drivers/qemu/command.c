/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command: the frame of the command line: what every guest has, in the order
 * QEMU likes it.  See command.h.
 */
#include "drivers/qemu/command-priv.h"

#include "base/uuid.h"

#include <stdlib.h>

#define ERR_FROM VIR_FROM_QEMU

static int
build_name(struct builder *b)
{
    g_autofree char *name = escape_commas(b->def->name);
    add_argf(b, "-name", "guest=%s,debug-threads=on", name);
    return 0;
}

static int
build_secret(struct builder *b)
{
    json_t *o = json_object();
    put_str(o, "qom-type", "secret");
    put_str(o, "id", "masterKey0");
    put_str(o, "format", "raw");
    put_str(o, "file", b->cmd->master_key_path);
    add_object(b, o);
    return 0;
}

static int
build_loader(struct builder *b)
{
    const struct os_loader *l = b->def->os->loader;
    if (!l || !l->path)
        return 0;
    if (l->type == LOADER_TYPE_ROM) {
        add_arg(b, "-bios", l->path);
        return 0;
    }
    if (l->secure == TRI_YES)
        add_arg(b, "-global", "driver=cfi.pflash01,property=secure,value=on");
    return build_flash(b);
}

static int
build_smp(struct builder *b)
{
    const struct domain_vcpus *v = b->def->vcpu;
    const struct cpu_topology *t = b->def->cpu ? b->def->cpu->topology : NULL;
    GString *s = g_string_new(NULL);
    unsigned first = v->current ? v->current : v->max;
    if (b->def->n_vcpus) {
        /* Those that can be taken away are plugged in once QEMU is there: guest_plug_vcpus(). */
        first = 0;
        for (uint32_t i = 0; i < b->def->n_vcpus; i++)
            first += b->def->vcpus[i]->enabled == TRI_YES && b->def->vcpus[i]->hotpluggable != TRI_YES;
    }
    g_string_append_printf(s, "%u", first);
    if (first != v->max)
        g_string_append_printf(s, ",maxcpus=%u", v->max);
    if (t) {
        g_string_append_printf(s, ",sockets=%u", t->sockets);
        if (t->dies)
            g_string_append_printf(s, ",dies=%u", t->dies);
        if (t->clusters > 1)
            g_string_append_printf(s, ",clusters=%u", t->clusters);
        g_string_append_printf(s, ",cores=%u,threads=%u", t->cores, t->threads);
    } else {
        g_string_append_printf(s, ",sockets=%u,cores=1,threads=1", v->max);
    }
    add_arg(b, "-smp", s->str);
    g_string_free(s, TRUE);
    return 0;
}

static int
build_iothreads(struct builder *b)
{
    const struct default_iothread *main_loop = b->def->defaultiothread;
    if (main_loop && (main_loop->has_thread_pool_min || main_loop->has_thread_pool_max)) {
        json_t *o = json_object();
        put_str(o, "qom-type", "main-loop");
        put_str(o, "id", "main-loop");
        if (main_loop->has_thread_pool_min)
            put_int(o, "thread-pool-min", main_loop->thread_pool_min);
        if (main_loop->has_thread_pool_max)
            put_int(o, "thread-pool-max", main_loop->thread_pool_max);
        add_object(b, o);
    }
    for (uint32_t i = 0; !b->def->n_iothreadids && i < b->def->iothreads; i++) {
        json_t *o = json_object();
        g_autofree char *id = g_strdup_printf("iothread%u", i + 1);
        put_str(o, "qom-type", "iothread");
        put_str(o, "id", id);
        add_object(b, o);
    }
    for (uint32_t i = 0; i < b->def->n_iothreadids; i++) {
        const struct iothread *t = b->def->iothreadids[i];
        json_t *o = json_object();
        g_autofree char *id = g_strdup_printf("iothread%u", t->id);
        put_str(o, "qom-type", "iothread");
        put_str(o, "id", id);
        if (t->has_thread_pool_min)
            put_int(o, "thread-pool-min", t->thread_pool_min);
        if (t->has_thread_pool_max)
            put_int(o, "thread-pool-max", t->thread_pool_max);
        if (t->poll && t->poll->has_max)
            put_int(o, "poll-max-ns", t->poll->max);
        add_object(b, o);
    }
    return 0;
}

static int
build_monitor(struct builder *b)
{
    if (b->opts->native) {
        g_autofree char *path = escape_commas(b->cmd->monitor_path);
        add_argf(b, "-chardev", "socket,id=charmonitor,path=%s,server=on,wait=off", path);
    } else {
        int fd = add_fd(b, QEMU_FD_LISTEN, b->cmd->monitor_path, 0, 0700, "the monitor socket");
        add_argf(b, "-chardev", "socket,id=charmonitor,fd=%d,server=on,wait=off", fd);
    }
    add_arg(b, "-mon", "chardev=charmonitor,id=monitor,mode=control");
    return 0;
}

static void
build_pm(struct builder *b)
{
    const struct domain_pm *pm = b->def->pm;
    if (!pm)
        return;
    const char *device = machine_is_q35(b->def) ? "ICH9-LPC" : "PIIX4_PM";
    if (pm->suspend_to_mem)
        add_argf(b, "-global", "%s.disable_s3=%d", device, pm->suspend_to_mem == TRI_NO);
    if (pm->suspend_to_disk)
        add_argf(b, "-global", "%s.disable_s4=%d", device, pm->suspend_to_disk == TRI_NO);
}

static int
build_boot(struct builder *b)
{
    const struct domain_os *os = b->def->os;
    GString *s = g_string_new(NULL);
    if (os->bootmenu) {
        g_string_append_printf(s, "menu=%s,", os->bootmenu == TRI_YES ? "on" : "off");
    }
    if (os->has_reboot_timeout)
        g_string_append_printf(s, "reboot-timeout=%d,", os->reboot_timeout);
    if (os->bootmenu == TRI_YES && os->has_bootmenu_timeout)
        g_string_append_printf(s, "splash-time=%u,", os->bootmenu_timeout);
    g_string_append(s, "strict=on");
    add_arg(b, "-boot", s->str);
    g_string_free(s, TRUE);
    if (os->kernel)
        add_arg(b, "-kernel", os->kernel);
    if (os->initrd)
        add_arg(b, "-initrd", os->initrd);
    if (os->cmdline)
        add_arg(b, "-append", os->cmdline);
    if (os->dtb)
        add_arg(b, "-dtb", os->dtb);
    for (uint32_t i = 0; i < os->n_acpi_tables; i++) {
        g_autofree char *path = escape_commas(os->acpi_tables[i]->path);
        add_argf(b, "-acpitable", "sig=SLIC,file=%s", path);
    }
    return 0;
}

static int
build_tail(struct builder *b)
{
    const struct domain_def *def = b->def;
    if (b->opts->incoming || b->opts->incoming_uri || b->opts->incoming_fd) {
        g_autofree char *fd = b->opts->incoming_fd ? g_strdup_printf("fd:%d", b->opts->incoming_fd) : NULL;
        add_arg(b, "-incoming", fd ? fd : b->opts->incoming_uri ? b->opts->incoming_uri : "defer");
    }
    if (def->features && def->features->vmcoreinfo && def->features->vmcoreinfo->state == TRI_ON)
        add_device(b, props_new("vmcoreinfo"));
    if (b->host->conf->seccomp_sandbox != 0 && qemu_caps_has_option(b->caps, "sandbox"))
        add_arg(b, "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
    else if (b->host->conf->seccomp_sandbox == 0 && qemu_caps_has_option(b->caps, "sandbox"))
        add_arg(b, "-sandbox", "off");
    const struct qemu_commandline *extra = def->qemu_commandline;
    for (uint32_t i = 0; extra && i < extra->n_args; i++)
        add_arg(b, extra->args[i]->value ? extra->args[i]->value : "", NULL);
    for (uint32_t i = 0; extra && i < extra->n_envs; i++)
        g_ptr_array_add(b->env, g_strdup_printf("%s=%s", extra->envs[i]->name,
                                                extra->envs[i]->value ? extra->envs[i]->value : ""));
    if (b->host->conf->log_timestamp)
        add_arg(b, "-msg", "timestamp=on");
    return 0;
}

static int
build_all(struct builder *b)
{
    const struct domain_def *def = b->def;
    char uuid[UUID_TEXT];
    add_arg(b, def->emulator, NULL);
    build_name(b);
    json_t *compat = qemu_namespace_compat(def);
    if (compat) {
        char *text = json_dumps(compat, JSON_COMPACT);
        add_arg(b, "-compat", text);
        free(text);
        json_decref(compat);
    }
    add_arg(b, "-S", NULL);
    build_secret(b);
    if (build_machine(b) < 0 || build_cpu(b) < 0 || build_loader(b) < 0 || build_memory(b) < 0)
        return -1;
    bool locked = def->memory_backing && def->memory_backing->locked;
    add_argf(b, "-overcommit", "mem-lock=%s", locked ? "on" : "off");
    build_smp(b);
    build_iothreads(b);
    if (build_numa(b) < 0)
        return -1;
    add_arg(b, "-uuid", uuid_format(def->uuid, uuid));
    if (build_smbios(b) < 0)
        return -1;
    bool display = false;
    for (uint32_t i = 0; i < def->n_graphics; i++)
        display = display || def->graphics[i]->type != GRAPHICS_TYPE_UNSET;
    if (!display)
        add_arg(b, "-display", "none");
    add_arg(b, "-no-user-config", NULL);
    add_arg(b, "-nodefaults", NULL);
    build_monitor(b);
    if (build_clock(b) < 0)
        return -1;
    add_arg(b, "-no-shutdown", NULL);
    if ((arch_is_x86(def) || def->os->arch == ARCH_AARCH64) && b->caps->version < 8000000 &&
        !(def->features && def->features->acpi))
        add_arg(b, "-no-acpi", NULL);
    build_pm(b);
    if (build_boot(b) < 0 || build_controllers(b) < 0 || build_memory_devices(b) < 0 || build_disks(b) < 0 ||
        build_filesystems(b) < 0 || build_interfaces(b) < 0 || build_chardevs(b) < 0 || build_tpms(b) < 0 ||
        build_audio(b) < 0 || build_graphics(b) < 0 || build_videos(b) < 0 || build_sounds(b) < 0 ||
        build_redirdevs(b) < 0 || build_hostdevs(b) < 0 || build_other_devices(b) < 0 || build_shmem(b) < 0)
        return -1;
    return build_tail(b);
}

/* What is newer than the level of the format and yet given to QEMU. */
static bool
newer_is_built(const char *path)
{
    static const char *const built[] = {
        "/cpu/topology/@clusters",
        "/devices/panic/@model='pvpanic'",
        "/devices/video/model/@blob",
        "/devices/watchdog/@model='itco'",
        "/iothreadids/iothread/poll",
        "/os/type/@arch='loongarch64'",
        NULL,
    };
    return g_strv_contains(built, path);
}

static int
check_newer(const struct domain_def *def, struct err *err)
{
    g_autofree char *part = model_newer_part(def, newer_is_built);
    return part
               ? err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                         "guest '%s' has %s, which cannot be given to QEMU yet; remove it to start the guest",
                         def->name, part)
               : 0;
}

int
qemu_command_build(const struct domain_def *live, struct qemu_host *host,
                   const struct qemu_command_opts *opts, struct qemu_command *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    struct qemu_caps *caps = qemu_host_caps(host, live->emulator, err);
    if (!caps)
        return -1;
    struct builder b = {
        .def = live, .host = host, .caps = caps, .opts = opts, .cmd = out,
        .argv = g_ptr_array_new(), .env = g_ptr_array_new(),
        .fds = g_array_new(FALSE, TRUE, sizeof(struct qemu_command_fd)),
        .next_fd = MAX(10, opts->incoming_fd + 1), .next_fdset = 1, .err = err,
        .json_device = qemu_caps_has(caps, QEMU_FEATURE_DEVICE_JSON),
        .json_netdev = qemu_caps_has(caps, QEMU_FEATURE_NETDEV_JSON),
        .json_object = qemu_caps_has(caps, QEMU_FEATURE_OBJECT_JSON),
    };
    build_frame(&b);
    build_environment(&b);
    int rc = check_newer(live, err) < 0 || qemu_check_places(live, err) < 0 ? -1 : build_all(&b);
    g_ptr_array_add(b.argv, NULL);
    g_ptr_array_add(b.env, NULL);
    out->argv = (char **)g_ptr_array_free(b.argv, FALSE);
    out->env = (char **)g_ptr_array_free(b.env, FALSE);
    out->nfds = b.fds->len;
    out->fds = (struct qemu_command_fd *)g_array_free(b.fds, FALSE);
    qemu_caps_unref(caps);
    if (rc < 0) {
        qemu_command_clear(out);
        return err_context(err, "cannot build the command line of guest '%s'", live->name);
    }
    return 0;
}
