//! Floor 1, the hardware: what the RISC-V privileged specification describes, and nothing else.
//!
//! A [`Machine`] is physical [`Memory`] and one or more [`Hart`]s, each with its registers and its [`Tlb`].
//! Page tables are bytes in that memory; the [walker](walk) reads those bytes. Nothing here knows that a kernel
//! exists: a trap leaves the hart at `stvec` with the registers filled, and whoever called decides what to do.
//!
//! State changes through one door, [`Machine::swap`], which takes a [`Change`] and gives back its inverse. What happens
//! is told to an [`Observer`] that is passed in; the one that records nothing, [`Unwatched`], costs nothing.

pub mod addr;
pub mod csr;
pub mod event;
pub mod fault;
pub mod geometry;
pub mod hart;
pub mod machine;
pub mod memory;
pub mod mmu;
pub mod permission;
pub mod pte;
pub mod random;
pub mod tlb;
pub mod trap;
pub mod walk;

pub use addr::{PhysAddr, Ppn, VirtAddr, Vpn};
pub use csr::{Csr, Csrs, Satp, Sstatus};
pub use event::{Event, Observer, Unwatched};
pub use fault::{Access, Fault, Why};
pub use geometry::{Geometry, Mode, Paging};
pub use hart::{Hart, HartId, Privilege};
pub use machine::{AdUpdate, Change, Config, Machine};
pub use memory::Memory;
pub use pte::{Flags, Pte};
pub use random::SplitMix64;
pub use tlb::{Entry, Replacement, Tlb, TlbConfig};
pub use trap::{Cause, Trap};
