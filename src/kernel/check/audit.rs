//! Counts that follow the run of a wrong kernel, event by event: which invariants of frames and page tables do not hold. To look at all
//! frames and tables after each event, as [`check`](super) does, takes far longer than the run.
//!
//! What a change says is added and taken away where it is clear what follows from it: a frame's count, a leaf, the head of
//! the free list. What changes the shape of a table, or a table in ruins, has the books written anew.

use super::check::Broken;
use super::invariant::Invariant;
use crate::hw::{self, Flags, PhysAddr, Ppn, Pte};
use crate::kernel::PAGE;
use crate::kernel::event::Change;
use crate::kernel::state::{COW, FileId, Frame, Place, Process, Usage, slot_of};
use crate::kernel::system::System;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a frame.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    refs: u32,
    is_free: bool,
    is_private: bool,
    /// How many tables and caches hold it.
    held: u32,
    /// How many PTEs allow a program to write it.
    writers: u32,
    /// Where it is on the free list, from the end.
    listed: Option<usize>,
}

impl Entry {
    /// Which of four invariants it breaks: its count is too low; it is on the free list and in use; it is free and lost; it
    /// is private and can be written twice.
    fn breaks(&self) -> [bool; 4] {
        let is_used = !self.is_free || self.refs > 0 || self.held > 0;
        let is_listed = self.listed.is_some();
        [
            self.held > self.refs,
            is_listed && is_used,
            self.is_free && !is_listed,
            self.is_private && self.writers > 1,
        ]
    }
}

/// A table of a process's half: its level, and the first page that it decides about.
#[derive(Clone, Copy, Debug)]
struct Table {
    level: u32,
    first: u64,
}

/// Counts of owners, free frames and copy-on-write pages, as they are after an event.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    frames: Vec<Entry>,
    /// How many frames break each of the four invariants of [`Entry::breaks`].
    breaking: [usize; 4],
    /// How many leaves are copy-on-write and can be written.
    writable_cow: usize,
    /// How many PTEs hold frames that do not exist.
    outside: usize,
    /// The free list, its end first; what the end leads to, and whether that is on the list.
    list: Vec<Ppn>,
    list_end: Option<Ppn>,
    /// A slot of swap has fewer holders counted than it has.
    wrong_slot: bool,
    cache: BTreeMap<(FileId, u64), Ppn>,
    /// The tables of processes' halves, as often as they are reached.
    tables: BTreeMap<Ppn, Vec<Table>>,
    /// Other frames with tables in them.
    kernel_tables: BTreeSet<Ppn>,
    /// Tables lead in circles: nothing is kept of them.
    in_ruins: bool,
    /// How many frames, PTEs and changes were looked at; and how many when the books were written last.
    work: u64,
    size: u64,
}

impl Audit {
    /// The books of a system.
    pub fn of(system: &System) -> Self {
        let mut audit = Self::default();
        audit.write_anew(system);
        audit
    }

    /// How many frames, PTEs and changes were looked at so far.
    pub fn work(&self) -> u64 {
        self.work
    }

    /// The invariants of frames and tables that do not hold, in the order of [`System::broken_tables`].
    pub fn broken(&mut self, system: &System) -> Vec<Invariant> {
        if self.in_ruins {
            return self.cases(system).iter().map(Broken::invariant).collect();
        }
        let [too_low, in_use, lost, shared] = self.breaking.map(|frames| frames > 0);
        let found = [
            (too_low || self.outside > 0, Invariant::References),
            (self.wrong_slot, Invariant::SwapReferences),
            (in_use, Invariant::FreeInUse),
            (lost || self.list_end.is_some(), Invariant::FreeList),
            (self.writable_cow > 0, Invariant::WritableCow),
            (shared, Invariant::SharedWritable),
        ];
        found.into_iter().filter_map(|(is_broken, invariant)| is_broken.then_some(invariant)).collect()
    }

    /// A case of each, found by looking at everything.
    pub fn cases(&mut self, system: &System) -> Vec<Broken> {
        self.work += 8 * self.size;
        system.broken_tables()
    }

    /// Enters what an event has changed; of each change what was there before it is given.
    pub fn follow(&mut self, system: &System, changes: &[Change]) {
        self.work += changes.len() as u64;
        if self.enter(system, changes).is_none() {
            self.write_anew(system);
        }
    }

