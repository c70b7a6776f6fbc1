//! Reclaim: when no frame is free, a page in memory loses its own.
//!
//! All PTEs that map the page are found and cleared, and each translation is fenced, before anything else: nobody may use
//! the frame any more. What is only in memory is then written, to swap or to its file; what the disk has as well is
//! dropped. Which page it is to be is a question of policy, answered in [`replace`](super::replace).

use super::event::KernelEvent;
use super::file::FileKind;
use super::frames::{Frame, Usage};
use super::observer::Observer;
use super::policy::Reclaim;
use super::process::{Pid, Process};
use super::replace::Replacement;
use super::swap::{self, Slot};
use super::system::{Change, System};
use super::table::{self, Place};
use super::{AreaKind, Kernel};
use crate::hw::{Flags, Ppn, Pte, VirtAddr};
use std::collections::BTreeMap;

/// The most frames that the kernel looks at in a run to find pages that may go, or that grow older: each time all that
/// there are.
pub const MAX_LOOKED_AT: u64 = 20_000_000;

/// An address space, as far as it has to be known to take pages from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Space {
    pub pid: Pid,
    pub asid: u16,
    pub root: Ppn,
}

/// A PTE that maps a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapper {
    /// Whose.
    pub pid: Pid,
    /// Its address space.
    pub asid: u16,
    /// The page's first address.
    pub va: VirtAddr,
    /// The PTE.
    pub place: Place,
}

/// A page that may lose its frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Resident {
    /// Its frame.
    pub ppn: Ppn,
    /// What is known of the frame.
    pub frame: Frame,
    /// All PTEs that map it.
    pub mappers: Vec<Mapper>,
    /// The disk does not have its bytes.
    pub dirty: bool,
}

impl Resident {
    /// Whether A is set in a PTE that maps it.
    pub fn accessed(&self) -> bool {
        self.mappers.iter().any(|mapper| mapper.place.pte.flags().has(Flags::A))
    }
}

impl System {
    /// The pages that may lose their frames now, from the lowest frame up: those for which there is a place on the disk.
    pub fn residents(&self) -> Vec<Resident> {
        self.residents_with(&[])
    }

    /// The same with those of address spaces that no process has yet.
    pub(super) fn residents_with(&self, building: &[Space]) -> Vec<Resident> {
        let has_room = self.slot_to_take().is_some();
        let mut pages = self.pages(building);
        pages.retain(|page| !self.goes_to_swap(&page.frame) || page.frame.slot.is_some() || has_room);
        pages
    }

    /// The pages in memory, from the lowest frame up: processes' own and those of the page cache whose every owner is
    /// known. What the kernel is working on has an owner that is in no table yet, and is not among them; nor are the pages of
    /// a megapage, which has one PTE for all: to divide it takes a frame, and none is free.
    pub(super) fn pages(&self, building: &[Space]) -> Vec<Resident> {
        let mut mappers = self.mappers_with(building);
        let of = |(ppn, frame): (Ppn, &Frame)| {
            let mappers = mappers.remove(&ppn).unwrap_or_default();
            let cached = match frame.usage {
                Usage::Private(kind) if kind != AreaKind::Guard => 0,
                Usage::Cache { .. } => 1,
                _ => return None,
            };
            let known = mappers.len() as u32 + cached == frame.refs;
            let small = mappers.iter().all(|mapper| mapper.place.level == 0);
            let dirty = self.is_dirty(frame, &mappers);
            (known && small).then_some(Resident { ppn, frame: *frame, mappers, dirty })
        };
        self.frames().filter_map(of).collect()
    }

    /// Every PTE of a process that maps a page, by frame.
    pub fn mappers(&self) -> BTreeMap<Ppn, Vec<Mapper>> {
        self.mappers_with(&[])
    }

    /// The same with those of address spaces that no process has yet.
    fn mappers_with(&self, building: &[Space]) -> BTreeMap<Ppn, Vec<Mapper>> {
        let mut found: BTreeMap<Ppn, Vec<Mapper>> = BTreeMap::new();
        let finished = self.spaces().map(|&Process { pid, asid, root, .. }| Space { pid, asid, root });
        for Space { pid, asid, root } in finished.chain(building.iter().copied()) {
            for table::Mapping { va, place } in self.user_mappings(root) {
                let mapper = Mapper { pid, asid, va, place };
                for (ppn, _) in self.frames_of(place.level, place.pte) {
                    found.entry(ppn).or_default().push(mapper);
                }
            }
        }
        found
    }

