//! Floor 2, the teaching kernel: small enough to read in an evening, xv6-like in its layout, Linux-like in what it does.
//!
//! A [`System`] is a machine and what the kernel knows about it: frames with reference counts, processes with areas,
//! files and the page cache, and what lies in swap. [`System::perform`] carries out one [`Op`] and gives its [`Outcome`]. The kernel's
//! mechanisms are methods of `Kernel`, the system while an observer watches; each file holds one of them. Besides there are
//! what they share (`expr`, `counters`, `op`, `program`) and what must hold whatever they do (`check`, `harm`).
//! They read freely, and write only by applying a [`Change`].
//!
//! The kernel touches physical memory directly, as xv6 does through its direct map, so its own accesses do not go through
//! the TLB and set neither A nor D. Only the way in and out can be carried out by the hart itself, see `trap_path`.

pub mod accessed;
pub mod area;
pub mod audit;
pub mod bare;
pub mod bug;
pub mod check;
mod copy;
pub mod counters;
pub mod event;
mod exec;
mod exit;
pub mod expr;
mod fault;
pub mod fault_case;
pub mod file;
mod fork;
pub mod frames;
mod harm;
mod heap;
pub mod invariant;
mod kernel_stack;
pub mod mapping;
mod mmap;
pub mod observer;
pub mod op;
pub mod operand;
pub mod optimal;
pub mod outcome;
mod perform;
pub mod policy;
pub mod process;
pub mod program;
pub mod reclaim;
pub mod replace;
pub mod run;
pub mod superpage;
pub mod swap;
mod switch;
mod syscall;
pub mod system;
pub mod table;
mod tick;
mod trap_path;
mod user;
pub mod vdso;
mod vfork;

pub use area::{Area, AreaKind};
pub use bug::Bug;
pub use counters::{Costs, Counters};
pub use event::{Event, FaultCase, KernelEvent};
pub use expr::Expr;
pub use file::{File, FileId};
pub use frames::{Frame, Usage};
pub use invariant::Invariant;
pub use observer::{Observer, Record, Unwatched};
pub use op::{Action, Op};
pub use outcome::{About, OpError, Outcome, Within};
pub use policy::Policies;
pub use process::{Condition, Pid, Process, ProcessState};
pub use program::Program;
pub use system::{Change, System};

use crate::hw;
use observer::Tap;

/// The kernel at work: a system, who watches it, and the hart that it runs on.
struct Kernel<'a, O> {
    system: &'a mut System,
    watch: &'a mut O,
    hart: hw::HartId,
    /// Frames that it works on: these are not taken away.
    pinned: Vec<hw::Ppn>,
    /// Address spaces that no process has yet.
    building: Vec<reclaim::Space>,
}

/// Bytes of a page and of a frame. A megapage and the leaves of the direct map are many of them.
pub const PAGE: u64 = 4096;

impl<O: Observer> Kernel<'_, O> {
    /// The one door: applies a change and tells the observer how to undo it.
    fn change(&mut self, change: Change) {
        let inverse = self.system.swap(change);
        self.watch.changed(inverse);
    }

    /// Tells what happened, after the changes that belong to it.
    fn event(&mut self, event: KernelEvent) {
        let event = Event::Kernel(event);
        self.system.counters.add(&event, &self.system.costs);
        self.watch.event(event);
    }

    /// Lets the hardware do something, and passes on what it tells.
    fn hardware<T>(&mut self, act: impl FnOnce(&mut hw::Machine, &mut Tap<'_, O>) -> T) -> T {
        let System { machine, counters, costs, .. } = &mut *self.system;
        act(machine, &mut Tap { counters, costs, watch: self.watch })
    }
}
