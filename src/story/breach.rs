//! Which invariants a run breaks, and with which event. Only a wrong kernel breaks any.

use super::Story;
use crate::hw::{self, Ppn, Trap};
use crate::kernel::check::Audit;
use crate::kernel::check::Broken;
use crate::kernel::{Bug, Change, Event, Invariant, PAGE, System, Usage};
use crate::timeline::Timeline;
use std::collections::HashSet;

/// An invariant that held at the moment before, and does not at this one: another case than the time before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The moment after the event that broke it.
    pub moment: usize,
    /// What does not hold.
    pub broken: Broken,
}

/// The most frames, PTEs and changes that are looked at to find the breaches of a run.
pub const MAX_AUDITED: u64 = 40_000_000;

/// All breaches of a run.
#[derive(Clone, Debug, Default)]
pub struct Breaches {
    /// In order.
    pub found: Vec<Breach>,
    /// How many frames, PTEs and changes were looked at for them.
    pub looked_at: u64,
    /// The moments at which something of frames and tables does not hold any more, and all of it does again, in turn.
    turns: Vec<usize>,
}

impl Breaches {
    /// Those of a run. The timeline is somewhere else afterwards. Tests check that a correct kernel breaks no
    /// invariant.
    ///
    /// # Errors
    ///
    /// The moment at which more than [`MAX_AUDITED`] were looked at.
    pub fn of(timeline: &mut Timeline) -> Result<Self, usize> {
        if timeline.system().bug() == Bug::None {
            return Ok(Self::default());
        }
        timeline.seek(0);
        let mut watch = Watch::of(timeline.system());
        for moment in 1..=timeline.end() {
            timeline.seek(moment);
            watch.see(timeline);
            if watch.work() > MAX_AUDITED {
                return Err(moment);
            }
        }
        Ok(Self { looked_at: watch.work(), found: watch.found, turns: watch.turns })
    }

    /// Whether something of frames and tables does not hold at a moment.
    fn in_tables(&self, moment: usize) -> bool {
        self.turns.partition_point(|turn| *turn <= moment) % 2 == 1
    }
}

/// Goes through a run event by event.
struct Watch {
    audit: Audit,
    /// What does not hold of frames and tables.
    in_tables: Vec<Invariant>,
    /// What the TLB grants and should not.
    stale: Option<Broken>,
    /// The frames that the TLB was filled from, all of the run.
    walked: HashSet<Ppn>,
    /// How many entries of the TLB were looked at.
    entries: u64,
    /// The last trap.
    trap: Option<Trap>,
    /// What did not hold a moment ago.
    before: Vec<Invariant>,
    found: Vec<Breach>,
    turns: Vec<usize>,
}

impl Watch {
    fn of(system: &System) -> Self {
        Self {
            audit: Audit::of(system),
            in_tables: vec![],
            stale: None,
            walked: HashSet::new(),
            entries: 0,
            trap: None,
            before: vec![],
            found: vec![],
            turns: vec![],
        }
    }

    fn work(&self) -> u64 {
        self.audit.work() + self.entries
    }

    /// The event that has led to this moment.
    fn see(&mut self, timeline: &mut Timeline) {
        let (system, changes) = (timeline.system(), timeline.changes());
        self.audit.follow(system, changes);
        let in_tables = if changes.is_empty() { None } else { Some(self.audit.broken(system)) };
        let is_turn = |broken: &Vec<Invariant>| broken.is_empty() != self.turns.len().is_multiple_of(2);
        if in_tables.as_ref().is_some_and(is_turn) {
            self.turns.push(timeline.moment());
        }
        if changes.iter().any(|change| concerns_tables(system, change)) {
            self.in_tables = in_tables.unwrap_or_default();
        }
        self.fill(changes, system);
        if changes.iter().any(|change| self.concerns_tlb(change)) {
            self.entries += system.machine.hart(system.hart).tlb.slots().len() as u64;
            self.stale = system.stale_grant();
        }
        let is_new = |invariant: &Invariant| !self.before.contains(invariant);
        let cases = match self.in_tables.iter().any(is_new) {
            true => self.audit.cases(timeline.system()),
            false => vec![],
        };
        let not_mended = self.not_mended(timeline);
        let others = self.stale.iter().chain(&not_mended);
        let now = self.in_tables.iter().copied().chain(others.clone().map(Broken::invariant));
        let now: Vec<Invariant> = now.collect();
        for broken in cases.iter().chain(others).filter(|broken| !self.before.contains(&broken.invariant())) {
            // What the TLB holds does harm in user mode only: the same entry is told once, not at each return.
            let kind = broken.invariant();
            let last = self.found.iter().rfind(|breach| breach.broken.invariant() == kind);
            if last.is_none_or(|breach| breach.broken != *broken) {
                self.found.push(Breach { moment: timeline.moment(), broken: broken.clone() });
            }
        }
        self.before = now;
    }

