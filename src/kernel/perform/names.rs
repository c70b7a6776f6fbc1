//! What names mean in expressions.

use crate::kernel::PAGE;
use crate::kernel::state::{Area, AreaKind, Process};
use crate::kernel::system::System;

impl System {
    /// What a name means in an expression, for a process: the start of an area, the break, a register.
    pub fn lookup(&self, process: Option<&Process>, name: &str) -> Option<u64> {
        match name {
            "page" => return Some(PAGE),
            "trampoline" => return Some(self.trampoline().0),
            "trapframe" => return Some(self.trapframe().0),
            "vdso" => return self.vdso().map(|vdso| vdso.0),
            _ => {}
        }
        let process = process?;
        let start = |kind| process.area(kind).map(|area| area.start.0);
        match name {
            "text" => start(AreaKind::Text),
            "rodata" => start(AreaKind::Rodata),
            "data" => start(AreaKind::Data),
            "bss" => start(AreaKind::Bss),
            "heap" => start(AreaKind::Heap),
            "guard" => start(AreaKind::Guard),
            "stack" => start(AreaKind::Stack),
            "stack_top" => process.area(AreaKind::Stack).map(|area| area.end.0),
            "brk" => Some(process.brk.0),
            "sp" | "pc" if !process.is_alive() => None,
            "sp" => Some(self.registers(process).1.0),
            "pc" => Some(self.registers(process).0.0),
            _ => {
                let named = |area: &&Area| area.name.as_deref() == Some(name);
                process.areas.iter().find(named).map(|area| area.start.0)
            }
        }
    }
}

/// The names that [`System::lookup`] knows in every process, for suggestions.
pub const NAMES: [&str; 15] = [
    "text",
    "rodata",
    "data",
    "bss",
    "heap",
    "brk",
    "stack",
    "stack_top",
    "sp",
    "pc",
    "guard",
    "trampoline",
    "trapframe",
    "vdso",
    "page",
];
