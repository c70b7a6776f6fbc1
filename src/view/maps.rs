//! The tables slot by slot: where in its 512 slots (1,024 with Sv32) each table of a process is used.

use super::table::{Entry, Table};
use super::{Line, Look, Mark, Panel, Role, Thing, count};
use crate::hw::{Flags, Ppn};
use crate::kernel::{AreaKind, state::COW};
use crate::story::Story;
use std::collections::BTreeSet;

/// More tables than this are not drawn but counted, unless the event is about them.
const MOST_MAPS: usize = 64;

/// More tables than this are not even counted: hostile tables can have millions.
const MOST_TABLES: usize = 1 << 12;

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Pointer,
    Leaf,
    Dirty,
    Cow,
    Guard,
    NotUser,
    Swapped,
    Invalid,
    Refused,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Pointer,
        Self::Leaf,
        Self::Dirty,
        Self::Cow,
        Self::Guard,
        Self::NotUser,
        Self::Swapped,
        Self::Invalid,
        Self::Refused,
    ];

    /// What a PTE is: of several things that are true of a leaf, the one that a store would stumble over first.
    fn of(table: &Table<'_>, entry: &Entry) -> Self {
        let flags = entry.pte.flags();
        let guard = || table.area(entry.va).is_some_and(|area| area.kind == AreaKind::Guard);
        match () {
            () if table.slot(entry.pte).is_some() => Self::Swapped,
            () if !entry.pte.is_valid() => Self::Invalid,
            () if table.refusal(entry).is_some() => Self::Refused,
            () if entry.pte.is_pointer() => Self::Pointer,
            () if !flags.has(Flags::U) && guard() => Self::Guard,
            () if !flags.has(Flags::U) => Self::NotUser,
            () if flags.has(COW) => Self::Cow,
            () if flags.has(Flags::D) => Self::Dirty,
            () => Self::Leaf,
        }
    }

    /// Its glyph, its role and what it means. No two glyphs, and none of the signs, have the same ASCII form.
    fn look(self) -> (char, Role, &'static str) {
        match self {
            Self::Pointer => ('↓', Role::Strong, "pointer"),
            Self::Leaf => ('■', Role::Plain, "leaf"),
            Self::Dirty => ('D', Role::Plain, "written"),
            Self::Cow => ('C', Role::Shared, "copy-on-write"),
            Self::Guard => ('G', Role::Plain, "guard"),
            Self::NotUser => ('□', Role::Plain, "no U"),
            Self::Swapped => ('S', Role::Absent, "in swap"),
            Self::Invalid => ('-', Role::Dim, "not valid"),
            Self::Refused => ('X', Role::Fault, "the walker refuses it"),
        }
    }
}

/// How the slots of a table are drawn.
#[derive(Clone, Copy, Debug)]
struct Scale {
    /// Cells of a line.
    cells: u64,
    /// The most lines of a table.
    lines: u64,
}

impl Scale {
    /// The scales that a width allows, the finest first.
    fn fitting(columns: usize) -> Vec<Self> {
        match columns {
            // Three digits, a space and the cells.
            0 | 68.. => [16, 4, 2].map(|lines| Self { cells: 64, lines }).to_vec(),
            36.. => vec![Self { cells: 32, lines: 4 }, Self { cells: 32, lines: 2 }],
            20.. => vec![Self { cells: 16, lines: 4 }],
            _ => vec![Self { cells: 8, lines: 4 }],
        }
    }

    /// How many slots a cell stands for, of a table with so many.
    fn slots_a_cell(self, slots: u64) -> u64 {
        (slots / (self.cells * self.lines)).max(1)
    }

    fn height(self, slots: u64) -> usize {
        slots.div_ceil(self.cells * self.slots_a_cell(slots)) as usize
    }
}

/// A table to be drawn.
struct Map {
    ppn: Ppn,
    level: u32,
    base: u64,
    entries: Vec<Entry>,
}

/// The panel: the tables of the process that is looked at, or of the one that the event is about.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let table = match Table::of(story, look, "Maps") {
        Ok(table) => table,
        Err(none) => return none,
    };
    let mut found = vec![];
    gather(&table, table.root, table.top(), 0, &mut found);
    let all = found.len();
    let marked = |map: &Map| map.entries.iter().any(|entry| table.mark(entry.pa) != Mark::None);
    let maps = found.into_iter().enumerate().filter(|(at, map)| *at < MOST_MAPS || marked(map));
    // Where tables lead in circles, the event is about all of them.
    let maps: Vec<Map> = maps.map(|(_, map)| map).take(2 * MOST_MAPS).collect();
    let scales = Scale::fitting(look.columns);
    let height = |scale: &Scale| {
        let lines = maps.iter().map(|map| 1 + scale.height(table.slots(map.level)));
        lines.sum::<usize>() + 1
    };
    let fits = |scale: &&Scale| look.rows == 0 || height(scale) <= look.rows;
    let scale = *scales.iter().find(fits).unwrap_or(&scales[scales.len() - 1]);
    let mut lines: Vec<Line> = maps.iter().flat_map(|map| drawn(&table, map, scale)).collect();
    if maps.len() < all {
        let than = if all >= MOST_TABLES { "at least " } else { "" };
        let more = count((all - maps.len()) as u64, "more table");
        lines.push(Line::of(Role::Dim, format!("… and {than}{more}")));
    }
    lines.push(legend(&table, &maps, scale));
    Panel::new(table.title, lines)
}

