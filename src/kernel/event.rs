//! What happens and why, what changes with it, and what is counted.

pub mod change;
pub mod counters;
mod event;
pub mod failure;
pub mod fault_case;

pub use change::Change;
pub use counters::Counters;
pub use event::{DiskPage, Event, KernelEvent, Prot, TrapStage};
pub(in crate::kernel) use failure::Failure;
pub use fault_case::{FaultCase, FaultCaseOrMemory};
