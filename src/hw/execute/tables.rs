//! The one reading of page tables, for all who want more of them than one translation: every PTE with the page it is for,
//! and with what the walker would make of it. So no screen and no check takes for mapped what the walker refuses.
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
        let more = see(&entry);
        let below =
            entry.table().is_none_or(|table| visit_table(memory, geometry, &table, pages, budget, see));
        if !more || !below {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hw::{SplitMix64, Unwatched, walk};
    use std::collections::BTreeMap;

    const BASE: u64 = 0x8000_0000;
    const FRAMES: u64 = 8;

    /// A PTE as a hostile kernel may write it: most lead to a frame that is there, with any flags.
    fn any_pte(dice: &mut SplitMix64, geometry: &Geometry) -> u64 {
        let frame = (BASE >> geometry.page_bits) + dice.below(FRAMES + 1);
        let flags = match dice.below(8) {
            0 => 0,
            1 | 2 => 0x1,
            3 => 0xcf,
            4 => 0xdf,
            5 => dice.below(0x400),
            6 => 0x1 | 1 << dice.below(8),
            _ => return if dice.below(2) == 0 { 0 } else { dice.next() },
        };
        frame << 10 | flags
    }

    /// Tables with anything in them, of every depth: what is read of them is, for each page, what the walker says.
    #[test]
    fn reader_and_walker_agree_on_every_page() {
        let mut dice = SplitMix64(13);
        let mut ends = [0u32; 3];
        for round in 0..600 {
            let (va_bits, pte_bytes) = [(16, 8), (13, 8), (14, 4), (20, 8)][round % 4];
            let geometry = Geometry::described(va_bits, 128, pte_bytes).unwrap();
            let page = geometry.page_bytes();
            let mut memory = Memory::new(PhysAddr(BASE), 0x1000).unwrap();
            for at in (0..FRAMES * page).step_by(pte_bytes as usize) {
                memory.swap(PhysAddr(BASE + at), pte_bytes, any_pte(&mut dice, &geometry));
            }
            let root = Ppn(BASE >> geometry.page_bits);
            let pages = 0..1 << (geometry.va_bits - geometry.page_bits);
            let mut read: BTreeMap<u64, Entry> = BTreeMap::new();
            let mut budget = Budget { tables: usize::MAX, entries: usize::MAX };
            let is_whole = visit(&memory, &geometry, root, &pages, &mut budget, &mut |entry| {
                let covered = 1 << (geometry.index_bits * entry.level);
                read.extend((entry.vpn.0..entry.vpn.0 + covered).map(|vpn| (vpn, *entry)));
                true
            });
            assert!(is_whole);
            for vpn in pages {
                let va = geometry.page_address(Vpn(vpn));
                let read = read.get(&vpn);
                let decides = deciding(&memory, &geometry, root, va);
                // A clear PTE is not shown: the pointer to its table is then the last that was.
                let shown = read.filter(|entry| entry.table().is_none());
                assert!(
                    decides.is_none_or(|entry| shown.map_or(entry.pte == Pte(0), |shown| entry == *shown))
                );
                match walk(&memory, &geometry, root, va, &mut Unwatched) {
                    Ok(walked) => {
                        let read = read.unwrap();
                        let step = walked.step();
                        assert_eq!((read.pa, read.level, read.pte), (step.pa, walked.level, step.pte));
                        assert_eq!(read.meaning, Meaning::Leaf(step.pte.ppn(&geometry)));
                        ends[0] += 1;
                    }
                    Err(Why::Invalid { .. } | Why::PteAbsent { .. }) => {
                        let nothing =
                            |entry: &Entry| matches!(entry.meaning, Meaning::Nothing | Meaning::Pointer(_));
                        assert!(read.is_none_or(nothing), "{va}: {read:?}");
                        ends[1] += 1;
                    }
                    Err(why) => {
                        assert_eq!(read.unwrap().meaning, Meaning::Refused(why), "{va}");
                        ends[2] += 1;
                    }
                }
            }
        }
        assert!(ends.iter().all(|count| *count > 10_000), "every end is tried often: {ends:?}");
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
