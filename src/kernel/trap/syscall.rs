//! System calls: `ecall` traps into the kernel, which answers and returns to the next instruction.

use super::read_write::Transfer;
use crate::hw::{Cause, Csr, INSTRUCTION_BYTES, VirtAddr};
use crate::kernel::event::KernelEvent;
use crate::kernel::op::Outcome;
use crate::kernel::setup::TrapPath;
use crate::kernel::state::Pid;
use crate::kernel::system::{Observer, Work};
use crate::kernel::trap::MapRequest;

/// What a process can ask for.
pub(in crate::kernel) enum Call<'a> {
    Fork { name: &'a str },
    Vfork { name: &'a str },
    Exec { program: &'a str },
    Exit { status: u64 },
    Sbrk { bytes: i64 },
    Mmap(MapRequest<'a>),
    Munmap { start: VirtAddr, bytes: Option<u64> },
    Msync { start: VirtAddr, bytes: Option<u64> },
    Accessed { start: VirtAddr, bytes: u64 },
    Read(Transfer<'a>),
    Write(Transfer<'a>),
    Getpid,
}

impl Call<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Fork { .. } => "fork",
            Self::Vfork { .. } => "vfork",
            Self::Exec { .. } => "exec",
            Self::Exit { .. } => "exit",
            Self::Sbrk { .. } => "sbrk",
            Self::Mmap(_) => "mmap",
            Self::Munmap { .. } => "munmap",
            Self::Msync { .. } => "msync",
            Self::Accessed { .. } => "accessed",
            Self::Read(_) => "read",
            Self::Write(_) => "write",
            Self::Getpid => "getpid",
        }
    }
}

impl<O: Observer> Work<'_, O> {
    /// The process that runs makes a system call.
    pub(in crate::kernel) fn syscall(&mut self, pid: Pid, call: &Call<'_>) -> Outcome {
        let hart = self.hart;
        let trap =
            self.hardware(|machine, tap| machine.enter_trap(hart, Cause::UserEcall, VirtAddr(0), None, tap));
        self.uservec(pid);
        // The trap path keeps the registers in the trapframe; the process goes on after its ecall.
        let next = self.system.address(trap.sepc.0.wrapping_add(INSTRUCTION_BYTES));
        let (_, sp) = self.system.registers(self.process(pid));
        let trapframe = self.process(pid).trapframe;
        self.write_trapframe(trapframe, next, sp);
        self.event(KernelEvent::Syscall { pid, name: call.name() });
        let answer = match call {
            Call::Exit { status } => {
                self.exit(pid, *status);
                return Outcome::Ended;
            }
            Call::Fork { name } => self.fork(pid, name).map(|child| u64::from(child.0)),
            Call::Vfork { name } => self.vfork(pid, name).map(|child| u64::from(child.0)),
            Call::Exec { program } => self.exec(pid, program).map(|()| 0),
            Call::Sbrk { bytes } => self.sbrk(pid, *bytes),
            Call::Mmap(request) => self.mmap(pid, request),
            Call::Munmap { start, bytes } => self.munmap(pid, *start, *bytes).map(|()| 0),
            Call::Msync { start, bytes } => self.msync(pid, *start, *bytes).map(|()| 0),
            Call::Accessed { start, bytes } => self.accessed(pid, *start, *bytes),
            Call::Read(transfer) => self.read(pid, transfer),
            Call::Write(transfer) => self.write(pid, transfer),
            Call::Getpid => Ok(pid.0.into()),
        };
        let value = answer.map_or(-1, |value| value as i64);
        let error = answer.err().map(|failure| failure.to_string());
        self.event(KernelEvent::SyscallReturn { pid, value, error: error.clone() });
        self.set_vdso_clock(pid);
        if self.system.trap_path() == TrapPath::Short {
            let (resume, _) = self.system.saved_registers(self.process(pid));
            self.hardware(|machine, tap| machine.write_csr(hart, Csr::Sepc, resume.0, tap));
        }
        self.userret(pid);
        match error {
            None => Outcome::Answer { value: value as u64 },
            Some(why) => Outcome::Refused { why },
        }
    }
}
