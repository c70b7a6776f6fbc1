//! Floor 1, the hardware: what the RISC-V privileged specification describes, and nothing else.
//!
//! A [`Machine`] is physical [`Memory`] and one or more [`Hart`]s, each with its registers and its [`Tlb`].
//! Page tables are bytes in that memory; the [walker](walk()) reads those bytes. Nothing here knows that a kernel
//! exists: a trap leaves the hart at `stvec` with the registers filled, and whoever called decides what to do.
//!
//! State changes through one door, [`Machine::swap`], which takes a [`Change`] and gives back its inverse. What happens
//! is told to an [`Observer`] that is passed in; the one that records nothing, [`Unwatched`], costs nothing.
//!
//! # Rooms
//!
//! Each knows only those under it; within a room no files know each other in a circle. `tests/tidy.rs` reads this table.
//!
//! | order | rooms | what is in there |
//! |---|---|---|
//! | 6 | [`execute`] | an access from beginning to end: translation, the walk and which PTEs it refuses, permissions, A and D, traps; the one reading of whole tables; what is stale |
//! | 5 | [`machine`] | memory and harts together: how they are built, what changes, what is told, the one door |
//! | 4 | [`hart`] | one hart's own state: registers, privilege, the TLB and which entry loses its slot; the reasons for faults and traps, by name |
//! | 3 | [`format`](mod@format) | how addresses and PTEs are cut up: flags, leaf or pointer, reserved bits; what a walk reads |
//! | 2 | [`memory`] | bytes |
//! | 1 | [`addr`] · [`random`] | numbers with their meaning · chance |

pub mod addr;
pub mod execute;
pub mod format;
pub mod hart;
pub mod machine;
pub mod memory;
pub mod random;

pub use addr::{PhysAddr, Ppn, VirtAddr, Vpn, Word};
pub use execute::{INSTRUCTION_BYTES, Reached, Request, Trap, refusal, tables, walk};
pub use format::{Flags, Geometry, MAX_LEVELS, Mode, Paging, Pte, Read, Walked};
pub use hart::{
    Access, Cause, Csr, Csrs, Fault, Hart, HartId, Hit, Privilege, Remember, Satp, Selected, Sstatus, Tlb,
    TlbConfig, TlbPolicy, TlbSlot, Translation, Why,
};
pub use machine::{AdUpdate, Change, Config, Event, Machine, Observer, Unwatched};
pub use memory::{Contents, Memory};
pub use random::SplitMix64;
