/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * delay-load: see delay-load.h.
 */
#include "base/delay-load.h"

#include <dlfcn.h>

#define ERR_FROM VIR_FROM_NONE

static int
find_all(struct delay_library *lib, struct err *err)
{
    void *handle = dlopen(lib->soname, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return err_set(err, VIR_ERR_SYSTEM_ERROR,
                       "Cannot load the library that this needs: %s (is its package installed?)", dlerror());
    for (unsigned i = 0; lib->names[i]; i++) {
        lib->symbols[i] = dlsym(handle, lib->names[i]);
        if (!lib->symbols[i])
            return err_set(err, VIR_ERR_SYSTEM_ERROR,
                           "%s is older than the one that this build was made with: it has no %s",
                           lib->soname, lib->names[i]);
    }
    lib->loaded = true;
    return 0;
}

int
delay_load(struct delay_library *lib, struct err *err)
{
    pthread_mutex_lock(&lib->lock);
    int rc = lib->loaded ? 0 : find_all(lib, err);
    pthread_mutex_unlock(&lib->lock);
    return rc;
}
