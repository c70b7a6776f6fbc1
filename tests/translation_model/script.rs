//! Random machines, random page tables, and random things that happen to them.
//!
//! There are few pages, few indices and few addresses, so that they meet: tables that point to each other and to
//! themselves, addresses that are used again after their PTE has changed, address spaces that take turns.

use proptest::prelude::*;
use proptest::sample::select;

/// Pages of memory.
pub const PAGES: u64 = 12;
/// The first of them are tables: page `n` is the table of level `n`, and the last is one more root.
pub const TABLES: u8 = 6;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Load,
    Store,
    Fetch,
}

/// What the machine is like.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// Bits of an address in its widest mode.
    pub bits: u32,
    pub base: u64,
    pub hardware_ad: bool,
    pub entries: usize,
    pub ways: usize,
    pub policy: u8,
    pub asids: bool,
}

/// A PTE to be written.
#[derive(Clone, Debug)]
pub enum Value {
    /// A pointer to the table one level below, or at the last level a leaf.
    Next { page: u8, flags: u16 },
    /// Any flags with the frame of any page: leaves, odd pointers, tables that contain themselves.
    Page { page: u8, flags: u16 },
    /// A leaf to where memory begins, which is aligned for superpages.
    Aligned { flags: u16 },
    /// A frame outside of memory.
    Outside { flags: u16 },
    /// What is there, with one bit turned.
    Flip { bit: u8 },
    /// Anything.
    Word(u64),
}

/// Which PTE.
#[derive(Clone, Debug)]
pub struct Slot {
    pub table: u8,
    pub index: u8,
}

/// A page: one index for each level.
#[derive(Clone, Debug)]
pub struct Page {
    indices: [u8; 5],
    /// As if the mode were this much narrower than the machine's widest.
    narrower: u32,
    /// Turn a bit, so that the address may be invalid.
    turned: Option<u8>,
}

/// An address: one of the world's pages, or one that is physical.
#[derive(Clone, Debug)]
pub enum Place {
    Page { page: usize, offset: u64 },
    Physical { page: u8, offset: u64 },
}

#[derive(Clone, Debug)]
pub enum Op {
    Access { hart: usize, kind: Kind, place: Place, width_log2: u32, value: u64 },
    Translate { hart: usize, kind: Kind, place: Place },
    Poke { slot: Slot, value: Value },
    Fence { hart: usize, place: Option<Place>, asid: Option<u16> },
    Satp { hart: usize, mode: u8, asid: u64, root: u8 },
    Status { hart: usize, user: bool, sum: bool, mxr: bool },
}

#[derive(Clone, Debug)]
pub struct Script {
    pub world: World,
    /// What the tables hold at first, four PTEs each.
    pub tables: Vec<Value>,
    pub pages: Vec<Page>,
    pub ops: Vec<Op>,
}

impl World {
    fn index_bits(&self) -> u32 {
        if self.bits == 32 { 10 } else { 9 }
    }

    pub fn pte_bytes(&self) -> u64 {
        if self.bits == 32 { 4 } else { 8 }
    }

    pub fn levels(&self) -> u32 {
        (self.bits - 12) / self.index_bits()
    }

    /// Levels of the mode that is so much narrower than the widest one, or of the narrowest.
    fn levels_of(&self, narrower: u32) -> u32 {
        self.levels().saturating_sub(narrower).max(3.min(self.levels()))
    }

    /// The few indices that are used: the first two, the first of the upper half, and the last.
    fn index(&self, choice: u8) -> u64 {
        let all = 1 << self.index_bits();
        [0, 1, all / 2, all - 1][usize::from(choice)]
    }

    pub fn slot(&self, slot: &Slot) -> u64 {
        self.base + u64::from(slot.table) * 4096 + self.index(slot.index) * self.pte_bytes()
    }

    pub fn pte(&self, table: u8, value: &Value, now: u64) -> u64 {
        let frame = |page: u8| (self.base / 4096 + u64::from(page)) << 10;
        let word = match *value {
            Value::Next { page, flags } if table == 0 => frame(page) | u64::from(flags),
            Value::Next { .. } if u32::from(table) >= self.levels() => frame(self.levels() as u8 - 2) | 1,
            Value::Next { .. } => frame(table - 1) | 1,
            Value::Page { page, flags } => frame(page) | u64::from(flags),
            Value::Aligned { flags } => frame(0) | u64::from(flags),
            Value::Outside { flags } => ((self.base / 4096) ^ (1 << 18)) << 10 | u64::from(flags),
            Value::Flip { bit } => now ^ 1 << bit,
            Value::Word(word) => word,
        };
        if self.bits == 32 { word & 0xffff_ffff } else { word }
    }

    pub fn satp(&self, mode: u8, asid: u64, root: u8) -> u64 {
        let narrower = if mode < 3 { u32::from(mode) } else { 0 };
        let levels = self.levels_of(narrower);
        let root = if root < TABLES { u64::from(root) } else { u64::from(levels - 1) } + self.base / 4096;
        match (self.bits, mode) {
            (_, 3) => 0,
            (32, _) => 1 << 31 | asid << 22 | root,
            (_, 4) => 11 << 60 | asid << 44 | root,
            // Sv39 with its three levels is number 8.
            _ => u64::from(levels + 5) << 60 | asid << 44 | root,
        }
    }
}

