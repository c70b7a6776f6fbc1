//! The processes side by side, page by page: the picture of fork and copy-on-write, where two columns hold the same frame
//! until one of them writes.

use super::bounded::Bounded;
use super::subject;
use super::{Line, Look, Mark, Role, Thing, grouped, touched::Touched};
use crate::hw::{Flags, Geometry, Ppn, VirtAddr};
use crate::kernel::state::SwapSlot;
use crate::kernel::state::{COW, Place};
use crate::kernel::{Area, PAGE, Pid, Process, System};
use crate::story::Story;
use std::collections::{BTreeMap, BTreeSet};

/// More rows than this are not drawn but counted.
const MOST_ROWS: usize = 256;

/// Runs of fewer pages than this are told page by page.
const SHORTEST_RUN: usize = 4;

/// More processes than this are not compared, however wide the screen is.
const MOST_SPACES: usize = 16;

/// How wide a process's column is: a sign, `80034+ RW- DC`, and a space.
const COLUMN: usize = 16;

/// How wide the names of areas are, beside the addresses.
const AREA: usize = 14;

/// An address space: that of a process, or one that is being built or taken apart.
struct Space<'a> {
    name: String,
    /// What becomes of one that no process has.
    fate: &'static str,
    pid: Option<Pid>,
    root: Ppn,
    areas: &'a [Area],
    /// PTEs of pages, those in swap as well, by their first addresses.
    entries: BTreeMap<VirtAddr, (Place, Option<SwapSlot>)>,
}

impl<'a> Space<'a> {
    fn of(system: &System, process: &'a Process) -> Self {
        let Process { name, pid, root, areas, .. } = process;
        Self { pid: Some(*pid), areas, ..Self::new(system, name.clone(), "", *root) }
    }

    fn new(system: &System, name: String, fate: &'static str, root: Ppn) -> Self {
        let (start, end) = (VirtAddr(0), system.geometry().user_end());
        let leaves = system.mappings_between(root, start, end);
        let leaves = leaves.into_iter().map(|mapping| (mapping.va, (mapping.place, None)));
        let swapped = system.swapped_between(root, start, end);
        let swapped = swapped.into_iter().map(|(va, place, slot)| (va, (place, Some(slot))));
        Self { name, fate, pid: None, root, areas: &[], entries: leaves.chain(swapped).collect() }
    }

    /// The entry that is about an address, and the first address past its page.
    fn at(&self, geometry: &Geometry, va: VirtAddr) -> Option<(VirtAddr, Place, Option<SwapSlot>)> {
        let (first, (place, slot)) = self.entries.range(..=va).next_back()?;
        let end = VirtAddr(first.0 + geometry.leaf_bytes(place.level));
        (va < end).then_some((end, *place, *slot))
    }
}

/// What a process has at a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// Nothing, and nothing is promised.
    None,
    /// Its area promises a page that was not touched yet.
    Promised,
    /// The event has cleared its PTE.
    Cleared(Place),
    /// It is in swap.
    Swapped(Place, SwapSlot),
    /// It is in a frame.
    Frame(Place, Ppn),
}

/// Pages that are told in one line.
struct Row {
    va: VirtAddr,
    pages: u64,
    cells: Vec<Cell>,
    label: String,
}

/// The lines: a column for each address space, as many as fit, and a row for each page that any of them maps.
pub fn lines(story: &Story, look: &Look) -> Vec<Line> {
    let system = story.system();
    let touched = Touched::of(story);
    let (spaces, left_out) = shown(story, look);
    if spaces.is_empty() {
        return vec![];
    }
    let margin = margin(system);
    let mut lines = vec![Line::default(), head(&spaces, margin)];
    if spaces.iter().any(|space| !space.fate.is_empty()) {
        let fates = spaces.iter().map(|space| format!(" {:width$}", space.fate, width = COLUMN - 1));
        lines.push(Line::of(Role::Dim, format!("{:margin$}{}", "", String::from_iter(fates))));
    }
    let mut bounded = Bounded::new(MOST_ROWS, "row");
    for row in rows(system, &spaces, &touched) {
        let changed = row.cells.iter().any(|cell| is_changed(cell, &touched));
        let mark = if changed { Mark::Changed } else { Mark::None };
        bounded.push(mark, || line(&row, &spaces, &touched, margin));
    }
    lines.extend(bounded.end());
    if left_out > 0 {
        let more = if left_out == 1 { "process" } else { "processes" };
        lines.push(Line::of(
            Role::Dim,
            format!("… and {} more {more}, for which there are no columns", grouped(left_out as u64)),
        ));
    }
    lines.push(legend());
    lines
}

