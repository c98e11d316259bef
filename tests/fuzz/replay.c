/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs a fuzzer's function over files and folders, without a fuzzing engine: what was
 * found once stays found.  usage: fuzz-replay-NAME PATH…
 */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int
run(const char *path)
{
    unsigned int n = 0;
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inside = g_build_filename(path, name, NULL);
        n += run(inside);
    }
    char *data = NULL;
    gsize size;
    if (!dir && g_file_get_contents(path, &data, &size, NULL)) {
        LLVMFuzzerTestOneInput((const uint8_t *)data, size);
        n++;
    }
    g_free(data);
    return n;
}

int
main(int argc, char **argv)
{
    unsigned int n = 0;
    for (int i = 1; i < argc; i++)
        n += run(argv[i]);
    printf("%s 1 - %u inputs\n1..1\n", n ? "ok" : "not ok", n);
    return n == 0;
}
