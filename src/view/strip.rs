//! A strip of the address space, drawn to scale: what is promised over what is there, a cell for so many pages.
//!
//! ```text
//! 0x5000       RW- 10 ░░░░░░░░░░
//! heap              3 ██·C······
//!                       ▲ brk
//! ```
//!
//! Where there is room, a page is several cells, and the last of them is free so that pages can be counted.

use super::{Line, Mark, Role, Thing, bytes, count, grouped};
use crate::hw::VirtAddr;
use std::collections::BTreeSet;

/// How many cells a line has where there is no end to it.
const CELLS: usize = 48;
/// However narrow, so many.
const FEWEST_CELLS: usize = 8;
/// Where one cell for a page takes more cells than there are, each is for so many times as many.
const FACTOR: u64 = 4;
/// A page is at most so many cells: two pages across a whole wall are no easier to see.
const MOST_CELLS_A_PAGE: usize = 16;
/// A page of so many cells can spare one that keeps it apart from the next.
const CELLS_WITH_A_GAP: usize = 4;

/// What is known of pages that are there, or in swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A frame of its own.
    Own,
    /// A frame that others hold too.
    Shared,
    /// The same until it is written.
    CopyOnWrite,
    /// In swap.
    Swapped,
}

impl Class {
    fn glyph(self) -> char {
        match self {
            Self::Own => '█',
            Self::Shared => '▒',
            Self::CopyOnWrite => 'C',
            Self::Swapped => '↓',
        }
    }

    /// What the cells of a page are filled with around its glyph: copy-on-write is a way to share, and what is in swap is
    /// not there.
    fn around(self) -> char {
        match self {
            Self::Own => '█',
            Self::Shared | Self::CopyOnWrite => '▒',
            Self::Swapped => NOTHING,
        }
    }

    fn role(self) -> Role {
        match self {
            Self::Own => Role::Strong,
            Self::Shared | Self::CopyOnWrite => Role::Shared,
            Self::Swapped => Role::Absent,
        }
    }
}

/// Pages that are promised.
pub const PROMISED: char = '░';
/// Pages that are promised to nobody.
pub const GUARD: char = '╳';
/// A page that is not there.
const NOTHING: char = '·';
/// A cell whose pages are not all alike.
const MIXED: char = '▄';

/// The glyphs with their words.
const LEGEND: [(char, &str); 8] = [
    (PROMISED, "promised"),
    (GUARD, "guard"),
    ('█', "there"),
    ('▒', "shared"),
    ('C', "copy-on-write"),
    ('↓', "in swap"),
    (MIXED, "some of them"),
    (NOTHING, "not there"),
];

/// How pages become cells: several pages a cell, or several cells a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Pages of a cell, from 1.
    pages: u64,
    /// Cells of a page, from 1; more than 1 only where a cell has no more than a page.
    cells: usize,
}

impl Scale {
    /// `1 cell = 4 pages = 16 KiB`, `1 page = 8 cells = 4 KiB`.
    pub fn words(self, page_bytes: u64) -> String {
        let size = bytes(self.pages.saturating_mul(page_bytes));
        match self.cells {
            1 => format!("1 cell = {} = {size}", count(self.pages, "page")),
            cells => format!("1 page = {cells} cells = {size}"),
        }
    }

    /// The first cell of a page.
    fn cell(self, page: u64) -> usize {
        (page / self.pages) as usize * self.cells
    }

    /// Whether the last cell of a page is free.
    fn has_gaps(self) -> bool {
        self.cells >= CELLS_WITH_A_GAP
    }

    /// The cells of a page, or the cell of some, without the gap: a glyph in the middle of others.
    fn piece(self, glyph: char, around: char) -> String {
        let width = self.cells - usize::from(self.has_gaps());
        let cell = |at| if at == width / 2 { glyph } else { around };
        (0..width).map(cell).collect()
    }
}

/// Pages side by side that one PTE is about.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The first of them, counted from the strip's.
    pub first: u64,
    /// How many.
    pub pages: u64,
    /// What is known of them.
    pub class: Class,
    /// What can be selected.
    pub thing: Thing,
    /// The PTE changed in this event.
    pub changed: bool,
}

