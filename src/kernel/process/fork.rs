//! fork: a second process with the same memory, shared copy-on-write or copied.

use crate::hw::{Flags, Ppn, VirtAddr};
use crate::kernel::event::{Failure, KernelEvent};
use crate::kernel::setup::{Bug, Fork};
use crate::kernel::state::{Area, AreaKind, COW, Pid, Place, Process, Space, Usage};
use crate::kernel::system::{Observer, Work};

impl<O: Observer> Work<'_, O> {
    /// Makes a child of a process. If memory runs out nothing is left behind, but for pages of the parent that were made
    /// copy-on-write: they have one owner, and become writable again at the next store.
    pub(in crate::kernel) fn fork(&mut self, pid: Pid, name: &str) -> Result<Pid, Failure> {
        let parent = self.process(pid).clone();
        let pid = self.next_pid();
        let asid = self.asid_for(pid).ok_or(Failure::NoAsid)?;
        let (trapframe, kernel_stack) = self.new_kernel_side()?;
        let top = self.system.geometry().levels - 1;
        let Some(root) = self.alloc_zeroed(Usage::Table { level: top }) else {
            self.put_frame(trapframe);
            self.free_kernel_stack(kernel_stack);
            return Err(Failure::NoMemory);
        };
        let name = name.to_owned();
        let origin = Some(parent.pid);
        let child = Process {
            pid,
            asid,
            root,
            trapframe,
            kernel_stack,
            name,
            parent: origin,
            borrowed_from: None,
            ..parent.clone()
        };
        self.building.push(Space { pid, asid, root });
        let copied = self.copy_space(&parent, &child);
        self.building.pop();
        // The parent's writable translations may be in the TLB still.
        self.fence_space(parent.asid);
        if copied.is_none() {
            self.free_space(root, &child.areas);
            self.free_kernel_stack(kernel_stack);
            return Err(Failure::NoMemory);
        }
        let (name, program) = (child.name.clone(), child.program.clone());
        // The child goes on where the parent does: its registers are what the parent's trapframe keeps.
        let (pc, sp) = self.system.saved_registers(&parent);
        self.prepare_trapframe(trapframe, kernel_stack);
        self.write_trapframe(trapframe, pc, sp);
        self.set_process(pid, child);
        self.event(KernelEvent::ProcessNew { pid, name, program, parent: origin });
        Ok(pid)
    }

    /// Gives the child every page that the parent has. Holes stay holes. The trapframe comes first, so that a child that
    /// cannot be finished holds it in its table, from where it is freed.
    fn copy_space(&mut self, parent: &Process, child: &Process) -> Option<()> {
        let flags = self.system.trap_page_flags(Flags::R | Flags::W);
        self.map_or_put(child.root, self.system.trapframe(), child.trapframe, flags)?;
        self.adopt_kernel(child.root)?;
        self.map_vdso(child.root, child.pid, None)?;
        let own = [AreaKind::Trapframe, AreaKind::Vdso];
        for area in parent.areas.iter().filter(|area| !own.contains(&area.kind)) {
            for (va, _) in self.system.entries_between(parent.root, area.start, area.end) {
                self.copy_page(parent, area, va, child.root)?;
            }
        }
        Some(())
    }

    /// What the parent has at an address is looked up only now: the pages before may have cost it its frame.
    fn copy_page(&mut self, parent: &Process, area: &Area, va: VirtAddr, child: Ppn) -> Option<()> {
        if self.fork_policy() == Fork::Copy && self.system.is_swapped(parent, va) {
            self.swap_in(parent, va)?;
        }
        let Some(place) = self.system.leaf_for(parent.root, va) else {
            return self.share_swapped(parent, va, child);
        };
        let ppn = place.pte.ppn(&self.system.geometry());
        let flags = place.pte.flags();
        // Past the end of a file there is nothing to share: such a page is the process's own, also in a shared mapping.
        let own = self.system.frame(ppn).is_some_and(|frame| matches!(frame.usage, Usage::Private(_)));
        let private = (!area.shared || own) && !area.kind.is_kernel();
        if private && self.fork_policy() == Fork::Copy {
            let flags = if flags.has(COW) { flags.without(COW) | Flags::W } else { flags };
            if place.level > 0 {
                return self.copy_superpage_to(child, va, place, flags);
            }
            let copy = self.alloc_copy(ppn, Usage::Private(area.kind))?;
            return self.map_or_put(child, va, copy, flags);
        }
        // A shared page that the parent has written is the parent's to write back.
        let flags = if private { self.mark_cow(place) } else { flags.without(Flags::D) };
        let counted = !(private && self.has(Bug::NoReferenceCount));
        if place.level > 0 {
            return self.share_superpage(child, va, place, flags, counted);
        }
        if counted {
            self.get_frame(ppn);
        }
        self.map_or_put(child, va, ppn, flags)
    }

    /// A page that is in swap has two owners there, and is copy-on-write like those in memory.
    fn share_swapped(&mut self, parent: &Process, va: VirtAddr, child: Ppn) -> Option<()> {
        let Some(place) = self.system.pte_for(parent.root, va) else { return Some(()) };
        let Some(slot) = self.system.slot_in(place.pte) else { return Some(()) };
        let flags = self.mark_cow(place);
        self.get_slot(slot);
        let entered = self.enter(child, va, place.pte.with_flags(flags));
        if entered.is_none() {
            self.put_slot(slot);
        }
        entered
    }

    /// Takes W away from a writable page and marks it. Pages that were never writable are shared as they are.
    fn mark_cow(&mut self, place: Place) -> Flags {
        let flags = place.pte.flags();
        if !flags.has(Flags::W) {
            return flags;
        }
        let marked = match self.has(Bug::WritableFork) {
            true => flags | COW,
            false => flags.without(Flags::W) | COW,
        };
        self.write_pte(place.level, place.pa, place.pte.with_flags(marked));
        marked
    }

    fn fork_policy(&self) -> Fork {
        self.system.policies.as_ref().map(|policies| policies.fork).unwrap_or_default()
    }
}
