//! What the TLB keeps at hand – tags, the newest of each set, which slots are taken – against a search through its
//! slots, after random fills, hits, drops and undoing, in modes of several widths.

use pagewalk::hw::{
    AdUpdate, Change, Config, Geometry, HartId, MAX_LEVELS, Machine, Paging, PhysAddr, Ppn, Pte, Read,
    Remember, Tlb, TlbConfig, TlbPolicy, TlbSlot, Translation, VirtAddr, Walked,
};
use proptest::prelude::*;
use proptest::sample::select;

const HART: HartId = HartId(0);
const MODES: [Geometry; 3] = [Geometry::SV39, Geometry::SV48, Geometry::SV57];

/// A page in a mode, and a space to look for it in.
#[derive(Clone, Debug)]
struct Page {
    mode: usize,
    va: VirtAddr,
    level: u32,
    asid: u16,
    global: bool,
}

#[derive(Clone, Debug)]
enum Op {
    Fill(Page),
    Hit(Page),
    Fence(Page, bool, bool),
    Undo(usize),
}

/// An address is served by an entry if it lies in the leaf's page and the space is the entry's.
fn serves(tlb: &Tlb, entry: &Translation, va: VirtAddr, asid: u16) -> bool {
    covers(entry, va) && (entry.global || !tlb.config().asid || entry.asid == asid)
}

fn covers(entry: &Translation, va: VirtAddr) -> bool {
    va.round_down(Geometry::SV39.leaf_bytes(entry.level)) == entry.first()
}

/// The slots of the set that a page of a level lies in.
fn set(tlb: &Tlb, geometry: &Geometry, va: VirtAddr, level: u32) -> std::ops::Range<usize> {
    let ways = tlb.config().ways;
    let number = geometry.vpn(va).0 >> (geometry.index_bits * level);
    let set = number as usize % (tlb.slots().len() / ways);
    set * ways..(set + 1) * ways
}

fn lookup(tlb: &Tlb, geometry: &Geometry, va: VirtAddr, asid: u16) -> Option<usize> {
    let mut slots = (0..geometry.levels).flat_map(|level| set(tlb, geometry, va, level));
    slots.find(|slot| tlb.slots()[*slot].entry.is_some_and(|entry| serves(tlb, &entry, va, asid)))
}

fn victim(tlb: &Tlb, geometry: &Geometry, entry: &Translation) -> Option<usize> {
    let mut slots = set(tlb, geometry, entry.first(), entry.level);
    let oldest = slots.clone().min_by_key(|slot| tlb.slots()[*slot].used);
    slots.find(|slot| tlb.slots()[*slot].entry.is_none()).or(oldest)
}

fn used_last(tlb: &Tlb, slot: usize) -> Option<Remember> {
    let ways = tlb.config().ways;
    let of_set = &tlb.slots()[slot / ways * ways..(slot / ways + 1) * ways];
    let latest = of_set.iter().map(|slot| slot.used).max().unwrap_or_default();
    let already = latest > 0 && tlb.slots()[slot].used == latest;
    (!already).then_some(Remember::Used { slot, used: latest + 1 })
}

fn fenced(tlb: &Tlb, va: Option<VirtAddr>, asid: Option<u16>) -> Vec<usize> {
    let this_space = |entry: &Translation, asid| !entry.global && (!tlb.config().asid || entry.asid == asid);
    let dropped = tlb.entries().filter(|(_, entry)| {
        va.is_none_or(|va| covers(entry, va)) && asid.is_none_or(|asid| this_space(entry, asid))
    });
    dropped.map(|(slot, _)| slot).collect()
}

