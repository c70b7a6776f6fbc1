//! The invariants that a missing safeguard breaks: what user code could do with what the kernel has left behind. No
//! kernel without a mistake breaks one, at any event.

use super::check::Broken;
use crate::hw::{self, Access, Cause, Flags, Ppn, Privilege, Pte, Request, Translation, Trap};
use crate::kernel::state::{Frame, Usage};
use crate::kernel::system::System;
use std::collections::BTreeMap;

/// What undoes an access that is only tried.
struct Tried(Vec<hw::Change>);

impl hw::Observer for Tried {
    fn changed(&mut self, inverse: hw::Change) {
        self.0.push(inverse);
    }

    fn event(&mut self, _: hw::Event) {}
}

impl System {
    /// The free list leads to every free frame once, and ends.
    pub(in crate::kernel) fn broken_free_list(&self) -> Option<Broken> {
        let (list, circles) = self.walk_free_list(self.frames.len());
        // No frame is on it twice.
        let is_free = |ppn: &&Ppn| self.frame(**ppn).is_some_and(|frame| frame.usage == Usage::Free);
        let lost = self.free - list.iter().filter(is_free).count();
        (lost > 0 || circles).then_some(Broken::FreeList { listed: list.len(), lost })
    }

    /// A private frame that two PTEs allow to write: what one process stores, another one sees.
    pub(in crate::kernel) fn shared_writable(&self) -> Option<Broken> {
        let mut writers = BTreeMap::new();
        let is_private = |(_, frame): &(Ppn, &Frame)| matches!(frame.usage, Usage::Private(_));
        for root in self.roots() {
            let leaves = self.user_mappings(root).into_iter().map(|mapping| mapping.place);
            let writable = leaves.filter(|place| place.pte.flags().has(Flags::W));
            let frames = writable.flat_map(|place| self.frames_of(place.level, place.pte));
            for (ppn, _) in frames.filter(is_private) {
                if let Some(first) = writers.insert(ppn, root) {
                    let mut roots = [first, root];
                    roots.sort_by_key(|root| self.spaces().all(|process| process.root != *root));
                    return Some(Broken::SharedWritable {
                        ppn,
                        names: roots.map(|root| self.owner_of(root)),
                    });
                }
            }
        }
        None
    }

    /// A translation in the TLB that the page tables do not allow any more, and that a program could use; or that leads to
    /// a frame that is free already.
    pub fn stale_grant(&self) -> Option<Broken> {
        self.policies.as_ref()?;
        let geometry = self.geometry();
        let hart = self.machine.hart(self.hart);
        let in_user_mode = hart.privilege == Privilege::User && self.running.is_some();
        let harmful = |entry: &Translation| {
            let mut frames = self.frames_of(entry.level, entry.pte());
            let is_free = frames.any(|(_, frame)| frame.usage == Usage::Free);
            // What has no U is the kernel's: no program can use it, and in the kernel's map free frames have their place, too.
            let is_users = entry.pte().flags().has(Flags::U);
            is_users && (is_free || in_user_mode) && self.grants_more(entry)
        };
        let (slot, entry) = hart.tlb.entries().find(|(_, entry)| harmful(entry))?;
        Some(Broken::StaleGrant { slot, ppn: entry.pte().ppn(&geometry) })
    }

    /// Whether an entry allows more than the PTEs that it was made from do now. A and D count: a touch that sets none
    /// is one that the kernel does not see.
    fn grants_more(&self, entry: &Translation) -> bool {
        let geometry = self.geometry();
        let counted = Flags::V | Flags::R | Flags::W | Flags::X | Flags::U | Flags::A | Flags::D;
        entry.path().iter().any(|step| {
            let now = Pte(self.machine.memory().read(step.pa, geometry.pte_bytes).unwrap_or_default());
            let lost = Flags(step.pte.flags().without(now.flags()).0 & counted.0);
            now.ppn(&geometry) != step.pte.ppn(&geometry) || lost != Flags::default()
        })
    }

    /// What must hold when the kernel has just returned from a trap: the access that trapped is not refused for the very
    /// same reason. (It may be for another: a page that was missing may lack A next.) It is tried, and undone.
    ///
    /// # Errors
    ///
    /// That nothing was mended.
    pub fn check_mended(&mut self, trap: &Trap) -> Result<(), Broken> {
        let access = match trap.cause {
            Cause::LoadPageFault => Access::Load,
            Cause::StorePageFault => Access::Store,
            Cause::InstructionPageFault => Access::Fetch,
            _ => return Ok(()),
        };
        if self.policies.is_none() {
            return Ok(());
        }
        let request = Request { access, va: trap.stval, width: 1, value: 0 };
        let mut tried = Tried(vec![]);
        let outcome = self.machine.execute(self.hart, request, &mut tried);
        tried.0.into_iter().rev().for_each(|inverse| drop(self.machine.swap(inverse)));
        match outcome {
            Err(again) if (again.stval, again.why) == (trap.stval, trap.why) => {
                Err(Broken::NotMended { va: trap.stval, access })
            }
            _ => Ok(()),
        }
    }
}
