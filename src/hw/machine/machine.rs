//! The machine: memory and harts, and the one door through which their state changes.

use crate::hw::{
    Change, Config, Csr, Event, Geometry, Hart, HartId, Memory, Observer, PhysAddr, Pte, TlbSlot, VirtAddr,
    Word,
};

/// Memory and harts.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    config: Config,
    memory: Memory,
    harts: Vec<Hart>,
}

impl Machine {
    /// A machine after reset.
    ///
    /// # Errors
    ///
    /// A sentence, if memory cannot be as the configuration has it.
    pub fn new(config: Config) -> Result<Self, String> {
        let memory = Memory::new(config.memory_base, config.memory_bytes)?;
        let harts = vec![Hart::new(config.paging, &config.tlb); config.harts.max(1)];
        Ok(Self { config, memory, harts })
    }

    /// What it is built like.
    #[inline]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its memory.
    #[inline]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Its harts.
    pub fn harts(&self) -> &[Hart] {
        &self.harts
    }

    /// One hart.
    ///
    /// # Panics
    ///
    /// If there is no such hart: the caller has checked the number.
    #[inline]
    pub fn hart(&self, hart: HartId) -> &Hart {
        &self.harts[hart.0]
    }

    /// The geometry that a hart's `satp` selects; `None` while translation is off.
    #[inline]
    pub fn geometry(&self, hart: HartId) -> Option<Geometry> {
        self.hart(hart).selected().geometry
    }

    /// How much memory a hart's TLB reaches, in bytes: the sizes of the pages of all its entries together.
    pub fn tlb_reach(&self, hart: HartId) -> u64 {
        let Some(geometry) = self.geometry(hart).or(self.config.paging.geometry()) else { return 0 };
        self.hart(hart).tlb.entries().map(|(_, entry)| geometry.leaf_bytes(entry.level)).sum()
    }

    /// Applies a change and gives back its inverse: the one door through which state changes.
    ///
    /// Who applies it knows which change it is: with all of this in its place, the other arms go, and so does an
    /// inverse that nobody looks at.
    #[inline(always)]
    pub fn swap(&mut self, change: Change) -> Change {
        match change {
            Change::Memory { pa, width, value } => {
                Change::Memory { pa, width, value: self.memory.swap(pa, width, value) }
            }
            Change::Chunk { pa, contents } => {
                Change::Chunk { pa, contents: self.memory.swap_chunk(pa, contents) }
            }
            Change::Csr { hart, csr, value } => {
                Change::Csr { hart, csr, value: self.harts[hart.0].swap_csr(csr, value, self.config.paging) }
            }
            Change::Pc { hart, pc } => {
                Change::Pc { hart, pc: std::mem::replace(&mut self.harts[hart.0].pc, pc) }
            }
            Change::Sp { hart, sp } => {
                Change::Sp { hart, sp: std::mem::replace(&mut self.harts[hart.0].sp, sp) }
            }
            Change::Privilege { hart, privilege } => Change::Privilege {
                hart,
                privilege: std::mem::replace(&mut self.harts[hart.0].privilege, privilege),
            },
            Change::TlbSlot { hart, slot, content } => {
                Change::TlbSlot { hart, slot, content: self.harts[hart.0].tlb.swap_slot(slot, content) }
            }
            Change::TlbOrder { hart, remember } => {
                Change::TlbOrder { hart, remember: self.harts[hart.0].tlb.swap_remembered(remember) }
            }
        }
    }

    /// Applies a change and tells the observer how to undo it.
    #[inline(always)]
    pub fn change<O: Observer>(&mut self, change: Change, watch: &mut O) {
        let inverse = self.swap(change);
        watch.changed(inverse);
    }

    /// `csrw`: writes a register as an instruction does, with the register's own rules for what cannot be.
    pub fn write_csr<O: Observer>(&mut self, hart: HartId, csr: Csr, wanted: u64, watch: &mut O) {
        let value = self.hart(hart).csrs.legalize(csr, wanted, self.config.paging, self.config.tlb.asid);
        self.change(Change::Csr { hart, csr, value }, watch);
        watch.event(Event::CsrWrite { csr, value: Word(value), wanted: Word(wanted) });
    }

    /// Writes a PTE. There must be memory at `pa`.
    pub fn write_pte<O: Observer>(&mut self, level: u32, pa: PhysAddr, pte: Pte, width: u64, watch: &mut O) {
        let was = Pte(self.memory.read(pa, width).unwrap_or_default());
        self.change(Change::Memory { pa, width, value: pte.0 }, watch);
        watch.event(Event::PteWrite { level, pa, pte, was });
    }

    /// `sfence.vma` on one hart, for an address, an address space, both or all.
    pub fn sfence<O: Observer>(
        &mut self,
        hart: HartId,
        va: Option<VirtAddr>,
        asid: Option<u16>,
        watch: &mut O,
    ) {
        let mut dropped = 0;
        if let Some(geometry) = self.geometry(hart).or(self.config.paging.geometry()) {
            // The bits of an ASID that the machine lacks are ignored.
            let space = asid.map(|asid| asid & self.config.paging.most_asid());
            let mut from = 0;
            while let Some(slot) = self.hart(hart).tlb.next_fenced(from, &geometry, va, space) {
                let content = TlbSlot { entry: None, ..self.hart(hart).tlb.slots()[slot] };
                self.change(Change::TlbSlot { hart, slot, content }, watch);
                (from, dropped) = (slot + 1, dropped + 1);
            }
        }
        watch.event(Event::TlbFlush { va, asid, dropped });
    }
}
