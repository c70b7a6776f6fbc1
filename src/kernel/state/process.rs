//! Processes: a page table, areas, and a name that scenarios use.

use super::area::{Area, AreaKind};
use crate::hw::{Ppn, VirtAddr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A process's number, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Pid(pub u32);

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Whether a process lives, and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessState {
    /// It runs or could run.
    Alive,
    /// It ended because it wanted to.
    Exited {
        /// What it left.
        status: u64,
    },
    /// The kernel ended it.
    Killed,
}

/// What a process is doing, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// It is the one that the hart runs.
    Running,
    /// It could run.
    Ready,
    /// It has lent its memory to a vforked child.
    Waiting,
    /// It ended because it wanted to.
    Exited,
    /// The kernel ended it.
    Killed,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Exited => "exited",
            Self::Killed => "killed",
        })
    }
}

/// A process. One that has ended keeps its name and number; it has no memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// Its number.
    pub pid: Pid,
    /// The name by which scenarios call it.
    pub name: String,
    /// The program that it runs.
    pub program: String,
    /// Who forked it.
    pub parent: Option<Pid>,
    /// Whether it lives.
    pub state: ProcessState,
    /// The frame of its root page table.
    pub root: Ppn,
    /// Its address-space identifier; 0 on a machine without.
    pub asid: u16,
    /// The frame that keeps its registers while it does not run.
    pub trapframe: Ppn,
    /// The page of its stack in the kernel, where the kernel is mapped.
    pub kernel_stack: Option<VirtAddr>,
    /// What it may use, in the order of addresses, none overlapping another.
    pub areas: Vec<Area>,
    /// The lowest address that its stack may grow to.
    pub stack_limit: VirtAddr,
    /// The vforked child that has its address space until it executes a program or ends. The process waits meanwhile.
    pub lent_to: Option<Pid>,
    /// The parent whose address space it has, and has to give back.
    pub borrowed_from: Option<Pid>,
    /// The break: the first address past the heap, to the byte. The heap's area ends with its page.
    pub brk: VirtAddr,
}

impl Process {
    /// The area that an address lies in.
    pub fn area_at(&self, va: VirtAddr) -> Option<&Area> {
        self.areas.iter().find(|area| area.contains(va))
    }

    /// The first area of a kind.
    pub fn area(&self, kind: AreaKind) -> Option<&Area> {
        self.areas.iter().find(|area| area.kind == kind)
    }

    /// Whether it lives.
    pub fn is_alive(&self) -> bool {
        self.state == ProcessState::Alive
    }

    /// Takes a part of an area away; what is left of it stays, on both sides.
    pub(in crate::kernel) fn cut(&mut self, gone: &Area) {
        let Some(at) = self.areas.iter().position(|area| area.contains(gone.start)) else { return };
        let area = self.areas.remove(at);
        let (before, after) = (area.start..gone.start, gone.end..area.end);
        for rest in [before, after].into_iter().filter(|rest| !rest.is_empty()) {
            self.insert_area(area.part(rest.start, rest.end));
        }
    }

    /// Puts an area in its place in the order.
    pub(in crate::kernel) fn insert_area(&mut self, area: Area) {
        let at = self.areas.partition_point(|other| other.start < area.start);
        self.areas.insert(at, area);
    }
}

/// The processes of each name: those that have ended, and then those that live, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::kernel) struct ByName(BTreeMap<String, BTreeSet<(bool, Pid)>>);

impl ByName {
    /// Adds a process.
    pub(in crate::kernel) fn add(&mut self, process: &Process) {
        let state = (process.is_alive(), process.pid);
        match self.0.get_mut(&process.name) {
            Some(states) => drop(states.insert(state)),
            None => drop(self.0.insert(process.name.clone(), [state].into())),
        }
    }

    /// Removes what a process was, unless it is the same now.
    pub(in crate::kernel) fn remove(&mut self, was: &Process, now: Option<&Process>) {
        if now.is_some_and(|now| (&now.name, now.is_alive()) == (&was.name, was.is_alive())) {
            return;
        }
        let Some(states) = self.0.get_mut(&was.name) else { return };
        states.remove(&(was.is_alive(), was.pid));
        if states.is_empty() {
            self.0.remove(&was.name);
        }
    }

    /// The living process of a name, or else the last that had it.
    pub(in crate::kernel) fn find(&self, name: &str) -> Option<Pid> {
        self.0.get(name)?.last().map(|(_, pid)| *pid)
    }
}
