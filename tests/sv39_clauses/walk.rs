//! Steps 0 to 4: the way to a leaf, and everything that can be wrong with a PTE on it.

use crate::bench::*;
use pagewalk::hw::{PhysAddr, Why};

#[test]
fn step_0_bits_63_to_39_equal_bit_38_or_the_access_is_a_page_fault() {
    let mut bench = Bench::sv39();
    for va in [VA, HIGH] {
        bench.map(va, 0, leaf(bench.frame(1), ALL));
        assert_eq!(bench.load(va), Ok(1));
        for bit in 38..64 {
            for (access, page_fault, _) in ACCESSES {
                assert_eq!(
                    bench.access(access, va ^ 1 << bit),
                    Err((page_fault, Why::NonCanonical)),
                    "{access}, bit {bit}"
                );
            }
        }
    }
}

#[test]
fn step_0_comes_before_any_table_is_read() {
    let mut bench = Bench::sv39();
    bench.satp(1, ABSENT);
    assert_eq!(bench.load(VA | 1 << 63), Err((13, Why::NonCanonical)));
    assert!(bench.ptes_read().is_empty());
}

#[test]
fn step_1_the_walk_begins_at_the_table_that_satp_names() {
    let mut bench = Bench::sv39();
    bench.map(VA, 0, leaf(bench.frame(1), ALL));
    let other = bench.new_table();
    bench.satp(2, other);
    bench.map(VA, 0, leaf(bench.frame(2), ALL));
    assert_eq!(bench.load(VA), Ok(2));
    assert_eq!(bench.ptes_read()[0], other + 0x48 * 8);
}

#[test]
fn step_1_translation_is_on_in_supervisor_and_in_user_mode() {
    use pagewalk::hw::Privilege::{Supervisor, User};
    let mut bench = Bench::sv39();
    for (privilege, flags, n) in [(Supervisor, ALL, 1), (User, ALL | U, 2)] {
        bench.privilege(privilege);
        bench.map(VA + n * 4096, 0, leaf(bench.frame(n), flags));
        assert_eq!(bench.load(VA + n * 4096), Ok(n));
        assert_eq!(bench.ptes_read().len(), 3);
    }
}

#[test]
fn step_2_each_table_is_indexed_by_nine_bits_of_the_address_and_eight_bytes_a_pte() {
    let mut bench = Bench::sv39();
    let (two, one, zero) = (bench.root(), bench.new_table(), bench.new_table());
    bench.write(two + 0x48 * 8, 8, pointer(one));
    bench.write(one + 0x1a2 * 8, 8, pointer(zero));
    bench.write(zero + 0x167 * 8, 8, leaf(bench.frame(5), ALL));
    assert_eq!(bench.load(VA), Ok(5));
    assert_eq!(bench.ptes_read(), [two + 0x240, one + 0xd10, zero + 0xb38]);
}

#[test]
fn step_2_a_pte_outside_memory_is_an_access_fault_of_the_original_access_type() {
    for level in 0..3 {
        let mut bench = Bench::sv39();
        if level == 2 {
            bench.satp(1, ABSENT);
        } else {
            bench.map(VA, level + 1, pointer(ABSENT));
        }
        let pa = PhysAddr(bench.slot(ABSENT, VA, level));
        for (access, _, access_fault) in ACCESSES {
            assert_eq!(
                bench.access(access, VA),
                Err((access_fault, Why::PteAbsent { level, pa })),
                "{access}"
            );
        }
    }
}

#[test]
fn step_3_v_clear_is_a_page_fault_at_each_level() {
    for level in 0..3 {
        let mut bench = Bench::with_pte(level, leaf(BASE, ALL & !V));
        for (access, page_fault, _) in ACCESSES {
            assert_eq!(bench.access(access, VA), Err((page_fault, Why::Invalid { level })), "{access}");
        }
    }
}

#[test]
fn step_3_the_other_bits_of_an_invalid_pte_do_not_matter() {
    for bit in 1..64 {
        for pte in [1 << bit, !V & !(1 << bit)] {
            let mut bench = Bench::with_pte(0, pte);
            assert_eq!(bench.load(VA), Err((13, Why::Invalid { level: 0 })), "{pte:#x}");
        }
    }
}

