/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-models: see cpu-models.h.
 */
#include "driver/cpu-models.h"

#include <glib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#define ERR_FROM VIR_FROM_CPU

/* ---- tables --------------------------------------------------------------------------------- */

/* In the order of documents; a feature's place is its bit in the sets below. */
static const char *const features[] = {
    "fpu",
    "pse",
    "vme",
    "de",
    "tsc",
    "msr",
    "pae",
    "mce",
    "cx8",
    "apic",
    "sep",
    "mtrr",
    "pge",
    "mca",
    "cmov",
    "pat",
    "pse36",
    "pn",
    "clflush",
    "ds",
    "acpi",
    "mmx",
    "fxsr",
    "sse",
    "sse2",
    "ss",
    "ht",
    "tm",
    "ia64",
    "pbe",
    "pni",
    "pclmuldq",
    "dtes64",
    "monitor",
    "ds_cpl",
    "vmx",
    "smx",
    "est",
    "tm2",
    "ssse3",
    "cid",
    "fma",
    "cx16",
    "xtpr",
    "pdcm",
    "pcid",
    "dca",
    "sse4.1",
    "sse4.2",
    "x2apic",
    "movbe",
    "popcnt",
    "tsc-deadline",
    "aes",
    "xsave",
    "osxsave",
    "avx",
    "f16c",
    "rdrand",
    "hypervisor",
    "arat",
    "fsgsbase",
    "tsc_adjust",
    "sgx",
    "bmi1",
    "hle",
    "avx2",
    "smep",
    "bmi2",
    "erms",
    "invpcid",
    "rtm",
    "cmt",
    "mpx",
    "avx512f",
    "avx512dq",
    "rdseed",
    "adx",
    "smap",
    "avx512ifma",
    "pcommit",
    "clflushopt",
    "clwb",
    "intel-pt",
    "avx512pf",
    "avx512er",
    "avx512cd",
    "sha-ni",
    "avx512bw",
    "avx512vl",
    "avx512vbmi",
    "umip",
    "pku",
    "ospke",
    "waitpkg",
    "avx512vbmi2",
    "gfni",
    "vaes",
    "vpclmulqdq",
    "avx512vnni",
    "avx512bitalg",
    "avx512-vpopcntdq",
    "la57",
    "rdpid",
    "bus-lock-detect",
    "cldemote",
    "movdiri",
    "movdir64b",
    "sgxlc",
    "pks",
    "avx512-4vnniw",
    "avx512-4fmaps",
    "fsrm",
    "avx512-vp2intersect",
    "md-clear",
    "serialize",
    "tsx-ldtrk",
    "arch-lbr",
    "amx-bf16",
    "avx512-fp16",
    "amx-tile",
    "amx-int8",
    "spec-ctrl",
    "stibp",
    "arch-capabilities",
    "core-capability",
    "ssbd",
    "avx-vnni",
    "avx512-bf16",
    "xsaveopt",
    "xsavec",
    "xgetbv1",
    "xsaves",
    "xfd",
    "mbm_total",
    "mbm_local",
    "sgx1",
    "sgx2",
    "sgx-exinfo",
    "sgx-debug",
    "sgx-mode64",
    "sgx-provisionkey",
    "sgx-tokenkey",
    "sgx-kss",
    "intel-pt-lip",
    "syscall",
    "nx",
    "mmxext",
    "fxsr_opt",
    "pdpe1gb",
    "rdtscp",
    "lm",
    "3dnowext",
    "3dnow",
    "lahf_lm",
    "cmp_legacy",
    "svm",
    "extapic",
    "cr8legacy",
    "abm",
    "sse4a",
    "misalignsse",
    "3dnowprefetch",
    "osvw",
    "ibs",
    "xop",
    "skinit",
    "wdt",
    "lwp",
    "fma4",
    "tce",
    "nodeid_msr",
    "tbm",
    "topoext",
    "perfctr_core",
    "perfctr_nb",
    "invtsc",
    "clzero",
    "xsaveerptr",
    "wbnoinvd",
    "ibpb",
    "ibrs",
    "amd-stibp",
    "amd-ssbd",
    "virt-ssbd",
    "amd-no-ssb",
    "npt",
    "lbrv",
    "svm-lock",
    "nrip-save",
    "tsc-scale",
    "vmcb-clean",
    "flushbyasid",
    "decodeassists",
    "pause-filter",
    "pfthreshold",
    "avic",
    "v-vmsave-vmload",
    "vgif",
    "svme-addr-chk",
    "rdctl-no",
    "ibrs-all",
    "rsba",
    "skip-l1dfl-vmentry",
    "ssb-no",
    "mds-no",
    "pschange-mc-no",
    "tsx-ctrl",
    "taa-no",
    "split-lock-detect",
};
#define N_FEATURES G_N_ELEMENTS(features)
#define WORDS 4
G_STATIC_ASSERT(N_FEATURES <= WORDS * 64);

