//! The one reading of page tables, for all who want more of them than one translation: every PTE with the page it is for,
//! and with what the walker would make of it. So nothing is looked for below a pointer that the walker refuses.
//!
//! Levels fall with each table, so a table that leads back to itself comes to an end; but one that leads to itself in every
//! entry is entered very many times, and whoever reads tables that are not its own gives a [`Budget`].

use super::walk::refusal;
use crate::hw::{Geometry, Memory, PhysAddr, Ppn, Pte, VirtAddr, Vpn, Why};
use std::ops::Range;

/// What the walker makes of a PTE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// V is clear: nothing is mapped. The other bits are the kernel's.
    Nothing,
    /// It goes on to this table.
    Pointer(Ppn),
    /// It maps pages from this frame on, if the access is allowed.
    Leaf(Ppn),
    /// V is set, and the walk ends there all the same.
    Refused(Why),
}

impl Meaning {
    /// That of a PTE in a table of a level.
    pub fn of(pte: Pte, geometry: &Geometry, level: u32) -> Self {
        match refusal(pte, geometry, level) {
            _ if !pte.is_valid() => Self::Nothing,
            Some(why) => Self::Refused(why),
            None if pte.is_leaf() => Self::Leaf(pte.ppn(geometry)),
            None => Self::Pointer(pte.ppn(geometry)),
        }
    }
}

/// A table: where it is, and for which pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageTable {
    /// Its frame.
    pub ppn: Ppn,
    /// Its level, that of the root for the root.
    pub level: u32,
    /// The page that its first entry begins with.
    pub first: Vpn,
}

impl PageTable {
    /// The root table.
    pub fn root(ppn: Ppn, geometry: &Geometry) -> Self {
        Self { ppn, level: geometry.levels - 1, first: Vpn(0) }
    }

    /// Where an entry lies.
    fn address(&self, geometry: &Geometry, index: u64) -> PhysAddr {
        PhysAddr(geometry.frame_address(self.ppn).0 + index * geometry.pte_bytes)
    }

    /// An entry by its index, which must be in the table.
    pub fn entry(&self, geometry: &Geometry, index: u64, pte: Pte) -> Entry {
        let pa = self.address(geometry, index);
        let vpn = Vpn(self.first.0 | index << (geometry.index_bits * self.level));
        let meaning = Meaning::of(pte, geometry, self.level);
        Entry { va: geometry.page_address(vpn), vpn, level: self.level, index, pa, pte, meaning }
    }

    /// Its entries that are not clear and concern one of these pages.
    pub fn entries(&self, memory: &Memory, geometry: &Geometry, pages: &Range<u64>) -> Vec<Entry> {
        let shift = geometry.index_bits * self.level;
        let from = pages.start.saturating_sub(self.first.0) >> shift;
        let end = pages.end.saturating_sub(self.first.0).div_ceil(1 << shift);
        let end = end.min(1 << geometry.index_bits_at(self.level));
        let words = memory.words(geometry.frame_address(self.ppn), geometry.pte_bytes, from..end);
        words.into_iter().map(|(index, word)| self.entry(geometry, index, Pte(word))).collect()
    }
}

/// A PTE and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The first address that it is for.
    pub va: VirtAddr,
    /// The page of that address.
    pub vpn: Vpn,
    /// The level of its table.
    pub level: u32,
    /// Its index in its table.
    pub index: u64,
    /// Its physical address.
    pub pa: PhysAddr,
    /// What is there.
    pub pte: Pte,
    /// What the walker makes of it.
    pub meaning: Meaning,
}

impl Entry {
    /// The table that it leads to.
    pub fn table(&self) -> Option<PageTable> {
        match self.meaning {
            Meaning::Pointer(ppn) => Some(PageTable { ppn, level: self.level - 1, first: self.vpn }),
            _ => None,
        }
    }
}

/// The PTE that decides about an address: the last one that the walker reads. None decides about an address that is not
/// canonical, or where the walker comes to a table that lies outside memory.
pub fn deciding(memory: &Memory, geometry: &Geometry, root: Ppn, va: VirtAddr) -> Option<Entry> {
    if !geometry.is_canonical(va) {
        return None;
    }
    let mut table = PageTable::root(root, geometry);
    loop {
        let index = geometry.index(va, table.level);
        let pte = memory.read(table.address(geometry, index), geometry.pte_bytes)?;
        let entry = table.entry(geometry, index, Pte(pte));
        match entry.table() {
            Some(next) => table = next,
            None => return Some(entry),
        }
    }
}

