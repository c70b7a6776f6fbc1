//! Traps: entry into supervisor mode, and `sret`.

use crate::hw::{Cause, Change, Csr, Event, HartId, Machine, Observer, Privilege, Sstatus, VirtAddr, Why};

/// What the hart reports when it traps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trap {
    /// The exception.
    pub cause: Cause,
    /// The address at fault; 0 for a system call.
    pub stval: VirtAddr,
    /// The pc of the instruction that trapped.
    pub sepc: VirtAddr,
    /// Why a memory access failed; `None` for a system call.
    pub why: Option<Why>,
}

impl Machine {
    /// Trap entry (privileged specification, section on supervisor CSRs): the registers say what happened, SPP and SPIE
    /// keep privilege and SIE, interrupts are off, and the hart goes on at `stvec` in supervisor mode.
    pub fn enter_trap<O: Observer>(
        &mut self,
        hart: HartId,
        cause: Cause,
        stval: VirtAddr,
        why: Option<Why>,
        watch: &mut O,
    ) -> Trap {
        let state = self.hart(hart);
        // Bit 0 of sepc is always zero.
        let sepc = VirtAddr(state.pc.0 & !1);
        let (old, from) = (state.csrs.sstatus, state.privilege);
        let sstatus = old
            .with(Sstatus::SPP, from == Privilege::Supervisor)
            .with(Sstatus::SPIE, old.has(Sstatus::SIE))
            .with(Sstatus::SIE, false);
        let handler = VirtAddr(state.csrs.stvec & !0b11);
        let scause = cause.scause(if self.config().paging.is_32_bit() { 32 } else { 64 });
        for (csr, value) in
            [(Csr::Sepc, sepc.0), (Csr::Scause, scause), (Csr::Stval, stval.0), (Csr::Sstatus, sstatus.0)]
        {
            self.change(Change::Csr { hart, csr, value }, watch);
        }
        self.change(Change::Privilege { hart, privilege: Privilege::Supervisor }, watch);
        self.change(Change::Pc { hart, pc: handler }, watch);
        let trap = Trap { cause, stval, sepc, why };
        watch.event(Event::Trap { scause, stval, sepc, cause, why });
        trap
    }

    /// `sret`: privilege from SPP, SIE from SPIE, the pc from `sepc`; SPIE becomes 1 and SPP becomes U.
    pub fn sret<O: Observer>(&mut self, hart: HartId, watch: &mut O) {
        let csrs = &self.hart(hart).csrs;
        let (pc, privilege) = (csrs.sepc, csrs.sstatus.spp());
        let sstatus = csrs
            .sstatus
            .with(Sstatus::SIE, csrs.sstatus.has(Sstatus::SPIE))
            .with(Sstatus::SPIE, true)
            .with(Sstatus::SPP, false);
        self.change(Change::Csr { hart, csr: Csr::Sstatus, value: sstatus.0 }, watch);
        self.change(Change::Privilege { hart, privilege }, watch);
        self.change(Change::Pc { hart, pc }, watch);
        watch.event(Event::TrapReturn { pc, privilege });
    }
}