struct set { uint64_t bits[WORDS]; };

struct cpu_model {
    const char *name, *vendor;
    struct set has;
    bool derived;           /* told as another one without some features */
    const char *gone;       /* a feature that it had once: said to be missing */
};
static const struct cpu_model x86[] = {
    { "486", NULL,
      { { 0x7ull, 0, 0, 0 } }, false },
    { "pentium", NULL,
      { { 0x2001bfull, 0, 0, 0 } }, false },
    { "pentium2", NULL,
      { { 0x61fdffull, 0, 0, 0 } }, false },
    { "pentium3", NULL,
      { { 0xe1fdffull, 0, 0, 0 } }, false },
    { "pentiumpro", NULL,
      { { 0x1e0d7fbull, 0, 0, 0 } }, false },
    { "coreduo", "Intel",
      { { 0x241e4ffffull, 0, 0x40000ull, 0 } }, false },
    { "n270", "Intel",
      { { 0x8241e4ffffull, 0, 0x40000ull, 0 } }, false },
    { "core2duo", "Intel",
      { { 0x8241e5ffffull, 0, 0x860000ull, 0 } }, false },
    { "qemu32", NULL,
      { { 0x41e0d7fbull, 0, 0, 0 } }, false },
    { "kvm32", NULL,
      { { 0x41e5fffbull, 0, 0, 0 } }, false },
    { "cpu64-rhel5", NULL,
      { { 0x41e5fffbull, 0, 0x860000ull, 0 } }, true },
    { "cpu64-rhel6", NULL,
      { { 0x40041e5fffbull, 0, 0x4860000ull, 0 } }, true },
    { "qemu64", NULL,
      { { 0x40041e5fffbull, 0, 0x10860000ull, 0 } }, false },
    { "kvm64", NULL,
      { { 0x40041e5fffbull, 0, 0x860000ull, 0 } }, false },
    { "Conroe", "Intel",
      { { 0x8041e5fffbull, 0, 0x4860000ull, 0 } }, false },
    { "Penryn", "Intel",
      { { 0x848041e5fffbull, 0, 0x4860000ull, 0 } }, false },
    { "Nehalem", "Intel",
      { { 0x9848041e5fffbull, 0, 0x4860000ull, 0 } }, false },
    { "Nehalem-IBRS", "Intel",
      { { 0x9848041e5fffbull, 0x400000000000000ull, 0x4860000ull, 0 } }, false },
    { "Westmere", "Intel",
      { { 0x29848041e5fffbull, 0, 0x4860000ull, 0 } }, false },
    { "Westmere-IBRS", "Intel",
      { { 0x29848041e5fffbull, 0x400000000000000ull, 0x4860000ull, 0 } }, false },
    { "SandyBridge", "Intel",
      { { 0x17b8480c1e5fffbull, 0, 0x4c60000ull, 0 } }, false },
    { "SandyBridge-IBRS", "Intel",
      { { 0x17b8480c1e5fffbull, 0x400000000000000ull, 0x4c60000ull, 0 } }, false },
    { "IvyBridge", "Intel",
      { { 0x277b8480c1e5ffffull, 0x28ull, 0x4c60000ull, 0 } }, false },
    { "IvyBridge-IBRS", "Intel",
      { { 0x277b8480c1e5ffffull, 0x400000000000028ull, 0x4c60000ull, 0 } }, false },
    { "Haswell-noTSX", "Intel",
      { { 0x217fa680c1e5fffbull, 0x7dull, 0x4c60000ull, 0 } }, false },
    { "Haswell-noTSX-IBRS", "Intel",
      { { 0x217fa680c1e5fffbull, 0x40000000000007dull, 0x4c60000ull, 0 } }, false },
    { "Haswell", "Intel",
      { { 0x217fa680c1e5fffbull, 0xffull, 0x4c60000ull, 0 } }, false },
    { "Haswell-IBRS", "Intel",
      { { 0x217fa680c1e5fffbull, 0x4000000000000ffull, 0x4c60000ull, 0 } }, false },
    { "Broadwell-noTSX", "Intel",
      { { 0x217fa680c1e5fffbull, 0x707dull, 0x404c60000ull, 0 } }, false },
    { "Broadwell-noTSX-IBRS", "Intel",
      { { 0x217fa680c1e5fffbull, 0x40000000000707dull, 0x404c60000ull, 0 } }, false },
    { "Broadwell", "Intel",
      { { 0x217fa680c1e5fffbull, 0x70ffull, 0x404c60000ull, 0 } }, false },
    { "Broadwell-IBRS", "Intel",
      { { 0x217fa680c1e5fffbull, 0x4000000000070ffull, 0x404c60000ull, 0 } }, false },
    { "Skylake-Client", "Intel",
      { { 0x377fa680c1e5ffffull, 0x72ffull, 0x484c6000eull, 0 } }, false },
    { "Skylake-Client-IBRS", "Intel",
      { { 0x377fa680c1e5ffffull, 0x4000000000072ffull, 0x484c6000eull, 0 } }, false },
    { "Skylake-Client-noTSX-IBRS", "Intel",
      { { 0x377fa680c1e5ffffull, 0x40000000000727dull, 0x484c6000eull, 0 } }, true },
    { "Skylake-Server", "Intel",
      { { 0x377fa680c1e5ffffull, 0x3447effull, 0x484e6000eull, 0 } }, false },
    { "Skylake-Server-IBRS", "Intel",
      { { 0x377fa680c1e5ffffull, 0x400000003447effull, 0x484e6000eull, 0 } }, false },
    { "Skylake-Server-noTSX-IBRS", "Intel",
      { { 0x377fa680c1e5ffffull, 0x400000003447e7dull, 0x484e6000eull, 0 } }, true },
    { "Cascadelake-Server", "Intel",
      { { 0x377fa680c1e5ffffull, 0x4400000803467effull, 0x484e6000eull, 0 } }, false },
    { "Cascadelake-Server-noTSX", "Intel",
      { { 0x377fa680c1e5ffffull, 0x4400000803467e7dull, 0x484e6000eull, 0 } }, true },
    { "Icelake-Client", "Intel",
      { { 0x377fa680c1e5ffffull, 0x4400003f9c0072ffull, 0x8000484c6000eull, 0 } }, false, "intel-pt" },
    { "Icelake-Client-noTSX", "Intel",
      { { 0x377fa680c1e5ffffull, 0x4400003f9c00727dull, 0x8000484c6000eull, 0 } }, true, "intel-pt" },
    { "Icelake-Server", "Intel",
      { { 0x377fa680c1e5ffffull, 0x4400007f9f467effull, 0x8000484e6000eull, 0 } }, false, "intel-pt" },
    { "Icelake-Server-noTSX", "Intel",
      { { 0x377fa680c1e5ffffull, 0x4400007f9f467e7dull, 0x8000484e6000eull, 0 } }, true, "intel-pt" },
    { "Cooperlake", "Intel",
      { { 0x377fa680c1e5ffffull, 0x5c00000813467cffull, 0x484e6000full, 0x16b00ull } }, false },
    { "Snowridge", "Intel",
      { { 0x347f8480c1e5ffffull, 0x74000e0108865028ull, 0x404e6000eull, 0x20000ull } }, false },
    { "athlon", "AMD",
      { { 0x1e1dfffull, 0, 0x3080000ull, 0 } }, false },
    { "phenom", "AMD",
      { { 0x241e5fffbull, 0, 0x139e0000ull, 0 } }, false },
    { "Opteron_G1", "AMD",
      { { 0x41e5fffbull, 0, 0x860000ull, 0 } }, false },
    { "Opteron_G2", "AMD",
      { { 0x40041e5fffbull, 0, 0x14c60000ull, 0 } }, false },
    { "Opteron_G3", "AMD",
      { { 0x8040041e5fffbull, 0, 0x394c60000ull, 0 } }, false, "monitor" },
    { "Opteron_G4", "AMD",
      { { 0x1698480c1e5fffbull, 0, 0x22794e60000ull, 0 } }, false },
    { "Opteron_G5", "AMD",
      { { 0x3698680c1e5fffbull, 0, 0x122794e60000ull, 0 } }, false },
    { "EPYC", "AMD",
      { { 0x376d8680c1e5ffffull, 0x82701dull, 0xfd4fe000eull, 0 } }, false, "monitor" },
    { "EPYC-IBPB", "AMD",
      { { 0x376d8680c1e5ffffull, 0x82701dull, 0x10000fd4fe000eull, 0 } }, false, "monitor" },
    { "EPYC-Rome", "AMD",
      { { 0x376d8680c1e5ffffull, 0x800886701dull, 0x245e400fd4fe000eull, 0 } }, false },
    { "EPYC-Milan", "AMD",
      { { 0x376da680c1e5ffffull, 0x100801886707dull, 0x24fe400fd4fe001eull, 0x80ull } }, false },
    { "Dhyana", "Hygon",
      { { 0x374d868041e5ffffull, 0x2701dull, 0x10000fd4fe000eull, 0 } }, false, "monitor" },
};

