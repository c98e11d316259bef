#!/usr/bin/ruby
# SPDX-License-Identifier: LGPL-2.1-or-later
# A first tour of the API: connect, look around, define a guest, start it, follow its events, remove it.
#
# usage: tour.rb [URI]      (test:///default when none is given: a make-believe host inside the library)
require 'libvirt'
require 'rexml/document'
require_relative 'event_loop'

NO_DOMAIN = 42 # VIR_ERR_NO_DOMAIN, for which the binding has no constant
$stdout.sync = true

event_loop = EventLoop.new
conn = Libvirt.open(ARGV.fetch(0, 'test:///default'))
puts "connected to #{conn.type}"

conn.list_all_domains.each { |d| puts "domain #{d.name} is #{d.active? ? 'running' : 'shut off'}" }
conn.list_all_networks.each { |n| puts "network #{n.name} is #{n.active? ? 'active' : 'inactive'}" }
conn.list_all_storage_pools.each { |p| puts "pool #{p.name} is #{p.active? ? 'active' : 'inactive'}" }

events = []
callback = conn.domain_event_register_any(
  Libvirt::Connect::DOMAIN_EVENT_ID_LIFECYCLE,
  ->(_conn, domain, event, _detail, _opaque) { events << [domain.name, event] }
)
wait_for = lambda do |event, said|
  event_loop.run_once until events.include?(['demo', event])
  events.clear
  puts "event: demo #{said}"
end

type = conn.type.downcase == 'test' ? 'test' : 'qemu'
demo = conn.define_domain_xml(<<~XML)
  <domain type='#{type}'>
    <name>demo</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
    <os><type>hvm</type></os>
  </domain>
XML
wait_for.(Libvirt::Connect::DOMAIN_EVENT_DEFINED, 'defined')
puts "demo has #{REXML::Document.new(demo.xml_desc).elements['/domain/memory'].text} KiB"

demo.create
wait_for.(Libvirt::Connect::DOMAIN_EVENT_STARTED, 'started')
state, = demo.state
puts "demo is #{state == Libvirt::Domain::RUNNING ? 'running' : state}"

begin
  conn.lookup_domain_by_name('nosuch')
rescue Libvirt::RetrieveError => e
  raise unless e.libvirt_code == NO_DOMAIN
  puts "no domain nosuch: error #{e.libvirt_code}"
end

demo.destroy # pulls the plug; shutdown asks the guest to do it
wait_for.(Libvirt::Connect::DOMAIN_EVENT_STOPPED, 'stopped')
demo.undefine
wait_for.(Libvirt::Connect::DOMAIN_EVENT_UNDEFINED, 'undefined')
conn.domain_event_deregister_any(callback)
conn.close

# The connection that comes with an event is a reference which version 0.7.1 of the binding does not own,
# yet drops when it collects its garbage. A long-lived program keeps those objects; this one ends without.
exit!(true)
