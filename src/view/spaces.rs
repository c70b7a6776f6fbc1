//! Address spaces: every page table that is there, whose it is, and the PTE that decides about a page.
//!
//! All of it is read from the bytes in memory, by the hardware's own walker where one page is asked for, and table by table
//! where all PTEs are. The tables of a bare machine, and those of a wrong kernel, may lead in circles: no more than
//! 4,096 are entered.

use super::subject;
use crate::hw::tables::{self, Meaning, PageTable};
use crate::hw::{Geometry, HartId, Memory, PhysAddr, Ppn, Pte, Translation, VirtAddr};
use crate::kernel::state::SwapSlot;
use crate::kernel::{Area, Process, System};
use crate::story::Story;
use std::ops::Range;

/// The most tables that are entered while one thing is looked for.
const MOST_TABLES: usize = 1 << 12;
/// The most PTEs that are found for one thing.
const MOST_SPOTS: usize = 1 << 11;

/// An address space.
#[derive(Clone, Debug)]
pub struct Space<'a> {
    /// The frame of its root table.
    pub root: Ppn,
    /// How its tables are laid out.
    pub geometry: Geometry,
    /// The processes that have it: none for the kernel's and for one that is being built, two while it is lent.
    pub owners: Vec<&'a Process>,
    /// Whose it is, in words.
    pub whose: String,
    /// Its identifier, on a machine that has them.
    asid: Option<u16>,
    /// The hart that acts uses it.
    pub current: bool,
}

/// A PTE, and the page that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// In which space: an index into [`Spaces::all`].
    pub space: usize,
    /// The first address that it concerns.
    pub va: VirtAddr,
    /// The level of its table.
    pub level: u32,
    /// Where it lies.
    pub pa: PhysAddr,
    /// What is there.
    pub pte: Pte,
}

impl Spot {
    /// An entry of a table of a space.
    fn of(space: usize, &tables::Entry { va, level, pa, pte, .. }: &tables::Entry) -> Self {
        Self { space, va, level, pa, pte }
    }
}

/// The PTEs that were looked for.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// They.
    pub spots: Vec<Spot>,
    /// No table was left out.
    pub whole: bool,
}

/// The address spaces of a moment.
pub struct Spaces<'a> {
    /// The state.
    pub system: &'a System,
    /// They: those of the processes in the order of their numbers, then the kernel's, then one that is being built.
    pub all: Vec<Space<'a>>,
}

impl<'a> Spaces<'a> {
    /// Those of a story's moment.
    pub fn of(story: &'a Story) -> Self {
        let system = story.system();
        let mut spaces = Self { system, all: vec![] };
        if system.policies.is_none() {
            spaces.add_harts();
            return spaces;
        }
        for process in system.processes().filter(|process| process.is_alive()) {
            let lender = process.borrowed_from.and_then(|_| spaces.at_root(process.root));
            match lender {
                Some(at) => spaces.all[at].owners.push(process),
                None => spaces.add(process.root, vec![process], &process.name),
            }
        }
        if let Some(root) = system.kernel_root() {
            spaces.add(root, vec![], "the kernel");
        }
        let subject = subject::of(story);
        if let Some(root) = subject.root.filter(|root| spaces.at_root(*root).is_none()) {
            spaces.add(root, vec![], &subject.whose);
        }
        spaces
    }

    fn add(&mut self, root: Ppn, owners: Vec<&'a Process>, whose: &str) {
        let machine = &self.system.machine;
        let satp = machine.hart(self.system.hart).csrs.satp;
        let current =
            machine.geometry(self.system.hart).is_some() && satp.root(machine.config().paging) == root;
        let asid = owners.first().map_or(0, |process| process.asid);
        let asid = machine.config().tlb.asid.then_some(asid);
        self.all.push(Space {
            root,
            geometry: self.system.geometry(),
            owners,
            whose: whose.to_owned(),
            asid,
            current,
        });
    }

    /// On a bare machine each hart that translates has one; that of the hart that acts comes first.
    fn add_harts(&mut self) {
        let machine = &self.system.machine;
        let paging = machine.config().paging;
        let others = (0..machine.harts().len()).map(HartId).filter(|hart| *hart != self.system.hart);
        for hart in std::iter::once(self.system.hart).chain(others) {
            let satp = machine.hart(hart).csrs.satp;
            let Some(geometry) = machine.geometry(hart) else { continue };
            if self.at_root(satp.root(paging)).is_none() {
                self.all.push(Space {
                    root: satp.root(paging),
                    geometry,
                    owners: vec![],
                    whose: format!("hart {}", hart.0),
                    asid: machine.config().tlb.asid.then(|| satp.asid(paging)),
                    current: hart == self.system.hart,
                });
            }
        }
    }

