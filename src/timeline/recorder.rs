//! What is kept of a run while it is recorded, and how much memory that takes.

use crate::hw::{self, memory::{CHUNK_BYTES, Contents}};
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

impl Observer for Recorder {
    fn changed(&mut self, inverse: Change) {
        self.bytes += size_of::<Change>() + behind(&inverse);
        self.pending.push(inverse);
    }

    fn event(&mut self, event: Event) {
        self.bytes += size_of::<Record>() + ALLOCATION_BYTES;
        self.records.push(Record { event, changes: self.pending.drain(..).collect() });
    }
}

impl Recorder {
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
        Change::Hardware(hw::Change::Chunk { contents: Contents::Bytes(_), .. }) | Change::FilePage { .. } => {
            CHUNK_BYTES as usize
        }
        Change::Process { process: Some(process), .. } => {
            size_of::<Process>() + process.areas.capacity() * size_of::<Area>()
        }
        _ => 0,
    }
}
