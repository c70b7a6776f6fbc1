//! What is known: kinds without behaviour.

pub mod area;
pub mod entry;
pub mod file;
pub mod frame;
pub mod future;
pub mod hands;
pub mod process;
pub mod slot;
pub mod software_bits;
pub mod space;
pub mod trapframe;

pub use area::{Area, AreaKind, Backing};
pub use entry::{Mapping, Place};
pub use file::{File, FileId, FileKind, Page};
pub use frame::{Frame, Usage};
pub use future::{Future, NEVER};
pub use hands::Hands;
pub(in crate::kernel) use process::ByName;
pub use process::{Condition, Pid, Process, ProcessState};
pub(in crate::kernel) use slot::swapped_entry;
pub use slot::{SwapSlot, Swapped, slot_of};
pub use software_bits::{COW, SWAPPED};
pub(in crate::kernel) use space::Space;
pub use trapframe::{TRAPFRAME_EPC, TRAPFRAME_KERNEL_SATP, TRAPFRAME_KERNEL_SP, TRAPFRAME_SP};
