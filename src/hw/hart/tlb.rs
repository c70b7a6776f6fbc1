//! The TLB: copies of translations, kept until they are fenced or lose their slot.
//!
//! An entry is a copy. It holds the leaf PTE as it was when the slot was filled, so a PTE that changes without
//! `sfence.vma` leaves the old translation in use. [`Machine::is_stale`](crate::hw::Machine::is_stale) tells, for the screen; the hardware
//! cannot.

use super::order::{mixed, scramble, tree_point_away, tree_victim};
use super::tag::Tag;
use crate::hw::{Flags, Geometry, MAX_LEVELS, PhysAddr, Ppn, Pte, Read, VirtAddr, Vpn, Walked};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Slots of a word of bits.
const WORD: usize = u64::BITS as usize;

/// Which entry of a full set loses its slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Replacement")]
pub enum TlbPolicy {
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
    pub replacement: TlbPolicy,
    /// Entries carry the ASID they were filled under, and serve only that one.
    pub asid: bool,
    /// Where the random policy starts.
    pub seed: u64,
}

/// A cached translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
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
    /// The physical address of its first page.
    base: PhysAddr,
    path: [Read; MAX_LEVELS],
    depth: u8,
}

impl Translation {
    /// The entry for a walk that ended in `leaf`.
    #[inline]
    pub fn new(geometry: &Geometry, va: VirtAddr, asid: u16, root: Ppn, leaf: &Walked) -> Self {
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
            base: geometry.frame_address(leaf.pte().ppn(geometry)),
            path: leaf.path,
            depth: leaf.depth as u8,
        }
    }

    /// The leaf PTE as it was when the slot was filled.
    #[inline]
    pub fn pte(&self) -> Pte {
        self.path[usize::from(self.depth) - 1].pte
    }

    /// The PTEs on the way to it as they were then, the root's first, the leaf last.
    pub fn path(&self) -> &[Read] {
        &self.path[..usize::from(self.depth)]
    }

    /// The address of the first page it translates, sign extension included.
    pub fn first(&self) -> VirtAddr {
        self.first
    }

    /// The physical address it gives for an address of its page.
    #[inline]
    pub fn translate(&self, va: VirtAddr) -> PhysAddr {
        self.tag().translate(va)
    }

    #[inline]
    fn tag(&self) -> Tag {
        let Self { first, mask, base, asid, global, .. } = *self;
        Tag { first, mask, base, flags: self.pte().flags(), asid, global }
    }
}

/// A place for an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TlbSlot {
    /// What is in it.
    pub entry: Option<Translation>,
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

/// What was found in a TLB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where.
    pub slot: usize,
    /// The flags of the leaf PTE as it was when the slot was filled.
    pub flags: Flags,
    /// The physical address.
    pub pa: PhysAddr,
}

/// A TLB. Its state is its slots and what the policy remembers of each set; all else follows from these, and changes with
/// them, so that nothing need be searched that was known before.
#[derive(Clone, Debug, PartialEq)]
pub struct Tlb {
    config: TlbConfig,
    slots: Vec<TlbSlot>,
    order: Vec<u64>,
    /// What a look-up needs of each slot.
    tags: Vec<Tag>,
    /// The slots' `used`.
    used: Vec<u64>,
    /// The highest `used` of each set.
    newest: Vec<u64>,
    /// Which slots have an entry, a bit each.
    taken: Vec<u64>,
}

impl Tlb {
    /// An empty TLB of this shape.
    pub fn new(config: &TlbConfig) -> Self {
        let ways = config.ways.max(1);
        let start = if config.replacement == TlbPolicy::Random { mixed(config.seed) } else { 0 };
        Self {
            slots: vec![TlbSlot::default(); config.entries],
            order: vec![start; config.entries / ways],
            tags: vec![Tag::FREE; config.entries],
            used: vec![0; config.entries],
            newest: vec![0; config.entries / ways],
            taken: vec![0; config.entries.div_ceil(WORD)],
            config: TlbConfig { ways, ..config.clone() },
        }
    }

    /// Its shape.
    pub fn config(&self) -> &TlbConfig {
        &self.config
    }

    /// Its slots, in order; those of a set are neighbours.
    #[inline]
    pub fn slots(&self) -> &[TlbSlot] {
        &self.slots
    }

    /// The leaf PTE in a slot; 0 for a free one.
    #[inline]
    pub fn pte(&self, slot: usize) -> Pte {
        self.slots.get(slot).and_then(|slot| slot.entry.as_ref()).map_or(Pte(0), Translation::pte)
    }

    /// The valid entries with their slots' numbers.
    pub fn entries(&self) -> impl Iterator<Item = (usize, &Translation)> {
        self.slots.iter().enumerate().filter_map(|(slot, s)| s.entry.as_ref().map(|entry| (slot, entry)))
    }

