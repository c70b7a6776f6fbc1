//! What is asked of the whole run whenever a moment is drawn, found once: where it stops, and what it writes.

use crate::hw::{self, PhysAddr};
use crate::kernel::{Event, Record};
use std::collections::BTreeMap;

/// Where a run stops, and the words of memory that it writes by themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Landmarks {
    /// In order.
    pub(super) stops: Vec<usize>,
    /// Aligned, in the order of their addresses, each with the first moment at which it is written.
    pub(super) words: Vec<(PhysAddr, usize)>,
}

impl Landmarks {
    /// Those of a run on a machine with words of so many bytes.
    pub(super) fn of(records: &[Record], word_bytes: u64) -> Self {
        let mut stops = vec![];
        let mut words = BTreeMap::new();
        for (index, Record { event, .. }) in records.iter().enumerate() {
            let moment = index + 1;
            let Event::Hardware(event) = event else { continue };
            match event {
                hw::Event::Trap { cause, .. } if cause.is_fault() => stops.push(moment),
                hw::Event::Poke { pa, width, .. } | hw::Event::MemWrite { pa, width, .. } => {
                    let first = pa.0 / word_bytes;
                    let last = (pa.0 + width - 1) / word_bytes;
                    for word in first..=last {
                        words.entry(PhysAddr(word * word_bytes)).or_insert(moment);
                    }
                }
                hw::Event::PteWrite { pa, .. } => {
                    words.entry(*pa).or_insert(moment);
                }
                _ => {}
            }
        }
        Self { stops, words: words.into_iter().collect() }
    }
}
