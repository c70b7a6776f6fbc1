//! How an address is cut up: the paging modes of the specification, and geometries described for an exercise.
//!
//! One walker serves them all; a [`Geometry`] is what it needs to know of a mode.
//!
//! ```text
//!            VPN[2]      VPN[1]      VPN[0]       offset
//! Sv39     38 ─── 30 | 29 ─── 21 | 20 ─── 12 | 11 ───── 0
//! ```

use crate::hw::{PhysAddr, Ppn, VirtAddr, Vpn};

/// The deepest page table there is: Sv57 has five levels.
pub const MAX_LEVELS: usize = 5;

/// How virtual addresses are cut up, how wide a PTE is, and what it can point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Bits of a virtual address that take part in translation, offset included.
    pub va_bits: u32,
    /// Bits of the offset within a page: 12 for 4 KiB.
    pub page_bits: u32,
    /// How many tables a walk reads at most, 1 to 5.
    pub levels: u32,
    /// Bits of an index into a table, but for the root table, which may have fewer or more.
    pub index_bits: u32,
    /// Bytes of a PTE: 2, 4 or 8.
    pub pte_bytes: u64,
    /// Bits of a physical page number.
    pub ppn_bits: u32,
    /// Whether the bits above `va_bits` must repeat the highest one (RV64) or be zero.
    pub sign_extended: bool,
}

impl Geometry {
    /// Sv32: two levels, 4-byte PTEs, 34-bit physical addresses.
    pub const SV32: Self = Self {
        va_bits: 32,
        page_bits: 12,
        levels: 2,
        index_bits: 10,
        pte_bytes: 4,
        ppn_bits: 22,
        sign_extended: false,
    };
    /// Sv39: three levels, 8-byte PTEs, 56-bit physical addresses.
    pub const SV39: Self = Self::rv64(39, 3);
    /// Sv48: Sv39 with a fourth level.
    pub const SV48: Self = Self::rv64(48, 4);
    /// Sv57: Sv39 with a fourth and a fifth level.
    pub const SV57: Self = Self::rv64(57, 5);

    const fn rv64(va_bits: u32, levels: u32) -> Self {
        Self {
            va_bits,
            page_bits: 12,
            levels,
            index_bits: 9,
            pte_bytes: 8,
            ppn_bits: 44,
            sign_extended: true,
        }
    }

    /// A geometry for an exercise: tables fill one page each, the root's index takes the bits that are left.
    ///
    /// # Errors
    ///
    /// A sentence that says which of the three numbers cannot be, and what it can be.
    pub fn described(va_bits: u32, page_bytes: u64, pte_bytes: u64) -> Result<Self, String> {
        if !page_bytes.is_power_of_two() || !(16..=1 << 16).contains(&page_bytes) {
            return Err(format!("a page of {page_bytes} bytes: it must be a power of two from 16 to 65536"));
        }
        if ![2, 4, 8].contains(&pte_bytes) {
            return Err(format!("a PTE of {pte_bytes} bytes: it must be 2, 4 or 8"));
        }
        let page_bits = page_bytes.trailing_zeros();
        if !(page_bits + 1..=57).contains(&va_bits) {
            return Err(format!(
                "addresses of {va_bits} bits: with pages of {page_bytes} bytes it must be {} to 57",
                page_bits + 1
            ));
        }
        let index_bits = (page_bytes / pte_bytes).trailing_zeros();
        let vpn_bits = va_bits - page_bits;
        let levels = vpn_bits.div_ceil(index_bits);
        if levels as usize > MAX_LEVELS {
            return Err(format!("{levels} levels of page tables: at most {MAX_LEVELS}; use larger pages"));
        }
        let ppn_bits = (pte_bytes as u32 * 8 - 10).min(44).min(PhysAddr::BITS - page_bits);
        Ok(Self { va_bits, page_bits, levels, index_bits, pte_bytes, ppn_bits, sign_extended: false })
    }

    /// Bytes of a page.
    #[inline]
    pub fn page_bytes(&self) -> u64 {
        1 << self.page_bits
    }

    /// Bytes that one leaf at `level` maps: a page at level 0, a megapage at level 1 of Sv39, and so on.
    #[inline]
    pub fn leaf_bytes(&self, level: u32) -> u64 {
        1 << (self.page_bits + self.index_bits * level)
    }

    /// Bits of the index into a table of `level`.
    #[inline]
    pub fn index_bits_at(&self, level: u32) -> u32 {
        if level + 1 == self.levels {
            self.va_bits - self.page_bits - self.index_bits * level
        } else {
            self.index_bits
        }
    }

    /// VPN\[`level`\] of an address: the index into the table of that level.
    #[inline]
    pub fn index(&self, va: VirtAddr, level: u32) -> u64 {
        va.0 >> (self.page_bits + self.index_bits * level) & mask(self.index_bits_at(level))
    }

    /// The page offset of an address.
    #[inline]
    pub fn offset(&self, va: VirtAddr) -> u64 {
        va.0 & mask(self.page_bits)
    }

    /// The virtual page number: the address without offset and sign extension.
    #[inline]
    pub fn vpn(&self, va: VirtAddr) -> Vpn {
        Vpn((va.0 & mask(self.va_bits)) >> self.page_bits)
    }

