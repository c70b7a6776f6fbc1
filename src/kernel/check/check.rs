//! Invariants: what must hold whatever the operations were.

use crate::hw::{Access, Flags, Ppn, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::setup::TrapPath;
use crate::kernel::state::{COW, FileKind, Process, SwapSlot, Swapped, Usage};
use crate::kernel::system::System;
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
    /// The free list does not lead to every free frame, or leads in a circle.
    FreeList {
        /// How many frames it leads to.
        listed: usize,
        /// How many free frames it does not lead to.
        lost: usize,
    },
    /// A private frame can be written through two PTEs.
    SharedWritable {
        /// The frame.
        ppn: Ppn,
        /// Whose PTEs.
        names: [String; 2],
    },
    /// The TLB allows what the page tables do not.
    StaleGrant {
        /// The slot.
        slot: usize,
        /// The frame that the slot leads to.
        ppn: Ppn,
    },
    /// The kernel returns from a fault, and nothing has been mended.
    NotMended {
        /// The address at fault.
        va: VirtAddr,
        /// What was wanted of it.
        access: Access,
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
        slot: SwapSlot,
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
                let owners = if *counted == 1 { "owner" } else { "owners" };
                write!(f, "frame {ppn} counts {counted} {owners} and has {holders}")
            }
            Self::FreeList { listed, lost: 0 } => {
                write!(f, "the free list leads in a circle after {listed} frames")
            }
            Self::FreeList { listed, lost } => {
                write!(
                    f,
                    "the free list leads to {listed} frames, and {lost} more are free that nobody finds again"
                )
            }
            Self::SharedWritable { ppn, names: [one, other] } if one == other => {
                write!(f, "{one} can write frame {ppn} through two PTEs, and it is one page's alone")
            }
            Self::SharedWritable { ppn, names: [one, other] } => {
                write!(f, "{one} and {other} can both write frame {ppn}, which is private")
            }
            Self::StaleGrant { slot, ppn } => {
                write!(
                    f,
                    "TLB slot {slot} still leads to frame {ppn} in a way that no page table allows any more"
                )
            }
            Self::NotMended { va, access } => {
                write!(
                    f,
                    "the kernel has mended nothing: the {access} at {va} will fault again, for the same reason"
                )
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
            Self::KernelHalf { process } => write!(f, "{process} has another kernel in its page table"),
            Self::StaleEntry { slot } => write!(f, "TLB slot {slot} differs from the page table"),
        }
    }
}

impl System {
    /// The root of every page table but the kernel's: those of processes, and one that is being built or taken apart.
    pub(in crate::kernel) fn roots(&self) -> BTreeSet<Ppn> {
        let top = Usage::Table { level: self.geometry().levels - 1 };
        let roots = self.frames().filter(|(_, frame)| frame.usage == top);
        let all = roots.map(|(ppn, _)| ppn).chain(self.spaces().map(|process| process.root));
        all.filter(|root| Some(*root) != self.kernel_root()).collect()
    }

    /// Whose page table it is, in words.
    pub(in crate::kernel) fn owner_of(&self, root: Ppn) -> String {
        let owner = self.spaces().find(|process| process.root == root);
        owner.map_or_else(|| "a page table in the making".into(), |process| process.name.clone())
    }

    /// How many page tables and caches hold each frame.
    pub fn holders(&self) -> BTreeMap<Ppn, u32> {
        let mut held = BTreeMap::new();
        let of_processes = self.roots().into_iter().flat_map(|root| self.held_by(root));
        for ppn in self.held_besides_processes().into_iter().chain(of_processes) {
            *held.entry(ppn).or_insert(0) += 1;
        }
        held
    }

    /// The frames that are held by anything but a process's page table, one as often as it is held.
    pub(in crate::kernel) fn held_besides_processes(&self) -> Vec<Ppn> {
        let mut held = vec![self.trampoline_frame()];
        held.extend(self.zero_frame());
        held.extend(self.cache.values());
        held.extend(self.held_by_kernel());
        // Of those who share a page table, one has its trapframe there: the owner, or where the trap path uses it, the
        // borrower.
        let full = self.trap_path() == TrapPath::Full;
        let is_mapped = |process: &Process| match full {
            true => process.lent_to.is_none(),
            false => process.borrowed_from.is_none(),
        };
        let alive = self.processes().filter(|process| process.is_alive());
        held.extend(alive.filter(|process| !is_mapped(process)).map(|process| process.trapframe));
        held
    }

    /// What must hold after every event: counts are never too low, nothing free is used, nothing copy-on-write can be
    /// written, nothing private by two, and no program is allowed by the TLB what its page table does not allow.
    ///
    /// # Errors
    ///
    /// The first invariant that does not hold.
    pub fn check_always(&self) -> Result<(), Broken> {
        self.broken().into_iter().next().map_or(Ok(()), Err)
    }

