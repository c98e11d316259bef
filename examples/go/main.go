// SPDX-License-Identifier: LGPL-2.1-or-later

// A first tour of the API: connect, look around, define a guest, start it, follow its events, remove it.
//
// usage: tour [URI]     (test:///default when none is given: a make-believe host inside the library)
package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"libvirt.org/go/libvirt"
)

func main() {
	log.SetFlags(0)
	uri := "test:///default"
	if len(os.Args) > 1 {
		uri = os.Args[1]
	}
	if err := tour(uri); err != nil {
		log.Fatal(err)
	}
}

func word(yes bool, err error, whenYes, whenNo string) string {
	switch {
	case err != nil:
		return err.Error()
	case yes:
		return whenYes
	default:
		return whenNo
	}
}

func lookAround(conn *libvirt.Connect) error {
	domains, err := conn.ListAllDomains(0)
	if err != nil {
		return err
	}
	for _, domain := range domains {
		defer domain.Free()
		name, err := domain.GetName()
		if err != nil {
			return err
		}
		active, err := domain.IsActive()
		fmt.Println("domain", name, "is", word(active, err, "running", "shut off"))
	}
	networks, err := conn.ListAllNetworks(0)
	if err != nil {
		return err
	}
	for _, network := range networks {
		defer network.Free()
		name, err := network.GetName()
		if err != nil {
			return err
		}
		active, err := network.IsActive()
		fmt.Println("network", name, "is", word(active, err, "active", "inactive"))
	}
	pools, err := conn.ListAllStoragePools(0)
	if err != nil {
		return err
	}
	for _, pool := range pools {
		defer pool.Free()
		name, err := pool.GetName()
		if err != nil {
			return err
		}
		active, err := pool.IsActive()
		fmt.Println("pool", name, "is", word(active, err, "active", "inactive"))
	}
	return nil
}

func tour(uri string) error {
	// The library's event loop, in a goroutine; registered before the first connection is opened.
	if err := libvirt.EventRegisterDefaultImpl(); err != nil {
		return err
	}
	go func() {
		for {
			if err := libvirt.EventRunDefaultImpl(); err != nil {
				log.Fatal("event loop: ", err)
			}
		}
	}()

	conn, err := libvirt.NewConnect(uri)
	if err != nil {
		return err
	}
	defer conn.Close()
	hypervisor, err := conn.GetType()
	if err != nil {
		return err
	}
	fmt.Println("connected to", hypervisor)
	if err := lookAround(conn); err != nil {
		return err
	}

	// Callbacks come on the event loop's goroutine and must not block: the channel has room.
	events := make(chan libvirt.DomainEventType, 16)
	callback, err := conn.DomainEventLifecycleRegister(nil,
		func(_ *libvirt.Connect, domain *libvirt.Domain, event *libvirt.DomainEventLifecycle) {
			if name, err := domain.GetName(); err == nil && name == "demo" {
				events <- event.Event
			}
		})
	if err != nil {
		return err
	}
	defer conn.DomainEventDeregister(callback)
	waitFor := func(wanted libvirt.DomainEventType, said string) {
		timeout := time.After(30 * time.Second)
		for {
			select {
			case event := <-events:
				if event == wanted {
					fmt.Println("event: demo", said)
					return
				}
			case <-timeout:
				log.Fatal("no event tells that demo is ", said)
			}
		}
	}

	kind := "qemu"
	if strings.EqualFold(hypervisor, "test") {
		kind = "test"
	}
	demo, err := conn.DomainDefineXML(fmt.Sprintf(`<domain type='%s'>
	  <name>demo</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
	  <os><type>hvm</type></os>
	</domain>`, kind))
	if err != nil {
		return err
	}
	defer demo.Free()
	waitFor(libvirt.DOMAIN_EVENT_DEFINED, "defined")

	// libvirt.org/go/libvirtxml has structs for all of a document; this is the part needed here.
	var description struct {
		Memory uint64 `xml:"memory"`
	}
	document, err := demo.GetXMLDesc(0)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal([]byte(document), &description); err != nil {
		return err
	}
	fmt.Println("demo has", description.Memory, "KiB")

	if err := demo.Create(); err != nil {
		return err
	}
	waitFor(libvirt.DOMAIN_EVENT_STARTED, "started")
	state, _, err := demo.GetState()
	if err != nil {
		return err
	}
	fmt.Println("demo is", word(state == libvirt.DOMAIN_RUNNING, nil, "running", "not running"))

	_, err = conn.LookupDomainByName("nosuch")
	var failure libvirt.Error
	if errors.As(err, &failure) && failure.Code == libvirt.ERR_NO_DOMAIN {
		fmt.Printf("no domain nosuch: error %d\n", failure.Code)
	} else if err != nil {
		return err
	}

	if err := demo.Destroy(); err != nil { // pulls the plug; Shutdown asks the guest to do it
		return err
	}
	waitFor(libvirt.DOMAIN_EVENT_STOPPED, "stopped")
	if err := demo.Undefine(); err != nil {
		return err
	}
	waitFor(libvirt.DOMAIN_EVENT_UNDEFINED, "undefined")
	return nil
}
