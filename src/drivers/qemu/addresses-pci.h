/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * addresses-pci: what the files that place devices on PCI buses share.
 *
 * addresses-pci.c makes the passes; -wants.c knows what each device needs, -bus.c which slots there are,
 * -board.c what machines dictate.
 */
#pragma once

#include "drivers/qemu/domain-host.h"

#define MAX_BUSES 256

/* What a device needs to sit on: a conventional slot, a PCIe port, the root bus itself; controllers have
 * needs of their own, and no bus is ever made for some of them.  WANT_WRONG: there is no place of its kind.
 */
enum wants {
    WANT_NONE,
    WANT_PCI,
    WANT_BRIDGE,            /* pci-bridge: a conventional slot, that of a dmi-to-pci-bridge as well */
    WANT_PCIE,
    WANT_ROOT,
    WANT_ROOT_PORT,
    WANT_DMI,               /* dmi-to-pci-bridge */
    WANT_TO_PCI,            /* pcie-to-pci-bridge */
    WANT_DOWNSTREAM,
    WANT_PCI_EXPANDER,
    WANT_PCIE_EXPANDER,
    WANT_WRONG,
};

enum bus_kind { BUS_NONE, BUS_PCI, BUS_PCI_EXPANDER, BUS_PCIE_ROOT, BUS_PORT, BUS_UPSTREAM };

struct bus {
    enum bus_kind kind;
    bool is_root, is_port;  /* is_port: behind a root port or downstream port */
    bool is_dmi;            /* behind a dmi-to-pci-bridge: devices do not come by themselves, bridges do */
    uint8_t min, max;       /* slots */
    uint8_t used[32];       /* functions, a bit each */
    bool ports[32];         /* only root ports there: functions may be filled up */
};

struct pci {
    struct domain_def *def;
    const struct qemu_caps *caps;
    struct bus bus[MAX_BUSES];
    unsigned nbuses;
    bool dry, express;
    GHashTable *placed;     /* in a dry pass: struct device_info that have their place */
};

/* -wants.c: what kind of place a device wants when it may choose. */
enum wants pci_wants(const struct pci *p, const char *kind, const void *device);

/* -bus.c.  A controller of this model makes the bus with its index. */
void pci_add_bus(struct pci *p, const char *model, unsigned index);
/* The first free place of the kind; -1: there is none. */
int pci_find_slot(const struct pci *p, enum wants want, bool port, unsigned *bus, unsigned *slot,
                  unsigned *function);
/* Adds a controller, so that there is a place of the kind. */
int pci_grow(struct pci *p, enum wants want, struct err *err);
/* A place that the board dictates: nothing is left of what the document said of it. */
void pci_set_address(struct pci *p, struct device_info *info, unsigned bus, unsigned slot, unsigned function);
/* A free one: numbers of zPCI stay. */
void pci_choose_address(struct pci *p, struct device_info *info, unsigned bus, unsigned slot,
                        unsigned function);
/* Gives the device a place, unless it has one or wants none. */
int pci_assign(struct pci *p, const char *kind, const void *device, struct device_info *info,
               struct err *err);

/* -board.c.  The function of a controller of a USB 2 set in their slot; -1: it is none. */
int pci_usb2_function(const char *model);
int pci_usb2_set(struct pci *p, struct domain_controller *c, struct err *err);
/* What sits on the board, and what is put where the board has it. */
int pci_board_i440fx(struct pci *p, struct err *err);
int pci_board_q35(struct pci *p, struct err *err);
