//! Pages, areas and processes: what the kernel keeps of an address space.

use super::{Known, entry, row};
use crate::hw::{Satp, VirtAddr};
use crate::kernel::event::Prot;
use crate::kernel::{Area, PAGE, Pid, Process, System};
use crate::story::Story;
use crate::view::spaces::Spaces;
use crate::view::{Line, Role, Thing, bytes, count, decode, names};

/// Why a process has nothing, if that is so.
fn absent(system: &System, pid: Pid) -> Option<String> {
    match system.process(pid) {
        None => Some(format!("There is no process {pid} at this moment.")),
        Some(process) if !process.is_alive() => {
            Some(format!("{} has ended: it has no memory any more.", process.name))
        }
        Some(_) => None,
    }
}

/// A page: the PTE that decides about it.
pub(super) fn page(story: &Story, pid: Pid, va: VirtAddr) -> Known {
    let system = story.system();
    let title = format!("Page {va}");
    let process = match (absent(system, pid), system.process(pid)) {
        (None, Some(process)) => process,
        (why, _) => return Known::nothing(title, why.unwrap_or_default()),
    };
    let name = names::address(system, Some(process), va);
    let title = match name {
        Some(name) => format!("{title} · {name} of {}", process.name),
        None => format!("{title} of {}", process.name),
    };
    let spaces = Spaces::of(story);
    let Some(space) = spaces.at_root(process.root) else { return Known::new(title, vec![]) };
    let mut lines = vec![match spaces.area(space, va) {
        Some(area) => row("promised", format!("{}, by {}", Prot(area.prot), area.label())),
        None => row("promised", "nothing: it lies in no area"),
    }];
    match spaces.spot(space, va) {
        Some(spot) if spot.level == 0 || spaces.maps(&spot).is_some() => {
            let thing = Thing::Pte { pa: spot.pa, level: spot.level };
            lines.push(row("PTE", format!("{}, level {}", spot.pa, spot.level)).of_thing(thing));
            lines.extend(entry::word_lines(system, spot.pte.0, &spaces.all[space].geometry));
        }
        Some(spot) => lines.push(row(
            "PTE",
            format!("none: the walk ends at level {}, and there is no table for this page", spot.level),
        )),
        None => lines
            .push(row("PTE", "none: this is no valid address of the mode, or its table is not in memory")),
    }
    Known::new(title, lines)
}

/// An area: what it promises, and what is there.
pub(super) fn area(story: &Story, pid: Pid, start: VirtAddr) -> Known {
    let system = story.system();
    let title = format!("Area {start}");
    let process = match (absent(system, pid), system.process(pid)) {
        (None, Some(process)) => process,
        (why, _) => return Known::nothing(title, why.unwrap_or_default()),
    };
    let own = system.areas_of(process).iter().find(|area| area.start == start).cloned();
    let kernels = || system.kernel_area_at(start).filter(|area| area.start == start);
    let Some(area) = own.or_else(kernels) else {
        let what = format!("No area of {} begins there at this moment.", process.name);
        return Known::nothing(title, what);
    };
    let pages = (area.end.0 - area.start.0) / PAGE;
    let size = bytes(area.end.0 - area.start.0);
    let mut lines = vec![
        row("addresses", format!("{} up to {}", area.start, area.end)),
        row("size", format!("{size}, {}", count(pages, "page"))),
        row("may", may(&area)),
        row("kind", area.kind.name()),
        row("source", source(system, &area)),
    ];
    let geometry = system.geometry();
    let mapped = system.mappings_between(process.root, area.start, area.end);
    let there: u64 = mapped.iter().map(|mapping| mapping.place.frames(&geometry).count() as u64).sum();
    let swapped = system.swapped_between(process.root, area.start, area.end).len() as u64;
    let absent = pages.saturating_sub(there + swapped);
    lines.extend([
        row("in memory", count(there.min(pages), "page")),
        row("in swap", count(swapped, "page")),
        row("promised", format!("{} that no PTE is there for yet", count(absent, "page"))),
    ]);
    Known::new(format!("Area {} of {}", area.label(), process.name), lines)
}

fn may(area: &Area) -> String {
    let how = if area.shared { "shared: stores are seen by all who map it" } else { "private" };
    let who = if area.kind.is_kernel() { ", the kernel's" } else { "" };
    format!("{}, {how}{who}", Prot(area.prot))
}

fn source(system: &System, area: &Area) -> String {
    match area.backing {
        None if area.kind.is_kernel() => "the kernel".into(),
        None => "zeros".into(),
        Some(backing) => {
            let name = system.files().get(backing.file.0).map_or("", |file| &file.name);
            format!("{name}, from its page {} on", backing.first_page)
        }
    }
}

/// A process.
pub(super) fn process(story: &Story, pid: Pid) -> Known {
    let system = story.system();
    let title = format!("Process {pid}");
    let Some(process) = system.process(pid) else {
        return Known::nothing(title, format!("There is no process {pid} at this moment."));
    };
    let parent = process.parent.map(|parent| {
        let name = system.process(parent).map_or("", |parent| &parent.name);
        row("parent", format!("{name}, process {parent}")).of_thing(Thing::Process(parent))
    });
    let mut lines =
        vec![row("program", &*process.program), row("state", system.condition(process).to_string())];
    lines.extend(parent);
    if process.is_alive() {
        lines.extend(living(system, process));
    } else {
        lines.push(Line::of(Role::Dim, "It has ended. Its name and number stay, its memory is gone."));
    }
    Known::new(format!("{title} · {}", process.name), lines)
}

fn living(system: &System, process: &Process) -> Vec<Line> {
    let (pc, sp) = system.registers(process);
    let geometry = system.geometry();
    let satp = Satp::new(&geometry, process.asid, process.root);
    let mapped = system.user_mappings(process.root);
    let pages: u64 = mapped.iter().map(|mapping| mapping.place.frames(&geometry).count() as u64).sum();
    let root = geometry.frame_address(process.root);
    let decoded = decode::satp(satp.0, system.machine.config().paging);
    let mut lines = vec![
        row("root", format!("{root}, frame {}", process.root)).of_thing(Thing::Frame(process.root)),
        row("satp", format!("{:#x}: {}", satp.0, decoded.summary)),
        row("trapframe", format!("frame {}", process.trapframe)).of_thing(Thing::Frame(process.trapframe)),
        row("pc", pc.to_string()),
        row("sp", sp.to_string()),
        row("break", process.brk.to_string()),
        row("areas", count(system.areas_of(process).len() as u64, "area")),
        row("in memory", format!("{}, the kernel's in its half among them", count(pages, "page"))),
    ];
    if let Some(child) = process.lent_to {
        let name = system.process(child).map_or("", |child| &child.name);
        lines.push(row("lent to", name).of_thing(Thing::Process(child)));
    }
    if let Some(parent) = process.borrowed_from {
        let name = system.process(parent).map_or("", |parent| &parent.name);
        lines.push(row("borrowed from", name).of_thing(Thing::Process(parent)));
    }
    lines
}
