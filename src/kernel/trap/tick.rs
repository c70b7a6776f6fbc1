//! The timer: an interrupt between two instructions, at which the kernel looks at the A bits.

use crate::hw::{Cause, VirtAddr};
use crate::kernel::event::KernelEvent;
use crate::kernel::op::Outcome;
use crate::kernel::system::{Observer, Work};

impl<O: Observer> Work<'_, O> {
    /// The timer ticks: A is cleared in every page that could lose its frame, so that it tells of the time until the next
    /// tick, and kept in the page's age where the policy is aging.
    pub(in crate::kernel) fn tick(&mut self) -> Outcome {
        let (hart, running) = (self.hart, self.system.running);
        if let Some(pid) = running {
            self.hardware(|machine, tap| {
                machine.enter_trap(hart, Cause::SupervisorTimer, VirtAddr(0), None, tap)
            });
            self.uservec(pid);
        }
        let mappers = self.system.mappers();
        self.looked_at(&mappers);
        self.event(KernelEvent::Tick);
        self.age_pages(&mappers);
        if let Some(pid) = running {
            self.set_vdso_clock(pid);
            self.userret(pid);
        }
        Outcome::Done
    }
}
