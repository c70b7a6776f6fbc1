//! The hardware's events in words. Where a step of the specification's algorithm is meant, its number is named.

use super::registers;
use crate::hw::{Access, AdUpdate, Cause, Event, Flags, Geometry, Privilege, Pte, VirtAddr, Why};
use crate::kernel::event::Change;
use crate::kernel::{System, Usage};
use crate::view::{count, names, subject, translate};

pub(super) fn sentence(event: &Event, system: &System, changes: &[Change]) -> String {
    let process = system.current.and_then(|pid| system.process(pid));
    let geometry = system.machine.geometry(system.hart).unwrap_or(system.geometry());
    match event {
        Event::TlbHit { va, slot, .. } => {
            let stale = match system.machine.stale_slots(system.hart).contains(slot) {
                true => " The entry is stale: the tables say something else by now.",
                false => "",
            };
            format!("TLB hit: slot {slot} has the page of {va}, so no page table is read.{stale}")
        }
        Event::TlbMiss { va, .. } => {
            format!(
                "TLB miss: no entry for the page of {}. The page table must be walked.",
                named(system, process, *va)
            )
        }
        Event::Walk { root, va } => match cached(system, &geometry, *va) {
            false => format!("Step 1: the walk starts at the root table, {root}, which satp names."),
            true => format!(
                "D is clear in the TLB's entry, and the walker must set it in the PTE. Step 1: it starts at the root table, {root}."
            ),
        },
        Event::PteRead { level, pa, pte } => pte_read(&geometry, *level, *pa, *pte),
        Event::PermissionCheck { access, privilege, flags, refused } => {
            permission(*access, *privilege, *flags, *refused)
        }
        Event::PteWrite { level, pa, pte, was } => pte_write(system, &geometry, *level, *pa, *pte, *was),
        Event::TlbFill { slot, vpn, evicted, .. } => {
            let page = geometry.page_address(*vpn);
            match evicted {
                None => {
                    format!("The translation of page {page} is kept in TLB slot {slot} for the next time.")
                }
                Some(old) => format!(
                    "The translation of page {page} takes TLB slot {slot}; that of page {} has to go.",
                    geometry.page_address(*old)
                ),
            }
        }
        Event::TlbFlush { va, asid, dropped } => {
            let what = match (va, asid) {
                (None, None) => "the whole TLB".to_owned(),
                (Some(va), None) => format!("what the TLB knows of {va}"),
                (None, Some(asid)) => format!("what the TLB knows of address space {asid}"),
                (Some(va), Some(asid)) => format!("what the TLB knows of {va} in address space {asid}"),
            };
            let entries = match dropped {
                0 => "nothing was there".to_owned(),
                1 => "1 entry goes".to_owned(),
                many => format!("{many} entries go"),
            };
            format!("sfence.vma drops {what}, so that no stale translation is used: {entries}.")
        }
        Event::MemRead { pa, width, value } => {
            format!("The load reads {} at physical address {pa}: {value}.", count(*width, "byte"))
        }
        Event::MemWrite { pa, value, was, .. } => {
            format!("The store writes {value} at physical address {pa}, where {was} was.")
        }
        Event::MemFetch { pa, value, .. } => {
            format!("The instruction at physical address {pa} is read: {value}.")
        }
        Event::Poke { pa, value, was, .. } => {
            format!("The word at {pa} is set from outside: {value}, it was {was}.")
        }
        Event::Trap { cause: Cause::UserEcall, sepc, .. } => {
            format!(
                "Trap: ecall at {sepc} asks the kernel for something. scause is 8, and the hart is in supervisor mode."
            )
        }
        Event::Trap { scause, sepc, cause, .. } if cause.is_interrupt() => format!(
            "Interrupt: {cause}, scause {scause:#x}, before the instruction at {}. The highest bit says that it is no exception.",
            named(system, process, *sepc)
        ),
        Event::Trap { scause, stval, cause, why, .. } => {
            let why = why.map_or(String::new(), |why| format!(" Why: {}.", translate::reason(why)));
            format!("Trap: {cause}, scause {scause}, at {}.{why}", named(system, process, *stval))
        }
        Event::TrapReturn { pc, privilege } => {
            let mode = match privilege {
                Privilege::User => "user",
                Privilege::Supervisor => "supervisor",
            };
            match system.policies {
                Some(_) => format!("sret: back to {mode} mode, and on at {}.", named(system, process, *pc)),
                None => format!("sret: back to {mode} mode, to the instruction that trapped, at {pc}."),
            }
        }
        Event::CsrWrite { csr, value, wanted } => registers::written(*csr, *value, *wanted, system, changes),
        Event::PrivilegeSet { privilege: Privilege::User } => {
            "From here on the hart runs in user mode.".into()
        }
        Event::PrivilegeSet { .. } => "From here on the hart runs in supervisor mode.".into(),
    }
}

/// Whether the hart's TLB has the page of an address.
fn cached(system: &System, geometry: &Geometry, va: VirtAddr) -> bool {
    let hart = system.machine.hart(system.hart);
    let asid = hart.csrs.satp.asid(system.machine.config().paging);
    hart.tlb.lookup(geometry, geometry.vpn(va), asid).is_some()
}

fn named(system: &System, process: Option<&crate::kernel::Process>, va: VirtAddr) -> String {
    names::address_in_full(system, process, va)
}

