//! Who owns each frame: every PTE that maps it, every table that points to it, the kernel, the page cache.
//!
//! [`names::holders`] names the owners of one frame; this finds those of all at once.

use super::{Line, Role, Thing, names};
use crate::hw::{Ppn, VirtAddr};
use crate::kernel::reclaim::{Mapper, Mappers};
use crate::kernel::state::{Frame, Usage};
use crate::kernel::{FileId, PAGE, Pid, System};
use std::collections::BTreeMap;

/// One that owns a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A page of a process.
    Page {
        /// Whose.
        pid: Pid,
        /// Its first address.
        va: VirtAddr,
    },
    /// A table of a process points to it as to another table.
    Pointer(Pid),
    /// The kernel.
    Kernel,
    /// The page cache.
    Cache {
        /// Which file.
        file: FileId,
        /// Which page.
        page: u64,
    },
}

impl Owner {
    /// Who would own the frame so many frames further on, if frames side by side held pages side by side.
    pub fn after(self, frames: u64) -> Self {
        match self {
            Self::Page { pid, va } => Self::Page { pid, va: VirtAddr(va.0.wrapping_add(frames * PAGE)) },
            Self::Cache { file, page } => Self::Cache { file, page: page + frames },
            other => other,
        }
    }

    /// What can be selected of it.
    fn thing(self) -> Option<Thing> {
        match self {
            Self::Page { pid, va } => Some(Thing::Page { pid, va }),
            Self::Pointer(pid) => Some(Thing::Process(pid)),
            Self::Cache { file, page } => Some(Thing::FilePage { file, page }),
            Self::Kernel => None,
        }
    }

    fn words(self, system: &System) -> String {
        match self {
            Self::Page { pid, va } => page(system, pid, va),
            Self::Pointer(pid) => format!("a table of {}", name(system, pid)),
            Self::Cache { .. } => "page cache".into(),
            Self::Kernel => "kernel".into(),
        }
    }
}

/// The owners of all frames.
#[derive(Debug)]
pub struct Owners<'a> {
    system: &'a System,
    mappers: Mappers,
    pointers: BTreeMap<Ppn, Vec<Owner>>,
}

impl<'a> Owners<'a> {
    /// Those of this state; of frames with one owner that is not known if it is only a pointer to a table.
    pub fn of(system: &'a System) -> Self {
        Self::of_those(system, 2)
    }

    /// Those of this state, and really all of them.
    pub fn of_all(system: &'a System) -> Self {
        Self::of_those(system, 1)
    }

    /// Pointers are looked for where a frame has so many owners at least.
    fn of_those(system: &'a System, least: u32) -> Self {
        let mappers = system.mappers();
        let mut pointers: BTreeMap<Ppn, Vec<Owner>> = BTreeMap::new();
        let wanted = |ppn: &Ppn| system.frame(*ppn).is_some_and(|frame| frame.refs >= least);
        for process in system.spaces() {
            // What is held in so many ways is mapped in so many; the rest are pointers to tables.
            let mut mapped: BTreeMap<Ppn, usize> = BTreeMap::new();
            for ppn in system.held_by(process.root).into_iter().filter(wanted) {
                let left = mapped.entry(ppn).or_insert_with(|| {
                    let own = |mapper: &&Mapper| mapper.pid == process.pid;
                    mappers.of(ppn).iter().filter(own).count()
                });
                match left {
                    0 => pointers.entry(ppn).or_default().push(Owner::Pointer(process.pid)),
                    left => *left -= 1,
                }
            }
        }
        for ppn in system.held_by_kernel().into_iter().filter(wanted) {
            pointers.entry(ppn).or_default().push(Owner::Kernel);
        }
        Self { system, mappers, pointers }
    }

    /// The PTEs that map a frame.
    pub fn mappers(&self, ppn: Ppn) -> &[Mapper] {
        self.mappers.of(ppn)
    }

    /// The owners of a frame.
    pub fn owners(&self, ppn: Ppn, frame: &Frame) -> Vec<Owner> {
        let geometry = self.system.geometry();
        let pages = self.mappers(ppn).iter().map(|mapper| {
            // A superpage's frames are its pages in their order.
            let page = ppn.0.saturating_sub(mapper.place.pte.ppn(&geometry).0);
            Owner::Page { pid: mapper.pid, va: VirtAddr(mapper.va.0.wrapping_add(page * PAGE)) }
        });
        let mut owners: Vec<Owner> = pages.collect();
        owners.extend(self.pointers.get(&ppn).into_iter().flatten());
        match frame.usage {
            Usage::Cache { file, page } if self.system.cached(file, page) == Some(ppn) => {
                owners.push(Owner::Cache { file, page });
            }
            Usage::Kernel | Usage::Zero => owners.push(Owner::Kernel),
            _ => {}
        }
        owners
    }

    /// The same in words, at the end of a line: `worker heap, shell heap`.
    pub fn told(&self, line: Line, owners: &[Owner]) -> Line {
        owners.iter().enumerate().fold(line, |line, (at, owner)| {
            let line = if at == 0 { line } else { line.with(Role::Dim, ", ") };
            // A row ends between two owners, not within one.
            let words = owner.words(self.system).replace(' ', "\u{a0}");
            match owner.thing() {
                Some(thing) => line.with_thing(thing, Role::Plain, words),
                None => line.with(Role::Plain, words),
            }
        })
    }
}

/// `worker heap+0x1000`: a page of a process.
pub fn page(system: &System, pid: Pid, va: VirtAddr) -> String {
    let process = system.process(pid);
    let area = names::address_short(system, process, va).unwrap_or_else(|| va.to_string());
    format!("{} {area}", name(system, pid))
}

fn name(system: &System, pid: Pid) -> &str {
    system.process(pid).map_or("?", |process| &process.name)
}
