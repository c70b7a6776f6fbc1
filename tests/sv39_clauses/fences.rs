//! `sfence.vma` in its four forms, what it spares, and that it concerns one hart only.

use crate::bench::*;
use pagewalk::hw::{Csr, HartId, Paging, TlbConfig, Why};

const P: u64 = 0x1000;
const Q: u64 = 0x2000;
/// A page of every address space.
const GLOBAL: u64 = 0x3000;

/// Address spaces 1 and 2, in which P, Q and the global page are mapped and cached.
struct Spaces {
    bench: Bench,
    roots: [u64; 2],
}

impl Spaces {
    fn cached(asids: bool) -> Self {
        let mut bench = Bench::with(|config| config.tlb = TlbConfig { asid: asids, ..tlb(8, 8) });
        let roots = [bench.root(), bench.new_table()];
        for (root, asid) in roots.into_iter().zip([1, 2]) {
            bench.satp(asid, root);
            for (va, flags) in [(P, ALL), (Q, ALL), (GLOBAL, ALL | G)] {
                bench.map(va, 0, leaf(bench.frame(1), flags));
                assert_eq!(bench.load(va), Ok(1));
            }
        }
        Self { bench, roots }
    }

    /// What is still cached, as letters of pages and numbers of spaces.
    fn left(&mut self) -> String {
        let mut left = vec![];
        for (asid, va, name) in [(1, P, "P1"), (1, Q, "Q1"), (2, P, "P2"), (2, Q, "Q2"), (1, GLOBAL, "G")] {
            self.bench.satp(asid, self.roots[asid as usize - 1]);
            if !self.bench.walks(va) {
                left.push(name);
            }
        }
        left.join(" ")
    }
}

#[test]
fn sfence_vma_drops_what_its_two_operands_name() {
    let cases = [
        (None, None, ""),
        (None, Some(1), "P2 Q2 G"),
        (None, Some(2), "P1 Q1 G"),
        (None, Some(0), "P1 Q1 P2 Q2 G"),
        (Some(P), None, "Q1 Q2 G"),
        (Some(P + 0xfff), None, "Q1 Q2 G"),
        (Some(GLOBAL), None, "P1 Q1 P2 Q2"),
        (Some(0x4000), None, "P1 Q1 P2 Q2 G"),
        (Some(P), Some(1), "Q1 P2 Q2 G"),
        (Some(Q), Some(2), "P1 Q1 P2 G"),
        (Some(GLOBAL), Some(1), "P1 Q1 P2 Q2 G"),
    ];
    for (va, asid, left) in cases {
        let mut spaces = Spaces::cached(true);
        spaces.bench.fence(va, asid);
        assert_eq!(spaces.left(), left, "sfence.vma {va:x?}, {asid:?}");
    }
}

#[test]
fn sfence_vma_for_an_address_that_is_not_canonical_does_nothing() {
    for va in [P | 1 << 39, P | 1 << 63, 1 << 38] {
        let mut spaces = Spaces::cached(true);
        spaces.bench.fence(Some(va), None);
        assert_eq!(spaces.left(), "P1 Q1 P2 Q2 G");
    }
}

#[test]
fn in_a_tlb_without_asids_every_entry_but_a_global_one_is_of_the_space_that_is_named() {
    for (va, asid, entries) in [(None, Some(7), 1), (Some(P), Some(7), 2), (None, None, 0)] {
        let mut spaces = Spaces::cached(false);
        spaces.bench.fence(va, asid);
        assert_eq!(spaces.bench.machine.hart(HartId(0)).tlb.entries().count(), entries);
    }
}

#[test]
fn sfence_vma_for_any_address_in_a_superpage_drops_the_superpage() {
    for level in 1..3 {
        let within = (1 << (12 + 9 * level)) - 1;
        for va in [VA & !within, VA, VA | within] {
            let mut bench = Bench::with_pte(level, leaf(BASE, ALL));
            bench.translate(VA).unwrap();
            bench.fence(Some((VA | within) + 1), None);
            bench.fence(Some((VA & !within) - 1), None);
            bench.translate(VA).unwrap();
            assert!(bench.ptes_read().is_empty(), "its neighbours do not matter");
            bench.fence(Some(va), None);
            bench.translate(VA).unwrap();
            assert!(!bench.ptes_read().is_empty(), "level {level}, {va:#x}");
        }
    }
}