fn pte_read(geometry: &Geometry, level: u32, pa: crate::hw::PhysAddr, pte: Pte) -> String {
    let start = format!("Step 2: the PTE of level {level} is read at {pa}: {pte}.");
    let target = geometry.frame_address(pte.ppn(geometry));
    if !pte.is_valid() {
        format!("{start} V is clear, so there is nothing behind it.")
    } else if pte.is_leaf() {
        format!("{start} It is a leaf, {}: the page lies at {target}.", names::flags(pte.flags()))
    } else if pte.is_pointer() && level > 0 {
        format!("{start} It points to the next table, at {target}.")
    } else {
        format!("{start} Its flags, {}, make no leaf and no way on.", pte.flags())
    }
}

fn permission(access: Access, privilege: Privilege, flags: Flags, refused: Option<Why>) -> String {
    let mode = match privilege {
        Privilege::User => "user mode",
        Privilege::Supervisor => "supervisor mode",
    };
    let flags = names::flags(flags);
    match refused {
        None => format!("Steps 6 to 8: a {access} in {mode} is allowed by the flags {flags}."),
        Some(why) => format!(
            "Step {}: a {access} in {mode} is refused by the flags {flags}: {}.",
            why.step().unwrap_or_default(),
            translate::reason(why)
        ),
    }
}

/// What a written PTE means is seen from what it was.
fn pte_write(
    system: &System,
    geometry: &Geometry,
    level: u32,
    pa: crate::hw::PhysAddr,
    pte: Pte,
    was: Pte,
) -> String {
    let (now, before) = (pte.flags(), was.flags());
    let cow = crate::kernel::state::COW;
    let target = geometry.frame_address(pte.ppn(geometry));
    let same_page = pte.with_flags(Flags::default()) == was.with_flags(Flags::default());
    if let Some(told) = super::pressure::swap_entry(geometry, pa, pte, was) {
        return told;
    }
    if !pte.is_valid() {
        let kind = if was.is_leaf() { "The page is unmapped" } else { "The table is unlinked" };
        return format!("{kind}: the PTE at {pa} is cleared.");
    }
    if pte.is_pointer() && level > 0 && system.frame(pte.ppn(geometry)).is_some_and(|table| table.refs > 1) {
        return format!(
            "The kernel's table at {target} gets one more root: the PTE at {pa} points to it. Nothing is copied."
        );
    }
    if pte.is_pointer() && level > 0 && was.is_pointer() {
        return format!(
            "The copy points to the copy of the table below, at {target}, and not to the original."
        );
    }
    if pte.is_pointer() && level > 0 {
        return format!("The new table at {target} is linked into its parent: the PTE at {pa} points to it.");
    }
    if !was.is_valid() {
        let kind = if level == 0 { "Page" } else { "Megapage" };
        let mark = match (now.has(cow), now.has(Flags::W)) {
            (true, false) => " It is marked C: a store must copy first.",
            (true, true) => " It is marked C, and W is set all the same.",
            (false, _) => "",
        };
        let usage = |ppn| system.frame(ppn).map(|frame| frame.usage);
        let is_stack = usage(pte.ppn(geometry)) == Some(Usage::KernelStack);
        let page = subject::page_of(system, level, pa).map(|(va, owner)| match owner {
            Some(_) if is_stack => format!("Page {va} (kernel stack)"),
            Some(_) => format!("{kind} {}", names::address_in_full(system, owner, va)),
            None if va == system.trampoline() => format!("Page {va} (trampoline)"),
            None if va == system.trapframe() => format!("Page {va} (trapframe)"),
            None if Some(va) == system.vdso() => format!("Page {va} (vdso)"),
            None if is_stack => format!("Page {va} (kernel stack)"),
            None => format!("{kind} {va}"),
        });
        return format!(
            "{} is mapped: the PTE at {pa} points to {target} with {}.{mark}",
            page.as_deref().unwrap_or("The page"),
            names::flags(now)
        );
    }
    if !same_page && system.frame(pte.ppn(geometry)).is_some_and(|frame| frame.usage == Usage::Trapframe) {
        return format!(
            "The table has the trapframe at {target} from here on: that of the process that uses it now."
        );
    }
    if !same_page {
        return format!("The PTE at {pa} points to the copy at {target} now, with {}.", names::flags(now));
    }
    if before.has(Flags::W) && !now.has(Flags::W) {
        return format!(
            "W is taken away and C set, {}: the next store to this page must trap.",
            names::flags(now)
        );
    }
    if !before.has(Flags::W) && now.has(Flags::W) {
        return format!(
            "W is given back and C cleared, {}: the page is its only owner's again.",
            names::flags(now)
        );
    }
    if !before.has(cow) && now.has(cow) {
        return format!(
            "C is set, and W stays, {}: this page is shared, and no store to it will trap.",
            names::flags(now)
        );
    }
    if before.has(Flags::D) && !now.has(Flags::D) {
        return format!(
            "The kernel clears D in the PTE at {pa}, {}: the disk has these bytes now, and the next store shall be noticed.",
            names::flags(now)
        );
    }
    if before.has(Flags::A) && !now.has(Flags::A) {
        let flags = names::flags(now);
        return format!(
            "The kernel clears A in the PTE at {pa}, {flags}: the next touch shall leave a trace."
        );
    }
    // With faulting A/D updates the walker never writes; with hardware updates the kernel never sets A or D.
    let who = match system.machine.config().ad_update {
        AdUpdate::Hardware => "Step 9: the walker sets",
        AdUpdate::Fault => "The kernel sets",
    };
    let added = Flags(now.0 & !before.0);
    let bits = match (added.has(Flags::A), added.has(Flags::D)) {
        (true, true) => "A and D",
        (true, false) => "A",
        (false, true) => "D",
        (false, false) => "nothing new",
    };
    format!("{who} {bits} in the PTE at {pa}: {}.", names::flags(now))
}
