//! Files, and the pages of them that are in memory: in which frame, who maps them, and whether they are to be written back.

use super::owners::{Owner, Owners};
use super::{Line, Look, Mark, Panel, Role, Thing, bytes, count, grouped, touched::Touched};
use crate::hw::Ppn;
use crate::kernel::state::FileKind;
use crate::kernel::{File, FileId, PAGE, System};
use crate::story::Story;
use std::collections::BTreeMap;

/// More pages of a file than this are not drawn, nor are more lines.
const MOST_CELLS: u64 = 4096;
const MOST_LINES: usize = 400;
/// How many pages of a file stand in a line where there is no end to it.
const IN_A_LINE: usize = 32;

/// A page that is not in memory; one in memory as on the disk; one that the disk has not.
const ABSENT: char = '·';
const CLEAN: char = '█';
const DIRTY: char = 'D';

/// The panel.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let system = story.system();
    if system.policies.is_none() {
        return Panel::new("Files", vec![Line::of(Role::Dim, "A bare machine has no disk.")]);
    }
    let mut files: BTreeMap<FileId, BTreeMap<u64, Ppn>> = BTreeMap::new();
    for ((file, page), ppn) in system.page_cache() {
        files.entry(file).or_default().insert(page, ppn);
    }
    let cached: usize = files.values().map(BTreeMap::len).sum();
    let cache = Cache { system, owners: Owners::of(system), touched: Touched::of(story), files };
    let mut lines = vec![];
    for (at, file) in system.files().iter().enumerate() {
        if lines.len() > MOST_LINES {
            lines.push(Line::of(Role::Dim, "… and more files"));
            break;
        }
        lines.extend(cache.file(FileId(at), file, look));
    }
    if system.files().is_empty() {
        lines.push(Line::of(Role::Dim, "There is no file."));
    } else {
        let legend = format!(
            "{CLEAN}=cached  {DIRTY}=dirty:\u{a0}must\u{a0}be\u{a0}written\u{a0}back  {ABSENT}=not\u{a0}in\u{a0}memory"
        );
        lines.push(Line::of(Role::Dim, legend));
    }
    let counters = &system.counters;
    let width = grouped(counters.page_ins.max(counters.page_outs)).len();
    let number = |number: u64| Line::of(Role::Plain, format!("{:>width$} ", grouped(number)));
    lines.push(number(counters.page_ins).with(Role::Dim, "pages read so far, from files and swap"));
    lines.push(number(counters.page_outs).with(Role::Dim, "pages written so far, to files and swap"));
    Panel::new(format!("Files · {} in the page cache", count(cached as u64, "page")), lines)
}

/// All that is needed to tell of the page cache.
struct Cache<'a> {
    system: &'a System,
    owners: Owners<'a>,
    touched: Touched,
    files: BTreeMap<FileId, BTreeMap<u64, Ppn>>,
}

impl Cache<'_> {
    /// A file: its name, its pages as cells, and those in memory a line each.
    fn file(&self, id: FileId, file: &File, look: &Look) -> Vec<Line> {
        let pages = file.size_bytes.div_ceil(PAGE);
        let kind = match file.kind {
            FileKind::Data => "",
            FileKind::Program => ", a program",
            FileKind::Memory => ", on no disk",
        };
        let heading = Line::of(Role::Strong, &file.name)
            .with(Role::Dim, format!(" · {}, {}{kind}", bytes(file.size_bytes), count(pages, "page")));
        let cached = self.files.get(&id);
        let mut lines = vec![heading];
        lines.extend(self.cells(id, pages.min(MOST_CELLS), look));
        if pages > MOST_CELLS {
            lines.push(Line::of(Role::Dim, format!("… {}", count(pages - MOST_CELLS, "more page"))));
        }
        lines.extend(
            cached.into_iter().flatten().take(MOST_LINES).map(|(page, ppn)| self.page(id, *page, *ppn)),
        );
        lines
    }

    fn cells(&self, file: FileId, pages: u64, look: &Look) -> Vec<Line> {
        let digits = pages.saturating_sub(1).to_string().len();
        let room = look.columns.saturating_sub(digits + 1).max(8);
        let in_a_line = if look.columns == 0 { IN_A_LINE } else { 1 << room.ilog2() } as u64;
        let mut lines = vec![];
        for first in (0..pages).step_by(in_a_line as usize) {
            let mut line = Line::of(Role::Dim, format!("{first:>digits$} "));
            for page in first..(first + in_a_line).min(pages) {
                let ppn = self.system.cached(file, page);
                let (glyph, role) = match ppn {
                    None => (ABSENT, Role::Dim),
                    Some(ppn) if self.touched.frame(ppn) => (self.glyph(ppn), Role::Changed),
                    Some(ppn) => (self.glyph(ppn), Role::Strong),
                };
                line = line.with_thing(Thing::FilePage { file, page }, role, glyph);
            }
            lines.push(line);
        }
        lines
    }

    fn is_dirty(&self, ppn: Ppn) -> bool {
        let frame = self.system.frame(ppn);
        frame.is_some_and(|frame| self.system.is_dirty(frame, self.owners.mappers(ppn)))
    }

    fn glyph(&self, ppn: Ppn) -> char {
        if self.is_dirty(ppn) { DIRTY } else { CLEAN }
    }

    /// A page in memory.
    fn page(&self, file: FileId, page: u64, ppn: Ppn) -> Line {
        let is_changed = self.touched.frame(ppn);
        let role = if is_changed { Role::Changed } else { Role::Plain };
        let (word, of_word) = if self.is_dirty(ppn) { ("dirty", Role::Strong) } else { ("clean", Role::Dim) };
        let line = Line::of(Role::Dim, format!("page {page} "))
            .with_thing(Thing::Frame(ppn), role, format!("{:x} ", ppn.0))
            .with(of_word, format!("{word} "))
            .of_thing(Thing::FilePage { file, page })
            .marked(if is_changed { Mark::Changed } else { Mark::None });
        let owners = self.system.frame(ppn).map(|frame| self.owners.owners(ppn, frame)).unwrap_or_default();
        let mapped: Vec<Owner> =
            owners.into_iter().filter(|owner| !matches!(owner, Owner::Cache { .. })).collect();
        match mapped.is_empty() {
            true => line.with(Role::Dim, "mapped by nobody"),
            false => self.owners.told(line, &mapped),
        }
    }
}
