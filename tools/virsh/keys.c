/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of keys: those of the kernel's input layer for the set "linux", virtual key codes for "win32", those
 * of Carbon for "os_x"; the other sets are known by number only. */
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

/* Of remote controls, telephones and Braille keyboards. */
#define RARE_KEYS \
    K(SCREENLOCK) K(DIRECTION) K(DASHBOARD) K(BRIGHTNESS_ZERO) K(WIMAX) K(OK) K(SELECT) K(GOTO) \
    K(CLEAR) K(POWER2) K(OPTION) K(INFO) K(TIME) K(VENDOR) K(ARCHIVE) K(PROGRAM) K(CHANNEL) \
    K(FAVORITES) K(EPG) K(PVR) K(MHP) K(LANGUAGE) K(TITLE) K(SUBTITLE) K(ANGLE) K(ZOOM) K(MODE) \
    K(KEYBOARD) K(SCREEN) K(PC) K(TV) K(TV2) K(VCR) K(VCR2) K(SAT) K(SAT2) K(CD) K(TAPE) K(RADIO) \
    K(TUNER) K(PLAYER) K(TEXT) K(DVD) K(AUX) K(MP3) K(AUDIO) K(VIDEO) K(DIRECTORY) K(LIST) K(MEMO) \
    K(CALENDAR) K(RED) K(GREEN) K(YELLOW) K(BLUE) K(CHANNELUP) K(CHANNELDOWN) K(FIRST) K(LAST) K(AB) \
    K(NEXT) K(RESTART) K(SLOW) K(SHUFFLE) K(BREAK) K(PREVIOUS) K(DIGITS) K(TEEN) K(TWEN) K(VIDEOPHONE) \
    K(GAMES) K(ZOOMIN) K(ZOOMOUT) K(ZOOMRESET) K(WORDPROCESSOR) K(EDITOR) K(SPREADSHEET) \
    K(GRAPHICSEDITOR) K(PRESENTATION) K(DATABASE) K(NEWS) K(VOICEMAIL) K(ADDRESSBOOK) K(MESSENGER) \
    K(DISPLAYTOGGLE) K(SPELLCHECK) K(LOGOFF) K(DOLLAR) K(EURO) K(FRAMEBACK) K(FRAMEFORWARD) \
    K(CONTEXT_MENU) K(MEDIA_REPEAT) K(DEL_EOL) K(DEL_EOS) K(INS_LINE) K(DEL_LINE) K(FN) K(FN_ESC) \
    K(FN_F1) K(FN_F2) K(FN_F3) K(FN_F4) K(FN_F5) K(FN_F6) K(FN_F7) K(FN_F8) K(FN_F9) K(FN_F10) \
    K(FN_F11) K(FN_F12) K(FN_1) K(FN_2) K(FN_D) K(FN_E) K(FN_F) K(FN_S) K(FN_B) K(BRL_DOT1) \
    K(BRL_DOT2) K(BRL_DOT3) K(BRL_DOT4) K(BRL_DOT5) K(BRL_DOT6) K(BRL_DOT7) K(BRL_DOT8) K(BRL_DOT9) \
    K(BRL_DOT10) K(NUMERIC_0) K(NUMERIC_1) K(NUMERIC_2) K(NUMERIC_3) K(NUMERIC_4) K(NUMERIC_5) \
    K(NUMERIC_6) K(NUMERIC_7) K(NUMERIC_8) K(NUMERIC_9) K(NUMERIC_STAR) K(NUMERIC_POUND)

#define BUTTONS \
    B(0) B(1) B(2) B(3) B(4) B(5) B(6) B(7) B(8) B(9) B(LEFT) B(RIGHT) B(MIDDLE) B(SIDE) B(EXTRA) \
    B(FORWARD) B(BACK) B(TASK) B(TRIGGER) B(THUMB) B(THUMB2) B(TOP) B(TOP2) B(PINKIE) B(BASE) B(BASE2) \
    B(BASE3) B(BASE4) B(BASE5) B(BASE6) B(DEAD) B(A) B(B) B(C) B(X) B(Y) B(Z) B(TL) B(TR) B(TL2) \
    B(TR2) B(SELECT) B(START) B(MODE) B(THUMBL) B(THUMBR) B(TOOL_PEN) B(TOOL_RUBBER) B(TOOL_BRUSH) \
    B(TOOL_PENCIL) B(TOOL_AIRBRUSH) B(TOOL_FINGER) B(TOOL_MOUSE) B(TOOL_LENS) B(TOUCH) B(STYLUS) \
    B(STYLUS2) B(TOOL_DOUBLETAP) B(TOOL_TRIPLETAP) B(TOOL_QUADTAP) B(GEAR_DOWN) B(GEAR_UP)

