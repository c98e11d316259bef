/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * save: guests are saved to files and come back, saved by themselves, dumped, pictured.
 *
 * Owns: the format of such a file: 15 bytes of magic, the length of the document (32 bits, least significant
 * byte first), the document.  There is no memory to save.
 * Called by: clients.  Waits: for a turn, for the disk.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_TEST

static const char magic[] = "TestGuestMagic"; /* with its NUL */
#define FILE_MAX (16u << 20)
#define HEAD (sizeof(magic) + 4)

/* ---- files ---------------------------------------------------------------------------------- */

static int
write_file(const char *path, const void *data, size_t n, struct err *err)
{
    FD_AUTO fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "cannot open '%s' to write: %s", path, g_strerror(errno));
    if (fd_write_all(fd, data, n) < 0)
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "cannot write '%s': %s", path, g_strerror(errno));
    return 0;
}

struct image { const char *path; char *xml; };

static int
write_image(void *arg, struct err *err)
{
    const struct image *image = arg;
    uint32_t n = (uint32_t)strlen(image->xml);
    g_autofree char *data = g_malloc(HEAD + n);
    const unsigned char length[4] = { (unsigned char)n, (unsigned char)(n >> 8), (unsigned char)(n >> 16),
                                      (unsigned char)(n >> 24) };

    memcpy(data, magic, sizeof(magic));
    memcpy(data + sizeof(magic), length, sizeof(length));
    memcpy(data + HEAD, image->xml, n);
    return write_file(image->path, data, HEAD + n, err);
}

/* The document in a file; NULL with err. */
static char *
read_image(const char *path, struct err *err)
{
    g_autofree char *data = NULL;
    const unsigned char *head;
    ssize_t n = file_read_quiet(AT_FDCWD, path, FILE_MAX, &data);
    uint32_t length;

    if (n < 0) {
        err_set(err, VIR_ERR_SYSTEM_ERROR, "cannot read the saved guest '%s': %s", path, g_strerror(errno));
        return NULL;
    }
    if ((size_t)n < HEAD) {
        err_set(err, VIR_ERR_SYSTEM_ERROR, "the saved guest '%s' is incomplete: it has %zd bytes", path, n);
        return NULL;
    }
    if (memcmp(data, magic, sizeof(magic)) != 0) {
        err_set(err, VIR_ERR_INTERNAL_ERROR, "'%s' is not a saved guest of this hypervisor", path);
        return NULL;
    }
    head = (const unsigned char *)data + sizeof(magic);
    length = head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 24;
    if (length != (size_t)n - HEAD) {
        err_set(err, VIR_ERR_INTERNAL_ERROR,
                "the saved guest '%s' is incomplete: its document has %zu bytes of %u", path,
                (size_t)n - HEAD, length);
        return NULL;
    }
    return g_strndup(data + HEAD, length);
}

/* ---- save and restore ----------------------------------------------------------------------- */

static int
begin_running(struct drv_conn *conn, const struct domain_ref *dom, const char *api, struct turn **turn,
              struct err *err)
{
    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, api, turn, err) < 0)
        return -1;
    return vm_view_is_active(turn_view(*turn)) ? 0 : err_not_running(err);
}

int
test_domain_save_flags(struct drv_conn *conn, const struct domain_ref *dom, const char *to, const char *dxml,
                       unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct image image = { to, NULL };
    int ret;

    if (flags_check(flags, 0, "virDomainSaveFlags", err) < 0)
        return -1;
    if (dxml)
        return err_set(err, VIR_ERR_ARGUMENT_UNSUPPORTED,
                       "another document cannot be saved with a guest here");
    if (begin_running(conn, dom, "virDomainSave", &turn, err) < 0)
        return -1;
    image.xml = domain_def_format(turn_live_def(turn), MODEL_FORMAT_LIVE | MODEL_FORMAT_SECURE);
    ret = turn_offload(turn, write_image, &image, err);
    free(image.xml);
    return ret < 0 ? -1
                   : test_end(&turn, VIR_DOMAIN_SHUTOFF_SAVED, VIR_DOMAIN_EVENT_STOPPED_SAVED,
                              "virDomainSave", err);
}

int
test_domain_save(struct drv_conn *conn, const struct domain_ref *dom, const char *to, struct err *err)
{
    return test_domain_save_flags(conn, dom, to, NULL, 0, err);
}

int
test_domain_restore_flags(struct drv_conn *conn, const char *from, const char *dxml, unsigned int flags,
                          struct err *err)
{
    const struct turn_request req = { .turn_class = TURN_MODIFY, .api = "virDomainRestore" };
    g_autofree char *xml = NULL;
    DOMAIN_DEF_AUTO def = NULL;
    TURN_AUTO turn = NULL;
    bool is_new;

    if (flags_check(flags, 0, "virDomainRestoreFlags", err) < 0)
        return -1;
    if (dxml)
        return err_set(err, VIR_ERR_ARGUMENT_UNSUPPORTED,
                       "a guest comes back as it was saved; no other document can be given");
    if (!(xml = read_image(from, err)) || test_parse(xml, false, &def, err) < 0 ||
        registry_claim(conn->guests, def->name, def->uuid, CLAIM_NOT_RUNNING, &req, &turn, &is_new, err) < 0)
        return -1;
    return test_start_as(turn, def, VIR_DOMAIN_RUNNING_RESTORED, VIR_DOMAIN_EVENT_STARTED_RESTORED, err);
}

int
test_domain_restore(struct drv_conn *conn, const char *from, struct err *err)
{
    return test_domain_restore_flags(conn, from, NULL, 0, err);
}

