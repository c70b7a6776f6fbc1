//! Traps: the exceptions that this machine raises, entry into supervisor mode, and `sret`.

use super::addr::VirtAddr;
use super::csr::{Csr, Sstatus};
use super::event::{Event, Observer};
use super::fault::Why;
use super::hart::{HartId, Privilege};
use super::machine::{Change, Machine};
use serde::{Serialize, Serializer};
use std::fmt;

/// The traps that are modelled; the number is the code in `scause`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u64)]
pub enum Cause {
    /// Nothing at the physical address of an instruction, or of a PTE on the way to it.
    InstructionAccessFault = 1,
    /// The same for a load.
    LoadAccessFault = 5,
    /// The same for a store or an AMO.
    StoreAccessFault = 7,
    /// `ecall` in user mode: a system call.
    UserEcall = 8,
    /// A fetch that the page tables do not allow.
    InstructionPageFault = 12,
    /// A load that the page tables do not allow.
    LoadPageFault = 13,
    /// A store or an AMO that the page tables do not allow.
    StorePageFault = 15,
    /// An interrupt, and no exception: the supervisor's timer.
    SupervisorTimer = 1 << 63 | 5,
}

impl Cause {
    /// All exceptions.
    pub const ALL: [Self; 7] = [
        Self::InstructionAccessFault,
        Self::LoadAccessFault,
        Self::StoreAccessFault,
        Self::UserEcall,
        Self::InstructionPageFault,
        Self::LoadPageFault,
        Self::StorePageFault,
    ];

    /// The highest bit of `scause`, where registers have 64.
    const INTERRUPT: u64 = 1 << 63;

    /// The code, without the bit that says whether it is an interrupt's.
    pub fn code(self) -> u64 {
        self as u64 & !Self::INTERRUPT
    }

    /// Whether it comes from outside, between two instructions.
    pub fn is_interrupt(self) -> bool {
        self as u64 & Self::INTERRUPT != 0
    }

    /// Whether an instruction could not be carried out: no interrupt, and not asked for like a system call.
    pub fn is_fault(self) -> bool {
        !self.is_interrupt() && self != Self::UserEcall
    }

    /// What `scause` holds, in registers of so many bits.
    fn scause(self, bits: u32) -> u64 {
        self.code() | u64::from(self.is_interrupt()) << (bits - 1)
    }

    /// The exception with this code.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }

    /// A page fault, of whichever access.
    pub fn is_page_fault(self) -> bool {
        matches!(self, Self::InstructionPageFault | Self::LoadPageFault | Self::StorePageFault)
    }
}

/// The name in the specification's table of exception codes.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InstructionAccessFault => "instruction access fault",
            Self::LoadAccessFault => "load access fault",
            Self::StoreAccessFault => "store/AMO access fault",
            Self::UserEcall => "environment call from U-mode",
            Self::InstructionPageFault => "instruction page fault",
            Self::LoadPageFault => "load page fault",
            Self::StorePageFault => "store/AMO page fault",
            Self::SupervisorTimer => "supervisor timer interrupt",
        })
    }
}

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

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
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
