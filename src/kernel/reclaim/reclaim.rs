//! Reclaim: when no frame is free, a page in memory loses its own.
//!
//! All PTEs that map the page are found and cleared, and each translation is fenced, before anything else: nobody may use
//! the frame any more. What is only in memory is then written, to swap or to its file; what the disk has as well is
//! dropped. Which page it is to be is a question of policy, answered in [`replace`](super::replace).

use crate::hw::{Flags, Ppn, Pte, VirtAddr};
use crate::kernel::event::{Change, KernelEvent};
use crate::kernel::setup::Reclaim;
use crate::kernel::state::{
    AreaKind, FileKind, Frame, Hands, Pid, Place, Process, Space, SwapSlot, Usage, swapped_entry,
};
use crate::kernel::system::{Observer, System, Work};

/// The most frames and PTEs that page replacement and ticks read in a run. Each search and each tick reads all of them, and
/// the one that exceeds the limit ends the run.
pub const MAX_LOOKED_AT: u64 = 10_000_000;

/// A PTE that maps a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapper {
    /// The frame.
    pub ppn: Ppn,
    /// Whose.
    pub pid: Pid,
    /// Its address space.
    pub asid: u16,
    /// The page's first address.
    pub va: VirtAddr,
    /// The PTE.
    pub place: Place,
}

/// Every PTE of a process that maps a page.
#[derive(Clone, Debug)]
pub struct Mappers(
    /// By frame, and those of a frame in the order of processes and addresses.
    Vec<Mapper>,
);

impl Mappers {
    /// Those of a frame.
    pub fn of(&self, ppn: Ppn) -> &[Mapper] {
        let start = self.0.partition_point(|mapper| mapper.ppn < ppn);
        let count = self.0[start..].partition_point(|mapper| mapper.ppn == ppn);
        &self.0[start..start + count]
    }
}

/// A page that may lose its frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resident<'a> {
    /// Its frame.
    pub ppn: Ppn,
    /// What is known of the frame.
    pub frame: Frame,
    /// All PTEs that map it.
    pub mappers: &'a [Mapper],
    /// The disk does not have its bytes.
    pub dirty: bool,
}

impl Resident<'_> {
    /// Whether A is set in a PTE that maps it.
    pub fn accessed(&self) -> bool {
        self.mappers.iter().any(|mapper| mapper.place.pte.flags().has(Flags::A))
    }
}

impl System {
    /// The pages that may lose their frames now, from the lowest frame up: those for which there is a place on the disk.
    pub fn residents<'a, 'm>(
        &'a self,
        mappers: &'m Mappers,
    ) -> impl Iterator<Item = Resident<'m>> + use<'a, 'm> {
        let has_room = self.slot_to_take().is_some();
        self.pages(mappers)
            .filter(move |page| !self.goes_to_swap(&page.frame) || page.frame.slot.is_some() || has_room)
    }

    /// The pages in memory, from the lowest frame up: processes' own and those of the page cache whose every owner is
    /// known. What the kernel is working on has an owner that is in no table yet, and is not among them; nor are the pages of
    /// a megapage, which has one PTE for all: to divide it takes a frame, and none is free.
    pub(in crate::kernel) fn pages<'a, 'm>(
        &'a self,
        mappers: &'m Mappers,
    ) -> impl Iterator<Item = Resident<'m>> + use<'a, 'm> {
        let mut rest = mappers.0.as_slice();
        self.frames().filter_map(move |(ppn, frame)| {
            let count = rest.iter().take_while(|mapper| mapper.ppn == ppn).count();
            let (mappers, others) = rest.split_at(count);
            rest = others;
            let cached = match frame.usage {
                Usage::Private(kind) if kind != AreaKind::Guard => 0,
                Usage::Cache { .. } => 1,
                _ => return None,
            };
            let known = mappers.len() as u32 + cached == frame.refs;
            let small = mappers.iter().all(|mapper| mapper.place.level == 0);
            let page = || Resident { ppn, frame: *frame, mappers, dirty: self.is_dirty(frame, mappers) };
            (known && small).then(page)
        })
    }

    /// Every PTE of a process that maps a page.
    pub fn mappers(&self) -> Mappers {
        self.mappers_with(&[])
    }

    /// The same with those of address spaces that no process has yet.
    pub(in crate::kernel) fn mappers_with(&self, building: &[Space]) -> Mappers {
        let mut found = vec![];
        let finished = self.spaces().map(|&Process { pid, asid, root, .. }| Space { pid, asid, root });
        for Space { pid, asid, root } in finished.chain(building.iter().copied()) {
            self.visit(root, self.user_pages(), &mut |va, place| {
                if place.pte.is_leaf() {
                    let frames = self.frames_of(place.level, place.pte);
                    found.extend(frames.map(|(ppn, _)| Mapper { ppn, pid, asid, va, place }));
                }
                true
            });
        }
        found.sort_by_key(|mapper| mapper.ppn);
        Mappers(found)
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

    /// How many frames and PTEs the kernel has looked at so far.
    pub fn frames_looked_at(&self) -> u64 {
        self.replacement.looked_at
    }

    /// Whether the run has to end because the kernel has looked at more than [`MAX_LOOKED_AT`] frames and PTEs.
    pub fn looked_at_too_many_frames(&self) -> bool {
        self.replacement.looked_at > MAX_LOOKED_AT
    }

    /// How the kernel chooses the page that loses its frame.
    pub fn reclaim_policy(&self) -> Reclaim {
        self.policies.as_ref().map(|policies| policies.reclaim).unwrap_or_default()
    }
}

