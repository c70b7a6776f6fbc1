//! The page-table entry, bit by bit (privileged specification, sections on Sv32 and Sv39).
//!
//! ```text
//!  63  62 61  60 ─ 54   53 ─────────────────── 10   9 8   7 6 5 4 3 2 1 0
//!   N   PBMT  reserved            PPN               RSW   D A G U X W R V
//! ```

use super::geometry::mask;
use crate::hw::{Geometry, Ppn};
use serde::{Serialize, Serializer};
use std::fmt;

/// A PTE: the word as it stands in memory. Sv32's fill the lower 32 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Pte(pub u64);

/// The ten low bits of a PTE: eight flags, and the two (RSW) that the hardware leaves to the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(pub u16);

impl Flags {
    /// Valid: the other bits mean something.
    pub const V: Self = Self(1 << 0);
    /// The page may be read.
    pub const R: Self = Self(1 << 1);
    /// The page may be written.
    pub const W: Self = Self(1 << 2);
    /// Instructions may be fetched from the page.
    pub const X: Self = Self(1 << 3);
    /// User mode may use the page.
    pub const U: Self = Self(1 << 4);
    /// Global: the mapping is the same in all address spaces.
    pub const G: Self = Self(1 << 5);
    /// Accessed since the bit was last cleared.
    pub const A: Self = Self(1 << 6);
    /// Written since the bit was last cleared.
    pub const D: Self = Self(1 << 7);
    /// Reserved for software, the lower bit.
    pub const RSW0: Self = Self(1 << 8);
    /// Reserved for software, the higher bit.
    pub const RSW1: Self = Self(1 << 9);

    /// Whether all of `other`'s bits are set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other`'s bits is set.
    pub const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// These and `other`'s.
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These but not `other`'s.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl std::ops::BitOr for Flags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

/// `VRWXUGAD`, a dash where a bit is clear: the order in which people read them.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (bit, letter) in "VRWXUGAD".chars().enumerate() {
            write!(f, "{}", if self.0 >> bit & 1 == 1 { letter } else { '-' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({self} rsw={})", self.0 >> 8 & 3)
    }
}

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Pte {
    /// The lowest bit of the PPN.
    const PPN_SHIFT: u32 = 10;

    /// A PTE that points to `ppn` with these flags.
    pub fn new(ppn: Ppn, flags: Flags) -> Self {
        Self(ppn.0 << Self::PPN_SHIFT | u64::from(flags.0))
    }

    /// Its flags, RSW included.
    #[inline]
    pub fn flags(self) -> Flags {
        Flags((self.0 & mask(Self::PPN_SHIFT)) as u16)
    }

    /// The physical page number it points to, as wide as the geometry has it.
    #[inline]
    pub fn ppn(self, geometry: &Geometry) -> Ppn {
        Ppn(self.0 >> Self::PPN_SHIFT & mask(geometry.ppn_bits))
    }

    /// The same with other flags.
    #[inline]
    pub fn with_flags(self, flags: Flags) -> Self {
        Self(self.0 & !mask(Self::PPN_SHIFT) | u64::from(flags.0))
    }

    /// V is set.
    #[inline]
    pub fn is_valid(self) -> bool {
        self.flags().has(Flags::V)
    }

    /// V is set, and R or X: the PTE maps a page. (With only W set it is a reserved encoding.)
    #[inline]
    pub fn is_leaf(self) -> bool {
        self.is_valid() && self.flags().any(Flags::R | Flags::X)
    }

    /// V is set and none of R, W, X: the PTE points to the next table.
    #[inline]
    pub fn is_pointer(self) -> bool {
        self.is_valid() && !self.flags().any(Flags::R | Flags::W | Flags::X)
    }

    /// The bits above the PPN: reserved (60–54), and PBMT and N, which are reserved on a machine that lacks the
    /// extensions Svpbmt and Svnapot, as this one does.
    #[inline]
    pub fn reserved(self, geometry: &Geometry) -> u64 {
        self.0 >> (Self::PPN_SHIFT + geometry.ppn_bits)
    }
}

impl fmt::Display for Pte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl fmt::Debug for Pte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pte({:#x} {})", self.0, self.flags())
    }
}

impl Serialize for Pte {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pte_holds_a_44_bit_page_number() {
        let all = Pte(!0);
        assert_eq!(all.ppn(&Geometry::SV39), Ppn((1 << 44) - 1));
        assert_eq!(all.reserved(&Geometry::SV39), 0x3ff);
        assert_eq!(Pte(0xffff_ffff).reserved(&Geometry::SV32), 0);
    }

    #[test]
    fn flags_are_read_as_vrwxugad() {
        assert_eq!(Pte(0x21fd_b0d7).flags().to_string(), "VRW-U-AD");
        assert_eq!(Flags::default().to_string(), "--------");
    }

    #[test]
    fn leaf_pointer_and_reserved_encodings_are_told_apart() {
        for bits in 0..16u64 {
            let (v, r, w, x) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0, bits & 8 != 0);
            assert_eq!(Pte(bits).is_leaf(), v && (r || x), "{bits:#b}");
            assert_eq!(Pte(bits).is_pointer(), v && !r && !w && !x, "{bits:#b}");
        }
    }
}
