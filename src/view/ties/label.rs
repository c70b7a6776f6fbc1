//! How things are tied, in one line of words.

use super::{Line, Thing, Tied};
use crate::hw::{Csr, PhysAddr, Ppn, Translation, VirtAddr};
use crate::kernel::state::SwapSlot;
use crate::kernel::{Area, FileId, PAGE, Pid, Process};
use crate::view::spaces::{Space, Spot};
use crate::view::{Role, count, names, script};

/// More of a kind than this are counted, not listed.
const MOST_LISTED: usize = 3;

impl Tied<'_> {
    /// `heap page 0x5000 of worker`.
    fn page_name(&self, space: usize, page: VirtAddr) -> String {
        let area = self.spaces.area(space, page).map(|area| format!("{} ", area.label()));
        let whose = match self.spaces.is_kernels(space, page) {
            _ if self.spaces.system.policies.is_none() => String::new(),
            true => " of the kernel".into(),
            false => format!(" of {}", self.spaces.all[space].whose),
        };
        format!("{}page {page}{whose}", area.unwrap_or_default())
    }

    /// `PTE 0x80033028`.
    fn pte_name(line: Line, spot: &Spot) -> Line {
        let thing = Thing::Pte { pa: spot.pa, level: spot.level };
        line.with_thing(thing, Role::Plain, format!("PTE {}", spot.pa))
    }

    fn frame_name(line: Line, ppn: Ppn) -> Line {
        line.with_thing(Thing::Frame(ppn), Role::Plain, format!("frame {ppn}"))
    }

    pub(super) fn page_label(&self, space: usize, page: VirtAddr, spot: Option<Spot>) -> Line {
        let line = Line::of(Role::Strong, self.page_name(space, page)).with(Role::Dim, " · ");
        let geometry = &self.spaces.all[space].geometry;
        if !geometry.is_canonical(page) {
            return line.with(Role::Fault, "no valid address of this mode");
        }
        let line = match spot {
            Some(spot) if spot.level == 0 || self.spaces.maps(&spot).is_some() => {
                self.mapping(Self::pte_name(line, &spot), &spot, page)
            }
            _ => self.no_table(line, space, page, spot),
        };
        let first = geometry.vpn(page).0;
        // A superpage has all its entries told, a page in it its own.
        let pages = match spot {
            Some(spot) if spot.va == page && self.spaces.maps(&spot).is_some() => self.spaces.covered(&spot),
            _ => first..first + 1,
        };
        self.in_tlb(line, &self.spaces.slots(space, &pages))
    }

    /// Where a PTE of the last level, or any leaf, leads.
    fn mapping(&self, line: Line, spot: &Spot, page: VirtAddr) -> Line {
        if let Some(ppn) = self.spaces.frame_of(spot, page) {
            let line = Self::frame_name(line.with(Role::Dim, " → "), ppn);
            return match self.owners_of(ppn) {
                Some(owners) => line.with(Role::Shared, format!(" ({owners})")),
                None => line,
            };
        }
        if let Some(slot) = self.spaces.swap_slot(spot) {
            let line = line.with(Role::Dim, " → ");
            return line.with_thing(Thing::Swap(slot), Role::Absent, format!("swap slot {slot}"));
        }
        match (spot.pte.0, self.spaces.area(spot.space, page)) {
            (0, Some(_)) => line.with(Role::Absent, " is 0: promised, not there"),
            (0, None) => line.with(Role::Dim, " is 0"),
            _ => line.with(Role::Fault, " leads nowhere"),
        }
    }

    /// The walk ends before it comes to the last table.
    fn no_table(&self, line: Line, space: usize, page: VirtAddr, spot: Option<Spot>) -> Line {
        match (self.spaces.area(space, page), spot) {
            (Some(_), _) => line.with(Role::Absent, "promised, and no table for it yet"),
            (None, Some(spot)) if self.is_bare() => {
                let line = line.with(Role::Dim, "the walk ends at the ");
                Self::pte_name(line, &spot).with(Role::Dim, format!(" of level {}", spot.level))
            }
            _ => line.with(Role::Dim, "no PTE"),
        }
    }

    /// `2 owners: worker, shell`, if a frame has more than one.
    fn owners_of(&self, ppn: Ppn) -> Option<String> {
        let system = self.spaces.system;
        let refs = system.frame(ppn).map(|frame| frame.refs).filter(|refs| *refs > 1)?;
        let holders = names::holders(system, ppn);
        let owners = count(refs.into(), "owner");
        Some(if holders.is_empty() { owners } else { format!("{owners}: {}", listed(&holders)) })
    }

    /// ` · not in the TLB`, ` · TLB slots 1 and 3, stale: 3`.
    fn in_tlb(&self, line: Line, slots: &[usize]) -> Line {
        let system = self.spaces.system;
        if system.machine.config().tlb.entries == 0 {
            return line;
        }
        if slots.is_empty() {
            return line.with(Role::Dim, " · not in the TLB");
        }
        let stale = system.machine.stale_slots(system.hart);
        let stale: Vec<String> =
            slots.iter().filter(|slot| stale.contains(slot)).map(ToString::to_string).collect();
        let all: Vec<String> = slots.iter().map(ToString::to_string).collect();
        let mut line = line.with(Role::Dim, if all.len() == 1 { " · TLB slot" } else { " · TLB slots" });
        for (at, slot) in slots.iter().take(MOST_LISTED).enumerate() {
            let comma = if at == 0 { " " } else { ", " };
            line = line.with(Role::Dim, comma).with_thing(Thing::Slot(*slot), Role::Plain, slot.to_string());
        }
        line = line.with(Role::Dim, more(all.len()));
        match stale.len() {
            0 => line,
            _ if all.len() == 1 => line.with(Role::Fault, ", stale"),
            _ => line.with(Role::Fault, format!(", stale: {}", listed(&stale))),
        }
    }

    pub(super) fn pointer_label(&self, spots: &[Spot]) -> Line {
        let Some(spot) = spots.first() else { return Line::default() };
        let geometry = &self.spaces.all[spot.space].geometry;
        let line = Self::pte_name(Line::default(), spot).with(Role::Dim, " → table in ");
        let line = Self::frame_name(line, spot.pte.ppn(geometry));
        let pages = self.spaces.covered(spot);
        let last = VirtAddr(spot.va.0.wrapping_add(((pages.end - pages.start) << geometry.page_bits) - 1));
        let whose: Vec<String> = spots.iter().map(|spot| self.spaces.all[spot.space].whose.clone()).collect();
        let line = line.with(Role::Plain, format!(", for addresses {} to {last}", spot.va));
        match self.spaces.system.policies {
            Some(_) => line.with(Role::Dim, format!(" of {}", listed(&whose))),
            None => line,
        }
    }

    pub(super) fn no_pte(&self, pa: PhysAddr) -> Line {
        Line::of(Role::Dim, format!("no page table that is in use has a PTE at {pa}"))
    }

    pub(super) fn no_process(&self, pid: Pid) -> Line {
        Line::of(
            Role::Dim,
            match self.spaces.system.process(pid) {
                Some(process) => format!("{} has ended, and has no memory", process.name),
                None => format!("there is no process {pid} yet"),
            },
        )
    }

    pub(super) fn no_area(&self, pid: Pid, start: VirtAddr) -> Line {
        match self.spaces.system.process(pid).filter(|process| process.is_alive()) {
            Some(process) => {
                Line::of(Role::Dim, format!("{} has no area that begins at {start}", process.name))
            }
            None => self.no_process(pid),
        }
    }

    pub(super) fn frame_label(&self, ppn: Ppn, spots: &[Spot], slots: &[usize]) -> Line {
        let system = self.spaces.system;
        let line = Line::default().with(Role::Strong, format!("frame {ppn}"));
        let Some(frame) = system.frame(ppn) else {
            if !system.machine.memory().contains(PhysAddr(ppn.0.saturating_mul(PAGE)), 1) && !self.is_bare() {
                return line.with(Role::Fault, " · no memory is there");
            }
            return self.in_tlb(pointed(line, spots), slots);
        };
        let line = line.with(Role::Dim, " · ").with(Role::Plain, names::usage(system, frame.usage));
        let line = match (self.owners_of(ppn), names::holders(system, ppn).first()) {
            (Some(owners), _) => line.with(Role::Shared, format!(", {owners}")),
            (None, Some(holder)) if frame.refs == 1 => line.with(Role::Dim, format!(" of {holder}")),
            _ => line,
        };
        let rooted = self.spaces.all.iter().filter(|space| space.root == ppn);
        let line = match rooted.map(|space| space.whose.clone()).collect::<Vec<_>>() {
            whose if whose.is_empty() => line,
            whose => line.with(Role::Plain, format!(", the root of {}", listed(&whose))),
        };
        let line = pointed(line, spots);
        match slots.is_empty() {
            true => line,
            false => self.in_tlb(line, slots),
        }
    }

    fn is_bare(&self) -> bool {
        self.spaces.system.policies.is_none()
    }

    pub(super) fn empty_slot(&self, slot: usize) -> Line {
        let slots = self.hart().tlb.slots().len();
        Line::of(
            Role::Dim,
            if slot < slots {
                format!("TLB slot {slot} is empty")
            } else {
                format!("the TLB has no slot {slot}")
            },
        )
    }

    pub(super) fn slot_label(&self, slot: usize, entry: &Translation) -> Line {
        let geometry = self.tlb_geometry();
        let page = geometry.page_address(entry.vpn);
        let line = Line::of(Role::Strong, format!("TLB slot {slot}")).with(Role::Dim, ": ");
        let theirs = (0..self.spaces.all.len()).filter(|space| self.spaces.has(*space, entry));
        // The table that it came from tells most.
        let space = theirs.min_by_key(|space| self.spaces.all[*space].root != entry.root);
        let name = space.map_or_else(|| format!("page {page}"), |space| self.page_name(space, page));
        let line = line.with(Role::Plain, name).with(Role::Dim, " → ");
        let line = Self::frame_name(line, entry.pte().ppn(&geometry));
        let system = self.spaces.system;
        if !system.machine.stale_slots(system.hart).contains(&slot) {
            return line.with(Role::Dim, ", as the table says");
        }
        let line = line.with(Role::Fault, " · stale");
        match space.and_then(|space| self.spaces.spot(space, page)) {
            Some(spot) => {
                let line = Self::pte_name(line.with(Role::Dim, ": "), &spot);
                self.mapping(line, &spot, page)
            }
            None => line.with(Role::Dim, ": its table is gone"),
        }
    }

    pub(super) fn area_label(&self, space: usize, area: &Area, spots: &[Spot]) -> Line {
        let line = Line::of(Role::Strong, area.label());
        let line = match self.spaces.is_kernels(space, area.start) {
            true => line.with(Role::Dim, " of the kernel"),
            false => line.with(Role::Dim, format!(" of {}", self.spaces.all[space].whose)),
        };
        let pages = (area.end.0 - area.start.0) / PAGE;
        let there: u64 = spots
            .iter()
            .filter(|spot| self.spaces.maps(spot).is_some())
            .map(|spot| self.spaces.covered(spot))
            .map(|pages| pages.end - pages.start)
            .sum();
        let line =
            line.with(Role::Plain, format!(" · {} to {}", area.start, area.end)).with(Role::Dim, " · ");
        let line =
            line.with(Role::Plain, format!("{} of {} in memory", there.min(pages), count(pages, "page")));
        let swapped = spots.iter().filter(|spot| self.spaces.swap_slot(spot).is_some()).count();
        let line = match swapped {
            0 => line,
            many => line.with(Role::Absent, format!(", {many} in swap")),
        };
        let geometry = &self.spaces.all[space].geometry;
        let last = VirtAddr(area.end.0.wrapping_sub(1));
        let slots = self.spaces.slots(space, &(geometry.vpn(area.start).0..geometry.vpn(last).0 + 1));
        self.in_tlb(line, &slots)
    }

    pub(super) fn process_label(&self, process: &Process, areas: usize, slots: usize) -> Line {
        let line =
            Line::of(Role::Strong, &process.name).with(Role::Dim, format!(", process {}", process.pid));
        let line = Self::frame_name(line.with(Role::Dim, " · root in "), process.root);
        let current = self.things.contains(&Thing::Register(Csr::Satp));
        let line = match current {
            true => line.with_thing(Thing::Register(Csr::Satp), Role::Path, ", where satp points to"),
            false => line.with(Role::Dim, ", where satp does not point to"),
        };
        let line = line.with(Role::Plain, format!(" · {}", count(areas as u64, "area")));
        match self.spaces.system.machine.config().tlb.entries {
            0 => line,
            _ if slots == 1 => line.with(Role::Plain, " · 1 entry in the TLB"),
            _ => line.with(Role::Plain, format!(" · {slots} entries in the TLB")),
        }
    }

    pub(super) fn satp_label(&self, space: &Space) -> Line {
        let line = Line::of(Role::Dim, "satp").with(Role::Plain, " → root in ");
        let line = Self::frame_name(line, space.root);
        match self.is_bare() {
            true => line,
            false => line.with(Role::Strong, format!(" of {}", space.whose)),
        }
    }

    pub(super) fn swap_label(&self, slot: SwapSlot, spots: &[Spot], kept: Option<Ppn>) -> Line {
        let line = Line::of(Role::Strong, format!("swap slot {slot}"));
        let pages: Vec<String> = spots.iter().map(|spot| self.page_name(spot.space, spot.va)).collect();
        let line = match pages.is_empty() {
            true => line.with(Role::Dim, " · no PTE names it"),
            false => pointed(line.with(Role::Dim, " · ").with(Role::Plain, listed(&pages)), spots),
        };
        match kept {
            Some(ppn) => Self::frame_name(line.with(Role::Dim, " · for the page in "), ppn),
            None => line,
        }
    }

    pub(super) fn file_label(&self, file: FileId, page: u64, cached: Option<Ppn>, spots: &[Spot]) -> Line {
        let name = self.spaces.system.files().get(file.0).map_or("", |file| &file.name);
        let line = Line::of(Role::Strong, format!("page {page} of {name}"));
        let Some(ppn) = cached else { return line.with(Role::Dim, " · not in the page cache") };
        pointed(Self::frame_name(line.with(Role::Dim, " · page cache: "), ppn), spots)
    }

    pub(super) fn word_label(&self, line: Line, ppn: Ppn, spots: &[Spot]) -> Line {
        pointed(Self::frame_name(line.with(Role::Dim, " in "), ppn), spots)
    }

    pub(super) fn step(&self, step: usize) -> Line {
        match self.story.scenario.steps.get(step) {
            Some(found) => {
                Line::of(Role::Dim, format!("step {} · ", step + 1)).with(Role::Strong, script::words(found))
            }
            None => Line::of(Role::Dim, format!("there is no step {}", step.saturating_add(1))),
        }
    }
}

