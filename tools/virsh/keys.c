/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of keys: those of the kernel's input layer for the set "linux", virtual key codes for "win32";
 * the other sets are known by number only. */
#include "keys.h"

#include <glib.h>
#include <libvirt/libvirt.h>
#include <linux/input-event-codes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct key {
    const char *name;
    int code;
};

#define LINUX_KEYS \
    K(RESERVED) K(ESC) K(1) K(2) K(3) K(4) K(5) K(6) K(7) K(8) K(9) K(0) K(MINUS) K(EQUAL) K(BACKSPACE) \
    K(TAB) K(Q) K(W) K(E) K(R) K(T) K(Y) K(U) K(I) K(O) K(P) K(LEFTBRACE) K(RIGHTBRACE) K(ENTER) \
    K(LEFTCTRL) K(A) K(S) K(D) K(F) K(G) K(H) K(J) K(K) K(L) K(SEMICOLON) K(APOSTROPHE) K(GRAVE) \
    K(LEFTSHIFT) K(BACKSLASH) K(Z) K(X) K(C) K(V) K(B) K(N) K(M) K(COMMA) K(DOT) K(SLASH) K(RIGHTSHIFT) \
    K(KPASTERISK) K(LEFTALT) K(SPACE) K(CAPSLOCK) K(F1) K(F2) K(F3) K(F4) K(F5) K(F6) K(F7) K(F8) K(F9) \
    K(F10) K(NUMLOCK) K(SCROLLLOCK) K(KP7) K(KP8) K(KP9) K(KPMINUS) K(KP4) K(KP5) K(KP6) K(KPPLUS) \
    K(KP1) K(KP2) K(KP3) K(KP0) K(KPDOT) K(ZENKAKUHANKAKU) K(102ND) K(F11) K(F12) K(RO) K(KATAKANA) \
    K(HIRAGANA) K(HENKAN) K(KATAKANAHIRAGANA) K(MUHENKAN) K(KPJPCOMMA) K(KPENTER) K(RIGHTCTRL) \
    K(KPSLASH) K(SYSRQ) K(RIGHTALT) K(LINEFEED) K(HOME) K(UP) K(PAGEUP) K(LEFT) K(RIGHT) K(END) K(DOWN) \
    K(PAGEDOWN) K(INSERT) K(DELETE) K(MACRO) K(MUTE) K(VOLUMEDOWN) K(VOLUMEUP) K(POWER) K(KPEQUAL) \
    K(KPPLUSMINUS) K(PAUSE) K(SCALE) K(KPCOMMA) K(HANGEUL) K(HANJA) K(YEN) K(LEFTMETA) K(RIGHTMETA) \
    K(COMPOSE) K(STOP) K(AGAIN) K(PROPS) K(UNDO) K(FRONT) K(COPY) K(OPEN) K(PASTE) K(FIND) K(CUT) \
    K(HELP) K(MENU) K(CALC) K(SETUP) K(SLEEP) K(WAKEUP) K(FILE) K(SENDFILE) K(DELETEFILE) K(XFER) \
    K(PROG1) K(PROG2) K(WWW) K(MSDOS) K(COFFEE) K(ROTATE_DISPLAY) K(CYCLEWINDOWS) K(MAIL) K(BOOKMARKS) \
    K(COMPUTER) K(BACK) K(FORWARD) K(CLOSECD) K(EJECTCD) K(EJECTCLOSECD) K(NEXTSONG) K(PLAYPAUSE) \
    K(PREVIOUSSONG) K(STOPCD) K(RECORD) K(REWIND) K(PHONE) K(ISO) K(CONFIG) K(HOMEPAGE) K(REFRESH) \
    K(EXIT) K(MOVE) K(EDIT) K(SCROLLUP) K(SCROLLDOWN) K(KPLEFTPAREN) K(KPRIGHTPAREN) K(NEW) K(REDO) \
    K(F13) K(F14) K(F15) K(F16) K(F17) K(F18) K(F19) K(F20) K(F21) K(F22) K(F23) K(F24) K(PLAYCD) \
    K(PAUSECD) K(PROG3) K(PROG4) K(ALL_APPLICATIONS) K(SUSPEND) K(CLOSE) K(PLAY) K(FASTFORWARD) \
    K(BASSBOOST) K(PRINT) K(HP) K(CAMERA) K(SOUND) K(QUESTION) K(EMAIL) K(CHAT) K(SEARCH) K(CONNECT) \
    K(FINANCE) K(SPORT) K(SHOP) K(ALTERASE) K(CANCEL) K(BRIGHTNESSDOWN) K(BRIGHTNESSUP) K(MEDIA) \
    K(SWITCHVIDEOMODE) K(KBDILLUMTOGGLE) K(KBDILLUMDOWN) K(KBDILLUMUP) K(SEND) K(REPLY) K(FORWARDMAIL) \
    K(SAVE) K(DOCUMENTS) K(BATTERY) K(BLUETOOTH) K(WLAN) K(UWB) K(UNKNOWN) K(VIDEO_NEXT) K(VIDEO_PREV) \
    K(BRIGHTNESS_CYCLE) K(BRIGHTNESS_AUTO) K(DISPLAY_OFF) K(WWAN) K(RFKILL) K(MICMUTE)

