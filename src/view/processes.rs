//! All processes: what each has, and page by page what they share.

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
    let mut lines = table(story);
    lines.extend(compare::lines(story, look));
    Panel::new(format!("Processes · {alive} alive of {}", system.processes().count()), lines)
}

/// A process in each line.
fn table(story: &Story) -> Vec<Line> {
    let system = story.system();
    let touched = Touched::of(story);
    let mapped = mapped(system);
    let longest = system.processes().map(|process| process.name.chars().count()).max().unwrap_or_default();
    let name = longest.clamp(4, 16);
    let head = format!(
        "{:>3} {:name$} {:7} {:>4} {:>4} {:10} {:>5} {:>6} {:>7} {:>4} {:>6}",
        "pid", "name", "state", "from", "asid", "root", "pages", "shared", "private", "swap", "tables"
    );
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
            .with(role, format!("{:7} ", system.condition(process).to_string()));
        let line = match process.parent {
            Some(parent) => line.with_thing(Thing::Process(parent), Role::Dim, format!("{:>4} ", parent.0)),
            None => line.with(Role::Dim, format!("{:>4} ", "·")),
        };
        let line =
            if process.is_alive() { alive(system, process, &mapped, line) } else { ended(process, line) };
        lines.push(line.of_thing(thing).marked(mark));
    }
    lines
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

/// The columns of a process that lives, from its ASID on.
fn alive(system: &System, process: &Process, mapped: &BTreeMap<Ppn, u32>, line: Line) -> Line {
    let pages = resident(system, process);
    let shared = pages.iter().filter(|ppn| mapped.get(ppn).is_some_and(|spaces| *spaces > 1)).count();
    let swapped = system.swapped_between(process.root, VirtAddr(0), system.trapframe()).len();
    let kernels: BTreeSet<(Ppn, u32)> =
        system.kernel_root().into_iter().flat_map(|root| system.table_frames(root)).collect();
    let tables =
        system.table_frames(process.root).into_iter().filter(|table| !kernels.contains(table)).count();
    let root = system.frame_address(process.root).to_string();
    let line = line
        .with(Role::Dim, format!("{:>4} ", process.asid))
        .with_thing(Thing::Frame(process.root), Role::Plain, format!("{root:10} "))
        .with(Role::Strong, format!("{:>5} ", pages.len()))
        .with(if shared > 0 { Role::Shared } else { Role::Plain }, format!("{shared:>6} "))
        .with(Role::Plain, format!("{:>7} ", pages.len() - shared))
        .with(if swapped > 0 { Role::Absent } else { Role::Plain }, format!("{swapped:>4} "))
        .with(Role::Plain, format!("{tables:>6}"));
    match process.lent_to.and_then(|child| system.process(child)) {
        Some(child) => line.with(Role::Dim, format!(" lent to {}", child.name)),
        None => line,
    }
}

/// How it ended.
fn ended(process: &Process, line: Line) -> Line {
    let how = match process.state {
        ProcessState::Exited { status } => format!("with status {status}"),
        ProcessState::Alive | ProcessState::Killed => "by the kernel".into(),
    };
    line.with(Role::Dim, how)
}