#define K(name) {"KEY_" #name, KEY_##name},
#define B(name) {"BTN_" #name, BTN_##name},
static const struct key linux_keys[] = {LINUX_KEYS RARE_KEYS BUTTONS};
#undef K
#undef B

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
    {"VK_XBUTTON1", 0x05}, {"VK_XBUTTON2", 0x06}, {"VK_KANA", 0x15}, {"VK_IME_ON", 0x16},
    {"VK_IME_OFF", 0x1a}, {"VK_CONVERT", 0x1c}, {"VK_NONCONVERT", 0x1d}, {"VK_BROWSER_BACK", 0xa6},
    {"VK_BROWSER_FORWARD", 0xa7}, {"VK_BROWSER_REFRESH", 0xa8}, {"VK_BROWSER_STOP", 0xa9},
    {"VK_BROWSER_SEARCH", 0xaa}, {"VK_BROWSER_FAVOURITES", 0xab}, {"VK_BROWSER_HOME", 0xac},
    {"VK_VOLUME_MUTE", 0xad}, {"VK_VOLUME_DOWN", 0xae}, {"VK_VOLUME_UP", 0xaf},
    {"VK_MEDIA_NEXT_TRACK", 0xb0}, {"VK_MEDIA_PREV_TRACK", 0xb1}, {"VK_MEDIA_STOP", 0xb2},
    {"VK_MEDIA_PLAY_PAUSE", 0xb3}, {"VK_LAUNCH_MAIL", 0xb4}, {"VK_OEM_1", 0xba}, {"VK_OEM_PLUS", 0xbb},
    {"VK_OEM_COMMA", 0xbc}, {"VK_OEM_MINUS", 0xbd}, {"VK_OEM_PERIOD", 0xbe}, {"VK_OEM_2", 0xbf},
    {"VK_OEM_3", 0xc0}, {"VK_OEM_4", 0xdb}, {"VK_OEM_5", 0xdc}, {"VK_OEM_6", 0xdd}, {"VK_OEM_7", 0xde},
    {"VK_OEM_102", 0xe2}, {"VK_OEM_COPY", 0xf2}, {"VK_PLAY", 0xfa}, {"VK_ZOOM", 0xfb},
};

