//! The TLB: copies of translations, kept until they are fenced or lose their slot.
//!
//! An entry is a copy. It holds the leaf PTE as it was when the slot was filled, so a PTE that changes without
//! `sfence.vma` leaves the old translation in use. [`Machine::is_stale`](crate::hw::Machine::is_stale) tells, for the screen; the hardware
//! cannot.

use crate::hw::{Geometry, Leaf, MAX_LEVELS, PhysAddr, Ppn, Pte, SplitMix64, Step, VirtAddr, Vpn};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which entry of a full set loses its slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Replacement {
    /// The one that was used longest ago.
    #[default]
    Lru,
    /// The one that was filled longest ago.
    Fifo,
    /// A tree of bits that points away from what was used: LRU, nearly, for one bit a way.
    Plru,
    /// Any, from a seeded generator: the same run chooses the same.
    Random,
}

/// The shape of a TLB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlbConfig {
    /// Slots in all; 0 for a machine without a TLB.
    pub entries: usize,
    /// Slots of a set; `entries` for a fully associative TLB. Divides `entries`.
    pub ways: usize,
    /// Who gives way.
    pub replacement: Replacement,
    /// Entries carry the ASID they were filled under, and serve only that one.
    pub asid: bool,
    /// Where the random policy starts.
    pub seed: u64,
}

/// A cached translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The first page it translates.
    pub vpn: Vpn,
    /// The level of the leaf: 0 for a page, 1 for a megapage.
    pub level: u32,
    /// The address space it was filled under.
    pub asid: u16,
    /// G was set on the way to the leaf: it serves every address space.
    pub global: bool,
    /// The frame of the root table that was walked.
    pub root: Ppn,
    /// The address of that page. Look-ups and fences compare addresses, sign extension included: one page number
    /// stands for different addresses in modes of different widths.
    first: VirtAddr,
    /// The bits of an address that take part in the comparison.
    mask: u64,
    path: [Step; MAX_LEVELS],
    depth: usize,
}

impl Entry {
    /// The entry for a walk that ended in `leaf`.
    pub fn new(geometry: &Geometry, va: VirtAddr, asid: u16, root: Ppn, leaf: &Leaf) -> Self {
        let mask = !(geometry.leaf_bytes(leaf.level) - 1);
        let first = VirtAddr(va.0 & mask);
        Self {
            vpn: geometry.vpn(first),
            level: leaf.level,
            asid,
            global: leaf.global,
            root,
            first,
            mask,
            path: leaf.path,
            depth: leaf.depth,
        }
    }

    /// The leaf PTE as it was when the slot was filled.
    pub fn pte(&self) -> Pte {
        self.path[self.depth - 1].pte
    }

    /// The PTEs on the way to it as they were then, the root's first, the leaf last.
    pub fn path(&self) -> &[Step] {
        &self.path[..self.depth]
    }

    /// The address of the first page it translates, sign extension included.
    pub fn first(&self) -> VirtAddr {
        self.first
    }

    /// The physical address it gives for an address of its page.
    pub fn translate(&self, geometry: &Geometry, va: VirtAddr) -> PhysAddr {
        let bytes = geometry.leaf_bytes(self.level);
        let base = geometry.frame_address(self.pte().ppn(geometry));
        PhysAddr(base.0 | va.0 & (bytes - 1))
    }

    fn covers(&self, va: VirtAddr) -> bool {
        va.0 & self.mask == self.first.0
    }

    fn serves(&self, va: VirtAddr, asid: u16, asids: bool) -> bool {
        self.covers(va) && (self.global || !asids || self.asid == asid)
    }
}

/// A place for an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// What is in it.
    pub entry: Option<Entry>,
    /// The higher, the later it was used (LRU) or filled (FIFO). Comparable within a set.
    pub used: u64,
}

/// What a look-up or a fill leaves to remember, for the replacement policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    /// A slot's `used`.
    Used {
        /// The slot.
        slot: usize,
        /// Its new value.
        used: u64,
    },
    /// A set's word: the tree of pseudo-LRU, the generator of random.
    Order {
        /// The set.
        set: usize,
        /// Its new value.
        word: u64,
    },
}

/// A TLB.
#[derive(Clone, Debug, PartialEq)]
pub struct Tlb {
    config: TlbConfig,
    slots: Vec<Slot>,
    order: Vec<u64>,
}

