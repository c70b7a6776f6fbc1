//! What a thing is tied to at this moment: all other appearances of the same page, frame, area or process, which light up
//! with it, and one line that says how they are tied.
//!
//! Nothing is kept for it: ties are read from the tables in memory, from the TLB and from what the kernel knows, whenever
//! they are asked for.
//!
//! | tied to | are |
//! |---|---|
//! | a page, its PTE, an address in it | its area, process, PTE, frame, entries in the TLB (stale ones, too), slot of swap, page of a file |
//! | a frame | the PTEs that point to it, their pages, and the entries in the TLB that lead to it |
//! | an entry in the TLB | its page, the PTE of that, and the frame that it leads to itself |
//! | an area | its process, its pages with their PTEs and frames, its entries in the TLB |
//! | a process | its root, `satp` if that leads there, its areas, its entries in the TLB |
//! | a register that holds an address | the page; `satp` the root and the process |

mod disk;
mod label;
mod page;

use super::spaces::{Space, Spaces, Spot, covered, frames};
use super::{Line, Thing};
use crate::hw::{Cause, Csr, PhysAddr, Ppn, VirtAddr};
use crate::kernel::{Area, PAGE, Pid, Usage};
use crate::story::Story;
use std::collections::HashSet;
use std::ops::Range;

/// The most pages of an area, and frames of a leaf, that are lit.
const MOST_ALIKE: usize = 1 << 12;

/// What a thing is tied to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// The things, without itself.
    pub things: HashSet<Thing>,
    /// How, in one line.
    pub label: Line,
}

/// What a thing is tied to at a story's moment.
pub fn ties(story: &Story, thing: Thing) -> Ties {
    let spaces = Spaces::of(story);
    let mut tied = Tied { story, spaces, things: HashSet::new(), pointers: vec![], whole: true };
    tied.pointers = tied.pointers();
    let label = tied.follow(thing);
    let label = match tied.whole {
        true => label,
        false => label.with(super::Role::Dim, " · there are too many tables to look through all"),
    };
    tied.things.remove(&thing);
    Ties { things: tied.things, label }
}

/// The things that were found so far.
struct Tied<'a> {
    story: &'a Story,
    spaces: Spaces<'a>,
    things: HashSet<Thing>,
    /// Registers that hold addresses, each with its space and page.
    pointers: Vec<(Thing, usize, u64)>,
    /// No table was left out.
    whole: bool,
}

impl<'a> Tied<'a> {
    /// Finds all that a thing is tied to, and says how.
    fn follow(&mut self, thing: Thing) -> Line {
        match thing {
            Thing::Page { pid, va } => self.page_of(pid, va),
            Thing::Pte { pa, level } => self.pte(pa, level),
            Thing::Slot(slot) => self.slot(slot),
            Thing::Address(va) => self.address(va, None),
            Thing::Frame(ppn) => self.frame(ppn),
            Thing::Word(pa) => self.word(pa),
            Thing::Area { pid, start } => self.area(pid, start),
            Thing::Process(pid) => self.process(pid),
            Thing::Register(csr) => self.register(csr),
            Thing::Pc => self.address(self.hart().pc, Some("pc")),
            Thing::Sp => self.address(self.stack_address(), Some("sp")),
            Thing::Swap(slot) => self.swap_slot(slot),
            Thing::FilePage { file, page } => self.file_page(file, page),
            Thing::Step(step) => self.step(step),
        }
    }

