//! Processes as they are found: by number, by name, with what each is doing.

use super::system::System;
use crate::hw::VirtAddr;
use crate::kernel::state::{Area, Condition, Pid, Process, ProcessState, TRAPFRAME_EPC, TRAPFRAME_SP};

impl System {
    /// The processes, in the order of their numbers.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        self.processes.values().map(|process| &**process)
    }

    /// The processes that hold an address space: each page table once, also while a vforked child has it.
    pub fn spaces(&self) -> impl Iterator<Item = &Process> {
        self.processes().filter(|process| process.is_alive() && process.lent_to.is_none())
    }

    /// The areas of a process: those that the borrower of its address space has, while there is one.
    pub fn areas_of<'a>(&'a self, process: &'a Process) -> &'a [Area] {
        match process.lent_to.and_then(|child| self.process(child)) {
            Some(borrower) => self.areas_of(borrower),
            None => &process.areas,
        }
    }

    /// A process by its number.
    pub fn process(&self, pid: Pid) -> Option<&Process> {
        self.processes.get(&pid).map(|process| &**process)
    }

    /// The process that a name means: the living one of that name, or else the last that had it.
    pub fn process_named(&self, name: &str) -> Option<&Process> {
        self.process(self.by_name.find(name)?)
    }

    /// What a process is doing.
    pub fn condition(&self, process: &Process) -> Condition {
        match process.state {
            ProcessState::Alive if process.lent_to.is_some() => Condition::Waiting,
            ProcessState::Alive if self.running == Some(process.pid) => Condition::Running,
            ProcessState::Alive => Condition::Ready,
            ProcessState::Exited { .. } => Condition::Exited,
            ProcessState::Killed => Condition::Killed,
        }
    }

    /// The process that a hart runs.
    pub fn running(&self) -> Option<&Process> {
        self.process(self.running?)
    }

    /// The pc and the stack pointer of a process: the hart's if it runs, else what its trapframe keeps.
    pub fn registers(&self, process: &Process) -> (VirtAddr, VirtAddr) {
        if self.running == Some(process.pid) && !self.is_in_kernel() {
            let hart = self.machine.hart(self.hart);
            return (hart.pc, hart.sp);
        }
        self.saved_registers(process)
    }

    /// The pc and the stack pointer that a process's trapframe keeps.
    pub(in crate::kernel) fn saved_registers(&self, process: &Process) -> (VirtAddr, VirtAddr) {
        let word = |offset| {
            let pa = self.frame_address(process.trapframe).0 + offset;
            VirtAddr(self.machine.memory().read(crate::hw::PhysAddr(pa), 8).unwrap_or_default())
        };
        (word(TRAPFRAME_EPC), word(TRAPFRAME_SP))
    }
}
