//! The frames that are in use, one under the other: what each is, and whose.

use super::frames::letter;
use super::owners::{Owner, Owners};
use super::runs::{Run, runs};
use super::{Line, Mark, Role, Thing, count, names, touched::Touched};
use crate::kernel::System;
use crate::kernel::state::Usage;

/// More lines than this are not listed.
const MOST_LISTED: usize = 500;

/// In fewer lines than this, its heading counted, a list is of no use.
const FEWEST_LINES: usize = 6;

/// A list of at most so many lines, 0 for no end.
pub fn lines(system: &System, touched: &Touched, room: usize) -> Vec<Line> {
    let owners = Owners::of_all(system);
    let runs = runs(system, &owners, |frame| frame.usage != Usage::Free);
    let room = if room == 0 { MOST_LISTED } else { room.min(MOST_LISTED) };
    if runs.is_empty() || room < FEWEST_LINES.min(runs.len() + 1) {
        return vec![];
    }
    let frames: usize = runs.iter().map(|run| run.frames).sum();
    let heading = Line::of(Role::Strong, "In use");
    let mut lines = vec![heading.with(Role::Dim, format!(" · {}", count(frames as u64, "frame")))];
    let listed = if runs.len() < room { runs.len() } else { room - 2 };
    let (listed, left) = runs.split_at(listed);
    let columns: Vec<[String; 3]> = listed.iter().map(|run| columns(system, run)).collect();
    let widest =
        |at: usize| columns.iter().map(|columns| columns[at].chars().count()).max().unwrap_or_default();
    let widths = [0, 1, 2].map(widest);
    lines.extend(listed.iter().zip(&columns).map(|(run, columns)| {
        let line = row(columns, widths, run.frames().any(|ppn| touched.frame(ppn)));
        owned(system, &owners, line, run).of_thing(Thing::Frame(run.first))
    }));
    let more: usize = left.iter().map(|run| run.frames).sum();
    lines.extend(
        (more > 0).then(|| Line::of(Role::Dim, format!("… and {}", count(more as u64, "more frame")))),
    );
    lines
}

/// Which frames, `h2` as in their cells, and what they are.
fn columns(system: &System, run: &Run) -> [String; 3] {
    let Run { first, frames, frame, .. } = run;
    let which = match frames {
        1 => format!("{:x}", first.0),
        _ => format!("{:x}–{:x}", first.0, first.0 + *frames as u64 - 1),
    };
    let what = match frame.usage {
        Usage::Table { level } => format!("table, level {level}"),
        Usage::Cache { .. } => names::usage(system, frame.usage),
        other => other.to_string(),
    };
    [which, format!("{}{}", letter(frame.usage), frame.refs), what]
}

/// The beginning of a line, up to the owners.
fn row(columns: &[String; 3], widths: [usize; 3], changed: bool) -> Line {
    let [which, cell, what] = [0, 1, 2].map(|at| format!("{:width$} ", columns[at], width = widths[at]));
    let (mark, role) = if changed { (Mark::Changed, Role::Changed) } else { (Mark::None, Role::Plain) };
    let line = Line::of(if changed { role } else { Role::Dim }, which);
    line.with(role, cell).with(role, what).with(Role::Dim, "· ").hanging().marked(mark)
}

/// The same with the owners at its end.
fn owned(system: &System, owners: &Owners<'_>, line: Line, run: &Run) -> Line {
    match (&run.frame.usage, run.owners.as_slice()) {
        (_, []) => line.with(Role::Dim, "in no page table yet"),
        // A table with one owner is one of its tables.
        (Usage::Table { .. }, [Owner::Pointer(pid)]) => {
            let name = system.process(*pid).map_or("?", |process| &process.name);
            line.with_thing(Thing::Process(*pid), Role::Plain, name)
        }
        (_, own) => owners.told(line, own),
    }
}