    /// Pages of files go to their files; everything else to swap.
    fn goes_to_swap(&self, frame: &Frame) -> bool {
        match frame.usage {
            Usage::Cache { file, .. } => self.files[file.0].kind == FileKind::Memory,
            _ => true,
        }
    }

    /// Whether the disk does not have the bytes of a page in memory, which is mapped by all these PTEs.
    pub fn is_dirty(&self, frame: &Frame, mappers: &[Mapper]) -> bool {
        let written = mappers.iter().any(|mapper| mapper.place.pte.flags().has(Flags::D));
        written || self.goes_to_swap(frame) && frame.slot.is_none()
    }

    /// Whether the run has to end because the kernel has looked at more than [`MAX_LOOKED_AT`] frames.
    pub fn looked_at_too_many_frames(&self) -> bool {
        self.replacement.looked_at > MAX_LOOKED_AT
    }

    /// How the kernel chooses the page that loses its frame.
    pub fn reclaim_policy(&self) -> Reclaim {
        self.policies.as_ref().map(|policies| policies.reclaim).unwrap_or_default()
    }
}

impl<O: Observer> Kernel<'_, O> {
    /// Takes the frame of a page. `None` if there is no page to take it from.
    pub(super) fn reclaim(&mut self) -> Option<()> {
        let policy = self.system.reclaim_policy();
        if policy == Reclaim::None {
            return None;
        }
        if !self.may_look_at_frames() {
            return None;
        }
        let mut residents = self.system.residents_with(&self.building);
        residents.retain(|resident| !self.pinned.contains(&resident.ppn));
        let clean_first = self.system.policies.as_ref().is_some_and(|policies| policies.clean_first);
        if clean_first && residents.iter().any(|resident| !resident.dirty) {
            residents.retain(|resident| !resident.dirty);
        }
        let victim = self.choose(policy, residents)?;
        self.evict(&victim, policy);
        Some(())
    }

    /// Takes down that all frames are looked at. Whether that is no more than a run may do; the run ends otherwise. The
    /// change belongs to the event that follows.
    pub(super) fn may_look_at_frames(&mut self) -> bool {
        let looked_at = self.system.replacement.looked_at + self.system.frames.len() as u64;
        self.change(Change::Replacement(Replacement { looked_at, ..self.system.replacement }));
        !self.system.looked_at_too_many_frames()
    }

    /// A page loses its frame.
    fn evict(&mut self, Resident { ppn, frame, mappers, dirty }: &Resident, by: Reclaim) {
        let (ppn, usage) = (*ppn, frame.usage);
        let slot = self.place_in_swap(ppn, frame, mappers.len() as u32);
        self.event(KernelEvent::Evict { ppn, usage, by, dirty: *dirty });
        for Mapper { asid, va, place, .. } in mappers {
            let private = matches!(usage, Usage::Private(_));
            let entry = slot.filter(|_| private).map(|slot| swap::entry(slot, place.pte.flags()));
            self.write_pte(place.level, place.pa, entry.unwrap_or(Pte(0)));
            self.fence_page(*va, *asid);
        }
        match (slot, usage) {
            (Some(slot), _) if *dirty => self.write_slot(slot, ppn),
            (None, Usage::Cache { file, page }) if *dirty => self.write_page(file, page, ppn),
            _ => {}
        }
        if let Usage::Cache { file, page } = usage {
            self.change(Change::Cache { key: (file, page), frame: None });
            self.put_frame(ppn);
        }
        mappers.iter().for_each(|_| self.put_frame(ppn));
    }

    /// A slot for a page that goes to swap, held by each PTE that will name it, or once for all by a page of shared
    /// memory.
    fn place_in_swap(&mut self, ppn: Ppn, frame: &Frame, mappers: u32) -> Option<Slot> {
        if !self.system.goes_to_swap(frame) {
            return None;
        }
        let Usage::Cache { file, page } = frame.usage else { return self.take_slot(ppn, mappers) };
        let slot = self.take_slot(ppn, 1)?;
        self.change(Change::SwappedShared { key: (file, page), slot: Some(slot) });
        Some(slot)
    }
}
