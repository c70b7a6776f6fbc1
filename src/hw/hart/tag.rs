//! What a look-up needs to know of a slot, so small that two share a line of the computer's own cache.

use crate::hw::{Flags, PhysAddr, VirtAddr};

/// What a look-up reads of a slot. That of a free slot covers no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// The address of the first page that is translated, sign extension included.
    pub first: VirtAddr,
    /// The bits of an address that take part in the comparison.
    pub mask: u64,
    /// The physical address of that page.
    pub base: PhysAddr,
    /// The leaf's flags.
    pub flags: Flags,
    /// The address space.
    pub asid: u16,
    /// It serves every address space.
    pub global: bool,
}

impl Tag {
    /// That of a free slot: no address has a bit where none is compared.
    pub const FREE: Self =
        Self { first: VirtAddr(1), mask: 0, base: PhysAddr(0), flags: Flags(0), asid: 0, global: false };

    /// Whether an address is one of those that are translated.
    #[inline]
    pub fn covers(&self, va: VirtAddr) -> bool {
        va.0 & self.mask == self.first.0
    }

    /// Whether it is used for an address in an address space; `asids` is whether spaces are told apart.
    #[inline]
    pub fn serves(&self, va: VirtAddr, asid: u16, asids: bool) -> bool {
        self.covers(va) && (self.global || !asids || self.asid == asid)
    }

    /// The physical address behind one that it covers.
    #[inline]
    pub fn translate(&self, va: VirtAddr) -> PhysAddr {
        PhysAddr(self.base.0 | va.0 & !self.mask)
    }
}
