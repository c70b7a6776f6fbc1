//! Page tables: mechanism only. Who maps what, and why, is said elsewhere.

use crate::hw::tables::{self, Budget, Entry, PageTable};
use crate::hw::{Flags, PhysAddr, Ppn, Pte, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::setup::{Bug, EmptyTables};
use crate::kernel::state::{Mapping, Place, Process, SwapSlot, Usage};
use crate::kernel::system::{Observer, System, Work};
use std::ops::Range;

/// How many leaves [`System::mappings`] lists at most: tables that a bare machine was given may lead in circles.
const MOST_MAPPINGS: usize = 1 << 16;

/// How many PTEs of a kernel's table are looked at at most: several times as many as a run can write.
const MOST_PTES: usize = 1 << 20;

impl System {
    /// The PTE that decides about an address: the leaf, or the first one on the way that leads nowhere. No PTE does about
    /// an address that is not canonical. Like xv6, the kernel goes on from a pointer without a look at the bits for which the
    /// walker refuses one; a kernel that is right sets none of them.
    pub fn pte_for(&self, root: Ppn, va: VirtAddr) -> Option<Place> {
        let geometry = self.geometry();
        if !geometry.is_canonical(va) {
            return None;
        }
        let mut table = geometry.frame_address(root);
        for level in (0..geometry.levels).rev() {
            let pa = PhysAddr(table.0 + geometry.index(va, level) * geometry.pte_bytes);
            let pte = Pte(self.machine.memory().read(pa, geometry.pte_bytes)?);
            if level == 0 || !pte.is_pointer() {
                return Some(Place { level, pa, pte });
            }
            table = geometry.frame_address(pte.ppn(&geometry));
        }
        None
    }

    /// The leaf that maps an address, if one does.
    pub fn leaf_for(&self, root: Ppn, va: VirtAddr) -> Option<Place> {
        self.pte_for(root, va).filter(|place| place.pte.is_leaf())
    }

    /// All leaves of a page table, in the order of addresses.
    pub fn mappings(&self, root: Ppn) -> Vec<Mapping> {
        let mut found = vec![];
        self.visit(root, self.everywhere(), &mut |va, place| {
            if place.pte.is_leaf() {
                found.push(Mapping { va, place });
            }
            found.len() < MOST_MAPPINGS
        });
        found
    }

    /// The leaves that map pages from `start` up to `end`, in the order of addresses. What this takes depends on how
    /// much is mapped there, not on how large the range is.
    pub fn mappings_between(&self, root: Ppn, start: VirtAddr, end: VirtAddr) -> Vec<Mapping> {
        let leaves =
            self.entries_between(root, start, end).into_iter().filter(|(_, place)| place.pte.is_leaf());
        leaves.map(|(va, place)| Mapping { va, place }).collect()
    }

    /// The same with the PTEs of pages that are in swap.
    pub(in crate::kernel) fn entries_between(
        &self,
        root: Ppn,
        start: VirtAddr,
        end: VirtAddr,
    ) -> Vec<(VirtAddr, Place)> {
        let geometry = self.geometry();
        let last = VirtAddr(end.0.wrapping_sub(1));
        let pages = if start < end { geometry.vpn(start).0..geometry.vpn(last).0 + 1 } else { 0..0 };
        let mut found = vec![];
        self.visit(root, pages, &mut |va, place| {
            if place.pte.is_leaf() || self.slot_in(place.pte).is_some() {
                found.push((va, place));
            }
            true
        });
        found
    }

    /// The slots that the PTEs of a page table name.
    pub(in crate::kernel) fn swapped(&self, root: Ppn) -> Vec<SwapSlot> {
        let mut found = vec![];
        self.visit(root, self.everywhere(), &mut |_, place| {
            found.extend(self.slot_in(place.pte));
            true
        });
        found
    }

    fn everywhere(&self) -> Range<u64> {
        let geometry = self.geometry();
        0..1 << (geometry.va_bits - geometry.page_bits)
    }

    /// The frames of a page table with their levels: the root first.
    pub fn table_frames(&self, root: Ppn) -> Vec<(Ppn, u32)> {
        let geometry = self.geometry();
        let mut found = vec![(root, geometry.levels - 1)];
        self.visit(root, self.everywhere(), &mut |_, place| {
            if place.pte.is_pointer() && place.level > 0 {
                found.push((place.pte.ppn(&geometry), place.level - 1));
            }
            found.len() < MOST_MAPPINGS
        });
        found
    }

    /// Shows every PTE that concerns one of `pages` and is not clear to `see`, a table's pointer before what it points to, until
    /// `see` has seen enough.
    ///
    /// A kernel's page table has no more tables than there are frames, and no more PTEs than a run can write: where a wrong
    /// one's leads in circles, no more are looked at. Whether `see` has seen all there are.
    pub(in crate::kernel) fn visit(
        &self,
        root: Ppn,
        pages: Range<u64>,
        see: &mut impl FnMut(VirtAddr, Place) -> bool,
    ) -> bool {
        let geometry = self.geometry();
        let mut place =
            |entry: &Entry| see(entry.va, Place { level: entry.level, pa: entry.pa, pte: entry.pte });
        if self.policies.is_none() {
            let mut budget = Budget { tables: usize::MAX, entries: usize::MAX };
            return tables::visit(self.machine.memory(), &geometry, root, &pages, &mut budget, &mut place);
        }
        let mut left = Budget { tables: self.frames.len(), entries: MOST_PTES };
        self.visit_table(&PageTable::root(root, &geometry), &pages, &mut left, &mut place)
    }

    /// The same for a table of the kernel's, by what the kernel takes for a pointer.
    fn visit_table(
        &self,
        table: &PageTable,
        pages: &Range<u64>,
        left: &mut Budget,
        see: &mut impl FnMut(&Entry) -> bool,
    ) -> bool {
        let Some(tables) = left.tables.checked_sub(1) else { return false };
        left.tables = tables;
        let geometry = self.geometry();
        for entry in table.entries(self.machine.memory(), &geometry, pages) {
            let Some(entries) = left.entries.checked_sub(1) else { return false };
            left.entries = entries;
            let more = see(&entry);
            let leads_on = entry.pte.is_pointer() && entry.level > 0;
            let below = PageTable {
                ppn: entry.pte.ppn(&geometry),
                level: entry.level.saturating_sub(1),
                first: entry.vpn,
            };
            if leads_on && !self.visit_table(&below, pages, left, see) || !more {
                return false;
            }
        }
        true
    }
}

impl<O: Observer> Work<'_, O> {
    /// Maps a page. The caller's hold on the frame becomes the PTE's. `None` if a table is missing and no frame is free
    /// for it; the caller keeps its hold then.
    ///
    /// # Panics
    ///
    /// If the page is mapped already, and the kernel is a right one.
    pub(in crate::kernel) fn map(&mut self, root: Ppn, va: VirtAddr, ppn: Ppn, flags: Flags) -> Option<()> {
        self.enter(root, va, Pte::new(ppn, flags | Flags::V))
    }

    /// Writes the PTE of a page that has none, with the tables on the way to it.
    pub(in crate::kernel) fn enter(&mut self, root: Ppn, va: VirtAddr, entry: Pte) -> Option<()> {
        self.enter_at(0, root, va, entry)
    }

    /// The same at any level: for a leaf, for as many pages as it maps.
    pub(in crate::kernel) fn enter_at(
        &mut self,
        level: u32,
        root: Ppn,
        va: VirtAddr,
        entry: Pte,
    ) -> Option<()> {
        let pa = self.entry_address(root, va, level)?;
        self.relies_on(self.read_pte(pa) == Pte(0), || format!("{va} is mapped already"));
        self.write_pte(level, pa, entry);
        Some(())
    }

    /// Where the PTE of an address is in the table of `lowest` level. Tables that are missing on the way are made; `None` if
    /// no frame is free for one.
    pub(in crate::kernel) fn entry_address(
        &mut self,
        root: Ppn,
        va: VirtAddr,
        lowest: u32,
    ) -> Option<PhysAddr> {
        let geometry = self.system.geometry();
        let mut table = root;
        for level in (lowest..geometry.levels).rev() {
            let at = geometry.frame_address(table).0 + geometry.index(va, level) * geometry.pte_bytes;
            let pa = PhysAddr(at);
            let pte = self.read_pte(pa);
            if level == lowest {
                return Some(pa);
            } else if pte.is_pointer() {
                table = pte.ppn(&geometry);
            } else {
                table = self.alloc_zeroed(Usage::Table { level: level - 1 })?;
                self.write_pte(level, pa, Pte::new(table, Flags::V));
            }
        }
        None
    }

    /// Clears the PTE of a page, if it has one, and gives up its hold on the frame.
    pub(in crate::kernel) fn unmap(&mut self, root: Ppn, va: VirtAddr) {
        let Some(place) = self.system.leaf_for(root, va) else { return };
        self.write_pte(place.level, place.pa, Pte(0));
        self.put_page(place);
    }

    /// Gives up a PTE's hold on its frame, or a megapage's on its run. That the page was written must not be forgotten with
    /// the PTE.
    fn put_page(&mut self, place: Place) {
        let ppn = place.pte.ppn(&self.system.geometry());
        if place.level > 0 {
            return self.put_run(ppn);
        }
        if place.pte.flags().has(Flags::D) {
            self.forget_slot(ppn);
        }
        self.put_frame(ppn);
    }

    /// The same for a process that lives on: its translation is fenced before anybody else can get the frame, and tables
    /// that are empty now are freed if that is the policy.
    pub(in crate::kernel) fn unmap_live(&mut self, process: &Process, va: VirtAddr) {
        let Some(place) = self.system.leaf_for(process.root, va) else { return };
        self.write_pte(place.level, place.pa, Pte(0));
        self.fence_page(va, process.asid);
        self.put_page(place);
        self.free_if_empty(process, va);
    }

    /// Frees the tables on the way to an address if they are empty and that is the policy.
    pub(in crate::kernel) fn free_if_empty(&mut self, process: &Process, va: VirtAddr) {
        let policies = self.system.policies.as_ref();
        if policies.is_some_and(|policies| policies.empty_tables == EmptyTables::Free) {
            self.free_empty_tables(process.root, va);
        }
    }

    /// Frees the tables on the way to an address that hold nothing, from the lowest up; the root stays.
    fn free_empty_tables(&mut self, root: Ppn, va: VirtAddr) {
        let geometry = self.system.geometry();
        let mut table = geometry.frame_address(root);
        let mut way = vec![];
        for level in (1..geometry.levels).rev() {
            let pa = PhysAddr(table.0 + geometry.index(va, level) * geometry.pte_bytes);
            let pte = self.read_pte(pa);
            if !pte.is_pointer() {
                break;
            }
            way.push((level, pa, pte.ppn(&geometry)));
            table = geometry.frame_address(pte.ppn(&geometry));
        }
        for (level, pa, below) in way.into_iter().rev() {
            let entry = |index| PhysAddr(geometry.frame_address(below).0 + index * geometry.pte_bytes);
            if (0..PAGE / geometry.pte_bytes).any(|index| self.read_pte(entry(index)) != Pte(0)) {
                return;
            }
            self.write_pte(level, pa, Pte(0));
            self.put_frame(below);
        }
    }

    /// Frees the tables of an address space from which every page was unmapped.
    pub(in crate::kernel) fn free_tables(&mut self, root: Ppn) {
        let top = self.system.geometry().levels - 1;
        self.empty_table(root, top);
        self.put_frame(root);
    }

    /// Frees the tables below a table, each when nothing points to it any more.
    fn empty_table(&mut self, table: Ppn, level: u32) {
        let geometry = self.system.geometry();
        for index in 0..PAGE / geometry.pte_bytes {
            let pa = PhysAddr(geometry.frame_address(table).0 + index * geometry.pte_bytes);
            let pte = self.read_pte(pa);
            self.relies_on(pte == Pte(0) || pte.is_pointer(), || {
                format!("a page is still mapped by the table at {pa}")
            });
            let below = pte.ppn(&geometry);
            if pte.is_pointer() && self.is_table(below, level) {
                self.empty_table(below, level - 1);
                self.write_pte(level, pa, Pte(0));
                self.put_frame(below);
            }
        }
    }

    /// Whether a frame is a table that one of level `above` may point to: where a wrong kernel's tables lie in ruins,
    /// what looks like a pointer may lead anywhere.
    fn is_table(&self, ppn: Ppn, above: u32) -> bool {
        let usage = self.system.frame(ppn).map(|frame| frame.usage);
        let is_one = matches!(usage, Some(Usage::Table { level }) if level + 1 == above);
        self.relies_on(is_one, || format!("{ppn} is no table, and a table points to it"));
        is_one
    }

    /// Writes a PTE.
    pub(in crate::kernel) fn write_pte(&mut self, level: u32, pa: PhysAddr, pte: Pte) {
        let width = self.system.geometry().pte_bytes;
        let exists = self.system.machine.memory().contains(pa, width);
        self.relies_on(exists, || format!("there is no memory for the PTE at {pa}"));
        if !exists {
            return;
        }
        self.hardware(|machine, tap| machine.write_pte(level, pa, pte, width, tap));
    }

    pub(in crate::kernel) fn read_pte(&self, pa: PhysAddr) -> Pte {
        let width = self.system.geometry().pte_bytes;
        let word = self.system.machine.memory().read(pa, width);
        self.relies_on(word.is_some(), || format!("there is no memory for the PTE at {pa}"));
        Pte(word.unwrap_or_default())
    }

    /// `sfence.vma` for one page of an address space.
    pub(in crate::kernel) fn fence_page(&mut self, va: VirtAddr, asid: u16) {
        if self.has(Bug::NoFence) {
            return;
        }
        let (hart, asid) = (self.hart, self.tagged(asid));
        self.hardware(|machine, tap| machine.sfence(hart, Some(va), asid, tap));
    }

    /// `sfence.vma` for an address space.
    pub(in crate::kernel) fn fence_space(&mut self, asid: u16) {
        if self.has(Bug::NoFence) {
            return;
        }
        let (hart, asid) = (self.hart, self.tagged(asid));
        self.hardware(|machine, tap| machine.sfence(hart, None, asid, tap));
    }

    /// The ASID to fence: none on a machine without, where a fence concerns all.
    fn tagged(&self, asid: u16) -> Option<u16> {
        self.system.machine.config().tlb.asid.then_some(asid)
    }
}
