//! The machine: memory and harts, and the one door through which their state changes.

use super::addr::{PhysAddr, VirtAddr, Word};
use super::csr::Csr;
use super::event::{Event, Observer};
use super::geometry::{Geometry, Mode, Paging};
use super::hart::{Hart, HartId, Privilege};
use super::memory::{Contents, Memory};
use super::pte::Pte;
use super::tlb::{Remember, Slot, TlbConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who sets the A and D bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AdUpdate {
    /// The walker does (Svadu).
    #[default]
    Hardware,
    /// An access that needs one set is a page fault, and the kernel does (Svade).
    Fault,
}

/// What a machine is built like.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The address translation it has.
    pub paging: Paging,
    /// The first address of memory.
    pub memory_base: PhysAddr,
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Who sets A and D.
    pub ad_update: AdUpdate,
    /// The TLB of each hart.
    pub tlb: TlbConfig,
    /// How many harts there are, at least 1.
    pub harts: usize,
}

/// One change of a machine's state. [`Machine::swap`] applies it and gives back the one that undoes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Bytes of memory, 1 to 8 of them.
    Memory {
        /// Where.
        pa: PhysAddr,
        /// How many.
        width: u64,
        /// What, little-endian.
        value: u64,
    },
    /// A whole chunk of memory.
    Chunk {
        /// An address in it.
        pa: PhysAddr,
        /// What it holds.
        contents: Contents,
    },
    /// A register.
    Csr {
        /// Whose.
        hart: HartId,
        /// Which.
        csr: Csr,
        /// What.
        value: u64,
    },
    /// The program counter.
    Pc {
        /// Whose.
        hart: HartId,
        /// What.
        pc: VirtAddr,
    },
    /// The stack pointer.
    Sp {
        /// Whose.
        hart: HartId,
        /// What.
        sp: VirtAddr,
    },
    /// The privilege.
    Privilege {
        /// Whose.
        hart: HartId,
        /// What.
        privilege: Privilege,
    },
    /// A slot of the TLB.
    TlbSlot {
        /// Whose.
        hart: HartId,
        /// Which.
        slot: usize,
        /// What.
        content: Slot,
    },
    /// What the TLB's replacement policy remembers.
    TlbOrder {
        /// Whose.
        hart: HartId,
        /// What.
        remember: Remember,
    },
}

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
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its memory.
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
    pub fn hart(&self, hart: HartId) -> &Hart {
        &self.harts[hart.0]
    }

    /// The geometry that a hart's `satp` selects; `None` while translation is off.
    pub fn geometry(&self, hart: HartId) -> Option<Geometry> {
        match self.hart(hart).csrs.satp.mode(self.config.paging) {
            Some(Mode::Paged(geometry)) => Some(geometry),
            _ => None,
        }
    }

    /// The slots of a hart's TLB whose translation the tables no longer hold.
    pub fn stale_slots(&self, hart: HartId) -> Vec<usize> {
        let entries = self.hart(hart).tlb.entries().map(|(slot, _)| slot);
        entries.filter(|slot| self.is_stale(hart, *slot)).collect()
    }

    /// Whether the translation in this slot is stale.
    pub fn is_stale(&self, hart: HartId, slot: usize) -> bool {
        let Hart { csrs, tlb, .. } = self.hart(hart);
        let geometry = self.geometry(hart).or(self.config.paging.geometry());
        let entry = tlb.slots()[slot].entry.as_ref();
        geometry.zip(entry).is_some_and(|(geometry, entry)| {
            entry.is_stale(&self.memory, &geometry, csrs.satp, self.config.paging, tlb.config().asid)
        })
    }

    /// How much memory a hart's TLB reaches, in bytes: the sizes of the pages of all its entries together.
    pub fn tlb_reach(&self, hart: HartId) -> u64 {
        let Some(geometry) = self.geometry(hart).or(self.config.paging.geometry()) else { return 0 };
        self.hart(hart).tlb.entries().map(|(_, entry)| geometry.leaf_bytes(entry.level)).sum()
    }

    /// Applies a change and gives back its inverse: the one door through which state changes.
    pub fn swap(&mut self, change: Change) -> Change {
        match change {
            Change::Memory { pa, width, value } => {
                Change::Memory { pa, width, value: self.memory.swap(pa, width, value) }
            }
            Change::Chunk { pa, contents } => {
                Change::Chunk { pa, contents: self.memory.swap_chunk(pa, contents) }
            }
            Change::Csr { hart, csr, value } => {
                Change::Csr { hart, csr, value: self.harts[hart.0].csrs.swap(csr, value) }
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
    #[inline]
    pub fn change<O: Observer>(&mut self, change: Change, watch: &mut O) {
        let inverse = self.swap(change);
        watch.changed(inverse);
    }

    /// `csrw`: writes a register as an instruction does, with the register's own rules for what cannot be.
    pub fn write_csr<O: Observer>(&mut self, hart: HartId, csr: Csr, wanted: u64, watch: &mut O) {
        let value = self.hart(hart).csrs.legalize(csr, wanted, &self.config);
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
            let slots: Vec<usize> = self.hart(hart).tlb.fenced(&geometry, va, space).collect();
            dropped = slots.len();
            for slot in slots {
                let content = Slot { entry: None, ..self.hart(hart).tlb.slots()[slot] };
                self.change(Change::TlbSlot { hart, slot, content }, watch);
            }
        }
        watch.event(Event::TlbFlush { va, asid, dropped });
    }
}
