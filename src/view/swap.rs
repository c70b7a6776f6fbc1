//! Swap: its slots, the page that lies in each, and the pages that go next.

use super::owners::{self, Owners};
use super::{Line, Look, Mark, Panel, Role, Thing, count, grouped, replaced};
use crate::hw::VirtAddr;
use crate::kernel::event::Change;
use crate::kernel::state::{SwapSlot, Swapped};
use crate::kernel::{FileId, Pid, System};
use crate::story::Story;
use std::collections::{BTreeMap, BTreeSet};

/// How many slots stand in a line: as many of these as there is room for.
const IN_A_LINE: [usize; 4] = [64, 32, 16, 8];
/// More lines of slots than this that are alike are told as one, and more pages are not listed.
const MOST_ALIKE: usize = 3;
const MOST_LISTED: usize = 200;

/// A free slot; one that holds a page; one whose page is in memory as well.
const FREE: char = '·';
const TAKEN: char = '█';
const COPY: char = '▒';

/// The panel.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let system = story.system();
    if system.policies.is_none() {
        return Panel::new("Swap", vec![Line::of(Role::Dim, "A bare machine has no kernel that swaps.")]);
    }
    let owners = Owners::of(system);
    let slots: Vec<(SwapSlot, Option<&Swapped>)> = system.swap_slots().collect();
    let mut lines = vec![];
    if slots.is_empty() {
        let why = "There is no swap. The setting kernel.swap gives it: \"swap\": \"64K\" for 16 pages.";
        lines.push(Line::of(Role::Dim, why));
    } else {
        let changed = changed(story);
        lines.extend(cells(&slots, &changed, look));
        lines.push(Line::of(
            Role::Dim,
            format!("{TAKEN}=page  {COPY}=in\u{a0}memory\u{a0}as\u{a0}well  {FREE}=free"),
        ));
        lines.extend(pages(system, &owners, &slots, &changed));
    }
    lines.extend(replaced::lines(system, &owners));
    let (used, of) = (grouped(system.swap_used()), grouped(slots.len() as u64));
    let title = if slots.is_empty() { "Swap · none".into() } else { format!("Swap · {used} of {of} used") };
    Panel::new(title, lines)
}

/// The slots that the event of this moment changed.
fn changed(story: &Story) -> BTreeSet<SwapSlot> {
    let of = |change: &Change| match change {
        Change::Swap { slot, .. } => Some(*slot),
        _ => None,
    };
    story.timeline.changes().iter().filter_map(of).collect()
}

/// Every slot as a cell, long stretches of lines that are alike told as one.
fn cells(slots: &[(SwapSlot, Option<&Swapped>)], changed: &BTreeSet<SwapSlot>, look: &Look) -> Vec<Line> {
    let digits = slots.len().saturating_sub(1).to_string().len();
    let fits = |many: &usize| *many == 8 || digits + 1 + many <= look.columns;
    let in_a_line = IN_A_LINE.into_iter().find(fits).unwrap_or(8);
    let line = |row: &[(SwapSlot, Option<&Swapped>)]| {
        let mut line = Line::of(Role::Dim, format!("{:>digits$} ", row[0].0.0));
        for (slot, held) in row {
            let (glyph, role) = match held {
                None => (FREE, Role::Dim),
                Some(held) if held.frame.is_some() => (COPY, Role::Shared),
                Some(_) => (TAKEN, Role::Absent),
            };
            let is_changed = changed.contains(slot);
            let role = if is_changed { Role::Changed } else { role };
            line = line.with_thing(Thing::Swap(*slot), role, glyph);
            if is_changed {
                line.mark = Mark::Changed;
            }
        }
        line
    };
    let cells = |line: &Line| -> Vec<(Role, String)> {
        line.spans[1..].iter().map(|span| (span.role, span.text.clone())).collect()
    };
    let lines: Vec<Line> = slots.chunks(in_a_line).map(line).collect();
    let mut rest = vec![];
    for stretch in lines.chunk_by(|one, next| cells(one) == cells(next)) {
        match stretch {
            [first, .., last] if stretch.len() > MOST_ALIKE => {
                let between = count(((stretch.len() - 2) * in_a_line) as u64, "slot");
                let more = Line::of(Role::Dim, format!("{:digits$} … {between} alike", ""));
                rest.extend([first.clone(), more, last.clone()]);
            }
            _ => rest.extend_from_slice(stretch),
        }
    }
    rest
}

