//! A PTE and where it is.

use crate::hw::{PhysAddr, Pte, VirtAddr};

/// A PTE and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Level of its table.
    pub level: u32,
    /// Its physical address.
    pub pa: PhysAddr,
    /// What is there.
    pub pte: Pte,
}

/// A leaf and the page that it maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The first address of the page.
    pub va: VirtAddr,
    /// The leaf.
    pub place: Place,
}
