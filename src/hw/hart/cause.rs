//! Why a hart traps, with the codes of the specification.

use serde::{Serialize, Serializer};
use std::fmt;

/// The traps that are modelled; the number is the code in `scause`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u64)]
pub enum Cause {
    /// Nothing at the physical address of an instruction, or of a PTE on the way to it.
    InstructionAccessFault = 1,
    /// The same for a load.
    LoadAccessFault = 5,
    /// The same for a store or an AMO.
    StoreAccessFault = 7,
    /// `ecall` in user mode: a system call.
    UserEcall = 8,
    /// A fetch that the page tables do not allow.
    InstructionPageFault = 12,
    /// A load that the page tables do not allow.
    LoadPageFault = 13,
    /// A store or an AMO that the page tables do not allow.
    StorePageFault = 15,
    /// An interrupt, and no exception: the supervisor's timer.
    SupervisorTimer = 1 << 63 | 5,
}

impl Cause {
    /// All exceptions.
    pub const ALL: [Self; 7] = [
        Self::InstructionAccessFault,
        Self::LoadAccessFault,
        Self::StoreAccessFault,
        Self::UserEcall,
        Self::InstructionPageFault,
        Self::LoadPageFault,
        Self::StorePageFault,
    ];

    /// The highest bit of `scause`, where registers have 64.
    const INTERRUPT: u64 = 1 << 63;

    /// The code, without the bit that says whether it is an interrupt's.
    pub fn code(self) -> u64 {
        self as u64 & !Self::INTERRUPT
    }

    /// Whether it comes from outside, between two instructions.
    pub fn is_interrupt(self) -> bool {
        self as u64 & Self::INTERRUPT != 0
    }

    /// Whether an instruction could not be carried out: no interrupt, and not asked for like a system call.
    pub fn is_fault(self) -> bool {
        !self.is_interrupt() && self != Self::UserEcall
    }

    /// What `scause` holds, in registers of so many bits.
    pub fn scause(self, bits: u32) -> u64 {
        self.code() | u64::from(self.is_interrupt()) << (bits - 1)
    }

    /// The exception with this code.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }

    /// A page fault, of whichever access.
    pub fn is_page_fault(self) -> bool {
        matches!(self, Self::InstructionPageFault | Self::LoadPageFault | Self::StorePageFault)
    }
}

/// The name in the specification's table of exception codes.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InstructionAccessFault => "instruction access fault",
            Self::LoadAccessFault => "load access fault",
            Self::StoreAccessFault => "store/AMO access fault",
            Self::UserEcall => "environment call from U-mode",
            Self::InstructionPageFault => "instruction page fault",
            Self::LoadPageFault => "load page fault",
            Self::StorePageFault => "store/AMO page fault",
            Self::SupervisorTimer => "supervisor timer interrupt",
        })
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