    fn hart(&self) -> &'a crate::hw::Hart {
        let system = self.story.system();
        system.machine.hart(system.hart)
    }

    /// An address of the stack: the stack pointer of an empty stack is the first address above it.
    fn stack_address(&self) -> VirtAddr {
        let system = self.story.system();
        let sp = self.hart().sp;
        let process = system.current.and_then(|pid| system.process(pid));
        let stack = process.and_then(|process| process.area(crate::kernel::AreaKind::Stack));
        let kernel_top = process.and_then(|process| process.kernel_stack).map(|page| page.wrapping_add(PAGE));
        match stack.is_some_and(|stack| stack.end == sp) || kernel_top == Some(sp) {
            true => VirtAddr(sp.0 - 1),
            false => sp,
        }
    }

    /// The processes that own a page, their areas that it lies in, and the page itself.
    fn add_owners(&mut self, space: usize, page: VirtAddr) {
        for owner in self.spaces.owners(space, page) {
            let pid = owner.pid;
            self.things.extend([Thing::Process(pid), Thing::Page { pid, va: page }]);
            let areas = self.spaces.system.areas_of(owner);
            let area = areas.iter().find(|area| area.contains(page));
            self.things.extend(area.map(|area| Thing::Area { pid, start: area.start }));
        }
    }

    /// A PTE and, on a machine without frames, the word that it is.
    fn add_pte(&mut self, spot: &Spot) {
        self.things.insert(Thing::Pte { pa: spot.pa, level: spot.level });
        if self.spaces.system.policies.is_none() {
            self.things.insert(Thing::Word(spot.pa));
        }
    }

    /// Frames, with what the kernel keeps in them for a file or for swap. On a machine without frames the words that were
    /// written there are told as well.
    fn add_frames(&mut self, frames: Range<u64>) {
        let system = self.spaces.system;
        let memory = system.machine.memory();
        let bits = self.spaces.all.first().map_or(12, |space| space.geometry.page_bits);
        let there = memory.base().0 >> bits..(memory.base().0 + memory.size_bytes()) >> bits;
        let frames = frames.start.max(there.start)..frames.end.min(there.end);
        for ppn in frames.clone().take(MOST_ALIKE).map(Ppn) {
            self.things.insert(Thing::Frame(ppn));
            let Some(frame) = system.frame(ppn) else { continue };
            self.things.extend(frame.slot.map(Thing::Swap));
            if let Usage::Cache { file, page } = frame.usage {
                self.things.insert(Thing::FilePage { file, page });
            }
        }
        if system.policies.is_none() {
            let inside = |pa: &PhysAddr| frames.contains(&(pa.0 >> bits));
            let words = self.story.timeline.words().filter(inside).take(MOST_ALIKE);
            self.things.extend(words.map(Thing::Word));
        }
    }

    fn add_slots(&mut self, space: usize, pages: &Range<u64>) {
        let slots = self.spaces.slots(space, pages);
        self.things.extend(slots.into_iter().map(Thing::Slot));
    }

    /// The registers that point into pages of a space, and the address that is translated.
    fn add_pointers(&mut self, space: usize, pages: &Range<u64>) {
        let inside =
            self.pointers.iter().filter(|(_, theirs, page)| *theirs == space && pages.contains(page));
        self.things.extend(inside.map(|(thing, ..)| *thing));
    }

    /// Registers that hold addresses, and the address that is translated, each with its space and page.
    fn pointers(&self) -> Vec<(Thing, usize, u64)> {
        let csrs = &self.hart().csrs;
        let fault = Cause::from_code(csrs.scause).is_some_and(Cause::is_fault);
        let has_sp = self.story.system().policies.is_some();
        let registers = [
            (Thing::Register(Csr::Stval), csrs.stval, fault),
            (Thing::Register(Csr::Sepc), csrs.sepc, csrs.scause != 0),
            (Thing::Pc, self.hart().pc, true),
            (Thing::Sp, self.stack_address(), has_sp),
        ];
        let registers = registers.into_iter().filter(|(.., holds)| *holds).map(|(thing, va, _)| (thing, va));
        let address = super::translate::progress(self.story).map(|now| (Thing::Address(now.va), now.va));
        let all = registers.chain(address).filter_map(|(thing, va)| {
            let space = self.spaces.acting(va)?;
            let geometry = self.spaces.all[space].geometry;
            geometry.is_canonical(va).then(|| (thing, space, geometry.vpn(va).0))
        });
        all.collect()
    }

    /// What a leaf, or the PTE of a page in swap, is tied to by itself: its page, its frames, its slot.
    fn add_mapping(&mut self, spot: &Spot) {
        self.add_owners(spot.space, spot.va);
        self.add_pte(spot);
        match self.spaces.maps(spot) {
            Some(frames) => self.add_frames(frames),
            None => self.add_absent(spot.space, spot.va, self.spaces.swap_slot(spot)),
        }
    }

    /// Where the bytes of a page without a frame are: in swap, or in a file.
    fn add_absent(&mut self, space: usize, page: VirtAddr, slot: Option<crate::kernel::state::SwapSlot>) {
        if let Some(slot) = slot {
            self.things.insert(Thing::Swap(slot));
            return;
        }
        let area = self.spaces.area(space, page);
        if let Some((file, page)) = area.and_then(|area| area.file_page(page)) {
            self.things.insert(Thing::FilePage { file, page });
            self.things.extend(self.spaces.system.shared_slot(file, page).map(Thing::Swap));
        }
    }

    /// The PTEs that point to a frame: leaves and pointers to tables.
    fn pointing_to(&mut self, ppn: Ppn) -> Vec<Spot> {
        let spaces = &self.spaces;
        let points = |spot: &Spot| match spaces.maps(spot) {
            Some(frames) => frames.contains(&ppn.0),
            None => spaces.is_pointer(spot) && spot.pte.ppn(&spaces.all[spot.space].geometry) == ppn,
        };
        let found = spaces.find(points);
        self.whole &= found.whole;
        found.spots
    }

    fn frame(&mut self, ppn: Ppn) -> Line {
        let spots = self.pointing_to(ppn);
        for spot in &spots {
            self.add_pte(spot);
            if let Some(frames) = self.spaces.maps(spot) {
                let inside = ppn.0 - frames.start;
                let geometry = &self.spaces.all[spot.space].geometry;
                let page = spot.va.wrapping_add(inside << geometry.page_bits);
                let pages = geometry.vpn(page).0..geometry.vpn(page).0 + 1;
                self.add_owners(spot.space, page);
                self.add_owners(spot.space, spot.va);
                self.add_pointers(spot.space, &pages);
            } else {
                let owners = self.spaces.owners(spot.space, spot.va).iter();
                self.things.extend(owners.map(|owner| Thing::Process(owner.pid)));
            }
        }
        self.add_frames(ppn.0..ppn.0.saturating_add(1));
        let rooted = self.spaces.all.iter().filter(|space| space.root == ppn);
        for Space { owners, current, .. } in rooted {
            self.things.extend(owners.iter().map(|owner| Thing::Process(owner.pid)));
            self.things.extend(current.then_some(Thing::Register(Csr::Satp)));
        }
        let slots = self.leading_to(ppn);
        self.things.extend(slots.iter().copied().map(Thing::Slot));
        self.frame_label(ppn, &spots, &slots)
    }

    /// The slots of the TLB that lead to a frame.
    fn leading_to(&self, ppn: Ppn) -> Vec<usize> {
        let geometry = self.tlb_geometry();
        let leads =
            |entry: &crate::hw::Translation| frames(&geometry, entry.level, entry.pte()).contains(&ppn.0);
        let entries = self.hart().tlb.entries();
        entries.filter(|(_, entry)| leads(entry)).map(|(slot, _)| slot).collect()
    }

    fn tlb_geometry(&self) -> crate::hw::Geometry {
        let system = self.story.system();
        system.machine.geometry(system.hart).unwrap_or(system.geometry())
    }

    fn slot(&mut self, slot: usize) -> Line {
        let entry = self.hart().tlb.slots().get(slot).and_then(|slot| slot.entry);
        let Some(entry) = entry else { return self.empty_slot(slot) };
        let geometry = self.tlb_geometry();
        let pages = covered(&geometry, &entry);
        for space in 0..self.spaces.all.len() {
            if !self.spaces.has(space, &entry) {
                continue;
            }
            let found = self.spaces.between(space, pages.clone());
            self.whole &= found.whole;
            for spot in &found.spots {
                self.add_pte(spot);
                self.add_owners(space, spot.va);
            }
            let page = geometry.page_address(entry.vpn);
            if let Some(spot) = self.spaces.spot(space, page).filter(|spot| spot.level == 0) {
                self.add_pte(&spot);
            }
            self.add_owners(space, page);
            self.add_pointers(space, &pages);
        }
        self.add_frames(frames(&geometry, entry.level, entry.pte()));
        self.slot_label(slot, &entry)
    }

    fn area(&mut self, pid: Pid, start: VirtAddr) -> Line {
        let Some((space, area)) = self.area_from(pid, start) else {
            return self.no_area(pid, start);
        };
        self.things.insert(Thing::Process(pid));
        self.add_owners(space, start);
        let geometry = self.spaces.all[space].geometry;
        let last = VirtAddr(area.end.0.wrapping_sub(1));
        let pages = geometry.vpn(start).0..geometry.vpn(last).0 + 1;
        let found = self.spaces.between(space, pages.clone());
        self.whole &= found.whole;
        for spot in &found.spots {
            self.add_mapping(spot);
        }
        for page in area.pages().take(MOST_ALIKE) {
            let owners = self.spaces.owners(space, page).iter();
            self.things.extend(owners.map(|owner| Thing::Page { pid: owner.pid, va: page }));
        }
        self.add_slots(space, &pages);
        self.add_pointers(space, &pages);
        self.area_label(space, &area, &found.spots)
    }

    /// An area by its process and its first address: the process's own, or one of the kernel's.
    fn area_from(&self, pid: Pid, start: VirtAddr) -> Option<(usize, Area)> {
        let system = self.spaces.system;
        let process = system.process(pid).filter(|process| process.is_alive())?;
        let space = self.spaces.at_root(process.root)?;
        let own = system.areas_of(process).iter().find(|area| area.start == start).cloned();
        let kernels = || system.kernel_area_at(start).filter(|area| area.start == start);
        Some((space, own.or_else(kernels)?))
    }

    fn process(&mut self, pid: Pid) -> Line {
        let system = self.spaces.system;
        let alive = system.process(pid).filter(|process| process.is_alive());
        let space = alive.and_then(|process| self.spaces.at_root(process.root));
        let (Some(process), Some(space)) = (alive, space) else { return self.no_process(pid) };
        let areas = system.areas_of(process);
        self.things.insert(Thing::Frame(process.root));
        // While an address space is lent, two processes have it, with the same areas.
        for owner in &self.spaces.all[space].owners {
            let pid = owner.pid;
            self.things.extend(areas.iter().map(|area| Thing::Area { pid, start: area.start }));
        }
        self.things.extend(self.spaces.all[space].current.then_some(Thing::Register(Csr::Satp)));
        let slots = self.slots_of(space);
        self.things.extend(slots.iter().copied().map(Thing::Slot));
        self.process_label(process, areas.len(), slots.len())
    }

    /// The slots of the TLB with pages that are the owners' of a space.
    fn slots_of(&self, space: usize) -> Vec<usize> {
        let geometry = self.tlb_geometry();
        let entries = self.hart().tlb.entries().filter(|(_, entry)| {
            let kernels = self.spaces.is_kernels(space, geometry.page_address(entry.vpn));
            !kernels && self.spaces.has(space, entry)
        });
        entries.map(|(slot, _)| slot).collect()
    }

    fn register(&mut self, csr: Csr) -> Line {
        let csrs = &self.hart().csrs;
        match csr {
            Csr::Satp => self.satp(),
            Csr::Stval if Cause::from_code(csrs.scause).is_some_and(Cause::is_fault) => {
                self.address(csrs.stval, Some("stval"))
            }
            Csr::Sepc if csrs.scause != 0 => self.address(csrs.sepc, Some("sepc")),
            Csr::Stvec if csrs.stvec & !0b11 != 0 => {
                self.address(VirtAddr(csrs.stvec & !0b11), Some("stvec"))
            }
            other => Line::of(super::Role::Dim, format!("{other} points to nothing")),
        }
    }

    fn satp(&mut self) -> Line {
        let Some(space) = self.spaces.all.iter().find(|space| space.current) else {
            return Line::of(super::Role::Dim, "satp points to no table: translation is off");
        };
        self.things.insert(Thing::Frame(space.root));
        self.things.extend(space.owners.iter().map(|owner| Thing::Process(owner.pid)));
        self.satp_label(space)
    }
}

#[cfg(test)]
mod tests;