/// The tables in the order of the tree.
fn gather(table: &Table<'_>, ppn: Ppn, level: u32, base: u64, found: &mut Vec<Map>) {
    if found.len() >= MOST_TABLES {
        return;
    }
    let entries = table.entries(ppn, level, base);
    let pointers: Vec<(Ppn, u64)> =
        entries.iter().filter_map(|entry| Some((table.next(entry)?, entry.vpn.0))).collect();
    found.push(Map { ppn, level, base, entries });
    for (next, base) in pointers {
        gather(table, next, level - 1, base, found);
    }
}

/// A table: its title, and its slots.
fn drawn(table: &Table<'_>, map: &Map, scale: Scale) -> Vec<Line> {
    let slots = table.slots(map.level);
    let each = scale.slots_a_cell(slots);
    let digits = table.geometry.index_bits_at(map.level).div_ceil(4) as usize;
    let mut lines = vec![title(table, map, slots)];
    for first in (0..slots).step_by((scale.cells * each) as usize) {
        let end = slots.min(first + scale.cells * each);
        let mut line = Line::of(Role::Dim, format!("{first:0digits$x} ")).of_thing(Thing::Frame(map.ppn));
        for cell in (first..end).step_by(each as usize) {
            let of = |index| map.entries.partition_point(|entry| entry.index < index);
            let (glyph, role, mark, thing) = cell_of(table, &map.entries[of(cell)..of(cell + each)], each);
            line.mark = line.mark.max(mark);
            match line.spans.last_mut() {
                Some(last) if (last.role, last.thing) == (role, thing) && cell > first => {
                    last.text.push(glyph)
                }
                _ => line.spans.push(super::Span { text: glyph.into(), role, thing }),
            }
        }
        lines.push(line);
    }
    lines
}

/// `level 1 · 0x8002a000 · 1 of 512 used · from 0x0`.
fn title(table: &Table<'_>, map: &Map, slots: u64) -> Line {
    let root = if map.level == table.top() { "root " } else { "" };
    let address = table.geometry.frame_address(map.ppn).to_string();
    let used = map.entries.iter().filter(|entry| entry.pte.0 != 0).count() as u64;
    let line = Line::of(Role::Dim, unbroken(&format!("level {} · {root}", map.level)))
        .with(Role::Strong, address)
        .with(Role::Dim, " ·\u{a0}")
        .with(Role::Plain, unbroken(&format!("{used} of {} used", super::grouped(slots))))
        .of_thing(Thing::Frame(map.ppn));
    match root.is_empty() {
        true => line.with(Role::Dim, format!(" ·\u{a0}from\u{a0}{}", table.va(map.base))),
        false => line,
    }
}

/// The cell of some slots next to each other: the strongest sign among them, or what the slot holds, or how many of them
/// are used.
fn cell_of(table: &Table<'_>, entries: &[Entry], each: u64) -> (char, Role, Mark, Option<Thing>) {
    let Some(strongest) = entries.iter().max_by_key(|entry| table.mark(entry.pa)) else {
        return ('·', Role::Dim, Mark::None, None);
    };
    let mark = table.mark(strongest.pa);
    if mark != Mark::None {
        return (mark.glyph(), mark.role(), mark, Some(strongest.thing()));
    }
    let kind = entries.iter().map(|entry| Kind::of(table, entry)).max().unwrap_or(Kind::Invalid);
    let (glyph, role, _) = kind.look();
    let thing = Some(strongest.thing()).filter(|_| entries.len() == 1);
    match each {
        1 => (glyph, role, mark, thing),
        _ => (filled(entries.len() as u64, each), role, mark, thing),
    }
}

/// For up to a quarter of the slots, a half, three quarters and more. None of them is an empty slot's dot in ASCII.
const HEIGHTS: [char; 4] = ['▂', '▄', '▆', '█'];

fn filled(used: u64, each: u64) -> char {
    HEIGHTS[(used * 4).div_ceil(each).clamp(1, 4) as usize - 1]
}

/// Words that stay together in one row.
fn unbroken(words: &str) -> String {
    words.replace(' ', "\u{a0}")
}

/// What the glyphs mean that occur. It is broken between them only.
fn legend(table: &Table<'_>, maps: &[Map], scale: Scale) -> Line {
    let mut line = Line::of(Role::Dim, "·=empty");
    let mut sizes = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    let mut marks = BTreeSet::new();
    for map in maps {
        let each = scale.slots_a_cell(table.slots(map.level));
        for entry in &map.entries {
            match table.mark(entry.pa) {
                Mark::None if each > 1 => sizes.insert(each),
                Mark::None => kinds.insert(Kind::of(table, entry)),
                mark => marks.insert(mark),
            };
        }
    }
    for each in sizes {
        let heights = String::from_iter(HEIGHTS);
        line = line
            .with(Role::Plain, format!("  {heights}"))
            .with(Role::Dim, format!("={}", unbroken(&format!("some to all of {each} slots"))));
    }
    for kind in Kind::ALL.into_iter().filter(|kind| kinds.contains(kind)) {
        let (glyph, role, words) = kind.look();
        line = line.with(role, format!("  {glyph}")).with(Role::Dim, format!("={}", unbroken(words)));
    }
    for mark in marks {
        let words = match mark {
            Mark::Changed => "changed",
            Mark::Fault => "the fault is here",
            _ => "on the walk's path",
        };
        line = line
            .with(mark.role(), format!("  {}", mark.glyph()))
            .with(Role::Dim, format!("={}", unbroken(words)));
    }
    line
}
