//! The processes side by side, page by page: the picture of fork and copy-on-write, where two columns hold the same frame
//! until one of them writes.

use super::bounded::Bounded;
use super::subject;
use super::{Line, Look, Mark, Role, Thing, count, touched::Touched};
use crate::hw::{Flags, Geometry, Ppn, VirtAddr};
use crate::kernel::swap::Slot;
use crate::kernel::table::{COW, Place};
use crate::kernel::{Area, PAGE, Pid, System};
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

/// How wide the column of addresses and areas is.
const PAGES: usize = 27;

/// An address space: that of a process, or one that is being built or taken apart.
struct Space<'a> {
    name: String,
    pid: Option<Pid>,
    root: Ppn,
    areas: &'a [Area],
    /// PTEs of pages, those in swap as well, by their first addresses.
    entries: BTreeMap<VirtAddr, (Place, Option<Slot>)>,
}

impl<'a> Space<'a> {
    fn new(system: &System, name: String, pid: Option<Pid>, root: Ppn, areas: &'a [Area]) -> Self {
        let (start, end) = (VirtAddr(0), system.geometry().user_end());
        let leaves = system.mappings_between(root, start, end);
        let leaves = leaves.into_iter().map(|mapping| (mapping.va, (mapping.place, None)));
        let swapped = system.swapped_between(root, start, end);
        let swapped = swapped.into_iter().map(|(va, place, slot)| (va, (place, Some(slot))));
        Self { name, pid, root, areas, entries: leaves.chain(swapped).collect() }
    }

    /// The entry that is about an address, and the first address past its page.
    fn at(&self, geometry: &Geometry, va: VirtAddr) -> Option<(VirtAddr, Place, Option<Slot>)> {
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
    Swapped(Place, Slot),
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
    let mut head = Line::of(Role::Dim, format!("{:PAGES$}", "page by page"));
    for space in &spaces {
        let text = format!(" {:COLUMN$.COLUMN$}", space.name, COLUMN = COLUMN - 1);
        head = match space.pid {
            Some(pid) => head.with_thing(Thing::Process(pid), Role::Strong, text),
            None => head.with(Role::Strong, text),
        };
    }
    let mut lines = vec![Line::default(), head];
    let mut bounded = Bounded::new(MOST_ROWS, "row");
    for row in rows(system, &spaces, &touched) {
        let changed = row.cells.iter().any(|cell| is_changed(cell, &touched));
        let mark = if changed { Mark::Changed } else { Mark::None };
        bounded.push(mark, || line(&row, &spaces, &touched));
    }
    lines.extend(bounded.end());
    if left_out > 0 {
        lines.push(Line::of(Role::Dim, format!("… and {}", count(left_out as u64, "more process"))));
    }
    lines.push(legend());
    lines
}

/// The address spaces that fit, and how many do not. That of the process that is looked at is among them, with those that
/// are just older.
fn shown<'a>(story: &'a Story, look: &Look) -> (Vec<Space<'a>>, usize) {
    let system = story.system();
    let fit = match look.columns {
        0 => MOST_SPACES,
        columns => (columns.saturating_sub(PAGES) / COLUMN).clamp(1, MOST_SPACES),
    };
    let mut spaces: Vec<_> = system
        .spaces()
        .map(|process| (process.name.clone(), Some(process.pid), process.root, &*process.areas))
        .collect();
    let subject = subject::of(story);
    let making = subject.root.filter(|root| !subject.whole && Some(*root) != system.kernel_root());
    spaces.extend(making.map(|root| (subject.whose.clone(), None, root, &[][..])));
    let wanted = look.process.or(system.current);
    let at = match (look.process, making) {
        (None, Some(_)) => spaces.len() - 1,
        _ => spaces.iter().position(|space| space.1 == wanted).unwrap_or_default(),
    };
    let first = (at + 1).saturating_sub(fit);
    let left_out = spaces.len().saturating_sub(fit);
    let few = spaces.into_iter().skip(first).take(fit);
    (few.map(|(name, pid, root, areas)| Space::new(system, name, pid, root, areas)).collect(), left_out)
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

fn line(row: &Row, spaces: &[Space<'_>], touched: &Touched) -> Line {
    let times = if row.pages > 1 { format!(" ×{}", row.pages) } else { String::new() };
    let va = row.va.to_string();
    let mut line = Line::of(Role::Dim, format!("{va:12} "));
    let room = PAGES - 13;
    line = line.with(Role::Plain, format!("{:room$.room$}", format!("{}{times}", row.label)));
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
    Line::of(Role::Shared, "=")
        .with(Role::Dim, "the same frame  D=written  C=copy-on-write  +=and the frames after it")
}
