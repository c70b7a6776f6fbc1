//! Whether the TLB still says what the tables say. No hardware can tell: this is for the screen.

use crate::hw::{Flags, Hart, HartId, Machine, Pte, Unwatched, walk};

impl Machine {
    /// The slots of a hart's TLB whose translation the tables no longer hold.
    pub fn stale_slots(&self, hart: HartId) -> Vec<usize> {
        let entries = self.hart(hart).tlb.entries().map(|(slot, _)| slot);
        entries.filter(|slot| self.is_stale(hart, *slot)).collect()
    }

    /// Whether the tables no longer say what this slot says: a PTE on the way has changed, or the address space has
    /// another root now. A global entry serves every address space, so it is held against the table in use, and not
    /// against the one it came from. A and D that the tables have gained do no harm and do not count.
    pub fn is_stale(&self, hart: HartId, slot: usize) -> bool {
        let Hart { csrs, tlb, .. } = self.hart(hart);
        let paging = self.config().paging;
        let in_use = self.geometry(hart);
        let (Some(geometry), Some(entry)) = (in_use.or(paging.geometry()), tlb.slots()[slot].entry) else {
            return false;
        };
        let root = csrs.satp.root(paging);
        if in_use.is_some() {
            if entry.global {
                let now = walk(self.memory(), &geometry, root, entry.first(), &mut Unwatched);
                return now
                    .map_or(true, |leaf| leaf.level != entry.level || !is_same(leaf.pte(), entry.pte()));
            }
            let is_its_space = !tlb.config().asid || entry.asid == csrs.satp.asid(paging);
            if is_its_space && entry.root != root {
                return true;
            }
        }
        entry.path().iter().any(|step| {
            let now = self.memory().read(step.pa, geometry.pte_bytes).unwrap_or_default();
            !is_same(Pte(now), step.pte)
        })
    }
}

/// Whether a PTE is as it was, but for A and D that it may have gained.
fn is_same(now: Pte, was: Pte) -> bool {
    let gained = now.flags().without(was.flags());
    let harmless = Flags(gained.0 & (Flags::A | Flags::D).0);
    now.with_flags(now.flags().without(harmless)) == was
}