static const char *const ppc64[] = {
    "POWER6", "POWER7", "POWER8", "POWER9", "POWER10", "POWERPC_e5500", "POWERPC_e6500",
};

enum family { OTHER, X86, PPC64, NAMELESS };

static enum family
family_of(enum arch arch)
{
    switch (arch) {
    case ARCH_I686: case ARCH_X86_64: return X86;
    case ARCH_PPC64: case ARCH_PPC64LE: return PPC64;
    case ARCH_AARCH64: case ARCH_S390X: case ARCH_S390: case ARCH_ARMV7L: case ARCH_ARMV6L: return NAMELESS;
    default: return OTHER;
    }
}

int
cpu_model_names(enum arch arch, char ***names, struct err *err)
{
    enum family family = family_of(arch);
    size_t n = family == X86 ? G_N_ELEMENTS(x86) : family == PPC64 ? G_N_ELEMENTS(ppc64) : 0;
    char **list;

    if (family == OTHER)
        return err_set(err, VIR_ERR_NO_SUPPORT, "no models of processors are known for '%s'", arch_str(arch));
    if (!names)
        return (int)n;
    list = g_new0(char *, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = g_strdup(family == X86 ? x86[i].name : ppc64[i]);
    *names = list;
    return (int)n;
}

static bool
in_set(const struct set *set, size_t i)
{
    return set->bits[i / 64] >> (i % 64) & 1;
}

static bool
has_feature(const struct set *set, const char *name)
{
    for (size_t i = 0; i < N_FEATURES; i++)
        if (strcmp(features[i], name) == 0)
            return in_set(set, i);
    return false;
}

/* How many that a has and b has not. */
static unsigned
lacking(const struct set *a, const struct set *b)
{
    unsigned n = 0;

    for (size_t i = 0; i < WORDS; i++)
        n += (unsigned)__builtin_popcountll(a->bits[i] & ~b->bits[i]);
    return n;
}

static const struct cpu_model *
find_model(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(x86); i++)
        if (strcmp(x86[i].name, name) == 0)
            return &x86[i];
    return NULL;
}

