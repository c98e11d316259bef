// SPDX-License-Identifier: LGPL-2.1-or-later

// The tour without the C library: go-libvirt speaks to the daemon itself, so the program is static and
// builds anywhere Go does.
//
// usage: tour SOCKET [URI]     (SOCKET: the daemon's, say /run/libvirt/libvirt-sock; URI: what to open there)
package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/digitalocean/go-libvirt"
	"github.com/digitalocean/go-libvirt/socket/dialers"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: tour SOCKET [URI]")
	}
	uri := libvirt.TestDefault
	if len(os.Args) > 2 {
		uri = libvirt.ConnectURI(os.Args[2])
	}
	if err := tour(os.Args[1], uri); err != nil {
		log.Fatal(err)
	}
}

func word(yes int32, whenYes, whenNo string) string {
	if yes == 1 {
		return whenYes
	}
	return whenNo
}

func lookAround(l *libvirt.Libvirt) error {
	// The 1 asks for the objects themselves, not only how many there are.
	domains, _, err := l.ConnectListAllDomains(1, 0)
	if err != nil {
		return err
	}
	for _, domain := range domains {
		active, err := l.DomainIsActive(domain)
		if err != nil {
			return err
		}
		fmt.Println("domain", domain.Name, "is", word(active, "running", "shut off"))
	}
	networks, _, err := l.ConnectListAllNetworks(1, 0)
	if err != nil {
		return err
	}
	for _, network := range networks {
		active, err := l.NetworkIsActive(network)
		if err != nil {
			return err
		}
		fmt.Println("network", network.Name, "is", word(active, "active", "inactive"))
	}
	pools, _, err := l.ConnectListAllStoragePools(1, 0)
	if err != nil {
		return err
	}
	for _, pool := range pools {
		active, err := l.StoragePoolIsActive(pool)
		if err != nil {
			return err
		}
		fmt.Println("pool", pool.Name, "is", word(active, "active", "inactive"))
	}
	return nil
}

func tour(socket string, uri libvirt.ConnectURI) error {
	l := libvirt.NewWithDialer(dialers.NewLocal(dialers.WithSocket(socket)))
	if err := l.ConnectToURI(uri); err != nil {
		return err
	}
	defer l.Disconnect()
	hypervisor, err := l.ConnectGetType()
	if err != nil {
		return err
	}
	fmt.Println("connected to", hypervisor)
	if err := lookAround(l); err != nil {
		return err
	}

	// Events come as a channel, which ends when the context does.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	events, err := l.LifecycleEvents(ctx)
	if err != nil {
		return err
	}
	waitFor := func(wanted libvirt.DomainEventType, said string) {
		for event := range events {
			if event.Dom.Name == "demo" && event.Event == int32(wanted) {
				fmt.Println("event: demo", said)
				return
			}
		}
		log.Fatal("the daemon has gone")
	}

	kind := "qemu"
	if strings.EqualFold(hypervisor, "test") {
		kind = "test"
	}
	demo, err := l.DomainDefineXML(fmt.Sprintf(`<domain type='%s'>
	  <name>demo</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
	  <os><type>hvm</type></os>
	</domain>`, kind))
	if err != nil {
		return err
	}
	waitFor(libvirt.DomainEventDefined, "defined")

	var description struct {
		Memory uint64 `xml:"memory"`
	}
	document, err := l.DomainGetXMLDesc(demo, 0)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal([]byte(document), &description); err != nil {
		return err
	}
	fmt.Println("demo has", description.Memory, "KiB")

	if err := l.DomainCreate(demo); err != nil {
		return err
	}
	waitFor(libvirt.DomainEventStarted, "started")
	state, _, err := l.DomainGetState(demo, 0)
	if err != nil {
		return err
	}
	running := int32(0)
	if libvirt.DomainState(state) == libvirt.DomainRunning {
		running = 1
	}
	fmt.Println("demo is", word(running, "running", "not running"))

	_, err = l.DomainLookupByName("nosuch")
	var failure libvirt.Error
	if errors.As(err, &failure) && failure.Code == uint32(libvirt.ErrNoDomain) {
		fmt.Printf("no domain nosuch: error %d\n", failure.Code)
	} else if err != nil {
		return err
	}

	if err := l.DomainDestroy(demo); err != nil { // pulls the plug; DomainShutdown asks the guest to do it
		return err
	}
	waitFor(libvirt.DomainEventStopped, "stopped")
	if err := l.DomainUndefine(demo); err != nil {
		return err
	}
	waitFor(libvirt.DomainEventUndefined, "undefined")
	return nil
}