/// ` · PTEs 0x80033028, 0x80033030`: those that point somewhere.
fn pointed(line: Line, spots: &[Spot]) -> Line {
    let mut spots = spots.to_vec();
    spots.sort_by_key(|spot| (spot.pa, spot.level));
    spots.dedup_by_key(|spot| (spot.pa, spot.level));
    let mut line = match spots.len() {
        0 => return line.with(Role::Dim, " · no PTE points to it"),
        1 => line.with(Role::Dim, " · "),
        _ => line.with(Role::Dim, " · PTEs "),
    };
    let many = spots.len() > 1;
    for (at, spot) in spots.iter().take(MOST_LISTED).enumerate() {
        let thing = Thing::Pte { pa: spot.pa, level: spot.level };
        let start = if at > 0 { ", " } else { "" };
        let name = if many { spot.pa.to_string() } else { format!("PTE {}", spot.pa) };
        line = line.with(Role::Dim, start).with_thing(thing, Role::Plain, name);
    }
    line.with(Role::Dim, more(spots.len()))
}

/// `worker, shell, child and 4 more`.
fn listed(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_LISTED).map(String::as_str).collect();
    format!("{}{}", shown.join(", "), more(names.len()))
}

/// ` and 4 more`, where not all are listed.
fn more(all: usize) -> String {
    match all.saturating_sub(MOST_LISTED) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    }
}
