//! The order of the checks: the first thing that is wrong is what the hart reports, and nothing after it happens.

use crate::bench::*;
use pagewalk::hw::{PhysAddr, Privilege, Why};

/// A leaf that points to where there is no memory.
fn nowhere(flags: u64) -> u64 {
    leaf(ABSENT, flags)
}

#[test]
fn absent_memory_behind_a_good_leaf_is_an_access_fault_of_the_original_access_type() {
    for level in 0..3 {
        let mut bench = Bench::with_pte(level, nowhere(ALL));
        let pa = PhysAddr(ABSENT | (VA + 8) & ((1 << (12 + 9 * level)) - 1));
        for (access, _, access_fault) in ACCESSES {
            let absent = Why::MemoryAbsent { pa };
            assert_eq!(bench.access(access, VA + 8), Err((access_fault, absent)), "{access}");
            assert_eq!(bench.trap.map(|trap| trap.stval.0), Some(VA + 8));
        }
    }
}

#[test]
fn absent_memory_behind_a_leaf_never_hides_a_page_fault() {
    let cases = [
        (0, nowhere(ALL & !V), Why::Invalid { level: 0 }),
        (0, nowhere(V | W | X | A | D), Why::WriteWithoutRead { level: 0 }),
        (0, nowhere(ALL) | 1 << 54, Why::ReservedBits { level: 0 }),
        (0, nowhere(V), Why::NoLeaf),
        (0, nowhere(V | U), Why::PointerBits { level: 0 }),
        (1, nowhere(ALL) | 1 << 10, Why::MisalignedSuperpage { level: 1 }),
        (0, nowhere(ALL | U), Why::UserPage),
        (0, nowhere(V | R | X | A | D), Why::NotWritable),
    ];
    for (level, pte, why) in cases {
        let mut bench = Bench::with_pte(level, pte);
        assert_eq!(bench.store(VA), Err((15, why)), "{pte:#x}");
    }
    let mut bench = Bench::with_pte(0, nowhere(ALL));
    bench.privilege(Privilege::User);
    assert_eq!(bench.store(VA), Err((15, Why::SupervisorPage)));
}

#[test]
fn absent_memory_behind_a_leaf_does_not_hide_that_a_or_d_is_clear() {
    for (flags, why) in [(ALL & !A, Why::AccessedClear), (ALL & !D, Why::DirtyClear)] {
        let mut bench = Bench::svade();
        bench.map(VA, 0, nowhere(flags));
        assert_eq!(bench.store(VA), Err((15, why)));
    }
}

/// Step 9 is over before the access itself is tried, so the bits are set and the translation is cached.
#[test]
fn absent_memory_behind_a_good_leaf_is_found_after_a_and_d_are_set() {
    let mut bench = Bench::sv39();
    let slot = bench.map(VA, 0, nowhere(V | R | W));
    let absent = Why::MemoryAbsent { pa: PhysAddr(ABSENT) };
    assert_eq!(bench.store(VA), Err((7, absent)));
    assert_eq!(bench.peek(slot), nowhere(V | R | W | A | D));
    assert_eq!(bench.store(VA), Err((7, absent)));
    assert!(bench.ptes_read().is_empty());
}

#[test]
fn a_fault_at_a_higher_level_hides_all_that_is_below() {
    let mut bench = Bench::with_pte(1, pointer(ABSENT));
    let root = bench.slot(bench.root(), VA, 2);
    let good = bench.peek(root);
    for (pte, why) in [
        (good & !V, Why::Invalid { level: 2 }),
        (good | W, Why::WriteWithoutRead { level: 2 }),
        (good | 1 << 63, Why::ReservedBits { level: 2 }),
        (good | D, Why::PointerBits { level: 2 }),
        (good | R | 1 << 10, Why::MisalignedSuperpage { level: 2 }),
    ] {
        bench.poke(root, pte);
        assert_eq!(bench.load(VA), Err((13, why)));
        assert_eq!(bench.ptes_read(), [root]);
    }
}

#[test]
fn step_3_comes_before_step_5() {
    for pte in [leaf(BASE, V | W | X), leaf(BASE, ALL) | 1 << 54, leaf(BASE, ALL & !V)] {
        let mut bench = Bench::with_pte(1, pte | 1 << 10);
        let (_, why) = bench.load(VA).unwrap_err();
        assert_eq!(why.step(), Some(3));
    }
}

#[test]
fn step_5_comes_before_step_6_step_8_and_step_9() {
    for flags in [ALL | U, V | X | A | D, ALL & !A] {
        let mut bench = Bench::svade();
        bench.map(VA, 1, leaf(BASE, flags) | 1 << 10);
        assert_eq!(bench.store(VA), Err((15, Why::MisalignedSuperpage { level: 1 })));
    }
}

#[test]
fn step_6_and_step_8_come_before_step_9() {
    let mut bench = Bench::svade();
    bench.map(VA, 0, leaf(BASE, V | R | W | U));
    assert_eq!(bench.store(VA), Err((15, Why::UserPage)));
    bench.map(VA, 0, leaf(BASE, V | R));
    assert_eq!(bench.store(VA), Err((15, Why::NotWritable)));
}

#[test]
fn an_access_that_faults_puts_nothing_into_the_tlb() {
    for pte in [leaf(BASE, ALL & !V), leaf(BASE, ALL | U), leaf(BASE, V | X | A), leaf(BASE, ALL) | 1 << 54] {
        let mut bench = Bench::sv39();
        let slot = bench.map(VA, 0, pte);
        assert!(bench.load(VA).is_err());
        bench.poke(slot, leaf(bench.frame(1), ALL));
        assert_eq!(bench.load(VA), Ok(1), "{pte:#x}");
    }
}
