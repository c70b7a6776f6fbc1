//! What is kept of a run while it is recorded, and how much memory that takes.

use super::{Excess, MAX_RECORD_MIB};
use crate::hw::{
    self,
    memory::{CHUNK_BYTES, Contents},
};
use crate::kernel::{Area, Change, Event, Observer, Process, Record, System};

/// What an allocation takes besides its contents, more or less.
const ALLOCATION_BYTES: usize = 16;

/// Keeps every event with its changes.
#[derive(Default)]
pub(super) struct Recorder {
    /// The events so far.
    pub(super) records: Vec<Record>,
    /// Changes whose event has not been told yet.
    pub(super) pending: Vec<Change>,
    /// What the records take, in bytes, more or less.
    pub(super) bytes: usize,
}

/// The areas that a process has at first, more or less.
const FIRST_AREAS: usize = 8;

/// The least that an event takes, in bytes.
const LEAST_BYTES: usize = size_of::<Record>() + ALLOCATION_BYTES;

/// The most that all may take, in bytes.
const MAX_BYTES: usize = MAX_RECORD_MIB << 20;

/// What is too much ends the run after the operation; an operation may do very much, and the rest of it is not kept.
impl Observer for Recorder {
    fn changed(&mut self, inverse: Change) {
        if self.bytes <= MAX_BYTES {
            self.bytes += size_of::<Change>() + behind(&inverse);
            self.pending.push(inverse);
        }
    }

    fn event(&mut self, event: Event) {
        if self.bytes <= MAX_BYTES {
            self.bytes += LEAST_BYTES;
            self.records.push(Record { event, changes: self.pending.drain(..).collect() });
        }
    }

    fn has_room(&self, system: &System) -> bool {
        self.excess(system).is_none()
    }
}

impl Recorder {
    /// The limit that the run exceeds, if any. The run ends there.
    pub(super) fn excess(&self, system: &System) -> Option<Excess> {
        let (events, written_bytes) = (self.records.len(), system.machine.memory().written_bytes());
        if self.bytes + written_bytes > MAX_BYTES {
            return Some(Excess::Record { events, written_bytes });
        }
        system.looked_at_too_many_frames().then_some(Excess::Frames)
    }

    /// Takes back all that happened after the first so many events.
    pub(super) fn take_back(&mut self, events: usize, system: &mut System) {
        for inverse in self.pending.drain(..).rev() {
            system.swap(inverse);
        }
        for mut record in self.records.drain(events..).rev() {
            record.step_back(system);
        }
    }
}

/// The bytes that lie behind the pointers of a change, and that nothing else keeps.
fn behind(change: &Change) -> usize {
    match change {
        Change::Hardware(hw::Change::Chunk { contents: Contents::Bytes(_), .. })
        | Change::FilePage { .. } => CHUNK_BYTES as usize,
        // Where none was, there is one now.
        Change::Process { process, .. } => {
            let areas = process.as_ref().map_or(FIRST_AREAS, |process| process.areas.capacity());
            size_of::<Process>() + areas * size_of::<Area>()
        }
        _ => 0,
    }
}