impl<O: Observer> Work<'_, O> {
    /// Takes the frame of a page. `None` if there is no page to take it from.
    pub(in crate::kernel) fn reclaim(&mut self) -> Option<()> {
        let policy = self.system.reclaim_policy();
        if policy == Reclaim::None {
            return None;
        }
        if self.system.looked_at_too_many_frames() {
            return None;
        }
        let mappers = self.system.mappers_with(&self.building);
        self.looked_at(&mappers);
        let pinned = &self.pinned;
        let may_go = || self.system.residents(&mappers).filter(|page| !pinned.contains(&page.ppn));
        let clean_first = self.system.policies.as_ref().is_some_and(|policies| policies.clean_first);
        let clean_only = clean_first && may_go().any(|page| !page.dirty);
        let may_go: Vec<Resident<'_>> = may_go().filter(|page| !(clean_only && page.dirty)).collect();
        let victim = self.choose(policy, may_go)?;
        self.evict(&victim, policy);
        Some(())
    }

    /// Adds one full search to the count. The change belongs to the event that follows.
    pub(in crate::kernel) fn looked_at(&mut self, mappers: &Mappers) {
        let more = (self.system.frames.len() + mappers.0.len()) as u64;
        let looked_at = self.system.replacement.looked_at + more;
        self.change(Change::Replacement(Hands { looked_at, ..self.system.replacement }));
    }

    /// A page loses its frame.
    fn evict(&mut self, Resident { ppn, frame, mappers, dirty }: &Resident<'_>, by: Reclaim) {
        let (ppn, usage) = (*ppn, frame.usage);
        let slot = self.place_in_swap(ppn, frame, mappers.len() as u32);
        self.event(KernelEvent::Evict { ppn, usage, by, dirty: *dirty });
        for Mapper { asid, va, place, .. } in *mappers {
            let private = matches!(usage, Usage::Private(_));
            let entry = slot.filter(|_| private).map(|slot| swapped_entry(slot, place.pte.flags()));
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
    fn place_in_swap(&mut self, ppn: Ppn, frame: &Frame, mappers: u32) -> Option<SwapSlot> {
        if !self.system.goes_to_swap(frame) {
            return None;
        }
        let Usage::Cache { file, page } = frame.usage else { return self.take_slot(ppn, mappers) };
        let slot = self.take_slot(ppn, 1)?;
        self.change(Change::SwappedShared { key: (file, page), slot: Some(slot) });
        Some(slot)
    }
}