    /// The address of the first byte of a page, with the sign extension put back.
    #[inline]
    pub fn page_address(&self, vpn: Vpn) -> VirtAddr {
        let address = vpn.0 << self.page_bits;
        let negative = self.sign_extended && address >> (self.va_bits - 1) & 1 == 1;
        VirtAddr(if negative { address | !mask(self.va_bits) } else { address })
    }

    /// Whether the bits above the translated ones are as they must be: in Sv39, bits 63 to 39 equal to bit 38.
    #[inline]
    pub fn is_canonical(&self, va: VirtAddr) -> bool {
        if self.sign_extended {
            let shift = 64 - self.va_bits;
            ((va.0 << shift) as i64 >> shift) as u64 == va.0
        } else {
            va.0 & !mask(self.va_bits) == 0
        }
    }

    /// The physical address of a page's first byte.
    #[inline]
    pub fn frame_address(&self, ppn: Ppn) -> PhysAddr {
        PhysAddr(ppn.0 << self.page_bits)
    }

    /// The physical page that an address lies in.
    #[inline]
    pub fn ppn(&self, pa: PhysAddr) -> Ppn {
        Ppn(pa.0 >> self.page_bits)
    }

    /// The first address past the lower half of the address space, where user programs live.
    pub fn user_end(&self) -> VirtAddr {
        VirtAddr(1 << (self.va_bits - u32::from(self.sign_extended)))
    }
}

/// The lowest `bits` bits set; `bits` at most 63.
#[inline]
pub(crate) fn mask(bits: u32) -> u64 {
    (1 << bits) - 1
}

/// Which address translation a machine has. A machine with Sv48 has Sv39 as well, one with Sv57 has all three, as the
/// specification asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paging {
    /// None: every address is physical.
    Bare,
    /// Two levels, 32-bit addresses.
    Sv32,
    /// Three levels, 39-bit addresses.
    #[default]
    Sv39,
    /// Four levels, 48-bit addresses.
    Sv48,
    /// Five levels, 57-bit addresses.
    Sv57,
    /// One described for an exercise: see [`Geometry::described`].
    Described(Geometry),
}

impl Paging {
    /// Those of the specification.
    pub const SPECIFIED: [Self; 5] = [Self::Bare, Self::Sv32, Self::Sv39, Self::Sv48, Self::Sv57];

    /// The geometry of the widest mode of this machine; `None` for a machine without translation.
    pub fn geometry(self) -> Option<Geometry> {
        match self {
            Self::Bare => None,
            Self::Sv32 => Some(Geometry::SV32),
            Self::Sv39 => Some(Geometry::SV39),
            Self::Sv48 => Some(Geometry::SV48),
            Self::Sv57 => Some(Geometry::SV57),
            Self::Described(geometry) => Some(geometry),
        }
    }

    /// Its name: `sv39`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Sv32 => "sv32",
            Self::Sv39 => "sv39",
            Self::Sv48 => "sv48",
            Self::Sv57 => "sv57",
            Self::Described(_) => "described",
        }
    }

    /// The largest ASID: 9 bits in Sv32, 16 elsewhere.
    #[inline]
    pub fn most_asid(self) -> u16 {
        if self.is_32_bit() { 0x1ff } else { u16::MAX }
    }

    /// Registers and addresses have 32 bits.
    #[inline]
    pub fn is_32_bit(self) -> bool {
        self == Self::Sv32
    }
}

/// What the MODE field of `satp` selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// No translation: a virtual address is the physical one.
    Bare,
    /// Page tables of this geometry.
    Paged(Geometry),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sv39_cuts_an_address_into_9_9_9_and_12_bits() {
        let va = VirtAddr(0x3f_ffff_e123);
        let g = Geometry::SV39;
        assert_eq!(
            (g.index(va, 2), g.index(va, 1), g.index(va, 0), g.offset(va)),
            (0xff, 0x1ff, 0x1fe, 0x123)
        );
    }

    #[test]
    fn bits_63_to_39_must_equal_bit_38() {
        let g = Geometry::SV39;
        assert!(g.is_canonical(VirtAddr((1 << 38) - 1)));
        assert!(!g.is_canonical(VirtAddr(1 << 38)));
        assert!(g.is_canonical(VirtAddr(!0 << 38)));
        assert!(!g.is_canonical(VirtAddr(!0 << 38 ^ 1 << 63)));
    }

    #[test]
    fn a_page_number_gives_back_its_canonical_address() {
        for va in [0x0, 0x3f_ffff_f000, 0xffff_ffff_ffff_f000] {
            let va = VirtAddr(va);
            assert_eq!(Geometry::SV39.page_address(Geometry::SV39.vpn(va)), va);
        }
    }

    #[test]
    fn a_described_geometry_gives_the_root_the_bits_that_are_left() {
        let g = Geometry::described(16, 1024, 4).unwrap();
        assert_eq!((g.levels, g.index_bits_at(0), g.ppn_bits), (1, 6, 22));
        let g = Geometry::described(32, 4096, 4).unwrap();
        assert_eq!((g.levels, g.index_bits_at(1), g.index_bits_at(0)), (2, 10, 10));
    }

    #[test]
    fn a_geometry_that_cannot_be_says_which_number_is_wrong() {
        assert!(Geometry::described(16, 1000, 4).unwrap_err().contains("a page of 1000 bytes"));
        assert!(Geometry::described(16, 1024, 3).unwrap_err().contains("a PTE of 3 bytes"));
        assert!(Geometry::described(8, 1024, 4).unwrap_err().contains("addresses of 8 bits"));
    }
}