/// A strip.
#[derive(Clone, Debug)]
pub struct Strip {
    /// Its first address.
    pub start: VirtAddr,
    /// How many pages it has.
    pub pages: u64,
    /// What may be done there: `RW-`.
    pub prot: String,
    /// Its name.
    pub label: String,
    /// What can be selected of the whole.
    pub thing: Option<Thing>,
    /// The glyph of what is promised; `None` where nobody promises anything.
    pub promise: Option<char>,
    /// What is there.
    pub entries: Vec<Entry>,
    /// Addresses with names, by their pages from the first.
    pub signs: Vec<(u64, String)>,
}

/// The widths that all strips of a panel share.
#[derive(Clone, Copy, Debug)]
pub struct Canvas {
    address: usize,
    number: usize,
    cells: usize,
    /// The cells of a page, in strips that fit with one.
    cells_a_page: usize,
    /// 0 for no end.
    columns: usize,
}

/// A cell of what is there.
#[derive(Clone, Copy, Default)]
struct Cell {
    pages: u64,
    class: Option<Class>,
    mixed: bool,
    thing: Option<Thing>,
    changed: bool,
}

impl Canvas {
    /// One for these strips in so many columns, 0 for no end.
    pub fn of(strips: &[Strip], columns: usize) -> Self {
        let widest = |width: &dyn Fn(&Strip) -> usize| strips.iter().map(width).max().unwrap_or_default();
        let address = widest(&|strip| strip.start.to_string().len());
        let number = widest(&|strip| grouped(strip.pages).len());
        // After the last cell there is room for the arrow under the end of an area.
        let taken = address + 5 + number + 2;
        let cells = if columns == 0 { CELLS } else { columns.saturating_sub(taken).max(FEWEST_CELLS) };
        let fitting = strips.iter().map(|strip| strip.pages as usize).filter(|pages| *pages <= cells);
        let cells_a_page = match fitting.max() {
            Some(longest) if columns > 0 => (cells / longest.max(1)).clamp(1, MOST_CELLS_A_PAGE),
            _ => 1,
        };
        Self { address, number, cells, cells_a_page, columns }
    }

    /// How pages become cells, so that the longest of some strips fits.
    pub fn scale(&self, strips: &[Strip]) -> Scale {
        let most = strips.iter().map(|strip| strip.pages).max().unwrap_or_default();
        let mut pages = 1u64;
        while most.div_ceil(pages) > self.cells as u64 {
            pages *= FACTOR;
        }
        Scale { pages, cells: if pages == 1 { self.cells_a_page } else { 1 } }
    }

    /// A name under a cell: after an arrow, or before it where the line ends.
    fn sign(&self, cell: usize, name: &str) -> Line {
        let before = self.address + 5 + self.number + 1 + cell;
        let width = name.chars().count() + 1;
        match self.columns > 0 && before + 1 + width > self.columns && before >= width {
            true => Line::of(Role::Plain, format!("{name:>rest$} ", rest = before - 1)).with(Role::Path, "▲"),
            false => Line::of(Role::Dim, " ".repeat(before)).with(Role::Path, "▲ ").with(Role::Plain, name),
        }
    }

    /// The beginning of a line.
    fn start(&self, name: &str, prot: &str, number: &str) -> [String; 3] {
        let Self { address, number: digits, .. } = *self;
        [format!("{name:address$} "), format!("{prot:3} "), format!("{number:>digits$} ")]
    }
}

