//! Invariants: what must hold whatever the operations were.

use super::PAGE;
use super::file::FileKind;
use super::frames::Usage;
use super::process::Process;
use super::swap::{Slot, Swapped};
use super::system::System;
use super::table::COW;
use crate::hw::{Flags, Ppn};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A frame has fewer owners counted than page tables and caches hold it, or, between operations, more.
    References {
        /// The frame.
        ppn: Ppn,
        /// What the count says.
        counted: u32,
        /// How many hold it.
        holders: u32,
    },
    /// A frame is on the free list and in use.
    FreeInUse {
        /// The frame.
        ppn: Ppn,
    },
    /// A page is marked copy-on-write and can be written.
    WritableCow {
        /// Whose.
        process: String,
        /// The frame.
        ppn: Ppn,
    },
    /// A slot of swap has fewer holders counted than PTEs and shared memory name it, or, between operations, more.
    SwapReferences {
        /// The slot.
        slot: Slot,
        /// What the count says.
        counted: u32,
        /// How many name it.
        holders: u32,
    },
    /// A page of a file has newer bytes in memory than on the disk, and no PTE says so.
    Unwritten {
        /// The frame.
        ppn: Ppn,
    },
    /// A TLB entry differs from the tables although nothing is going on.
    StaleEntry {
        /// The slot.
        slot: usize,
    },
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::References { ppn, counted, holders } => {
                write!(f, "frame {ppn} counts {counted} owners and has {holders}")
            }
            Self::FreeInUse { ppn } => write!(f, "frame {ppn} is free and in use"),
            Self::WritableCow { process, ppn } => {
                write!(f, "{process} can write frame {ppn}, which is copy-on-write")
            }
            Self::SwapReferences { slot, counted, holders } => {
                write!(f, "slot {slot} of swap counts {counted} holders and has {holders}")
            }
            Self::Unwritten { ppn } => {
                write!(f, "frame {ppn} differs from its file, and nothing says that it has to be written")
            }
            Self::StaleEntry { slot } => write!(f, "TLB slot {slot} differs from the page table"),
        }
    }
}

impl System {
    /// How many page tables and caches hold each frame.
    pub fn holders(&self) -> BTreeMap<Ppn, u32> {
        let mut held = BTreeMap::new();
        let mut hold = |ppn| *held.entry(ppn).or_insert(0) += 1;
        hold(self.trampoline_frame());
        self.zero_frame().into_iter().for_each(&mut hold);
        self.cache.values().copied().for_each(&mut hold);
        for process in self.spaces() {
            self.table_frames(process.root).into_iter().for_each(|(ppn, _)| hold(ppn));
            for mapping in self.mappings(process.root) {
                hold(mapping.place.pte.ppn(&self.geometry()));
            }
        }
        // While it borrows, a process's trapframe is mapped nowhere.
        let borrowers =
            self.processes().filter(|process| process.is_alive() && process.borrowed_from.is_some());
        borrowers.for_each(|process| hold(process.trapframe));
        held
    }

    /// What must hold after every event: counts are never too low, nothing free is used, nothing copy-on-write can be
    /// written.
    ///
    /// # Errors
    ///
    /// The first invariant that does not hold.
    pub fn check_always(&self) -> Result<(), Broken> {
        if self.policies.is_none() {
            return Ok(());
        }
        let held = self.holders();
        for (ppn, holders) in &held {
            let counted = self.frame(*ppn).map_or(0, |frame| frame.refs);
            if counted < *holders {
                return Err(Broken::References { ppn: *ppn, counted, holders: *holders });
            }
        }
        for ppn in self.free_list() {
            let unused = self.frame(ppn).is_some_and(|frame| frame.refs == 0 && frame.usage == Usage::Free);
            if !unused || held.contains_key(&ppn) {
                return Err(Broken::FreeInUse { ppn });
            }
        }
        let held = self.slot_holders();
        self.check_slots(|slot, counted| counted >= held.get(&slot).copied().unwrap_or_default())?;
        self.spaces().try_for_each(|process| self.check_cow(process))
    }

    /// How many PTEs and pages of shared memory name each slot of swap.
    fn slot_holders(&self) -> BTreeMap<Slot, u32> {
        let mut held = BTreeMap::new();
        let mut hold = |slot| *held.entry(slot).or_insert(0) += 1;
        self.swapped_shared.values().copied().for_each(&mut hold);
        for process in self.spaces().filter(|_| !self.swap.is_empty()) {
            self.swapped(process.root).into_iter().for_each(&mut hold);
        }
        held
    }

    fn check_slots(&self, is_right: impl Fn(Slot, u32) -> bool) -> Result<(), Broken> {
        let wrong =
            |(slot, held): &(Slot, Option<&Swapped>)| !is_right(*slot, held.map_or(0, |held| held.refs));
        let Some((slot, held)) = self.swap_slots().find(wrong) else { return Ok(()) };
        let holders = self.slot_holders().get(&slot).copied().unwrap_or_default();
        Err(Broken::SwapReferences { slot, counted: held.map_or(0, |held| held.refs), holders })
    }

    /// Every page in the page cache has the bytes of its file, or a PTE by which it was written says that it has not.
    fn check_written(&self) -> Result<(), Broken> {
        let geometry = self.geometry();
        let dirty: BTreeSet<Ppn> = self
            .spaces()
            .flat_map(|process| self.mappings(process.root))
            .filter(|mapping| mapping.place.pte.flags().has(Flags::D))
            .map(|mapping| mapping.place.pte.ppn(&geometry))
            .collect();
        for ((file, page), ppn) in &self.cache {
            let (file, memory) = (&self.files[file.0], self.machine.memory());
            let inside = file.size_bytes.saturating_sub(page * PAGE).min(PAGE) as usize;
            let differs = file.page(*page).is_some_and(|disk| {
                memory.chunk(self.frame_address(*ppn)).is_none_or(|cached| cached[..inside] != disk[..inside])
            });
            if file.kind != FileKind::Memory && differs && !dirty.contains(ppn) {
                return Err(Broken::Unwritten { ppn: *ppn });
            }
        }
        Ok(())
    }

    /// What must hold between operations as well: counts are exact, and the TLB agrees with the tables.
    ///
    /// # Errors
    ///
    /// The first invariant that does not hold.
    pub fn check_at_rest(&self) -> Result<(), Broken> {
        self.check_always()?;
        if self.policies.is_none() {
            return Ok(());
        }
        let held = self.holders();
        for (ppn, frame) in self.frames() {
            let holders = held.get(&ppn).copied().unwrap_or_default();
            if frame.refs != holders {
                return Err(Broken::References { ppn, counted: frame.refs, holders });
            }
        }
        let held = self.slot_holders();
        self.check_slots(|slot, counted| counted == held.get(&slot).copied().unwrap_or_default())?;
        self.check_written()?;
        match self.machine.stale_slots(self.hart).first() {
            Some(slot) if self.running.is_some() => Err(Broken::StaleEntry { slot: *slot }),
            _ => Ok(()),
        }
    }

    fn check_cow(&self, process: &Process) -> Result<(), Broken> {
        for mapping in self.mappings(process.root) {
            let flags = mapping.place.pte.flags();
            if flags.has(COW) && flags.has(Flags::W) {
                let ppn = mapping.place.pte.ppn(&self.geometry());
                return Err(Broken::WritableCow { process: process.name.clone(), ppn });
            }
        }
        Ok(())
    }
}
