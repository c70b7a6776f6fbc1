//! Kernel stacks: where the kernel is mapped, it has a stack of one page for each process, with a page under it that is left
//! unmapped, so that a stack that grows out of its page faults in place of spoiling what is below.
//!
//! Stacks come and go with processes, long after the page tables were built. A new one is one PTE where the kernel's tables
//! are shared, and one in every process's table where they are copied.

use crate::hw::{Flags, Ppn, Pte, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::Failure;
use crate::kernel::setup::KernelMapping;
use crate::kernel::state::Usage;
use crate::kernel::system::{Observer, System, Work};

impl System {
    /// Where kernel stacks go down from.
    fn stacks_top(&self) -> u64 {
        if self.kernel_is_in_every_table() { 0 } else { self.trampoline().0 }
    }

    /// The page of the kernel stack with a number, from 0.
    pub(in crate::kernel) fn stack_page(&self, number: u64) -> VirtAddr {
        VirtAddr(self.stacks_top().wrapping_sub(2 * PAGE * (number + 1)))
    }
}

impl<O: Observer> Work<'_, O> {
    /// What the kernel needs for a process that is to come: a trapframe, and a stack if the kernel is mapped.
    ///
    /// # Errors
    ///
    /// If memory runs out; nothing is left behind then.
    pub(in crate::kernel) fn new_kernel_side(&mut self) -> Result<(Ppn, Option<VirtAddr>), Failure> {
        let trapframe = self.alloc_zeroed(Usage::Trapframe).ok_or(Failure::NoMemory)?;
        match self.new_kernel_stack() {
            Ok(stack) => Ok((trapframe, stack)),
            Err(failure) => {
                self.put_frame(trapframe);
                Err(failure)
            }
        }
    }

    /// A stack in the kernel for a process that is to come; `None` if the kernel is not mapped.
    ///
    /// # Errors
    ///
    /// If memory runs out; nothing is left behind then.
    fn new_kernel_stack(&mut self) -> Result<Option<VirtAddr>, Failure> {
        let Some(kernel) = self.system.kernel_root else { return Ok(None) };
        let system = &self.system;
        let living = || system.processes().filter(|process| process.is_alive());
        let taken = |page: &VirtAddr| living().any(|process| process.kernel_stack == Some(*page));
        let page = (0..).map(|number| system.stack_page(number)).find(|page| !taken(page));
        let page = page.expect("the layout has room for as many stacks as there are frames");
        let frame = self.alloc_zeroed(Usage::KernelStack).ok_or(Failure::NoMemory)?;
        let pte = self.kernel_pte(frame, Flags::R | Flags::W);
        for root in self.tables_with_stacks(kernel) {
            let Some(place) = self.entry_address(root, page, 0) else {
                self.clear_stack(page);
                self.put_frame(frame);
                return Err(Failure::NoMemory);
            };
            self.write_pte(0, place, pte);
        }
        Ok(Some(page))
    }

    /// Gives up the stack of a process that is no more, or never was.
    pub(in crate::kernel) fn free_kernel_stack(&mut self, page: Option<VirtAddr>) {
        let Some((kernel, page)) = self.system.kernel_root.zip(page) else { return };
        let Some(place) = self.system.leaf_for(kernel, page) else { return };
        self.clear_stack(page);
        let hart = self.hart;
        self.hardware(|machine, tap| machine.sfence(hart, Some(page), None, tap));
        self.put_frame(place.pte.ppn(&self.system.geometry()));
    }

    fn clear_stack(&mut self, page: VirtAddr) {
        let Some(kernel) = self.system.kernel_root else { return };
        for root in self.tables_with_stacks(kernel) {
            if let Some(place) = self.system.leaf_for(root, page) {
                self.write_pte(0, place.pa, Pte(0));
            }
        }
    }

    /// The tables in which a kernel stack must be mapped: the kernel's, and where its tables are copied, everybody's.
    fn tables_with_stacks(&self, kernel: Ppn) -> Vec<Ppn> {
        let copied = self.system.mapping() == KernelMapping::Copied;
        let roots = self.system.spaces().filter(|_| copied).map(|process| process.root);
        std::iter::once(kernel).chain(roots).collect()
    }
}
