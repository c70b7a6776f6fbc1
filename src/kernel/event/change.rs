//! What can change, each change with room for the one that undoes it.

use crate::hw::{self, HartId, Ppn};
use crate::kernel::state::{File, FileId, Frame, Hands, Page, Pid, Process, SwapSlot, Swapped};
use std::sync::Arc;

/// One change of the state. [`System::swap`](crate::kernel::System::swap) applies it and gives back the one that undoes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The machine's.
    Hardware(hw::Change),
    /// What is known of a frame.
    Frame {
        /// Which.
        ppn: Ppn,
        /// What.
        frame: Frame,
    },
    /// The first frame of the free list.
    FreeHead(Option<Ppn>),
    /// A process, whole; `None` where there is none.
    Process {
        /// Which.
        pid: Pid,
        /// What.
        process: Option<Arc<Process>>,
    },
    /// The last of all files: one more, or one less.
    LastFile(Option<Box<File>>),
    /// A page of a file.
    FilePage {
        /// Which file.
        file: FileId,
        /// Which page.
        page: u64,
        /// What.
        bytes: Arc<Page>,
    },
    /// What the page cache holds of a page of a file.
    Cache {
        /// Which page of which file.
        key: (FileId, u64),
        /// In which frame.
        frame: Option<Ppn>,
    },
    /// What a slot of swap holds; `None` for nothing.
    Swap {
        /// Which slot.
        slot: SwapSlot,
        /// What.
        held: Option<Swapped>,
    },
    /// The slot of a page of shared memory that is in swap.
    SwappedShared {
        /// Which page of which file.
        key: (FileId, u64),
        /// In which slot.
        slot: Option<SwapSlot>,
    },
    /// What the policies of page replacement remember.
    Replacement(Hands),
    /// The process that the hart runs.
    Running(Option<Pid>),
    /// The process of the last operation.
    Current(Option<Pid>),
    /// The hart that operations are carried out on.
    Hart(HartId),
}

/// Records are many, and each change of one takes this much.
const _: () = assert!(size_of::<Change>() <= 152);