impl Tlb {
    /// An empty TLB of this shape.
    pub fn new(config: &TlbConfig) -> Self {
        let ways = config.ways.max(1);
        let start = if config.replacement == Replacement::Random { mixed(config.seed) } else { 0 };
        Self {
            slots: vec![Slot::default(); config.entries],
            order: vec![start; config.entries / ways],
            config: TlbConfig { ways, ..config.clone() },
        }
    }

    /// Its shape.
    pub fn config(&self) -> &TlbConfig {
        &self.config
    }

    /// Its slots, in order; those of a set are neighbours.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The valid entries with their slots' numbers.
    pub fn entries(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.slots.iter().enumerate().filter_map(|(slot, s)| s.entry.as_ref().map(|entry| (slot, entry)))
    }

    /// The slot that translates a page.
    pub fn lookup(&self, geometry: &Geometry, vpn: Vpn, asid: u16) -> Option<usize> {
        let va = geometry.page_address(vpn);
        let serves = |slot: &usize| {
            self.slots[*slot].entry.is_some_and(|entry| entry.serves(va, asid, self.config.asid))
        };
        if self.order.len() <= 1 {
            return (0..self.slots.len()).find(serves);
        }
        // A superpage lies in the set that its own page number selects, so each size has a set to look in.
        (0..geometry.levels).find_map(|level| self.ways(self.set(geometry, vpn, level)).find(serves))
    }

    /// The slot that has an entry for the same page, or superpage, as a new one.
    pub fn same_page(&self, geometry: &Geometry, entry: &Entry) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        self.ways(self.set(geometry, entry.vpn, entry.level)).find(|slot| {
            self.slots[*slot].entry.is_some_and(|old| {
                old.level == entry.level && old.serves(entry.first, entry.asid, self.config.asid)
            })
        })
    }

    /// The slot that a new entry takes.
    pub fn victim(&self, geometry: &Geometry, entry: &Entry) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let set = self.set(geometry, entry.vpn, entry.level);
        let first = set * self.config.ways;
        if let Some(free) = self.ways(set).find(|slot| self.slots[*slot].entry.is_none()) {
            return Some(free);
        }
        Some(match self.config.replacement {
            Replacement::Lru | Replacement::Fifo => {
                self.ways(set).min_by_key(|slot| self.slots[*slot].used)?
            }
            Replacement::Plru => first + tree_victim(self.order[set], self.config.ways),
            Replacement::Random => first + (scramble(self.order[set]) >> 33) as usize % self.config.ways,
        })
    }

    /// What a hit in `slot` leaves to remember; `None` when nothing changes.
    pub fn on_hit(&self, slot: usize) -> Option<Remember> {
        let set = slot / self.config.ways;
        match self.config.replacement {
            Replacement::Lru => self.used_last(slot),
            Replacement::Plru => {
                let word = tree_point_away(self.order[set], self.config.ways, slot % self.config.ways);
                (word != self.order[set]).then_some(Remember::Order { set, word })
            }
            Replacement::Fifo | Replacement::Random => None,
        }
    }

    /// What filling `slot` leaves to remember.
    pub fn on_fill(&self, slot: usize) -> Option<Remember> {
        let set = slot / self.config.ways;
        match self.config.replacement {
            Replacement::Lru | Replacement::Plru => self.on_hit(slot),
            Replacement::Fifo => self.used_last(slot),
            Replacement::Random => Some(Remember::Order { set, word: scramble(self.order[set]) }),
        }
    }

    fn used_last(&self, slot: usize) -> Option<Remember> {
        let set = slot / self.config.ways;
        let latest = self.ways(set).map(|s| self.slots[s].used).max().unwrap_or_default();
        let already = self.slots[slot].used == latest && latest > 0;
        (!already).then_some(Remember::Used { slot, used: latest + 1 })
    }

    /// The slots that `sfence.vma` drops (privileged specification, section on SFENCE.VMA): all; those of an
    /// address; those of an ASID; those of both. Naming an ASID spares global entries. A TLB without ASIDs takes
    /// every entry to be of the one that is named.
    pub fn fenced(
        &self,
        geometry: &Geometry,
        va: Option<VirtAddr>,
        asid: Option<u16>,
    ) -> impl Iterator<Item = usize> {
        // An address that cannot be translated has nothing to drop.
        let effective = va.is_none_or(|va| geometry.is_canonical(va));
        self.entries()
            .filter(move |(_, entry)| {
                let this_page = va.is_none_or(|va| entry.covers(va));
                let this_space =
                    asid.is_none_or(|asid| !entry.global && (!self.config.asid || entry.asid == asid));
                effective && this_page && this_space
            })
            .map(|(slot, _)| slot)
    }

    pub(in crate::hw) fn swap_slot(&mut self, slot: usize, new: Slot) -> Slot {
        std::mem::replace(&mut self.slots[slot], new)
    }

    pub(in crate::hw) fn swap_remembered(&mut self, new: Remember) -> Remember {
        match new {
            Remember::Used { slot, used } => {
                Remember::Used { slot, used: std::mem::replace(&mut self.slots[slot].used, used) }
            }
            Remember::Order { set, word } => {
                Remember::Order { set, word: std::mem::replace(&mut self.order[set], word) }
            }
        }
    }

    fn set(&self, geometry: &Geometry, vpn: Vpn, level: u32) -> usize {
        (vpn.0 >> (geometry.index_bits * level)) as usize % self.order.len()
    }

    fn ways(&self, set: usize) -> std::ops::Range<usize> {
        set * self.config.ways..(set + 1) * self.config.ways
    }
}

