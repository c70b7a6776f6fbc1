//! Writes to registers in words: what changed, and why not all that was wanted is there.

use crate::hw::Word;
use crate::hw::{self, Csr, Paging, Satp, Sstatus};
use crate::kernel::System;
use crate::kernel::event::Change;

/// A register was written.
pub(super) fn written(csr: Csr, value: Word, wanted: Word, system: &System, changes: &[Change]) -> String {
    let paging = system.machine.config().paging;
    if csr == Csr::Satp && Satp(wanted.0).mode(paging).is_none() {
        return format!(
            "satp stays {value}: this machine has no {}, and such a write has no effect at all.",
            mode(Satp(wanted.0), paging)
        );
    }
    let kernels = system.kernel_root().is_some_and(|root| Satp(value.0).root(paging) == root);
    if csr == Csr::Satp && kernels {
        return format!("satp is set to {value}: from here on the hart walks the kernel's own page table.");
    }
    let fields = if csr == Csr::Sstatus { fields(value, before(csr, changes)) } else { String::new() };
    match value == wanted {
        true => format!("{csr} is set to {value}{fields}."),
        false => {
            format!("{csr} is to be {wanted}, but not all of that is possible: it is {value}{fields}.")
        }
    }
}

/// What was in a register before the changes of an event.
fn before(csr: Csr, changes: &[Change]) -> Option<u64> {
    changes.iter().find_map(|change| match change {
        Change::Hardware(hw::Change::Csr { csr: changed, value, .. }) if *changed == csr => Some(*value),
        _ => None,
    })
}

/// `; SUM is set and SPP cleared`: what changed.
fn fields(now: Word, before: Option<u64>) -> String {
    let changed = now.0 ^ before.unwrap_or(now.0);
    let names = |on: bool| -> Vec<&str> {
        let here = |field: u64| Sstatus(changed).has(field) && Sstatus(now.0).has(field) == on;
        Sstatus::FIELDS.iter().filter(|(_, field)| here(*field)).map(|(name, _)| *name).collect()
    };
    match (names(true).join(", "), names(false).join(", ")) {
        (set, clear) if set.is_empty() && clear.is_empty() => ", as it was".into(),
        (set, clear) if clear.is_empty() => format!("; now set: {set}"),
        (set, clear) if set.is_empty() => format!("; now clear: {clear}"),
        (set, clear) => format!("; now set: {set}; now clear: {clear}"),
    }
}

/// The MODE that a word asks for: `Sv48 (MODE 9)`.
fn mode(satp: Satp, paging: Paging) -> String {
    let number = if paging.is_32_bit() { satp.0 >> 31 & 1 } else { satp.0 >> 60 };
    let name = match number {
        1 => "Sv32",
        8 => "Sv39",
        9 => "Sv48",
        10 => "Sv57",
        _ => return format!("MODE {number}"),
    };
    if paging.is_32_bit() || number != 1 {
        format!("{name} (MODE {number})")
    } else {
        format!("MODE {number}")
    }
}