    fn memory(&self) -> &'a Memory {
        self.system.machine.memory()
    }

    /// The space with this root.
    pub fn at_root(&self, root: Ppn) -> Option<usize> {
        self.all.iter().position(|space| space.root == root)
    }

    /// The space that an address of a register or of an access is meant in: the kernel's while its table is used and it
    /// has an area there, and otherwise that of the process that acts; a bare machine's is its hart's.
    pub fn acting(&self, va: VirtAddr) -> Option<usize> {
        let system = self.system;
        let current = self.all.iter().position(|space| space.current);
        let process = system.current.and_then(|pid| system.process(pid)).filter(|process| process.is_alive());
        if system.is_in_kernel_table() && system.kernel_area_at(va).is_some() {
            return current;
        }
        process.and_then(|process| self.at_root(process.root)).or(current)
    }

    /// The PTE that decides about an address: see [`tables::deciding`].
    pub fn spot(&self, space: usize, va: VirtAddr) -> Option<Spot> {
        let Space { root, geometry, .. } = &self.all[space];
        let entry = tables::deciding(self.memory(), geometry, *root, va)?;
        Some(Spot::of(space, &entry))
    }

    /// All PTEs that are not clear, of all spaces, that are wanted.
    pub fn find(&self, wanted: impl Fn(&Spot) -> bool) -> Found {
        let mut left = MOST_TABLES;
        let mut found = Found { spots: vec![], whole: true };
        for space in 0..self.all.len() {
            self.add_found(space, self.pages(space), &mut left, &wanted, &mut found);
        }
        found
    }

    /// The PTEs that are not clear and concern one of these pages.
    pub fn between(&self, space: usize, pages: Range<u64>) -> Found {
        let mut found = Found { spots: vec![], whole: true };
        let last = |spot: &Spot| self.maps(spot).is_some() || spot.level == 0;
        self.add_found(space, pages, &mut MOST_TABLES.clone(), &last, &mut found);
        found
    }

    fn add_found(
        &self,
        space: usize,
        pages: Range<u64>,
        left: &mut usize,
        wanted: &impl Fn(&Spot) -> bool,
        found: &mut Found,
    ) {
        let tables = self.tables(space, &pages, left);
        for table in &tables {
            found.spots.extend(self.entries(space, table, &pages).into_iter().filter(wanted));
            if found.spots.len() > MOST_SPOTS {
                found.spots.truncate(MOST_SPOTS);
                found.whole = false;
            }
        }
        found.whole &= *left > 0;
    }

    /// The PTEs, clear or not, that lie at an address: one for each way that leads there.
    pub fn at(&self, pa: PhysAddr) -> Found {
        let mut left = MOST_TABLES;
        let mut found = Found { spots: vec![], whole: true };
        for space in 0..self.all.len() {
            let geometry = self.all[space].geometry;
            for table in self.tables(space, &self.pages(space), &mut left) {
                let start = geometry.frame_address(table.ppn).0;
                let entries = 1u64 << geometry.index_bits_at(table.level);
                let Some(offset) = pa.0.checked_sub(start) else { continue };
                let index = offset / geometry.pte_bytes;
                if index < entries && offset.is_multiple_of(geometry.pte_bytes) {
                    let word = self.memory().read(pa, geometry.pte_bytes);
                    let entry = word.map(|word| table.entry(&geometry, index, Pte(word)));
                    found.spots.extend(entry.map(|entry| Spot::of(space, &entry)));
                }
            }
            found.whole &= left > 0;
        }
        found
    }

    /// All pages of a space.
    fn pages(&self, space: usize) -> Range<u64> {
        let geometry = &self.all[space].geometry;
        0..1 << (geometry.va_bits - geometry.page_bits)
    }

    /// The tables of a space that concern these pages, the root first.
    fn tables(&self, space: usize, pages: &Range<u64>, left: &mut usize) -> Vec<PageTable> {
        let Space { root, geometry, .. } = &self.all[space];
        let mut tables = vec![PageTable::root(*root, geometry)];
        let mut next = 0;
        while next < tables.len() && *left > 0 {
            *left -= 1;
            if tables[next].level > 0 {
                let below = tables[next].entries(self.memory(), geometry, pages);
                tables.extend(below.iter().filter_map(tables::Entry::table).take(*left));
            }
            next += 1;
        }
        tables.truncate(next);
        tables
    }

    /// The PTEs of a table that are not clear and concern these pages.
    fn entries(&self, space: usize, table: &PageTable, pages: &Range<u64>) -> Vec<Spot> {
        let entries = table.entries(self.memory(), &self.all[space].geometry, pages);
        entries.iter().map(|entry| Spot::of(space, entry)).collect()
    }

    /// Whether the walker goes on from a PTE.
    pub fn is_pointer(&self, spot: &Spot) -> bool {
        matches!(self.meaning(spot), Meaning::Pointer(_))
    }

    /// The frames that a PTE maps; none unless the walker takes it for a leaf.
    pub fn maps(&self, spot: &Spot) -> Option<Range<u64>> {
        let is_leaf = matches!(self.meaning(spot), Meaning::Leaf(_));
        is_leaf.then(|| frames(&self.all[spot.space].geometry, spot.level, spot.pte))
    }

    /// What the walker makes of a PTE.
    fn meaning(&self, spot: &Spot) -> Meaning {
        Meaning::of(spot.pte, &self.all[spot.space].geometry, spot.level)
    }

    /// The slot of swap that a PTE names.
    pub fn swap_slot(&self, spot: &Spot) -> Option<SwapSlot> {
        self.system.slot_in(spot.pte).filter(|_| spot.level == 0)
    }

    /// The frame in which a leaf has an address that it maps.
    pub fn frame_of(&self, spot: &Spot, va: VirtAddr) -> Option<Ppn> {
        let geometry = &self.all[spot.space].geometry;
        let inside = (va.0 & (geometry.leaf_bytes(spot.level) - 1)) >> geometry.page_bits;
        self.maps(spot).map(|frames| Ppn(frames.start + inside))
    }

    /// Whether an address lies in the kernel's part of a space.
    pub fn is_kernels(&self, space: usize, va: VirtAddr) -> bool {
        let Space { root, geometry, .. } = &self.all[space];
        let upper = self.system.kernel_is_in_every_table() && va >= geometry.user_end();
        upper || self.system.kernel_root() == Some(*root)
    }

    /// The processes whose page an address is in a space: none for the kernel's part.
    pub fn owners(&self, space: usize, va: VirtAddr) -> &[&'a Process] {
        if self.is_kernels(space, va) { &[] } else { &self.all[space].owners }
    }

    /// The area that an address lies in.
    pub fn area(&self, space: usize, va: VirtAddr) -> Option<Area> {
        if self.is_kernels(space, va) {
            return self.system.kernel_area_at(va);
        }
        let owner = self.owners(space, va).first()?;
        self.system.areas_of(owner).iter().find(|area| area.contains(va)).cloned()
    }

    /// Whether an entry of the TLB is of a space: it was filled from its table, or it would serve it.
    pub fn has(&self, space: usize, entry: &Translation) -> bool {
        let Space { root, asid, current, .. } = &self.all[space];
        let serves = match asid {
            Some(asid) => entry.asid == *asid,
            None => *current,
        };
        entry.root == *root || entry.global || serves
    }

    /// The slots of the TLB with an entry that concerns one of these pages of a space.
    pub fn slots(&self, space: usize, pages: &Range<u64>) -> Vec<usize> {
        let system = self.system;
        let geometry = system.machine.geometry(system.hart).unwrap_or(system.geometry());
        let entries = system.machine.hart(system.hart).tlb.entries();
        let concerns = |entry: &Translation| {
            let theirs = covered(&geometry, entry);
            theirs.start < pages.end && pages.start < theirs.end && self.has(space, entry)
        };
        entries.filter(|(_, entry)| concerns(entry)).map(|(slot, _)| slot).collect()
    }

    /// The pages that a PTE concerns.
    pub fn covered(&self, spot: &Spot) -> Range<u64> {
        let geometry = &self.all[spot.space].geometry;
        let first = geometry.vpn(spot.va).0;
        first..first + (1 << (geometry.index_bits * spot.level))
    }
}

/// The pages that an entry of the TLB translates.
pub fn covered(geometry: &Geometry, entry: &Translation) -> Range<u64> {
    entry.vpn.0..entry.vpn.0 + (1 << (geometry.index_bits * entry.level))
}

/// The frames that a leaf maps, whether they exist or not.
pub fn frames(geometry: &Geometry, level: u32, pte: Pte) -> Range<u64> {
    let first = pte.ppn(geometry).0;
    first..first + (1 << (geometry.index_bits * level))
}
