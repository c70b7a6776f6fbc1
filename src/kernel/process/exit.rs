//! The end of a process: its pages, its tables and its trapframe come back.

use crate::hw::Ppn;
use crate::kernel::event::{Change, FaultCaseOrMemory, KernelEvent};
use crate::kernel::setup::TrapPath;
use crate::kernel::state::{Area, Pid, Process, ProcessState};
use crate::kernel::system::{Observer, Work};

impl<O: Observer> Work<'_, O> {
    /// The process ends because it wants to.
    pub(in crate::kernel) fn exit(&mut self, pid: Pid, status: u64) {
        self.end(pid, ProcessState::Exited { status }, KernelEvent::ProcessExit { pid, status });
    }

    /// The kernel ends it.
    pub(in crate::kernel) fn kill(&mut self, pid: Pid, why: FaultCaseOrMemory) {
        self.end(pid, ProcessState::Killed, KernelEvent::ProcessKill { pid, why });
    }

    /// The hart leaves the address space before it is taken apart: what the kernel does next needs no page table.
    fn end(&mut self, pid: Pid, state: ProcessState, event: KernelEvent) {
        let old = self.process(pid).clone();
        self.set_process(pid, Process { state, areas: vec![], ..old.clone() });
        self.change(Change::Running(None));
        self.event(event);
        self.load_kernel_satp();
        self.leave_space(&old);
        if old.borrowed_from.is_some() && self.system.trap_path() == TrapPath::Short {
            self.put_frame(old.trapframe);
        }
        self.free_kernel_stack(old.kernel_stack);
    }

    /// The end of an address space that its process does not use any more; one that was borrowed goes back.
    pub(in crate::kernel) fn leave_space(&mut self, old: &Process) {
        if let Some(owner) = old.borrowed_from {
            return self.give_back(old, owner);
        }
        self.fence_space(old.asid);
        self.free_space(old.root, &old.areas);
        self.drop_unused_memory();
    }

    /// Frees an address space: its pages, then its tables. The TLB was fenced.
    pub(in crate::kernel) fn free_space(&mut self, root: Ppn, areas: &[Area]) {
        for area in areas {
            self.unmap_area(root, area);
        }
        self.leave_kernel(root);
        self.free_tables(root);
    }
}
