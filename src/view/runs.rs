//! Frames side by side that are used and held alike: what can be told of them in one line.

use super::owners::{Owner, Owners};
use crate::hw::Ppn;
use crate::kernel::System;
use crate::kernel::state::{Frame, Usage};

/// Frames side by side that are held alike.
#[derive(Clone, Debug)]
pub struct Run {
    /// The first of them.
    pub first: Ppn,
    /// How many, from 1.
    pub frames: usize,
    /// What is known of the first.
    pub frame: Frame,
    /// The owners of the first.
    pub owners: Vec<Owner>,
}

/// The frames that are asked for, those side by side that are held alike together.
pub fn runs(system: &System, owners: &Owners<'_>, which: impl Fn(&Frame) -> bool) -> Vec<Run> {
    let mut runs: Vec<Run> = vec![];
    for (ppn, frame) in system.frames().filter(|(_, frame)| which(frame)) {
        let own = owners.owners(ppn, frame);
        match runs.last_mut() {
            Some(run) if run.goes_on(ppn, frame, &own) => run.frames += 1,
            _ => runs.push(Run { first: ppn, frames: 1, frame: *frame, owners: own }),
        }
    }
    runs
}

impl Run {
    /// All of them.
    pub fn frames(&self) -> impl Iterator<Item = Ppn> {
        (self.first.0..self.first.0 + self.frames as u64).map(Ppn)
    }

    /// Whether a frame is the next of these.
    fn goes_on(&self, ppn: Ppn, frame: &Frame, owners: &[Owner]) -> bool {
        let at = self.frames as u64;
        let usage = match self.frame.usage {
            Usage::Cache { file, page } => Usage::Cache { file, page: page + at },
            other => other,
        };
        let next = |owner: &Owner| owner.after(at);
        (self.first.0 + at, usage, self.frame.refs) == (ppn.0, frame.usage, frame.refs)
            && self.owners.iter().map(next).eq(owners.iter().copied())
    }
}
