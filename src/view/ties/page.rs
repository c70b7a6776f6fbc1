//! Ties of a page, and of what stands for one: a PTE, an address, a word of memory.

use super::{Line, Thing, Tied};
use crate::hw::{PhysAddr, VirtAddr};
use crate::kernel::Pid;
use crate::view::Role;
use crate::view::spaces::Spot;

impl Tied<'_> {
    pub(super) fn page_of(&mut self, pid: Pid, va: VirtAddr) -> Line {
        let system = self.spaces.system;
        let alive = system.process(pid).filter(|process| process.is_alive());
        match alive.and_then(|process| self.spaces.at_root(process.root)) {
            Some(space) => self.page(space, va),
            None => self.no_process(pid),
        }
    }

    /// A page of a space, by an address in it.
    pub(super) fn page(&mut self, space: usize, va: VirtAddr) -> Line {
        let geometry = self.spaces.all[space].geometry;
        let page = va.round_down(geometry.page_bytes());
        let pages = geometry.vpn(page).0..geometry.vpn(page).0 + 1;
        let spot = self.spaces.spot(space, page);
        self.add_owners(space, page);
        let own = spot.filter(|spot| spot.level == 0 || self.spaces.maps(spot).is_some());
        own.iter().for_each(|spot| self.add_pte(spot));
        match spot.as_ref().and_then(|spot| self.spaces.frame_of(spot, page)) {
            Some(ppn) => self.add_frames(ppn.0..ppn.0.saturating_add(1)),
            None => self.add_absent(space, page, spot.and_then(|spot| self.spaces.swap_slot(&spot))),
        }
        if geometry.is_canonical(page) {
            self.add_slots(space, &pages);
            self.add_pointers(space, &pages);
        }
        self.page_label(space, page, spot)
    }

    /// An address, of an access or of the register that is named.
    pub(super) fn address(&mut self, va: VirtAddr, register: Option<&str>) -> Line {
        let line = match register {
            Some(register) => {
                Line::of(Role::Dim, format!("{register} ")).with(Role::Plain, format!("{va} → "))
            }
            None => Line::of(Role::Plain, format!("{va} → ")),
        };
        match self.spaces.acting(va) {
            Some(space) => line.followed_by(self.page(space, va)),
            None => line.with(Role::Dim, "the same physical address: translation is off"),
        }
    }

    /// A PTE: a leaf is tied to what its page is, a pointer to the table below, and to the processes that come by.
    pub(super) fn pte(&mut self, pa: PhysAddr, level: u32) -> Line {
        let found = self.spaces.at(pa);
        self.whole &= found.whole;
        let spots: Vec<Spot> = found.spots.into_iter().filter(|spot| spot.level == level).collect();
        let Some(first) = spots.first().copied() else { return self.no_pte(pa) };
        self.add_pte(&first);
        for spot in &spots {
            if self.spaces.is_pointer(spot) {
                let table = spot.pte.ppn(&self.spaces.all[spot.space].geometry).0;
                self.add_frames(table..table + 1);
                let owners = self.spaces.owners(spot.space, spot.va).iter();
                self.things.extend(owners.map(|owner| Thing::Process(owner.pid)));
            } else if spot.level == 0 || self.spaces.maps(spot).is_some() {
                self.add_mapping(spot);
                let pages = self.spaces.covered(spot);
                self.add_slots(spot.space, &pages);
                self.add_pointers(spot.space, &pages);
            }
        }
        match self.spaces.is_pointer(&first) {
            true => self.pointer_label(&spots),
            false => self.page_label(first.space, first.va, Some(first)),
        }
    }

    /// A word of memory: the PTE that it is, if one of the tables has it, and the PTEs that map its frame.
    pub(super) fn word(&mut self, pa: PhysAddr) -> Line {
        let bits = self.spaces.all.first().map_or(12, |space| space.geometry.page_bits);
        let ppn = crate::hw::Ppn(pa.0 >> bits);
        let line = Line::of(Role::Strong, format!("word {pa}"));
        let own = self.spaces.at(pa);
        self.whole &= own.whole;
        let mapped = self.pointing_to(ppn);
        for spot in &mapped {
            if self.spaces.maps(spot).is_some() {
                self.add_pte(spot);
            }
        }
        self.things.insert(Thing::Frame(ppn));
        match own.spots.first() {
            Some(spot) => {
                let line = line.with(Role::Dim, " = ");
                let told = self.pte(spot.pa, spot.level);
                line.followed_by(told)
            }
            None => self.word_label(line, ppn, &mapped),
        }
    }
}