int
test_domain_save_image_get_xml_desc(struct drv_conn *conn, const char *file, unsigned int flags,
                                    char **result, struct err *err)
{
    g_autofree char *xml = NULL;
    DOMAIN_DEF_AUTO def = NULL;

    if (flags_check(flags, VIR_DOMAIN_SAVE_IMAGE_XML_SECURE, "virDomainSaveImageGetXMLDesc", err) < 0 ||
        !(xml = read_image(file, err)) || test_parse(xml, false, &def, err) < 0)
        return -1;
    *result = domain_def_format(def, flags & VIR_DOMAIN_SAVE_IMAGE_XML_SECURE ? MODEL_FORMAT_SECURE : 0);
    return 0;
}

int
test_domain_save_image_define_xml(struct drv_conn *conn, const char *file, const char *dxml,
                                  unsigned int flags, struct err *err)
{
    g_autofree char *old = NULL;
    DOMAIN_DEF_AUTO def = NULL;
    struct image image = { file, NULL };
    int ret;

    if (flags_check(flags, VIR_DOMAIN_SAVE_RUNNING | VIR_DOMAIN_SAVE_PAUSED, "virDomainSaveImageDefineXML",
                    err) < 0 ||
        !(old = read_image(file, err)) || test_parse(dxml, false, &def, err) < 0)
        return -1;
    image.xml = domain_def_format(def, MODEL_FORMAT_SECURE);
    ret = write_image(&image, err);
    free(image.xml);
    return ret;
}

/* ---- saved by themselves -------------------------------------------------------------------- */

/* Without a file: the host remembers that there is one. */
int
test_domain_managed_save(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                         struct err *err)
{
    const struct vm_change change = { .what = CHANGE_MANAGED_SAVE, .managed_save = true };
    TURN_AUTO turn = NULL;

    if (flags_check(flags, VIR_DOMAIN_SAVE_BYPASS_CACHE | VIR_DOMAIN_SAVE_RUNNING | VIR_DOMAIN_SAVE_PAUSED,
                    "virDomainManagedSave", err) < 0 ||
        begin_running(conn, dom, "virDomainManagedSave", &turn, err) < 0)
        return -1;
    if (!turn_view(turn)->persistent)
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "guest '%s' is transient: nothing of it stays to be saved for", turn_view(turn)->name);
    if (turn_publish(turn, &change, err) < 0)
        return -1;
    return test_end(&turn, VIR_DOMAIN_SHUTOFF_SAVED, VIR_DOMAIN_EVENT_STOPPED_SAVED, "virDomainManagedSave",
                    err);
}

int
test_domain_managed_save_remove(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                                struct err *err)
{
    const struct vm_change change = { .what = CHANGE_MANAGED_SAVE };
    TURN_AUTO turn = NULL;

    if (flags_check(flags, 0, "virDomainManagedSaveRemove", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainManagedSaveRemove", &turn, err) < 0)
        return -1;
    return turn_publish(turn, &change, err);
}

/* ---- core dumps ----------------------------------------------------------------------------- */

static int
write_core(void *arg, struct err *err)
{
    return write_file(arg, magic, sizeof(magic), err);
}

int
test_domain_core_dump_with_format(struct drv_conn *conn, const struct domain_ref *dom, const char *to,
                                  unsigned int dumpformat, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    g_autofree char *path = g_strdup(to);

    if (flags_check(flags, VIR_DUMP_CRASH, "virDomainCoreDump", err) < 0 ||
        begin_running(conn, dom, "virDomainCoreDump", &turn, err) < 0)
        return -1;
    if (dumpformat != VIR_DOMAIN_CORE_DUMP_FORMAT_RAW)
        return err_set(err, VIR_ERR_OPERATION_UNSUPPORTED,
                       "memory can be dumped as it is only, not in format %u", dumpformat);
    if (turn_offload(turn, write_core, path, err) < 0)
        return -1;
    if (!(flags & VIR_DUMP_CRASH))
        return 0;
    return test_end(&turn, VIR_DOMAIN_SHUTOFF_CRASHED, VIR_DOMAIN_EVENT_STOPPED_CRASHED, "virDomainCoreDump",
                    err);
}

int
test_domain_core_dump(struct drv_conn *conn, const struct domain_ref *dom, const char *to, unsigned int flags,
                      struct err *err)
{
    return test_domain_core_dump_with_format(conn, dom, to, VIR_DOMAIN_CORE_DUMP_FORMAT_RAW, flags, err);
}

/* ---- the screen ----------------------------------------------------------------------------- */

/* A PNG of 32 by 24 pixels: a frame. */
static const unsigned char picture[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, 0x18, 0x01, 0x00, 0x00, 0x00, 0x00, 0xb3, 0x28, 0xc2,
    0x99, 0x00, 0x00, 0x00, 0x15, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xf8, 0x0f, 0x04, 0x0c,
    0x0d, 0x0c, 0x0c, 0x8c, 0xf4, 0x23, 0x40, 0x56, 0x02, 0x00, 0x88, 0x5b, 0x13, 0x0f, 0x54, 0x5c,
    0x78, 0x22, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
};

int
test_domain_screenshot(struct drv_conn *conn, const struct domain_ref *dom, struct stream *stream,
                       unsigned int screen, unsigned int flags, char **result, struct err *err)
{
    VIEW_AUTO view = NULL;
    FD_AUTO fd = -1;

    if (flags_check(flags, 0, "virDomainScreenshot", err) < 0 || !(view = domain_view(conn, dom, err)))
        return -1;
    fd = memfd_create("screenshot", MFD_CLOEXEC);
    if (fd < 0 || fd_write_all(fd, picture, sizeof(picture)) < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return err_errno(err, errno, "cannot make a picture of the screen of guest '%s'", view->name);
    stream_set_fd(stream, fd, true, false);
    stream->regular_file = true;
    fd = -1;
    *result = g_strdup("image/png");
    return 0;
}
