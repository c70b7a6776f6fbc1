//! The TLB: copies that stay in use until a fence, serve their own address space, and carry no permissions away.

use crate::bench::*;
use pagewalk::hw::{Paging, Privilege, Sstatus, TlbConfig, TlbPolicy, Why};

const NEXT: u64 = VA + 0x1000;

#[test]
fn a_translation_is_walked_for_once() {
    let mut bench = Bench::with_pte(0, leaf(BASE, ALL));
    assert!(bench.walks(VA));
    assert!(!bench.walks(VA + 0xff8));
}

#[test]
fn a_machine_without_a_tlb_walks_every_time() {
    let mut bench = Bench::with(|config| config.tlb = tlb(0, 0));
    bench.map(VA, 0, leaf(BASE, ALL));
    assert!(bench.walks(VA));
    assert!(bench.walks(VA));
    bench.fence(None, None);
}

#[test]
fn a_stale_translation_stays_in_use_until_a_fence() {
    let mut bench = Bench::sv39();
    let slot = bench.map(VA, 0, leaf(bench.frame(1), ALL));
    assert_eq!(bench.load(VA), Ok(1));
    bench.poke(slot, leaf(bench.frame(2), ALL));
    assert_eq!(bench.load(VA), Ok(1));
    assert_eq!(bench.machine.stale_slots(bench.hart), [0]);
    bench.poke(slot, 0);
    assert_eq!(bench.load(VA), Ok(1));
    bench.fence(Some(VA), None);
    assert_eq!(bench.load(VA), Err((13, Why::Invalid { level: 0 })));
}

#[test]
fn an_invalid_pte_is_not_cached() {
    let mut bench = Bench::with_pte(0, 0);
    assert!(bench.load(VA).is_err());
    bench.map(VA, 0, leaf(bench.frame(1), ALL));
    assert_eq!(bench.load(VA), Ok(1));
}

#[test]
fn permissions_are_those_of_the_cached_copy() {
    let mut bench = Bench::sv39();
    let slot = bench.map(VA, 0, leaf(bench.frame(1), V | R | A));
    bench.load(VA).unwrap();
    bench.poke(slot, leaf(bench.frame(1), ALL));
    assert_eq!(bench.store(VA), Err((15, Why::NotWritable)));
    assert_eq!(bench.fetch(VA), Err((12, Why::NotExecutable)));
    bench.fence(None, None);
    assert!(bench.fetch(VA).is_ok());
    bench.poke(slot, leaf(bench.frame(1), V | R | A));
    assert!(bench.fetch(VA).is_ok() && bench.store(VA).is_ok());
}

#[test]
fn privilege_sum_and_mxr_are_held_against_the_cached_copy_at_once() {
    let mut bench = Bench::with_pte(0, leaf(BASE, V | X | U | A));
    bench.privilege(Privilege::User);
    bench.fetch(VA).unwrap();
    assert_eq!(bench.load(VA), Err((13, Why::NotReadable)));
    bench.sstatus(Sstatus::MXR, true);
    assert!(!bench.walks(VA));
    bench.privilege(Privilege::Supervisor);
    assert_eq!(bench.load(VA), Err((13, Why::UserPage)));
    bench.sstatus(Sstatus::SUM, true);
    assert!(!bench.walks(VA));
    assert_eq!(bench.fetch(VA), Err((12, Why::UserPage)));
}

#[test]
fn writing_satp_flushes_nothing() {
    let mut bench = Bench::sv39();
    bench.map(VA, 0, leaf(bench.frame(1), ALL));
    bench.load(VA).unwrap();
    let other = bench.new_table();
    bench.satp(1, other);
    bench.map(VA, 0, leaf(bench.frame(2), ALL));
    assert_eq!(bench.load(VA), Ok(1), "the same ASID: the old space is still cached");
    bench.fence(None, Some(1));
    assert_eq!(bench.load(VA), Ok(2));
}

#[test]
fn turning_translation_off_and_on_flushes_nothing() {
    let mut bench = Bench::with_pte(0, leaf(BASE, ALL));
    let root = bench.root();
    bench.load(VA).unwrap();
    bench.csrw(pagewalk::hw::Csr::Satp, 0);
    bench.load(bench.frame(1)).unwrap();
    bench.satp(1, root);
    assert!(!bench.walks(VA));
}

