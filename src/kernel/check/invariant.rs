//! The invariants by name, for expectations and for other programs: what a [`Broken`] is a case of. Those that no
//! bug breaks cannot be expected to break.

use super::check::Broken;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Invariant {
    /// A frame counts no fewer owners than it has.
    References,
    /// What is free is not in use.
    FreeInUse,
    /// The free list leads to every free frame, to each once, and to nothing else.
    FreeList,
    /// A slot of swap counts no fewer holders than it has.
    #[serde(skip_deserializing)]
    #[schemars(skip)]
    SwapReferences,
    /// What memory has of a file and the disk has not is marked as dirty.
    #[serde(skip_deserializing)]
    #[schemars(skip)]
    Written,
    /// Every process's table has the same kernel in it.
    #[serde(skip_deserializing)]
    #[schemars(skip)]
    KernelHalf,
    /// What is copy-on-write cannot be written.
    WritableCow,
    /// What is private can be written through one PTE at most.
    SharedWritable,
    /// While a program runs, the TLB allows nothing that the page tables do not; and what it maps is never free.
    StaleTlb,
    /// What the kernel returns to is not refused for the same reason again.
    Mended,
}

impl Broken {
    /// The invariant that does not hold.
    pub fn invariant(&self) -> Invariant {
        match self {
            Self::References { .. } => Invariant::References,
            Self::FreeInUse { .. } => Invariant::FreeInUse,
            Self::FreeList { .. } => Invariant::FreeList,
            Self::SwapReferences { .. } => Invariant::SwapReferences,
            Self::Unwritten { .. } => Invariant::Written,
            Self::KernelHalf { .. } => Invariant::KernelHalf,
            Self::WritableCow { .. } => Invariant::WritableCow,
            Self::SharedWritable { .. } => Invariant::SharedWritable,
            Self::StaleGrant { .. } | Self::StaleEntry { .. } => Invariant::StaleTlb,
            Self::NotMended { .. } => Invariant::Mended,
        }
    }
}

/// As a scenario writes it.
impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::References => "references",
            Self::FreeInUse => "free_in_use",
            Self::FreeList => "free_list",
            Self::SwapReferences => "swap_references",
            Self::Written => "written",
            Self::KernelHalf => "kernel_half",
            Self::WritableCow => "writable_cow",
            Self::SharedWritable => "shared_writable",
            Self::StaleTlb => "stale_tlb",
            Self::Mended => "mended",
        })
    }
}
