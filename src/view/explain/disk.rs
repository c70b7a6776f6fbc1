//! What lies on the disk: slots of swap and pages of files.

use super::{Known, row};
use crate::kernel::FileId;
use crate::kernel::state::SwapSlot;
use crate::kernel::state::{FileKind, Page};
use crate::story::Story;
use crate::view::{Line, Role, Thing, bytes, count};

/// How many bytes of a page are shown.
const SHOWN: usize = 16;

/// A slot of swap.
pub(super) fn swap(story: &Story, slot: SwapSlot) -> Known {
    let system = story.system();
    let title = format!("Swap slot {slot}");
    let slots = system.swap_slots().count();
    if slots == 0 {
        return Known::nothing(title, "This machine has no swap.");
    }
    if slot.0 as usize >= slots {
        return Known::nothing(title, format!("Swap has slots 0 to {} only.", slots - 1));
    }
    let Some(held) = system.swap_slot(slot) else {
        return Known::nothing(title, "Nothing is in this slot at this moment.");
    };
    let names = match held.refs {
        0 => "none: only the frame keeps it, and it can be taken at any time".to_owned(),
        refs => count(refs.into(), "name"),
    };
    let mut lines = vec![row("named by", names), row("first bytes", first_bytes(Some(&held.page.bytes())))];
    if let Some(ppn) = held.frame {
        let what = format!("frame {ppn}: the slot has its bytes, or is about to get them");
        lines.push(row("in memory", what).of_thing(Thing::Frame(ppn)));
    }
    Known::new(title, lines)
}

/// A page of a file.
pub(super) fn file(story: &Story, file: FileId, page: u64) -> Known {
    let system = story.system();
    let Some(found) = system.files().get(file.0) else {
        return Known::nothing(
            format!("File {} · page {page}", file.0),
            "This file is not there at this moment.",
        );
    };
    let title = format!("Page {page} of {}", found.name);
    if !found.has_page(page) {
        return Known::nothing(title, format!("The file has {} only.", bytes(found.size_bytes)));
    }
    let kind = match found.kind {
        FileKind::Data => "data",
        FileKind::Program => "a program",
        FileKind::Memory => "memory that processes share, without a place on the disk",
    };
    let mut lines = vec![row("file", format!("{kind}, {}", bytes(found.size_bytes)))];
    if found.kind != FileKind::Memory {
        lines.push(row("on the disk", first_bytes(found.page(page).map(|page| &**page))));
    }
    match system.cached(file, page) {
        Some(ppn) => {
            let cached = system.machine.memory().chunk(system.frame_address(ppn)).bytes();
            lines.push(row("page cache", format!("frame {ppn}")).of_thing(Thing::Frame(ppn)));
            lines.push(row("in memory", first_bytes(Some(&cached))));
            let same = found.page(page).is_some_and(|page| *page == cached);
            if found.kind != FileKind::Memory {
                let what = if same { "the same" } else { "not the same: it was written since" };
                lines.push(row("they are", what));
            }
        }
        None => lines.push(Line::of(Role::Dim, "It is not in the page cache at this moment.")),
    }
    Known::new(title, lines)
}

/// `41 42 43 …`, or that there are only zeros.
fn first_bytes(page: Option<&Page>) -> String {
    match page {
        Some(page) if page.iter().any(|byte| *byte != 0) => {
            let bytes: Vec<String> = page.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
            format!("{} …", bytes.join(" "))
        }
        _ => "all zeros".into(),
    }
}
