//! Frames: the free list, threaded through the free frames themselves, and a reference count for each.
//!
//! The free list is last in, first out. A free frame's first word is the physical address of the next free one, 0 at the
//! end; the rest is filled with one junk byte when the frame is freed and with another when it is handed out, so that
//! use after free and use before initialization both show (the bytes are xv6's). A frame's count is the number of
//! page tables and caches that hold it: it is raised before a PTE is written and lowered after one is cleared, so it is
//! never too low.

use crate::hw::memory::Contents;
use crate::hw::{self, PhysAddr, Ppn};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, KernelEvent};
use crate::kernel::setup::Reclaim;
use crate::kernel::state::{Frame, Usage};
use crate::kernel::system::{Observer, System, Work};

/// The byte that a freed frame is filled with.
pub const JUNK_FREED: u8 = 1;
/// The byte that a frame is filled with when it is handed out.
pub const JUNK_FRESH: u8 = 5;

impl System {
    /// The physical address of a frame.
    pub fn frame_address(&self, ppn: Ppn) -> PhysAddr {
        PhysAddr(ppn.0 * PAGE)
    }

    /// What the kernel knows of a frame; `None` for one that does not exist.
    pub fn frame(&self, ppn: Ppn) -> Option<&Frame> {
        self.frames.get(self.frame_index(ppn)?)
    }

    /// All frames with their numbers, from the lowest address on.
    pub fn frames(&self) -> impl Iterator<Item = (Ppn, &Frame)> {
        let first = self.machine.memory().base().0 / PAGE;
        self.frames.iter().enumerate().map(move |(i, frame)| (Ppn(first + i as u64), frame))
    }

    /// How many frames are free.
    pub fn frames_free(&self) -> u64 {
        self.free as u64
    }

    /// How many frames are in use.
    pub fn frames_used(&self) -> u64 {
        self.frames.len() as u64 - self.frames_free()
    }

    /// The free list, in the order in which frames will be handed out, read from the frames themselves. It ends where
    /// it would come to a frame for the second time, or to none that exists.
    pub fn free_list(&self) -> Vec<Ppn> {
        self.free_list_up_to(self.frames.len())
    }

    /// The first `most` frames of the free list.
    pub fn free_list_up_to(&self, most: usize) -> Vec<Ppn> {
        self.walk_free_list(most).0
    }

    /// The same, and whether the list comes to a frame for the second time.
    pub(in crate::kernel) fn walk_free_list(&self, most: usize) -> (Vec<Ppn>, bool) {
        let mut list = vec![];
        let mut seen = vec![false; self.frames.len()];
        let mut next = self.first_free();
        while let Some((ppn, index)) = next.and_then(|ppn| Some((ppn, self.frame_index(ppn)?))) {
            if std::mem::replace(&mut seen[index], true) {
                return (list, true);
            }
            if list.len() == most {
                break;
            }
            list.push(ppn);
            next = self.next_free(ppn);
        }
        (list, false)
    }

    /// The frame that is handed out next.
    pub(in crate::kernel) fn first_free(&self) -> Option<Ppn> {
        self.free_head.filter(|ppn| self.frame(*ppn).is_some())
    }

    /// The one after it: what its first word leads to, if that is a frame. A word of 0 ends the list also where memory
    /// begins at 0: the lowest frame is the kernel's own, and never free.
    pub(in crate::kernel) fn next_free(&self, ppn: Ppn) -> Option<Ppn> {
        let next = self.machine.memory().read(self.frame_address(ppn), 8).unwrap_or_default();
        Some(Ppn(next / PAGE)).filter(|ppn| next != 0 && self.frame(*ppn).is_some())
    }

    pub(in crate::kernel) fn frame_index(&self, ppn: Ppn) -> Option<usize> {
        ppn.0.checked_sub(self.machine.memory().base().0 / PAGE).map(|index| index as usize)
    }

    /// Puts every frame but the kernel's own on the free list, from the lowest up, so that the highest is handed out
    /// first.
    pub(in crate::kernel) fn fill_free_list(&mut self, reserved: usize) {
        let first = self.machine.memory().base().0 / PAGE;
        for index in reserved..self.frames.len() {
            let ppn = Ppn(first + index as u64);
            let contents = junk(self.free_head);
            self.swap(Change::Hardware(hw::Change::Chunk { pa: self.frame_address(ppn), contents }));
            self.free_head = Some(ppn);
        }
    }
}

