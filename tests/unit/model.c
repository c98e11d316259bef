/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * model: the engine behind XML documents, by the domain document: what comes back, what is
 * refused and why, copies, comparison, editing, completion.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/complete.h"
#include "model/json.h"

#define HEAD "<domain type='kvm'>\n  <name>g</name>\n  <memory unit='KiB'>1024</memory>\n"
#define TAIL "  <devices>\n  </devices>\n</domain>\n"
#define DEVICES(x) HEAD "  <devices>\n" x "  </devices>\n</domain>\n"

static struct domain_def *parse(const char *xml, unsigned flags)
{
    struct domain_def *def = NULL;
    ERR_AUTO err = ERR_INIT;
    if (domain_def_parse(xml, strlen(xml), flags, &def, &err) < 0)
        g_error("%s", err.message);
    return def;
}

static void check_format(const struct domain_def *def, unsigned flags, const char *want)
{
    char *got = domain_def_format(def, flags);
    g_assert_cmpstr(got, ==, want);
    free(got);
}

static void test_samples(void)
{
    static const char *const names[] = { "server" };
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path =
            g_strdup_printf("%s/tests/samples/domain/%s.xml", getenv("SOURCE_ROOT"), names[i]);
        g_autofree char *xml = NULL;
        g_assert_true(g_file_get_contents(path, &xml, NULL, NULL));
        DOMAIN_DEF_AUTO def = parse(xml, 0);
        check_format(def, MODEL_FORMAT_SECURE, xml);
        DOMAIN_DEF_AUTO copy = domain_def_copy(def);
        g_assert_true(domain_def_equal(def, copy));
        check_format(copy, MODEL_FORMAT_SECURE, xml);
        g_assert_cmpuint(model_footprint(copy), <, 16384);
        char *json = model_to_json(def, MODEL_FORMAT_SECURE);
        void *back = NULL;
        ERR_AUTO err = ERR_INIT;
        g_assert_cmpint(model_from_json(&domain_def_document, json, strlen(json), 0, &back, &err), ==, 0);
        g_assert_true(domain_def_equal(def, back));
        model_unref(back);
        free(json);
    }
}

/* What is read differently from what is written. */
static const struct { const char *in, *out; } readings[] = {
    { HEAD "<memory unit='GiB'>9</memory><unknown a='1'><memory/></unknown>" TAIL, HEAD TAIL },
    { "<domain type='kvm' other='1'><name>g</name><memory>1024</memory></domain>", HEAD TAIL },
    { "<domain type='kvm'><memory unit='bytes'>1048001</memory><name>g</name></domain>", HEAD TAIL },
    { "<domain type='kvm'><memory unit='kb'>1048</memory><name>g</name><title></title></domain>", HEAD TAIL },
    { HEAD "<vcpu cpuset='5,1-3,^2, 0'>4</vcpu>" TAIL, HEAD "  <vcpu cpuset='0-1,3,5'>4</vcpu>\n" TAIL },
    /* a list of none, where one counts */
    { HEAD "<cputune><cachetune vcpus='^5'/></cputune>" TAIL,
      HEAD "  <cputune>\n    <cachetune vcpus='^0'/>\n  </cputune>\n" TAIL },
    { HEAD "<cputune><cachetune vcpus='^0'/></cputune>" TAIL,
      HEAD "  <cputune>\n    <cachetune vcpus='^0'/>\n  </cputune>\n" TAIL },
    { HEAD "<uuid> 6C0CDE1E0A3B4A2E9B555F3DD0F04A11 </uuid>" TAIL,
      "<domain type='kvm'>\n  <name>g</name>\n  <uuid>6c0cde1e-0a3b-4a2e-9b55-5f3dd0f04a11</uuid>\n"
      "  <memory unit='KiB'>1024</memory>\n" TAIL },
    { HEAD "<title><![CDATA[a<b]]></title>" TAIL,
      "<domain type='kvm'>\n  <name>g</name>\n  <title>a&lt;b</title>\n"
      "  <memory unit='KiB'>1024</memory>\n" TAIL },
    { HEAD
      "<metadata>gone<a xmlns='urn:a' b='&quot;'>'<c/></a><no/><p:a xmlns:p='urn:b'><d/><!-- kept --></p:a>"
      "<again xmlns='urn:a'/></metadata>" TAIL,
      "<domain type='kvm'>\n  <name>g</name>\n  <metadata>\n    <a xmlns=\"urn:a\" b=\"&quot;\">'<c/></a>\n"
      "    <p:a xmlns:p=\"urn:b\">\n      <d/>\n      <!-- kept -->\n    </p:a>\n  </metadata>\n"
      "  <memory unit='KiB'>1024</memory>\n" TAIL },
    { HEAD "<title>&amp;&#65;&lt;</title><os><type arch='x86_64' machine='a&amp;b'>hvm</type></os>" TAIL,
      "<domain type='kvm'>\n  <name>g</name>\n  <title>&amp;A&lt;</title>\n  <memory "
      "unit='KiB'>1024</memory>\n"
      "  <os>\n    <type arch='x86_64' machine='a&amp;b'>hvm</type>\n  </os>\n" TAIL },
    /* a source of the wrong type says nothing */
    { DEVICES("<disk type='block'><source file='/x'/><target dev='vda'/></disk>"),
      DEVICES("    <disk type='block' device='disk'>\n      <target dev='vda'/>\n    </disk>\n") },
    { DEVICES("<disk><target dev='vda'/><alias name='virtio-disk0'/><address type='pci' slot='7'/></disk>"),
      DEVICES("    <disk type='file' device='disk'>\n      <target dev='vda'/>\n"
              "      <address type='pci' domain='0x0000' bus='0x00' slot='0x07' function='0x0'/>\n    "
              "</disk>\n") },
    { HEAD "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg "
           "value='-s'/></q:commandline>"
           "<commandline/>" TAIL,
      "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n  <name>g</name>\n"
      "  <memory unit='KiB'>1024</memory>\n  <devices>\n  </devices>\n  <qemu:commandline>\n    <qemu:arg "
      "value='-s'/>\n"
      "  </qemu:commandline>\n</domain>\n" },
};