/// The pages in the slots that are taken, a slot each.
fn pages(
    system: &System,
    owners: &Owners<'_>,
    slots: &[(SwapSlot, Option<&Swapped>)],
    changed: &BTreeSet<SwapSlot>,
) -> Vec<Line> {
    let holders = Holders::of(system);
    let digits = slots.len().saturating_sub(1).to_string().len();
    let taken: Vec<(SwapSlot, &Swapped)> =
        slots.iter().filter_map(|(slot, held)| Some((*slot, (*held)?))).collect();
    let line = |(slot, held): &(SwapSlot, &Swapped)| {
        let is_changed = changed.contains(slot);
        let role = if is_changed { Role::Changed } else { Role::Strong };
        let line = Line::default().with(role, format!("{:>digits$} ", slot.0)).of_thing(Thing::Swap(*slot));
        let line = holders.told(line, system, *slot);
        let line = match held.frame {
            None => line,
            Some(ppn) => {
                let frame = system.frame(ppn);
                let dirty = frame.is_some_and(|frame| system.is_dirty(frame, owners.mappers(ppn)));
                let also = if held.refs > 0 { "; " } else { "" };
                let what = if dirty { "an older copy of " } else { "a copy of " };
                let line = line.with(Role::Dim, format!("{also}{what}")).with_thing(
                    Thing::Frame(ppn),
                    Role::Shared,
                    format!("{:x} ", ppn.0),
                );
                let own = frame.map(|frame| owners.owners(ppn, frame)).unwrap_or_default();
                owners.told(line, &own)
            }
        };
        line.marked(if is_changed { Mark::Changed } else { Mark::None })
    };
    let mut lines: Vec<Line> = taken.iter().take(MOST_LISTED).map(line).collect();
    let more = taken.len().saturating_sub(MOST_LISTED) as u64;
    lines.extend((more > 0).then(|| Line::of(Role::Dim, format!("… and {}", count(more, "more page")))));
    lines
}

/// What names each slot: PTEs of processes, and pages of shared memory.
struct Holders {
    pages: BTreeMap<SwapSlot, Vec<(Pid, VirtAddr)>>,
    shared: BTreeMap<SwapSlot, (FileId, u64)>,
}

impl Holders {
    fn of(system: &System) -> Self {
        let mut pages: BTreeMap<SwapSlot, Vec<(Pid, VirtAddr)>> = BTreeMap::new();
        let end = system.geometry().user_end();
        for process in system.spaces() {
            for (va, _, slot) in system.swapped_between(process.root, VirtAddr(0), end) {
                pages.entry(slot).or_default().push((process.pid, va));
            }
        }
        Self { pages, shared: system.shared_in_swap().map(|(key, slot)| (slot, key)).collect() }
    }

    fn told(&self, mut line: Line, system: &System, slot: SwapSlot) -> Line {
        let pages = self.pages.get(&slot).into_iter().flatten();
        for (at, (pid, va)) in pages.enumerate() {
            let line_so_far = if at == 0 { line } else { line.with(Role::Dim, ", ") };
            let thing = Thing::Page { pid: *pid, va: *va };
            line = line_so_far.with_thing(thing, Role::Plain, owners::page(system, *pid, *va));
        }
        match self.shared.get(&slot) {
            None => line,
            Some((file, page)) => {
                let name = format!("page {page} of {}", system.files()[file.0].name);
                line.with_thing(Thing::FilePage { file: *file, page: *page }, Role::Plain, name)
            }
        }
    }
}
