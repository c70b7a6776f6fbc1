//! The supervisor's registers, with their real layouts, and what a write makes of a value that cannot be (WARL).

use crate::hw::format::geometry::mask;
use crate::hw::{Geometry, Mode, Paging, Ppn, Privilege, VirtAddr, Word};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The registers that are modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Csr {
    /// Address translation and protection: mode, ASID, root of the page table.
    Satp,
    /// Status: SIE, SPIE, SPP, SUM, MXR.
    Sstatus,
    /// Where traps go.
    Stvec,
    /// Scratch, for the trap handler.
    Sscratch,
    /// The pc of the instruction that trapped.
    Sepc,
    /// Why it trapped.
    Scause,
    /// The address that is at fault.
    Stval,
}

impl Csr {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::Satp, Self::Sstatus, Self::Stvec, Self::Sscratch, Self::Sepc, Self::Scause, Self::Stval];

    /// Its name in the specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Satp => "satp",
            Self::Sstatus => "sstatus",
            Self::Stvec => "stvec",
            Self::Sscratch => "sscratch",
            Self::Sepc => "sepc",
            Self::Scause => "scause",
            Self::Stval => "stval",
        }
    }
}

impl fmt::Display for Csr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `satp`. On RV64: MODE (63–60), ASID (59–44), PPN (43–0). On RV32: MODE (31), ASID (30–22), PPN (21–0).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Satp(pub u64);

impl Satp {
    /// The MODE of a described geometry.
    const DESCRIBED: u64 = 15;

    /// The MODE of a table of this geometry.
    fn mode_number(geometry: &Geometry) -> u64 {
        match *geometry {
            Geometry::SV39 => 8,
            Geometry::SV48 => 9,
            Geometry::SV57 => 10,
            Geometry::SV32 => 1,
            // 14 and 15 are designated for custom use.
            _ => Self::DESCRIBED,
        }
    }

    /// The word that selects `geometry`, an address space and the root of its page table.
    pub fn new(geometry: &Geometry, asid: u16, root: Ppn) -> Self {
        let (mode, asid, root) = (Self::mode_number(geometry), u64::from(asid), root.0);
        Self(if *geometry == Geometry::SV32 {
            mode << 31 | (asid & mask(9)) << 22 | root & mask(22)
        } else {
            mode << 60 | asid << 44 | root & mask(44)
        })
    }

    /// What the MODE field selects on a machine with this paging; `None` for a MODE that it does not have.
    pub fn mode(self, paging: Paging) -> Option<Mode> {
        let number = if paging.is_32_bit() { self.0 >> 31 & 1 } else { self.0 >> 60 };
        Some(match (number, paging) {
            (0, _) => Mode::Bare,
            (1, Paging::Sv32) => Mode::Paged(Geometry::SV32),
            (8, Paging::Sv39 | Paging::Sv48 | Paging::Sv57) => Mode::Paged(Geometry::SV39),
            (9, Paging::Sv48 | Paging::Sv57) => Mode::Paged(Geometry::SV48),
            (10, Paging::Sv57) => Mode::Paged(Geometry::SV57),
            (Self::DESCRIBED, Paging::Described(geometry)) => Mode::Paged(geometry),
            _ => return None,
        })
    }

    /// All that it selects on a machine with this paging.
    pub fn selected(self, paging: Paging) -> Selected {
        let geometry = match self.mode(paging) {
            Some(Mode::Paged(geometry)) => Some(geometry),
            Some(Mode::Bare) | None => None,
        };
        Selected { geometry, asid: self.asid(paging), root: self.root(paging) }
    }

    /// The bits of the ASID field.
    fn asid_field(paging: Paging) -> u64 {
        if paging.is_32_bit() { mask(9) << 22 } else { mask(16) << 44 }
    }

    /// The ASID field.
    pub fn asid(self, paging: Paging) -> u16 {
        if paging.is_32_bit() { (self.0 >> 22 & mask(9)) as u16 } else { (self.0 >> 44) as u16 }
    }

    /// The PPN field: the frame of the root table.
    pub fn root(self, paging: Paging) -> Ppn {
        Ppn(self.0 & if paging.is_32_bit() { mask(22) } else { mask(44) })
    }
}

