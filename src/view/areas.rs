//! The address space: what is promised beside what is there.

use super::{Line, Look, Mark, Panel, Role, Thing, touched::Touched};
use crate::kernel::event::Prot;
use crate::kernel::{Area, PAGE, Process, System};
use crate::story::Story;

/// With fewer columns than this, an area's end is not told: its pages say as much.
const WIDE: usize = 46;

/// The process that is looked at: the one that was chosen, or the one that acts.
pub fn process<'a>(system: &'a System, look: &Look) -> Option<&'a Process> {
    let chosen = look.process.and_then(|pid| system.process(pid));
    chosen.or_else(|| system.current.and_then(|pid| system.process(pid)))
}

/// The panel: the areas of the process that is looked at.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let system = story.system();
    let touched = Touched::of(story);
    let Some(process) = process(system, look) else {
        let what = match system.policies {
            Some(_) => "No process is there yet.",
            None => "A bare machine has no areas: only PTEs say what is allowed.",
        };
        return Panel::new("Address space", vec![Line::of(Role::Dim, what)]);
    };
    let geometry = system.geometry();
    let wide = look.columns == 0 || look.columns >= WIDE;
    let to = if wide { "to           " } else { "" };
    let mut lines = vec![Line::of(Role::Dim, format!("from         {to}may  mapped"))];
    for area in system.areas_of(process) {
        let pages = (area.end.0 - area.start.0) / PAGE;
        let mappings = system.mappings_between(process.root, area.start, area.end);
        let there: u64 = mappings.iter().map(|mapping| mapping.place.frames(&geometry).count() as u64).sum();
        let role = if there < pages { Role::Absent } else { Role::Plain };
        let line = Line::of(Role::Plain, range(area, wide))
            .with(Role::Dim, format!("{}  ", Prot(area.prot)))
            .with(role, format!("{there} of {pages} "))
            .with(Role::Strong, area.label());
        let more = [source(system, area), in_swap(system, process, area)];
        let thing = Thing::Area { pid: process.pid, start: area.start };
        lines.extend(broken(line, more, look.columns).into_iter().map(|line| line.of_thing(thing)));
    }
    if system.kernel_is_in_every_table() {
        lines.extend(system.kernel_areas().iter().map(|area| kernels(area, wide)));
    }
    if !process.is_alive() {
        lines = vec![Line::of(Role::Dim, "It has ended: nothing is promised to it any more.")];
    }
    let changed = touched.process(process.pid);
    if changed && let Some(line) = lines.first_mut() {
        line.mark = Mark::Changed;
    }
    Panel::new(format!("Address space · {}", process.name), lines)
}

/// Where an area begins, and where it ends.
fn range(area: &Area, wide: bool) -> String {
    let [start, end] = [area.start, area.end].map(|va| va.to_string());
    if wide { format!("{start:12} {end:12} ") } else { format!("{start:12} ") }
}

/// A line with more pieces at its end, each on a line of its own from where there is no room for it.
fn broken(line: Line, more: [String; 2], columns: usize) -> Vec<Line> {
    let mut lines = vec![line];
    for piece in more.into_iter().filter(|piece| !piece.is_empty()) {
        let last = lines.pop().unwrap_or_default();
        let width = last.to_string().chars().count() + piece.chars().count();
        if columns == 0 || width <= columns {
            lines.push(last.with(Role::Dim, piece));
        } else {
            lines.extend([last, Line::of(Role::Dim, format!("{:17}{piece}", ""))]);
        }
    }
    lines
}

/// An area of the kernel's, which is mapped as long as it is there.
fn kernels(area: &Area, wide: bool) -> Line {
    Line::of(Role::Dim, format!("{}{}  all ", range(area, wide), Prot(area.prot)))
        .with(Role::Dim, area.label())
}

/// ` 2 in swap`, if some of an area's pages are there.
fn in_swap(system: &System, process: &Process, area: &Area) -> String {
    match system.swapped_between(process.root, area.start, area.end).len() {
        0 => String::new(),
        pages => format!(" {pages} in swap"),
    }
}

/// Where an area's pages come from, if not from nowhere: ` of sh`, ` (file, shared)` where the file's name is told already.
fn source(system: &System, area: &Area) -> String {
    let file = area.backing.map(|backing| system.files()[backing.file.0].name.as_str());
    match (file, area.shared) {
        (None, false) => String::new(),
        (None, true) => " (shared)".into(),
        (Some(file), false) if file == area.label() => " (file)".into(),
        (Some(file), true) if file == area.label() => " (file, shared)".into(),
        (Some(file), false) => format!(" of {file}"),
        (Some(file), true) => format!(" of {file} (shared)"),
    }
}
