# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads and works the windows of a program through the accessibility bus, as a screen reader does; `desktop` starts it.

usage: screen_reader.py PID STEPS        (ended by SIGTERM, it tells what it waits for)

STEPS is a JSON list, gone through in its order: {"see": [text…]} waits until all of them are shown, {"press": [role,
name]} takes the first action of such a thing, {"choose": [role, name]} selects it among its like.  A step that
cannot be taken yet is tried again when the windows change: the bus tells.  Ends when all are done (0) or the program
with PID has ended (1), and prints all that the windows show, one text a line.
"""
import json
import os
import signal
import sys

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402

CHANGES = ('object:children-changed', 'object:state-changed', 'object:property-change', 'object:text-changed',
           'object:visible-data-changed', 'object:row-inserted', 'window:create', 'window:activate', 'document:load-complete')


def things():
    """All that is on the screen."""
    todo = [(Atspi.get_desktop(0), 0)]
    while todo:
        thing, depth = todo.pop()
        if thing is None or depth > 30:
            continue
        try:
            # Below the desktop and its programs, what is not shown has nothing in it that is.
            if depth > 1 and not thing.get_state_set().contains(Atspi.StateType.SHOWING):
                continue
            yield thing
            todo += [(thing.get_child_at_index(i), depth + 1) for i in reversed(range(min(thing.get_child_count(), 400)))]
        except GLib.Error:      # it may be gone by now
            pass


def texts():
    for thing in things():
        try:
            name = ' '.join((thing.get_name() or '').split())
            if name:
                yield f'{thing.get_role_name()}: {name}'
            if thing.get_role_name() in ('text', 'label'):      # their name may be another than what they show
                content = ' '.join(Atspi.Text.get_text(thing, 0, -1).split())
                if content and content != name:
                    yield f'text: {content}'
        except GLib.Error:
            pass


def find(role, name):
    for thing in things():
        try:
            if thing.get_role_name() == role and (thing.get_name() or '').strip() == name:
                return thing
        except GLib.Error:
            pass
    return None


def take(step):
    """Whether the step could be taken."""
    (verb, what), = step.items()
    if verb == 'see':
        shown = list(texts())
        return all(any(w in line for line in shown) for w in what)
    thing = find(*what)
    if thing is None:
        return False
    if verb == 'press':
        return Atspi.Action.do_action(thing, 0)
    if what[0] == 'table cell':
        return Atspi.Component.grab_focus(thing)
    return Atspi.Selection.select_child(thing.get_parent(), thing.get_index_in_parent())


class Reader:
    def __init__(self, pid, steps):
        self.steps, self.loop, self.due, self.ended = steps, GLib.MainLoop(), False, False
        self.listener = Atspi.EventListener.new(self.changed)
        for change in CHANGES:
            self.listener.register(change)
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, os.pidfd_open(pid), GLib.IO_IN, self.end)
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, self.loop.quit)

    def changed(self, *unused):
        if not self.due:        # one look for all that changes at once
            self.due = True
            GLib.idle_add(self.go_on, priority=GLib.PRIORITY_LOW)

    def go_on(self):
        self.due = False
        try:
            while self.steps and take(self.steps[0]):
                self.steps.pop(0)
        except GLib.Error:      # gone while it was looked at: that is a change, too
            pass
        if not self.steps:
            self.loop.quit()
        return False

    def end(self, *unused):
        self.ended = True
        self.loop.quit()
        return False

    def run(self):
        self.changed()
        self.loop.run()
        print('\n'.join(texts()))
        if self.steps:
            print(f'program: has ended before {self.steps[0]}' if self.ended else f'stuck: {self.steps[0]}')
        return 1 if self.steps else 0


if __name__ == '__main__':
    sys.exit(Reader(int(sys.argv[1]), json.loads(sys.argv[2])).run())