/* ---- documents ------------------------------------------------------------------------------ */

/* A processor as a document tells it; the strings are the document's. */
struct cpu {
    xmlDocPtr doc;
    enum arch arch;
    char *model, *vendor;
    struct set has;         /* of x86 */
};

static void
cpu_clear(struct cpu *cpu)
{
    g_free(cpu->model);
    g_free(cpu->vendor);
    xmlFreeDoc(cpu->doc);
}

static void
quiet(void *ctx, const char *msg, ...)
{
}

static char *
text_of(xmlNodePtr root, const char *name)
{
    for (xmlNodePtr node = root->children; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, (const xmlChar *)name)) {
            xmlChar *text = xmlNodeGetContent(node);
            char *copy = *text ? g_strdup((const char *)text) : NULL;

            xmlFree(text);
            return copy;
        }
    return NULL;
}

static bool
add_feature(struct set *set, const char *name)
{
    for (size_t i = 0; i < N_FEATURES; i++)
        if (strcmp(features[i], name) == 0) {
            set->bits[i / 64] |= UINT64_C(1) << (i % 64);
            return true;
        }
    return false;
}

/* Names of features: each once.  Only processors of PCs have features that are known here. */
static int
read_features(struct cpu *cpu, xmlNodePtr root, bool known, struct err *err)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (xmlNodePtr node = root->children; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE || !xmlStrEqual(node->name, (const xmlChar *)"feature"))
            continue;
        xmlChar *text = xmlGetProp(node, (const xmlChar *)"name");
        g_autofree char *name = g_strdup((const char *)text);

        xmlFree(text);
        if (!name || !*name)
            return err_set(err, VIR_ERR_XML_ERROR, "a <feature> of a processor has no name");
        if (g_hash_table_contains(seen, name))
            return err_set(err, VIR_ERR_XML_ERROR, "a processor has the feature '%s' twice", name);
        if (known && !add_feature(&cpu->has, name))
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "no feature '%s' of processors is known", name);
        g_hash_table_add(seen, g_steal_pointer(&name));
    }
    return 0;
}

