//! Steps 6 and 8: the U bit with SUM, and R, W and X with MXR.

use crate::bench::*;
use pagewalk::hw::Privilege::{Supervisor, User};
use pagewalk::hw::{Access, Sstatus, Why};

#[test]
fn step_6_u_s_and_sum_decide_who_may_use_a_page() {
    let (user, supervisor) = (Err(Why::UserPage), Err(Why::SupervisorPage));
    #[rustfmt::skip]
    let cases = [
        // privilege, U bit, SUM → load, store, fetch
        (User,       U, false, [Ok(()), Ok(()), Ok(())]),
        (User,       U, true,  [Ok(()), Ok(()), Ok(())]),
        (User,       0, false, [supervisor; 3]),
        (User,       0, true,  [supervisor; 3]),
        (Supervisor, 0, false, [Ok(()), Ok(()), Ok(())]),
        (Supervisor, 0, true,  [Ok(()), Ok(()), Ok(())]),
        (Supervisor, U, false, [user; 3]),
        (Supervisor, U, true,  [Ok(()), Ok(()), user]),
    ];
    for (privilege, u, sum, expected) in cases {
        for level in 0..3 {
            let mut bench = Bench::sv39();
            let va = bench.map_frame(level, 1, ALL | u);
            bench.privilege(privilege);
            bench.sstatus(Sstatus::SUM, sum);
            for ((access, page_fault, _), expected) in ACCESSES.into_iter().zip(expected) {
                let got = bench.access(access, va).map(drop);
                let expected = expected.map_err(|why| (page_fault, why));
                assert_eq!(got, expected, "{privilege} {access}, U {u}, SUM {sum}, level {level}");
            }
        }
    }
}

#[test]
fn step_6_mxr_does_not_open_user_pages_to_the_supervisor() {
    let mut bench = Bench::with_pte(0, leaf(BASE, ALL | U));
    bench.sstatus(Sstatus::MXR, true);
    assert_eq!(bench.load(VA), Err((13, Why::UserPage)));
}

#[test]
fn step_6_the_user_bit_is_looked_at_before_r_w_and_x() {
    let mut bench = Bench::with_pte(0, leaf(BASE, V | R | U | A | D));
    assert_eq!(bench.store(VA), Err((15, Why::UserPage)));
    assert_eq!(bench.fetch(VA), Err((12, Why::UserPage)));
}

#[test]
fn step_8_r_w_and_x_decide_what_a_page_is_for() {
    let (r, w, x) = (Err(Why::NotReadable), Err(Why::NotWritable), Err(Why::NotExecutable));
    #[rustfmt::skip]
    let cases = [
        // flags, MXR → load, store, fetch
        (R,         false, [Ok(()), w,      x]),
        (R | W,     false, [Ok(()), Ok(()), x]),
        (X,         false, [r,      w,      Ok(())]),
        (R | X,     false, [Ok(()), w,      Ok(())]),
        (R | W | X, false, [Ok(()), Ok(()), Ok(())]),
        (R,         true,  [Ok(()), w,      x]),
        (R | W,     true,  [Ok(()), Ok(()), x]),
        (X,         true,  [Ok(()), w,      Ok(())]),
        (R | X,     true,  [Ok(()), w,      Ok(())]),
        (R | W | X, true,  [Ok(()), Ok(()), Ok(())]),
    ];
    for (flags, mxr, expected) in cases {
        for (privilege, u) in [(Supervisor, 0), (User, U)] {
            let mut bench = Bench::sv39();
            let va = bench.map_frame(0, 1, V | A | D | flags | u);
            bench.privilege(privilege);
            bench.sstatus(Sstatus::MXR, mxr);
            for ((access, page_fault, _), expected) in ACCESSES.into_iter().zip(expected) {
                let expected = expected.map_err(|why| (page_fault, why));
                assert_eq!(
                    bench.access(access, va).map(drop),
                    expected,
                    "{privilege} {access}, flags {flags:#x}, MXR {mxr}"
                );
            }
        }
    }
}

#[test]
fn step_8_the_permissions_of_a_superpage_are_those_of_its_leaf() {
    for level in 1..3 {
        let mut bench = Bench::sv39();
        let va = bench.map_frame(level, 1, V | R | A | D);
        assert_eq!(bench.load(va), Ok(1));
        assert_eq!(bench.store(va), Err((15, Why::NotWritable)));
        assert_eq!(bench.fetch(va), Err((12, Why::NotExecutable)));
    }
}

#[test]
fn the_type_of_the_access_chooses_among_the_page_faults_12_13_and_15() {
    let mut bench = Bench::sv39();
    for (access, code) in [(Access::Fetch, 12), (Access::Load, 13), (Access::Store, 15)] {
        assert_eq!(bench.access(access, VA), Err((code, Why::Invalid { level: 2 })));
        assert_eq!(bench.trap.map(|trap| trap.stval.0), Some(VA));
    }
}
