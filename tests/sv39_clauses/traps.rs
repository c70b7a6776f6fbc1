//! What a trap leaves in the registers, and what `sret` makes of it.

use crate::bench::*;
use pagewalk::hw::Request;
use pagewalk::hw::{
    Access, Cause, Change, Csr, Hart, HartId, Machine, Privilege, Sstatus, Trap, Unwatched, VirtAddr, Why,
};

const HART: HartId = HartId(0);
const HANDLER: u64 = 0x8000_0100;
const PC: u64 = 0x4_0000;

/// A machine at `PC` with nothing mapped, ready to trap.
fn ready(privilege: Privilege, sstatus: u64) -> Machine {
    let mut bench = Bench::sv39();
    bench.csrw(Csr::Stvec, HANDLER);
    bench.csrw(Csr::Sstatus, sstatus);
    bench.privilege(privilege);
    bench.machine.swap(Change::Pc { hart: HART, pc: VirtAddr(PC) });
    bench.machine
}

fn hart(machine: &Machine) -> &Hart {
    machine.hart(HART)
}

fn trap(machine: &mut Machine, access: Access) -> Trap {
    let request = Request { access, va: VirtAddr(VA + 4), width: 4, value: 0 };
    machine.execute(HART, request, &mut Unwatched).expect_err("nothing is mapped")
}

#[test]
fn trap_entry_says_why_where_and_what() {
    let mut machine = ready(Privilege::User, 0);
    let reported = trap(&mut machine, Access::Store);
    let csrs = &hart(&machine).csrs;
    assert_eq!((csrs.scause, csrs.stval.0, csrs.sepc.0), (15, VA + 4, PC));
    let why = Some(Why::Invalid { level: 2 });
    let (sepc, stval) = (VirtAddr(PC), VirtAddr(VA + 4));
    assert_eq!(reported, Trap { cause: Cause::StorePageFault, stval, sepc, why });
}

#[test]
fn trap_entry_goes_to_stvec_in_supervisor_mode() {
    let mut machine = ready(Privilege::User, 0);
    trap(&mut machine, Access::Load);
    assert_eq!((hart(&machine).pc.0, hart(&machine).privilege), (HANDLER, Privilege::Supervisor));
}

#[test]
fn an_exception_goes_to_the_base_of_a_vectored_stvec() {
    let mut machine = ready(Privilege::User, 0);
    machine.write_csr(HART, Csr::Stvec, HANDLER | 1, &mut Unwatched);
    trap(&mut machine, Access::Load);
    assert_eq!(hart(&machine).pc.0, HANDLER);
}

#[test]
fn trap_entry_keeps_the_privilege_in_spp_and_sie_in_spie() {
    let (sie, spie, spp) = (Sstatus::SIE, Sstatus::SPIE, Sstatus::SPP);
    let kept = Sstatus::SUM | Sstatus::MXR;
    #[rustfmt::skip]
    let cases = [
        (Privilege::User,       0,          0),
        (Privilege::User,       sie,        spie),
        (Privilege::User,       spie | spp, 0),
        (Privilege::Supervisor, 0,          spp),
        (Privilege::Supervisor, sie | spie, spp | spie),
        (Privilege::Supervisor, kept,       spp | kept),
    ];
    for (privilege, before, after) in cases {
        let mut machine = ready(privilege, before);
        trap(&mut machine, Access::Load);
        let sstatus = hart(&machine).csrs.sstatus.0;
        assert_eq!(sstatus & Sstatus::WRITABLE, after, "{privilege} with {before:#x}");
        assert_eq!(sstatus & Sstatus::UXL_64, Sstatus::UXL_64);
    }
}

#[test]
fn sret_goes_back_and_undoes_what_trap_entry_did() {
    let (sie, spie, spp) = (Sstatus::SIE, Sstatus::SPIE, Sstatus::SPP);
    #[rustfmt::skip]
    let cases = [
        // sstatus before → privilege, sstatus after
        (0,                Privilege::User,       spie),
        (spie,             Privilege::User,       spie | sie),
        (spp,              Privilege::Supervisor, spie),
        (spp | spie,       Privilege::Supervisor, spie | sie),
        (sie,              Privilege::User,       spie),
        (Sstatus::SUM,     Privilege::User,       spie | Sstatus::SUM),
    ];
    for (before, privilege, after) in cases {
        let mut machine = ready(Privilege::Supervisor, before);
        machine.write_csr(HART, Csr::Sepc, 0x1234, &mut Unwatched);
        machine.sret(HART, &mut Unwatched);
        assert_eq!((hart(&machine).pc.0, hart(&machine).privilege), (0x1234, privilege));
        assert_eq!(hart(&machine).csrs.sstatus.0 & Sstatus::WRITABLE, after, "{before:#x}");
    }
}

#[test]
fn a_trap_and_sret_bring_the_hart_back_to_the_instruction() {
    for privilege in [Privilege::User, Privilege::Supervisor] {
        for sie in [0, Sstatus::SIE] {
            let mut machine = ready(privilege, sie);
            trap(&mut machine, Access::Load);
            machine.sret(HART, &mut Unwatched);
            let state = hart(&machine);
            assert_eq!((state.pc.0, state.privilege), (PC, privilege));
            assert_eq!(state.csrs.sstatus.0 & Sstatus::SIE, sie);
        }
    }
}

#[test]
fn a_fetch_that_faults_has_itself_in_sepc() {
    let mut machine = ready(Privilege::User, 0);
    assert_eq!(trap(&mut machine, Access::Fetch).sepc.0, VA + 4);
    assert_eq!(hart(&machine).csrs.scause, 12);
}

#[test]
fn a_fetch_across_a_boundary_has_its_start_in_sepc_and_the_bad_part_in_stval() {
    let mut bench = Bench::with_pte(0, leaf(BASE, ALL));
    assert_eq!(bench.fetch(VA + 0xffe), Err((12, Why::Invalid { level: 0 })));
    let trap = bench.trap.unwrap();
    assert_eq!((trap.sepc.0, trap.stval.0), (VA + 0xffe, VA + 0x1000));
}

#[test]
fn an_access_that_is_done_moves_the_pc_on_and_leaves_the_trap_registers() {
    let mut bench = Bench::with_pte(0, leaf(BASE, ALL));
    for csr in [Csr::Sepc, Csr::Scause, Csr::Stval] {
        bench.csrw(csr, 0x42);
    }
    bench.fetch(VA).unwrap();
    assert_eq!(bench.machine.hart(HART).pc.0, VA + 4);
    bench.load(VA).unwrap();
    assert_eq!(bench.machine.hart(HART).pc.0, VA + 8);
    for csr in [Csr::Sepc, Csr::Scause, Csr::Stval] {
        assert_eq!(bench.csr(csr), 0x42);
    }
}

#[test]
fn each_kind_of_fault_has_its_code_in_scause() {
    for (access, page_fault, access_fault) in ACCESSES {
        let mut bench = Bench::sv39();
        assert!(bench.access(access, VA).is_err());
        assert_eq!(bench.csr(Csr::Scause), page_fault);
        bench.map(VA, 2, pointer(ABSENT));
        assert!(bench.access(access, VA).is_err());
        assert_eq!(bench.csr(Csr::Scause), access_fault);
    }
}
