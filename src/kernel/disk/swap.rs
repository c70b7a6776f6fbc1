//! Swap: slots on the disk for the pages of processes that have no frame.
//!
//! The PTE of a page in swap has V clear, so that every use of the page traps. The hardware ignores all other bits then,
//! and the kernel keeps there what it needs to bring the page back: the slot in place of the PPN, [`SWAPPED`] among the bits
//! for software, and the page's rights with its copy-on-write mark as they were.
//!
//! A slot keeps its copy when the page has come back, until the page is written: without a write, the page can lose its
//! frame again at no cost. A process that comes for the same slot meanwhile finds that frame. (Linux calls this the swap
//! cache.)

use crate::hw::memory::Contents;
use crate::hw::{Flags, Ppn, Pte, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, DiskPage, KernelEvent};
use crate::kernel::setup::MOST_FRAMES;
use crate::kernel::state::{
    AreaKind, FileId, Frame, Pid, Place, Process, SWAPPED, SwapSlot, Swapped, Usage, slot_of,
};
use crate::kernel::system::{Observer, System, Work};

/// The most slots: as many as there can be frames.
pub const MOST_SLOTS: u64 = MOST_FRAMES as u64;

impl System {
    /// Makes the swap that the policies ask for.
    pub(in crate::kernel) fn make_swap(&mut self) -> Result<(), String> {
        let Some(policies) = &self.policies else { return Ok(()) };
        let slots = policies.swap.0 / PAGE;
        if slots > MOST_SLOTS {
            return Err(format!("swap has at most {MOST_SLOTS} slots of {PAGE} bytes, and here are {slots}"));
        }
        self.replacement.random = policies.seed;
        self.swap = vec![None; slots as usize];
        Ok(())
    }

    /// The slots, taken or not.
    pub fn swap_slots(&self) -> impl Iterator<Item = (SwapSlot, Option<&Swapped>)> {
        self.swap.iter().enumerate().map(|(slot, held)| (SwapSlot(slot as u32), held.as_ref()))
    }

    /// What a slot holds.
    pub fn swap_slot(&self, slot: SwapSlot) -> Option<&Swapped> {
        self.swap.get(slot.0 as usize)?.as_ref()
    }

    /// The slot of a page of shared memory that is in swap.
    pub fn shared_slot(&self, file: FileId, page: u64) -> Option<SwapSlot> {
        self.swapped_shared.get(&(file, page)).copied()
    }

    /// How many slots are taken.
    pub fn swap_used(&self) -> u64 {
        self.swap.iter().flatten().count() as u64
    }

    /// The pages of shared memory that are in swap, and their slots.
    pub fn shared_in_swap(&self) -> impl Iterator<Item = ((FileId, u64), SwapSlot)> {
        self.swapped_shared.iter().map(|(key, slot)| (*key, *slot))
    }

    /// A slot for a page that leaves: a free one, or one that only keeps a copy of a page in memory.
    pub(in crate::kernel) fn slot_to_take(&self) -> Option<SwapSlot> {
        let only_copy = |held: &Option<Swapped>| held.as_ref().is_some_and(|held| held.refs == 0);
        let free = self.swap.iter().position(Option::is_none);
        free.or_else(|| self.swap.iter().position(only_copy)).map(|slot| SwapSlot(slot as u32))
    }

    /// The slot that a PTE of the kernel's names: one that is taken. (In the tables of a wrong kernel there may be anything.)
    pub fn slot_in(&self, pte: Pte) -> Option<SwapSlot> {
        slot_of(pte, &self.geometry()).filter(|slot| self.swap_slot(*slot).is_some())
    }

    /// The PTEs from `start` up to `end` whose pages are in swap.
    pub fn swapped_between(
        &self,
        root: Ppn,
        start: VirtAddr,
        end: VirtAddr,
    ) -> Vec<(VirtAddr, Place, SwapSlot)> {
        let of = |va, place: Place| Some((va, place, self.slot_in(place.pte)?));
        self.entries_between(root, start, end).into_iter().filter_map(|(va, place)| of(va, place)).collect()
    }
}