/// How wide the column of addresses and areas is: the highest page of the user half has the longest address.
fn margin(system: &System) -> usize {
    system.trampoline().to_string().len() + 1 + AREA
}

/// The names of the spaces.
fn head(spaces: &[Space<'_>], margin: usize) -> Line {
    let mut head = Line::of(Role::Dim, format!("{:margin$}", "page by page"));
    for space in spaces {
        let text = format!(" {}", fitted(&space.name, COLUMN - 1));
        head = match space.pid {
            Some(pid) => head.with_thing(Thing::Process(pid), Role::Strong, text),
            None => head.with(Role::Strong, text),
        };
    }
    head
}

/// A text in a column of some width: filled up, or cut with an ellipsis. (Names stand in full in the lines above.)
fn fitted(text: &str, width: usize) -> String {
    match text.chars().count() > width {
        true => text.chars().take(width.saturating_sub(1)).chain(['…']).collect(),
        false => format!("{text:width$}"),
    }
}

/// The address spaces that fit, and how many do not. That of the process that is looked at is among them, with those that
/// are just older; or else the one that is being built or taken apart.
fn shown<'a>(story: &'a Story, look: &Look) -> (Vec<Space<'a>>, usize) {
    let system = story.system();
    let fit = match look.columns {
        0 => MOST_SPACES,
        columns => (columns.saturating_sub(margin(system)) / COLUMN).clamp(1, MOST_SPACES),
    };
    let processes: Vec<&Process> = system.spaces().collect();
    let making = subject::in_the_making(story);
    let all = processes.len() + making.len();
    let wanted = look.process.or(system.current.filter(|_| making.is_empty()));
    let at =
        processes.iter().position(|process| Some(process.pid) == wanted).unwrap_or(all.saturating_sub(1));
    let spaces = processes.into_iter().map(|process| Space::of(system, process));
    let making = making.into_iter().map(|space| Space::new(system, space.name, space.fate, space.root));
    let few = spaces.chain(making).skip((at + 1).saturating_sub(fit)).take(fit);
    (few.collect(), all.saturating_sub(fit))
}

