//! Step 9: A and D, set by the walker or left to the kernel.

use crate::bench::*;
use pagewalk::hw::{Access, Privilege, Why};

#[test]
fn step_9_a_load_or_a_fetch_sets_a_and_leaves_d() {
    for access in [Access::Load, Access::Fetch] {
        let mut bench = Bench::sv39();
        let slot = bench.map(VA, 0, leaf(bench.frame(1), ALL & !A & !D));
        assert_eq!(bench.access(access, VA), Ok(1));
        assert_eq!(bench.peek(slot), leaf(bench.frame(1), ALL & !D));
    }
}

#[test]
fn step_9_a_store_sets_a_and_d_whichever_is_clear() {
    for clear in [A, D, A | D] {
        let mut bench = Bench::sv39();
        let slot = bench.map(VA, 0, leaf(bench.frame(1), ALL & !clear));
        assert!(bench.store(VA).is_ok());
        assert_eq!(bench.peek(slot), leaf(bench.frame(1), ALL), "{clear:#x} clear before");
    }
}

#[test]
fn step_9_nothing_is_written_when_the_bits_are_set_already() {
    for (access, flags) in [(Access::Load, ALL & !D), (Access::Fetch, ALL & !D), (Access::Store, ALL)] {
        let mut bench = Bench::with_pte(0, leaf(BASE, flags));
        assert!(bench.access(access, VA).is_ok());
        assert!(!bench.pte_written(), "{access}");
    }
}

#[test]
fn step_9_the_rest_of_the_pte_stays_as_it_is() {
    for rest in [G, U, 1 << 8, 1 << 9, G | U | 3 << 8] {
        let mut bench = Bench::sv39();
        if rest & U != 0 {
            bench.privilege(Privilege::User);
        }
        let slot = bench.map(VA, 0, leaf(bench.frame(1), V | R | W | rest));
        assert!(bench.store(VA).is_ok());
        assert_eq!(bench.peek(slot), leaf(bench.frame(1), V | R | W | A | D | rest));
    }
}

#[test]
fn step_9_the_bits_of_a_superpage_are_those_of_its_leaf_and_pointers_get_none() {
    for level in 0..3 {
        let mut bench = Bench::sv39();
        let va = bench.map_frame(level, 1, V | R | W);
        assert!(bench.store(va).is_ok());
        let path = bench.ptes_read();
        let (last, pointers) = path.split_last().unwrap();
        assert_eq!(bench.peek(*last) & 0xff, V | R | W | A | D, "level {level}");
        assert!(pointers.iter().all(|slot| bench.peek(*slot) & 0xff == V));
    }
}

#[test]
fn step_9_the_neighbours_of_the_pte_stay_as_they_are() {
    let mut bench = Bench::sv39();
    let slot = bench.map(VA, 0, leaf(bench.frame(1), V | R | W));
    bench.poke(slot - 8, !0);
    bench.poke(slot + 8, !0);
    assert!(bench.store(VA).is_ok());
    assert_eq!((bench.peek(slot - 8), bench.peek(slot + 8)), (!0, !0));
}

#[test]
fn step_9_with_svade_an_access_to_a_page_with_a_clear_is_a_page_fault() {
    for (access, page_fault, _) in ACCESSES {
        for flags in [ALL & !A, ALL & !A & !D] {
            let mut bench = Bench::svade();
            let slot = bench.map(VA, 0, leaf(BASE, flags));
            assert_eq!(bench.access(access, VA), Err((page_fault, Why::AccessedClear)), "{access}");
            assert_eq!(bench.peek(slot), leaf(BASE, flags), "the kernel sets the bits");
        }
    }
}