fn page() -> impl Strategy<Value = Page> {
    let number = select(vec![0u64, 1, 2, 3, 5, 0x200, 0x201, 0x3_ffff, 0x4_0000]);
    (0..3usize, number, any::<bool>(), select(vec![0u32, 0, 0, 1, 2]), 0..3u16, prop::bool::weighted(0.2))
        .prop_map(|(mode, number, high, level, asid, global)| {
            let address = if high { !(number << 12) & !0xfff } else { number << 12 };
            Page { mode, va: VirtAddr(address), level, asid, global }
        })
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => page().prop_map(Op::Fill),
        4 => page().prop_map(Op::Hit),
        1 => (page(), any::<bool>(), any::<bool>()).prop_map(|(page, va, asid)| Op::Fence(page, va, asid)),
        1 => (1..12usize).prop_map(Op::Undo),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_at_hand_is_what_a_search_finds(
        (entries, ways) in select(vec![(1usize, 1usize), (4, 4), (8, 2), (6, 2), (6, 3), (8, 1), (70, 70), (72, 36)]),
        fifo in any::<bool>(),
        asids in any::<bool>(),
        ops in prop::collection::vec(op(), 1..120),
    ) {
        let replacement = if fifo { TlbPolicy::Fifo } else { TlbPolicy::Lru };
        let mut machine = Machine::new(Config {
            paging: Paging::Sv57,
            memory_base: PhysAddr(0x8000_0000),
            memory_bytes: 0x1000,
            ad_update: AdUpdate::Hardware,
            tlb: TlbConfig { entries, ways, replacement, asid: asids, seed: 1 },
            harts: 1,
        })
        .expect("the configuration is possible");
        let mut past: Vec<(Machine, Change)> = vec![];
        for op in ops {
            let tlb = &machine.hart(HART).tlb;
            let mut changes = vec![];
            match op {
                Op::Fill(Page { mode, va, level, asid, global }) => {
                    let mut path = [Read::default(); MAX_LEVELS];
                    path[0].pte = Pte(0xcf);
                    let leaf = Walked { level, path, depth: 1, global };
                    let entry = Translation::new(&MODES[mode], va, asid, Ppn(0), &leaf);
                    let slot = tlb.victim(&MODES[mode], &entry);
                    prop_assert_eq!(slot, victim(tlb, &MODES[mode], &entry));
                    let slot = slot.expect("there are slots");
                    let content = TlbSlot { entry: Some(entry), ..tlb.slots()[slot] };
                    changes.push(Change::TlbSlot { hart: HART, slot, content });
                    let remember = tlb.on_fill(slot);
                    prop_assert_eq!(remember, used_last(tlb, slot));
                    changes.extend(remember.map(|remember| Change::TlbOrder { hart: HART, remember }));
                }
                Op::Hit(Page { mode, va, asid, .. }) => {
                    let geometry = &MODES[mode];
                    let found = tlb.lookup(geometry, geometry.vpn(va), asid);
                    let canonical = geometry.page_address(geometry.vpn(va));
                    prop_assert_eq!(found, lookup(tlb, geometry, canonical, asid));
                    if let Some(slot) = found {
                        let remember = tlb.on_hit(slot);
                        prop_assert_eq!(remember, used_last(tlb, slot).filter(|_| !fifo));
                        changes.extend(remember.map(|remember| Change::TlbOrder { hart: HART, remember }));
                    }
                }
                Op::Fence(Page { va, asid, .. }, by_va, by_asid) => {
                    let (va, asid) = (by_va.then_some(va), by_asid.then_some(asid));
                    let next = |from| tlb.next_fenced(from, &Geometry::SV57, va, asid);
                    let dropped: Vec<usize> = std::iter::successors(next(0), |slot| next(slot + 1)).collect();
                    prop_assert_eq!(&dropped, &fenced(tlb, va, asid));
                    changes.extend(dropped.into_iter().map(|slot| {
                        let content = TlbSlot { entry: None, ..tlb.slots()[slot] };
                        Change::TlbSlot { hart: HART, slot, content }
                    }));
                }
                Op::Undo(count) => {
                    for (before, inverse) in past.drain(past.len().saturating_sub(count)..).rev() {
                        machine.swap(inverse);
                        prop_assert!(machine == before, "undone");
                    }
                }
            }
            for change in changes {
                let before = machine.clone();
                let inverse = machine.swap(change);
                past.push((before, inverse));
            }
        }
    }
}
