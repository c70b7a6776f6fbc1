//! The other modes: Sv32 with its small PTEs and wide physical addresses, Sv48, Sv57, and none at all.

use crate::bench::*;
use pagewalk::hw::{Csr, Geometry, Paging, PhysAddr, Privilege, Why};

/// VPN[1] = 0x48, VPN[0] = 0x345.
const VA32: u64 = 0x1234_5000;

#[test]
fn sv32_indexes_two_tables_by_ten_bits_and_four_bytes_a_pte() {
    let mut bench = Bench::of(Paging::Sv32);
    let (one, zero) = (bench.root(), bench.new_table());
    bench.write(one + 0x48 * 4, 4, pointer(zero));
    bench.write(zero + 0x345 * 4, 4, leaf(bench.frame(5), ALL));
    assert_eq!(bench.load(VA32), Ok(5));
    assert_eq!(bench.ptes_read(), [one + 0x120, zero + 0xd14]);
}

#[test]
fn sv32_reaches_physical_addresses_of_34_bits() {
    let base = (1 << 34) - (4 << 20);
    let mut bench = Bench::with(|config| {
        config.paging = Paging::Sv32;
        config.memory_base = PhysAddr(base);
    });
    bench.map(VA32, 0, leaf(bench.frame(5), ALL));
    assert_eq!(bench.load(VA32), Ok(5));
    assert_eq!(bench.translate(VA32 | 0xabc), Ok(bench.frame(5) | 0xabc));
}

#[test]
fn sv32_writes_a_and_d_to_four_bytes() {
    let mut bench = Bench::of(Paging::Sv32);
    let slot = bench.map(VA32, 0, leaf(bench.frame(1), V | R | W));
    bench.poke(slot + 4, 0xffff_ffff);
    bench.poke(slot - 4, 0xffff_ffff);
    assert!(bench.store(VA32).is_ok());
    assert_eq!(bench.peek(slot), leaf(bench.frame(1), V | R | W | A | D));
    assert_eq!((bench.peek(slot - 4), bench.peek(slot + 4)), (0xffff_ffff, 0xffff_ffff));
}

#[test]
fn sv32_maps_megapages_of_4_mib() {
    let mut bench = Bench::of(Paging::Sv32);
    bench.map(VA32, 1, leaf(0x3_5540_0000, ALL));
    assert_eq!(bench.translate(VA32 | 0xabc), Ok(0x3_5540_0000 | 0x34_5abc));
    for bit in 12..22 {
        bench.map(VA32, 1, leaf(BASE | 1 << bit, ALL));
        bench.fence(None, None);
        assert_eq!(bench.load(VA32), Err((13, Why::MisalignedSuperpage { level: 1 })), "bit {bit}");
    }
}

#[test]
fn sv32_makes_the_checks_of_sv39() {
    let table = BASE + 0x9000;
    let cases = [
        (1, leaf(BASE, ALL & !V), Why::Invalid { level: 1 }),
        (0, leaf(BASE, ALL & !V), Why::Invalid { level: 0 }),
        (1, leaf(BASE, V | W | X), Why::WriteWithoutRead { level: 1 }),
        (1, pointer(table) | D, Why::PointerBits { level: 1 }),
        (0, pointer(table), Why::NoLeaf),
        (0, leaf(BASE, ALL | U), Why::UserPage),
    ];
    for (level, pte, why) in cases {
        let mut bench = Bench::of(Paging::Sv32);
        bench.map(VA32, level, pte);
        assert_eq!(bench.load(VA32), Err((13, why)));
    }
    let mut bench = Bench::of(Paging::Sv32);
    bench.map(VA32, 1, pointer(ABSENT));
    let pa = PhysAddr(ABSENT + 0xd14);
    assert_eq!(bench.store(VA32), Err((7, Why::PteAbsent { level: 0, pa })));
}

#[test]
fn sv48_and_sv57_index_four_and_five_tables() {
    // VPN[4] = 0x12, VPN[3] = 0x34, then VA's.
    for (paging, va, shifts) in [
        (Paging::Sv48, 0x34 << 39 | VA, [39, 30, 21, 12].as_slice()),
        (Paging::Sv57, 0x12 << 48 | 0x34 << 39 | VA, &[48, 39, 30, 21, 12]),
    ] {
        let mut bench = Bench::of(paging);
        bench.map(va, 0, leaf(bench.frame(5), ALL));
        assert_eq!(bench.load(va), Ok(5));
        let offsets: Vec<u64> = bench.ptes_read().iter().map(|pa| pa % 4096).collect();
        let expected: Vec<u64> = shifts.iter().map(|shift| (va >> shift & 0x1ff) * 8).collect();
        assert_eq!(offsets, expected);
    }
}

#[test]
fn sv48_and_sv57_map_a_leaf_at_each_level_and_want_it_aligned() {
    let far = 1 << 55;
    for (paging, levels) in [(Paging::Sv48, 4), (Paging::Sv57, 5)] {
        for level in 0..levels {
            let va = 0x12_3456_7abc | 0x2b << 39 | if levels == 5 { 0x15 << 48 } else { 0 };
            let offset_bits = 12 + 9 * level;
            let mut bench = Bench::of(paging);
            let slot = bench.map(va, level, leaf(far, ALL));
            assert_eq!(bench.translate(va), Ok(far | va & ((1 << offset_bits) - 1)));
            for bit in 12..offset_bits {
                bench.poke(slot, leaf(far | 1 << bit, ALL));
                bench.fence(None, None);
                assert_eq!(bench.translate(va), Err(Why::MisalignedSuperpage { level }), "bit {bit}");
            }
        }
    }
}

