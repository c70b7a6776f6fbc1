//! Who watches a system, and what is recorded of it.

use super::counters::{Costs, Counters};
use super::event::Event;
use super::system::{Change, System};
use crate::hw;

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
pub(super) struct Tap<'a, O> {
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

/// An event and the changes it made. While the event is done, the changes are those that undo it; while it is
/// undone, those that do it again.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What happened.
    pub event: Event,
    /// In the order in which they were made. A run keeps very many of them, and so no room for more.
    pub changes: Box<[Change]>,
}

impl Record {
    /// Undoes the event.
    pub fn step_back(&mut self, system: &mut System) {
        for change in self.changes.iter_mut().rev() {
            system.swap_in_place(change);
        }
        let System { counters, costs, .. } = system;
        counters.remove(&self.event, costs);
    }

    /// Does the event again.
    pub fn step_forward(&mut self, system: &mut System) {
        for change in &mut self.changes {
            system.swap_in_place(change);
        }
        let System { counters, costs, .. } = system;
        counters.add(&self.event, costs);
    }
}