#[test]
fn step_9_with_svade_only_a_store_to_a_page_with_d_clear_is_a_page_fault() {
    let mut bench = Bench::svade();
    let slot = bench.map(VA, 0, leaf(bench.frame(1), ALL & !D));
    assert_eq!(bench.store(VA), Err((15, Why::DirtyClear)));
    assert_eq!((bench.load(VA), bench.fetch(VA)), (Ok(1), Ok(1)));
    assert_eq!(bench.store(VA), Err((15, Why::DirtyClear)), "on the cached copy as well");
    assert_eq!(bench.peek(slot), leaf(bench.frame(1), ALL & !D));
    bench.poke(slot, leaf(bench.frame(1), ALL));
    assert_eq!(bench.store(VA), Err((15, Why::DirtyClear)), "until the kernel that set it fences");
    bench.fence(Some(VA), None);
    assert!(bench.store(VA).is_ok());
}

#[test]
fn step_9_an_access_that_is_not_allowed_sets_neither_bit() {
    let bad = |flags| leaf(BASE, flags);
    #[rustfmt::skip]
    let cases = [
        (0, bad(V | R | W | X | U)),           // step 6
        (0, bad(V | X)),                       // step 8
        (0, bad(V | R | W | X) | 1 << 60),     // step 3
        (0, bad(R | W | X)),                   // step 3
        (1, bad(V | R | W | X) | 1 << 10),     // step 5
    ];
    for (level, pte) in cases {
        let mut bench = Bench::sv39();
        let slot = bench.map(VA, level, pte);
        assert!(bench.store(VA).is_err());
        assert!(bench.load(VA).is_err());
        assert_eq!(bench.peek(slot), pte, "{pte:#x}");
    }
}

#[test]
fn step_9_a_store_through_a_cached_copy_with_d_clear_sets_d_in_memory() {
    let mut bench = Bench::sv39();
    let slot = bench.map(VA, 0, leaf(bench.frame(1), ALL & !D));
    bench.load(VA).unwrap();
    assert!(bench.store(VA).is_ok());
    assert_eq!(bench.peek(slot), leaf(bench.frame(1), ALL));
    assert!(bench.store(VA).is_ok());
    assert!(bench.ptes_read().is_empty(), "and the copy knows it");
}

#[test]
fn step_9_a_pte_that_has_changed_since_it_was_cached_is_read_again_and_not_written_over() {
    let mut bench = Bench::sv39();
    let slot = bench.map(VA, 0, leaf(bench.frame(1), ALL & !D));
    bench.load(VA).unwrap();
    bench.poke(slot, leaf(bench.frame(2), ALL & !A & !D));
    assert!(bench.store(VA).is_ok());
    assert_eq!(bench.peek(slot), leaf(bench.frame(2), ALL));
    assert_eq!((bench.read(bench.frame(1), 4), bench.read(bench.frame(2), 4)), (1, 0x5_707e));
}

#[test]
fn step_9_a_pte_that_was_revoked_since_it_was_cached_gets_no_d() {
    #[rustfmt::skip]
    let cases = [
        (0,                 Why::Invalid { level: 0 }),
        (V | R | A,         Why::NotWritable),
        (V | R | W | U | A, Why::UserPage),
    ];
    for (flags, why) in cases {
        let mut bench = Bench::sv39();
        let slot = bench.map(VA, 0, leaf(BASE, ALL & !D));
        bench.load(VA).unwrap();
        bench.poke(slot, leaf(BASE, flags));
        assert_eq!(bench.store(VA), Err((15, why)));
        assert_eq!(bench.peek(slot), leaf(BASE, flags));
    }
}

#[test]
fn step_9_a_kernel_that_clears_a_and_d_and_fences_sees_them_set_again() {
    let mut bench = Bench::sv39();
    let slot = bench.map(VA, 0, leaf(bench.frame(1), V | R | W));
    for _ in 0..2 {
        bench.store(VA).unwrap();
        assert_eq!(bench.peek(slot) & (A | D), A | D);
        bench.poke(slot, leaf(bench.frame(1), V | R | W));
        bench.fence(Some(VA), None);
    }
}
