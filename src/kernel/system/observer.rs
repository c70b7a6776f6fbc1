//! Who watches a system, and what is recorded of it.

use super::system::System;
use crate::hw;
use crate::kernel::event::{Change, Counters, Event};
use crate::kernel::setup::Costs;

/// Who watches a system. Every change is told before the event that it belongs to.
pub trait Observer {
    /// The state changed; applying `inverse` undoes it.
    fn changed(&mut self, inverse: Change);
    /// What happened, after all its changes.
    fn event(&mut self, event: Event);
    /// Whether an operation that does something again and again may go on. One that may not ends early, and the run with
    /// it.
    fn has_room(&self, _: &System) -> bool {
        true
    }
}

/// Nobody watches.
pub struct Unwatched;

impl Observer for Unwatched {
    fn changed(&mut self, _: Change) {}
    fn event(&mut self, _: Event) {}
}

/// Passes the hardware's tale on to the system's observer, and counts on the way.
pub(in crate::kernel) struct Tap<'a, O> {
    pub counters: &'a mut Counters,
    pub costs: &'a Costs,
    pub watch: &'a mut O,
}

impl<O: Observer> hw::Observer for Tap<'_, O> {
    fn changed(&mut self, inverse: hw::Change) {
        self.watch.changed(Change::Hardware(inverse));
    }

    fn event(&mut self, event: hw::Event) {
        self.counters.add_hardware(&event, self.costs);
        self.watch.event(Event::Hardware(event));
    }
}