impl<O: Observer> Work<'_, O> {
    /// A slot has more holders, or fewer; one that nobody holds and no frame keeps is free again.
    pub(in crate::kernel) fn set_slot_refs(&mut self, slot: SwapSlot, refs: u32) {
        let held = self.held(slot);
        let kept = refs > 0 || held.frame.is_some();
        self.change(Change::Swap { slot, held: kept.then_some(Swapped { refs, ..held }) });
        self.event(KernelEvent::SwapRef { slot, refs });
    }

    /// A slot has one holder more.
    pub(in crate::kernel) fn get_slot(&mut self, slot: SwapSlot) {
        let refs = self.held(slot).refs;
        self.set_slot_refs(slot, refs + 1);
    }

    /// A slot has one holder less.
    pub(in crate::kernel) fn put_slot(&mut self, slot: SwapSlot) {
        let refs = self.held(slot).refs;
        self.set_slot_refs(slot, refs.saturating_sub(1));
    }

    /// The copy that a frame has in swap is not the frame's any more: the frame is written, or goes. The change belongs
    /// to the event that follows.
    pub(in crate::kernel) fn forget_slot(&mut self, ppn: Ppn) {
        let Some(frame) = self.system.frame(ppn).copied() else { return };
        let Some(slot) = frame.slot else { return };
        self.change(Change::Frame { ppn, frame: Frame { slot: None, ..frame } });
        let held = self.held(slot);
        let kept = held.refs > 0;
        self.change(Change::Swap { slot, held: kept.then_some(Swapped { frame: None, ..held }) });
    }

    /// Takes a slot for a frame's page, which `refs` PTEs will name. The change belongs to the event that follows.
    pub(in crate::kernel) fn take_slot(&mut self, ppn: Ppn, refs: u32) -> Option<SwapSlot> {
        let frame = *self.system.frame(ppn)?;
        let slot = frame.slot.or_else(|| self.system.slot_to_take())?;
        if frame.slot.is_none() {
            if let Some(keeper) = self.system.swap_slot(slot).and_then(|held| held.frame) {
                self.forget_slot(keeper);
            }
            self.change(Change::Frame { ppn, frame: Frame { slot: Some(slot), ..frame } });
        }
        let held = self.system.swap_slot(slot).cloned();
        let held = held.unwrap_or(Swapped { refs: 0, page: Contents::ZEROS, frame: Some(ppn) });
        self.change(Change::Swap { slot, held: Some(Swapped { refs: held.refs + refs, ..held }) });
        Some(slot)
    }

    /// Writes a frame to its slot.
    pub(in crate::kernel) fn write_slot(&mut self, slot: SwapSlot, ppn: Ppn) {
        let (held, page) = (self.held(slot), self.frame_contents(ppn));
        self.change(Change::Swap { slot, held: Some(Swapped { page, ..held }) });
        self.event(KernelEvent::PageOut { place: DiskPage::Swap { slot }, ppn });
    }

    /// Reads a slot into a new frame, which keeps the copy. The caller's hold on the slot stays.
    pub(in crate::kernel) fn read_slot(&mut self, slot: SwapSlot, usage: Usage) -> Option<Ppn> {
        let ppn = self.alloc_frame(usage)?;
        let held = self.held(slot);
        self.fill_frame(ppn, held.page.clone());
        let frame = *self.system.frame(ppn)?;
        self.change(Change::Frame { ppn, frame: Frame { slot: Some(slot), ..frame } });
        self.change(Change::Swap { slot, held: Some(Swapped { frame: Some(ppn), ..held }) });
        self.event(KernelEvent::PageIn { place: DiskPage::Swap { slot }, ppn });
        Some(ppn)
    }

    /// Brings a page of a process back from swap. `None` if it is not there, or memory runs out.
    pub(in crate::kernel) fn swap_in(&mut self, process: &Process, page: VirtAddr) -> Option<()> {
        let place = self.system.pte_for(process.root, page)?;
        let slot = self.system.slot_in(place.pte)?;
        let area = self.process_area(process.pid, page)?;
        let ppn = match self.held(slot).frame {
            Some(ppn) => {
                self.get_frame(ppn);
                ppn
            }
            None => self.read_slot(slot, Usage::Private(area))?,
        };
        let flags = place.pte.flags().without(SWAPPED) | Flags::V;
        self.write_pte(place.level, place.pa, Pte::new(ppn, flags));
        self.put_slot(slot);
        Some(())
    }

    /// Brings a page of shared memory back from swap to the page cache.
    pub(in crate::kernel) fn swap_in_shared(
        &mut self,
        key: (FileId, u64),
        slot: SwapSlot,
        usage: Usage,
    ) -> Option<Ppn> {
        let ppn = self.read_slot(slot, usage)?;
        self.change(Change::Cache { key, frame: Some(ppn) });
        self.change(Change::SwappedShared { key, slot: None });
        self.put_slot(slot);
        Some(ppn)
    }

    /// Drops the PTEs of a range whose pages are in swap, of a process that lives on.
    pub(in crate::kernel) fn drop_swapped(&mut self, process: &Process, start: VirtAddr, end: VirtAddr) {
        for (va, place, slot) in self.system.swapped_between(process.root, start, end) {
            self.drop_entry(place, slot);
            self.free_if_empty(process, va);
        }
    }

    /// Clears a PTE whose page is in swap, and gives up its hold on the slot.
    pub(in crate::kernel) fn drop_entry(&mut self, place: Place, slot: SwapSlot) {
        self.write_pte(place.level, place.pa, Pte(0));
        self.put_slot(slot);
    }

    fn process_area(&self, pid: Pid, page: VirtAddr) -> Option<AreaKind> {
        self.process(pid).area_at(page).map(|area| area.kind)
    }

    fn held(&self, slot: SwapSlot) -> Swapped {
        self.system.swap_slot(slot).cloned().expect("PTEs and frames name only slots that are taken")
    }
}
