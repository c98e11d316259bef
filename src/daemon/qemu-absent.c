/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qemu-absent: goes when the command line builder lands; until then starting a
 * guest fails and everything else works.
 */
#define ABSENT(name) long name(void); __attribute__((weak)) long name(void) { return -1; }
ABSENT(qemu_cgroup_free)
ABSENT(qemu_command_clear)
ABSENT(qemu_command_to_string)
ABSENT(qemu_domain_prepare)
ABSENT(qemu_command_build)
ABSENT(qemu_command_make)
ABSENT(qemu_security_grant)
ABSENT(qemu_cgroup_new)
ABSENT(qemu_command_close_fds)
ABSENT(qemu_cgroup_attach)
ABSENT(qemu_cgroup_attach_thread)
ABSENT(qemu_security_restore)
ABSENT(qemu_cgroup_remove)
ABSENT(qemu_domain_release)
ABSENT(qemu_command_unmake)
ABSENT(qemu_guest_dir)
ABSENT(qemu_domain_reclaim)
ABSENT(qemu_cgroup_find)
ABSENT(qemu_cgroup_set)
ABSENT(qemu_cgroup_is_v2)
ABSENT(qemu_cgroup_has)