/// A `satp`, decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selected {
    /// How addresses are cut up; `None` while translation is off.
    pub geometry: Option<Geometry>,
    /// The address space.
    pub asid: u16,
    /// The frame of the root table.
    pub root: Ppn,
}

/// `sstatus`: the fields that are modelled; all others read as zero, but UXL, which says that user mode is 64 bits wide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sstatus(pub u64);

impl Sstatus {
    /// Interrupts are enabled in supervisor mode.
    pub const SIE: u64 = 1 << 1;
    /// SIE as it was before the trap.
    pub const SPIE: u64 = 1 << 5;
    /// The privilege before the trap: set for S, clear for U.
    pub const SPP: u64 = 1 << 8;
    /// Supervisor may use user memory.
    pub const SUM: u64 = 1 << 18;
    /// Make executable readable.
    pub const MXR: u64 = 1 << 19;
    /// The width of user mode: 2 means 64 bits. Read-only here.
    pub const UXL_64: u64 = 2 << 32;
    /// What a write can change.
    pub const WRITABLE: u64 = Self::SIE | Self::SPIE | Self::SPP | Self::SUM | Self::MXR;
    /// The fields by name, in the order of their bits.
    pub const FIELDS: [(&'static str, u64); 5] = [
        ("SIE", Self::SIE),
        ("SPIE", Self::SPIE),
        ("SPP", Self::SPP),
        ("SUM", Self::SUM),
        ("MXR", Self::MXR),
    ];

    /// Whether a field is set.
    #[inline]
    pub fn has(self, field: u64) -> bool {
        self.0 & field != 0
    }

    /// The same with a field set or cleared.
    pub fn with(self, field: u64, on: bool) -> Self {
        Self(if on { self.0 | field } else { self.0 & !field })
    }

    /// SUM is set.
    #[inline]
    pub fn sum(self) -> bool {
        self.has(Self::SUM)
    }

    /// MXR is set.
    #[inline]
    pub fn mxr(self) -> bool {
        self.has(Self::MXR)
    }

    /// SPP as a privilege.
    pub fn spp(self) -> Privilege {
        if self.has(Self::SPP) { Privilege::Supervisor } else { Privilege::User }
    }
}

/// The registers of a hart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Csrs {
    /// Address translation and protection.
    pub satp: Satp,
    /// Status.
    pub sstatus: Sstatus,
    /// The trap vector.
    pub stvec: u64,
    /// Scratch.
    pub sscratch: u64,
    /// The pc of the instruction that trapped.
    pub sepc: VirtAddr,
    /// Why it trapped: the interrupt bit and a code.
    pub scause: u64,
    /// The address at fault.
    pub stval: VirtAddr,
}

impl Csrs {
    /// The word in a register.
    pub fn read(&self, csr: Csr) -> Word {
        Word(match csr {
            Csr::Satp => self.satp.0,
            Csr::Sstatus => self.sstatus.0,
            Csr::Stvec => self.stvec,
            Csr::Sscratch => self.sscratch,
            Csr::Sepc => self.sepc.0,
            Csr::Scause => self.scause,
            Csr::Stval => self.stval.0,
        })
    }

    /// Puts a word into a register as it is, and gives back what was there.
    pub(super) fn swap(&mut self, csr: Csr, value: u64) -> u64 {
        let old = self.read(csr).0;
        match csr {
            Csr::Satp => self.satp = Satp(value),
            Csr::Sstatus => self.sstatus = Sstatus(value),
            Csr::Stvec => self.stvec = value,
            Csr::Sscratch => self.sscratch = value,
            Csr::Sepc => self.sepc = VirtAddr(value),
            Csr::Scause => self.scause = value,
            Csr::Stval => self.stval = VirtAddr(value),
        }
        old
    }

