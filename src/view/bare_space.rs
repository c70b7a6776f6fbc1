//! The address space of a bare machine, drawn to scale: nobody promises anything there, and what is mapped is what the
//! tables say that the hart walks.

use super::strip::{Class, Entry, Strip};
use super::{Line, Look, Panel, Role, Thing, scale, touched::Touched};
use crate::hw::Geometry;
use crate::hw::tables::{self, Budget, Meaning};
use crate::story::Story;

/// More pages than this are not looked for, nor in more PTEs: tables may lead in circles.
const MOST_LEAVES: usize = 1 << 12;
const MOST_PTES: usize = 1 << 14;

/// The panel.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let system = story.system();
    let title = "Address space to scale";
    let Some(geometry) = system.machine.geometry(system.hart) else {
        let why = "Translation is off: every address is its own, and nothing is mapped.";
        return Panel::new(title, vec![Line::of(Role::Dim, why)]);
    };
    let root = system.machine.hart(system.hart).csrs.satp.root(system.machine.config().paging);
    let (mut leaves, mut budget) = (vec![], Budget { tables: usize::MAX, entries: MOST_PTES });
    let everywhere = 0..1 << (geometry.va_bits - geometry.page_bits);
    let is_whole =
        tables::visit(system.machine.memory(), &geometry, root, &everywhere, &mut budget, &mut |entry| {
            leaves.extend(Some(*entry).filter(|entry| matches!(entry.meaning, Meaning::Leaf(_))));
            leaves.len() < MOST_LEAVES
        });
    let strips = strips(&leaves, &geometry, &Touched::of(story));
    let promise = "A bare machine promises nothing: this is what its tables map.";
    let mut lines = vec![Line::of(Role::Dim, promise)];
    if strips.is_empty() {
        lines.push(Line::of(Role::Dim, "They map nothing yet."));
        return Panel::new(title, lines);
    }
    lines.extend(scale::drawn(&strips, geometry.page_bytes(), look, geometry.user_end()));
    if !is_whole {
        lines.push(Line::of(Role::Dim, "… and more"));
    }
    Panel::new(title, lines)
}

/// Pages side by side with the same rights.
fn strips(leaves: &[tables::Entry], geometry: &Geometry, touched: &Touched) -> Vec<Strip> {
    let pages = |leaf: &tables::Entry| geometry.leaf_bytes(leaf.level) >> geometry.page_bits;
    let rights = |leaf: &tables::Entry| leaf.pte.flags().to_string()[1..4].to_owned();
    let goes_on = |one: &tables::Entry, next: &tables::Entry| {
        let upper = |leaf: &tables::Entry| geometry.page_address(leaf.vpn).0 >> 63;
        one.vpn.0 + pages(one) == next.vpn.0 && rights(one) == rights(next) && upper(one) == upper(next)
    };
    let strip = |run: &[tables::Entry]| {
        let first = run[0].vpn.0;
        let entry = |leaf: &tables::Entry| Entry {
            first: leaf.vpn.0 - first,
            pages: pages(leaf),
            class: Class::Own,
            thing: Thing::Pte { pa: leaf.pa, level: leaf.level },
            changed: touched.bytes(leaf.pa, geometry.pte_bytes),
        };
        Strip {
            start: geometry.page_address(run[0].vpn),
            pages: run.iter().map(pages).sum(),
            prot: rights(&run[0]),
            label: String::new(),
            thing: None,
            promise: None,
            entries: run.iter().map(entry).collect(),
            signs: vec![],
        }
    };
    leaves.chunk_by(goes_on).map(strip).collect()
}
