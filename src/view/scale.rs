//! The address space drawn to scale, from low addresses to high: what is promised, and under it what is there.
//!
//! The scale holds among areas side by side. Between them lie holes that no screen could show; how large each is stands in
//! its place.

use super::strip::{self, Canvas, Class, Entry, Strip};
use super::{Line, Look, Mark, Panel, Role, Thing, areas, bare_space, bytes, touched::Touched};
use crate::hw::VirtAddr;
use crate::kernel::event::Prot;
use crate::kernel::state::COW;
use crate::kernel::{Area, AreaKind, PAGE, Process, System};
use crate::story::Story;
use std::collections::BTreeSet;

/// So many lines may follow the legend: the stack pointer and the break, where they lie nowhere.
const AFTER_THE_LEGEND: usize = 2;

/// The panel.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let system = story.system();
    if system.policies.is_none() {
        return bare_space::panel(story, look);
    }
    let title = "Address space to scale";
    let Some(process) = areas::process(system, look) else {
        return Panel::new(title, vec![Line::of(Role::Dim, "No process is there yet.")]);
    };
    let title = format!("{title} · {}", process.name);
    if !process.is_alive() {
        return Panel::new(
            title,
            vec![Line::of(Role::Dim, "It has ended: nothing is promised to it any more.")],
        );
    }
    let touched = Touched::of(story);
    let space = Space { system, process, touched: &touched };
    let own = system.areas_of(process).iter();
    let mut strips: Vec<Strip> = own.map(|area| space.strip(area)).collect();
    let kernel = if system.kernel_is_in_every_table() { system.kernel_areas() } else { vec![] };
    strips.extend(kernel.iter().map(|area| Strip { thing: None, ..space.strip(area) }));
    space.sign(&mut strips);
    let mut lines = drawn(&strips, PAGE, look, system.geometry().user_end());
    lines.extend(space.lost(&strips));
    if touched.process(process.pid) && !lines.iter().any(|line| line.mark == Mark::Changed) {
        lines[0].mark = Mark::Changed;
    }
    Panel::new(title, lines)
}

/// Strips with the holes between them, the scale where it changes, and the legend. The addresses from `user_end` up to the
/// next strip are none.
pub fn drawn(strips: &[Strip], page_bytes: u64, look: &Look, user_end: VirtAddr) -> Vec<Line> {
    let canvas = Canvas::of(strips, look.columns);
    let end = |strip: &Strip| strip.start.0.wrapping_add(strip.pages.saturating_mul(page_bytes));
    let (mut blocks, mut used, mut told, mut at) = (vec![], BTreeSet::new(), None, 0u64);
    for group in strips.chunk_by(|one, next| end(one) == next.start.0) {
        let mut lines = vec![];
        let hole = group[0].start.0.saturating_sub(at);
        if hole > 0 {
            let none = at <= user_end.0 && group[0].start > user_end && group[0].start.0 >> 63 == 1;
            let what = if none { "no addresses here".into() } else { format!("{} unused", about(hole)) };
            lines.push(Line::of(Role::Dim, format!("┆ {what}")));
        }
        let scale = canvas.scale(group);
        if told != Some(scale) {
            lines.push(Line::of(Role::Dim, scale.words(page_bytes)));
            told = Some(scale);
        }
        for strip in group {
            lines.extend(strip.lines(&canvas, scale, &mut used));
            blocks.push(std::mem::take(&mut lines));
        }
        at = group.last().map_or(at, end);
    }
    blocks.push(vec![strip::legend(&used)]);
    apart(blocks, look)
}

/// Blocks under each other; with a free line between two if that is a panel in which there is room for it.
fn apart(blocks: Vec<Vec<Line>>, look: &Look) -> Vec<Line> {
    let rows = blocks.iter().map(Vec::len).sum::<usize>() + blocks.len() + AFTER_THE_LEGEND;
    let gap = (look.columns > 0 && (look.rows == 0 || rows <= look.rows)).then(Line::default);
    let blocks = blocks.into_iter().enumerate();
    blocks.flat_map(|(at, block)| gap.clone().filter(|_| at > 0).into_iter().chain(block)).collect()
}