    /// What a `csrw` of `value` leaves in the register of a machine.
    ///
    /// An unsupported MODE makes a write to `satp` have no effect at all; without ASIDs their field is zero; `sepc` and
    /// `stvec` keep their addresses aligned; read-only fields of `sstatus` stay, among them SUM where there is no
    /// translation.
    pub fn legalize(&self, csr: Csr, value: u64, paging: Paging, has_asid: bool) -> u64 {
        let value = if paging.is_32_bit() { value & mask(32) } else { value };
        match csr {
            Csr::Satp if Satp(value).mode(paging).is_none() => self.satp.0,
            Csr::Satp if !has_asid => value & !Satp::asid_field(paging),
            Csr::Sstatus => {
                let sum = if paging == Paging::Bare { Sstatus::SUM } else { 0 };
                let writable = Sstatus::WRITABLE & !sum;
                self.sstatus.0 & !writable | value & writable
            }
            // Modes 2 and up are reserved: such a write has no effect.
            Csr::Stvec if value & 0b11 > 1 => self.stvec,
            // Instructions are aligned to two bytes.
            Csr::Sepc => value & !1,
            _ => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn satp_is_cut_as_the_specification_has_it() {
        let satp = Satp::new(&Geometry::SV39, 5, Ppn(0x80055));
        assert_eq!(satp.0, 0x8000_5000_0008_0055);
        assert_eq!((satp.asid(Paging::Sv39), satp.root(Paging::Sv39)), (5, Ppn(0x80055)));
        assert_eq!(satp.mode(Paging::Sv39), Some(Mode::Paged(Geometry::SV39)));
        let satp = Satp::new(&Geometry::SV32, 3, Ppn(0x80055));
        assert_eq!(satp.0, 0x80c8_0055);
        assert_eq!((satp.asid(Paging::Sv32), satp.root(Paging::Sv32)), (3, Ppn(0x80055)));
        let geometry = Geometry::described(16, 1024, 4).unwrap();
        let satp = Satp::new(&geometry, 0, Ppn(0x20_0004));
        assert_eq!(satp.mode(Paging::Described(geometry)), Some(Mode::Paged(geometry)));
        assert_eq!(satp.mode(Paging::Sv39), None);
    }

    #[test]
    fn an_unsupported_mode_leaves_all_of_satp_as_it_was() {
        let csrs = Csrs { satp: Satp(0x8000_0000_0008_0055), ..Csrs::default() };
        let write = |value, paging| csrs.legalize(Csr::Satp, value, paging, true);
        assert_eq!(write(0x9000_0000_0008_0001, Paging::Sv39), 0x8000_0000_0008_0055);
        assert_eq!(write(0x9000_0000_0008_0001, Paging::Sv48), 0x9000_0000_0008_0001);
        assert_eq!(write(0, Paging::Bare), 0);
    }

    #[test]
    fn a_machine_without_asids_has_zeros_for_them() {
        let left = Csrs::default().legalize(Csr::Satp, 0x8000_5000_0008_0055, Paging::Sv39, false);
        assert_eq!(left, 0x8000_0000_0008_0055);
    }

    #[test]
    fn wider_modes_bring_the_narrower_ones_with_them() {
        for (number, machines) in
            [(8u64, "sv39 sv48 sv57"), (9, "sv48 sv57"), (10, "sv57"), (1, ""), (11, ""), (15, "")]
        {
            for paging in [Paging::Bare, Paging::Sv39, Paging::Sv48, Paging::Sv57] {
                let has = Satp(number << 60).mode(paging).is_some();
                assert_eq!(has, machines.contains(paging.name()), "MODE {number} on {paging:?}");
            }
        }
    }

    #[test]
    fn writes_keep_what_is_read_only_and_align_addresses() {
        let csrs = Csrs { sstatus: Sstatus(Sstatus::UXL_64), stvec: 0x100, ..Csrs::default() };
        let write = |csr, value, paging| csrs.legalize(csr, value, paging, true);
        assert_eq!(write(Csr::Sstatus, !0, Paging::Sv39), Sstatus::UXL_64 | Sstatus::WRITABLE);
        assert_eq!(write(Csr::Sstatus, !0, Paging::Bare) & Sstatus::SUM, 0);
        assert_eq!(write(Csr::Sepc, 0x1001, Paging::Sv39), 0x1000);
        assert_eq!(write(Csr::Stvec, 0x203, Paging::Sv39), 0x100);
        assert_eq!(write(Csr::Stvec, 0x201, Paging::Sv39), 0x201);
        assert_eq!(write(Csr::Sscratch, !0, Paging::Sv32), 0xffff_ffff);
    }
}
