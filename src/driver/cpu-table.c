/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-table: the names of processors' features, and what each model of PCs has of them.  See cpu-models.h.
 *
 * Only data.  Called by: cpu-models.
 */
#include "driver/cpu-models.h"

/* clang-format off */
const char *const cpu_features[CPU_FEATURES] = {
    /* CPUID 0x1 EDX */
    "fpu", "pse", "vme", "de", "tsc", "msr", "pae", "mce", "cx8", "apic", "sep", "mtrr", "pge", "mca",
    "cmov", "pat", "pse36", "pn", "clflush", "ds", "acpi", "mmx", "fxsr", "sse", "sse2", "ss", "ht",
    "tm", "ia64", "pbe",
    /* CPUID 0x1 ECX */
    "pni", "pclmuldq", "dtes64", "monitor", "ds_cpl", "vmx", "smx", "est", "tm2", "ssse3", "cid", "fma",
    "cx16", "xtpr", "pdcm", "pcid", "dca", "sse4.1", "sse4.2", "x2apic", "movbe", "popcnt",
    "tsc-deadline", "aes", "xsave", "osxsave", "avx", "f16c", "rdrand", "hypervisor",
    /* CPUID 0x6 EAX */
    "arat",
    /* CPUID 0x7/0 EBX */
    "fsgsbase", "tsc_adjust", "sgx", "bmi1", "hle", "avx2", "smep", "bmi2", "erms", "invpcid", "rtm",
    "cmt", "mpx", "avx512f", "avx512dq", "rdseed", "adx", "smap", "avx512ifma", "pcommit", "clflushopt",
    "clwb", "intel-pt", "avx512pf", "avx512er", "avx512cd", "sha-ni", "avx512bw", "avx512vl",
    /* CPUID 0x7/0 ECX */
    "avx512vbmi", "umip", "pku", "ospke", "waitpkg", "avx512vbmi2", "gfni", "vaes", "vpclmulqdq",
    "avx512vnni", "avx512bitalg", "avx512-vpopcntdq", "la57", "rdpid", "bus-lock-detect", "cldemote",
    "movdiri", "movdir64b", "sgxlc", "pks",
    /* CPUID 0x7/0 EDX */
    "avx512-4vnniw", "avx512-4fmaps", "fsrm", "avx512-vp2intersect", "md-clear", "serialize",
    "tsx-ldtrk", "arch-lbr", "amx-bf16", "avx512-fp16", "amx-tile", "amx-int8", "spec-ctrl", "stibp",
    "arch-capabilities", "core-capability", "ssbd",
    /* CPUID 0x7/1 EAX */
    "avx-vnni", "avx512-bf16",
    /* CPUID 0xd/1 EAX */
    "xsaveopt", "xsavec", "xgetbv1", "xsaves", "xfd",
    /* CPUID 0xf/1 EDX */
    "mbm_total", "mbm_local",
    /* CPUID 0x12/0 EAX */
    "sgx1", "sgx2",
    /* CPUID 0x12/0 EBX */
    "sgx-exinfo",
    /* CPUID 0x12/1 EAX */
    "sgx-debug", "sgx-mode64", "sgx-provisionkey", "sgx-tokenkey", "sgx-kss",
    /* CPUID 0x14/0 ECX */
    "intel-pt-lip",
    /* CPUID 0x80000001 EDX */
    "syscall", "nx", "mmxext", "fxsr_opt", "pdpe1gb", "rdtscp", "lm", "3dnowext", "3dnow",
    /* CPUID 0x80000001 ECX */
    "lahf_lm", "cmp_legacy", "svm", "extapic", "cr8legacy", "abm", "sse4a", "misalignsse",
    "3dnowprefetch", "osvw", "ibs", "xop", "skinit", "wdt", "lwp", "fma4", "tce", "nodeid_msr", "tbm",
    "topoext", "perfctr_core", "perfctr_nb",
    /* CPUID 0x80000007 EDX */
    "invtsc",
    /* CPUID 0x80000008 EBX */
    "clzero", "xsaveerptr", "wbnoinvd", "ibpb", "ibrs", "amd-stibp", "amd-ssbd", "virt-ssbd",
    "amd-no-ssb",
    /* CPUID 0x8000000a EDX */
    "npt", "lbrv", "svm-lock", "nrip-save", "tsc-scale", "vmcb-clean", "flushbyasid", "decodeassists",
    "pause-filter", "pfthreshold", "avic", "v-vmsave-vmload", "vgif", "svme-addr-chk",
    /* MSR 0x10a */
    "rdctl-no", "ibrs-all", "rsba", "skip-l1dfl-vmentry", "ssb-no", "mds-no", "pschange-mc-no",
    "tsx-ctrl", "taa-no",
    /* MSR 0xcf */
    "split-lock-detect",
};
/* The same places: which bit of its register each one is. */
const uint8_t cpu_feature_bits[CPU_FEATURES] = {
    /* CPUID 0x1 EDX */
    0, 3, 1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29,
    30, 31,
    /* CPUID 0x1 ECX */
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
    30, 31,
    /* CPUID 0x6 EAX */
    2,
    /* CPUID 0x7/0 EBX */
    0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 14, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
    30, 31,
    /* CPUID 0x7/0 ECX */
    1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 14, 16, 22, 24, 25, 27, 28, 30, 31,
    /* CPUID 0x7/0 EDX */
    2, 3, 4, 8, 10, 14, 16, 19, 22, 23, 24, 25, 26, 27, 29, 30, 31,
    /* CPUID 0x7/1 EAX */
    4, 5,
    /* CPUID 0xd/1 EAX */
    0, 1, 2, 3, 4,
    /* CPUID 0xf/1 EDX */
    1, 2,
    /* CPUID 0x12/0 EAX */
    0, 1,
    /* CPUID 0x12/0 EBX */
    0,
    /* CPUID 0x12/1 EAX */
    1, 2, 4, 5, 7,
    /* CPUID 0x14/0 ECX */
    31,
    /* CPUID 0x80000001 EDX */
    11, 20, 22, 25, 26, 27, 29, 30, 31,
    /* CPUID 0x80000001 ECX */
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 19, 21, 22, 23, 24,
    /* CPUID 0x80000007 EDX */
    8,
    /* CPUID 0x80000008 EBX */
    0, 2, 9, 12, 14, 15, 24, 25, 26,
    /* CPUID 0x8000000a EDX */
    0, 1, 2, 3, 4, 5, 6, 7, 10, 12, 13, 15, 16, 28,
    /* MSR 0x10a */
    0, 1, 2, 3, 4, 5, 6, 7, 8,
    /* MSR 0xcf */
    5,
};
/* The registers, with how many of the features each has. */
const struct cpu_register cpu_registers[] = {
    { 0x1, 0, CPU_EDX, 30 },
    { 0x1, 0, CPU_ECX, 30 },
    { 0x6, 0, CPU_EAX, 1 },
    { 0x7, 0, CPU_EBX, 29 },
    { 0x7, 0, CPU_ECX, 20 },
    { 0x7, 0, CPU_EDX, 17 },
    { 0x7, 1, CPU_EAX, 2 },
    { 0xd, 1, CPU_EAX, 5 },
    { 0xf, 1, CPU_EDX, 2 },
    { 0x12, 0, CPU_EAX, 2 },
    { 0x12, 0, CPU_EBX, 1 },
    { 0x12, 1, CPU_EAX, 5 },
    { 0x14, 0, CPU_ECX, 1 },
    { 0x80000001, 0, CPU_EDX, 9 },
    { 0x80000001, 0, CPU_ECX, 22 },
    { 0x80000007, 0, CPU_EDX, 1 },
    { 0x80000008, 0, CPU_EBX, 9 },
    { 0x8000000a, 0, CPU_EDX, 14 },
    { 0x10a, 0, CPU_MSR, 9 },
    { 0xcf, 0, CPU_MSR, 1 },
    { 0, 0, CPU_EAX, 0 },
};
/* clang-format on */
_Static_assert(CPU_FEATURES <= CPU_SET_WORDS * 64, "a set has a bit for each feature");

const struct cpu_kind cpu_x86[] = {
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
    { NULL, NULL, { { 0 } }, false },
};