#[test]
fn step_3_w_without_r_is_a_page_fault_at_each_level() {
    for level in 0..3 {
        for flags in [V | W, V | W | X, V | W | A | D, V | W | X | U | A | D] {
            let mut bench = Bench::with_pte(level, leaf(BASE, flags));
            for (access, page_fault, _) in ACCESSES {
                assert_eq!(
                    bench.access(access, VA),
                    Err((page_fault, Why::WriteWithoutRead { level })),
                    "{access}, {flags:#x}"
                );
            }
        }
    }
}

#[test]
fn step_3_each_of_the_bits_54_to_63_is_reserved_in_a_leaf() {
    for level in 0..3 {
        for bit in 54..64 {
            let mut bench = Bench::with_pte(level, leaf(BASE, ALL) | 1 << bit);
            for (access, page_fault, _) in ACCESSES {
                assert_eq!(
                    bench.access(access, VA),
                    Err((page_fault, Why::ReservedBits { level })),
                    "{access}, bit {bit}"
                );
            }
        }
    }
}

#[test]
fn step_3_each_of_the_bits_54_to_63_is_reserved_in_a_pointer() {
    for level in 1..3 {
        for bit in 54..64 {
            let mut bench = Bench::with_pte(0, leaf(BASE, ALL));
            let slot = bench.map(VA, level, 0);
            let table = bench.new_table();
            bench.poke(slot, pointer(table) | 1 << bit);
            assert_eq!(bench.load(VA), Err((13, Why::ReservedBits { level })), "bit {bit}");
        }
    }
}

#[test]
fn step_3_d_a_and_u_are_reserved_in_a_pointer() {
    for level in 0..3 {
        for flags in [D, A, U, D | A | U] {
            let mut bench = Bench::sv39();
            let table = bench.new_table();
            bench.map(VA, level, pointer(table) | flags);
            for (access, page_fault, _) in ACCESSES {
                assert_eq!(
                    bench.access(access, VA),
                    Err((page_fault, Why::PointerBits { level })),
                    "{access}, {flags:#x}"
                );
            }
        }
    }
}

#[test]
fn step_3_g_and_the_two_bits_for_software_are_free_in_pointers_and_leaves() {
    let free = G | 1 << 8 | 1 << 9;
    let mut bench = Bench::sv39();
    let va = bench.map_frame(0, 1, ALL);
    assert_eq!(bench.load(va), Ok(1));
    for slot in bench.ptes_read() {
        bench.poke(slot, bench.peek(slot) | free);
        bench.fence(None, None);
        assert_eq!(bench.load(va), Ok(1));
    }
}

#[test]
fn step_4_a_pte_without_r_and_x_points_to_the_next_table() {
    let mut bench = Bench::with_pte(0, leaf(BASE, ALL));
    bench.load(VA).unwrap();
    assert_eq!(bench.ptes_read().len(), 3);
}

#[test]
fn step_4_r_alone_or_x_alone_makes_a_leaf_at_each_level() {
    for level in 0..3 {
        let mut bench = Bench::with_pte(level, leaf(BASE, V | R | A));
        assert!(bench.translate(VA).is_ok(), "R at level {level}");
        let mut bench = Bench::with_pte(level, leaf(BASE, V | X | A));
        assert_eq!(bench.translate(VA), Err(Why::NotReadable), "X at level {level}");
        assert_eq!(bench.ptes_read().len() as u32, 3 - level);
    }
}

#[test]
fn step_4_a_pointer_at_the_last_level_is_a_page_fault() {
    let mut bench = Bench::sv39();
    let table = bench.new_table();
    bench.map(VA, 0, pointer(table));
    for (access, page_fault, _) in ACCESSES {
        assert_eq!(bench.access(access, VA), Err((page_fault, Why::NoLeaf)), "{access}");
    }
    assert_eq!(bench.ptes_read().len(), 3);
}

#[test]
fn step_4_a_table_that_points_to_itself_is_walked_like_any_other() {
    let mut bench = Bench::sv39();
    let root = bench.root();
    bench.poke(root, pointer(root));
    assert_eq!(bench.load(0), Err((13, Why::NoLeaf)));
    assert_eq!(bench.ptes_read(), [root; 3]);
    bench.poke(root + 8, leaf(bench.frame(3), ALL));
    assert_eq!(bench.load(0x1000), Ok(3));
}
