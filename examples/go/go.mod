module example/tour

go 1.21

require libvirt.org/go/libvirt v1.12007.0