/// What a free frame holds: junk, but its first word leads to the next one.
pub(in crate::kernel) fn junk(next: Option<Ppn>) -> Contents {
    Contents::Filled { first: next.map_or(0, |next| next.0 * PAGE), byte: JUNK_FREED }
}

impl<O: Observer> Work<'_, O> {
    /// Takes the first frame of the free list, with one owner and filled with junk; if none is free, another page loses its
    /// own. `None` if that cannot be.
    pub(in crate::kernel) fn alloc_frame(&mut self, usage: Usage) -> Option<Ppn> {
        if self.system.first_free().is_none() {
            self.reclaim();
        }
        let Some(ppn) = self.system.first_free() else {
            self.event(KernelEvent::OutOfMemory { usage });
            return None;
        };
        let next = self.system.next_free(ppn);
        self.change(Change::FreeHead(next));
        self.change(Change::Frame { ppn, frame: Frame::new(1, usage) });
        if self.system.reclaim_policy() != Reclaim::None {
            self.arrive(ppn);
        }
        self.fill_frame(ppn, Contents::full_of(JUNK_FRESH));
        self.event(KernelEvent::FrameAlloc { ppn, usage });
        Some(ppn)
    }

    /// The same, filled with zeros.
    pub(in crate::kernel) fn alloc_zeroed(&mut self, usage: Usage) -> Option<Ppn> {
        let ppn = self.alloc_frame(usage)?;
        self.fill_frame(ppn, Contents::ZEROS);
        self.event(KernelEvent::FrameZero { ppn });
        Some(ppn)
    }

    /// The same, with the contents of another frame.
    pub(in crate::kernel) fn alloc_copy(&mut self, from: Ppn, usage: Usage) -> Option<Ppn> {
        self.pinned.push(from);
        let to = self.alloc_frame(usage);
        self.pinned.pop();
        let to = to?;
        let contents = self.frame_contents(from);
        self.fill_frame(to, contents);
        self.event(KernelEvent::FrameCopy { from, to });
        Some(to)
    }

    /// A frame has one more owner.
    pub(in crate::kernel) fn get_frame(&mut self, ppn: Ppn) {
        let Some(frame) = self.known(ppn) else { return };
        let refs = frame.refs + 1;
        self.change(Change::Frame { ppn, frame: Frame { refs, ..frame } });
        self.event(KernelEvent::FrameRef { ppn, refs });
    }

    /// A frame has one owner less; the last one frees it.
    pub(in crate::kernel) fn put_frame(&mut self, ppn: Ppn) {
        let Some(frame) = self.known(ppn) else { return };
        self.relies_on(frame.refs > 0, || format!("frame {ppn} is freed twice"));
        if frame.refs > 1 {
            let refs = frame.refs - 1;
            self.change(Change::Frame { ppn, frame: Frame { refs, ..frame } });
            self.event(KernelEvent::FrameRef { ppn, refs });
            return;
        }
        self.forget_slot(ppn);
        self.fill_frame(ppn, junk(self.system.free_head));
        self.change(Change::Frame { ppn, frame: Frame::new(0, Usage::Free) });
        self.change(Change::FreeHead(Some(ppn)));
        self.event(KernelEvent::FrameFree { ppn });
    }

    /// What a frame holds.
    pub(in crate::kernel) fn frame_contents(&self, ppn: Ppn) -> Contents {
        self.system.machine.memory().chunk(self.system.frame_address(ppn))
    }

    /// Replaces all that a frame holds.
    pub(in crate::kernel) fn fill_frame(&mut self, ppn: Ppn, contents: Contents) {
        if self.known(ppn).is_some() {
            let pa = self.system.frame_address(ppn);
            self.change(Change::Hardware(hw::Change::Chunk { pa, contents }));
        }
    }

    /// What is known of a frame that a page table points to: a wrong kernel's may point to none.
    pub(in crate::kernel) fn known(&self, ppn: Ppn) -> Option<Frame> {
        let frame = self.system.frame(ppn).copied();
        self.relies_on(frame.is_some(), || format!("a page table points to {ppn}, which does not exist"));
        frame
    }
}
