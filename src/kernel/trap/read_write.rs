//! read and write: bytes between files and the memory of a process, carried by the kernel.
//!
//! The kernel finds the frame of each page in the process's page table and copies through its own mapping of memory. A page
//! that is not there yet, or is copy-on-write, is mended first as a fault would have mended it, but nothing traps and
//! neither A nor D is set. An address that the process itself may not use makes the call fail; it kills nobody.

use crate::hw::memory::Contents;
use crate::hw::{Access, Flags, Ppn, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::{Failure, FaultCaseOrMemory, KernelEvent};
use crate::kernel::state::{FileId, Pid};
use crate::kernel::system::{Observer, Work};
use std::sync::Arc;

/// Bytes of a file and of a process's memory that belong to each other.
#[derive(Clone, Copy, Debug)]
pub(in crate::kernel) struct Transfer<'a> {
    pub file: &'a str,
    /// The byte of the file that comes first.
    pub offset: u64,
    /// Where they are in memory.
    pub buffer: VirtAddr,
    pub bytes: u64,
}

/// A piece of a transfer that lies in one page of the file and in one of memory.
#[derive(Clone, Copy)]
struct Piece {
    page: u64,
    /// Where in the file's page.
    at: usize,
    va: VirtAddr,
    bytes: usize,
}

impl Transfer<'_> {
    /// What is left after `done` bytes, up to the next end of a page. The file has `size` bytes, and does not grow.
    fn piece(&self, done: u64, size: u64) -> Option<Piece> {
        let offset = self.offset.checked_add(done).filter(|offset| *offset < size)?;
        let va = VirtAddr(self.buffer.0.wrapping_add(done));
        let rest = (self.bytes - done).min(size - offset);
        let bytes = rest.min(PAGE - offset % PAGE).min(PAGE - va.0 % PAGE);
        let piece = Piece { page: offset / PAGE, at: (offset % PAGE) as usize, va, bytes: bytes as usize };
        (bytes > 0).then_some(piece)
    }
}

impl<O: Observer> Work<'_, O> {
    /// Reads bytes of a file into a process's memory, and says how many: fewer than asked for at the end of the file.
    pub(in crate::kernel) fn read(&mut self, pid: Pid, transfer: &Transfer<'_>) -> Result<u64, Failure> {
        let (file, size) = self.file_of(transfer)?;
        let mut done = 0;
        while let Some(Piece { page, at, va, bytes }) = self.piece(transfer, done, size) {
            let (cached, memory) = self.frames_of(pid, (file, page), va, Access::Store)?;
            let from = self.frame_contents(cached).bytes();
            let mut to = *self.frame_contents(memory).bytes();
            let start = (va.0 % PAGE) as usize;
            to[start..start + bytes].copy_from_slice(&from[at..at + bytes]);
            self.fill_frame(memory, Contents::Bytes(Arc::new(to)));
            self.forget_slot(memory);
            done += bytes as u64;
            self.event(KernelEvent::CopyOut { pid, va, bytes: bytes as u64 });
            self.write_through(memory);
        }
        Ok(done)
    }

    /// Writes bytes of a process's memory to a file, and says how many: the file does not grow. They go to the page cache
    /// and from there to the disk at once, as in xv6.
    pub(in crate::kernel) fn write(&mut self, pid: Pid, transfer: &Transfer<'_>) -> Result<u64, Failure> {
        let (file, size) = self.file_of(transfer)?;
        let mut done = 0;
        while let Some(Piece { page, at, va, bytes }) = self.piece(transfer, done, size) {
            let (cached, memory) = self.frames_of(pid, (file, page), va, Access::Load)?;
            let from = self.frame_contents(memory).bytes();
            let mut to = *self.frame_contents(cached).bytes();
            let start = (va.0 % PAGE) as usize;
            to[at..at + bytes].copy_from_slice(&from[start..start + bytes]);
            self.fill_frame(cached, Contents::Bytes(Arc::new(to)));
            done += bytes as u64;
            self.event(KernelEvent::CopyIn { pid, va, bytes: bytes as u64 });
            self.write_through(cached);
        }
        Ok(done)
    }

    /// What comes next, unless the run has to end.
    fn piece(&self, transfer: &Transfer<'_>, done: u64, size: u64) -> Option<Piece> {
        transfer.piece(done, size).filter(|_| self.watch.has_room(self.system))
    }

    fn file_of(&self, transfer: &Transfer<'_>) -> Result<(FileId, u64), Failure> {
        let (file, found) = self.system.file_named(transfer.file).ok_or(Failure::NoFile)?;
        Ok((file, found.size_bytes))
    }

    /// The frames of a page of a file and of a page of memory, the latter such that the process might make the access.
    fn frames_of(
        &mut self,
        pid: Pid,
        (file, page): (FileId, u64),
        va: VirtAddr,
        access: Access,
    ) -> Result<(Ppn, Ppn), Failure> {
        let memory = self.user_frame(pid, va, access)?;
        self.pinned.push(memory);
        let cached = self.cache_page(file, page);
        self.pinned.pop();
        Ok((cached.ok_or(Failure::NoMemory)?, memory))
    }

    /// The frame of a page of a process, mended so that it could make the access itself.
    fn user_frame(&mut self, pid: Pid, va: VirtAddr, access: Access) -> Result<Ppn, Failure> {
        let needed = Flags::U | if access == Access::Store { Flags::W } else { Flags::R };
        let usable = |kernel: &Self| {
            let place = kernel.system.leaf_for(kernel.process(pid).root, va)?;
            let ppn = place.frame_of(&kernel.system.geometry(), va);
            place.pte.flags().has(needed).then_some(ppn)
        };
        // A page that comes back from swap may still be copy-on-write.
        for _ in 0..2 {
            if let Some(ppn) = usable(self) {
                return Ok(ppn);
            }
            let case = self.system.diagnose(self.process(pid), va, access);
            self.tell_fault(pid, va, access, case, true);
            self.mend(pid, va, access, case).map_err(|why| match why {
                FaultCaseOrMemory::OutOfMemory => Failure::NoMemory,
                FaultCaseOrMemory::Fault(_) => Failure::BadAddress,
            })?;
        }
        usable(self).ok_or(Failure::BadAddress)
    }
}
