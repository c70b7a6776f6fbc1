//! The future, for the optimal policy: which page is used when. No real kernel knows it; this one has the scenario.
//!
//! A run without a thought for the future tells it: which pages a process uses, in which order, does not depend on which of
//! them have frames, as long as nobody dies for want of one.

use super::reclaim::{Mapper, Resident};
use crate::kernel::event::{Change, Event, KernelEvent};
use crate::kernel::op::Op;
use crate::kernel::setup::Reclaim;
use crate::kernel::state::{Future, NEVER};
use crate::kernel::system::{Observer, System};

/// Listens for uses only.
struct Foresight {
    /// How many events there were, and may be.
    events: usize,
    most: usize,
    future: Future,
}

impl Observer for Foresight {
    fn changed(&mut self, _: Change) {}

    fn event(&mut self, event: Event) {
        self.events += 1;
        if let Event::Kernel(KernelEvent::PageUse { pid, page, .. }) = event {
            self.future.add((pid, page));
        }
    }

    fn has_room(&self, system: &System) -> bool {
        self.events <= self.most && !system.looked_at_too_many_frames()
    }
}

impl System {
    /// Finds out which pages the operations will use, if the policy wants to know, and says how many events and looks at
    /// frames and PTEs that took. Nothing else is changed.
    ///
    /// # Errors
    ///
    /// The operation, from 0, with which the rehearsal has more than `most` events, or has looked at too many frames.
    pub fn foresee(&mut self, ops: &[Op], most: usize) -> Result<(usize, u64), usize> {
        if self.reclaim_policy() != Reclaim::Optimal {
            return Ok((0, 0));
        }
        let mut run = self.clone();
        let mut foresight = Foresight { events: 0, most, future: Future::default() };
        for (index, op) in ops.iter().enumerate() {
            // What cannot be carried out is told when the operations are run in earnest.
            drop(run.perform(op, &mut foresight));
            if !foresight.has_room(&run) {
                return Err(index);
            }
        }
        self.future = foresight.future.into();
        Ok((foresight.events, run.replacement.looked_at))
    }

    /// How many uses of pages it is until a page is used by any process that maps it, or [`NEVER`].
    pub fn uses_until(&self, page: &Resident<'_>) -> u64 {
        match self.next_use(page) {
            NEVER => NEVER,
            next => next - self.replacement.uses,
        }
    }

    /// The number of the next use of a page by any process that maps it.
    pub(in crate::kernel) fn next_use(&self, page: &Resident<'_>) -> u64 {
        let (last, now) = (page.frame.used, self.replacement.uses);
        let next = |mapper: &Mapper| self.future.next((mapper.pid, mapper.va), last, now);
        page.mappers.iter().map(next).min().unwrap_or(NEVER)
    }
}