    /// The slot that translates a page.
    pub fn lookup(&self, geometry: &Geometry, vpn: Vpn, asid: u16) -> Option<usize> {
        self.find(geometry, geometry.page_address(vpn), asid).map(|hit| hit.slot)
    }

    /// What translates an address, which is canonical.
    #[inline]
    pub(in crate::hw) fn find(&self, geometry: &Geometry, va: VirtAddr, asid: u16) -> Option<Hit> {
        if self.order.len() <= 1 {
            return self.find_among(0..self.tags.len(), va, asid);
        }
        let vpn = geometry.vpn(va);
        // A superpage lies in the set that its own page number selects, so each size has a set to look in.
        (0..geometry.levels)
            .find_map(|level| self.find_among(self.ways(self.set(geometry, vpn, level)), va, asid))
    }

    #[inline]
    fn find_among(&self, slots: Range<usize>, va: VirtAddr, asid: u16) -> Option<Hit> {
        let (at, tag) = (self.tags[slots.clone()].iter().enumerate())
            .find(|(_, tag)| tag.serves(va, asid, self.config.asid))?;
        Some(Hit { slot: slots.start + at, flags: tag.flags, pa: tag.translate(va) })
    }

    /// The slot that has an entry for the same page, or superpage, as a new one.
    pub fn same_page(&self, geometry: &Geometry, entry: &Translation) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        self.ways(self.set(geometry, entry.vpn, entry.level)).find(|slot| {
            let tag = self.tags[*slot];
            tag.mask == entry.mask && tag.serves(entry.first, entry.asid, self.config.asid)
        })
    }

    /// The slot that a new entry takes.
    #[inline]
    pub fn victim(&self, geometry: &Geometry, entry: &Translation) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let set = self.set(geometry, entry.vpn, entry.level);
        let first = set * self.config.ways;
        if let Some(free) = self.next(|taken| !taken, self.ways(set)) {
            return Some(free);
        }
        Some(match self.config.replacement {
            TlbPolicy::Lru | TlbPolicy::Fifo => {
                let used = &self.used[self.ways(set)];
                let oldest = used.iter().min()?;
                first + used.iter().position(|used| used == oldest)?
            }
            TlbPolicy::Plru => first + tree_victim(self.order[set], self.config.ways),
            TlbPolicy::Random => first + (scramble(self.order[set]) >> 33) as usize % self.config.ways,
        })
    }

    /// What a hit in `slot` leaves to remember; `None` when nothing changes.
    #[inline(always)]
    pub fn on_hit(&self, slot: usize) -> Option<Remember> {
        let set = self.set_of(slot);
        match self.config.replacement {
            TlbPolicy::Lru => self.used_last(slot),
            TlbPolicy::Plru => {
                let word = tree_point_away(self.order[set], self.config.ways, slot % self.config.ways);
                (word != self.order[set]).then_some(Remember::Order { set, word })
            }
            TlbPolicy::Fifo | TlbPolicy::Random => None,
        }
    }

    /// What filling `slot` leaves to remember.
    #[inline]
    pub fn on_fill(&self, slot: usize) -> Option<Remember> {
        let set = self.set_of(slot);
        match self.config.replacement {
            TlbPolicy::Lru | TlbPolicy::Plru => self.on_hit(slot),
            TlbPolicy::Fifo => self.used_last(slot),
            TlbPolicy::Random => Some(Remember::Order { set, word: scramble(self.order[set]) }),
        }
    }

    #[inline(always)]
    fn used_last(&self, slot: usize) -> Option<Remember> {
        let latest = self.newest[self.set_of(slot)];
        let already = self.used[slot] == latest && latest > 0;
        (!already).then_some(Remember::Used { slot, used: latest + 1 })
    }

    /// The first slot from `from` on that `sfence.vma` drops (privileged specification, section on SFENCE.VMA): all; those
    /// of an address; those of an ASID; those of both. Naming an ASID spares global entries. A TLB without ASIDs takes
    /// every entry to be of the one that is named.
    #[inline]
    pub fn next_fenced(
        &self,
        from: usize,
        geometry: &Geometry,
        va: Option<VirtAddr>,
        asid: Option<u16>,
    ) -> Option<usize> {
        // An address that cannot be translated has nothing to drop.
        if !va.is_none_or(|va| geometry.is_canonical(va)) {
            return None;
        }
        let mut from = from;
        loop {
            let slot = self.next(|taken| taken, from..self.slots.len())?;
            let tag = &self.tags[slot];
            let this_page = va.is_none_or(|va| tag.covers(va));
            let this_space = asid.is_none_or(|asid| !tag.global && (!self.config.asid || tag.asid == asid));
            if this_page && this_space {
                return Some(slot);
            }
            from = slot + 1;
        }
    }

    /// The first of these slots whose bit is set in what `of` makes of the words of [`Self::taken`].
    #[inline]
    fn next(&self, of: impl Fn(u64) -> u64, slots: Range<usize>) -> Option<usize> {
        let mut at = slots.start;
        while at < slots.end {
            let left = of(self.taken[at / WORD]) >> (at % WORD);
            if left != 0 {
                return Some(at + left.trailing_zeros() as usize).filter(|slot| *slot < slots.end);
            }
            at = (at / WORD + 1) * WORD;
        }
        None
    }

    #[inline(always)]
    pub(in crate::hw) fn swap_slot(&mut self, slot: usize, new: TlbSlot) -> TlbSlot {
        let (word, bit) = (&mut self.taken[slot / WORD], 1 << (slot % WORD));
        (self.tags[slot], *word) = match &new.entry {
            Some(entry) => (entry.tag(), *word | bit),
            None => (Tag::FREE, *word & !bit),
        };
        let used = self.swap_used(slot, new.used);
        TlbSlot { entry: std::mem::replace(&mut self.slots[slot].entry, new.entry), used }
    }

    #[inline(always)]
    fn swap_used(&mut self, slot: usize, new: u64) -> u64 {
        self.slots[slot].used = new;
        let old = std::mem::replace(&mut self.used[slot], new);
        let set = self.set_of(slot);
        if new >= self.newest[set] {
            self.newest[set] = new;
        } else if old == self.newest[set] {
            self.search_newest(set);
        }
        old
    }

    /// Only undoing takes the newest back.
    #[cold]
    fn search_newest(&mut self, set: usize) {
        self.newest[set] = self.used[self.ways(set)].iter().copied().max().unwrap_or_default();
    }

    #[inline(always)]
    pub(in crate::hw) fn swap_remembered(&mut self, new: Remember) -> Remember {
        match new {
            Remember::Used { slot, used } => Remember::Used { slot, used: self.swap_used(slot, used) },
            Remember::Order { set, word } => {
                Remember::Order { set, word: std::mem::replace(&mut self.order[set], word) }
            }
        }
    }

    /// The set of a page.
    #[inline]
    fn set(&self, geometry: &Geometry, vpn: Vpn, level: u32) -> usize {
        let (number, sets) = ((vpn.0 >> (geometry.index_bits * level)) as usize, self.order.len());
        if sets.is_power_of_two() { number & (sets - 1) } else { number % sets }
    }

    /// The set of a slot.
    #[inline]
    fn set_of(&self, slot: usize) -> usize {
        let ways = self.config.ways;
        if ways.is_power_of_two() { slot >> ways.trailing_zeros() } else { slot / ways }
    }

    #[inline]
    fn ways(&self, set: usize) -> Range<usize> {
        set * self.config.ways..(set + 1) * self.config.ways
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn victims(replacement: TlbPolicy, hits: &[usize], fills: usize) -> Vec<usize> {
        seeded(7, replacement, hits, fills)
    }

    fn seeded(seed: u64, replacement: TlbPolicy, hits: &[usize], fills: usize) -> Vec<usize> {
        let g = Geometry::SV39;
        let config = TlbConfig { entries: 4, ways: 4, replacement, asid: true, seed };
        let mut tlb = Tlb::new(&config);
        let mut taken = vec![];
        for page in 0..4 + fills as u64 {
            let leaf = Walked { level: 0, path: [Read::default(); MAX_LEVELS], depth: 3, global: false };
            let entry = Translation::new(&g, VirtAddr(page << 12), 1, Ppn(0), &leaf);
            let slot = tlb.victim(&g, &entry).unwrap();
            let used = tlb.slots[slot].used;
            tlb.swap_slot(slot, TlbSlot { entry: Some(entry), used });
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
        assert_eq!(victims(TlbPolicy::Lru, &[0, 2], 4), [1, 3, 0, 2]);
    }

    #[test]
    fn fifo_does_not_care_about_hits() {
        assert_eq!(victims(TlbPolicy::Fifo, &[0, 2], 5), [0, 1, 2, 3, 0]);
    }

    #[test]
    fn pseudo_lru_points_away_from_what_was_used() {
        // After filling 0..4 the tree points to 0; a hit on 0 turns it to the other half, where 2 is the older.
        assert_eq!(victims(TlbPolicy::Plru, &[], 1), [0]);
        assert_eq!(victims(TlbPolicy::Plru, &[0], 2), [2, 1]);
    }

    #[test]
    fn random_is_the_same_from_the_same_seed_and_another_from_each_other() {
        let run = |seed| seeded(seed, TlbPolicy::Random, &[], 32);
        let runs: std::collections::BTreeSet<Vec<usize>> = (0..100).map(run).collect();
        assert_eq!(runs.len(), 100);
        assert!((0..100).all(|seed| runs.contains(&run(seed))));
        let taken = run(7);
        assert!((0..4).all(|slot| taken.contains(&slot)), "every slot has its turn: {taken:?}");
    }
}