    /// `None` if the books have to be written anew.
    fn enter(&mut self, system: &System, changes: &[Change]) -> Option<()> {
        if self.in_ruins {
            return None;
        }
        let (mut words, mut relinked) = (vec![], vec![]);
        let (mut list_changes, mut slots_change) = (false, false);
        for change in changes {
            match change {
                Change::Frame { ppn, frame: was } => {
                    let now = *system.frame(*ppn)?;
                    let top = Usage::Table { level: system.geometry().levels - 1 };
                    if (was.usage == top) != (now.usage == top) {
                        return None;
                    }
                    self.edit(system, *ppn, |entry| {
                        entry.refs = now.refs;
                        entry.is_free = now.usage == Usage::Free;
                        entry.is_private = matches!(now.usage, Usage::Private(_));
                    });
                }
                Change::FreeHead(_) => list_changes = true,
                Change::Process { pid, process: was } => {
                    let now = system.process(*pid);
                    if !was.as_deref().zip(now).is_some_and(|(was, now)| holds_the_same(was, now)) {
                        return None;
                    }
                }
                Change::Cache { key, .. } => self.enter_cached(system, *key),
                Change::Swap { .. } | Change::SwappedShared { .. } => slots_change = true,
                Change::Hardware(hw::Change::Chunk { pa, .. }) => {
                    let ppn = Ppn(pa.0 / PAGE);
                    if self.tables.contains_key(&ppn) || self.kernel_tables.contains(&ppn) {
                        return None;
                    }
                    relinked.push(ppn);
                }
                Change::Hardware(hw::Change::Memory { pa, width, value }) => {
                    let ppn = Ppn(pa.0 / PAGE);
                    relinked.push(ppn);
                    if self.kernel_tables.contains(&ppn) {
                        return None;
                    }
                    if self.tables.contains_key(&ppn) && !words.contains(pa) {
                        words.push(*pa);
                        slots_change |= self.enter_word(system, *pa, *width, Pte(*value))?;
                    }
                }
                _ => {}
            }
        }
        self.enter_list(system, list_changes, &relinked);
        if slots_change && !system.swap.is_empty() {
            self.work += self.size;
            self.wrong_slot = system.wrong_slots_now();
        }
        Some(())
    }

    /// A word of a table: `was` is what was there. Whether it concerns swap; `None` if it concerns the shape of the table.
    fn enter_word(&mut self, system: &System, pa: PhysAddr, width: u64, was: Pte) -> Option<bool> {
        let geometry = system.geometry();
        if width != geometry.pte_bytes || !pa.0.is_multiple_of(width) {
            return None;
        }
        let now = Pte(system.machine.memory().read(pa, width)?);
        let index = pa.0 % PAGE / width;
        for Table { level, first } in self.tables.get(&Ppn(pa.0 / PAGE))?.clone() {
            let page = first | index << (geometry.index_bits * level);
            let leads_on = level > 0 && (was.is_pointer() || now.is_pointer());
            if leads_on || !system.user_pages().contains(&page) {
                return None;
            }
            self.enter_pte(system, Place { level, pa, pte: was }, false);
            self.enter_pte(system, Place { level, pa, pte: now }, true);
        }
        Some([was, now].iter().any(|pte| slot_of(*pte, &geometry).is_some()))
    }

    /// What a PTE says is added, or taken away.
    fn enter_pte(&mut self, system: &System, place: Place, is_more: bool) {
        let (pte, geometry) = (place.pte, system.geometry());
        let count = |number: &mut u32| match is_more {
            true => *number += 1,
            false => *number -= 1,
        };
        if pte.is_leaf() {
            let writable = pte.flags().has(Flags::W);
            if writable && pte.flags().has(COW) {
                self.writable_cow = if is_more { self.writable_cow + 1 } else { self.writable_cow - 1 };
            }
            let frames: Vec<Ppn> = system.frames_of(place.level, pte).map(|(ppn, _)| ppn).collect();
            for ppn in frames.into_iter().filter(|_| writable) {
                self.edit(system, ppn, |entry| count(&mut entry.writers));
            }
        }
        match pte.is_leaf() && place.level > 0 {
            true => {
                let frames: Vec<Ppn> = system.frames_of(place.level, pte).map(|(ppn, _)| ppn).collect();
                for ppn in frames {
                    self.edit(system, ppn, |entry| count(&mut entry.held));
                }
            }
            false if pte.is_leaf() || pte.is_pointer() => self.hold(system, pte.ppn(&geometry), is_more),
            false => {}
        }
    }

    /// A frame is held once more, or once less.
    fn hold(&mut self, system: &System, ppn: Ppn, is_more: bool) {
        match (system.frame(ppn).is_some(), is_more) {
            (true, true) => self.edit(system, ppn, |entry| entry.held += 1),
            (true, false) => self.edit(system, ppn, |entry| entry.held -= 1),
            (false, true) => self.outside += 1,
            (false, false) => self.outside -= 1,
        }
    }

    fn enter_cached(&mut self, system: &System, key: (FileId, u64)) {
        let now = system.cached(key.0, key.1);
        let was = match now {
            Some(ppn) => self.cache.insert(key, ppn),
            None => self.cache.remove(&key),
        };
        was.into_iter().for_each(|ppn| self.hold(system, ppn, false));
        now.into_iter().for_each(|ppn| self.hold(system, ppn, true));
    }

