//! vfork: a child that borrows its parent's address space. Nothing is copied and no PTE changes; the parent waits until the
//! child executes a program or ends, and then finds in its memory what the child has written.

use crate::kernel::event::{Failure, KernelEvent};
use crate::kernel::setup::TrapPath;
use crate::kernel::state::{Pid, Process};
use crate::kernel::system::{Observer, Work};

impl<O: Observer> Work<'_, O> {
    /// Makes a child that runs in the address space of `pid`. Only its registers are its own. Its trapframe is mapped
    /// nowhere until it has a page table to map it in, or if the way into the kernel needs it, in place of its parent's.
    pub(in crate::kernel) fn vfork(&mut self, pid: Pid, name: &str) -> Result<Pid, Failure> {
        let parent = self.process(pid).clone();
        let child = self.next_pid();
        let (trapframe, kernel_stack) = self.new_kernel_side()?;
        if self.system.trap_path() == TrapPath::Full {
            self.show_trapframe(&parent, trapframe);
        }
        let (pc, sp) = self.system.saved_registers(&parent);
        self.prepare_trapframe(trapframe, kernel_stack);
        self.write_trapframe(trapframe, pc, sp);
        self.set_process(pid, Process { lent_to: Some(child), ..parent.clone() });
        let (name, program) = (name.to_owned(), parent.program.clone());
        self.set_process(
            child,
            Process {
                pid: child,
                name: name.clone(),
                trapframe,
                kernel_stack,
                parent: Some(pid),
                borrowed_from: Some(pid),
                ..parent
            },
        );
        self.event(KernelEvent::ProcessNew { pid: child, name, program, parent: Some(pid) });
        Ok(child)
    }

    /// The owner of an address space has it again, as the borrower leaves it.
    pub(in crate::kernel) fn give_back(&mut self, borrower: &Process, owner: Pid) {
        let Process { areas, stack_limit, brk, .. } = borrower.clone();
        let process = self.process(owner).clone();
        self.set_process(owner, Process { areas, stack_limit, brk, lent_to: None, ..process.clone() });
        self.event(KernelEvent::SpaceBack { pid: owner, from: borrower.pid });
        if self.system.trap_path() == TrapPath::Full {
            self.show_trapframe(&process, process.trapframe);
            self.put_frame(borrower.trapframe);
        }
        self.drop_unused_memory();
    }
}