    /// Takes down which frames the TLB is filled from.
    fn fill(&mut self, changes: &[Change], system: &System) {
        for change in changes {
            if let Change::Hardware(hw::Change::TlbSlot { hart, slot, .. }) = change
                && let Some(entry) = &system.machine.hart(*hart).tlb.slots()[*slot].entry
            {
                self.walked.extend(entry.path().iter().map(|step| Ppn(step.pa.0 / PAGE)));
            }
        }
    }

    /// Whether a change can make the TLB grant what it should not, or no longer.
    fn concerns_tlb(&self, change: &Change) -> bool {
        match change {
            Change::Hardware(hw::Change::Memory { pa, .. } | hw::Change::Chunk { pa, .. }) => {
                self.walked.contains(&Ppn(pa.0 / PAGE))
            }
            Change::Hardware(hw::Change::TlbSlot { .. } | hw::Change::Privilege { .. }) => true,
            Change::Frame { .. } | Change::Running(_) | Change::Hart(_) => true,
            _ => false,
        }
    }

    /// That the kernel has just returned from a trap, and nothing has come of it.
    fn not_mended(&mut self, timeline: &mut Timeline) -> Option<Broken> {
        match timeline.event(timeline.moment())? {
            Event::Hardware(hw::Event::Trap { cause, stval, sepc, why, .. }) => {
                self.trap = Some(Trap { cause: *cause, stval: *stval, sepc: *sepc, why: *why });
                None
            }
            Event::Hardware(hw::Event::TrapReturn { .. }) => {
                let trap = self.trap?;
                timeline.try_out(|system| system.check_mended(&trap)).err()
            }
            _ => None,
        }
    }
}

impl Story {
    /// The invariants that the run breaks, in order, each with its moment: again if it has held in between
    /// and another case breaks it.
    pub fn breaches(&self) -> &[Breach] {
        &self.breaches.found
    }

    /// Those of a step.
    pub fn breaches_of(&self, step: usize) -> impl Iterator<Item = &Breach> {
        let moments = self.timeline.moments(step);
        let first = self.breaches().partition_point(|breach| breach.moment < moments.start);
        self.breaches()[first..].iter().take_while(move |breach| breach.moment < moments.end)
    }

    /// The first breach of each invariant, with its step.
    pub(super) fn first_breaches(&self) -> Vec<(usize, &Breach)> {
        let mut firsts: Vec<(usize, &Breach)> = vec![];
        for breach in self.breaches() {
            let kind = breach.broken.invariant();
            if firsts.iter().all(|(_, known)| known.broken.invariant() != kind) {
                firsts.extend(self.timeline.step_at(breach.moment).map(|step| (step, breach)));
            }
        }
        firsts
    }

    /// What does not hold at this moment, whether or not it was this event that broke it.
    pub fn broken(&self) -> Vec<Broken> {
        let (system, moment) = (self.system(), self.timeline.moment());
        let in_tables = if self.breaches.in_tables(moment) { system.broken_tables() } else { vec![] };
        in_tables.into_iter().chain(system.stale_grant()).chain(not_mended(&self.timeline)).collect()
    }

    /// Whether the event that led to this moment broke an invariant.
    pub fn breaks_here(&self, invariant: Invariant) -> bool {
        let here = self.timeline.moment();
        self.breaches().iter().any(|breach| breach.moment == here && breach.broken.invariant() == invariant)
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
    timeline.system().clone().check_mended(&trap).err()
}
