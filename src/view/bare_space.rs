//! The address space of a bare machine, drawn to scale: nobody promises anything there, and what is mapped is what the
//! tables say that the hart walks.

use super::strip::{Class, Entry, Strip};
use super::{Line, Look, Panel, Role, Thing, scale, touched::Touched};
use crate::hw::{Geometry, Memory, PhysAddr, Ppn, Pte, Vpn};
use crate::story::Story;

/// More pages than this are not looked for, nor in more PTEs: tables may lead in circles.
const MOST_LEAVES: usize = 1 << 12;
const MOST_PTES: usize = 1 << 14;

/// A page that is mapped.
struct Leaf {
    vpn: Vpn,
    level: u32,
    pa: PhysAddr,
    pte: Pte,
}

/// The panel.
pub fn panel(story: &Story, look: &Look) -> Panel {
    let system = story.system();
    let title = "Address space to scale";
    let Some(geometry) = system.machine.geometry(system.hart) else {
        let why = "Translation is off: every address is its own, and nothing is mapped.";
        return Panel::new(title, vec![Line::of(Role::Dim, why)]);
    };
    let root = system.machine.hart(system.hart).csrs.satp.root(system.machine.config().paging);
    let mut walk = Walk { memory: system.machine.memory(), geometry, leaves: vec![], ptes: MOST_PTES };
    walk.table(root, geometry.levels - 1, 0);
    let strips = strips(&walk.leaves, &geometry, &Touched::of(story));
    let promise = "A bare machine promises nothing: this is what its tables map.";
    let mut lines = vec![Line::of(Role::Dim, promise)];
    if strips.is_empty() {
        lines.push(Line::of(Role::Dim, "They map nothing yet."));
        return Panel::new(title, lines);
    }
    lines.extend(scale::drawn(&strips, geometry.page_bytes(), look, geometry.user_end()));
    if walk.ptes == 0 || walk.leaves.len() == MOST_LEAVES {
        lines.push(Line::of(Role::Dim, "… and more"));
    }
    Panel::new(title, lines)
}

/// Pages side by side with the same rights.
fn strips(leaves: &[Leaf], geometry: &Geometry, touched: &Touched) -> Vec<Strip> {
    let pages = |leaf: &Leaf| geometry.leaf_bytes(leaf.level) >> geometry.page_bits;
    let rights = |leaf: &Leaf| leaf.pte.flags().to_string()[1..4].to_owned();
    let goes_on = |one: &Leaf, next: &Leaf| {
        let upper = |leaf: &Leaf| geometry.page_address(leaf.vpn).0 >> 63;
        one.vpn.0 + pages(one) == next.vpn.0 && rights(one) == rights(next) && upper(one) == upper(next)
    };
    let strip = |run: &[Leaf]| {
        let first = run[0].vpn.0;
        let entry = |leaf: &Leaf| Entry {
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

/// A walk through all that a root leads to. (The kernel's own is for the widest mode of the machine; a bare hart may have
/// chosen another.)
struct Walk<'a> {
    memory: &'a Memory,
    geometry: Geometry,
    leaves: Vec<Leaf>,
    /// How many PTEs may still be looked at.
    ptes: usize,
}

impl Walk<'_> {
    fn table(&mut self, table: Ppn, level: u32, base: u64) {
        let geometry = self.geometry;
        let first = geometry.frame_address(table);
        let shift = geometry.index_bits * level;
        for (index, word) in
            self.memory.words(first, geometry.pte_bytes, 0..1 << geometry.index_bits_at(level))
        {
            if self.ptes == 0 || self.leaves.len() == MOST_LEAVES {
                return;
            }
            self.ptes -= 1;
            let (pte, vpn) = (Pte(word), base | index << shift);
            let pa = PhysAddr(first.0 + index * geometry.pte_bytes);
            let is_aligned = pte.ppn(&geometry).0.trailing_zeros() >= shift || pte.ppn(&geometry).0 == 0;
            if pte.is_leaf() && is_aligned {
                self.leaves.push(Leaf { vpn: Vpn(vpn), level, pa, pte });
            } else if pte.is_pointer() && level > 0 {
                self.table(pte.ppn(&geometry), level - 1, vpn);
            }
        }
    }
}
