//! How much a scenario may be, all in one place: each limit is set where it is enforced, and the reference tells them all.
//! What a run may take is [`crate::timeline`]'s.

pub use super::diagnostic::MAX_PROBLEMS;
pub use super::disk::MAX_FILE_BYTES;
pub use super::expand::{MAX_EXPECTATIONS, MAX_STEPS};
pub use super::meaning::MAX_NAME_BYTES;
pub use super::programs::MAX_PART_BYTES;
pub use super::settings::{MAX_COST, MAX_HARTS, MAX_TLB_ENTRIES};
pub use super::syntax::{MAX_BYTES, MAX_DEPTH, MAX_KEYS, MAX_VALUES};
pub use crate::kernel::disk::MOST_SLOTS as MAX_SLOTS;
pub use crate::kernel::op::MAX_TIMES;
pub use crate::kernel::op::expr::{MAX_DEPTH as MAX_PARENTHESES, MAX_OPERATORS};
pub use crate::kernel::reclaim::MAX_LOOKED_AT;
pub use crate::kernel::setup::MOST_FRAMES as MAX_KERNEL_FRAMES;

/// The most bytes that memory may have without a kernel.
pub const MAX_MEMORY_BYTES: u64 = crate::hw::Memory::MAX_BYTES;
