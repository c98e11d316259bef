#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
# A first tour of the API with Sys::Virt: connect, look around, define a guest, start it, follow its
# events, remove it.
#
# usage: tour.pl [URI]      (test:///default when none is given: a make-believe host inside the library)
use strict;
use warnings;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;

my $uri = shift // 'test:///default';
$| = 1;

Sys::Virt::Event::register_default();    # before the first connection is opened
my $conn = Sys::Virt->new(uri => $uri);
print 'connected to ', $conn->get_type, "\n";

printf "domain %s is %s\n",  $_->get_name, $_->is_active ? 'running' : 'shut off' for $conn->list_all_domains;
printf "network %s is %s\n", $_->get_name, $_->is_active ? 'active'  : 'inactive' for $conn->list_all_networks;
printf "pool %s is %s\n",    $_->get_name, $_->is_active ? 'active'  : 'inactive' for $conn->list_all_storage_pools;

my @events;
my $callback = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE,
    sub { my ($conn, $domain, $event, $detail) = @_; push @events, [ $domain->get_name, $event ] });

# Events arrive while the event loop runs.
sub wait_for {
    my ($wanted, $said) = @_;
    until (grep { $_->[0] eq 'demo' && $_->[1] == $wanted } @events) { Sys::Virt::Event::run_default() }
    @events = ();
    print "event: demo $said\n";
}

my $type = lc $conn->get_type eq 'test' ? 'test' : 'qemu';
my $demo = $conn->define_domain(<<"XML");
<domain type='$type'>
  <name>demo</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
  <os><type>hvm</type></os>
</domain>
XML
wait_for(Sys::Virt::Domain::EVENT_DEFINED, 'defined');
my ($memory) = $demo->get_xml_description =~ m{<memory unit='KiB'>(\d+)</memory>};
print "demo has $memory KiB\n";

$demo->create;
wait_for(Sys::Virt::Domain::EVENT_STARTED, 'started');
my ($state) = $demo->get_state;
print 'demo is ', $state == Sys::Virt::Domain::STATE_RUNNING ? 'running' : $state, "\n";

# A call that fails dies with a Sys::Virt::Error.
eval { $conn->get_domain_by_name('nosuch') };
if (ref $@ && $@->isa('Sys::Virt::Error') && $@->code == Sys::Virt::Error::ERR_NO_DOMAIN) {
    print 'no domain nosuch: error ', $@->code, "\n";
} elsif ($@) {
    die $@;
}

$demo->destroy;    # pulls the plug; shutdown asks the guest to do it
wait_for(Sys::Virt::Domain::EVENT_STOPPED, 'stopped');
$demo->undefine;
wait_for(Sys::Virt::Domain::EVENT_UNDEFINED, 'undefined');
$conn->domain_event_deregister_any($callback);
