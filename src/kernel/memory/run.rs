//! Runs: as many frames side by side as one megapage maps, the first at a multiple of its size, as the walker demands.
//!
//! No list of runs is kept. A run is free while each of its frames is, wherever on the free list they are, and it is taken
//! out of the list by leading the list round it. Single frames are handed out from the highest down at first, and runs are
//! taken from the lowest up, so that the two meet late. Counts are kept frame by frame, also of frames that one leaf
//! maps: a megapage that two processes share may be demoted by one of them, and from then on its pages part one by one.

use super::frames::{JUNK_FRESH, junk};
use super::superpage::MEGAPAGE;
use crate::hw::memory::Contents;
use crate::hw::{self, Ppn};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, KernelEvent};
use crate::kernel::setup::Reclaim;
use crate::kernel::state::{Frame, Usage};
use crate::kernel::system::{Observer, System, Work};
use std::ops::Range;

impl System {
    /// How many frames a run has: 512 with Sv39, 1,024 with Sv32.
    pub fn run_frames(&self) -> u64 {
        self.geometry().leaf_bytes(MEGAPAGE) / PAGE
    }

    /// The lowest run of which every frame is free.
    pub fn free_run(&self) -> Option<Ppn> {
        let count = self.run_frames();
        let base = self.trampoline_frame().0;
        let first = base.next_multiple_of(count);
        let mut runs = self.frames.get((first - base) as usize..)?.chunks_exact(count as usize);
        let at = runs.position(|run| run.iter().all(|frame| frame.usage == Usage::Free))?;
        Some(Ppn(first + at as u64 * count))
    }

    fn run(&self, first: Ppn) -> Range<u64> {
        first.0..first.0 + self.run_frames()
    }
}

impl<O: Observer> Work<'_, O> {
    /// Takes a run off the free list, each frame with one owner and filled with junk. `None` if there is none; that is no
    /// want of memory yet, and no page loses its frame for it: a run can do without, and 512 pages are many to lose.
    pub(in crate::kernel) fn alloc_run(&mut self, usage: Usage) -> Option<Ppn> {
        let first = self.system.free_run()?;
        let run = self.system.run(first);
        self.lead_round(&run);
        for ppn in run.map(Ppn) {
            self.change(Change::Frame { ppn, frame: Frame::new(1, usage) });
            if self.system.reclaim_policy() != Reclaim::None {
                self.arrive(ppn);
            }
            self.fill_frame(ppn, Contents::full_of(JUNK_FRESH));
        }
        let frames = self.system.run_frames();
        self.event(KernelEvent::RunAlloc { ppn: first, frames, usage });
        Some(first)
    }

    /// The same, filled with zeros.
    pub(in crate::kernel) fn alloc_run_zeroed(&mut self, usage: Usage) -> Option<Ppn> {
        let first = self.alloc_run(usage)?;
        let run = self.system.run(first);
        run.map(Ppn).for_each(|ppn| self.fill_frame(ppn, Contents::ZEROS));
        let frames = self.system.run_frames();
        self.event(KernelEvent::RunZero { ppn: first, frames });
        Some(first)
    }

    /// The same, with the contents of another run.
    pub(in crate::kernel) fn alloc_run_copy(&mut self, from: Ppn, usage: Usage) -> Option<Ppn> {
        let to = self.alloc_run(usage)?;
        for (from, to) in self.system.run(from).zip(self.system.run(to)) {
            let contents = self.frame_contents(Ppn(from));
            self.fill_frame(Ppn(to), contents);
        }
        let frames = self.system.run_frames();
        self.event(KernelEvent::RunCopy { from, to, frames });
        Some(to)
    }

    /// Every frame of a run has one more owner.
    pub(in crate::kernel) fn get_run(&mut self, first: Ppn) {
        let known = self.known_run(first);
        self.count_run(first, &known, |refs| refs + 1);
    }

    /// Every frame of a run has one owner less. Those of which it was the last go to the free list, the lowest first, so
    /// that the highest is handed out next.
    pub(in crate::kernel) fn put_run(&mut self, first: Ppn) {
        let known = self.known_run(first);
        let freed_twice = known.iter().any(|(_, frame)| frame.refs == 0);
        self.relies_on(!freed_twice, || format!("a frame of the run at {first} is freed twice"));
        let (freed, shared): (Vec<_>, Vec<_>) = known.into_iter().partition(|(_, frame)| frame.refs <= 1);
        if !shared.is_empty() {
            self.count_run(first, &shared, |refs| refs - 1);
        }
        if freed.is_empty() {
            return;
        }
        let mut head = self.system.free_head;
        for (ppn, _) in &freed {
            self.forget_slot(*ppn);
            self.fill_frame(*ppn, junk(head));
            self.change(Change::Frame { ppn: *ppn, frame: Frame::new(0, Usage::Free) });
            head = Some(*ppn);
        }
        self.change(Change::FreeHead(head));
        self.event(KernelEvent::RunFree { ppn: first, frames: freed.len() as u64 });
    }

    /// What is known of the frames of a run.
    fn known_run(&self, first: Ppn) -> Vec<(Ppn, Frame)> {
        let run = self.system.run(first).map(Ppn);
        run.filter_map(|ppn| Some((ppn, self.known(ppn)?))).collect()
    }

    /// Changes the counts of some frames of a run.
    fn count_run(&mut self, first: Ppn, frames: &[(Ppn, Frame)], change: impl Fn(u32) -> u32) {
        let mut most = 0;
        for (ppn, frame) in frames.iter().copied() {
            let refs = change(frame.refs);
            most = most.max(refs);
            self.change(Change::Frame { ppn, frame: Frame { refs, ..frame } });
        }
        self.event(KernelEvent::RunRef { ppn: first, frames: frames.len() as u64, refs: most });
    }

    /// Leads the free list round a run: the word of each frame that led into it leads to the next frame that stays. The
    /// order of those is what it was.
    fn lead_round(&mut self, run: &Range<u64>) {
        let (mut before, mut left_out) = (None, false);
        for ppn in self.system.free_list() {
            if run.contains(&ppn.0) {
                left_out = true;
                continue;
            }
            if left_out {
                self.lead(before, Some(ppn));
            }
            (before, left_out) = (Some(ppn), false);
        }
        if left_out {
            self.lead(before, None);
        }
    }

    /// Makes the free list go on from a frame, or begin, with another.
    fn lead(&mut self, from: Option<Ppn>, to: Option<Ppn>) {
        let Some(from) = from else { return self.change(Change::FreeHead(to)) };
        let pa = self.system.frame_address(from);
        let value = to.map_or(0, |to| self.system.frame_address(to).0);
        self.change(Change::Hardware(hw::Change::Memory { pa, width: 8, value }));
    }
}
