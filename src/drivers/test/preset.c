/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * preset: a host as a document describes it: <node> with <cpu>, <domain>, <network>, <interface>, <pool>
 * and <device> in it, each written out or, with file='…', in a file of its own.
 *
 * Called by: open.c.  Waits: for reading files.
 */
#include "drivers/test/guest.h"
#include "drivers/test/objects.h"

#include "base/file.h"

#include <fcntl.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#define ERR_FROM VIR_FROM_TEST
#define HOST_FILE_MAX (64u << 20)

/* ---- the document of a host ----------------------------------------------------------------- */

/* xml: an object's document; of: the name of the one it stands in.  *name: its own, if others can stand in
 * it. */
typedef int (*load_fn)(struct test_driver *drv, const char *xml, const char *of, char **name,
                       struct err *err);

static int
load_guest(struct test_driver *drv, const char *xml, const char *of, char **name, struct err *err)
{
    return test_guest_load(drv, xml, drv->folder, err);
}

static int
load_network(struct test_driver *drv, const char *xml, const char *of, char **name, struct err *err)
{
    return test_network_load(drv->objects, xml, err);
}

static int
load_pool(struct test_driver *drv, const char *xml, const char *of, char **name, struct err *err)
{
    return test_pool_load(drv->objects, xml, name, err);
}

static int
load_volume(struct test_driver *drv, const char *xml, const char *of, char **name, struct err *err)
{
    return test_volume_load(drv->objects, of, xml, err);
}

static int
load_interface(struct test_driver *drv, const char *xml, const char *of, char **name, struct err *err)
{
    return test_interface_load(drv->objects, xml, err);
}

static int
load_device(struct test_driver *drv, const char *xml, const char *of, char **name, struct err *err)
{
    return test_device_load(drv->objects, xml, err);
}

struct kind { const char *element; load_fn load; const struct kind *inside; };
static const struct kind in_pool[] = { { "volume", load_volume }, { NULL } };
/* Guests come last: they may use the others. */
static const struct kind in_node[] = {
    { "network", load_network }, { "interface", load_interface }, { "pool", load_pool, in_pool },
    { "device", load_device }, { "domain", load_guest }, { NULL },
};

static void
quiet(void *ctx, const char *msg, ...)
{
}

xmlDocPtr
test_preset_parse(const char *xml, struct err *err)
{
    xmlParserCtxtPtr ctxt = xmlNewParserCtxt();
    xmlDocPtr doc;

    ctxt->sax->error = ctxt->sax->warning = quiet;
    doc = xmlCtxtReadMemory(ctxt, xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET);
    if (!doc)
        err_set(err, VIR_ERR_XML_DETAIL, "the document of the test host is not well-formed XML: line %d: %s",
                ctxt->lastError.line, ctxt->lastError.message ? g_strchomp(ctxt->lastError.message) : "");
    xmlFreeParserCtxt(ctxt);
    return doc;
}

/* The text of one object: of the file that its element names, or the element itself. */
static char *
object_text(xmlNodePtr node, const char *folder, struct err *err)
{
    xmlChar *file = xmlGetProp(node, (const xmlChar *)"file");
    char *text = NULL;

    if (file) {
        g_autofree char *path = folder && !g_path_is_absolute((char *)file) ?
            g_build_filename(folder, file, NULL) : g_strdup((char *)file);

        ERR_AUTO why = ERR_INIT;

        if (file_read(AT_FDCWD, path, HOST_FILE_MAX, &text, &why) < 0)
            err_set(err, VIR_ERR_XML_ERROR, "cannot read the <%s> that the test host has in a file: %s",
                    node->name, err_message(&why));
        xmlFree(file);
        if (text) {
            xmlDocPtr doc = test_preset_parse(text, err);

            if (!doc)
                g_clear_pointer(&text, g_free);
            xmlFreeDoc(doc);
        }
    } else {
        xmlBufferPtr buf = xmlBufferCreate();
        xmlDocPtr alone = xmlNewDoc((const xmlChar *)"1.0");
        xmlNodePtr copy = xmlDocCopyNode(node, alone, 1); /* with the namespaces it uses */

        xmlDocSetRootElement(alone, copy);
        xmlNodeDump(buf, alone, copy, 0, 0);
        text = g_strdup((const char *)xmlBufferContent(buf));
        xmlBufferFree(buf);
        xmlFreeDoc(alone);
    }
    return text;
}

static int load_kinds(struct test_driver *drv, const char *xml, const char *root_element,
                      const struct kind *kinds, const char *of, const char *folder, struct err *err);