/* What only the <cpu> of a guest has. */
static int
check_host(xmlNodePtr root, struct err *err)
{
    static const char *const guest[] = { "mode", "migratable" };

    for (size_t i = 0; i < G_N_ELEMENTS(guest); i++)
        if (xmlHasProp(root, (const xmlChar *)guest[i]))
            return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "the document of a processor has %s=, as only the <cpu> of a guest can", guest[i]);
    return 0;
}

static int
read_cpu(const char *xml, struct cpu *cpu, struct err *err)
{
    xmlParserCtxtPtr ctxt = xmlNewParserCtxt();
    g_autofree char *arch = NULL;
    xmlNodePtr root;

    ctxt->sax->error = ctxt->sax->warning = quiet;
    cpu->doc = xmlCtxtReadMemory(ctxt, xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET);
    xmlFreeParserCtxt(ctxt);
    root = cpu->doc ? xmlDocGetRootElement(cpu->doc) : NULL;
    if (!root)
        return err_set(err, VIR_ERR_XML_DETAIL, "the document of a processor is not well-formed XML: %.200s",
                       xml);
    if (!xmlStrEqual(root->name, (const xmlChar *)"cpu"))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "the document of a processor begins with <%s> and has to be <cpu>",
                       (const char *)root->name);
    if (check_host(root, err) < 0)
        return -1;
    arch = text_of(root, "arch");
    cpu->model = text_of(root, "model");
    cpu->vendor = text_of(root, "vendor");
    if (!arch)
        return err_set(err, VIR_ERR_XML_ERROR, "the document of a processor has no <arch>");
    cpu->arch = (enum arch)model_enum_from(&arch_enum, arch);
    if (!cpu->arch)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "'%s' in the document of a processor is no architecture", arch);
    if (!cpu->model)
        return err_set(err, VIR_ERR_XML_ERROR, "the document of a processor has no <model>");
    return read_features(cpu, root, false, err);
}