static void test_readings(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(readings); i++) {
        DOMAIN_DEF_AUTO def = parse(readings[i].in, 0);
        check_format(def, 0, readings[i].out);
    }
}

#define BOOTS "<os><type>hvm</type></os>"
/* Refusals: the code and domain users' programs know, and a word that must be in the message. */
static const struct { const char *in; int code, domain; const char *word;
} refusals[] = {
    { "", VIR_ERR_XML_DETAIL, VIR_FROM_DOMAIN, "empty" },
    { "<domain type='kvm'><name>x</name>", VIR_ERR_XML_DETAIL, VIR_FROM_DOMAIN, "line 1" },
    { "<domain><name>&nope;</name></domain>", VIR_ERR_XML_DETAIL, VIR_FROM_DOMAIN, "nope" },
    { "<network/>", VIR_ERR_XML_ERROR, VIR_FROM_XML, "<network>" },
    { "<!DOCTYPE domain [<!ENTITY a 'b'>]><domain><name>&a;</name></domain>", VIR_ERR_XML_DETAIL,
      VIR_FROM_DOMAIN, "document type" },
    { "<!DOCTYPE domain []><domain/>", VIR_ERR_XML_DETAIL, VIR_FROM_DOMAIN, "document type" },
    { "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain><name>&a;</name></domain>", VIR_ERR_XML_DETAIL,
      VIR_FROM_DOMAIN, "&a;" },
    { "<domain type='zoo'><name>g</name></domain>", VIR_ERR_CONFIG_UNSUPPORTED, VIR_FROM_DOMAIN, "'zoo'" },
    { "<domain type='kvm'><name>g</name>" BOOTS "\n<vcpu placement='x'>1</vcpu></domain>", VIR_ERR_XML_ERROR,
      VIR_FROM_XML, "line 2" },
    { HEAD BOOTS "<vcpu>-1</vcpu></domain>", VIR_ERR_XML_ERROR, VIR_FROM_DOMAIN, "<vcpu>" },
    { "<domain type='kvm'><name>g</name>" BOOTS "<memory>99999999999999999999</memory></domain>",
      VIR_ERR_XML_ERROR, VIR_FROM_XML, "<memory>" },
    { "<domain type='kvm'><name>g</name>" BOOTS "<memory unit='parsec'>1</memory></domain>",
      VIR_ERR_INVALID_ARG, VIR_FROM_NONE, "KiB" },
    { HEAD BOOTS "<devices><disk type='file' device='tape'/></devices>" TAIL, VIR_ERR_XML_ERROR, VIR_FROM_XML,
      "'cdrom'" },
    { HEAD BOOTS "<clock offset='utc'><timer present='no'/></clock>" TAIL, VIR_ERR_XML_ERROR, VIR_FROM_XML,
      "'name'" },
    { HEAD BOOTS "<cpu><topology sockets='0' cores='1' threads='1'/></cpu>" TAIL, VIR_ERR_XML_ERROR,
      VIR_FROM_XML, "greater than 0" },
    { HEAD BOOTS "<devices><interface type='user'><mac address='1:2'/></interface></devices>" TAIL,
      VIR_ERR_XML_ERROR, VIR_FROM_DOMAIN, "'1:2'" },
};