impl Script {
    pub fn address(&self, place: &Place) -> u64 {
        let world = &self.world;
        match *place {
            Place::Physical { page, offset } => world.base + u64::from(page) * 4096 + offset,
            Place::Page { page, offset } => {
                let Page { indices, narrower, turned } = &self.pages[page % self.pages.len()];
                let levels = world.levels_of(*narrower);
                let bits = 12 + world.index_bits() * levels;
                let vpn = (0..levels)
                    .map(|i| world.index(indices[i as usize]) << (world.index_bits() * i))
                    .sum::<u64>();
                let mut va = vpn << 12 | offset;
                if world.bits > 32 && va >> (bits - 1) == 1 {
                    va |= !0 << bits;
                }
                let turned =
                    turned.map_or(0, |bit| 1 << (u32::from(bit) % if world.bits == 32 { 32 } else { 64 }));
                va ^ turned
            }
        }
    }
}

fn world() -> impl Strategy<Value = World> {
    let bits = select(vec![32u32, 39, 39, 48, 57, 57]);
    let shape = select(vec![(0usize, 0usize), (1, 1), (4, 2), (4, 4), (8, 8), (8, 1)]);
    (bits, any::<bool>(), any::<bool>(), shape, 0..4u8, prop::bool::weighted(0.8)).prop_map(
        |(bits, high, hardware_ad, (entries, ways), policy, asids)| {
            let base = match (bits, high) {
                (_, false) => 0x8000_0000,
                (32, true) => 0x3_c000_0000,
                (_, true) => 1 << 55,
            };
            World { bits, base, hardware_ad, entries, ways, policy, asids }
        },
    )
}

/// The low ten bits of a leaf: mostly valid, mostly with A.
fn leaf_flags() -> impl Strategy<Value = u16> {
    let permissions =
        select(vec![0b111u16, 0b111, 0b111, 0b111, 0b111, 0b111, 0b011, 0b011, 0b001, 0b101, 0b100]);
    let flag = |p| prop::bool::weighted(p).prop_map(u16::from);
    (permissions, flag(0.3), flag(0.2), flag(0.8), flag(0.5))
        .prop_map(|(rwx, u, g, a, d)| 1 | rwx << 1 | u << 4 | g << 5 | a << 6 | d << 7)
}

/// A PTE that leads somewhere.
fn good_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => (TABLES..PAGES as u8, leaf_flags()).prop_map(|(page, flags)| Value::Next { page, flags }),
        1 => leaf_flags().prop_map(|flags| Value::Aligned { flags }),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let page = || 0..PAGES as u8;
    prop_oneof![
        12 => good_value(),
        3 => (page(), leaf_flags()).prop_map(|(page, flags)| Value::Page { page, flags }),
        1 => (page(), 0..1024u16).prop_map(|(page, flags)| Value::Page { page, flags }),
        1 => page().prop_map(|page| Value::Page { page, flags: 1 }),
        1 => prop_oneof![Just(1u16), leaf_flags()].prop_map(|flags| Value::Outside { flags }),
        2 => (0..64u8).prop_map(|bit| Value::Flip { bit }),
        2 => (0..8u8).prop_map(|bit| Value::Flip { bit }),
        1 => any::<u64>().prop_map(Value::Word),
        1 => Just(Value::Word(0)),
    ]
}

fn page() -> impl Strategy<Value = Page> {
    let index = || select(vec![0u8, 0, 0, 1, 1, 2, 2, 3]);
    let turned = prop_oneof![19 => Just(None), 1 => (12..64u8).prop_map(Some)];
    ([index(), index(), index(), index(), index()], prop_oneof![3 => Just(0u32), 1 => 1..3u32], turned)
        .prop_map(|(indices, narrower, turned)| Page { indices, narrower, turned })
}

fn place() -> impl Strategy<Value = Place> {
    let offset = prop_oneof![select(vec![0u64, 0, 0x18, 0xff8, 0xffc]), 0xff9..0x1000u64, 0..0x1000u64];
    prop_oneof![
        12 => (0..6usize, offset).prop_map(|(page, offset)| Place::Page { page, offset }),
        1 => (0..PAGES as u8, 0..512u64).prop_map(|(page, word)| Place::Physical { page, offset: word * 8 }),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let hart = || select(vec![0usize, 0, 0, 1]);
    let kind = || select(vec![Kind::Load, Kind::Load, Kind::Store, Kind::Store, Kind::Fetch]);
    let asid = || prop_oneof![8 => 0..3u16, 1 => Just(0x201)];
    let access = (hart(), kind(), place(), 0..4u32, any::<u64>()).prop_map(
        |(hart, kind, place, width_log2, value)| Op::Access { hart, kind, place, width_log2, value },
    );
    let slot = (0..TABLES, 0..4u8).prop_map(|(table, index)| Slot { table, index });
    prop_oneof![
        20 => access,
        3 => (hart(), kind(), place()).prop_map(|(hart, kind, place)| Op::Translate { hart, kind, place }),
        6 => (slot, value()).prop_map(|(slot, value)| Op::Poke { slot, value }),
        3 => (hart(), prop::option::of(place()), prop::option::of(asid()))
            .prop_map(|(hart, place, asid)| Op::Fence { hart, place, asid }),
        2 => (hart(), select(vec![0u8, 0, 0, 1, 2, 2, 3, 4]), 0..3u64, 0..32u8)
            .prop_map(|(hart, mode, asid, root)| Op::Satp { hart, mode, asid, root }),
        3 => (hart(), prop::bool::weighted(0.3), any::<bool>(), any::<bool>())
            .prop_map(|(hart, user, sum, mxr)| Op::Status { hart, user, sum, mxr }),
    ]
}

pub fn script() -> impl Strategy<Value = Script> {
    let first_value = prop_oneof![6 => good_value(), 1 => value()];
    let tables = prop::collection::vec(first_value, usize::from(TABLES) * 4);
    let (pages, ops) = (prop::collection::vec(page(), 1..6), prop::collection::vec(op(), 1..160));
    (world(), tables, pages, ops).prop_map(|(world, tables, pages, ops)| Script { world, tables, pages, ops })
}
