//! Which invariants a run breaks, and with which event. Only a wrong kernel breaks any.

use super::Story;
use crate::hw::{self, Ppn, Trap};
use crate::kernel::check::Broken;
use crate::kernel::{Bug, Change, Event, Invariant, PAGE, System, Usage};
use crate::timeline::Timeline;

/// An invariant that held at the moment before, and does not at this one: another case than the time before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The moment after the event that broke it.
    pub moment: usize,
    /// What does not hold.
    pub broken: Broken,
}

impl Breach {
    /// All of a run, in order. The timeline is somewhere else afterwards.
    ///
    /// Looking at every moment takes much longer than the run itself, so it is done for a wrong kernel only; that no other
    /// breaks an invariant is for the tests to show.
    pub(super) fn all(timeline: &mut Timeline) -> Vec<Self> {
        let mut found = vec![];
        if timeline.system().bug() == Bug::None {
            return found;
        }
        timeline.seek(0);
        let mut before: Vec<Invariant> = vec![];
        let mut in_tables = vec![];
        for moment in 1..=timeline.end() {
            timeline.seek(moment);
            let system = timeline.system();
            if timeline.changes().iter().any(|change| concerns_tables(system, change)) {
                in_tables = system.broken_tables();
            }
            let others = system.stale_grant().into_iter().chain(not_mended(timeline));
            let broken: Vec<Broken> = in_tables.iter().cloned().chain(others).collect();
            let now: Vec<Invariant> = broken.iter().map(Broken::invariant).collect();
            for broken in broken.into_iter().filter(|broken| !before.contains(&broken.invariant())) {
                // What the TLB holds does harm in user mode only: the same entry is told once, not at each return.
                let kind = broken.invariant();
                let last = found.iter().rfind(|breach: &&Self| breach.broken.invariant() == kind);
                if last.is_none_or(|breach| breach.broken != broken) {
                    found.push(Self { moment, broken });
                }
            }
            before = now;
        }
        found
    }
}

impl Story {
    /// The invariants that the run breaks, in order, each with its moment: again if it has held in between
    /// and another case breaks it.
    pub fn breaches(&self) -> &[Breach] {
        &self.breaches
    }

    /// Those of a step.
    pub fn breaches_of(&self, step: usize) -> impl Iterator<Item = &Breach> {
        let moments = self.timeline.moments(step);
        self.breaches.iter().filter(move |breach| moments.contains(&breach.moment))
    }

    /// The first breach of each invariant, with its step.
    pub(super) fn first_breaches(&self) -> Vec<(usize, &Breach)> {
        let mut firsts: Vec<(usize, &Breach)> = vec![];
        for breach in &self.breaches {
            let kind = breach.broken.invariant();
            if firsts.iter().all(|(_, known)| known.broken.invariant() != kind) {
                firsts.extend(self.timeline.step_at(breach.moment).map(|step| (step, breach)));
            }
        }
        firsts
    }

    /// What does not hold at this moment, whether or not it was this event that broke it.
    pub fn broken(&self) -> Vec<Broken> {
        self.system().broken().into_iter().chain(not_mended(&self.timeline)).collect()
    }

    /// Whether the event that led to this moment broke an invariant.
    pub fn breaks_here(&self, invariant: Invariant) -> bool {
        let here = self.timeline.moment();
        self.breaches.iter().any(|breach| breach.moment == here && breach.broken.invariant() == invariant)
    }
}

/// Whether a change can break what must be so of frames and page tables: not what programs do with their own memory, and
/// not what a hart keeps for itself.
fn concerns_tables(system: &System, change: &Change) -> bool {
    match change {
        Change::Hardware(hw::Change::Memory { pa, .. }) => {
            let frame = system.frame(Ppn(pa.0 / PAGE));
            frame.is_none_or(|frame| matches!(frame.usage, Usage::Table { .. } | Usage::Free))
        }
        Change::Hardware(hw::Change::Chunk { .. }) => true,
        Change::Hardware(_) | Change::Running(_) | Change::Current(_) | Change::Hart(_) => false,
        _ => true,
    }
}

/// That the kernel has just returned from a trap, and nothing has come of it.
fn not_mended(timeline: &Timeline) -> Option<Broken> {
    let here = timeline.moment();
    if !matches!(timeline.event(here)?, Event::Hardware(hw::Event::TrapReturn { .. })) {
        return None;
    }
    let trap = (1..here).rev().find_map(|moment| match timeline.event(moment)? {
        Event::Hardware(hw::Event::Trap { cause, stval, sepc, why, .. }) => {
            Some(Trap { cause: *cause, stval: *stval, sepc: *sepc, why: *why })
        }
        _ => None,
    })?;
    timeline.system().check_mended(&trap).err()
}
