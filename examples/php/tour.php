#!/usr/bin/php
<?php
// SPDX-License-Identifier: LGPL-2.1-or-later
// A first tour of the API: connect, look around, define a guest, start it, remove it.
// The binding has no events: a web page asks again instead.
//
// usage: tour.php [URI]     (test:///default when none is given: a make-believe host inside the library)
declare(strict_types=1);

// A call that fails warns and returns false.
function must(mixed $result, string $doing): mixed
{
    if ($result === false) {
        fwrite(STDERR, "$doing: " . libvirt_get_last_error() . "\n");
        exit(1);
    }
    return $result;
}

error_reporting(E_ALL & ~E_WARNING);    // must() tells instead
$conn = must(libvirt_connect($argv[1] ?? 'test:///default', false), 'connect');    // false: not read-only
$type = libvirt_connect_get_hypervisor($conn)['hypervisor'];
echo "connected to $type\n";

foreach (libvirt_list_domains($conn) as $name) {
    $domain = must(libvirt_domain_lookup_by_name($conn, $name), "look up $name");
    echo "domain $name is ", libvirt_domain_is_active($domain) ? 'running' : 'shut off', "\n";
}
foreach (libvirt_list_networks($conn, VIR_NETWORKS_ALL) as $name) {
    $network = must(libvirt_network_get($conn, $name), "look up network $name");
    echo "network $name is ", libvirt_network_get_active($network) ? 'active' : 'inactive', "\n";
}
foreach (libvirt_list_storagepools($conn) as $name) {
    $pool = must(libvirt_storagepool_lookup_by_name($conn, $name), "look up pool $name");
    echo "pool $name is ", libvirt_storagepool_is_active($pool) ? 'active' : 'inactive', "\n";
}

$kind = strtolower($type) === 'test' ? 'test' : 'qemu';
$demo = must(libvirt_domain_define_xml($conn, <<<XML
    <domain type='$kind'>
      <name>demo</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
      <os><type>hvm</type></os>
    </domain>
    XML), 'define the guest');
$memory = libvirt_domain_xml_xpath($demo, '/domain/memory')[0];    // or any XML library of PHP's
echo "demo has $memory KiB\n";

must(libvirt_domain_create($demo), 'start the guest');
$state = libvirt_domain_get_info($demo)['state'];
echo 'demo is ', $state === VIR_DOMAIN_RUNNING ? 'running' : $state, "\n";

if (libvirt_domain_lookup_by_name($conn, 'nosuch') === false) {
    echo "no domain nosuch\n";    // libvirt_get_last_error() is its message
}

must(libvirt_domain_destroy($demo), 'stop the guest');    // pulls the plug; _shutdown asks the guest to do it
must(libvirt_domain_undefine($demo), 'undefine the guest');
