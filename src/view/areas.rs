//! The address space: what is promised beside what is there.

use super::{Line, Look, Mark, Panel, Role, touched::Touched};
use crate::kernel::event::Prot;
use crate::kernel::{Area, PAGE, Process, System};
use crate::story::Story;

/// The panel: the areas of the process that acts.
pub fn panel(story: &Story, _look: &Look) -> Panel {
    let system = story.system();
    let touched = Touched::of(story);
    let Some(process) = system.current.and_then(|pid| system.process(pid)) else {
        let what = match system.policies {
            Some(_) => "No process is there yet.",
            None => "A bare machine has no areas: only PTEs say what is allowed.",
        };
        return Panel::new("Address space", vec![Line::of(Role::Dim, what)]);
    };
    let geometry = system.geometry();
    let mut lines = vec![Line::of(Role::Dim, "from         to           may  mapped")];
    for area in &process.areas {
        let pages = (area.end.0 - area.start.0) / PAGE;
        let mappings = system.mappings_between(process.root, area.start, area.end);
        let there: u64 = mappings.iter().map(|mapping| mapping.place.frames(&geometry).count() as u64).sum();
        let role = if there < pages { Role::Absent } else { Role::Plain };
        let source = format!("{}{}", source(system, area), in_swap(system, process, area));
        lines.push(
            Line::of(Role::Plain, format!("{:12} {:12} ", area.start.to_string(), area.end.to_string()))
                .with(Role::Dim, format!("{}  ", Prot(area.prot)))
                .with(role, format!("{there} of {pages} "))
                .with(Role::Strong, area.label())
                .with(Role::Dim, source),
        );
    }
    if system.kernel_is_in_every_table() {
        lines.extend(system.kernel_areas().iter().map(kernels));
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

/// An area of the kernel's, which is mapped as long as it is there.
fn kernels(area: &Area) -> Line {
    Line::of(
        Role::Dim,
        format!("{:12} {:12} {}  all ", area.start.to_string(), area.end.to_string(), Prot(area.prot)),
    )
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
