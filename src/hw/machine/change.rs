//! What can change in a machine, each change with room for the one that undoes it.

use crate::hw::{Contents, Csr, HartId, PhysAddr, Privilege, Remember, TlbSlot, VirtAddr};

/// One change of a machine's state. [`Machine::swap`](super::Machine::swap) applies it and gives back the one that undoes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Bytes of memory, 1 to 8 of them.
    Memory {
        /// Where.
        pa: PhysAddr,
        /// How many.
        width: u64,
        /// What, little-endian.
        value: u64,
    },
    /// A whole chunk of memory.
    Chunk {
        /// An address in it.
        pa: PhysAddr,
        /// What it holds.
        contents: Contents,
    },
    /// A register.
    Csr {
        /// Whose.
        hart: HartId,
        /// Which.
        csr: Csr,
        /// What.
        value: u64,
    },
    /// The program counter.
    Pc {
        /// Whose.
        hart: HartId,
        /// What.
        pc: VirtAddr,
    },
    /// The stack pointer.
    Sp {
        /// Whose.
        hart: HartId,
        /// What.
        sp: VirtAddr,
    },
    /// The privilege.
    Privilege {
        /// Whose.
        hart: HartId,
        /// What.
        privilege: Privilege,
    },
    /// A slot of the TLB.
    TlbSlot {
        /// Whose.
        hart: HartId,
        /// Which.
        slot: usize,
        /// What.
        content: TlbSlot,
    },
    /// What the TLB's replacement policy remembers.
    TlbOrder {
        /// Whose.
        hart: HartId,
        /// What.
        remember: Remember,
    },
}
