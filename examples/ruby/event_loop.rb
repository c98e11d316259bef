# SPDX-License-Identifier: LGPL-2.1-or-later
# An event loop for the library, of Ruby's own: the binding has none, but takes one.
# Register it before the first connection is opened, then call run_once for as long as events are wanted.
require 'libvirt'

class EventLoop
  READABLE, WRITABLE = 1, 2 # VIR_EVENT_HANDLE_READABLE, …WRITABLE
  Handle = Struct.new(:fd, :events, :opaque)
  Timeout = Struct.new(:every, :due, :opaque)

  def initialize
    @handles = {}
    @timeouts = {}
    @last = 0
    Libvirt.event_register_impl(
      ->(fd, events, opaque) { add(@handles, Handle.new(fd, events, opaque)) },
      ->(id, events) { @handles[id].events = events },
      ->(id) { @handles.delete(id)&.opaque },
      ->(every, opaque) { add(@timeouts, Timeout.new(every, due(every), opaque)) },
      ->(id, every) { @timeouts[id].every, @timeouts[id].due = every, due(every) },
      ->(id) { @timeouts.delete(id)&.opaque }
    )
  end

  # Waits for the next thing to happen and tells the library.
  def run_once
    readers = ios(READABLE)
    writers = ios(WRITABLE)
    soonest = @timeouts.values.map(&:due).compact.min
    ready = IO.select(readers, writers, nil, soonest && [soonest - now, 0].max) || [[], []]
    @handles.to_a.each do |id, handle|
      happened = 0
      happened |= READABLE if ready[0].any? { |io| io.fileno == handle.fd }
      happened |= WRITABLE if ready[1].any? { |io| io.fileno == handle.fd }
      next if happened.zero? || !@handles.key?(id)
      Libvirt.event_invoke_handle_callback(id, handle.fd, happened, handle.opaque)
    end
    @timeouts.to_a.each do |id, timeout|
      next unless @timeouts.key?(id) && timeout.due && timeout.due <= now
      timeout.due = due(timeout.every)
      Libvirt.event_invoke_timeout_callback(id, timeout.opaque)
    end
  end

  private

  def add(table, entry)
    table[@last += 1] = entry
    @last
  end

  def ios(event)
    @handles.values.select { |h| h.events & event != 0 }.map { |h| IO.for_fd(h.fd, autoclose: false) }
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  def due(every) = every.negative? ? nil : now + every / 1000.0
end
