//! The kernel at work: a system while it carries out an operation, and who watches it.

use super::observer::{Observer, Tap};
use super::system::System;
use crate::hw;
use crate::kernel::event::{Change, Event, KernelEvent};
use crate::kernel::setup::Bug;
use crate::kernel::state::{Pid, Process, Space};

/// The kernel at work: a system, who watches it, and the hart that it runs on.
pub(in crate::kernel) struct Work<'a, O> {
    pub(in crate::kernel) system: &'a mut System,
    pub(in crate::kernel) watch: &'a mut O,
    pub(in crate::kernel) hart: hw::HartId,
    /// Frames that it works on: these are not taken away.
    pub(in crate::kernel) pinned: Vec<hw::Ppn>,
    /// Address spaces that no process has yet.
    pub(in crate::kernel) building: Vec<Space>,
}

impl<O: Observer> Work<'_, O> {
    /// The one door: applies a change and tells the observer how to undo it.
    pub(in crate::kernel) fn change(&mut self, change: Change) {
        let inverse = self.system.swap(change);
        self.watch.changed(inverse);
    }

    /// Tells what happened, after the changes that belong to it.
    pub(in crate::kernel) fn event(&mut self, event: KernelEvent) {
        let event = Event::Kernel(event);
        self.system.counters.add(&event, &self.system.costs);
        self.watch.event(event);
    }

    /// Lets the hardware do something, and passes on what it tells.
    pub(in crate::kernel) fn hardware<T>(
        &mut self,
        act: impl FnOnce(&mut hw::Machine, &mut Tap<'_, O>) -> T,
    ) -> T {
        let System { machine, counters, costs, .. } = &mut *self.system;
        act(machine, &mut Tap { counters, costs, watch: self.watch })
    }

    /// Whether the kernel makes this mistake.
    pub(in crate::kernel) fn has(&self, bug: Bug) -> bool {
        self.system.bug() == bug
    }

    /// Says what the kernel relies on, of its own data. Only a wrong kernel goes on without.
    ///
    /// # Panics
    ///
    /// If it is not so, and the kernel is right.
    #[track_caller]
    pub(in crate::kernel) fn relies_on(&self, is_so: bool, what: impl FnOnce() -> String) {
        assert!(is_so || self.system.bug() != Bug::None, "{}", what());
    }

    /// A process that lives.
    pub(in crate::kernel) fn process(&self, pid: Pid) -> &Process {
        self.system.process(pid).expect("operations are carried out by processes that exist")
    }

    /// Puts a process in place of what had its number.
    pub(in crate::kernel) fn set_process(&mut self, pid: Pid, process: Process) {
        self.change(Change::Process { pid, process: Some(process.into()) });
    }
}
