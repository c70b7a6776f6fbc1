//! Invariants: what must hold whatever the operations were.

use super::frames::Usage;
use super::policy::TrapPath;
use super::process::Process;
use super::system::System;
use super::table::COW;
use crate::hw::{Flags, Ppn};
use std::collections::BTreeMap;
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
    /// The kernel's half of a process's table differs from the kernel's own.
    KernelHalf {
        /// Whose.
        process: String,
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
            Self::KernelHalf { process } => write!(f, "{process} has another kernel in its page table"),
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
        self.held_by_kernel().into_iter().for_each(&mut hold);
        for process in self.spaces() {
            self.held_by(process).into_iter().for_each(&mut hold);
        }
        // Of those who share a page table, one has its trapframe there: the owner, or where the trap path uses it, the
        // borrower.
        let full = self.trap_path() == TrapPath::Full;
        let is_mapped = |process: &Process| match full {
            true => process.lent_to.is_none(),
            false => process.borrowed_from.is_none(),
        };
        let alive = self.processes().filter(|process| process.is_alive());
        alive.filter(|process| !is_mapped(process)).for_each(|process| hold(process.trapframe));
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
        self.spaces().try_for_each(|process| self.check_cow(process))
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
        if let Some(process) = self.spaces().find(|process| !self.kernel_half_agrees(process)) {
            return Err(Broken::KernelHalf { process: process.name.clone() });
        }
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
