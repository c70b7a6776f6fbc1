//! Why a memory access cannot be done. One enum says it; what the hart reports follows from it in one place.

use crate::hw::{Cause, PhysAddr, VirtAddr};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an instruction wants of memory. An AMO counts as a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Read data.
    Load,
    /// Write data.
    Store,
    /// Read an instruction.
    Fetch,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Load => "load",
            Self::Store => "store",
            Self::Fetch => "fetch",
        })
    }
}

/// Why a translation or an access failed. `level` is that of the table whose PTE is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The high bits of the address are not the sign extension of the translated ones.
    NonCanonical,
    /// The PTE's own address is outside physical memory.
    PteAbsent {
        /// Level of the table.
        level: u32,
        /// Where the PTE would be.
        pa: PhysAddr,
    },
    /// V is clear.
    Invalid {
        /// Level of the PTE.
        level: u32,
    },
    /// W is set and R is clear: a reserved encoding.
    WriteWithoutRead {
        /// Level of the PTE.
        level: u32,
    },
    /// A bit above the PPN is set: reserved, or of an extension that this machine lacks.
    ReservedBits {
        /// Level of the PTE.
        level: u32,
    },
    /// D, A or U is set in a PTE that points to a table: reserved there.
    PointerBits {
        /// Level of the PTE.
        level: u32,
    },
    /// The PTE of the last level points to yet another table.
    NoLeaf,
    /// A superpage whose physical address is not a multiple of its size.
    MisalignedSuperpage {
        /// Level of the PTE.
        level: u32,
    },
    /// Supervisor mode may not use a user page: SUM is clear, or it is a fetch.
    UserPage,
    /// User mode may not use a page whose U is clear.
    SupervisorPage,
    /// R is clear (and not X with MXR).
    NotReadable,
    /// W is clear.
    NotWritable,
    /// X is clear.
    NotExecutable,
    /// A is clear and the machine leaves setting it to the kernel (Svade).
    AccessedClear,
    /// A store, D is clear, and the machine leaves setting it to the kernel (Svade).
    DirtyClear,
    /// The translation is good, but there is no memory at the physical address.
    MemoryAbsent {
        /// Where memory would have to be.
        pa: PhysAddr,
    },
}

impl Why {
    /// The step of the specification's address-translation algorithm that ends in this way. 0 is the check before
    /// the first step; `None` is the access itself, after the last.
    pub fn step(self) -> Option<u32> {
        Some(match self {
            Self::NonCanonical => 0,
            Self::PteAbsent { .. } => 2,
            Self::Invalid { .. }
            | Self::WriteWithoutRead { .. }
            | Self::ReservedBits { .. }
            | Self::PointerBits { .. } => 3,
            Self::NoLeaf => 4,
            Self::MisalignedSuperpage { .. } => 5,
            Self::UserPage | Self::SupervisorPage => 6,
            Self::NotReadable | Self::NotWritable | Self::NotExecutable => 8,
            Self::AccessedClear | Self::DirtyClear => 9,
            Self::MemoryAbsent { .. } => return None,
        })
    }

    /// Physical memory is what is missing: an access fault. Everything else is a page fault.
    pub fn is_access_fault(self) -> bool {
        matches!(self, Self::PteAbsent { .. } | Self::MemoryAbsent { .. })
    }
}

/// An access that cannot be done: what was wanted, where, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What was wanted.
    pub access: Access,
    /// The first byte of the access that could not be reached: what `stval` gets.
    pub va: VirtAddr,
    /// Why.
    pub why: Why,
}

impl Fault {
    /// The exception that the hart raises.
    pub fn cause(&self) -> Cause {
        match (self.why.is_access_fault(), self.access) {
            (false, Access::Fetch) => Cause::InstructionPageFault,
            (false, Access::Load) => Cause::LoadPageFault,
            (false, Access::Store) => Cause::StorePageFault,
            (true, Access::Fetch) => Cause::InstructionAccessFault,
            (true, Access::Load) => Cause::LoadAccessFault,
            (true, Access::Store) => Cause::StoreAccessFault,
        }
    }
}
