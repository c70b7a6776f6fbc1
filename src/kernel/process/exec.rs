//! Loading a program: a new page table with the program's areas, then the old one goes.

use crate::hw::{self, Flags, Ppn, Privilege, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, Failure, FaultCaseOrMemory, KernelEvent};
use crate::kernel::setup::{Exec, Guard, Heap, Part, Policies, Program, Stack, TrapPath};
use crate::kernel::state::{Area, AreaKind, Backing, Pid, Process, ProcessState, Space, Usage};
use crate::kernel::system::{Observer, System, Work};
use std::collections::BTreeSet;

/// A program in memory, before a process has it.
struct Image {
    root: Ppn,
    layout: Layout,
}

/// What is a process's own whatever it runs.
struct Own {
    pid: Pid,
    asid: u16,
    trapframe: Ppn,
    /// Its vDSO page, if it has one already.
    vdso: Option<Ppn>,
}

/// Where a program's parts lie.
struct Layout {
    areas: Vec<Area>,
    /// The lowest address that the stack may grow to.
    stack_limit: VirtAddr,
    brk: VirtAddr,
}

impl System {
    /// xv6's layout, drawn in [`area`](crate::kernel::state::area).
    fn layout(&self, name: &str, program: &Program, policies: &Policies) -> Layout {
        let (read, write, execute) = (Flags::R, Flags::W, Flags::X);
        let (file, _) = self.file_named(name).expect("every program has its file");
        let of_part = |part: &Part| Area {
            backing: part.first_page.map(|first_page| Backing { file, first_page }),
            ..Area::anonymous(part.kind, part.start.0, part.end(), part.prot)
        };
        let mut areas: Vec<Area> = program.parts.iter().map(of_part).collect();
        let mut end = program.end();
        let mut place = |kind, pages: u64, prot| {
            let start = end;
            end += pages * PAGE;
            areas.push(Area::anonymous(kind, start, end, prot));
        };
        place(AreaKind::Guard, 1, Flags::default());
        let stack = program.stack.pages().max(1);
        let reserve = match policies.stack {
            Stack::Fixed => 0,
            Stack::Grow => policies.stack_limit.pages().saturating_sub(stack),
        };
        place(AreaKind::Stack, reserve + stack, read | write);
        place(AreaKind::Heap, program.heap.pages(), read | write);
        // A growing stack begins at its top; what it may grow into belongs to no area yet.
        let mut stack_limit = VirtAddr(0);
        for area in areas.iter_mut().filter(|area| area.kind == AreaKind::Stack) {
            stack_limit = area.start;
            area.start = VirtAddr(area.start.0 + reserve * PAGE);
        }
        let heap = areas.last().map_or(0, |heap| heap.start.0);
        areas.extend(self.vdso_area());
        let (trapframe, trampoline) = (self.trapframe().0, self.trampoline().0);
        areas.push(Area::anonymous(AreaKind::Trapframe, trapframe, trapframe + PAGE, read | write));
        areas.push(Area::anonymous(AreaKind::Trampoline, trampoline, trampoline + PAGE, read | execute));
        Layout { areas, stack_limit, brk: VirtAddr(heap + program.heap.0) }
    }
}

