/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what a person typed to objects of the library.  On failure these have told why. */
#pragma once

#include "shell.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virDomain, virDomainFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virDomainSnapshot, virDomainSnapshotFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virDomainCheckpoint, virDomainCheckpointFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virNetwork, virNetworkFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virNetworkPort, virNetworkPortFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStoragePool, virStoragePoolFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStorageVol, virStorageVolFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virInterface, virInterfaceFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virNodeDevice, virNodeDeviceFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virSecret, virSecretFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virNWFilter, virNWFilterFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virNWFilterBinding, virNWFilterBindingFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStream, virStreamFree)

/* Strings that the library hands out come from malloc. */
static inline void
free_lib(char **p)
{
    if (*p)
        free(*p);
}
#define auto_lib __attribute__((cleanup(free_lib)))

enum { BY_ID = 1, BY_UUID = 2, BY_NAME = 4, BY_ANY = 7 };

virDomainPtr domain_of(struct shell *sh, const struct call *call);
virDomainPtr domain_of_by(struct shell *sh, const struct call *call, const char **name, unsigned int by);
virDomainPtr domain_find(struct shell *sh, const char *name, unsigned int by); /* quiet */
virNetworkPtr network_of(struct shell *sh, const struct call *call, const char **name);
virNetworkPtr network_find(struct shell *sh, const char *name, unsigned int by);
virNetworkPortPtr network_port_of(struct shell *sh, const struct call *call, virNetworkPtr net,
                                  const char **name);
virStoragePoolPtr pool_of(struct shell *sh, const struct call *call, const char *option, const char **name);
virStoragePoolPtr pool_of_by(struct shell *sh, const struct call *call, const char *option,
                             const char **name, unsigned int by);
virStorageVolPtr vol_of(struct shell *sh, const struct call *call, const char **name);
virStorageVolPtr vol_of_in(struct shell *sh, const struct call *call, const char *option,
                           const char *pool_option, const char **name);
virInterfacePtr iface_of(struct shell *sh, const struct call *call, const char **name);
virNodeDevicePtr nodedev_of(struct shell *sh, const struct call *call, const char **name);
virSecretPtr secret_of(struct shell *sh, const struct call *call, const char **name);
virNWFilterPtr nwfilter_of(struct shell *sh, const struct call *call, const char **name);
virNWFilterBindingPtr nwfilter_binding_of(struct shell *sh, const struct call *call, const char **name);
virDomainSnapshotPtr snapshot_find(struct shell *sh, virDomainPtr dom, const char *name);
virDomainCheckpointPtr checkpoint_of(struct shell *sh, const struct call *call, virDomainPtr dom,
                                     const char **name);

/* VIR_DOMAIN_AFFECT_* from --config, --live and --current, which exclude each other as usual. */
bool affect_flags(struct shell *sh, const struct call *call, unsigned int *flags);