static const struct key os_x_keys[] = {
    {"ANSI_A", 0x00}, {"ANSI_S", 0x01}, {"ANSI_D", 0x02}, {"ANSI_F", 0x03}, {"ANSI_H", 0x04},
    {"ANSI_G", 0x05}, {"ANSI_Z", 0x06}, {"ANSI_X", 0x07}, {"ANSI_C", 0x08}, {"ANSI_V", 0x09},
    {"ISO_Section", 0x0a}, {"ANSI_B", 0x0b}, {"ANSI_Q", 0x0c}, {"ANSI_W", 0x0d}, {"ANSI_E", 0x0e},
    {"ANSI_R", 0x0f}, {"ANSI_Y", 0x10}, {"ANSI_T", 0x11}, {"ANSI_1", 0x12}, {"ANSI_2", 0x13},
    {"ANSI_3", 0x14}, {"ANSI_4", 0x15}, {"ANSI_6", 0x16}, {"ANSI_5", 0x17}, {"ANSI_Equal", 0x18},
    {"ANSI_9", 0x19}, {"ANSI_7", 0x1a}, {"ANSI_Minus", 0x1b}, {"ANSI_8", 0x1c}, {"ANSI_0", 0x1d},
    {"ANSI_RightBracket", 0x1e}, {"ANSI_O", 0x1f}, {"ANSI_U", 0x20}, {"ANSI_LeftBracket", 0x21},
    {"ANSI_I", 0x22}, {"ANSI_P", 0x23}, {"Return", 0x24}, {"ANSI_L", 0x25}, {"ANSI_J", 0x26},
    {"ANSI_Quote", 0x27}, {"ANSI_K", 0x28}, {"ANSI_Semicolon", 0x29}, {"ANSI_Backslash", 0x2a},
    {"ANSI_Comma", 0x2b}, {"ANSI_Slash", 0x2c}, {"ANSI_N", 0x2d}, {"ANSI_M", 0x2e},
    {"ANSI_Period", 0x2f}, {"Tab", 0x30}, {"Space", 0x31}, {"ANSI_Grave", 0x32}, {"Delete", 0x33},
    {"Escape", 0x35}, {"RightCommand", 0x36}, {"Command", 0x37}, {"Shift", 0x38}, {"CapsLock", 0x39},
    {"Option", 0x3a}, {"Control", 0x3b}, {"RightShift", 0x3c}, {"RightOption", 0x3d},
    {"RightControl", 0x3e}, {"Function", 0x3f}, {"F17", 0x40}, {"ANSI_KeypadDecimal", 0x41},
    {"ANSI_KeypadMultiply", 0x43}, {"ANSI_KeypadPlus", 0x45}, {"ANSI_KeypadClear", 0x47},
    {"VolumeUp", 0x48}, {"VolumeDown", 0x49}, {"Mute", 0x4a}, {"ANSI_KeypadDivide", 0x4b},
    {"ANSI_KeypadEnter", 0x4c}, {"ANSI_KeypadMinus", 0x4e}, {"F18", 0x4f}, {"F19", 0x50},
    {"ANSI_KeypadEquals", 0x51}, {"ANSI_Keypad0", 0x52}, {"ANSI_Keypad1", 0x53}, {"ANSI_Keypad2", 0x54},
    {"ANSI_Keypad3", 0x55}, {"ANSI_Keypad4", 0x56}, {"ANSI_Keypad5", 0x57}, {"ANSI_Keypad6", 0x58},
    {"ANSI_Keypad7", 0x59}, {"F20", 0x5a}, {"ANSI_Keypad8", 0x5b}, {"ANSI_Keypad9", 0x5c},
    {"JIS_Yen", 0x5d}, {"JIS_Underscore", 0x5e}, {"JIS_KeypadComma", 0x5f}, {"F5", 0x60}, {"F6", 0x61},
    {"F7", 0x62}, {"F3", 0x63}, {"F8", 0x64}, {"F9", 0x65}, {"JIS_Eisu", 0x66}, {"F11", 0x67},
    {"JIS_Kana", 0x68}, {"F13", 0x69}, {"F16", 0x6a}, {"F14", 0x6b}, {"F10", 0x6d}, {"F12", 0x6f},
    {"F15", 0x71}, {"Help", 0x72}, {"Home", 0x73}, {"PageUp", 0x74}, {"ForwardDelete", 0x75},
    {"F4", 0x76}, {"End", 0x77}, {"F2", 0x78}, {"PageDown", 0x79}, {"F1", 0x7a}, {"LeftArrow", 0x7b},
    {"RightArrow", 0x7c}, {"DownArrow", 0x7d}, {"UpArrow", 0x7e},
};

/* The sets that have names. */
static const struct {
    int set;
    const struct key *keys;
    size_t n;
} named_sets[] = {
    {VIR_KEYCODE_SET_LINUX, linux_keys, G_N_ELEMENTS(linux_keys)},
    {VIR_KEYCODE_SET_WIN32, win32_keys, G_N_ELEMENTS(win32_keys)},
    {VIR_KEYCODE_SET_OSX, os_x_keys, G_N_ELEMENTS(os_x_keys)},
};

static int
find(int set, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(named_sets); i++)
        for (size_t j = 0; named_sets[i].set == set && j < named_sets[i].n; j++)
            if (strcmp(named_sets[i].keys[j].name, name) == 0)
                return named_sets[i].keys[j].code;
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
key_name(int set, size_t at)
{
    for (size_t i = 0; i < G_N_ELEMENTS(named_sets); i++)
        if (named_sets[i].set == set)
            return at < named_sets[i].n ? named_sets[i].keys[at].name : NULL;
    return NULL;
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
    int code;
    if (end != text && !*end)
        return n >= 0 && n <= 0xffff ? (int)n : -1;
    code = find(set, text);
    if (code < 0 && set == VIR_KEYCODE_SET_WIN32)
        code = win32_regular(text);
    return code;
}