/// A row for each page that some space has, and one for a run of pages that differ only in their frames, each after the one
/// before.
fn rows(system: &System, spaces: &[Space<'_>], touched: &Touched) -> Vec<Row> {
    let geometry = system.geometry();
    let starts: BTreeSet<VirtAddr> = spaces.iter().flat_map(|space| space.entries.keys().copied()).collect();
    let starts: Vec<VirtAddr> = starts.into_iter().collect();
    let mut rows: Vec<Row> = vec![];
    for (at, va) in starts.iter().enumerate() {
        let found: Vec<_> = spaces.iter().map(|space| space.at(&geometry, *va)).collect();
        let ends = found.iter().flatten().map(|(end, ..)| *end).chain(starts.get(at + 1).copied());
        let end = ends.min().unwrap_or(VirtAddr(va.0 + PAGE));
        let area = spaces.iter().find_map(|space| space.areas.iter().find(|area| area.contains(*va)));
        let cells = found.into_iter().zip(spaces).map(|(found, space)| match found {
            Some((_, place, Some(slot))) => Cell::Swapped(place, slot),
            Some((_, place, None)) => Cell::Frame(place, place.frame_of(&geometry, *va)),
            None => match system.pte_for(space.root, *va) {
                Some(place) if touched.word(place.pa) => Cell::Cleared(place),
                _ if space.areas.iter().any(|area| area.contains(*va)) => Cell::Promised,
                _ => Cell::None,
            },
        });
        let row = Row {
            va: *va,
            pages: (end.0 - va.0) / PAGE,
            cells: cells.collect(),
            label: area.map(|area| area.label().to_owned()).unwrap_or_default(),
        };
        rows.push(row);
    }
    let follows = |row: &Row, next: &Row| follows(row, next, touched);
    rows.chunk_by(follows).flat_map(joined).collect()
}

/// Whether a row is about the page after another one's, with the same rights, and with frames that come next.
fn follows(row: &Row, next: &Row, touched: &Touched) -> bool {
    let flags = |place: &Place| place.pte.flags();
    row.va.0 + row.pages * PAGE == next.va.0
        && row.label == next.label
        && row.cells.iter().zip(&next.cells).all(|(cell, next)| match (cell, next) {
            (Cell::None, Cell::None) | (Cell::Promised, Cell::Promised) => true,
            (Cell::Frame(one, ppn), Cell::Frame(other, after)) => {
                flags(one) == flags(other)
                    && ppn.0 + row.pages == after.0
                    && !is_changed(cell, touched)
                    && !is_changed(next, touched)
            }
            _ => false,
        })
}

/// A run in one row, if it is long enough.
fn joined(run: &[Row]) -> Vec<Row> {
    let copy =
        |row: &Row, pages| Row { va: row.va, pages, cells: row.cells.clone(), label: row.label.clone() };
    match run.len() < SHORTEST_RUN {
        true => run.iter().map(|row| copy(row, row.pages)).collect(),
        false => vec![copy(&run[0], run.iter().map(|row| row.pages).sum())],
    }
}

/// Whether the event has written the PTE of a cell.
fn is_changed(cell: &Cell, touched: &Touched) -> bool {
    match cell {
        Cell::None | Cell::Promised => false,
        Cell::Cleared(place) | Cell::Swapped(place, _) | Cell::Frame(place, _) => touched.word(place.pa),
    }
}

fn line(row: &Row, spaces: &[Space<'_>], touched: &Touched, margin: usize) -> Line {
    let times = if row.pages > 1 { format!(" ×{}", row.pages) } else { String::new() };
    let (va, width) = (row.va.to_string(), margin - AREA - 1);
    let room = (AREA - 1).saturating_sub(times.chars().count());
    let label = fitted(&format!("{}{times}", fitted(&row.label, room).trim_end()), AREA - 1);
    let mut line = Line::of(Role::Dim, format!("{va:width$} ")).with(Role::Plain, format!("{label} "));
    for (cell, space) in row.cells.iter().zip(spaces) {
        line = with_cell(line, row, cell, space, touched);
    }
    line
}

/// One more cell: its sign, then the frame and the flags.
fn with_cell(line: Line, row: &Row, cell: &Cell, space: &Space<'_>, touched: &Touched) -> Line {
    let changed = is_changed(cell, touched);
    let sign = |otherwise| if changed { Mark::Changed.glyph() } else { otherwise };
    let pte = |place: &Place| Thing::Pte { pa: place.pa, level: place.level };
    let page = |line: Line, role, text: String| match space.pid {
        Some(pid) => line.with_thing(Thing::Page { pid, va: row.va }, role, text),
        None => line.with(role, text),
    };
    let role = |otherwise| if changed { Role::Changed } else { otherwise };
    match cell {
        Cell::None => line.with(Role::Dim, format!("{:COLUMN$}", "")),
        Cell::Promised => page(line, Role::Absent, format!(" {:width$}", "not yet", width = COLUMN - 1)),
        Cell::Cleared(place) => {
            let text = format!("{}{:width$}", sign(' '), "cleared", width = COLUMN - 1);
            line.with_thing(pte(place), role(Role::Plain), text)
        }
        Cell::Swapped(place, slot) => {
            let name = format!("slot {slot}");
            let line =
                line.with_thing(Thing::Swap(*slot), role(Role::Absent), format!("{}{name:7}", sign(' ')));
            let text = format!("{:width$}", flags(place.pte.flags()), width = COLUMN - 8);
            line.with_thing(pte(place), role(Role::Absent), text)
        }
        Cell::Frame(place, ppn) => {
            let same =
                row.cells.iter().filter(|other| matches!(other, Cell::Frame(_, other) if other == ppn));
            let shared = same.count() > 1;
            let otherwise = if shared { Role::Shared } else { Role::Plain };
            let sign = sign(if shared { '=' } else { ' ' });
            let after = if row.pages > 1 { "+" } else { "" };
            let name = format!("{:x}{after}", ppn.0);
            let line = line.with_thing(Thing::Frame(*ppn), role(otherwise), format!("{sign}{name:6} "));
            let text = format!("{:width$}", flags(place.pte.flags()), width = COLUMN - 8);
            line.with_thing(pte(place), role(otherwise), text)
        }
    }
}

/// `RW- DC`: what is allowed, whether the page was written, and whether it is copy-on-write.
fn flags(flags: Flags) -> String {
    let rights = [(Flags::R, 'R'), (Flags::W, 'W'), (Flags::X, 'X')];
    let rights = rights.map(|(bit, letter)| if flags.has(bit) { letter } else { '-' });
    let more = [(Flags::D, 'D'), (COW, 'C')].into_iter().filter(|(bit, _)| flags.has(*bit));
    let more: String = more.map(|(_, letter)| letter).collect();
    format!("{} {more}", String::from_iter(rights))
}

fn legend() -> Line {
    Line::of(Role::Shared, "=").with(
        Role::Dim,
        "the same frame as in another column  D=written  C=copy-on-write  +=and the frames after it",
    )
}