/// Follows the tree's bits to the way that gives way. Node 1 is the root, node n has the children 2n and 2n + 1.
fn tree_victim(tree: u64, ways: usize) -> usize {
    let mut node = 1;
    while node < ways {
        node = 2 * node + (tree >> node & 1) as usize;
    }
    node - ways
}

/// Turns the bits on the way to `way` so that they point to the other side.
fn tree_point_away(mut tree: u64, ways: usize, way: usize) -> u64 {
    let mut node = way + ways;
    while node > 1 {
        let (parent, right) = (node / 2, node % 2);
        tree = if right == 1 { tree & !(1 << parent) } else { tree | 1 << parent };
        node = parent;
    }
    tree
}

/// Where a seed starts: seeds that lie close start far from each other. Never zero.
fn mixed(seed: u64) -> u64 {
    SplitMix64(seed).next().max(1)
}

/// The next state of a xorshift generator (Marsaglia, "Xorshift RNGs", 2003); never zero for a state that is not.
fn scramble(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ state << 17
}

#[cfg(test)]
mod tests {
    use super::*;

    fn victims(replacement: Replacement, hits: &[usize], fills: usize) -> Vec<usize> {
        seeded(7, replacement, hits, fills)
    }

    fn seeded(seed: u64, replacement: Replacement, hits: &[usize], fills: usize) -> Vec<usize> {
        let g = Geometry::SV39;
        let config = TlbConfig { entries: 4, ways: 4, replacement, asid: true, seed };
        let mut tlb = Tlb::new(&config);
        let mut taken = vec![];
        for page in 0..4 + fills as u64 {
            let leaf = Leaf { level: 0, path: [Step::default(); MAX_LEVELS], depth: 3, global: false };
            let entry = Entry::new(&g, VirtAddr(page << 12), 1, Ppn(0), &leaf);
            let slot = tlb.victim(&g, &entry).unwrap();
            let used = tlb.slots[slot].used;
            tlb.swap_slot(slot, Slot { entry: Some(entry), used });
            if let Some(remember) = tlb.on_fill(slot) {
                tlb.swap_remembered(remember);
            }
            if page == 3 {
                for hit in hits {
                    if let Some(remember) = tlb.on_hit(*hit) {
                        tlb.swap_remembered(remember);
                    }
                }
            }
            if page > 3 {
                taken.push(slot);
            }
        }
        taken
    }

    #[test]
    fn lru_replaces_what_was_used_longest_ago() {
        assert_eq!(victims(Replacement::Lru, &[0, 2], 4), [1, 3, 0, 2]);
    }

    #[test]
    fn fifo_does_not_care_about_hits() {
        assert_eq!(victims(Replacement::Fifo, &[0, 2], 5), [0, 1, 2, 3, 0]);
    }

    #[test]
    fn pseudo_lru_points_away_from_what_was_used() {
        // After filling 0..4 the tree points to 0; a hit on 0 turns it to the other half, where 2 is the older.
        assert_eq!(victims(Replacement::Plru, &[], 1), [0]);
        assert_eq!(victims(Replacement::Plru, &[0], 2), [2, 1]);
    }

    #[test]
    fn random_is_the_same_from_the_same_seed_and_another_from_each_other() {
        let run = |seed| seeded(seed, Replacement::Random, &[], 32);
        let runs: std::collections::BTreeSet<Vec<usize>> = (0..100).map(run).collect();
        assert_eq!(runs.len(), 100);
        assert!((0..100).all(|seed| runs.contains(&run(seed))));
        let taken = run(7);
        assert!((0..4).all(|slot| taken.contains(&slot)), "every slot has its turn: {taken:?}");
    }
}
