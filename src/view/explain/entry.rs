//! A PTE, a word of memory, and an entry of the TLB: words that translate.

use super::{Known, bits, row};
use crate::hw::{Geometry, PhysAddr, Pte, Translation};
use crate::kernel::System;
use crate::kernel::state::COW;
use crate::kernel::state::SWAPPED;
use crate::story::Story;
use crate::view::spaces::Spaces;
use crate::view::{Line, Role, Thing, bytes, decode, names};

/// A PTE, bit by bit.
pub(super) fn pte(story: &Story, pa: PhysAddr, level: u32) -> Known {
    let title = format!("PTE {pa} · level {level}");
    let system = story.system();
    let spaces = Spaces::of(story);
    let found = spaces.at(pa).spots.into_iter().find(|spot| spot.level == level);
    let geometry = found.map_or_else(|| system.geometry(), |spot| spaces.all[spot.space].geometry);
    let Some(word) = system.machine.memory().read(pa, geometry.pte_bytes) else {
        return Known::nothing(title, "There is no memory at this address.");
    };
    let mut lines = vec![];
    if found.is_none() {
        let what = "No table in use has its PTE here: this word belongs to something else now, or again.";
        lines.push(Line::of(Role::Fault, what));
    }
    lines.extend(word_lines(system, word, &geometry));
    Known::new(title, lines)
}

/// The fields of a word that is a PTE, what it comes to, and what the kernel means by it.
pub(super) fn word_lines(system: &System, word: u64, geometry: &Geometry) -> Vec<Line> {
    let paging = system.machine.config().paging;
    let decoded = decode::pte(word, paging, geometry);
    let mut lines = vec![row("word", decoded.value.clone())];
    lines.extend(bits::lines(&decoded, None));
    lines.push(Line::of(Role::Strong, decoded.summary.clone()));
    let pte = Pte(word);
    if let Some(slot) = system.slot_in(pte) {
        let what = format!("The kernel has the page in swap: where a PPN would be stands slot {slot}.");
        lines.push(Line::of(Role::Absent, what).of_thing(Thing::Swap(slot)));
    }
    if system.policies.is_some() && pte.flags().has(COW) {
        let what = "RSW bit 8 is the kernel's mark C, copy-on-write: a store must copy the page first.";
        lines.push(Line::of(Role::Shared, what));
    }
    if system.policies.is_some() && !pte.is_valid() && pte.flags().has(SWAPPED) {
        lines.push(Line::of(Role::Dim, "RSW bit 9 is the kernel's mark for a page in swap."));
    }
    lines
}

/// A word of a bare machine's memory.
pub(super) fn word(story: &Story, pa: PhysAddr) -> Known {
    let title = format!("Word {pa}");
    let system = story.system();
    let width = system.geometry().pte_bytes;
    let Some(word) = system.machine.memory().read(pa, width) else {
        return Known::nothing(title, "There is no memory at this address.");
    };
    let spaces = Spaces::of(story);
    match spaces.at(pa).spots.first() {
        Some(spot) => {
            let mut lines = vec![Line::of(Role::Plain, format!("It is a PTE of level {}.", spot.level))];
            lines.extend(word_lines(system, word, &spaces.all[spot.space].geometry));
            Known::new(title, lines)
        }
        None => Known::new(
            title,
            vec![
                row("word", format!("{word:#x}")),
                row("number", crate::view::grouped(word)),
                row("bytes", byte_list(word, width)),
                Line::of(Role::Dim, "The lowest byte comes first. No page table in use has a PTE here."),
            ],
        ),
    }
}

/// The bytes of a word as they lie in memory.
fn byte_list(word: u64, width: u64) -> String {
    let bytes = word.to_le_bytes();
    let told: Vec<String> = bytes.iter().take(width as usize).map(|byte| format!("{byte:02x}")).collect();
    told.join(" ")
}

/// A slot of the TLB.
pub(super) fn slot(story: &Story, slot: usize) -> Known {
    let title = format!("TLB slot {slot}");
    let system = story.system();
    let tlb = &system.machine.hart(system.hart).tlb;
    let Some(content) = tlb.slots().get(slot) else {
        return Known::nothing(title, "The TLB of this machine has no such slot.");
    };
    let Some(entry) = &content.entry else {
        return Known::nothing(title, "It is empty at this moment: no translation is kept here.");
    };
    let geometry = system.machine.geometry(system.hart).unwrap_or(system.geometry());
    let page = geometry.page_address(entry.vpn);
    let size = bytes(geometry.leaf_bytes(entry.level));
    let space = match (entry.global, tlb.config().asid) {
        (true, _) => "every one: G was set on the way".to_owned(),
        (false, true) => format!("ASID {}", entry.asid),
        (false, false) => "whichever is in use: this TLB keeps no ASIDs".to_owned(),
    };
    let pte = entry.pte();
    let ppn = pte.ppn(&geometry);
    let mut lines = vec![
        row("VPN", format!("{}, addresses from {page} on, {size}", entry.vpn)),
        row("space", space),
        row("level", format!("{} of the leaf", entry.level)),
        row("frame", format!("{ppn}, at {}", geometry.frame_address(ppn))).of_thing(Thing::Frame(ppn)),
        row("flags", format!("{}, as they were when it was filled", names::flags(pte.flags()))),
        row("root", geometry.frame_address(entry.root).to_string()).of_thing(Thing::Frame(entry.root)),
    ];
    match system.machine.stale_slots(system.hart).contains(&slot) {
        true => lines.extend(why_stale(system, &geometry, entry)),
        false => lines.push(Line::of(Role::Good, "Fresh: the tables say the same.")),
    }
    Known::new(title, lines)
}

/// What the tables say now that the entry does not.
fn why_stale(system: &System, geometry: &Geometry, entry: &Translation) -> Vec<Line> {
    let mut lines = vec![];
    let levels = (0..geometry.levels).rev();
    for (level, step) in levels.zip(entry.path()) {
        let now = Pte(system.machine.memory().read(step.pa, geometry.pte_bytes).unwrap_or_default());
        let gained = now.flags().without(step.pte.flags());
        let harmless = crate::hw::Flags(gained.0 & (crate::hw::Flags::A | crate::hw::Flags::D).0);
        if now.with_flags(now.flags().without(harmless)) != step.pte {
            let told = |pte: Pte| format!("{pte} {}", names::flags(pte.flags()));
            let what = format!(
                "Stale: the PTE of level {level} at {} was {} and is {} now.",
                step.pa,
                told(step.pte),
                told(now)
            );
            let thing = Thing::Pte { pa: step.pa, level };
            lines.push(Line::of(Role::Fault, what).of_thing(thing));
        }
    }
    if lines.is_empty() {
        let what =
            "Stale: the address space has another root table now, and this entry comes from the old one.";
        lines.push(Line::of(Role::Fault, what));
    }
    lines
}
