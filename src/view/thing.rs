//! What can be pointed at: everything on the screen that has a state of its own.
//!
//! A [`Line`](super::Line) or a [`Span`](super::Span) names the thing that it shows, so that one selection can be found
//! again in every panel. A thing is an address, not a value: it stays the same while its contents change with time.

use crate::hw::{Csr, PhysAddr, Ppn, VirtAddr};
use crate::kernel::{FileId, Pid, state::SwapSlot};

/// Something that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    /// A PTE: where it lies, and the level of its table (0 for the last).
    Pte {
        /// Its physical address.
        pa: PhysAddr,
        /// The level of its table.
        level: u32,
    },
    /// A frame of physical memory.
    Frame(Ppn),
    /// A word of physical memory, on a machine without frames.
    Word(PhysAddr),
    /// A slot of the TLB of the hart that acts, from 0.
    Slot(usize),
    /// An area, by its process and its first address.
    Area {
        /// Whose.
        pid: Pid,
        /// Its first address.
        start: VirtAddr,
    },
    /// A page that an area promises, with or without a PTE.
    Page {
        /// Whose.
        pid: Pid,
        /// Its first address.
        va: VirtAddr,
    },
    /// A process.
    Process(Pid),
    /// A control and status register of the hart that acts.
    Register(Csr),
    /// The pc of that hart.
    Pc,
    /// Its stack pointer.
    Sp,
    /// A virtual address: the one that is translated.
    Address(VirtAddr),
    /// A slot of swap.
    Swap(SwapSlot),
    /// A page of a file, counted from 0.
    FilePage {
        /// Which file.
        file: FileId,
        /// Which page.
        page: u64,
    },
    /// A step of the scenario, from 0.
    Step(usize),
}
