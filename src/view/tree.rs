//! The page table as a tree, read from the bytes in memory.

use super::bounded::Bounded;
use super::table::{Below, Entry, Table};
use super::{Line, Look, Mark, Panel, Role, Thing, bytes, count, names, translate};
use crate::hw::{PhysAddr, Ppn, Pte, Why};
use crate::kernel::{Area, AreaKind};
use crate::story::Story;
use std::collections::BTreeSet;

/// More lines than this are not drawn but counted.
const MOST_LINES: usize = 400;

/// More rows than this are not even counted: hostile tables can have millions of leaves.
const MOST_ROWS: usize = 1 << 16;

struct Tree<'a> {
    table: &'a Table<'a>,
    folded: &'a BTreeSet<PhysAddr>,
    lines: Bounded,
}

/// The panel: the table that the event is about, or that of the process that is looked at.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let table = match Table::of(story, look, "Page table") {
        Ok(table) => table,
        Err(none) => return none,
    };
    let root = Thing::Frame(table.root);
    let address = table.geometry.frame_address(table.root).to_string();
    let first = Line::of(Role::Dim, "root ").with_thing(root, Role::Plain, address).of_thing(root);
    let mut tree = Tree { table: &table, folded: &look.folded, lines: Bounded::new(MOST_LINES, "row") };
    tree.lines.push(Mark::None, || first);
    tree.grow(table.root, table.top(), 0, "");
    let lines = tree.lines.end();
    Panel::new(table.title, lines)
}

/// What stands in a table: a PTE, or pages that an area promises without one.
enum Row<'a> {
    Pte(Entry),
    /// The first and the last page.
    Promised(u64, u64, &'a Area),
    /// Leaves of the direct map, each to the frame after the one before: the first one, and the last index.
    Run(Entry, u64),
}

impl Row<'_> {
    /// The first page.
    fn vpn(&self) -> u64 {
        match self {
            Self::Pte(entry) | Self::Run(entry, _) => entry.vpn.0,
            Self::Promised(first, ..) => *first,
        }
    }
}

impl<'a> Tree<'a> {
    fn grow(&mut self, table: Ppn, level: u32, base: u64, indent: &str) {
        let shown = self.table;
        let rows = rows(shown, table, level, base);
        let last = rows.len().saturating_sub(1);
        for (at, row) in rows.iter().enumerate() {
            if self.lines.seen >= MOST_ROWS {
                self.lines.cut = true;
                return;
            }
            let (branch, trunk) = if at == last { ("└─", "  ") } else { ("├─", "│ ") };
            let stem = || format!("{indent}{branch}");
            match row {
                Row::Pte(entry) => match shown.next(entry) {
                    Some(next) if self.folded.contains(&entry.pa) => {
                        let below = shown.below(next, level - 1, entry.vpn.0);
                        let mark = shown.mark(entry.pa).max(below.mark);
                        self.lines.push(mark, || fold(pointer(shown, stem(), entry), &below));
                    }
                    Some(next) => {
                        self.lines.push(shown.mark(entry.pa), || pointer(shown, stem(), entry));
                        self.grow(next, level - 1, entry.vpn.0, &format!("{indent}{trunk}"));
                    }
                    None => self.lines.push(shown.mark(entry.pa), || leaf(shown, stem(), entry)),
                },
                Row::Run(first, end) => self.lines.push(Mark::None, || run(shown, stem(), first, *end)),
                Row::Promised(first, end, area) => {
                    self.lines.push(Mark::None, || {
                        promised(shown, stem(), *first - base, *end - base, area).of_thing(shown.page(*first))
                    });
                }
            }
        }
    }
}

/// The PTEs of a table, and in a table of the last level the promised pages between them.
fn rows<'a>(shown: &Table<'a>, table: Ppn, level: u32, base: u64) -> Vec<Row<'a>> {
    let entries = shown.entries(table, level, base);
    let promised = if level == 0 { shown.promised(&entries, base) } else { vec![] };
    let mut rows = runs(shown, entries);
    rows.extend(promised.into_iter().map(|(first, last, area)| Row::Promised(first, last, area)));
    rows.sort_by_key(Row::vpn);
    rows
}

/// Puts neighbours in the direct map into one row, but for those that the event is about.
fn runs<'a>(shown: &Table<'_>, entries: Vec<Entry>) -> Vec<Row<'a>> {
    let mut found: Vec<Row<'a>> = vec![];
    for entry in entries {
        let area = || shown.kernel_area(entry.va);
        let direct = entry.pte.is_leaf() && area().is_some_and(|area| area.kind == AreaKind::DirectMap);
        if !direct || shown.mark(entry.pa) != Mark::None {
            found.push(Row::Pte(entry));
            continue;
        }
        match found.last_mut() {
            Some(Row::Run(first, last)) if *last + 1 == entry.index && follows(shown, first, &entry) => {
                *last = entry.index;
            }
            _ => found.push(Row::Run(entry, entry.index)),
        }
    }
    let single = |row| match row {
        Row::Run(first, last) if first.index == last => Row::Pte(first),
        row => row,
    };
    found.into_iter().map(single).collect()
}

/// Whether a leaf maps the frame as many pages further on than another one as its page is, in the same way.
fn follows(shown: &Table<'_>, first: &Entry, entry: &Entry) -> bool {
    let ppn = |pte: Pte| pte.ppn(&shown.geometry).0;
    first.pte.flags() == entry.pte.flags() && ppn(first.pte) + (entry.vpn.0 - first.vpn.0) == ppn(entry.pte)
}