/// How much may be read yet.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Tables that may be entered.
    pub tables: usize,
    /// Entries that may be looked at.
    pub entries: usize,
}

/// Shows every PTE below a root that concerns one of `pages` and is not clear to `see`, a pointer before what it leads to,
/// until `see` says that it has seen enough. Whether it was shown all of them.
pub fn visit(
    memory: &Memory,
    geometry: &Geometry,
    root: Ppn,
    pages: &Range<u64>,
    budget: &mut Budget,
    see: &mut impl FnMut(&Entry) -> bool,
) -> bool {
    visit_table(memory, geometry, &PageTable::root(root, geometry), pages, budget, see)
}

fn visit_table(
    memory: &Memory,
    geometry: &Geometry,
    table: &PageTable,
    pages: &Range<u64>,
    budget: &mut Budget,
    see: &mut impl FnMut(&Entry) -> bool,
) -> bool {
    let Some(tables) = budget.tables.checked_sub(1) else { return false };
    budget.tables = tables;
    for entry in table.entries(memory, geometry, pages) {
        let Some(entries) = budget.entries.checked_sub(1) else { return false };
        budget.entries = entries;
        if !see(&entry) {
            return false;
        }
        if let Some(table) = entry.table()
            && !visit_table(memory, geometry, &table, pages, budget, see)
        {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hw::{Change, Event, Observer, SplitMix64, walk};
    use std::collections::BTreeMap;

    const BASE: u64 = 0x1000_0000;

    /// What a walk has read last.
    struct Last(Option<(u32, PhysAddr, Pte)>);

    impl Observer for Last {
        fn changed(&mut self, _: Change) {}
        fn event(&mut self, event: Event) {
            if let Event::PteRead { level, pa, pte } = event {
                self.0 = Some((level, pa, pte));
            }
        }
    }

    /// A PTE as a hostile kernel may write it: most lead to one of eight tables, some to zeros or out of memory.
    fn any_pte(dice: &mut SplitMix64, geometry: &Geometry) -> u64 {
        let frame = match dice.below(12) {
            0 => 8,
            1 => 1000,
            _ => dice.below(8),
        };
        let flags = match dice.below(8) {
            0 => 0,
            1 | 2 => 0x1,
            3 => 0xcf,
            4 => 0xdf,
            5 => dice.below(0x400),
            6 => 0x1 | 1 << dice.below(8),
            _ => return if dice.below(2) == 0 { 0 } else { dice.next() },
        };
        ((BASE >> geometry.page_bits) + frame) << 10 | flags
    }

    /// How the walks of a geometry ended: at a leaf, at nothing, outside memory, refused.
    #[derive(Debug, Default)]
    struct Ends([u32; 4]);

    impl Ends {
        /// Eight tables with anything at these indices, and what reader and walker say of the pages that they lead to.
        fn compare(&mut self, dice: &mut SplitMix64, geometry: &Geometry, indices: &[u64]) {
            let (page, root) = (geometry.page_bytes(), Ppn(BASE >> geometry.page_bits));
            let mut memory = Memory::new(PhysAddr(BASE), (9 * page).next_multiple_of(0x1000)).unwrap();
            for (table, index) in (0..8).flat_map(|table| indices.iter().map(move |index| (table, index))) {
                let pa = PhysAddr(BASE + table * page + index * geometry.pte_bytes);
                memory.swap(pa, geometry.pte_bytes, any_pte(dice, geometry));
            }
            let everywhere = 0..1 << (geometry.va_bits - geometry.page_bits);
            let mut budget = Budget { tables: usize::MAX, entries: usize::MAX };
            let mut shown = BTreeMap::new();
            let mut see = |entry: &Entry| shown.insert((entry.vpn.0, entry.level), *entry).is_none();
            assert!(visit(&memory, geometry, root, &everywhere, &mut budget, &mut see));
            let mut pages = vec![0];
            for level in 0..geometry.levels {
                let shift = geometry.index_bits * level;
                let at = indices.iter().filter(|index| **index < 1 << geometry.index_bits_at(level));
                pages = at.flat_map(|index| pages.iter().map(move |page| page | index << shift)).collect();
            }
            for vpn in pages {
                self.compare_page(&memory, geometry, root, Vpn(vpn), &shown);
            }
        }

        fn compare_page(
            &mut self,
            memory: &Memory,
            geometry: &Geometry,
            root: Ppn,
            vpn: Vpn,
            shown: &BTreeMap<(u64, u32), Entry>,
        ) {
            let va = geometry.page_address(vpn);
            let mut last = Last(None);
            let walked = walk(memory, geometry, root, va, &mut last);
            let decides = deciding(memory, geometry, root, va);
            if let Err(Why::PteAbsent { .. }) = walked {
                assert_eq!(decides, None);
                return self.0[2] += 1;
            }
            let entry = decides.expect("the walker has read it");
            assert_eq!(Some((entry.level, entry.pa, entry.pte)), last.0);
            assert_eq!(entry.va, va.round_down(geometry.leaf_bytes(entry.level)));
            let seen = shown.get(&(geometry.vpn(entry.va).0, entry.level));
            assert_eq!(seen, Some(&entry).filter(|entry| entry.pte != Pte(0)), "{va}");
            let (end, meaning) = match walked {
                Ok(walked) => (0, Meaning::Leaf(walked.pte().ppn(geometry))),
                Err(Why::Invalid { .. }) => (1, Meaning::Nothing),
                Err(why) => (3, Meaning::Refused(why)),
            };
            assert_eq!(entry.meaning, meaning);
            self.0[end] += 1;
        }
    }

    /// Tables with anything in them, of every depth: what is read of them is, for each page, what the walker says.
    #[test]
    fn reader_and_walker_agree_on_every_page() {
        let mut dice = SplitMix64(13);
        let described = [(16, 8), (13, 8), (14, 4), (20, 8)];
        let described = described.map(|(bits, pte)| Geometry::described(bits, 128, pte).unwrap());
        let everything: Vec<u64> = (0..32).collect();
        for geometry in described {
            let mut ends = Ends::default();
            (0..100).for_each(|_| {
                ends.compare(&mut dice, &geometry, &everything[..128 / geometry.pte_bytes as usize])
            });
            assert!(ends.0.iter().all(|count| *count > 20), "{geometry:?}: {ends:?}");
        }
        // Addresses of both halves, and superpages.
        for geometry in [Geometry::SV39, Geometry::SV32] {
            let mut ends = Ends::default();
            (0..100).for_each(|_| ends.compare(&mut dice, &geometry, &[0, 1, 255, 256, 511]));
            assert!(ends.0.iter().all(|count| *count > 20), "{geometry:?}: {ends:?}");
        }
    }

    #[test]
    fn no_entry_decides_about_an_address_that_is_not_canonical() {
        let mut memory = Memory::new(PhysAddr(BASE), 0x1000).unwrap();
        memory.swap(PhysAddr(BASE + 8 * 256), 8, 0xcf);
        let deciding = |va| deciding(&memory, &Geometry::SV39, Ppn(BASE >> 12), VirtAddr(va));
        assert_eq!(deciding(1 << 38), None);
        assert!(deciding(!0 << 38).is_some_and(|entry| entry.va == VirtAddr(!0 << 38)));
    }

    #[test]
    fn who_has_seen_enough_is_shown_no_more() {
        let mut memory = Memory::new(PhysAddr(BASE), 0x1000).unwrap();
        memory.swap(PhysAddr(BASE), 8, BASE >> 12 << 10 | 1);
        let mut budget = Budget { tables: 100, entries: 100 };
        let mut calls = 0;
        let mut see = |_: &Entry| {
            calls += 1;
            false
        };
        assert!(!visit(&memory, &Geometry::SV39, Ppn(BASE >> 12), &(0..1 << 27), &mut budget, &mut see));
        assert_eq!(calls, 1);
    }

    #[test]
    fn a_table_that_leads_to_itself_comes_to_an_end_and_costs_no_more_than_the_budget() {
        let mut memory = Memory::new(PhysAddr(BASE), 0x1000).unwrap();
        let root = Ppn(BASE >> 12);
        for index in 0..512 {
            memory.swap(PhysAddr(BASE + 8 * index), 8, root.0 << 10 | 1);
        }
        let mut budget = Budget { tables: 100, entries: 1 << 20 };
        let mut seen = 0;
        let is_whole = visit(&memory, &Geometry::SV39, root, &(0..1 << 27), &mut budget, &mut |_| {
            seen += 1;
            true
        });
        assert!(!is_whole && budget.tables == 0 && seen > 512);
    }
}
