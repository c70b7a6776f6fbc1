//! Which case a fault is, and what a process dies of.

use serde::{Serialize, Serializer};

/// The cases of the fault handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCase {
    /// No area holds the address: kill.
    NoArea,
    /// The guard page under the stack: kill.
    GuardPage,
    /// Below the stack, but not just below `sp`: a wild access, not growth. Kill.
    WildStack,
    /// A page of the kernel's, mapped without U: kill.
    KernelPage,
    /// The area does not allow such an access: kill.
    Forbidden,
    /// Something that no page table can mend, such as absent memory: kill.
    Unrepairable,
    /// Just below the stack: it grows down to it.
    StackGrowth,
    /// Promised memory that is touched for the first time: a frame of zeros.
    ZeroFill,
    /// A load from promised memory of one's own that was never written: the frame of zeros that all share.
    ZeroPage,
    /// A page that lost its frame: it comes back from swap.
    SwapIn,
    /// A page of a file: from the page cache, read first if it is not there.
    FilePage,
    /// The first store to a private page of a file: a copy of the cached page.
    FileCopy,
    /// A store to a copy-on-write page with other owners: a copy.
    CowCopy,
    /// A store to a copy-on-write page that has no other owner: writable again.
    CowLastOwner,
    /// The first touch of a block of the heap that a megapage can map: a run of zeros.
    SuperpageFill,
    /// A store to a copy-on-write megapage with other owners: a copy of the run.
    SuperpageCopy,
    /// The same where no run is free: the megapage is demoted, and one page of it copied.
    SuperpageSplit,
    /// A is clear and the machine leaves it to the kernel.
    SetAccessed,
    /// D is clear and the machine leaves it to the kernel.
    SetDirty,
    /// The tables allow the access: the TLB was stale, or another hart was first.
    Spurious,
}

impl FaultCase {
    /// The process does not survive it.
    pub fn kills(self) -> bool {
        matches!(
            self,
            Self::NoArea
                | Self::GuardPage
                | Self::WildStack
                | Self::KernelPage
                | Self::Forbidden
                | Self::Unrepairable
        )
    }
}

/// Why a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", untagged)]
pub enum FaultCaseOrMemory {
    /// A fault that cannot be mended.
    Fault(FaultCase),
    /// No frame could be had: `"out_of_memory"`.
    #[serde(serialize_with = "out_of_memory")]
    OutOfMemory,
}

fn out_of_memory<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("out_of_memory")
}
