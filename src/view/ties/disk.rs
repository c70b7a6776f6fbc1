//! Ties of what lies on the disk: slots of swap and pages of files.

use super::{Line, Thing, Tied};
use crate::kernel::state::SwapSlot;
use crate::kernel::{FileId, PAGE};
use crate::view::Role;
use crate::view::spaces::Spot;

impl Tied<'_> {
    /// A slot of swap: the PTEs that name it, their pages, and the frame that has the same bytes.
    pub(super) fn swap_slot(&mut self, slot: SwapSlot) -> Line {
        let system = self.spaces.system;
        let Some(held) = system.swap_slot(slot) else {
            return Line::of(Role::Dim, format!("swap slot {slot} holds nothing"));
        };
        let spaces = &self.spaces;
        let found = spaces.find(|spot| spaces.swap_slot(spot) == Some(slot));
        self.whole &= found.whole;
        for spot in &found.spots {
            self.add_mapping(spot);
        }
        let kept = held.frame;
        let mapped = kept.map(|ppn| self.pointing_to(ppn)).unwrap_or_default();
        for spot in &mapped {
            self.add_pte(spot);
            self.add_owners(spot.space, spot.va);
        }
        kept.iter().for_each(|ppn| self.add_frames(ppn.0..ppn.0.saturating_add(1)));
        let shared = self.shared_page(slot);
        if let Some((file, page)) = shared {
            self.add_showing(file, page);
            self.things.insert(Thing::FilePage { file, page });
        }
        self.swap_label(slot, &found.spots, kept)
    }

    /// The page of shared memory that is in a slot.
    fn shared_page(&self, slot: SwapSlot) -> Option<(FileId, u64)> {
        let areas = self.spaces.system.spaces().flat_map(|process| &process.areas);
        let mut pages = areas.filter(|area| area.shared && area.backing.is_some()).filter_map(|area| {
            let mut pages = area.pages().take(super::MOST_ALIKE).filter_map(|page| area.file_page(page));
            pages.find(|(file, page)| self.spaces.system.shared_slot(*file, *page) == Some(slot))
        });
        pages.next()
    }

    /// A page of a file: its frame in the page cache with all that maps it, and the areas that show it.
    pub(super) fn file_page(&mut self, file: FileId, page: u64) -> Line {
        let system = self.spaces.system;
        if system.files().get(file.0).is_none() {
            return Line::of(Role::Dim, "this file is not there yet");
        }
        let cached = system.cached(file, page);
        let mapped: Vec<Spot> = cached.map(|ppn| self.pointing_to(ppn)).unwrap_or_default();
        for spot in &mapped {
            self.add_pte(spot);
            self.add_owners(spot.space, spot.va);
            let pages = self.spaces.covered(spot);
            self.add_pointers(spot.space, &pages);
        }
        if let Some(ppn) = cached {
            self.add_frames(ppn.0..ppn.0.saturating_add(1));
            let slots = self.leading_to(ppn);
            self.things.extend(slots.into_iter().map(Thing::Slot));
        }
        self.things.extend(system.shared_slot(file, page).map(Thing::Swap));
        self.add_showing(file, page);
        self.file_label(file, page, cached, &mapped)
    }

    /// The areas that show a page of a file, and their pages that still have to come from there.
    fn add_showing(&mut self, file: FileId, page: u64) {
        for space in 0..self.spaces.all.len() {
            let Some(owner) = self.spaces.all[space].owners.first().copied() else { continue };
            for area in self.spaces.system.areas_of(owner) {
                let Some(backing) = area.backing.filter(|backing| backing.file == file) else { continue };
                let Some(after) = page.checked_sub(backing.first_page) else { continue };
                let va = area.start.wrapping_add(after.saturating_mul(PAGE));
                if after < (area.end.0 - area.start.0) / PAGE {
                    let pid = owner.pid;
                    self.things.extend([Thing::Area { pid, start: area.start }, Thing::Process(pid)]);
                    let spot = self.spaces.spot(space, va);
                    let absent = spot.is_none_or(|spot| {
                        self.spaces.maps(&spot).is_none() && self.spaces.swap_slot(&spot).is_none()
                    });
                    self.things.extend(absent.then_some(Thing::Page { pid, va }));
                }
            }
        }
    }
}
