//! Steps 5 and 10: superpages lie at multiples of their size, and how the physical address is put together.

use crate::bench::*;
use pagewalk::hw::{PhysAddr, Why};

/// A frame whose number needs all of the upper bits of a PPN, and none of the lower 18.
const FAR: u64 = 0xab_cdef_0000_0000;

#[test]
fn step_5_a_misaligned_megapage_is_a_page_fault_for_each_bit_of_ppn_0() {
    for bit in 12..21 {
        let mut bench = Bench::with_pte(1, leaf(BASE | 1 << bit, ALL));
        for (access, page_fault, _) in ACCESSES {
            let misaligned = Why::MisalignedSuperpage { level: 1 };
            assert_eq!(bench.access(access, VA), Err((page_fault, misaligned)), "{access}, bit {bit}");
        }
    }
}

#[test]
fn step_5_a_misaligned_gigapage_is_a_page_fault_for_each_bit_of_ppn_1_and_ppn_0() {
    for bit in 12..30 {
        let mut bench = Bench::with_pte(2, leaf(BASE | 1 << bit, ALL));
        for (access, page_fault, _) in ACCESSES {
            let misaligned = Why::MisalignedSuperpage { level: 2 };
            assert_eq!(bench.access(access, VA), Err((page_fault, misaligned)), "{access}, bit {bit}");
        }
    }
}

#[test]
fn step_5_every_bit_above_the_size_of_the_superpage_is_free() {
    for (level, lowest) in [(0, 12), (1, 21), (2, 30)] {
        for bit in lowest..56 {
            let mut bench = Bench::with_pte(level, leaf(1 << bit, ALL));
            assert!(bench.translate(VA).is_ok(), "level {level}, bit {bit}");
        }
    }
}

#[test]
fn step_10_a_page_gives_all_of_the_ppn_and_the_offset() {
    let mut bench = Bench::with_pte(0, leaf(FAR | 0x1234_5000, ALL));
    assert_eq!(bench.translate(VA | 0xabc), Ok(FAR | 0x1234_5abc));
}

#[test]
fn step_10_a_megapage_takes_ppn_0_from_the_address() {
    let mut bench = Bench::with_pte(1, leaf(FAR | 0x1220_0000, ALL));
    assert_eq!(bench.translate(VA | 0xabc), Ok(FAR | 0x1220_0000 | 0x16_7abc));
}

#[test]
fn step_10_a_gigapage_takes_ppn_1_and_ppn_0_from_the_address() {
    let mut bench = Bench::with_pte(2, leaf(FAR | 0x4000_0000, ALL));
    assert_eq!(bench.translate(VA | 0xabc), Ok(FAR | 0x4000_0000 | 0x3456_7abc));
}

#[test]
fn step_10_a_superpage_reaches_its_first_and_its_last_byte() {
    for (level, bytes) in [(0, 1u64 << 12), (1, 1 << 21), (2, 1 << 30)] {
        let mut bench = Bench::with_pte(level, leaf(FAR, ALL));
        let first = VA & !(bytes - 1);
        assert_eq!(bench.translate(first), Ok(FAR));
        assert_eq!(bench.translate(first + bytes - 1), Ok(FAR + bytes - 1));
        assert!(bench.translate(first + bytes).is_err());
        assert!(bench.translate(first - 1).is_err());
    }
}

#[test]
fn step_10_the_upper_half_of_the_address_space_is_translated_like_the_lower() {
    let mut bench = Bench::sv39();
    bench.map(HIGH, 0, leaf(bench.frame(1), ALL));
    bench.map(!0xfff, 0, leaf(bench.frame(2), ALL));
    assert_eq!((bench.load(HIGH), bench.load(!0xfff)), (Ok(1), Ok(2)));
}

#[test]
fn page_numbers_of_44_bits_are_not_truncated_in_satp_in_pointers_and_in_leaves() {
    for base in [1 << 55, 0x55_5555_4000_0000, 0xaa_aaaa_8000_0000, (1 << 56) - (4 << 20)] {
        let mut bench = Bench::with(|config| config.memory_base = PhysAddr(base));
        bench.map(VA, 0, leaf(bench.frame(7), ALL & !A));
        assert_eq!(bench.load(VA), Ok(7), "memory from {base:#x}");
        assert!(bench.ptes_read().iter().all(|pa| *pa >= base));
        assert_eq!(bench.translate(VA | 8), Ok(bench.frame(7) | 8));
    }
}

#[test]
fn the_highest_page_number_that_a_pte_can_hold_is_used_whole() {
    let top = (1 << 56) - 4096;
    let mut bench = Bench::with_pte(0, leaf(top, ALL));
    assert_eq!(bench.load(VA), Err((5, Why::MemoryAbsent { pa: PhysAddr(top) })));
}
