//! Floor 3, time: a run of operations that can be looked at at any moment, forward and back.
//!
//! A *moment* is a number: moment 0 is before the first event, moment *n* after the *n*-th. Every event keeps the
//! changes that it made, so a step back applies their inverses with the same code as a step forward applies the changes.
//! Every operation has at least one event, so the moments of a step are never empty.

pub mod accesses;
mod landmarks;
mod recorder;
mod samples;

pub use samples::Sample;

use crate::hw::PhysAddr;
use crate::kernel::reclaim::MAX_LOOKED_AT;
use crate::kernel::{Change, Event, Op, OpError, Outcome, Record, System};
use landmarks::Landmarks;
use recorder::Recorder;
use std::ops::Range;

/// A run: its operations, what each of them did, and the state at one moment.
#[derive(Clone, Debug)]
pub struct Timeline {
    system: System,
    moment: usize,
    records: Vec<Record>,
    steps: Vec<Step>,
    landmarks: Landmarks,
    /// At the beginning, and after each step.
    samples: Vec<Sample>,
    share: u64,
}

/// How much something is of what is possible, in thousandths.
pub fn share(of: u64, most: u64) -> u64 {
    of.saturating_mul(1_000) / most
}

/// One operation of a run.
#[derive(Clone, Debug)]
pub struct Step {
    /// The operation.
    pub op: Op,
    /// How it ended.
    pub outcome: Outcome,
    first_event: usize,
}

/// The most that a run may take, in MiB: the memory that it has written, its events, and what was there before them.
pub const MAX_RECORD_MIB: usize = 80;

/// The most events of a rehearsal for the optimal policy: a run without foresight, of which only the uses of pages are
/// kept. It may move more pages than the run itself, and so has more than twice the events that a record has room for.
pub const MAX_REHEARSED_EVENTS: usize = 1_000_000;

/// The most operations that are refused before a run is given up, and the most names that they are told beside: each
/// refusal has those of all processes, programs or files, of which there may be thousands.
const MAX_REFUSED: usize = 20_000;
const MAX_REFUSED_NAMES: usize = 100_000;

/// An operation that could not be carried out. Nothing of it has happened.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Which, from 0.
    pub step: usize,
    /// Why.
    pub why: Refusal,
}

/// Why an operation could not be carried out.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// It makes no sense.
    Operation(OpError),
    /// The run takes more than it may. This ends it.
    TooMuch(Excess),
}

/// What a run takes too much of.
#[derive(Clone, Copy, Debug)]
pub enum Excess {
    /// More than [`MAX_RECORD_MIB`].
    Record {
        /// The events so far.
        events: usize,
        /// How much of it is memory that was written.
        written_bytes: usize,
    },
    /// Its rehearsal for the optimal policy has more than [`MAX_REHEARSED_EVENTS`], or looks at too many frames.
    Rehearsal,
    /// The kernel looks at too many frames.
    Frames,
}