#define K(name) {"KEY_" #name, KEY_##name},
static const struct key linux_keys[] = {LINUX_KEYS};
#undef K

static const struct key win32_keys[] = {
    {"VK_LBUTTON", 0x01}, {"VK_RBUTTON", 0x02}, {"VK_MBUTTON", 0x04}, {"VK_BACK", 0x08}, {"VK_TAB", 0x09},
    {"VK_CLEAR", 0x0c}, {"VK_RETURN", 0x0d}, {"VK_SHIFT", 0x10}, {"VK_CONTROL", 0x11}, {"VK_MENU", 0x12},
    {"VK_PAUSE", 0x13}, {"VK_CAPITAL", 0x14}, {"VK_ESCAPE", 0x1b}, {"VK_SPACE", 0x20}, {"VK_PRIOR", 0x21},
    {"VK_NEXT", 0x22}, {"VK_END", 0x23}, {"VK_HOME", 0x24}, {"VK_LEFT", 0x25}, {"VK_UP", 0x26},
    {"VK_RIGHT", 0x27}, {"VK_DOWN", 0x28}, {"VK_SELECT", 0x29}, {"VK_PRINT", 0x2a}, {"VK_EXECUTE", 0x2b},
    {"VK_SNAPSHOT", 0x2c}, {"VK_INSERT", 0x2d}, {"VK_DELETE", 0x2e}, {"VK_HELP", 0x2f}, {"VK_LWIN", 0x5b},
    {"VK_RWIN", 0x5c}, {"VK_APPS", 0x5d}, {"VK_SLEEP", 0x5f}, {"VK_MULTIPLY", 0x6a}, {"VK_ADD", 0x6b},
    {"VK_SEPARATOR", 0x6c}, {"VK_SUBTRACT", 0x6d}, {"VK_DECIMAL", 0x6e}, {"VK_DIVIDE", 0x6f},
    {"VK_NUMLOCK", 0x90}, {"VK_SCROLL", 0x91}, {"VK_LSHIFT", 0xa0}, {"VK_RSHIFT", 0xa1},
    {"VK_LCONTROL", 0xa2}, {"VK_RCONTROL", 0xa3}, {"VK_LMENU", 0xa4}, {"VK_RMENU", 0xa5},
};

static int
find(const struct key *keys, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(keys[i].name, name) == 0)
            return keys[i].code;
    return -1;
}

/* VK_A, VK_7, VK_F12, VK_NUMPAD3 */
static int
win32_regular(const char *name)
{
    char *end;
    if (strncmp(name, "VK_", 3) != 0)
        return -1;
    name += 3;
    if (name[0] && !name[1] && (g_ascii_isupper(name[0]) || g_ascii_isdigit(name[0])))
        return name[0];
    bool pad = strncmp(name, "NUMPAD", 6) == 0;
    if (!pad && name[0] != 'F')
        return -1;
    name += pad ? 6 : 1;
    long n = strtol(name, &end, 10);
    if (end == name || *end || n < (pad ? 0 : 1) || n > (pad ? 9 : 24))
        return -1;
    return pad ? 0x60 + (int)n : 0x6f + (int)n;
}

const char *
key_name(size_t i)
{
    return i < G_N_ELEMENTS(linux_keys) ? linux_keys[i].name : NULL;
}

int
keyset_find(const char *name)
{
    static const char *const names[] = {"linux", "xt", "atset1", "atset2", "atset3", "os_x", "xt_kbd", "usb",
                                        "win32", "qnum"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return strcmp(name, "rfb") == 0 ? VIR_KEYCODE_SET_QNUM : -1;
}

int
key_find(int set, const char *text)
{
    char *end;
    long n = strtol(text, &end, 0);
    int code = -1;
    if (end != text && !*end)
        return n >= 0 && n <= 0xffff ? (int)n : -1;
    if (set == VIR_KEYCODE_SET_LINUX)
        code = find(linux_keys, G_N_ELEMENTS(linux_keys), text);
    else if (set == VIR_KEYCODE_SET_WIN32 && (code = find(win32_keys, G_N_ELEMENTS(win32_keys), text)) < 0)
        code = win32_regular(text);
    return code;
}