/// A size of which only the first digits matter: `about 256 GiB`.
fn about(size: u64) -> String {
    let unit = (size.max(1).ilog2() / 10 * 10).min(60);
    let whole = ((u128::from(size) + (1 << unit >> 1)) >> unit) as u64;
    match whole.checked_shl(unit) {
        Some(exact) if exact == size => bytes(size),
        _ => format!("about {}", bytes(((whole as u128) << unit).min(1 << 63) as u64)),
    }
}

/// An address space that is drawn.
struct Space<'a> {
    system: &'a System,
    process: &'a Process,
    touched: &'a Touched,
}

impl Space<'_> {
    /// An area.
    fn strip(&self, area: &Area) -> Strip {
        let pid = self.process.pid;
        let promise = if area.kind == AreaKind::Guard { strip::GUARD } else { strip::PROMISED };
        Strip {
            start: area.start,
            pages: area.end.0.wrapping_sub(area.start.0) / PAGE,
            prot: Prot(area.prot).to_string(),
            label: area.label().to_owned(),
            thing: Some(Thing::Area { pid, start: area.start }),
            promise: Some(promise),
            entries: self.entries(area),
            signs: vec![],
        }
    }

    /// What an area's PTEs say.
    fn entries(&self, area: &Area) -> Vec<Entry> {
        let (system, root, geometry) = (self.system, self.process.root, self.system.geometry());
        let entry = |va: VirtAddr, bytes: u64, class, changed| {
            let start = va.max(area.start);
            let end = va.0.saturating_add(bytes).min(area.end.0);
            Entry {
                first: (start.0 - area.start.0) / PAGE,
                pages: end.saturating_sub(start.0) / PAGE,
                class,
                thing: Thing::Page { pid: self.process.pid, va: start },
                changed,
            }
        };
        let there = system.mappings_between(root, area.start, area.end).into_iter().map(|mapping| {
            let place = mapping.place;
            let class = match () {
                () if place.pte.flags().has(COW) => Class::CopyOnWrite,
                () if !area.kind.is_kernel() && system.owners(&place) > 1 => Class::Shared,
                () => Class::Own,
            };
            entry(mapping.va, geometry.leaf_bytes(place.level), class, self.touched.word(place.pa))
        });
        let swapped = system.swapped_between(root, area.start, area.end).into_iter();
        let swapped =
            swapped.map(|(va, place, _)| entry(va, PAGE, Class::Swapped, self.touched.word(place.pa)));
        there.chain(swapped).collect()
    }

    /// The stack pointer and the break.
    fn addresses(&self) -> [(&'static str, VirtAddr, AreaKind); 2] {
        let (_, sp) = self.system.registers(self.process);
        [("sp", sp, AreaKind::Stack), ("brk", self.process.brk, AreaKind::Heap)]
    }

    /// Puts them under the strips that they lie in. The end of an area is among its addresses: an empty stack and a heap
    /// point there.
    fn sign(&self, strips: &mut [Strip]) {
        for (name, va, kind) in self.addresses() {
            let areas = self.system.areas_of(self.process);
            let inside = |area: &&Area| area.start <= va && va <= area.end;
            let of_kind = areas.iter().filter(inside).find(|area| area.kind == kind);
            let Some(area) = of_kind.or_else(|| areas.iter().find(|area| area.contains(va))) else {
                continue;
            };
            let page = (va.0 - area.start.0) / PAGE;
            if let Some(strip) = strips.iter_mut().find(|strip| strip.start == area.start) {
                strip.signs.push((page, format!("{name} {va}")));
            }
        }
    }

    /// Those that lie nowhere.
    fn lost(&self, strips: &[Strip]) -> Vec<Line> {
        let signed = |name: &str| {
            let begins = |(_, sign): &(u64, String)| sign.starts_with(name);
            strips.iter().any(|strip| strip.signs.iter().any(begins))
        };
        let lost = self.addresses().into_iter().filter(|(name, ..)| !signed(name));
        lost.map(|(name, va, _)| Line::of(Role::Dim, format!("{name} {va} lies in no area"))).collect()
    }
}