#[test]
fn the_bits_of_an_asid_that_sv32_lacks_are_ignored() {
    let mut bench = Bench::of(Paging::Sv32);
    bench.map(P, 0, leaf(bench.frame(1), ALL));
    bench.load(P).unwrap();
    bench.fence(None, Some(1 << 9 | 1));
    assert!(bench.walks(P));
}

#[test]
fn a_page_cached_in_one_width_is_dropped_by_its_address_in_any_other() {
    for fenced_in in [Some(Paging::Sv48), None] {
        let mut bench = Bench::of(Paging::Sv48);
        let (wide, narrow) = (bench.root(), bench.new_table());
        bench.switch_mode(Paging::Sv39, narrow);
        let slot = bench.map(HIGH, 0, leaf(bench.frame(1), ALL));
        bench.load(HIGH).unwrap();
        match fenced_in {
            Some(mode) => bench.switch_mode(mode, wide),
            None => bench.csrw(Csr::Satp, 0),
        }
        bench.fence(Some(HIGH), None);
        bench.switch_mode(Paging::Sv39, narrow);
        bench.poke(slot, 0);
        assert_eq!(bench.load(HIGH), Err((13, Why::Invalid { level: 0 })), "fenced in {fenced_in:?}");
    }
}

#[test]
fn sfence_vma_for_an_address_that_the_mode_lacks_does_nothing_to_a_wider_one() {
    let va = 0x40_0000_0000;
    let mut bench = Bench::of(Paging::Sv48);
    let (wide, narrow) = (bench.root(), bench.new_table());
    bench.map(va, 0, leaf(bench.frame(1), ALL));
    bench.load(va).unwrap();
    bench.switch_mode(Paging::Sv39, narrow);
    bench.fence(Some(va), None);
    bench.switch_mode(Paging::Sv48, wide);
    assert!(!bench.walks(va));
}

#[test]
fn a_fence_with_translation_off_drops_what_it_names() {
    let mut spaces = Spaces::cached(true);
    spaces.bench.csrw(Csr::Satp, 0);
    spaces.bench.fence(Some(P), Some(1));
    assert_eq!(spaces.left(), "Q1 P2 Q2 G");
}

#[test]
fn each_hart_has_a_tlb_of_its_own() {
    let mut bench = Bench::with_pte(0, leaf(BASE, ALL));
    let root = bench.root();
    bench.load(VA).unwrap();
    bench.hart = HartId(1);
    bench.satp(1, root);
    assert!(bench.walks(VA), "what the first hart cached is its own");
    assert!(!bench.walks(VA));
}

#[test]
fn a_fence_is_local_to_its_hart() {
    let mut bench = Bench::sv39();
    let (root, slot) = (bench.root(), bench.map(VA, 0, leaf(bench.frame(1), ALL)));
    for hart in [1, 0] {
        bench.hart = HartId(hart);
        bench.satp(1, root);
        bench.load(VA).unwrap();
    }
    bench.poke(slot, leaf(bench.frame(2), ALL));
    bench.fence(None, None);
    assert_eq!(bench.load(VA), Ok(2));
    bench.hart = HartId(1);
    assert_eq!(bench.load(VA), Ok(1), "the other hart has to fence for itself");
    bench.fence(None, None);
    assert_eq!(bench.load(VA), Ok(2));
}

#[test]
fn satp_is_each_harts_own_and_so_is_the_meaning_of_an_asid() {
    let mut bench = Bench::sv39();
    bench.map(VA, 0, leaf(bench.frame(1), ALL));
    bench.hart = HartId(1);
    assert_eq!(bench.load(bench.frame(3)), Ok(3), "the other hart does not translate yet");
    let other = bench.new_table();
    bench.satp(1, other);
    bench.map(VA, 0, leaf(bench.frame(2), ALL));
    assert_eq!(bench.load(VA), Ok(2));
    bench.hart = HartId(0);
    assert_eq!(bench.load(VA), Ok(1));
}
