//! Superpages: parts of the heap that one leaf of level 1 maps, a megapage. (As in the superpage lab of xv6; Linux does it
//! for any anonymous memory and calls it transparent.)
//!
//! A block is what such a leaf maps, 2 MiB with Sv39, at a multiple of its size. A block that lies in the heap whole gets a
//! run of frames at once, if one is free and no small page is there yet; otherwise its pages come one by one. A megapage
//! is one page to fork and to copy-on-write. It is demoted where only a part of it changes: a table with a PTE for each
//! of its pages takes the place of its leaf, the frames stay where they are. Nothing is ever promoted again.

use crate::hw::memory::Contents;
use crate::hw::{Access, Flags, Geometry, Ppn, Pte, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::{FaultCase, FaultCaseOrMemory, KernelEvent};
use crate::kernel::state::{Area, AreaKind, COW, Frame, Pid, Place, Process, Usage};
use crate::kernel::system::{Observer, System, Work};
use std::ops::Range;
use std::sync::Arc;

/// The level of a megapage's leaf.
pub const MEGAPAGE: u32 = 1;

impl Place {
    /// The frames that a leaf maps: one at level 0.
    pub fn frames(&self, geometry: &Geometry) -> impl Iterator<Item = Ppn> + use<> {
        let first = self.pte.ppn(geometry).0;
        (first..first + (geometry.leaf_bytes(self.level) >> geometry.page_bits)).map(Ppn)
    }

    /// Whether a frame is among them.
    pub fn maps(&self, geometry: &Geometry, frame: Ppn) -> bool {
        let first = self.pte.ppn(geometry).0;
        let frames = geometry.leaf_bytes(self.level) >> geometry.page_bits;
        (first..first + frames).contains(&frame.0)
    }

    /// The frame in which a leaf has an address that it maps.
    pub fn frame_of(&self, geometry: &Geometry, va: VirtAddr) -> Ppn {
        let inside = va.0 & (geometry.leaf_bytes(self.level) - 1);
        Ppn(self.pte.ppn(geometry).0 + (inside >> geometry.page_bits))
    }
}

impl System {
    /// The frames that a leaf maps: one at level 0. Where it maps more than there is, as tables may that a bare machine was
    /// given, or that a wrong kernel has left in ruins, those that exist.
    pub fn frames_of(&self, level: u32, pte: Pte) -> impl Iterator<Item = (Ppn, &Frame)> {
        let geometry = self.geometry();
        let base = self.trampoline_frame().0;
        let index = |ppn: u64| (ppn.saturating_sub(base) as usize).min(self.frames.len());
        let first = pte.ppn(&geometry).0;
        let end = first + (geometry.leaf_bytes(level) >> geometry.page_bits);
        let mapped = index(first)..index(end);
        mapped.map(move |index| (Ppn(base + index as u64), &self.frames[index]))
    }

    /// How many pages own the bytes of a leaf: those that map a frame of it, and those in swap that would come back to it. Of
    /// several frames the one with most counts, as it is that which forbids to write.
    pub fn owners(&self, place: &Place) -> u32 {
        let in_swap =
            |frame: &Frame| frame.slot.and_then(|slot| self.swap_slot(slot)).map_or(0, |held| held.refs);
        let owners = self.frames_of(place.level, place.pte).map(|(_, frame)| frame.refs + in_swap(frame));
        owners.max().unwrap_or_default()
    }

    /// The block of an address, if a megapage can be mapped there: the block lies in the heap whole, no table divides it
    /// into pages, and a run is free.
    fn block_at(&self, root: Ppn, heap: &Range<VirtAddr>, va: VirtAddr) -> Option<VirtAddr> {
        let geometry = self.geometry();
        let wanted = self.policies.as_ref().is_some_and(|policies| policies.superpages);
        if !wanted || geometry.levels <= MEGAPAGE {
            return None;
        }
        let bytes = geometry.leaf_bytes(MEGAPAGE);
        let block = va.round_down(bytes);
        let inside = heap.start <= block && block.0.checked_add(bytes).is_some_and(|end| end <= heap.end.0);
        let undivided = |place: Place| !place.pte.is_valid() && place.level >= MEGAPAGE;
        (inside && self.pte_for(root, va).is_some_and(undivided) && self.free_run().is_some())
            .then_some(block)
    }

    /// Whether the first touch of an address brings a megapage.
    pub(in crate::kernel) fn is_for_superpage(&self, process: &Process, area: &Area, va: VirtAddr) -> bool {
        area.kind == AreaKind::Heap && self.block_at(process.root, &(area.start..area.end), va).is_some()
    }

    /// What a store does to a megapage that is copy-on-write and has other owners.
    pub(in crate::kernel) fn superpage_copy_case(&self) -> FaultCase {
        if self.free_run().is_some() { FaultCase::SuperpageCopy } else { FaultCase::SuperpageSplit }
    }
}

impl<O: Observer> Work<'_, O> {
    /// Mends a fault in a block, or in the megapage that it has.
    pub(in crate::kernel) fn mend_superpage(
        &mut self,
        pid: Pid,
        va: VirtAddr,
        access: Access,
        case: FaultCase,
    ) -> Result<(), FaultCaseOrMemory> {
        let process = self.process(pid).clone();
        let out_of_memory = FaultCaseOrMemory::OutOfMemory;
        match case {
            FaultCase::SuperpageFill => {
                let heap = process.area_at(va).expect("the case was diagnosed in the heap");
                self.fill_page_or_block(process.root, &(heap.start..heap.end), va)
                    .map(|_| ())
                    .ok_or(out_of_memory)
            }
            FaultCase::SuperpageCopy => self.copy_superpage(&process, va).ok_or(out_of_memory),
            _ => {
                self.demote(&process, va).ok_or(out_of_memory)?;
                // One page of it is at fault now, and that may be this process's alone already.
                let case = self.system.diagnose(&process, va, access);
                self.mend(pid, va, access, case)
            }
        }
    }

    /// Gives frames to a part of the heap: megapages for the blocks of it, where that can be, and pages for the rest.
    pub(in crate::kernel) fn fill_heap(&mut self, root: Ppn, part: Range<VirtAddr>) -> Option<()> {
        let mut va = part.start;
        while va < part.end {
            va.0 += self.fill_page_or_block(root, &part, va)?;
        }
        Some(())
    }

    /// Maps the block of an address if a megapage can be, and the page of it otherwise. Gives the bytes that are mapped
    /// now.
    fn fill_page_or_block(&mut self, root: Ppn, heap: &Range<VirtAddr>, va: VirtAddr) -> Option<u64> {
        let usage = Usage::Private(AreaKind::Heap);
        let flags = Flags::R | Flags::W | Flags::U;
        if let Some(block) = self.system.block_at(root, heap, va) {
            let run = self.alloc_run_zeroed(usage)?;
            if self.map_run_or_put(root, block, run, flags).is_some() {
                return Some(self.system.geometry().leaf_bytes(MEGAPAGE));
            }
            // The run was all there was: without it there are frames for a page and the tables above it.
        }
        let frame = self.alloc_zeroed(usage)?;
        self.map_or_put(root, va.round_down(PAGE), frame, flags).map(|()| PAGE)
    }

    /// The writer of a shared megapage gets a run of its own.
    fn copy_superpage(&mut self, process: &Process, va: VirtAddr) -> Option<()> {
        let place = self.system.leaf_for(process.root, va)?;
        let shared = place.pte.ppn(&self.system.geometry());
        let copy = self.alloc_run_copy(shared, Usage::Private(AreaKind::Heap))?;
        let flags = place.pte.flags().without(COW) | Flags::W;
        self.write_pte(place.level, place.pa, Pte::new(copy, flags));
        self.fence_page(va, process.asid);
        self.put_run(shared);
        Some(())
    }

    /// Gives a child a copy of a megapage: in a run of its own, or where none is free, page by page.
    pub(in crate::kernel) fn copy_superpage_to(
        &mut self,
        child: Ppn,
        va: VirtAddr,
        place: Place,
        flags: Flags,
    ) -> Option<()> {
        let usage = Usage::Private(AreaKind::Heap);
        let geometry = self.system.geometry();
        if let Some(run) = self.alloc_run_copy(place.pte.ppn(&geometry), usage) {
            return self.map_run_or_put(child, va, run, flags);
        }
        let pages = (va.0..).step_by(PAGE as usize).map(VirtAddr);
        pages.zip(place.frames(&geometry)).try_for_each(|(va, from)| {
            let copy = self.alloc_copy(from, usage)?;
            self.map_or_put(child, va, copy, flags)
        })
    }

    /// Maps a megapage in a child to the frames that its parent has, each of which has one more owner, if that is counted.
    pub(in crate::kernel) fn share_superpage(
        &mut self,
        child: Ppn,
        va: VirtAddr,
        place: Place,
        flags: Flags,
        counted: bool,
    ) -> Option<()> {
        let run = place.pte.ppn(&self.system.geometry());
        if counted {
            self.get_run(run);
        }
        self.map_run_or_put(child, va, run, flags)
    }

    /// Maps a megapage; if that fails, gives up the caller's hold on the run.
    fn map_run_or_put(&mut self, root: Ppn, va: VirtAddr, run: Ppn, flags: Flags) -> Option<()> {
        let mapped = self.enter_at(MEGAPAGE, root, va, Pte::new(run, flags | Flags::V));
        if mapped.is_none() {
            self.put_run(run);
        }
        mapped
    }

    /// Divides the megapage that has pages on both sides of an address, if there is one.
    pub(in crate::kernel) fn demote_at_edge(&mut self, process: &Process, edge: VirtAddr) -> Option<()> {
        let bytes = self.system.geometry().leaf_bytes(MEGAPAGE);
        if edge.0.is_multiple_of(bytes) { Some(()) } else { self.demote(process, edge) }
    }

    /// Divides the megapage that maps an address, if one does, into pages: each gets a PTE with the same flags to the frame
    /// in which it is. No count changes, as each frame is held by one PTE as before. `None` if no frame is free for the
    /// table; nothing is changed then.
    pub(in crate::kernel) fn demote(&mut self, process: &Process, va: VirtAddr) -> Option<()> {
        let superpage = |place: &Place| place.level >= MEGAPAGE;
        let Some(place) = self.system.leaf_for(process.root, va).filter(superpage) else { return Some(()) };
        let geometry = self.system.geometry();
        let table = self.alloc_frame(Usage::Table { level: place.level - 1 })?;
        let mut ptes = [0; PAGE as usize];
        let width = geometry.pte_bytes as usize;
        for (slot, frame) in ptes.chunks_exact_mut(width).zip(place.frames(&geometry)) {
            let pte = Pte::new(frame, place.pte.flags());
            slot.copy_from_slice(&pte.0.to_le_bytes()[..width]);
        }
        self.fill_frame(table, Contents::Bytes(Arc::new(ptes)));
        let va = va.round_down(geometry.leaf_bytes(place.level));
        let frames = self.system.run_frames();
        self.event(KernelEvent::Demote { pid: process.pid, va, table, frames });
        self.write_pte(place.level, place.pa, Pte::new(table, Flags::V));
        self.fence_page(va, process.asid);
        Some(())
    }
}
