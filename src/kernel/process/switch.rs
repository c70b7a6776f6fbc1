//! The context switch: which process the hart runs, and which page table it uses.

use crate::hw::{self, Csr, PhysAddr, Ppn, Privilege, Satp, VirtAddr};
use crate::kernel::event::{Change, KernelEvent};
use crate::kernel::state::{Pid, TRAPFRAME_EPC, TRAPFRAME_SP};
use crate::kernel::system::{Observer, Work};

impl<O: Observer> Work<'_, O> {
    /// Makes the hart run a process: the registers of the one that ran go to its trapframe, this one's come from
    /// there. Without ASIDs the TLB is flushed.
    pub(in crate::kernel) fn switch_to(&mut self, pid: Pid) {
        if self.system.running == Some(pid) {
            return;
        }
        let from = self.system.running;
        self.save_registers();
        let (pc, sp) = self.system.registers(self.process(pid));
        self.change(Change::Running(Some(pid)));
        self.set_pc(pc);
        self.set_stack_pointer(sp);
        let hart = self.hart;
        let privilege = Privilege::User;
        self.change(Change::Hardware(hw::Change::Privilege { hart, privilege }));
        self.event(KernelEvent::ContextSwitch { from, to: Some(pid) });
        self.set_vdso_clock(pid);
        self.load_satp(pid);
    }

    /// Points `satp` to a process's page table. Without ASIDs the TLB is flushed.
    pub(in crate::kernel) fn load_satp(&mut self, pid: Pid) {
        let process = self.process(pid);
        let satp = Satp::new(&self.system.geometry(), process.asid, process.root);
        let hart = self.hart;
        self.hardware(|machine, tap| {
            machine.write_csr(hart, Csr::Satp, satp.0, tap);
            if !machine.config().tlb.asid {
                machine.sfence(hart, None, None, tap);
            }
        });
    }

    /// Puts the hart's pc and stack pointer into the trapframe of the process that it runs.
    pub(in crate::kernel) fn save_registers(&mut self) {
        let Some(process) = self.system.running() else { return };
        let (pc, sp) = self.system.registers(process);
        let trapframe = process.trapframe;
        self.write_trapframe(trapframe, pc, sp);
    }

    /// Writes a trapframe.
    pub(in crate::kernel) fn write_trapframe(&mut self, trapframe: Ppn, pc: VirtAddr, sp: VirtAddr) {
        for (offset, value) in [(TRAPFRAME_EPC, pc.0), (TRAPFRAME_SP, sp.0)] {
            let pa = PhysAddr(self.system.frame_address(trapframe).0 + offset);
            self.change(Change::Hardware(hw::Change::Memory { pa, width: 8, value }));
        }
    }

    /// Sets the hart's pc.
    pub(in crate::kernel) fn set_pc(&mut self, pc: VirtAddr) {
        self.change(Change::Hardware(hw::Change::Pc { hart: self.hart, pc }));
    }

    /// Sets the hart's stack pointer.
    pub(in crate::kernel) fn set_stack_pointer(&mut self, sp: VirtAddr) {
        self.change(Change::Hardware(hw::Change::Sp { hart: self.hart, sp }));
    }
}
