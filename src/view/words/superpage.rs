//! What happens to runs of frames and to megapages, in words.

use crate::hw::Ppn;
use crate::kernel::{KernelEvent, PAGE, System};
use crate::view::{bytes, count, grouped, names};

/// `None` for every other event.
pub(super) fn sentence(event: &KernelEvent, system: &System) -> Option<String> {
    let frame = |ppn: &_| names::frame(system, *ppn);
    Some(match event {
        KernelEvent::RunAlloc { ppn, frames, usage } => format!(
            "{} frames side by side, from {} on, are taken out of the free list, for a megapage of the {usage}. They are full of junk still.",
            grouped(*frames),
            frame(ppn)
        ),
        KernelEvent::RunFree { ppn, frames } if *frames == system.run_frames() => format!(
            "The {} frames from {} on have no owner left: they go back to the head of the free list, filled with junk.",
            grouped(*frames),
            frame(ppn)
        ),
        KernelEvent::RunFree { ppn, frames } => format!(
            "{} of the {} frames from {} on have no owner left, and go back to the free list, filled with junk.",
            grouped(*frames),
            grouped(system.run_frames()),
            frame(ppn)
        ),
        KernelEvent::RunRef { ppn, frames, refs } if *frames == system.run_frames() => {
            let owners = count((*refs).into(), "owner");
            let (each, most) = if is_even(system, *ppn) { ("each ", "") } else { ("", "at most ") };
            format!("The {} frames from {} on {each}have {most}{owners} now.", grouped(*frames), frame(ppn))
        }
        KernelEvent::RunRef { ppn, frames, refs } => format!(
            "{} of the {} frames from {} on have other owners still, at most {refs}.",
            grouped(*frames),
            grouped(system.run_frames()),
            frame(ppn)
        ),
        KernelEvent::RunCopy { from, to, frames } => format!(
            "{} are copied at once, from the frames at {} to those at {}.",
            bytes(frames * PAGE),
            frame(from),
            frame(to)
        ),
        KernelEvent::RunZero { ppn, frames } => format!(
            "{} frames, {}, are filled with zeros from {} on: nobody may see what was in them.",
            grouped(*frames),
            bytes(frames * PAGE),
            frame(ppn)
        ),
        KernelEvent::Demote { va, table, frames, .. } => format!(
            "The megapage at {va} is divided: a table at {} has a PTE for each of its {} pages, with the same flags and the same frames. Nothing is copied.",
            frame(table),
            grouped(*frames)
        ),
        _ => return None,
    })
}

/// Whether the frames of a run all have as many owners as its first.
fn is_even(system: &System, first: Ppn) -> bool {
    let refs = |ppn| system.frame(Ppn(ppn)).map(|frame| frame.refs);
    (first.0..first.0 + system.run_frames()).all(|ppn| refs(ppn) == refs(first.0))
}