static void test_refusals(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(refusals); i++) {
        struct domain_def *def = (void *)1;
        ERR_AUTO err = ERR_INIT;
        g_assert_cmpint(domain_def_parse(refusals[i].in, strlen(refusals[i].in), 0, &def, &err), ==, -1);
        g_assert_null(def);
        g_assert_cmpint(err.code, ==, refusals[i].code);
        g_assert_cmpint(err.domain, ==, refusals[i].domain);
        if (!strstr(err.message, refusals[i].word))
            g_error("'%s' is not in: %s", refusals[i].word, err.message);
    }
}

static void test_raw(void)
{
    DOMAIN_DEF_AUTO def = parse(DEVICES(""), 0);
    g_assert_cmpstr(model_raw(def, "<a xmlns='u'><b/></a>"), ==,
                    "\n    <a xmlns=\"u\">\n      <b/>\n    </a>\n  ");
    g_assert_cmpstr(model_raw(def, ""), ==, "");
    g_assert_null(model_raw(def, "<a>"));
}

static void test_strict(void)
{
    static const struct { const char *xml, *word; int code; /* 0: invalid */ } cases[] = {
        { HEAD "<foo/>" TAIL, "element 'foo'" },
        { HEAD "<vcpu bar='1'>2</vcpu>" TAIL, "attribute 'bar'" },
        { DEVICES("<disk type='block'><source file='/x'/><target dev='vda'/></disk>"), "attribute 'file'" },
        { DEVICES("<disk><alias name='virtio-disk0'/><target dev='vda'/></disk>"), NULL },
        { HEAD "<x:foo xmlns:x='urn:x'/><maxMemory unit='GiB' slots='3'>4</maxMemory>" TAIL, NULL },
        { DEVICES("<disk device='tape'><target dev='vda'/></disk>"), "/domain/devices/disk" },
        { HEAD "<clock offset='utc'><timer present='no'/></clock>" TAIL, "'name'" },
        { HEAD "<vcpu>two</vcpu>" TAIL, "'two'" },
        { HEAD "<os/><os/>" TAIL, "more than one <os>" },
        /* Not this document at all: no question of validity. */
        { "<network/>", "<network>", VIR_ERR_XML_ERROR },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        DOMAIN_DEF_AUTO def = NULL;
        ERR_AUTO err = ERR_INIT;
        int rc = domain_def_parse(cases[i].xml, strlen(cases[i].xml), MODEL_PARSE_STRICT, &def, &err);
        g_assert_cmpint(rc, ==, cases[i].word ? -1 : 0);
        if (cases[i].word) {
            g_assert_cmpint(err.code, ==, cases[i].code ? cases[i].code : VIR_ERR_XML_INVALID_SCHEMA);
            g_assert_nonnull(strstr(err.message, cases[i].word));
        }
    }
}

