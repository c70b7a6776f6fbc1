//! What a process does itself: loads, stores, fetches, each tried again after a fault that the kernel mended.

use super::Kernel;
use super::event::{KernelEvent, Observer};
use super::outcome::Outcome;
use super::process::Pid;
use crate::hw::Access;
use crate::hw::mmu::Request;

/// How often an access is tried. One that crosses a page may fault for each page, and for A and for D of each.
const TRIES: usize = 8;

impl<O: Observer> Kernel<'_, O> {
    /// The process that runs makes an access.
    pub(super) fn user_access(&mut self, pid: Pid, request: Request) -> Outcome {
        let hart = self.hart;
        let mut last = None;
        for _ in 0..TRIES {
            let trap = match self.hardware(|machine, tap| machine.execute(hart, request, tap)) {
                Ok(reached) => return Outcome::Reached { pa: reached.pa, value: reached.value },
                Err(trap) => trap,
            };
            self.uservec(pid);
            if let Err(why) = self.handle_fault(pid, &trap, request.access) {
                self.kill(pid, why);
                return Outcome::Trapped { trap, killed: true };
            }
            self.set_vdso_clock(pid);
            self.userret(pid);
            last = Some(trap);
        }
        // Only a kernel that mends the wrong thing comes here: the instruction would fault for ever.
        let trap = last.expect("at least one try was made");
        Outcome::Trapped { trap, killed: false }
    }

    /// A function is entered, and calls itself `times` deep: each time the stack pointer moves down and the new frame's
    /// lowest word is stored, by the same instruction. A trap that kills ends it.
    pub(super) fn push(&mut self, pid: Pid, bytes: u64, value: u64, times: u64) -> Outcome {
        let pc = self.system.machine.hart(self.hart).pc;
        let mut outcome = self.push_once(pid, bytes, value);
        for _ in 1..times {
            if !matches!(outcome, Outcome::Reached { .. }) {
                break;
            }
            self.set_pc(pc);
            outcome = self.push_once(pid, bytes, value);
        }
        outcome
    }

    fn push_once(&mut self, pid: Pid, bytes: u64, value: u64) -> Outcome {
        let (_, was) = self.system.registers(self.process(pid));
        let sp = self.system.address(was.0.wrapping_sub(bytes));
        self.set_stack_pointer(sp);
        self.event(KernelEvent::StackPointer { pid, sp, was });
        self.user_access(pid, Request { access: Access::Store, va: sp, width: 8, value })
    }
}
