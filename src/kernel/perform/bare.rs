//! The bare machine: operations of the hardware alone. A trap is the operation's outcome. No kernel is there to answer it,
//! so the smallest handler does: it repairs nothing, and skips the instruction.

use crate::hw::{self, Access, Csr, HartId, INSTRUCTION_BYTES, PhysAddr, Request};
use crate::kernel::event::{Change, KernelEvent};
use crate::kernel::op::{About, Action, Op, OpError, Outcome, RegisterValue, Within, csr_fields};
use crate::kernel::system::{Observer, Work};

impl<O: Observer> Work<'_, O> {
    /// Carries out an operation of the bare machine.
    pub(in crate::kernel) fn bare(&mut self, op: &Op) -> Result<Outcome, OpError> {
        let hart = self.hart;
        if let Some(pc) = &op.pc {
            let pc = self.code_address(op, "pc", pc)?;
            self.set_pc(pc);
        }
        match &*op.action {
            Action::Load { at, width } => {
                let va = self.address(op, "at", at)?;
                return Ok(self.bare_access(Request { access: Access::Load, va, width: width.0, value: 0 }));
            }
            Action::Fetch { at, width } => {
                let va = self.code_address(op, "at", at)?;
                return Ok(self.bare_access(Request { access: Access::Fetch, va, width: width.0, value: 0 }));
            }
            Action::Store { at, width, value } => {
                let va = self.address(op, "at", at)?;
                let value = self.value(op, "value", value)?;
                return Ok(self.bare_access(Request { access: Access::Store, va, width: width.0, value }));
            }
            Action::Poke { pa, value, width } => {
                let (pa, value) = (self.value(op, "pa", pa)?, self.value(op, "value", value)?);
                self.poke(PhysAddr(pa), width.0, value)?;
            }
            Action::Csr(setting) => {
                if setting.named().next().is_none() {
                    let allowed = Csr::ALL.into_iter().map(|csr| csr.name().to_owned()).collect();
                    let what = "this writes no register";
                    return Err(OpError { allowed, ..OpError::new("op", About::Operation, what) });
                }
                for (csr, word) in setting.named() {
                    let value = self.csr_value(op, csr, word)?;
                    self.hardware(|machine, tap| machine.write_csr(hart, csr, value, tap));
                }
            }
            Action::Privilege { level } => {
                let privilege = *level;
                self.change(Change::Hardware(hw::Change::Privilege { hart, privilege }));
                self.hardware(|_, tap| hw::Observer::event(tap, hw::Event::PrivilegeSet { privilege }));
            }
            Action::Sfence { va, asid } => {
                let va = va.as_ref().map(|va| self.address(op, "va", va)).transpose()?;
                self.hardware(|machine, tap| machine.sfence(hart, va, *asid, tap));
            }
            Action::Hart { hart } => {
                let count = self.system.machine.harts().len();
                if *hart >= count {
                    let what = format!("there is no hart {hart}: the machine has {count} (machine.harts)");
                    return Err(OpError::new("hart", About::Operation, what));
                }
                self.change(Change::Hart(HartId(*hart)));
                self.event(KernelEvent::Hart { hart: HartId(*hart) });
            }
            other => {
                let what = format!("\"{}\" needs a kernel, and this machine has none", other.name());
                return Err(OpError::new("op", About::Operation, what));
            }
        }
        Ok(Outcome::Done)
    }

    fn bare_access(&mut self, request: Request) -> Outcome {
        let hart = self.hart;
        match self.hardware(|machine, tap| machine.execute(hart, request, tap)) {
            Ok(reached) => Outcome::Reached { pa: reached.pa, value: reached.value },
            Err(trap) => {
                // The hart's pc is `stvec` now; `sepc` still says where the instruction was.
                let next = self.system.address(trap.sepc.0.wrapping_add(INSTRUCTION_BYTES));
                self.hardware(|machine, tap| machine.sret(hart, tap));
                self.set_pc(next);
                self.event(KernelEvent::HandlerReturn { pc: next });
                Outcome::Trapped { trap, killed: false }
            }
        }
    }

    fn poke(&mut self, pa: PhysAddr, width: u64, value: u64) -> Result<(), OpError> {
        let memory = self.system.machine.memory();
        let Some(was) = memory.read(pa, width) else {
            let (first, bytes) = (memory.base(), memory.size_bytes());
            let what = format!("there is no memory at {pa}: it begins at {first} and has {bytes:#x} bytes");
            return Err(OpError::new("pa", About::Memory, what));
        };
        let value = value & (!0 >> (64 - 8 * width));
        self.change(Change::Hardware(hw::Change::Memory { pa, width, value }));
        let (value, was) = (hw::Word(value), hw::Word(was));
        self.hardware(|_, tap| hw::Observer::event(tap, hw::Event::Poke { pa, width, value, was }));
        Ok(())
    }

    fn csr_value(&self, op: &Op, csr: Csr, word: &RegisterValue) -> Result<u64, OpError> {
        let fields = match word {
            RegisterValue::Whole(expr) => return self.value(op, csr.name(), expr),
            RegisterValue::Fields(fields) => fields,
        };
        let layout = csr_fields(csr, self.system.machine.config().paging);
        let mut value = self.system.machine.hart(self.hart).csrs.read(csr).0;
        for (name, field) in fields {
            let in_field = |error| OpError { within: Within::Field(name.clone()), ..error };
            let Some((_, low, bits)) = layout.iter().find(|(known, ..)| known == name) else {
                let what = format!("{csr} has no field \"{name}\"");
                let allowed = layout.iter().map(|(name, ..)| (*name).to_owned()).collect();
                return Err(in_field(OpError::unknown(csr.name(), what, name.clone(), allowed)));
            };
            let mask = (1 << bits) - 1;
            let wanted = self.value(op, csr.name(), &field.0).map_err(in_field)?;
            if wanted > mask {
                let what = format!("{name} has {bits} bits: {wanted:#x} does not fit");
                return Err(in_field(OpError::new(csr.name(), About::Operation, what)));
            }
            value = value & !(mask << low) | wanted << low;
        }
        Ok(value)
    }
}
