//! What the kernel does when memory is short, in words.

use crate::hw::{Geometry, PhysAddr, Ppn, Pte};
use crate::kernel::event::DiskPage;
use crate::kernel::setup::Reclaim;
use crate::kernel::state::{SwapSlot, slot_of};
use crate::kernel::{KernelEvent, System};
use crate::view::{count, names};

/// The sentence for an event of this kind; `None` for others.
pub(super) fn sentence(event: &KernelEvent, system: &System) -> Option<String> {
    let frame = |ppn: &Ppn| names::frame(system, *ppn);
    Some(match event {
        KernelEvent::PageIn { place: DiskPage::File { file, page }, ppn } => {
            format!("Page {page} of {file} is read from the disk into frame {}.", frame(ppn))
        }
        KernelEvent::PageIn { place: DiskPage::Swap { slot }, ppn } => {
            format!("Slot {slot} of swap is read from the disk into frame {}.", frame(ppn))
        }
        KernelEvent::PageOut { place: DiskPage::File { file, page }, ppn } => format!(
            "Frame {} is written to the disk, as page {page} of {file}: memory has newer bytes than the disk.",
            frame(ppn)
        ),
        KernelEvent::PageOut { place: DiskPage::Swap { slot }, ppn } => {
            format!("Frame {} is written to slot {slot} of swap: nothing else has these bytes.", frame(ppn))
        }
        KernelEvent::Evict { ppn, usage, by, dirty } => {
            let next = match (dirty, usage) {
                (true, _) => "It has to be written first, after every PTE that maps it is cleared",
                (false, _) => "The disk has the same bytes, so it only has to be unmapped",
            };
            let what = names::usage(system, *usage);
            let clean_first = system.policies.as_ref().is_some_and(|kernel| kernel.clean_first);
            let among = if clean_first && !dirty { "Among the pages that need not be written, " } else { "" };
            format!("No frame is free. {among}{}: {} ({what}). {next}.", chosen(*by), frame(ppn))
        }
        KernelEvent::Spare { ppn, by } => {
            let then = match by {
                Reclaim::Clock => "The hand passes it, and",
                _ => "It goes to the end of the queue, and",
            };
            format!("The page in frame {} was used lately. {then} its A is cleared: a second chance.", frame(ppn))
        }
        KernelEvent::PageUse { page, ppn, .. } => match system.policies.as_ref().map(|kernel| kernel.reclaim) {
            Some(Reclaim::Optimal) => format!("Page {page} is used. The kernel looks up when it will be used next."),
            _ => format!(
                "Frame {} goes to the end of the LRU list. To do so at every access is more than a real kernel can afford.",
                frame(ppn)
            ),
        },
        KernelEvent::Aged { ppn, age } => format!(
            "The page in frame {} has the age {age:08b} now: a bit for each of the last ticks, 1 where it was used.",
            frame(ppn)
        ),
        KernelEvent::Tick => "The timer ticks. The kernel looks at the A bits, and clears them: they tell what is used from here on.".into(),
        KernelEvent::SwapRef { slot, refs } => slot_refs(system, *slot, *refs),
        _ => return None,
    })
}

/// What is written to a PTE of a page that goes to swap, or is there; `None` for any other.
pub(super) fn swap_entry(geometry: &Geometry, pa: PhysAddr, pte: Pte, was: Pte) -> Option<String> {
    Some(match (slot_of(pte, geometry), slot_of(was, geometry)) {
        (Some(slot), None) if was.is_valid() => format!(
            "V is cleared: the next use of the page traps. In place of the frame the PTE at {pa} names slot {slot} of swap, for the kernel to find the page."
        ),
        (Some(slot), None) => {
            format!("The PTE at {pa} names slot {slot}, too: the page has one owner more in swap.")
        }
        (Some(_), Some(_)) => {
            format!(
                "W is taken away and C set in the PTE at {pa}, although the page is in swap: it will come back like that."
            )
        }
        (None, Some(slot)) if !pte.is_valid() => {
            format!("The PTE at {pa} is cleared, and does not name slot {slot} any more.")
        }
        _ => return None,
    })
}

/// How a policy chooses.
fn chosen(by: Reclaim) -> &'static str {
    match by {
        Reclaim::None => "Nobody chooses",
        Reclaim::Fifo => "FIFO takes the frame whose page is in memory for longest",
        Reclaim::Lru => "LRU takes the frame whose page was not used for longest",
        Reclaim::Clock => "The clock's hand stops at the first frame whose page has A clear",
        Reclaim::SecondChance => "The first in the queue whose page has A clear goes",
        Reclaim::Aging => "Aging takes the frame whose page was used least lately",
        Reclaim::Random => "Chance takes a frame",
        Reclaim::Optimal => "The optimal policy takes the frame whose page is not used again for longest",
    }
}

fn slot_refs(system: &System, slot: SwapSlot, refs: u32) -> String {
    match (refs, system.swap_slot(slot)) {
        (0, Some(_)) => format!(
            "No PTE names slot {slot} any more. It keeps its copy: as long as the page is not written, it need not be written again."
        ),
        (0, None) => format!("Nobody needs slot {slot} any more: it is free."),
        _ => format!("Slot {slot} of swap is named by {} now.", count(refs.into(), "PTE")),
    }
}
