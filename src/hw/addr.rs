//! Addresses and page numbers: each kind of number has a type of its own, so that none is taken for another.
//!
//! All of them are printed `0x` and lower-case hexadecimal, on the screen as in the files that other programs read.

use serde::{Serialize, Serializer};
use std::fmt;

macro_rules! hex_number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:#x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:#x})", stringify!($name), self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

hex_number! {
    /// A virtual address: what a program uses. All 64 bits may be written; which of them are valid is the
    /// paging mode's to say ([`Geometry::is_canonical`](super::Geometry::is_canonical)).
    VirtAddr
}

hex_number! {
    /// A physical address: where in memory. At most 56 bits wide (Sv39 and wider), 34 in Sv32.
    PhysAddr
}

hex_number! {
    /// A physical page number: a physical address without its page offset. At most 44 bits wide.
    Ppn
}

hex_number! {
    /// A virtual page number: a virtual address without its page offset and its sign extension.
    Vpn
}

hex_number! {
    /// A word as it stands in a register or in memory.
    Word
}

impl VirtAddr {
    /// The address `bytes` further on, wrapping at the end of the address space as the hardware's adder does.
    #[inline]
    pub fn wrapping_add(self, bytes: u64) -> Self {
        Self(self.0.wrapping_add(bytes))
    }

    /// Rounded down to a multiple of `page` bytes, a power of two.
    pub fn round_down(self, page: u64) -> Self {
        Self(self.0 & !(page - 1))
    }
}

impl PhysAddr {
    /// The width of a physical address in the 64-bit paging modes (privileged specification, section on Sv39).
    pub const BITS: u32 = 56;

    /// A physical address, or `None` if it needs more than 56 bits.
    #[inline]
    pub fn new(address: u64) -> Option<Self> {
        (address >> Self::BITS == 0).then_some(Self(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_physical_address_has_56_bits() {
        assert_eq!(PhysAddr::new((1 << 56) - 1), Some(PhysAddr((1 << 56) - 1)));
        assert_eq!(PhysAddr::new(1 << 56), None);
    }

    #[test]
    fn addresses_are_printed_in_lower_case_hexadecimal() {
        assert_eq!(VirtAddr(0x3F_FFFE_ABCD).to_string(), "0x3ffffeabcd");
    }
}
