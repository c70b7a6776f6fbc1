//! What a process does itself: loads, stores, fetches, each tried again after a fault that the kernel mended.

use crate::hw::{Access, Request, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::{FaultCaseOrMemory, KernelEvent};
use crate::kernel::op::Outcome;
use crate::kernel::setup::Bug;
use crate::kernel::state::Pid;
use crate::kernel::system::{Observer, Work};

/// How often an access is tried. One that crosses a page may fault for each page: to bring it back, to copy it, and to set
/// A and D.
const TRIES: usize = 8;

/// How often if pages lose their frames meanwhile: what was mended for one page may be undone for the other.
const TRIES_UNDER_PRESSURE: usize = 4 * TRIES;

impl<O: Observer> Work<'_, O> {
    /// The process that runs makes an access.
    pub(in crate::kernel) fn user_access(&mut self, pid: Pid, request: Request) -> Outcome {
        let hart = self.hart;
        let (mut last, evictions) = (None, self.system.counters.evictions);
        let pressure = |kernel: &Self| kernel.system.counters.evictions > evictions;
        let may_try =
            |kernel: &Self, tries| tries < TRIES || pressure(kernel) && tries < TRIES_UNDER_PRESSURE;
        let mut tries = 0;
        while may_try(self, tries) {
            tries += 1;
            let trap = match self.hardware(|machine, tap| machine.execute(hart, request, tap)) {
                Ok(reached) => {
                    self.note_uses(pid, &request);
                    return Outcome::Reached { pa: reached.pa, value: reached.value };
                }
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
        let trap = last.expect("at least one try was made");
        // Not even the pages of one instruction fit into memory at one time: each costs another its frame.
        let killed = pressure(self) && !self.has(Bug::NeverAccessed);
        if killed {
            self.kill(pid, FaultCaseOrMemory::OutOfMemory);
        } else {
            // Only a kernel that mends the wrong thing comes here: the instruction would fault for ever.
            self.event(KernelEvent::Stuck { pid, tries });
        }
        Outcome::Trapped { trap, killed }
    }

    /// Touches the first words of pages, counted from `first`. A trap that kills ends it.
    pub(in crate::kernel) fn touch(
        &mut self,
        pid: Pid,
        first: VirtAddr,
        pages: &[u64],
        access: Access,
    ) -> Outcome {
        let mut outcome = Outcome::Done;
        for page in pages {
            if !self.watch.has_room(self.system) {
                break;
            }
            let va = self.system.address(first.0.wrapping_add(page.wrapping_mul(PAGE)));
            outcome = self.user_access(pid, Request { access, va, width: 8, value: *page });
            if !matches!(outcome, Outcome::Reached { .. }) {
                break;
            }
        }
        outcome
    }

    /// A function is entered, and calls itself `times` deep: each time the stack pointer moves down and the new frame's
    /// lowest word is stored, by the same instruction. A trap that kills ends it.
    pub(in crate::kernel) fn push(&mut self, pid: Pid, bytes: u64, value: u64, times: u64) -> Outcome {
        let pc = self.system.machine.hart(self.hart).pc;
        let mut outcome = self.push_once(pid, bytes, value);
        for _ in 1..times {
            if !matches!(outcome, Outcome::Reached { .. }) || !self.watch.has_room(self.system) {
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