#[test]
fn an_entry_serves_only_its_own_asid() {
    let mut bench = Bench::sv39();
    let one = bench.root();
    bench.map(VA, 0, leaf(bench.frame(1), ALL));
    bench.load(VA).unwrap();
    let two = bench.new_table();
    bench.satp(2, two);
    bench.map(VA, 0, leaf(bench.frame(2), ALL));
    for _ in 0..2 {
        bench.satp(2, two);
        assert_eq!(bench.load(VA), Ok(2));
        bench.satp(1, one);
        assert_eq!(bench.load(VA), Ok(1));
    }
    assert!(bench.ptes_read().is_empty());
}

#[test]
fn an_asid_has_sixteen_bits_and_in_sv32_nine() {
    for (paging, bits) in [(Paging::Sv39, 16), (Paging::Sv32, 9)] {
        let mut bench = Bench::with(|config| {
            config.paging = paging;
            config.tlb = tlb(32, 32);
        });
        let root = bench.root();
        bench.map(0x1000, 0, leaf(bench.frame(1), ALL));
        bench.satp(0, root);
        assert!(bench.walks(0x1000));
        for bit in 0..bits {
            bench.satp(1 << bit, root);
            assert!(bench.walks(0x1000), "ASID {:#x} is not ASID 0", 1 << bit);
        }
    }
}

#[test]
fn a_global_entry_serves_every_asid_whichever_pte_on_the_way_has_g() {
    for level in 0..3 {
        let mut bench = Bench::with_pte(0, leaf(BASE, ALL));
        let slots = [bench.map(VA, 0, leaf(BASE, ALL)), bench.root()];
        bench.load(VA).unwrap();
        let slot = bench.ptes_read()[2 - level];
        bench.poke(slot, bench.peek(slot) | G);
        bench.fence(None, None);
        bench.load(VA).unwrap();
        bench.satp(2, slots[1]);
        assert!(!bench.walks(VA), "G at level {level}");
    }
}

#[test]
fn a_tlb_without_asids_serves_whatever_is_in_it() {
    let mut bench = Bench::with(|config| config.tlb = TlbConfig { asid: false, ..tlb(8, 8) });
    let root = bench.root();
    bench.map(VA, 0, leaf(BASE, ALL));
    bench.load(VA).unwrap();
    bench.satp(2, root);
    assert!(!bench.walks(VA));
}

#[test]
fn a_superpage_takes_one_entry_for_all_of_its_pages() {
    for level in 1..3 {
        for (entries, ways) in [(8, 8), (8, 2), (8, 1)] {
            let mut bench = Bench::with(|config| config.tlb = tlb(entries, ways));
            bench.map(VA, level, leaf(BASE, ALL));
            let within = (1 << (12 + 9 * level)) - 1;
            bench.translate(VA).unwrap();
            for page in [0, 0x1000, 0x5000, 0x1f_f000, within] {
                let va = VA & !within | page & within;
                assert_eq!(bench.translate(va), Ok(BASE | page & within));
                assert!(bench.ptes_read().is_empty(), "level {level}, {ways} ways, {page:#x}");
            }
            assert_eq!(bench.machine.hart(bench.hart).tlb.entries().count(), 1);
        }
    }
}

#[test]
fn a_page_of_one_width_is_not_taken_for_another_page_of_another_width() {
    // Both have the page number 0x4000000 in their modes.
    let mut bench = Bench::of(Paging::Sv48);
    let (wide, narrow) = (bench.root(), bench.new_table());
    bench.switch_mode(Paging::Sv39, narrow);
    bench.map(HIGH, 0, leaf(bench.frame(1), ALL));
    assert_eq!(bench.load(HIGH), Ok(1));
    bench.switch_mode(Paging::Sv48, wide);
    assert_eq!(bench.load(0x40_0000_0000), Err((13, Why::Invalid { level: 3 })));
    bench.map(0x40_0000_0000, 0, leaf(bench.frame(2), ALL));
    assert_eq!(bench.load(0x40_0000_0000), Ok(2));
    bench.switch_mode(Paging::Sv39, narrow);
    assert_eq!(bench.load(HIGH), Ok(1));
}

#[test]
fn a_page_goes_to_the_set_of_its_number_and_pushes_out_only_its_own_set() {
    // Two sets of two ways: even pages and odd pages.
    let mut bench = Bench::with(|config| config.tlb = tlb(4, 2));
    for page in 0..8 {
        bench.map(page << 12, 0, leaf(bench.frame(page), ALL));
    }
    for page in [1, 0, 2, 4] {
        assert_eq!(bench.load(page << 12), Ok(page));
    }
    assert!(!bench.walks(0x1000), "the odd page is alone in its set");
    assert!(!bench.walks(0x4000) && !bench.walks(0x2000), "the last two even pages fit");
    assert!(bench.walks(0x0000), "the first of three even pages was pushed out");
    assert!(bench.walks(0x4000), "by the one that was used longest ago");
}

