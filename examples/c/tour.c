// SPDX-License-Identifier: LGPL-2.1-or-later
// A first tour of the API: connect, look around, define a guest, start it, follow its events, remove it.
//
// usage: tour [URI]         (test:///default when none is given: a make-believe host inside the library)
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

// A call that fails returns -1 or NULL; what went wrong is kept for this thread.
static void
die(const char *doing)
{
    fprintf(stderr, "%s: %s\n", doing, virGetLastErrorMessage());
    exit(1);
}

// The library also reports each error to a function; without one it prints to stderr.
static void
quiet(void *opaque, virErrorPtr error)
{
    (void)opaque;
    (void)error;
}

// Lists: one call that allocates an array, each of whose objects is ours to free, and so is the array.
static void
list_all(virConnectPtr conn)
{
    virDomainPtr *domains;
    int n = virConnectListAllDomains(conn, &domains, 0);
    if (n < 0)
        die("list domains");
    for (int i = 0; i < n; i++) {
        printf("domain %s is %s\n", virDomainGetName(domains[i]),
               virDomainIsActive(domains[i]) == 1 ? "running" : "shut off");
        virDomainFree(domains[i]);
    }
    free(domains);

    virNetworkPtr *networks;
    if ((n = virConnectListAllNetworks(conn, &networks, 0)) < 0)
        die("list networks");
    for (int i = 0; i < n; i++) {
        printf("network %s is %s\n", virNetworkGetName(networks[i]),
               virNetworkIsActive(networks[i]) == 1 ? "active" : "inactive");
        virNetworkFree(networks[i]);
    }
    free(networks);

    virStoragePoolPtr *pools;
    if ((n = virConnectListAllStoragePools(conn, &pools, 0)) < 0)
        die("list pools");
    for (int i = 0; i < n; i++) {
        printf("pool %s is %s\n", virStoragePoolGetName(pools[i]),
               virStoragePoolIsActive(pools[i]) == 1 ? "active" : "inactive");
        virStoragePoolFree(pools[i]);
    }
    free(pools);
}

// What a guest looks like is XML; any XML library reads it.
static unsigned long
memory_of(virDomainPtr domain)
{
    char *xml = virDomainGetXMLDesc(domain, 0);
    if (!xml)
        die("describe the guest");
    xmlDocPtr document = xmlParseDoc((const xmlChar *)xml);
    xmlXPathContextPtr context = xmlXPathNewContext(document);
    xmlXPathObjectPtr found = xmlXPathEval((const xmlChar *)"number(/domain/memory)", context);
    unsigned long kib = found ? (unsigned long)found->floatval : 0;
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    xmlFreeDoc(document);
    free(xml);
    return kib;
}

static int last_event = -1;

static int
on_lifecycle(virConnectPtr conn, virDomainPtr domain, int event, int detail, void *opaque)
{
    (void)conn;
    (void)domain;
    (void)detail;
    (void)opaque;
    last_event = event;
    return 0;
}

// Events arrive while the event loop runs. A larger program gives the loop a thread of its own.
static void
await(int event, const char *said)
{
    while (last_event != event)
        if (virEventRunDefaultImpl() < 0)
            die("run the event loop");
    printf("event: demo %s\n", said);
}

int
main(int argc, char **argv)
{
    const char *uri = argc > 1 ? argv[1] : "test:///default";

    virSetErrorFunc(NULL, quiet);
    if (virEventRegisterDefaultImpl() < 0) // before the connection is opened
        die("register the event loop");
    virConnectPtr conn = virConnectOpen(uri);
    if (!conn)
        die("connect");
    printf("connected to %s\n", virConnectGetType(conn));
    list_all(conn);

    int id = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                              VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), NULL, NULL);
    if (id < 0)
        die("register for events");

    const char *type = strcasecmp(virConnectGetType(conn), "test") == 0 ? "test" : "qemu";
    char xml[512];
    snprintf(xml, sizeof xml, "<domain type='%s'><name>demo</name><memory unit='MiB'>128</memory>"
             "<vcpu>1</vcpu><os><type>hvm</type></os></domain>", type);
    virDomainPtr demo = virDomainDefineXML(conn, xml);
    if (!demo)
        die("define the guest");
    await(VIR_DOMAIN_EVENT_DEFINED, "defined");
    printf("demo has %lu KiB\n", memory_of(demo));

    if (virDomainCreate(demo) < 0)
        die("start the guest");
    await(VIR_DOMAIN_EVENT_STARTED, "started");
    int state;
    if (virDomainGetState(demo, &state, NULL, 0) < 0)
        die("ask for the state");
    printf("demo is %s\n", state == VIR_DOMAIN_RUNNING ? "running" : "not running");

    // An error that is expected: its code says which one it is.
    virDomainPtr missing = virDomainLookupByName(conn, "nosuch");
    if (missing)
        virDomainFree(missing);
    else if (virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
        printf("no domain nosuch: error %d\n", virGetLastErrorCode());
    else
        die("look up nosuch");

    if (virDomainDestroy(demo) < 0) // pulls the plug; virDomainShutdown() asks the guest to do it
        die("stop the guest");
    await(VIR_DOMAIN_EVENT_STOPPED, "stopped");
    if (virDomainUndefine(demo) < 0)
        die("undefine the guest");
    await(VIR_DOMAIN_EVENT_UNDEFINED, "undefined");

    virDomainFree(demo);
    virConnectDomainEventDeregisterAny(conn, id);
    virConnectClose(conn);
    return 0;
}