    /// Every invariant of those that does not hold, with one case of each.
    pub fn broken(&self) -> Vec<Broken> {
        self.broken_tables().into_iter().chain(self.stale_grant()).collect()
    }

    /// The same of those that are about frames and page tables, and not about the TLB.
    pub fn broken_tables(&self) -> Vec<Broken> {
        if self.policies.is_none() {
            return vec![];
        }
        let held = self.holders();
        let too_low = held.iter().find_map(|(ppn, holders)| {
            let counted = self.frame(*ppn).map_or(0, |frame| frame.refs);
            (counted < *holders).then_some(Broken::References { ppn: *ppn, counted, holders: *holders })
        });
        let in_use = self.free_list().into_iter().find(|ppn| {
            let unused = self.frame(*ppn).is_some_and(|frame| frame.refs == 0 && frame.usage == Usage::Free);
            !unused || held.contains_key(ppn)
        });
        let cow = self.roots().into_iter().find_map(|root| self.writable_cow(root));
        let held = self.slot_holders();
        let slots = self.wrong_slot(|slot, counted| counted >= held.get(&slot).copied().unwrap_or_default());
        let found = [
            too_low,
            slots,
            in_use.map(|ppn| Broken::FreeInUse { ppn }),
            self.broken_free_list(),
            cow,
            self.shared_writable(),
        ];
        found.into_iter().flatten().collect()
    }

    /// How many PTEs and pages of shared memory name each slot of swap.
    fn slot_holders(&self) -> BTreeMap<SwapSlot, u32> {
        let mut held = BTreeMap::new();
        let mut hold = |slot| *held.entry(slot).or_insert(0) += 1;
        self.swapped_shared.values().copied().for_each(&mut hold);
        if !self.swap.is_empty() {
            self.roots().into_iter().flat_map(|root| self.swapped(root)).for_each(hold);
        }
        held
    }

    /// Whether a slot of swap has fewer holders counted than it has.
    pub(in crate::kernel) fn wrong_slots_now(&self) -> bool {
        let held = self.slot_holders();
        self.wrong_slot(|slot, counted| counted >= held.get(&slot).copied().unwrap_or_default()).is_some()
    }

    fn wrong_slot(&self, is_right: impl Fn(SwapSlot, u32) -> bool) -> Option<Broken> {
        let wrong =
            |(slot, held): &(SwapSlot, Option<&Swapped>)| !is_right(*slot, held.map_or(0, |held| held.refs));
        let (slot, held) = self.swap_slots().find(wrong)?;
        let holders = self.slot_holders().get(&slot).copied().unwrap_or_default();
        Some(Broken::SwapReferences { slot, counted: held.map_or(0, |held| held.refs), holders })
    }

    /// Every page in the page cache has the bytes of its file, or a PTE by which it was written says that it has not.
    fn unwritten(&self) -> Option<Broken> {
        let geometry = self.geometry();
        let dirty: BTreeSet<Ppn> = self
            .spaces()
            .flat_map(|process| self.user_mappings(process.root))
            .filter(|mapping| mapping.place.pte.flags().has(Flags::D))
            .map(|mapping| mapping.place.pte.ppn(&geometry))
            .collect();
        for ((file, page), ppn) in &self.cache {
            let (file, memory) = (&self.files[file.0], self.machine.memory());
            let inside = file.size_bytes.saturating_sub(page * PAGE).min(PAGE) as usize;
            let differs = file.page(*page).is_some_and(|disk| {
                memory.chunk(self.frame_address(*ppn)).bytes()[..inside] != disk[..inside]
            });
            if file.kind != FileKind::Memory && differs && !dirty.contains(ppn) {
                return Some(Broken::Unwritten { ppn: *ppn });
            }
        }
        None
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
        let slots = self.wrong_slot(|slot, counted| counted == held.get(&slot).copied().unwrap_or_default());
        if let Some(broken) = slots.or_else(|| self.unwritten()) {
            return Err(broken);
        }
        if let Some(process) = self.spaces().find(|process| !self.kernel_half_agrees(process)) {
            return Err(Broken::KernelHalf { process: process.name.clone() });
        }
        match self.machine.stale_slots(self.hart).first() {
            Some(slot) if self.running.is_some() => Err(Broken::StaleEntry { slot: *slot }),
            _ => Ok(()),
        }
    }

    fn writable_cow(&self, root: Ppn) -> Option<Broken> {
        let writable = self.user_mappings(root).into_iter().find(|mapping| {
            let flags = mapping.place.pte.flags();
            flags.has(COW) && flags.has(Flags::W)
        })?;
        let ppn = writable.place.pte.ppn(&self.geometry());
        Some(Broken::WritableCow { process: self.owner_of(root), ppn })
    }
}