/// `[005]`, or `[005–008]`.
fn indices(shown: &Table<'_>, level: u32, first: u64, last: u64) -> String {
    let digits = shown.geometry.index_bits_at(level).div_ceil(4) as usize;
    match first == last {
        true => format!("[{first:0digits$x}] "),
        false => format!("[{first:0digits$x}–{last:0digits$x}] "),
    }
}

/// How the line of a PTE begins.
fn start(shown: &Table<'_>, stem: String, entry: &Entry) -> Line {
    let role = match entry.pte.is_valid() {
        true => Role::Plain,
        false if shown.slot(entry.pte).is_some() => Role::Absent,
        false => Role::Fault,
    };
    let index = indices(shown, entry.level, entry.index, entry.index);
    Line::of(Role::Dim, stem).with(shown.role(entry.pa, role), index).of_thing(entry.thing())
}

/// The piece with the address that a PTE leads to.
fn target(shown: &Table<'_>, line: Line, entry: &Entry, after: &str) -> Line {
    let ppn = entry.pte.ppn(&shown.geometry);
    let address = shown.geometry.frame_address(ppn);
    let line = line.with_thing(Thing::Frame(ppn), shown.role(entry.pa, Role::Plain), address.to_string());
    if after.is_empty() { line } else { line.with(shown.role(entry.pa, Role::Plain), after) }
}

fn pointer(shown: &Table<'_>, stem: String, entry: &Entry) -> Line {
    target(shown, start(shown, stem, entry).with(Role::Dim, "→ "), entry, "")
}

/// The line of a pointer whose table is folded away: how much lies below, and whether the event is about some of it.
fn fold(line: Line, below: &Below) -> Line {
    let more = if below.is_cut() { " or more" } else { "" };
    let mut line = line.with(Role::Strong, format!(" +{}{more}", count(below.leaves, "page")));
    if below.swapped > 0 {
        line = line.with(Role::Absent, format!(", {} in swap", below.swapped));
    }
    match below.mark {
        Mark::Changed => line.with(Role::Changed, ", changed below"),
        Mark::Fault => line.with(Role::Fault, ", the fault is below"),
        Mark::Here => line.with(Role::Path, ", the walk goes on below"),
        Mark::None | Mark::Stale => line,
    }
}

fn run(shown: &Table<'_>, stem: String, first: &Entry, last: u64) -> Line {
    let range = format!("{stem}{}", indices(shown, first.level, first.index, last));
    let line = target(shown, Line::of(Role::Dim, range), first, " … ").of_thing(first.thing());
    line.with(Role::Strong, first.pte.flags().to_string()).with(Role::Plain, " direct map")
}

fn promised(shown: &Table<'_>, stem: String, first: u64, last: u64, area: &Area) -> Line {
    let range = format!("{stem}{}", indices(shown, 0, first, last));
    Line::of(Role::Dim, range).with(Role::Absent, format!("no PTE: {}, not touched yet", area.label()))
}

/// The line of a PTE that ends a walk.
fn leaf(shown: &Table<'_>, stem: String, entry: &Entry) -> Line {
    let &Entry { pa, pte, level, .. } = entry;
    let line = start(shown, stem, entry);
    let area = shown.area(entry.va);
    let label = area.map(|area| format!(" {}", area.label())).unwrap_or_default();
    if let Some(slot) = shown.slot(pte) {
        let line =
            line.with_thing(Thing::Swap(slot), shown.role(pa, Role::Absent), format!("swap slot {slot}"));
        return line
            .with(shown.role(pa, Role::Strong), format!(" {}", names::flags(pte.flags())))
            .with(Role::Plain, label);
    }
    if !pte.is_valid() {
        let what = if shown.mark(pa) == Mark::Changed { "cleared" } else { "not valid" };
        return line.with(shown.role(pa, Role::Fault), what).with(Role::Dim, label);
    }
    if let Some(why) = shown.refusal(entry) {
        return target(shown, line, entry, " ")
            .with(shown.role(pa, Role::Strong), pte.flags().to_string())
            .with(Role::Fault, format!(" {}", refused(why)));
    }
    let cow = pte.flags().has(crate::kernel::state::COW);
    let mut line = target(shown, line, entry, " ")
        .with(shown.role(pa, Role::Strong), pte.flags().to_string())
        .with(Role::Shared, if cow { " C" } else { "" })
        .with(Role::Plain, label);
    if level > 0 {
        line = line.with(Role::Dim, format!(" {}", bytes(shown.geometry.leaf_bytes(level))));
    }
    // A frame is shown by the direct map, whoever has it.
    let direct = area.is_some_and(|area| area.kind == AreaKind::DirectMap);
    let refs = shown.system.frames_of(level, pte).map(|(_, frame)| frame.refs).max();
    match refs {
        Some(refs) if refs > 1 && !direct => {
            let changed = shown.touched().frame(pte.ppn(&shown.geometry));
            line.with(if changed { Role::Changed } else { Role::Shared }, format!(" refs {refs}"))
        }
        _ => line,
    }
}

/// What the walker says of a PTE that ends a walk without a leaf.
fn refused(why: Why) -> String {
    match why {
        Why::MisalignedSuperpage { .. } => "misaligned".into(),
        Why::WriteWithoutRead { .. } => "reserved: W without R".into(),
        Why::ReservedBits { .. } => "reserved bits are set".into(),
        why => format!("refused: {}", translate::reason(why)),
    }
}
