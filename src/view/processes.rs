//! All processes: what each has, and page by page what they share.
//!
//! Where there is no room for all columns of the table, what other panels tell as well gives way first.

use super::{Line, Look, Mark, Panel, Role, Thing, compare, touched::Touched};
use crate::hw::{Ppn, VirtAddr};
use crate::kernel::{Process, ProcessState, System};
use crate::story::Story;
use std::collections::{BTreeMap, BTreeSet};

/// The panel.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let system = story.system();
    if system.policies.is_none() {
        let what = "A bare machine has no processes: only a root in satp, and the tables below it.";
        return Panel::new("Processes", vec![Line::of(Role::Dim, what)]);
    }
    if system.processes().next().is_none() {
        return Panel::new("Processes", vec![Line::of(Role::Dim, "No process is there yet.")]);
    }
    let alive = system.processes().filter(|process| process.is_alive()).count();
    let mut lines = table(story, look);
    lines.extend(compare::lines(story, look));
    Panel::new(format!("Processes · {alive} alive of {}", system.processes().count()), lines)
}

/// What is told of a process that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    From,
    Asid,
    Root,
    Pages,
    Shared,
    Private,
    Swap,
    Tables,
}

impl Column {
    const ALL: [Self; 8] = [
        Self::From,
        Self::Asid,
        Self::Root,
        Self::Pages,
        Self::Shared,
        Self::Private,
        Self::Swap,
        Self::Tables,
    ];
    /// Those that give way, the first of them first. Page tables tell the
    /// root, registers the ASID, the script tells who forked, and
    /// what is private is what is not shared.
    const GIVE_WAY: [Self; 6] = [Self::Root, Self::Asid, Self::From, Self::Private, Self::Tables, Self::Swap];

    fn heading(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::Asid => "asid",
            Self::Root => "root",
            Self::Pages => "pages",
            Self::Shared => "shared",
            Self::Private => "private",
            Self::Swap => "swap",
            Self::Tables => "tables",
        }
    }

    /// With the space before it.
    fn width(self) -> usize {
        1 + if self == Self::Root { 10 } else { self.heading().len() }
    }

    /// The columns for which there is room after so many others, 0 for no end.
    fn fitting(columns: usize, taken: usize) -> Vec<Self> {
        let mut fitting = Self::ALL.to_vec();
        let mut give_way = Self::GIVE_WAY.into_iter();
        while columns > 0 && taken + fitting.iter().map(|column| column.width()).sum::<usize>() > columns {
            let Some(column) = give_way.next() else { break };
            fitting.retain(|other| *other != column);
        }
        fitting
    }
}

/// A process in each line.
fn table(story: &Story, look: &Look) -> Vec<Line> {
    let system = story.system();
    let touched = Touched::of(story);
    let mapped = mapped(system);
    let longest = system.processes().map(|process| process.name.chars().count()).max().unwrap_or_default();
    let name = longest.clamp(4, 16);
    let taken = 3 + 1 + name + 1 + 7;
    let columns = Column::fitting(look.columns, taken);
    let head = format!("{:>3} {:name$} {:7}", "pid", "name", "state");
    let heading = |column: &Column| match column {
        Column::Root => format!(" {:10}", "root"),
        column => format!(" {}", column.heading()),
    };
    let head = columns.iter().map(heading).fold(head, |head, heading| head + &heading);
    let mut lines = vec![Line::of(Role::Dim, head)];
    for process in system.processes() {
        let thing = Thing::Process(process.pid);
        let mark = match () {
            () if touched.process(process.pid) => Mark::Changed,
            () if system.running == Some(process.pid) => Mark::Here,
            () => Mark::None,
        };
        let role = match mark {
            Mark::None if !process.is_alive() => Role::Dim,
            Mark::None => Role::Plain,
            mark => mark.role(),
        };
        let line = Line::of(Role::Dim, format!("{:>3} ", process.pid.0))
            .with(role, format!("{:name$} ", process.name))
            .with(role, format!("{:7}", system.condition(process).to_string()));
        let line = match process.is_alive() {
            true => alive(system, process, &mapped, &columns, line),
            false => ended(process, &columns, line),
        };
        lines.push(line.of_thing(thing).marked(mark));
    }
    lines
}

/// Who forked it.
fn from(process: &Process, line: Line) -> Line {
    match process.parent {
        Some(parent) => line.with_thing(Thing::Process(parent), Role::Dim, format!(" {:>4}", parent.0)),
        None => line.with(Role::Dim, format!(" {:>4}", "·")),
    }
}

/// How many page tables map each frame of their own half.
fn mapped(system: &System) -> BTreeMap<Ppn, u32> {
    let mut mapped = BTreeMap::new();
    for process in system.spaces() {
        let frames: BTreeSet<Ppn> = resident(system, process).into_iter().collect();
        frames.into_iter().for_each(|ppn| *mapped.entry(ppn).or_insert(0) += 1);
    }
    mapped
}

/// The frames that a process's pages are in, one as often as it is mapped. The trapframe and the trampoline are the kernel's.
fn resident(system: &System, process: &Process) -> Vec<Ppn> {
    let mappings = system.mappings_between(process.root, VirtAddr(0), system.trapframe());
    let frames = mappings.iter().flat_map(|mapping| system.frames_of(mapping.place.level, mapping.place.pte));
    frames.map(|(ppn, _)| ppn).collect()
}

/// The columns of a process that lives.
fn alive(
    system: &System,
    process: &Process,
    mapped: &BTreeMap<Ppn, u32>,
    columns: &[Column],
    line: Line,
) -> Line {
    let pages = resident(system, process);
    let shared = pages.iter().filter(|ppn| mapped.get(ppn).is_some_and(|spaces| *spaces > 1)).count();
    let swapped = system.swapped_between(process.root, VirtAddr(0), system.trapframe()).len();
    let line = columns.iter().fold(line, |line, column| {
        let (role, number) = match column {
            Column::From => return from(process, line),
            Column::Root => {
                let root = format!(" {:10}", system.frame_address(process.root).to_string());
                return line.with_thing(Thing::Frame(process.root), Role::Plain, root);
            }
            Column::Asid => (Role::Dim, process.asid.into()),
            Column::Pages => (Role::Strong, pages.len()),
            Column::Shared => (if shared > 0 { Role::Shared } else { Role::Plain }, shared),
            Column::Private => (Role::Plain, pages.len() - shared),
            Column::Swap => (if swapped > 0 { Role::Absent } else { Role::Plain }, swapped),
            Column::Tables => (Role::Plain, tables(system, process)),
        };
        line.with(role, format!("{number:>width$}", width = column.width()))
    });
    match process.lent_to.and_then(|child| system.process(child)) {
        Some(child) => line.with(Role::Dim, format!(" lent to {}", child.name)),
        None => line,
    }
}

/// How many frames its own tables take: those that it shares with the kernel are not its own.
fn tables(system: &System, process: &Process) -> usize {
    let kernels: BTreeSet<(Ppn, u32)> =
        system.kernel_root().into_iter().flat_map(|root| system.table_frames(root)).collect();
    system.table_frames(process.root).into_iter().filter(|table| !kernels.contains(table)).count()
}

/// How it ended.
fn ended(process: &Process, columns: &[Column], line: Line) -> Line {
    let line = if columns.contains(&Column::From) { from(process, line) } else { line };
    let how = match process.state {
        ProcessState::Exited { status } => format!(" with status {status}"),
        ProcessState::Alive | ProcessState::Killed => " by the kernel".into(),
    };
    line.with(Role::Dim, how)
}