impl<O: Observer> Work<'_, O> {
    /// A process out of nothing, as the first one is made: its trapframe, its table, its program. It does not run yet,
    /// but the next operation is its own unless it says otherwise.
    pub(in crate::kernel) fn spawn(&mut self, name: &str, program: &str) -> Result<Pid, Failure> {
        let pid = self.next_pid();
        let asid = self.asid_for(pid).ok_or(Failure::NoAsid)?;
        // Whoever runs does not do so while the kernel works: it may be this process's page that has to make room.
        let hart = self.hart;
        let before = self.system.machine.hart(hart).privilege;
        let supervisor = hw::Change::Privilege { hart, privilege: Privilege::Supervisor };
        self.change(Change::Hardware(supervisor));
        let (trapframe, kernel_stack) = self.new_kernel_side()?;
        let Some(image) = self.load(program, &Own { pid, asid, trapframe, vdso: None }) else {
            self.put_frame(trapframe);
            self.free_kernel_stack(kernel_stack);
            return Err(Failure::NoMemory);
        };
        let process = Process {
            pid,
            name: name.to_owned(),
            program: program.to_owned(),
            parent: None,
            state: ProcessState::Alive,
            root: image.root,
            asid,
            trapframe,
            kernel_stack,
            areas: image.layout.areas,
            stack_limit: image.layout.stack_limit,
            brk: image.layout.brk,
            lent_to: None,
            borrowed_from: None,
        };
        let (entry, sp) = self.entry_point(&process);
        self.set_process(pid, process);
        self.prepare_trapframe(trapframe, kernel_stack);
        self.write_trapframe(trapframe, entry, sp);
        self.change(Change::Current(Some(pid)));
        self.change(Change::Hardware(hw::Change::Privilege { hart, privilege: before }));
        let (name, program) = (name.to_owned(), program.to_owned());
        self.event(KernelEvent::ProcessNew { pid, name, program, parent: None });
        Ok(pid)
    }

    /// Replaces what a process runs. The trapframe stays, with the address of the first instruction; if memory runs out,
    /// so does everything else. A borrowed address space goes back to its owner.
    pub(in crate::kernel) fn exec(&mut self, pid: Pid, program: &str) -> Result<(), Failure> {
        let old = self.process(pid).clone();
        let borrowed = old.borrowed_from.is_some();
        let asid = if borrowed { self.asid_for(pid).ok_or(Failure::NoAsid)? } else { old.asid };
        // The new table holds the trapframe, as the old one does. A borrower's may be in none, and then only the kernel
        // holds it.
        let is_mapped = !borrowed || self.system.trap_path() == TrapPath::Full;
        self.get_frame(old.trapframe);
        let vdso = self.system.vdso_frame(&old).filter(|_| !borrowed);
        let Some(image) = self.load(program, &Own { pid, asid, trapframe: old.trapframe, vdso }) else {
            self.put_frame(old.trapframe);
            return Err(Failure::NoMemory);
        };
        let process = Process {
            program: program.to_owned(),
            root: image.root,
            asid,
            areas: image.layout.areas,
            stack_limit: image.layout.stack_limit,
            brk: image.layout.brk,
            borrowed_from: None,
            ..old.clone()
        };
        let (entry, sp) = self.entry_point(&process);
        self.set_process(pid, process);
        self.write_trapframe(old.trapframe, entry, sp);
        if !self.system.is_in_kernel() {
            self.set_stack_pointer(sp);
        }
        self.event(KernelEvent::ProcessExec { pid, program: program.to_owned() });
        if !is_mapped {
            self.put_frame(old.trapframe);
        }
        // In a table of its own the kernel needs no process's.
        if !self.system.is_in_kernel_table() {
            self.load_satp(pid);
        }
        self.leave_space(&old);
        Ok(())
    }

    /// Where a program begins: at its first instruction, with an empty stack.
    fn entry_point(&self, process: &Process) -> (VirtAddr, VirtAddr) {
        let stack_top = process.area(AreaKind::Stack).map(|stack| stack.end).unwrap_or_default();
        (self.system.programs[&process.program].entry, stack_top)
    }

    /// Builds a page table with a program's areas. The caller's hold on the trapframe becomes the table's. `None` if
    /// memory runs out; nothing is left behind then, and the caller keeps its hold.
    fn load(&mut self, program: &str, own: &Own) -> Option<Image> {
        let system = &self.system;
        let policies = system.policies.clone().unwrap_or_default();
        let layout = system.layout(program, &system.programs[program], &policies);
        let root = self.alloc_zeroed(Usage::Table { level: system.geometry().levels - 1 })?;
        self.building.push(Space { pid: own.pid, asid: own.asid, root });
        let adopted = self.adopt_kernel(root);
        let mut areas = layout.areas.iter();
        let built =
            adopted.and_then(|()| areas.try_for_each(|area| self.load_area(root, area, own, &policies)));
        self.building.pop();
        match built {
            Some(()) => Some(Image { root, layout }),
            None => {
                // The trapframe's mapping, the last but one, may be there; its hold is the caller's.
                if self.system.leaf_for(root, self.system.trapframe()).is_some() {
                    self.get_frame(own.trapframe);
                }
                self.free_space(root, &layout.areas);
                None
            }
        }
    }

    fn load_area(&mut self, root: Ppn, area: &Area, own: &Own, policies: &Policies) -> Option<()> {
        let user = area.prot | Flags::U;
        match area.kind {
            AreaKind::Vdso => self.map_vdso(root, own.pid, own.vdso),
            AreaKind::Trapframe => {
                let flags = self.system.trap_page_flags(area.prot);
                self.map(root, area.start, own.trapframe, flags)
            }
            AreaKind::Trampoline => {
                let frame = self.system.trampoline_frame();
                let flags = self.system.trap_page_flags(area.prot);
                self.get_frame(frame);
                self.map_or_put(root, area.start, frame, flags)
            }
            AreaKind::DirectMap | AreaKind::KernelStack => Some(()),
            AreaKind::Guard if policies.guard == Guard::Unmapped => Some(()),
            AreaKind::Guard => {
                let frame = self.alloc_zeroed(Usage::Private(AreaKind::Guard))?;
                self.map_or_put(root, area.start, frame, Flags::R | Flags::W)
            }
            AreaKind::Text | AreaKind::Rodata | AreaKind::Data | AreaKind::Bss
                if policies.exec == Exec::Demand =>
            {
                Some(())
            }
            AreaKind::Heap if policies.heap == Heap::Lazy => Some(()),
            AreaKind::Heap => self.fill_heap(root, area.start..area.end),
            _ => area.pages().try_for_each(|va| {
                let frame = match area.file_page(va) {
                    Some((file, page)) => self.read_privately(file, page, Usage::Private(area.kind))?,
                    None => self.alloc_zeroed(Usage::Private(area.kind))?,
                };
                self.map_or_put(root, va, frame, user)
            }),
        }
    }

    /// Maps a page; if that fails, gives up the caller's hold on the frame.
    pub(in crate::kernel) fn map_or_put(
        &mut self,
        root: Ppn,
        va: VirtAddr,
        ppn: Ppn,
        flags: Flags,
    ) -> Option<()> {
        let mapped = self.map(root, va, ppn, flags);
        if mapped.is_none() {
            self.put_frame(ppn);
        }
        mapped
    }

    /// The number of the next process.
    pub(in crate::kernel) fn next_pid(&self) -> Pid {
        Pid(self.system.processes.keys().next_back().map_or(1, |last| last.0 + 1))
    }

    /// The ASID of a new process, on a machine whose TLB has them: its number, or if that is taken or too large, the
    /// lowest that no living process has. Who had it before has left no translation in the TLB. `None` if all are taken.
    pub(in crate::kernel) fn asid_for(&self, pid: Pid) -> Option<u16> {
        let machine = self.system.machine.config();
        if !machine.tlb.asid {
            return Some(0);
        }
        let most = machine.paging.most_asid();
        let living = self.system.processes().filter(|process| process.is_alive());
        let taken: BTreeSet<u16> = living.map(|process| process.asid).collect();
        let own = u16::try_from(pid.0).ok().filter(|asid| *asid <= most);
        own.into_iter().chain(1..=most).find(|asid| !taken.contains(asid))
    }

    /// Out of memory in the middle of a fault: the process cannot go on.
    pub(in crate::kernel) fn or_out_of_memory<T>(got: Option<T>) -> Result<T, FaultCaseOrMemory> {
        got.ok_or(FaultCaseOrMemory::OutOfMemory)
    }
}
