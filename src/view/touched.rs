//! What the event of this moment changed: read off its changes, so that nothing needs to be compared.

use crate::hw::{self, Csr, PhysAddr, Ppn};
use crate::kernel::{Change, Pid};
use crate::story::Story;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What one event changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// First bytes, and how many.
    words: BTreeMap<u64, u64>,
    chunks: BTreeSet<u64>,
    frames: BTreeSet<Ppn>,
    slots: BTreeSet<usize>,
    csrs: BTreeSet<Csr>,
    processes: BTreeSet<Pid>,
    /// The head of the free list.
    pub free_list: bool,
    /// The pc.
    pub pc: bool,
    /// The stack pointer.
    pub sp: bool,
    /// The privilege.
    pub privilege: bool,
}

impl Touched {
    /// What the event of a story's moment changed.
    pub fn of(story: &Story) -> Self {
        let mut touched = Self::default();
        let hart = story.system().hart;
        for change in story.timeline.changes() {
            match change {
                Change::Hardware(change) => touched.hardware(change, hart),
                Change::Frame { ppn, .. } => {
                    touched.frames.insert(*ppn);
                }
                Change::Process { pid, .. } => {
                    touched.processes.insert(*pid);
                }
                Change::FreeHead(_) => touched.free_list = true,
                _ => {}
            }
        }
        touched
    }

    fn hardware(&mut self, change: &hw::Change, on: hw::HartId) {
        match change {
            hw::Change::Memory { pa, width, .. } => {
                self.words.insert(pa.0, *width);
            }
            hw::Change::Chunk { pa, .. } => {
                self.chunks.insert(pa.0 / hw::memory::CHUNK_BYTES);
            }
            hw::Change::Csr { hart, csr, .. } if *hart == on => {
                self.csrs.insert(*csr);
            }
            hw::Change::TlbSlot { hart, slot, .. } if *hart == on => {
                self.slots.insert(*slot);
            }
            hw::Change::Pc { hart, .. } if *hart == on => self.pc = true,
            hw::Change::Sp { hart, .. } if *hart == on => self.sp = true,
            hw::Change::Privilege { hart, .. } if *hart == on => self.privilege = true,
            _ => {}
        }
    }

    /// The word at an address was written by itself, not as part of a whole frame.
    pub fn word(&self, pa: PhysAddr) -> bool {
        self.words.contains_key(&pa.0)
    }

    /// The words that were written by themselves and begin among some bytes.
    pub fn words_in(&self, bytes: Range<u64>) -> impl Iterator<Item = PhysAddr> + '_ {
        self.words.range(bytes).map(|(first, _)| PhysAddr(*first))
    }

    /// The contents of a frame, or what is known of it.
    pub fn frame(&self, ppn: Ppn) -> bool {
        let first = ppn.0 * crate::kernel::PAGE;
        let words = first..first + crate::kernel::PAGE;
        self.frames.contains(&ppn) || self.chunks.contains(&ppn.0) || self.words.range(words).next().is_some()
    }

    /// All that a frame holds.
    pub fn contents(&self, ppn: Ppn) -> bool {
        self.chunks.contains(&ppn.0)
    }

    /// A slot of the TLB.
    pub fn slot(&self, slot: usize) -> bool {
        self.slots.contains(&slot)
    }

    /// A register.
    pub fn csr(&self, csr: Csr) -> bool {
        self.csrs.contains(&csr)
    }

    /// A process or its areas.
    pub fn process(&self, pid: Pid) -> bool {
        self.processes.contains(&pid)
    }

    /// Something among so many bytes from an address on was written by itself.
    pub fn bytes(&self, pa: PhysAddr, bytes: u64) -> bool {
        self.words.range(..pa.0 + bytes).next_back().is_some_and(|(first, width)| first + width > pa.0)
    }
}
