//! What addresses, frames and processes are called.

use crate::hw::{Flags, Ppn, VirtAddr};
use crate::kernel::state::Usage;
use crate::kernel::{Process, System, state::COW};

/// `heap + 0x8`, or nothing for an address in no area: neither of the process's, nor of the kernel's where it is mapped.
pub fn address(system: &System, process: Option<&Process>, va: VirtAddr) -> Option<String> {
    let kernels = || system.kernel_area_at(va);
    let area = match process {
        Some(_) if system.is_in_kernel_table() => kernels().or_else(|| process?.area_at(va).cloned()),
        Some(process) => system.area_at(process, va),
        None => kernels(),
    }?;
    let offset = va.0 - area.start.0;
    Some(match offset {
        0 => area.label().to_owned(),
        _ => format!("{} + {offset:#x}", area.label()),
    })
}

/// The same without spaces, for narrow columns: `heap+0x8`.
pub fn address_short(system: &System, process: Option<&Process>, va: VirtAddr) -> Option<String> {
    address(system, process, va).map(|name| name.replace(" + ", "+"))
}

/// `0x5008 (heap + 0x8)`.
pub fn address_in_full(system: &System, process: Option<&Process>, va: VirtAddr) -> String {
    match address(system, process, va) {
        Some(name) => format!("{va} ({name})"),
        None => va.to_string(),
    }
}

/// Flags with the kernel's own mark: `VR--U-AD C`.
pub fn flags(flags: Flags) -> String {
    format!("{flags}{}", if flags.has(COW) { " C" } else { "" })
}

/// What a frame is used for, in words.
pub fn usage(system: &System, usage: Usage) -> String {
    match usage {
        Usage::Cache { file, page } => format!("page {page} of {}", system.files()[file.0].name),
        Usage::Table { level } => format!("page table, level {level}"),
        Usage::Private(kind) => format!("{kind} page"),
        Usage::Vdso => "vDSO page".into(),
        other => other.to_string(),
    }
}

/// The same with an article, if it needs one.
pub fn a_usage(system: &System, what: Usage) -> String {
    let article = if matches!(what, Usage::Cache { .. }) { "" } else { "a " };
    format!("{article}{}", usage(system, what))
}

/// Who holds a frame: the processes that map it, by name, and the page cache.
pub fn holders(system: &System, ppn: Ppn) -> Vec<String> {
    let mut names: Vec<String> = vec![];
    for process in system.spaces() {
        let times = system.held_by(process.root).into_iter().filter(|held| *held == ppn).count();
        names.extend(std::iter::repeat_n(process.name.clone(), times));
    }
    if system.held_by_kernel().contains(&ppn) {
        names.push("kernel".into());
    }
    match system.frame(ppn).map(|frame| frame.usage) {
        Some(Usage::Cache { file, page }) if system.cached(file, page) == Some(ppn) => {
            names.push("page cache".into());
        }
        Some(Usage::Kernel | Usage::Zero) => names.push("kernel".into()),
        _ => {}
    }
    names
}

/// The physical address of a frame.
pub fn frame(system: &System, ppn: Ppn) -> String {
    system.frame_address(ppn).to_string()
}