impl Strip {
    /// Its lines, at some scale. The glyphs are added to those that are `used`.
    pub fn lines(&self, canvas: &Canvas, scale: Scale, used: &mut BTreeSet<char>) -> Vec<Line> {
        let mut lines = vec![];
        let there: u64 =
            self.entries.iter().filter(|entry| entry.class != Class::Swapped).map(|entry| entry.pages).sum();
        let [start, prot, pages] = canvas.start(
            &self.start.to_string(),
            &self.prot,
            &grouped(if self.promise.is_some() { self.pages } else { there }),
        );
        let line = Line::of(Role::Dim, start).with(Role::Dim, prot).with(Role::Plain, pages);
        let below = match self.promise {
            None => line,
            Some(glyph) => {
                let cells = self.pages.div_ceil(scale.pages) as usize;
                used.extend((cells > 0).then_some(glyph));
                let gap = if scale.has_gaps() { " " } else { "" };
                lines.push(line.with(Role::Absent, vec![scale.piece(glyph, glyph); cells].join(gap)));
                // The name has the room of address and rights.
                let width = canvas.address + 5;
                let name = format!("{:width$}", shortened(&self.label, width - 1));
                let number = format!("{:>digits$} ", grouped(there), digits = canvas.number);
                Line::of(Role::Strong, name).with(Role::Plain, number)
            }
        };
        lines.push(self.bar(below, scale, used));
        let signs = self.signs.iter().map(|(page, sign)| canvas.sign(scale.cell(*page), sign));
        lines.extend(signs);
        lines.into_iter().map(|line| Line { thing: line.thing.or(self.thing), ..line }).collect()
    }

    /// What is there, cell by cell.
    fn bar(&self, mut line: Line, scale: Scale, used: &mut BTreeSet<char>) -> Line {
        for (at, cell) in self.cells(scale.pages).iter().enumerate() {
            if at > 0 && scale.has_gaps() {
                line = line.with(Role::Dim, " ");
            }
            let pages = scale.pages.min(self.pages - at as u64 * scale.pages);
            let (Some(class), Some(thing)) = (cell.class, cell.thing) else {
                used.insert(NOTHING);
                line = empty(line, &scale.piece(NOTHING, NOTHING));
                continue;
            };
            let (glyph, around) = match cell.mixed || cell.pages < pages {
                true => (MIXED, MIXED),
                false => (class.glyph(), class.around()),
            };
            let piece = scale.piece(glyph, around);
            used.extend(piece.chars());
            let role = if cell.changed { Role::Changed } else { class.role() };
            line = line.with_thing(thing, role, piece);
            if cell.changed {
                line.mark = Mark::Changed;
            }
        }
        line
    }

    fn cells(&self, scale: u64) -> Vec<Cell> {
        let mut cells = vec![Cell::default(); self.pages.div_ceil(scale) as usize];
        for entry in &self.entries {
            let end = (entry.first + entry.pages).min(self.pages);
            for at in entry.first / scale..end.div_ceil(scale) {
                let (first, last) = (entry.first.max(at * scale), end.min((at + 1) * scale));
                let cell = &mut cells[at as usize];
                cell.pages += last.saturating_sub(first);
                cell.mixed |= cell.class.is_some_and(|class| class != entry.class);
                cell.class = cell.class.or(Some(entry.class));
                cell.thing = cell.thing.or(Some(entry.thing));
                cell.changed |= entry.changed;
            }
        }
        cells
    }
}

/// The same with cells without anything at its end; those side by side are one piece.
fn empty(mut line: Line, cells: &str) -> Line {
    match line.spans.last_mut() {
        Some(last) if (last.role, last.thing) == (Role::Dim, None) => {
            last.text.push_str(cells);
            line
        }
        _ => line.with(Role::Dim, cells),
    }
}

/// The glyphs that are used, in words. It is broken between words only.
pub fn legend(used: &BTreeSet<char>) -> Line {
    let words = LEGEND.iter().filter(|(glyph, _)| used.contains(glyph));
    let words = words.map(|(glyph, word)| format!("{glyph}={}", word.replace(' ', "\u{a0}")));
    let words: Vec<String> = words.chain(["number=pages".into()]).collect();
    Line::of(Role::Dim, words.join("  "))
}

/// A name that is too long ends in an ellipsis.
fn shortened(name: &str, width: usize) -> String {
    match name.chars().count() > width {
        true => name.chars().take(width.saturating_sub(1)).chain(['…']).collect(),
        false => name.to_owned(),
    }
}