    /// The free list after some frames were written, and perhaps with another head.
    fn enter_list(&mut self, system: &System, has_other_head: bool, relinked: &[Ppn]) {
        if has_other_head && (self.list_end.is_some() || self.follow_head(system).is_none()) {
            return self.list_anew(system);
        }
        for ppn in relinked {
            let listed = system.frame_index(*ppn).and_then(|index| self.frames.get(index)?.listed);
            let Some(at) = listed else { continue };
            let next = at.checked_sub(1).map_or(self.list_end, |below| Some(self.list[below]));
            if system.next_free(*ppn) != next {
                return self.list_anew(system);
            }
        }
    }

    /// Goes from the head to the first frame that was on the list before: the frames above it have left the list. `None` if there
    /// is a circle.
    fn follow_head(&mut self, system: &System) -> Option<()> {
        let mut above = vec![];
        let mut next = system.first_free();
        let mut keep = 0;
        while let Some(ppn) = next {
            if let Some(at) = self.frames[system.frame_index(ppn)?].listed {
                keep = at + 1;
                break;
            }
            above.push(ppn);
            if above.len() > self.frames.len() {
                return None;
            }
            next = system.next_free(ppn);
        }
        self.work += above.len() as u64;
        while self.list.len() > keep {
            let gone = self.list.pop()?;
            self.edit(system, gone, |entry| entry.listed = None);
        }
        for ppn in above.into_iter().rev() {
            let at = self.list.len();
            self.list.push(ppn);
            self.edit(system, ppn, |entry| entry.listed = Some(at));
        }
        Some(())
    }

    /// Changes the entry of a frame that exists.
    fn edit(&mut self, system: &System, ppn: Ppn, change: impl FnOnce(&mut Entry)) {
        let Some(entry) = system.frame_index(ppn).and_then(|index| self.frames.get_mut(index)) else {
            return;
        };
        let before = entry.breaks();
        change(entry);
        let after = entry.breaks();
        for (frames, (was, is)) in self.breaking.iter_mut().zip(before.into_iter().zip(after)) {
            *frames = *frames + usize::from(is) - usize::from(was);
        }
    }

    fn list_anew(&mut self, system: &System) {
        for ppn in std::mem::take(&mut self.list) {
            self.edit(system, ppn, |entry| entry.listed = None);
        }
        let list = system.free_list();
        self.work += 2 * list.len() as u64;
        // Where it is cut off it comes to a frame for the second time.
        self.list_end = list.last().and_then(|last| system.next_free(*last));
        for (at, ppn) in list.into_iter().rev().enumerate() {
            self.list.push(ppn);
            self.edit(system, ppn, |entry| entry.listed = Some(at));
        }
    }

    fn write_anew(&mut self, system: &System) {
        let work = self.work;
        let entry = |frame: &Frame| Entry {
            refs: frame.refs,
            is_free: frame.usage == Usage::Free,
            is_private: matches!(frame.usage, Usage::Private(_)),
            ..Entry::default()
        };
        *self = Self { work, cache: system.cache.clone(), ..Self::default() };
        self.frames = system.frames().map(|(_, frame)| entry(frame)).collect();
        for at in 0..self.frames.len() {
            let breaks = self.frames[at].breaks();
            self.breaking.iter_mut().zip(breaks).for_each(|(frames, breaks)| *frames += usize::from(breaks));
        }
        for ppn in system.held_besides_processes() {
            self.hold(system, ppn, true);
        }
        self.kernel_tables.extend(system.own_tables());
        for root in system.roots() {
            self.enter_root(system, root);
        }
        self.list_anew(system);
        self.wrong_slot = system.wrong_slots_now();
        self.work += system.frames.len() as u64;
        self.size = self.work - work;
    }

    fn enter_root(&mut self, system: &System, root: Ppn) {
        let geometry = system.geometry();
        self.hold(system, root, true);
        self.tables.entry(root).or_default().push(Table { level: geometry.levels - 1, first: 0 });
        let is_whole = system.visit(root, system.user_pages(), &mut |va, place| {
            self.work += 1;
            if place.pte.is_pointer() && place.level > 0 {
                let table = Table { level: place.level - 1, first: geometry.vpn(va).0 };
                self.tables.entry(place.pte.ppn(&geometry)).or_default().push(table);
            }
            self.enter_pte(system, place, true);
            true
        });
        self.in_ruins |= !is_whole;
        for table in system.kernel_tables_of(root) {
            self.hold(system, table, true);
            self.kernel_tables.insert(table);
        }
    }
}

/// Whether a process holds the same frames and tables as before.
fn holds_the_same(was: &Process, now: &Process) -> bool {
    let of = |process: &Process| {
        let Process { root, trapframe, kernel_stack, lent_to, borrowed_from, .. } = process;
        (*root, *trapframe, *kernel_stack, *lent_to, *borrowed_from, process.is_alive())
    };
    of(was) == of(now)
}
