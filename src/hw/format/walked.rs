//! What a walk reads on its way, and what it comes back with.

use crate::hw::{MAX_LEVELS, PhysAddr, Pte};

/// A PTE and where it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Where.
    pub pa: PhysAddr,
    /// What was there.
    pub pte: Pte,
}

/// A walk that reached a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walked {
    /// The level of the leaf: 0 for a page, 1 for a megapage.
    pub level: u32,
    /// The PTEs that were read, the root's first. Those past the leaf are zero.
    pub path: [Read; MAX_LEVELS],
    /// How many were read.
    pub depth: usize,
    /// A PTE on the way had G set: the mapping is in all address spaces.
    pub global: bool,
}

impl Walked {
    /// The leaf PTE and where it is.
    #[inline]
    pub fn step(&self) -> Read {
        self.path[self.depth - 1]
    }

    /// The leaf PTE.
    #[inline]
    pub fn pte(&self) -> Pte {
        self.step().pte
    }
}
