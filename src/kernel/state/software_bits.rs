//! The two bits of a PTE that are the kernel's.

use crate::hw::Flags;

/// The RSW bit by which the kernel marks a page as copy-on-write.
pub const COW: Flags = Flags::RSW0;

/// The RSW bit of an invalid PTE whose page is in swap.
pub const SWAPPED: Flags = Flags::RSW1;
