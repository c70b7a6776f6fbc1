//! A hart: what one stream of instructions has to itself.

use crate::hw::{Csr, Csrs, Paging, Privilege, Satp, Selected, Sstatus, Tlb, TlbConfig, VirtAddr};
use serde::Serialize;

/// The number of a hart, from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct HartId(pub usize);

/// A hart. Of the general registers only the stack pointer is modelled.
#[derive(Clone, Debug, PartialEq)]
pub struct Hart {
    /// The instruction that is next.
    pub pc: VirtAddr,
    /// The stack pointer, x2.
    pub sp: VirtAddr,
    /// User or supervisor mode.
    pub privilege: Privilege,
    /// The supervisor's registers.
    pub csrs: Csrs,
    /// Its own TLB.
    pub tlb: Tlb,
    /// What `satp` selects: every access asks, and it is seldom written.
    selected: Selected,
}

impl Hart {
    /// A hart after reset: supervisor mode, translation off, an empty TLB.
    pub fn new(paging: Paging, tlb: &TlbConfig) -> Self {
        let sstatus = Sstatus(if paging.is_32_bit() { 0 } else { Sstatus::UXL_64 });
        Self {
            pc: VirtAddr::default(),
            sp: VirtAddr::default(),
            privilege: Privilege::Supervisor,
            csrs: Csrs { sstatus, ..Csrs::default() },
            tlb: Tlb::new(tlb),
            selected: Satp::default().selected(paging),
        }
    }

    /// What its `satp` selects.
    #[inline]
    pub fn selected(&self) -> &Selected {
        &self.selected
    }

    /// Puts a word into a register as it is, and gives back what was there.
    pub(in crate::hw) fn swap_csr(&mut self, csr: Csr, value: u64, paging: Paging) -> u64 {
        let old = self.csrs.swap(csr, value);
        if csr == Csr::Satp {
            self.selected = self.csrs.satp.selected(paging);
        }
        old
    }
}
