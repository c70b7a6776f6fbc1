//! Who shares what: the frames with more than one owner and those of the page cache, the free list in its order, and the
//! pages that lose their frames next.

use super::owners::Owners;
use super::runs::{Run, runs};
use super::{Line, Look, Mark, Panel, Role, Thing, count, grouped, names, replaced, touched::Touched};
use crate::kernel::System;
use crate::kernel::state::{Frame, Usage};
use crate::story::Story;

/// How many lines of shared frames there are at most, and how many of the free list.
const MOST_SHARED: usize = 200;
const MOST_FREE: usize = 8;
/// How many frames of the free list stand in a line where there is no end to it.
const FREE_IN_A_LINE: usize = 8;

/// The panel.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let system = story.system();
    if system.policies.is_none() {
        let why = "A bare machine has no kernel that counts who holds a frame.";
        return Panel::new("Who shares what", vec![Line::of(Role::Dim, why)]);
    }
    let touched = Touched::of(story);
    let owners = Owners::of(system);
    let may_be_shared = |frame: &Frame| frame.refs > 1 || matches!(frame.usage, Usage::Cache { .. });
    let shares = runs(system, &owners, may_be_shared);
    let frames: usize = shares.iter().map(|share| share.frames).sum();
    let mut lines: Vec<Line> =
        shares.iter().take(MOST_SHARED).map(|share| line(share, system, &owners, &touched)).collect();
    if shares.is_empty() {
        lines.push(Line::of(Role::Dim, "Every frame in use has one owner."));
    }
    let more = shares.len().saturating_sub(MOST_SHARED) as u64;
    lines.extend((more > 0).then(|| Line::of(Role::Dim, format!("… and {}", count(more, "more line")))));
    lines.extend(free_list(system, &touched, look));
    lines.extend(replaced::lines(system, &owners));
    Panel::new(format!("Who shares what · {}", count(frames as u64, "frame")), lines)
}

/// Frames that are shared alike, in a line.
fn line(run: &Run, system: &System, owners: &Owners<'_>, touched: &Touched) -> Line {
    let Run { first, frames, frame, owners: own } = run;
    let changed = run.frames().any(|ppn| touched.frame(ppn));
    let role = if changed { Role::Changed } else { Role::Shared };
    let line = Line::default().with(role, format!("{:x} ", first.0));
    let line = match frames - 1 {
        0 => line,
        more => line.with(Role::Plain, format!("and {}, ", count(more as u64, "more frame"))),
    };
    let what = match frame.usage {
        Usage::Cache { .. } => names::usage(system, frame.usage),
        other => other.to_string(),
    };
    let line = line.with(Role::Plain, what);
    let line = line.with(Role::Dim, format!(" · {}: ", count(frame.refs.into(), "owner"))).hanging();
    let line = owners.told(line, own);
    let line = match (frame.refs as usize).checked_sub(own.len()) {
        Some(0) => line,
        Some(more) => line.with(Role::Dim, format!(" and {more} in no process's table yet")),
        None => line.with(Role::Fault, format!(" ✗ {} hold it", own.len())),
    };
    let mark = if changed { Mark::Changed } else { Mark::None };
    line.of_thing(Thing::Frame(*first)).marked(mark)
}

/// The free list in its order: the first is given next.
fn free_list(system: &System, touched: &Touched, look: &Look) -> Vec<Line> {
    let list = system.free_list();
    let mark = if touched.free_list { Mark::Changed } else { Mark::None };
    let what = if list.is_empty() {
        " · empty".into()
    } else {
        format!(" · {}, the first is given next", grouped(list.len() as u64))
    };
    let mut lines = vec![Line::of(Role::Strong, "Free list").with(Role::Dim, what).marked(mark)];
    let Some(first) = list.first() else { return lines };
    let each = format!("{:x}→", first.0).chars().count();
    let in_a_line = if look.columns == 0 { FREE_IN_A_LINE } else { (look.columns / each).max(1) };
    let shown = MOST_FREE * in_a_line;
    for row in list.chunks(in_a_line).take(MOST_FREE) {
        let mut line = Line::default();
        for ppn in row {
            let role = match ppn == first {
                true if touched.free_list => Role::Changed,
                true => Role::Strong,
                false => Role::Plain,
            };
            line = line.with_thing(Thing::Frame(*ppn), role, format!("{:x}", ppn.0));
            if Some(ppn) != list.last() {
                line = line.with(Role::Dim, "→");
            }
        }
        lines.push(line);
    }
    let more = list.len().saturating_sub(shown) as u64;
    lines.extend((more > 0).then(|| Line::of(Role::Dim, format!("… and {}", count(more, "more frame")))));
    lines
}