/* What the processor can do: its model's features and its own. */
static int
know_cpu(struct cpu *cpu, struct err *err)
{
    const struct cpu_model *model = find_model(cpu->model);

    if (!model)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "no processor '%s' is known", cpu->model);
    cpu->has = model->has;
    return read_features(cpu, xmlDocGetRootElement(cpu->doc), true, err);
}

/* ---- what all can do ------------------------------------------------------------------------ */

static int
by_name(const void *a, const void *b)
{
    return strcmp(features[*(const size_t *)a], features[*(const size_t *)b]);
}

/* `expand`: all features, by name; else those that the model does not tell. */
static char *
format(const struct cpu_model *model, bool sure, const char *vendor, const struct set *has, bool expand)
{
    GString *xml = g_string_new("<cpu mode='custom' match='exact'>\n");
    size_t order[N_FEATURES];

    g_string_append_printf(xml, "  <model fallback='%s'>%s</model>\n", sure ? "forbid" : "allow",
                           model->name);
    if (vendor)
        g_string_append_printf(xml, "  <vendor>%s</vendor>\n", vendor);
    for (size_t i = 0; i < N_FEATURES; i++)
        order[i] = i;
    if (expand)
        qsort(order, N_FEATURES, sizeof(*order), by_name);
    /* What is there comes before what is missing, but for a list by name. */
    for (int pass = 0; pass < (expand ? 1 : 2); pass++) {
        for (size_t k = 0; k < N_FEATURES; k++) {
            size_t i = order[k];
            bool there = in_set(has, i), gone = expand && g_strcmp0(model->gone, features[i]) == 0;
            bool told = in_set(&model->has, i) || gone;

            if (expand ? there || told : there != told && there == (pass == 0))
                g_string_append_printf(xml, "  <feature policy='%s' name='%s'/>\n",
                                       there ? "require" : "disable", features[i]);
        }
    }
    if (model->gone && !has_feature(has, model->gone) && !expand)
        g_string_append_printf(xml, "  <feature policy='disable' name='%s'/>\n", model->gone);
    g_string_append(xml, "</cpu>\n");
    return g_string_free(xml, FALSE);
}

/* How far a model is from what is meant: a feature that it takes away weighs as much as two that it adds. */
static unsigned
distance(const struct cpu_model *model, const struct set *has)
{
    return lacking(has, &model->has) + 2 * lacking(&model->has, has);
}

/* The nearest model that is not one of another vendor; of equals the one listed first. */
static const struct cpu_model *
nearest(const struct set *has, const char *vendor)
{
    const struct cpu_model *best = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(x86); i++) {
        const struct cpu_model *m = &x86[i];

        if (m->derived || (vendor && m->vendor && strcmp(m->vendor, vendor) != 0))
            continue;
        if (!best || distance(m, has) < distance(best, has))
            best = m;
    }
    return best;
}

/* The vendor of all: the first that a document says counts, or that of a later one's model. */
static int
common_vendor(const struct cpu *cpus, unsigned n, const char **vendor, struct err *err)
{
    *vendor = cpus[0].vendor;
    for (unsigned i = 1; i < n; i++) {
        const char *of_model = find_model(cpus[i].model)->vendor;
        const char *own = cpus[i].vendor ? cpus[i].vendor : of_model;

        if (cpus[i].vendor && of_model && strcmp(cpus[i].vendor, of_model) != 0)
            return err_set(err, VIR_ERR_OPERATION_FAILED, "processor '%s' is made by %s, not by %s",
                           cpus[i].model, of_model, cpus[i].vendor);
        if (own && *vendor && strcmp(own, *vendor) != 0)
            return err_set(err, VIR_ERR_OPERATION_FAILED,
                           "processors of %s and of %s have no model in common", *vendor, own);
        if (!*vendor)
            *vendor = own;
    }
    return 0;
}

