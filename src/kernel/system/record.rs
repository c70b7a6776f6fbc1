//! What is recorded of a run: each event with what undoes it.

use super::system::System;
use crate::kernel::event::{Change, Event};

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
