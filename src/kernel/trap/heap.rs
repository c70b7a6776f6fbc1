//! sbrk: the break moves. What that costs now, and what later, is the heap policy's to say.

use crate::hw::VirtAddr;
use crate::kernel::PAGE;
use crate::kernel::event::{Failure, KernelEvent};
use crate::kernel::setup::Heap;
use crate::kernel::state::{Area, AreaKind, Pid, Process};
use crate::kernel::system::{Observer, Work};

impl<O: Observer> Work<'_, O> {
    /// Moves the break by a number of bytes and gives the old one. Growing lazily only moves it; shrinking frees the
    /// pages past the new one that were mapped, and skips those that never were.
    pub(in crate::kernel) fn sbrk(&mut self, pid: Pid, bytes: i64) -> Result<u64, Failure> {
        let mut process = self.process(pid).clone();
        let (old, new) = (process.brk, process.brk.0.checked_add_signed(bytes).ok_or(Failure::OutOfRange)?);
        let (was, end) = self.move_break(&mut process, VirtAddr(new))?;
        let root = process.root;
        if end < was {
            // Of a megapage that goes in part the rest must stay: no frame for its table, and nothing is done.
            self.demote_at_edge(&process, end).ok_or(Failure::NoMemory)?;
        }
        self.set_process(pid, process.clone());
        self.event(KernelEvent::BreakMove { pid, brk: VirtAddr(new), was: old });
        for mapping in self.system.mappings_between(root, end, was) {
            self.unmap_live(&process, mapping.va);
        }
        self.drop_swapped(&process, end, was);
        let eager = self.system.policies.as_ref().is_some_and(|policies| policies.heap == Heap::Eager);
        if eager && self.fill_heap(root, was..end).is_none() {
            self.sbrk(pid, -bytes)?;
            return Err(Failure::NoMemory);
        }
        Ok(old.0)
    }

    /// The heap's area follows the break, in whole pages. Gives where it ended and where it ends.
    fn move_break(&self, process: &mut Process, brk: VirtAddr) -> Result<(VirtAddr, VirtAddr), Failure> {
        let at = process.areas.iter().position(|area| area.kind == AreaKind::Heap);
        let heap = &mut process.areas[at.expect("every process has a heap, be it empty")];
        let (start, was) = (heap.start, heap.end);
        let end = VirtAddr(brk.0.checked_next_multiple_of(PAGE).ok_or(Failure::OutOfRange)?);
        heap.end = end;
        process.brk = brk;
        let taken = |area: &Area| area.kind != AreaKind::Heap && area.overlaps(start, end);
        if brk < start || process.areas.iter().any(taken) {
            return Err(Failure::OutOfRange);
        }
        Ok((was, end))
    }
}
