//! The value of a thing as text, as one would paste it elsewhere.

use super::Thing;
use crate::hw::{Csr, PhysAddr};
use crate::kernel::System;
use crate::story::Story;

/// A PTE's or a register's contents, the address of a frame or a page, the text of a step. `None` for what is not there.
pub fn value(story: &Story, thing: Thing) -> Option<String> {
    let system = story.system();
    let hart = system.machine.hart(system.hart);
    Some(match thing {
        Thing::Pte { pa, .. } | Thing::Word(pa) => format!("{:#x}", word(system, pa)?),
        Thing::Frame(ppn) => system.frame(ppn).map(|_| system.frame_address(ppn))?.to_string(),
        Thing::Slot(slot) => format!("{:#x}", hart.tlb.slots().get(slot)?.entry.as_ref()?.pte().0),
        Thing::Area { start, .. } => start.to_string(),
        Thing::Page { va, .. } | Thing::Address(va) => va.to_string(),
        Thing::Process(pid) => pid.0.to_string(),
        Thing::Register(csr) => format!("{:#x}", register(system, csr)),
        Thing::Pc => hart.pc.to_string(),
        Thing::Sp => hart.sp.to_string(),
        Thing::Swap(slot) => slot.0.to_string(),
        Thing::FilePage { page, .. } => page.to_string(),
        Thing::Step(step) => story.scenario.steps.get(step)?.node.to_json().to_string(),
    })
}

fn word(system: &System, pa: PhysAddr) -> Option<u64> {
    system.machine.memory().read(pa, system.geometry().pte_bytes)
}

fn register(system: &System, csr: Csr) -> u64 {
    system.machine.hart(system.hart).csrs.read(csr).0
}
