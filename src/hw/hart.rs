//! One hart's own state: its registers, its privilege, its TLB; why it faults, and why it traps.

pub mod cause;
pub mod csr;
pub mod fault;
mod hart;
mod order;
pub mod privilege;
mod tag;
pub mod tlb;

pub use cause::Cause;
pub use csr::{Csr, Csrs, Satp, Selected, Sstatus};
pub use fault::{Access, Fault, Why};
pub use hart::{Hart, HartId};
pub use privilege::Privilege;
pub use tlb::{Hit, Remember, Tlb, TlbConfig, TlbPolicy, TlbSlot, Translation};