static bool
is_vendor(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(x86); i++)
        if (g_strcmp0(x86[i].vendor, name) == 0)
            return true;
    return false;
}

static int
x86_baseline(struct cpu *cpus, unsigned n, bool expand, char **result, struct err *err)
{
    const char *vendor, *said = NULL; /* of all; by one of the documents */
    const struct cpu_model *model;
    bool same = true, told = true;
    struct set has;

    for (unsigned i = 0; i < n; i++) {
        if (know_cpu(&cpus[i], err) < 0)
            return -1;
        if (cpus[i].vendor && !is_vendor(cpus[i].vendor))
            return err_set(err, VIR_ERR_OPERATION_FAILED, "no vendor of processors '%s' is known",
                           cpus[i].vendor);
    }
    if (common_vendor(cpus, n, &vendor, err) < 0)
        return -1;
    has = cpus[0].has;
    for (unsigned i = 0; i < n; i++) {
        said = said ? said : cpus[i].vendor;
        told &= cpus[i].vendor != NULL;
        same &= strcmp(cpus[i].model, cpus[0].model) == 0;
        for (size_t w = 0; w < WORDS; w++)
            has.bits[w] &= cpus[i].has.bits[w];
    }
    model = find_model(cpus[0].model);
    if (!same || model->derived || (vendor && model->vendor && strcmp(vendor, model->vendor) != 0))
        model = nearest(&has, vendor);
    *result =
        format(model, same && strcmp(model->name, cpus[0].model) == 0, told ? said : NULL, &has, expand);
    return 0;
}

/* Of these nothing is known but the name: the first one's counts, which is enough where guests are told of no
 * other. */
static int
named_baseline(const struct cpu *cpus, unsigned n, char **result, struct err *err)
{
    const struct cpu_model only = { .name = cpus[0].model };
    const struct set nothing = { { 0 } };
    bool power = family_of(cpus[0].arch) == PPC64, known = !power;

    if (cpus[0].arch == ARCH_S390X || cpus[0].arch == ARCH_S390 || family_of(cpus[0].arch) == OTHER)
        return err_set(err, VIR_ERR_NO_SUPPORT, "what processors of '%s' have in common is not known",
                       arch_str(cpus[0].arch));
    for (size_t i = 0; i < G_N_ELEMENTS(ppc64); i++)
        known |= strcmp(ppc64[i], cpus[0].model) == 0;
    if (!known)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "no processor '%s' is known", cpus[0].model);
    for (unsigned i = 1; power && i < n; i++)
        if (strcmp(cpus[i].model, cpus[0].model) != 0)
            return err_set(err, VIR_ERR_OPERATION_FAILED, "processors '%s' and '%s' have no model in common",
                           cpus[0].model, cpus[i].model);
    *result = format(&only, power, power ? cpus[0].vendor : NULL, &nothing, false);
    return 0;
}

int
cpu_baseline(const char **xml, unsigned n, bool expand, char **result, struct err *err)
{
    g_autofree struct cpu *cpus = NULL;
    int r = 0;

    if (n == 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "no processor was given");
    for (unsigned i = 0; i < n; i++)       /* before memory is asked for: the count may be wrong */
        if (!xml[i])
            return err_set(err, VIR_ERR_XML_ERROR, "the document of processor %u of %u is NULL", i + 1, n);
    cpus = g_new0(struct cpu, n);
    for (unsigned i = 0; i < n && r == 0; i++)
        r = read_cpu(xml[i], &cpus[i], err);
    if (r == 0)
        r = family_of(cpus[0].arch) == X86 ? x86_baseline(cpus, n, expand, result, err)
                                           : named_baseline(cpus, n, result, err);
    for (unsigned i = 0; i < n; i++)
        cpu_clear(&cpus[i]);
    return r;
}
