//! The totals after each step, kept while a run is recorded, so that what they were can be told at any moment.

use super::Timeline;
use super::accesses::{Accesses, Counting};
use crate::hw::Ppn;
use crate::kernel::{Change, Costs, Counters, Record, System, Usage};
use std::collections::BTreeMap;

/// Totals since the start of the run, and how much memory is in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// The counters.
    pub counters: Counters,
    /// How many frames are in use.
    pub frames_used: u64,
    /// The accesses that were translated and reached memory.
    pub accesses: Accesses,
}

impl Sample {
    /// The one at the beginning.
    pub(super) fn first(system: &System) -> Self {
        let frames_used = system.frames_used();
        Self { counters: system.counters.clone(), frames_used, accesses: Accesses::default() }
    }

    /// The one after a step that has left the system like this. To count all frames at every step would take too long for
    /// long runs.
    pub(super) fn after(&self, step: &[Record], system: &System) -> Self {
        let mut before: BTreeMap<Ppn, bool> = BTreeMap::new();
        for change in step.iter().flat_map(|record| &record.changes) {
            // What a record keeps of a change is what was there before it.
            if let Change::Frame { ppn, frame } = change {
                before.entry(*ppn).or_insert(frame.usage != Usage::Free);
            }
        }
        let now_used = |ppn: &Ppn| system.frame(*ppn).is_some_and(|frame| frame.usage != Usage::Free);
        let taken = before.iter().filter(|(ppn, was_used)| !**was_used && now_used(ppn)).count();
        let freed = before.iter().filter(|(ppn, was_used)| **was_used && !now_used(ppn)).count();
        Self {
            counters: system.counters.clone(),
            frames_used: self.frames_used + taken as u64 - freed as u64,
            accesses: self.accesses + accesses(step, &system.costs),
        }
    }
}

/// Those of some events.
fn accesses(records: &[Record], costs: &Costs) -> Accesses {
    let mut counting = Counting::default();
    records.iter().for_each(|record| counting.see(&record.event, costs));
    counting.done()
}

impl Timeline {
    /// The totals when so many steps are done.
    pub fn sample(&self, steps: usize) -> &Sample {
        &self.samples[steps.min(self.steps.len())]
    }

    /// The totals at this moment, in the middle of a step as well.
    pub fn sample_now(&self) -> Sample {
        let Some(step) = self.step_at(self.moment) else { return self.sample(0).clone() };
        let done = &self.records[self.steps[step].first_event..self.moment];
        Sample {
            counters: self.system.counters.clone(),
            frames_used: self.system.frames_used(),
            accesses: self.sample(step).accesses + accesses(done, &self.system.costs),
        }
    }
}