#[test]
fn sv48_and_sv57_want_the_high_bits_to_repeat_bit_47_and_bit_56() {
    for (paging, sign) in [(Paging::Sv48, 47), (Paging::Sv57, 56)] {
        for va in [VA, !0u64 << sign] {
            let mut bench = Bench::of(paging);
            bench.map(va, 0, leaf(bench.frame(1), ALL));
            assert_eq!(bench.load(va), Ok(1));
            for bit in sign..64 {
                assert_eq!(bench.load(va ^ 1 << bit), Err((13, Why::NonCanonical)), "bit {bit}");
            }
        }
    }
}

#[test]
fn sv48_and_sv57_make_the_checks_of_sv39_at_their_highest_levels() {
    for (paging, top) in [(Paging::Sv48, 3), (Paging::Sv57, 4)] {
        let table = BASE + 0x9000;
        let cases = [
            (leaf(BASE, ALL & !V), Why::Invalid { level: top }),
            (leaf(BASE, V | W), Why::WriteWithoutRead { level: top }),
            (pointer(table) | 1 << 54, Why::ReservedBits { level: top }),
            (pointer(table) | 1 << 63, Why::ReservedBits { level: top }),
            (pointer(table) | A, Why::PointerBits { level: top }),
        ];
        for (pte, why) in cases {
            let mut bench = Bench::of(paging);
            bench.map(VA, top, pte);
            assert_eq!(bench.load(VA), Err((13, why)));
        }
        let mut bench = Bench::of(paging);
        bench.satp(1, ABSENT);
        assert_eq!(bench.fetch(VA), Err((1, Why::PteAbsent { level: top, pa: PhysAddr(ABSENT) })));
    }
}

#[test]
fn a_machine_with_sv57_walks_the_tables_of_sv39_and_sv48_as_well() {
    let mut bench = Bench::of(Paging::Sv57);
    for (mode, levels) in [(Paging::Sv39, 3), (Paging::Sv48, 4), (Paging::Sv57, 5)] {
        let root = bench.new_table();
        bench.switch_mode(mode, root);
        bench.map(VA, 0, leaf(bench.frame(levels), ALL));
        bench.fence(None, None);
        assert_eq!(bench.load(VA), Ok(levels));
        assert_eq!(bench.ptes_read().len() as u64, levels);
    }
}

#[test]
fn a_mode_that_the_machine_lacks_leaves_the_old_one_on() {
    let mut bench = Bench::with_pte(0, leaf(BASE, ALL));
    let satp = bench.csr(Csr::Satp);
    for mode in (1..16).filter(|mode| *mode != 8) {
        bench.csrw(Csr::Satp, mode << 60 | 0x1234);
        assert_eq!(bench.csr(Csr::Satp), satp, "MODE {mode}");
    }
    assert!(bench.load(VA).is_ok());
}

#[test]
fn without_translation_an_address_is_physical_and_permissions_do_not_apply() {
    let mut bench = Bench::with_pte(0, leaf(BASE, ALL));
    bench.load(VA).unwrap();
    bench.csrw(Csr::Satp, 0);
    for privilege in [Privilege::User, Privilege::Supervisor] {
        bench.privilege(privilege);
        assert_eq!(bench.load(bench.frame(3)), Ok(3));
        assert_eq!(bench.fetch(bench.frame(3)), Ok(3));
        for (access, _, access_fault) in ACCESSES {
            let absent = Why::MemoryAbsent { pa: PhysAddr(VA) };
            assert_eq!(bench.access(access, VA), Err((access_fault, absent)), "the TLB is not asked");
        }
    }
    let beyond = bench.frame(3) | 1 << 56;
    assert_eq!(bench.load(beyond), Err((5, Why::MemoryAbsent { pa: PhysAddr(beyond) })), "56 bits are all");
}

/// 16-bit addresses, pages of 1,024 bytes, PTEs of 4 bytes: one table of 64 entries.
#[test]
fn a_described_geometry_is_walked_like_any_other() {
    let geometry = Geometry::described(16, 1024, 4).unwrap();
    let mut bench = Bench::of(Paging::Described(geometry));
    let root = bench.root();
    // satp holds a page number, and pages have 1,024 bytes here.
    bench.satp(1, root << 2);
    let frame = bench.frame(0) + 1024;
    bench.write(root + 4 * 5, 4, frame >> 10 << 10 | ALL);
    bench.write(frame + 0x3fc, 4, 77);
    assert_eq!(bench.load(5 * 1024 + 0x3fc), Ok(77));
    assert_eq!(bench.ptes_read(), [root + 20]);
    assert_eq!(bench.load(6 * 1024), Err((13, Why::Invalid { level: 0 })));
    assert_eq!(bench.load(1 << 16), Err((13, Why::NonCanonical)), "there is no seventeenth bit");
}