static int
load_object(struct test_driver *drv, xmlNodePtr node, const struct kind *kind, const char *of,
            const char *folder, struct err *err)
{
    g_autofree char *text = object_text(node, folder, err), *name = NULL;

    if (!text || kind->load(drv, text, of, &name, err) < 0)
        return -1;
    return kind->inside ? load_kinds(drv, text, kind->element, kind->inside, name, folder, err) : 0;
}

/* Loads what stands in a document, kind by kind. */
static int
load_kinds(struct test_driver *drv, const char *xml, const char *root_element, const struct kind *kinds,
           const char *of, const char *folder, struct err *err)
{
    xmlDocPtr doc = test_preset_parse(xml, err);
    xmlNodePtr root = doc ? xmlDocGetRootElement(doc) : NULL;
    int r = doc ? 0 : -1;

    if (root && !xmlStrEqual(root->name, (const xmlChar *)root_element))
        r = err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR,
                         "the document of a test host is a <%s>, not a <%s>", root_element, root->name);
    for (const struct kind *kind = kinds; r == 0 && kind->element; kind++)
        for (xmlNodePtr node = root->children; node && r == 0; node = node->next)
            if (node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, (const xmlChar *)kind->element))
                r = load_object(drv, node, kind, of, folder, err);
    xmlFreeDoc(doc);
    return r;
}

int
test_preset_load(struct test_driver *drv, const char *xml, const char *folder, struct err *err)
{
    drv->folder = folder;
    return load_kinds(drv, xml, "node", in_node, NULL, folder, err) < 0
               ? -1
               : test_machine_load(&drv->node, xml, err);
}

#define HOST_ADAPTER(number, id, wwnn, wwpn, fabric)                                                         \
    "<device><name>scsi_host" number                                                                         \
    "</name><parent>computer</parent><capability type='scsi_host'><host>" number "</host>"                   \
    "<unique_id>" id "</unique_id><capability type='fc_host'><wwnn>" wwnn "</wwnn><wwpn>" wwpn "</wwpn>"     \
    "<fabric_wwn>" fabric                                                                                    \
    "</fabric_wwn></capability><capability type='vport_ops'><max_vports>0</max_vports>"                      \
    "<vports>0</vports></capability></capability></device>"

/* test:///default, as every implementation has it. */
const char test_preset_default[] =
    "<node>"
    "<domain type='test'><name>test</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>"
    "<memory>8388608</memory><currentMemory>2097152</currentMemory><vcpu>2</vcpu><os><type>hvm</type></os>"
    "<devices><disk type='file'><source file='/guest/diskimage1'/><target dev='vda'/>"
    "<address type='pci' domain='0' bus='1' slot='0' function='0'/></disk>"
    "<interface type='network'><mac address='aa:bb:cc:dd:ee:ff'/><source network='default'/>"
    "<target dev='testnet0'/><address type='pci' domain='0' bus='0' slot='1' function='0'/></interface>"
    "<memballoon model='virtio'><address type='pci' domain='0' bus='0' slot='2' function='0'/></memballoon>"
    "</devices></domain>"
    "<network><name>default</name><uuid>dd8fe884-6c02-601e-7551-cca97df1c5df</uuid><forward mode='nat'/>"
    "<bridge name='virbr0'/><ip address='192.168.122.1' netmask='255.255.255.0'>"
    "<dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>"
    "<pool type='dir'><name>default-pool</name><uuid>dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566</uuid>"
    "<target><path>/default-pool</path></target></pool>"
    "<interface type='ethernet' name='eth1'><start mode='onboot'/><mtu size='1492'/><protocol family='ipv4'>"
    "<ip address='192.168.0.5' prefix='24'/><route gateway='192.168.0.1'/></protocol>"
    "<mac address='aa:bb:cc:dd:ee:ff'/></interface>"
    "<device><name>computer</name><capability type='system'><hardware><vendor>Libvirt</vendor>"
    "<version>Test "
    "driver</version><serial>123456</serial><uuid>11111111-2222-3333-4444-555555555555</uuid></hardware>"
    "<firmware><vendor>Libvirt</vendor><version>Test "
    "Driver</version><release_date>01/22/2007</release_date></firmware>"
    "</capability></device>" HOST_ADAPTER("1", "0", "2000000012341234", "1000000012341234",
                                          "2000000043214321")
        HOST_ADAPTER(
            "2", "1", "2000000056785678", "1000000056785678",
            "2000000087658765") "<device><name>scsi_host11</name><parent>scsi_host1</parent><capability "
                                "type='scsi_host'><host>11</host>"
                                "<unique_id>10</unique_id><capability "
                                "type='fc_host'><wwnn>2000000034563456</wwnn><wwpn>1000000034563456</wwpn>"
                                "<fabric_wwn>2000000043214321</fabric_wwn></capability></capability></device>"
                                "</node>";
