// SPDX-License-Identifier: LGPL-2.1-or-later
// Saves what a guest shows on its screen: a stream whose data the library hands to a function of ours.
//
// usage: screenshot URI DOMAIN FILE
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>

// Called with each piece; how many bytes were taken, or -1 to abort the stream.
static int
to_file(virStreamPtr stream, const char *data, size_t n, void *opaque)
{
    (void)stream;
    return fwrite(data, 1, n, opaque) == n ? (int)n : -1;
}

static int
save(virStreamPtr stream, virDomainPtr domain, const char *path)
{
    char *type = virDomainScreenshot(domain, stream, 0, 0);
    if (!type)
        return -1;
    FILE *file = fopen(path, "wb");
    if (!file) {
        perror(path);
        virStreamAbort(stream);
        free(type);
        return 1;
    }
    int result = virStreamRecvAll(stream, to_file, file); // blocks until all has come; aborts on failure
    if (result == 0)
        result = virStreamFinish(stream);                 // only this tells that nothing is missing
    if (fclose(file) != 0) {
        perror(path);
        result = 1;
    }
    if (result == 0)
        printf("saved a picture of type %s to %s\n", type, path);
    free(type);
    return result;
}

int
main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s URI DOMAIN FILE\n", argv[0]);
        return 2;
    }
    // Without a function of ours (virSetErrorFunc) the library itself prints each error to stderr.
    virConnectPtr conn = virConnectOpen(argv[1]);
    virDomainPtr domain = conn ? virDomainLookupByName(conn, argv[2]) : NULL;
    virStreamPtr stream = domain ? virStreamNew(conn, 0) : NULL;
    int result = stream ? save(stream, domain, argv[3]) : -1;
    if (stream)
        virStreamFree(stream);
    if (domain)
        virDomainFree(domain);
    if (conn)
        virConnectClose(conn);
    return result == 0 ? 0 : 1;
}
