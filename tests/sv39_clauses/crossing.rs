//! Accesses that lie across a page boundary: each part is translated on its own, and a fault names the part.

use crate::bench::*;
use pagewalk::hw::{Access, AdUpdate, Paging, PhysAddr, Why};

const NEXT: u64 = VA + 0x1000;

/// Two neighbouring pages in frames that are not neighbours, and the first of eight bytes, of which five are in the
/// first page.
fn two_pages(first: u64, second: u64) -> (Bench, u64) {
    let mut bench = Bench::sv39();
    bench.map(VA, 0, leaf(bench.frame(3), first));
    bench.map(NEXT, 0, leaf(bench.frame(1), second));
    bench.write(bench.frame(3) + 0xffb, 5, 0x55_4433_2211);
    bench.write(bench.frame(1), 3, 0x88_7766);
    (bench, NEXT - 5)
}

#[test]
fn each_part_comes_from_its_own_frame() {
    let (mut bench, va) = two_pages(ALL, ALL);
    assert_eq!(bench.access_bytes(Access::Load, va, 8, 0), Ok(0x8877_6655_4433_2211));
    assert_eq!(bench.ptes_read().len(), 6);
    assert_eq!(bench.access_bytes(Access::Fetch, NEXT - 2, 4, 0), Ok(0x7766_5544));
}

#[test]
fn each_part_goes_to_its_own_frame_and_no_further() {
    let (mut bench, va) = two_pages(ALL, ALL);
    bench.write(bench.frame(1) + 3, 1, 0x99);
    assert!(bench.access_bytes(Access::Store, va, 8, 0x0807_0605_0403_0201).is_ok());
    assert_eq!(bench.read(bench.frame(3) + 0xffb, 5), 0x05_0403_0201);
    assert_eq!(bench.read(bench.frame(1), 4), 0x9908_0706);
    assert_eq!(bench.read(bench.frame(4), 4), 4, "the frame after the first page's is another's");
}

#[test]
fn a_fault_in_the_second_page_names_its_first_byte() {
    for (access, page_fault, access_fault) in ACCESSES {
        let (mut bench, va) = two_pages(ALL, 0);
        assert_eq!(bench.access_bytes(access, va, 8, 0), Err((page_fault, Why::Invalid { level: 0 })));
        assert_eq!(bench.trap.map(|trap| trap.stval.0), Some(NEXT));
        let (mut bench, va) = two_pages(ALL, ALL);
        bench.map(NEXT, 0, leaf(ABSENT, ALL));
        let absent = Why::MemoryAbsent { pa: PhysAddr(ABSENT) };
        assert_eq!(bench.access_bytes(access, va, 8, 0), Err((access_fault, absent)));
        assert_eq!(bench.trap.map(|trap| trap.stval.0), Some(NEXT));
    }
}

#[test]
fn a_fault_in_the_first_page_names_the_first_byte_of_the_access_and_hides_the_second() {
    let (mut bench, va) = two_pages(V | R | A, 0);
    assert_eq!(bench.access_bytes(Access::Store, va, 8, 0), Err((15, Why::NotWritable)));
    assert_eq!(bench.trap.map(|trap| trap.stval.0), Some(va));
}

#[test]
fn a_store_across_into_a_bad_page_writes_nothing() {
    for second in [0, V | R | A, ALL | U] {
        let (mut bench, va) = two_pages(ALL, second);
        assert!(bench.access_bytes(Access::Store, va, 8, !0).is_err());
        assert_eq!(bench.read(bench.frame(3) + 0xffb, 5), 0x55_4433_2211);
        assert_eq!(bench.read(bench.frame(1), 3), 0x88_7766);
    }
}

#[test]
fn each_page_gets_its_own_a_and_d() {
    let (mut bench, va) = two_pages(V | R | W, V | R | W);
    assert!(bench.access_bytes(Access::Store, va, 8, 0).is_ok());
    let path = bench.ptes_read();
    for slot in [path[2], path[5]] {
        assert_eq!(bench.peek(slot) & 0xff, V | R | W | A | D);
    }
}

#[test]
fn svade_looks_at_the_bits_of_both_pages() {
    let mut bench = Bench::with(|config| config.ad_update = AdUpdate::Fault);
    bench.map(VA, 0, leaf(bench.frame(3), ALL));
    bench.map(NEXT, 0, leaf(bench.frame(1), ALL & !D));
    assert_eq!(bench.access_bytes(Access::Store, NEXT - 1, 2, 0), Err((15, Why::DirtyClear)));
    assert_eq!(bench.trap.map(|trap| trap.stval.0), Some(NEXT));
}

#[test]
fn an_access_that_ends_at_the_boundary_needs_only_one_page() {
    for width in [1, 2, 4, 8] {
        let (mut bench, _) = two_pages(ALL, 0);
        assert!(bench.access_bytes(Access::Load, NEXT - width, width, 0).is_ok());
    }
}

#[test]
fn an_access_across_the_end_of_the_lower_half_is_not_canonical_from_there_on() {
    let end = 1 << 38;
    let mut bench = Bench::sv39();
    bench.map(end - 0x1000, 0, leaf(bench.frame(1), ALL));
    assert_eq!(bench.access_bytes(Access::Load, end - 4, 8, 0), Err((13, Why::NonCanonical)));
    assert_eq!(bench.trap.map(|trap| trap.stval.0), Some(end));
}

#[test]
fn an_access_across_the_last_address_goes_on_at_address_0() {
    let mut bench = Bench::sv39();
    bench.map(!0xfff, 0, leaf(bench.frame(3), ALL));
    bench.map(0, 0, leaf(bench.frame(1), ALL));
    bench.write(bench.frame(3) + 0xffe, 2, 0x2211);
    assert_eq!(bench.access_bytes(Access::Load, !1, 4, 0), Ok(0x0001_2211));
}

/// Addresses of RV32 have 32 bits, and so has the sum that makes them.
#[test]
fn an_access_across_the_last_address_of_sv32_goes_on_at_address_0() {
    let mut bench = Bench::of(Paging::Sv32);
    bench.map(0xffff_f000, 0, leaf(bench.frame(3), ALL));
    bench.map(0, 0, leaf(bench.frame(1), ALL));
    bench.write(bench.frame(3) + 0xffe, 2, 0x2211);
    assert_eq!(bench.access_bytes(Access::Load, 0xffff_fffe, 4, 0), Ok(0x0001_2211));
    bench.map(0, 0, 0);
    bench.fence(None, None);
    assert_eq!(bench.access_bytes(Access::Load, 0xffff_fffe, 4, 0), Err((13, Why::Invalid { level: 0 })));
    assert_eq!(bench.trap.map(|trap| trap.stval.0), Some(0));
}

/// The pc too.
#[test]
fn the_instruction_after_the_last_address_of_sv32_is_at_address_0() {
    let mut bench = Bench::of(Paging::Sv32);
    bench.map(0xffff_f000, 0, leaf(bench.frame(3), ALL));
    assert!(bench.fetch(0xffff_fffc).is_ok());
    assert_eq!(bench.machine.hart(bench.hart).pc.0, 0);
}
