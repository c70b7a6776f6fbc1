//! A frame: what it is for, who holds it, and what is in it.

use super::{Known, row};
use crate::hw::{PhysAddr, Ppn};
use crate::kernel::{PAGE, System, Usage};
use crate::story::Story;
use crate::view::{Line, Role, Thing, count, names};

/// How many of a frame's words are shown.
const SHOWN_WORDS: u64 = 4;

/// What is known of a frame.
pub(super) fn known(story: &Story, ppn: Ppn) -> Known {
    let system = story.system();
    let page_bits = match system.policies {
        Some(_) => 12,
        None => system.machine.geometry(system.hart).unwrap_or(system.geometry()).page_bits,
    };
    let bytes = 1u64 << page_bits;
    let address = PhysAddr(ppn.0.saturating_mul(bytes));
    let title = format!("Frame {ppn}");
    if !system.machine.memory().contains(address, bytes) {
        return Known::nothing(title, "The machine has no memory there.");
    }
    let last = PhysAddr(address.0 + bytes - 1);
    let mut lines = vec![row("addresses", format!("{address} to {last}"))];
    let title = match system.frame(ppn) {
        Some(frame) => {
            lines.extend(use_of(story, ppn));
            format!("{title} · {}", names::usage(system, frame.usage))
        }
        None => title,
    };
    lines.extend(contents(system, address, bytes));
    Known::new(title, lines)
}

/// What the kernel knows of it.
fn use_of(story: &Story, ppn: Ppn) -> Vec<Line> {
    let system = story.system();
    let Some(frame) = system.frame(ppn) else { return vec![] };
    if frame.usage == Usage::Free {
        let used = |change: &crate::kernel::Change| super::history::is_use(change, ppn);
        let what = match story.timeline.last_change(used) {
            None => "This frame was not in use yet. It is on the free list.",
            Some(_) => "This frame is free again, and on the free list.",
        };
        let next = system.machine.memory().read(system.frame_address(ppn), 8).unwrap_or_default();
        let next = match next {
            0 => "none: it is the last of the list".to_owned(),
            next => format!("{next:#x}, which its first word names"),
        };
        return vec![Line::of(Role::Dim, what), row("next free", next)];
    }
    let holders = names::holders(system, ppn);
    let who = if holders.is_empty() { "no process".to_owned() } else { holders.join(", ") };
    let mut lines = vec![
        row("use", names::usage(system, frame.usage)),
        row("owners", count(frame.refs.into(), "owner")),
        row("held by", who),
    ];
    if let Usage::Cache { file, page } = frame.usage {
        let what = format!("page {page} of {}", system.files().get(file.0).map_or("", |file| &file.name));
        lines.push(row("page cache", what).of_thing(Thing::FilePage { file, page }));
    }
    if let Some(slot) = frame.slot {
        let what = format!("slot {slot} has the same bytes, or will get them");
        lines.push(row("swap", what).of_thing(Thing::Swap(slot)));
    }
    lines
}

/// The first words, and the byte that all of it, or all but the first word, is full of.
fn contents(system: &System, address: PhysAddr, bytes: u64) -> Vec<Line> {
    let memory = system.machine.memory();
    let width = if system.machine.config().paging.is_32_bit() { 4 } else { 8 };
    let words = (0..SHOWN_WORDS.min(bytes / width))
        .filter_map(|index| memory.read(PhysAddr(address.0 + index * width), width));
    let words: Vec<String> = words.map(|word| format!("{word:#x}")).collect();
    let mut lines = vec![row("first words", words.join(" "))];
    lines.extend(full_of(system, address, bytes).map(|(byte, whole)| {
        let what = match (byte, whole) {
            (0, true) => "all zeros".to_owned(),
            (byte, true) => format!("full of the byte {byte:#04x}{}", junk(byte)),
            (byte, false) => {
                format!("after the first word full of the byte {byte:#04x}{}", junk(byte))
            }
        };
        row("contents", what)
    }));
    lines
}

fn junk(byte: u8) -> &'static str {
    match byte {
        crate::kernel::memory::JUNK_FREED => ", as the kernel leaves a frame that is freed",
        crate::kernel::memory::JUNK_FRESH => ", as the kernel hands a frame out",
        _ => "",
    }
}

/// The byte, and whether the first word is full of it as well.
fn full_of(system: &System, address: PhysAddr, bytes: u64) -> Option<(u8, bool)> {
    if bytes != PAGE {
        return None;
    }
    let chunk = system.machine.memory().chunk(address).bytes();
    let byte = chunk[8];
    let rest = chunk[8..].iter().all(|other| *other == byte);
    rest.then(|| (byte, chunk[..8].iter().all(|other| *other == byte)))
}