static void test_json(void)
{
    static const struct { const char *json, *word; } bad[] = {
        { "", "line 1" }, { "[]", "domain" }, { "{\"domain\": 3}", "domain" },
        { "{\"domain\": {\"@type\": \"zoo\"}}", "type" },
        { "{\"domain\": {\"devices\": {\"disk\": {}}}}", "array" },
        { "{\"domain\": {\"vcpu\": {\"#text\": -1}}}", "domain/vcpu/#text" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        ERR_AUTO err = ERR_INIT;
        void *root;
        g_assert_cmpint(
            model_from_json(&domain_def_document, bad[i].json, strlen(bad[i].json), 0, &root, &err), ==, -1);
        g_assert_null(root);
        if (!strstr(err.message, bad[i].word))
            g_error("'%s' is not in: %s", bad[i].word, err.message);
    }
}

static void test_depth(void)
{
    g_autoptr(GString) s = g_string_new(HEAD "<devices><disk><target dev='vda'/>");
    for (int i = 0; i < 200; i++)
        g_string_append(s, "<backingStore type='file'>");
    for (int i = 0; i < 200; i++)
        g_string_append(s, "</backingStore>");
    g_string_append(s, "</disk></devices>" TAIL);
    struct domain_def *def;
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(domain_def_parse(s->str, s->len, 0, &def, &err), ==, -1);
    g_assert_cmpint(err.code, ==, VIR_ERR_XML_DETAIL);
}

/* What only a running guest has, and secrets, appear by flags. */
static void test_flags(void)
{
    static const char live[] = "<domain type='kvm' id='3'>\n  <name>g</name>\n  <devices>\n"
                               "    <channel type='unix'>\n      <source mode='bind' path='/x'/>\n"
                               "      <target type='virtio' name='a' state='connected'/>\n      <alias "
                               "name='channel0'/>\n    </channel>\n"
                               "    <graphics type='vnc' port='5900' autoport='yes' passwd='s3cret'>\n"
                               "      <listen type='network' network='n' address='10.0.0.1'/>\n    "
                               "</graphics>\n  </devices>\n</domain>\n";
    DOMAIN_DEF_AUTO def = parse(live, MODEL_PARSE_LIVE);
    g_assert_cmpint(def->id, ==, 3);
    check_format(def, MODEL_FORMAT_LIVE | MODEL_FORMAT_SECURE, live);
    check_format(def, 0,
        "<domain type='kvm'>\n  <name>g</name>\n  <devices>\n"
        "    <channel type='unix'>\n      <source mode='bind' path='/x'/>\n"
        "      <target type='virtio' name='a'/>\n    </channel>\n"
        "    <graphics type='vnc' port='5900' autoport='yes'>\n"
        "      <listen type='network' network='n'/>\n    </graphics>\n  </devices>\n</domain>\n");
    DOMAIN_DEF_AUTO dead = parse(live, 0);
    g_assert_false(dead->has_id);
    g_assert_null(dead->channels[0]->info.alias);
    g_assert_cmpint(dead->channels[0]->target->state, ==, CHANNEL_STATE_UNSET);
}

static void test_abi(void)
{
#define DISK(more) DEVICES("<disk><target dev='vda' bus='virtio'/>" more "</disk>")
#define PORT(target) "<controller type='pci' index='1' model='pcie-root-port'>" target "</controller>"
    static const struct { const char *was, *is, *path; } pairs[] = {
        { DISK("<address type='pci' slot='7'/>"), DISK("<source file='/new'/><address type='pci' slot='7'/>"),
          NULL },
        { DISK("<address type='pci' slot='7'/>"), DISK("<address type='pci' slot='8'/>"),
          "domain/devices/disk[1]/address/@slot: '0x07' and '0x08'" },
        { DISK(""), DEVICES(""), "domain/devices/disk is there 1 times in one and 0 times in the other" },
        { DISK("<address type='pci' slot='7'/>"), DISK(""),
          "domain/devices/disk[1]/address is there in one and missing in the other" },
        /* options of virtio are seen by the guest; how a port of PCI is numbered is not compared */
        { DISK("<driver packed='on'/>"), DISK("<driver packed='off'/>"),
          "domain/devices/disk[1]/driver/@packed: 'on' and 'off'" },
        { DISK("<driver queues='2'/>"), DISK("<driver queues='2' cache='none'/>"), NULL },
        { DEVICES(PORT("<model name='ioh3420'/><target chassis='1'/>")), DEVICES(PORT("")), NULL },
        /* what is empty is not told, so it is as none */
        { "<domain type='kvm'><name>g</name><features/></domain>",
          "<domain type='kvm'><name>g</name></domain>", NULL },
        { "<domain type='kvm'><name>g</name><features><pae/></features></domain>",
          "<domain type='kvm'><name>g</name></domain>", "domain/features/pae: 'present' and not given" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(pairs); i++) {
        DOMAIN_DEF_AUTO da = parse(pairs[i].was, 0);
        DOMAIN_DEF_AUTO db = parse(pairs[i].is, 0);
        g_autofree char *where = NULL;
        g_assert_cmpint(model_abi_equal(da, db, &where), ==, !pairs[i].path);
        g_assert_cmpstr(where, ==, pairs[i].path);
        g_assert_false(domain_def_equal(da, db));
    }
}

static void test_edit(void)
{
    DOMAIN_DEF_AUTO def = parse(DEVICES(""), 0);
    for (int i = 0; i < 300; i++) {
        struct domain_disk *d = model_new(def, struct domain_disk);
        d->type = STORAGE_TYPE_FILE;
        d->target = model_printf(def, "vd%d", i);
        model_list_append(def, def->disks, def->n_disks, d);
    }
    model_list_remove(def->disks, def->n_disks, 0);
    g_assert_cmpuint(def->n_disks, ==, 299);
    g_assert_cmpstr(def->disks[0]->target, ==, "vd1");
    DOMAIN_DEF_AUTO copy = domain_def_copy(def);
    g_assert_true(domain_def_equal(def, copy));
    copy->disks[298]->target = model_str(copy, "vdx");
    g_assert_false(domain_def_equal(def, copy));
    g_assert_cmpstr(def->disks[298]->target, ==, "vd299");
}

static void test_fragment(void)
{
    static const char xml[] = "<interface type='user'><model type='virtio'/></interface>";
    void *root;
    const char *element;
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(model_parse_fragment(&domain_def_document, "devices", xml, strlen(xml), 0, &root,
                                         &element, &err),
                    ==, 0);
    DOMAIN_DEF_AUTO def = root;
    g_assert_cmpstr(element, ==, "interface");
    g_assert_cmpuint(def->n_interfaces, ==, 1);
    char *s = model_format_struct(&domain_interface_table, "interface", def->interfaces[0], 1, 0);
    g_assert_cmpstr(s, ==, "  <interface type='user'>\n    <model type='virtio'/>\n  </interface>\n");
    free(s);
    g_assert_cmpint(model_parse_fragment(&domain_def_document, "devices", "<gadget/>", 9, 0, &root, &element,
                                         &err),
                    ==, -1);
    g_assert_cmpint(err.code, ==, VIR_ERR_CONFIG_UNSUPPORTED);
}

static void test_complete(void)
{
    static const char in[] =
        "<domain type='test'><name>g</name><memory>2048</memory><os><type>hvm</type></os><devices>"
        "<disk device='cdrom'><target dev='hdc'/></disk><disk><source file='/a'/><target dev='sdb'/></disk>"
        "<serial type='pty'/><channel type='unix'><target type='virtio' name='a'/></channel>"
        "<graphics type='vnc'/></devices></domain>";
    static const char want[] =
        "  <memory unit='KiB'>2048</memory>\n"
        "  <currentMemory unit='KiB'>2048</currentMemory>\n"
        "  <vcpu placement='static'>1</vcpu>\n"
        "  <os>\n    <type arch='x86_64'>hvm</type>\n    <boot dev='hd'/>\n  </os>\n"
        "  <clock offset='utc'/>\n"
        "  <on_poweroff>destroy</on_poweroff>\n  <on_reboot>restart</on_reboot>\n  "
        "<on_crash>destroy</on_crash>\n"
        "  <devices>\n"
        "    <disk type='file' device='disk'>\n      <source file='/a'/>\n      <target dev='sdb' "
        "bus='scsi'/>\n"
        "      <address type='drive' controller='0' bus='0' target='0' unit='1'/>\n    </disk>\n"
        "    <disk type='file' device='cdrom'>\n      <target dev='hdc' bus='ide'/>\n      <readonly/>\n"
        "      <address type='drive' controller='0' bus='1' target='0' unit='0'/>\n    </disk>\n"
        "    <controller type='scsi' index='0'/>\n"
        "    <controller type='ide' index='0'/>\n"
        "    <controller type='virtio-serial' index='0'/>\n"
        "    <serial type='pty'>\n      <target port='0'/>\n    </serial>\n"
        "    <console type='pty'>\n      <target type='serial' port='0'/>\n    </console>\n"
        "    <channel type='unix'>\n      <target type='virtio' name='a'/>\n    </channel>\n"
        "    <graphics type='vnc' port='-1' autoport='yes'>\n      <listen type='address'/>\n    "
        "</graphics>\n"
        "    <video>\n      <model type='cirrus' vram='16384' heads='1' primary='yes'/>\n    </video>\n"
        "  </devices>\n</domain>\n";
    DOMAIN_DEF_AUTO def = parse(in, 0);
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(domain_complete(def, ARCH_X86_64, &err), ==, 0);
    g_assert_true(def->has_uuid);
    char *got = domain_def_format(def, 0);
    g_assert_cmpstr(strstr(got, "  <memory"), ==, want);
    free(got);
    /* what is complete stays as it is */
    DOMAIN_DEF_AUTO copy = domain_def_copy(def);
    g_assert_cmpint(domain_complete(copy, ARCH_X86_64, &err), ==, 0);
    g_assert_true(domain_def_equal(def, copy));
}

static void test_incomplete(void)
{
    static const struct { const char *xml; int code; } bad[] = {
        { "<domain type='test'/>", VIR_ERR_NO_NAME },
        { "<domain type='test'><name>g</name><memory>1</memory></domain>", VIR_ERR_XML_ERROR },
        { "<domain type='test'><name>g</name><memory>1</memory><vcpu "
          "current='3'>2</vcpu><os><type>hvm</type></os>"
          "</domain>",
          VIR_ERR_CONFIG_UNSUPPORTED },
        { "<domain "
          "type='test'><name>g</name><memory>1</memory><os><type>hvm</type></os><devices><disk/></devices>"
          "</domain>",
          VIR_ERR_NO_TARGET },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        DOMAIN_DEF_AUTO def = parse(bad[i].xml, 0);
        ERR_AUTO err = ERR_INIT;
        g_assert_cmpint(domain_complete(def, ARCH_X86_64, &err), ==, -1);
        g_assert_cmpint(err.code, ==, bad[i].code);
        g_assert_cmpint(err.domain, ==, VIR_FROM_DOMAIN);
    }
}

static void test_targets(void)
{
    g_assert_cmpint(disk_target_index("vda", NULL), ==, 0);
    g_assert_cmpint(disk_target_index("sdz", NULL), ==, 25);
    g_assert_cmpint(disk_target_index("sdaa", NULL), ==, 26);
    g_assert_cmpint(disk_target_index("xvdb1", NULL), ==, 1);
    g_assert_cmpint(disk_target_index("vd", NULL), ==, -1);
    g_assert_cmpint(disk_target_index("nvme0", NULL), ==, -1);
}

/* What came after the level of the format: ignored or refused, unless the process asks for it. */
static bool known_by_nobody(const char *path) { return false; }
static bool known_queue(const char *path) { return strstr(path, "throttlefilters") != NULL; }

static void test_newer(void)
{
    static const char xml[] = DEVICES("<disk type='file'><target dev='vda'/>"
                                      "<throttlefilters><filter group='a'/></throttlefilters></disk>");
    static const char value[] = DEVICES("<controller type='nvme'/>");
    for (int on = 0; on < 2; on++) {
        ERR_AUTO err = ERR_INIT;
        model_read_newer(on);
        DOMAIN_DEF_AUTO def = parse(xml, 0);
        g_autofree char *out = domain_def_format(def, 0);
        g_assert_cmpint(strstr(out, "<filter group='a'/>") != NULL, ==, on);
        g_autofree char *part = model_newer_part(def, known_by_nobody),
                        *none = model_newer_part(def, known_queue);
        g_assert_cmpstr(part, ==, on ? "/devices/disk/throttlefilters/filter" : NULL);
        g_assert_null(none);
        DOMAIN_DEF_AUTO nvme = NULL;
        g_assert_cmpint(domain_def_parse(value, strlen(value), 0, &nvme, &err), ==, on ? 0 : -1);
        g_autofree char *model = nvme ? model_newer_part(nvme, known_queue) : NULL;
        g_assert_cmpstr(model, ==, on ? "/devices/controller/@type='nvme'" : NULL);
    }
    model_read_newer(false);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/samples", test_samples);
    g_test_add_func("/model/readings", test_readings);
    g_test_add_func("/model/refusals", test_refusals);
    g_test_add_func("/model/strict", test_strict);
    g_test_add_func("/model/newer", test_newer);
    g_test_add_func("/model/json", test_json);
    g_test_add_func("/model/raw", test_raw);
    g_test_add_func("/model/depth", test_depth);
    g_test_add_func("/model/flags", test_flags);
    g_test_add_func("/model/abi", test_abi);
    g_test_add_func("/model/edit", test_edit);
    g_test_add_func("/model/fragment", test_fragment);
    g_test_add_func("/model/complete", test_complete);
    g_test_add_func("/model/incomplete", test_incomplete);
    g_test_add_func("/model/targets", test_targets);
    return g_test_run();
}