impl Timeline {
    /// Runs all operations and goes back to the beginning.
    ///
    /// # Errors
    ///
    /// Every operation that cannot be carried out. It is passed over, and the run goes on to find the others.
    pub fn record(mut system: System, ops: Vec<Op>) -> Result<Self, Vec<Refused>> {
        let rehearsal = system.foresee(&ops, MAX_REHEARSED_EVENTS);
        let (rehearsed, looked_at) =
            rehearsal.map_err(|step| vec![Refused { step, why: Refusal::TooMuch(Excess::Rehearsal) }])?;
        let mut recorder = Recorder::default();
        let mut steps = Vec::with_capacity(ops.len());
        let mut sample = Sample::first(&system);
        let mut samples = vec![sample.clone()];
        let (mut refused, mut names) = (vec![], 0);
        for (step, op) in ops.into_iter().enumerate() {
            if refused.len() == MAX_REFUSED || names > MAX_REFUSED_NAMES {
                break;
            }
            let first_event = recorder.records.len();
            let performed = system.perform(&op, &mut recorder);
            if let Some(excess) = recorder.excess(&system) {
                refused.push(Refused { step, why: Refusal::TooMuch(excess) });
                break;
            }
            let outcome = match performed {
                Ok(outcome) => outcome,
                Err(error) => {
                    recorder.take_back(first_event, &mut system);
                    names += error.allowed.len();
                    refused.push(Refused { step, why: Refusal::Operation(error) });
                    continue;
                }
            };
            assert!(
                recorder.records.len() > first_event,
                "an operation without an event cannot be looked at"
            );
            assert!(recorder.pending.is_empty(), "a change without an event cannot be undone");
            sample = sample.after(&recorder.records[first_event..], &system);
            samples.push(sample.clone());
            recorder.bytes += size_of::<Sample>();
            steps.push(Step { op, outcome, first_event });
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let share = share(recorder.bytes as u64, (MAX_RECORD_MIB as u64) << 20)
            + share(rehearsed as u64, MAX_REHEARSED_EVENTS as u64)
            + share(looked_at + system.frames_looked_at(), MAX_LOOKED_AT);
        let moment = recorder.records.len();
        let landmarks = Landmarks::of(&recorder.records, system.geometry().pte_bytes);
        let mut timeline =
            Self { system, moment, records: recorder.records, steps, landmarks, samples, share };
        timeline.seek(0);
        Ok(timeline)
    }

    /// How much of what a run may take this one has taken, in thousandths of each limit together.
    pub fn share(&self) -> u64 {
        self.share
    }

    /// The state at this moment.
    pub fn system(&self) -> &System {
        &self.system
    }

    /// What is found out about the state at this moment by trying something, all of which is undone.
    pub fn try_out<T>(&mut self, look: impl FnOnce(&mut System) -> T) -> T {
        look(&mut self.system)
    }

    /// Which moment it is.
    pub fn moment(&self) -> usize {
        self.moment
    }

    /// The last moment: the number of all events.
    pub fn end(&self) -> usize {
        self.records.len()
    }

    /// The operations.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Goes to a moment; past the end means the end.
    pub fn seek(&mut self, moment: usize) {
        let moment = moment.min(self.end());
        while self.moment < moment {
            self.records[self.moment].step_forward(&mut self.system);
            self.moment += 1;
        }
        while self.moment > moment {
            self.moment -= 1;
            self.records[self.moment].step_back(&mut self.system);
        }
    }

    /// The event that led to a moment; `None` at moment 0.
    pub fn event(&self, moment: usize) -> Option<&Event> {
        Some(&self.records.get(moment.checked_sub(1)?)?.event)
    }

    /// The changes that the event of this moment made: each names what changed and holds what was there before.
    pub fn changes(&self) -> &[Change] {
        match self.moment.checked_sub(1) {
            Some(last) => &self.records[last].changes,
            None => &[],
        }
    }

    /// The same of an event before or at this moment; nothing of one that is still to come.
    pub fn changes_of(&self, moment: usize) -> &[Change] {
        match moment.checked_sub(1) {
            Some(last) if moment <= self.moment => &self.records[last].changes,
            _ => &[],
        }
    }

    /// The last moment, up to this one, whose event made such a change.
    pub fn last_change(&self, is_it: impl Fn(&Change) -> bool) -> Option<usize> {
        (1..=self.moment).rev().find(|moment| self.changes_of(*moment).iter().any(&is_it))
    }

    /// The state at a moment before this one, without going there.
    pub fn earlier(&self, moment: usize) -> System {
        let mut system = self.system.clone();
        for record in self.records[moment.min(self.moment)..self.moment].iter().rev() {
            record.clone().step_back(&mut system);
        }
        system
    }

    /// The step that a moment lies in, from 0; `None` before the first event.
    pub fn step_at(&self, moment: usize) -> Option<usize> {
        let last = moment.checked_sub(1)?;
        Some(self.steps.partition_point(|step| step.first_event <= last) - 1)
    }

    /// The moments of a step: after its first event to after its last.
    pub fn moments(&self, step: usize) -> Range<usize> {
        let end = self.steps.get(step + 1).map_or(self.end(), |next| next.first_event);
        self.steps[step].first_event + 1..end + 1
    }

    /// The moment when so many steps are done.
    pub fn after_steps(&self, count: usize) -> usize {
        match count.min(self.steps.len()).checked_sub(1) {
            Some(last) => self.moments(last).end - 1,
            None => 0,
        }
    }

    /// The events of a step.
    pub fn events(&self, step: usize) -> impl Iterator<Item = &Event> {
        let Range { start, end } = self.moments(step);
        self.records[start - 1..end - 1].iter().map(|record| &record.event)
    }

    /// The stops: moments at which the hart has just trapped, and not because the program asked for it.
    pub fn stops(&self) -> &[usize] {
        &self.landmarks.stops
    }

    /// The first stop after a moment.
    pub fn next_stop(&self, moment: usize) -> Option<usize> {
        let stops = self.stops();
        stops.get(stops.partition_point(|stop| *stop <= moment)).copied()
    }

    /// The last stop before a moment.
    pub fn previous_stop(&self, moment: usize) -> Option<usize> {
        let stops = self.stops();
        Some(stops[stops.partition_point(|stop| *stop < moment).checked_sub(1)?])
    }

    /// The aligned words of memory, each as wide as a PTE, that were written by themselves until this moment, in the order
    /// of their addresses.
    pub fn words(&self) -> impl Iterator<Item = PhysAddr> {
        let written = self.landmarks.words.iter().filter(|(_, first)| *first <= self.moment);
        written.map(|(pa, _)| *pa)
    }
}
