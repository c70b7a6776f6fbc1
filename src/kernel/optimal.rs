//! The future, for the optimal policy: which page is used when. No real kernel knows it; this one has the scenario.
//!
//! A run without a thought for the future tells it: which pages a process uses, in which order, does not depend on which of
//! them have frames, as long as nobody dies for want of one.

use super::event::{Event, KernelEvent};
use super::observer::Observer;
use super::op::Op;
use super::policy::Reclaim;
use super::process::Pid;
use super::reclaim::Resident;
use super::system::{Change, System};
use crate::hw::VirtAddr;
use std::collections::BTreeMap;

/// When each page of each process is used: the numbers of its uses, rising.
pub type Future = BTreeMap<(Pid, VirtAddr), Vec<u64>>;

/// The use that never comes.
pub const NEVER: u64 = u64::MAX;

/// Listens for uses only.
#[derive(Default)]
struct Foresight {
    uses: u64,
    future: Future,
}

impl Observer for Foresight {
    fn changed(&mut self, _: Change) {}

    fn event(&mut self, event: Event) {
        if let Event::Kernel(KernelEvent::PageUse { pid, page, .. }) = event {
            self.uses += 1;
            self.future.entry((pid, page)).or_default().push(self.uses);
        }
    }
}

impl System {
    /// Finds out which pages the operations will use, if the policy wants to know. Nothing else is changed.
    pub fn foresee(&mut self, ops: &[Op]) {
        if self.reclaim_policy() != Reclaim::Optimal {
            return;
        }
        let mut run = self.clone();
        let mut foresight = Foresight::default();
        // What cannot be carried out is told when the operations are run in earnest.
        ops.iter().for_each(|op| drop(run.perform(op, &mut foresight)));
        self.future = foresight.future.into();
    }

    /// How many uses of pages it is until a page is used by any process that maps it, or [`NEVER`].
    pub fn uses_until(&self, page: &Resident) -> u64 {
        match self.next_use(page) {
            NEVER => NEVER,
            next => next - self.replacement.uses,
        }
    }

    /// The number of the next use of a page by any process that maps it.
    pub(super) fn next_use(&self, page: &Resident) -> u64 {
        let now = self.replacement.uses;
        let next = |pid, va| {
            let uses = self.future.get(&(pid, va))?;
            uses.get(uses.partition_point(|use_| *use_ <= now)).copied()
        };
        page.mappers.iter().filter_map(|mapper| next(mapper.pid, mapper.va)).min().unwrap_or(NEVER)
    }
}
