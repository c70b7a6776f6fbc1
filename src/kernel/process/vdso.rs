//! The vDSO: a page of the kernel's that a process may read, and so a question to the kernel that needs no trap.
//!
//! The page lies below the trapframe, where xv6 has its `USYSCALL`. Each process has one of its own, with its number and a
//! clock. The kernel writes the clock, in cycles, before it goes back to the process: so it tells when that was, and
//! stands still while the process runs.

use crate::hw::{self, Flags, PhysAddr, Ppn, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, KernelEvent};
use crate::kernel::state::{Area, AreaKind, Pid, Process, Usage};
use crate::kernel::system::{Observer, System, Work};

/// Where in the page the clock is, in bytes.
pub const CLOCK: u64 = 0;
/// Where in the page the number of the process is, in bytes.
pub const PID: u64 = 8;

impl System {
    /// Where every process has the page; `None` if the policy is to have none.
    pub fn vdso(&self) -> Option<VirtAddr> {
        let has_one = self.policies.as_ref()?.vdso;
        has_one.then(|| VirtAddr(self.trapframe().0 - PAGE))
    }

    /// The first address of the kernel's pages at the top of a process: what programs and mappings lie below.
    pub(in crate::kernel) fn user_top(&self) -> VirtAddr {
        self.vdso().unwrap_or(self.trapframe())
    }

    /// The area of the page.
    pub(in crate::kernel) fn vdso_area(&self) -> Option<Area> {
        let start = self.vdso()?.0;
        Some(Area::anonymous(AreaKind::Vdso, start, start + PAGE, Flags::R))
    }

    /// The frame of the page that a process sees.
    pub(in crate::kernel) fn vdso_frame(&self, process: &Process) -> Option<Ppn> {
        let place = self.leaf_for(process.root, self.vdso()?)?;
        // The PTE of a process with tables in ruins may lead nowhere.
        Some(place.pte.ppn(&self.geometry())).filter(|ppn| self.frame(*ppn).is_some())
    }
}

impl<O: Observer> Work<'_, O> {
    /// Maps the page of a process: the one that it has had so far, or else a new one. `None` if memory runs out.
    pub(in crate::kernel) fn map_vdso(&mut self, root: Ppn, pid: Pid, kept: Option<Ppn>) -> Option<()> {
        let Some(va) = self.system.vdso() else { return Some(()) };
        let frame = match kept {
            Some(frame) => {
                self.get_frame(frame);
                frame
            }
            None => self.new_vdso(pid)?,
        };
        self.map_or_put(root, va, frame, Flags::R | Flags::U)
    }

    fn new_vdso(&mut self, pid: Pid) -> Option<Ppn> {
        let frame = self.alloc_zeroed(Usage::Vdso)?;
        self.write_vdso(frame, PID, pid.0.into());
        self.event(KernelEvent::VdsoPid { pid });
        Some(frame)
    }

    /// The kernel goes back to a process: its clock tells when.
    pub(in crate::kernel) fn set_vdso_clock(&mut self, pid: Pid) {
        let Some(frame) = self.system.vdso_frame(self.process(pid)) else { return };
        let cycles = self.system.counters.cycles;
        self.write_vdso(frame, CLOCK, cycles);
        self.event(KernelEvent::VdsoClock { pid, cycles });
    }

    fn write_vdso(&mut self, frame: Ppn, offset: u64, value: u64) {
        let pa = PhysAddr(self.system.frame_address(frame).0 + offset);
        self.change(Change::Hardware(hw::Change::Memory { pa, width: 8, value }));
    }
}