#[test]
fn a_direct_mapped_tlb_holds_one_page_of_each_set() {
    let mut bench = Bench::with(|config| config.tlb = tlb(4, 1));
    for page in 0..8 {
        bench.map(page << 12, 0, leaf(bench.frame(page), ALL));
        bench.load(page << 12).unwrap();
    }
    assert!((4..8).all(|page| !bench.walks(page << 12)));
    assert!((0..4).all(|page| bench.walks(page << 12)));
}

#[test]
fn every_policy_gives_right_answers_in_every_shape() {
    for replacement in [TlbPolicy::Lru, TlbPolicy::Fifo, TlbPolicy::Plru, TlbPolicy::Random] {
        for (entries, ways) in [(0, 0), (1, 1), (4, 1), (4, 2), (4, 4), (8, 2)] {
            let mut bench =
                Bench::with(|config| config.tlb = TlbConfig { replacement, ..tlb(entries, ways) });
            for page in 0..16 {
                bench.map(page << 12, 0, leaf(bench.frame(page), ALL));
            }
            for i in 0..200 {
                let page = i * 7 % 16;
                assert_eq!(bench.load(page << 12), Ok(page), "{replacement:?} {entries}/{ways}");
            }
        }
    }
}

#[test]
fn a_walk_after_a_hit_takes_the_place_of_the_entry_that_was_hit() {
    let mut bench = Bench::with_pte(0, leaf(BASE, ALL & !D));
    bench.map(NEXT, 0, leaf(BASE, ALL));
    bench.load(NEXT).unwrap();
    bench.load(VA).unwrap();
    bench.store(VA).unwrap();
    assert_eq!(bench.machine.hart(bench.hart).tlb.entries().count(), 2);
}

/// A megapage that became a page without a fence: the copy with D clear gives way to the first store's own walk.
#[test]
fn a_walk_after_a_hit_never_fills_two_slots_with_one_page() {
    let mut bench = Bench::with_pte(1, leaf(BASE, ALL & !D));
    bench.translate(VA).unwrap();
    bench.map(VA, 1, 0);
    bench.map(VA, 0, leaf(bench.frame(1), ALL));
    for _ in 0..4 {
        bench.store(VA).unwrap();
    }
    assert_eq!(bench.machine.hart(bench.hart).tlb.entries().count(), 1);
}

/// A fence leaves a hole; whoever fills it is the youngest, not the next to go.
#[test]
fn fifo_gives_up_the_entry_that_was_filled_first_also_after_a_fence() {
    let mut bench = Bench::with(|config| {
        config.tlb = TlbConfig { replacement: TlbPolicy::Fifo, ..tlb(4, 4) };
    });
    let page = |n: u64| VA + n * 0x1000;
    for n in 0..6 {
        bench.map(page(n), 0, leaf(BASE, ALL));
    }
    (0..4).for_each(|n| assert!(bench.walks(page(n))));
    bench.fence(Some(page(1)), None);
    assert!(bench.walks(page(4)), "it takes the hole");
    assert!(bench.walks(page(5)), "it takes the place of the oldest, which is page 0");
    assert!(!bench.walks(page(2)) && !bench.walks(page(3)) && !bench.walks(page(4)));
    assert!(bench.walks(page(0)));
}

/// Without a fence both translations are allowed by the specification; but the entry that a store found to be too old does
/// not stay beside the one that the store's own walk brings.
#[test]
fn a_store_that_finds_d_clear_leaves_one_entry_even_if_the_leaf_has_another_size_by_now() {
    let mut bench = Bench::sv39();
    let table = bench.map(VA, 0, leaf(bench.frame(1), V | R | W | A)) & !0xfff;
    bench.load(VA).unwrap();
    let root = bench.root();
    let level_1 = bench.slot(bench.peek(bench.slot(root, VA, 2)) >> 10 << 12, VA, 1);
    assert_eq!(bench.peek(level_1) >> 10 << 12, table);
    bench.poke(level_1, leaf(BASE, V | R | W | A));
    bench.store(VA).unwrap();
    assert_eq!(bench.machine.hart(bench.hart).tlb.entries().count(), 1);
    assert!(!bench.walks(VA));
}

#[test]
fn while_translation_is_off_no_root_makes_an_entry_stale() {
    let mut bench = Bench::sv39();
    bench.map(VA, 0, leaf(bench.frame(1), ALL));
    bench.load(VA).unwrap();
    bench.csrw(pagewalk::hw::Csr::Satp, 0);
    assert_eq!(bench.machine.stale_slots(bench.hart), [0; 0]);
}
