//! A step of the scenario: what was written, how it ended, what it cost.

use super::{Known, row};
use crate::kernel::Counters;
use crate::story::Story;
use crate::view::{Line, Role, count, grouped, outcome, script};

/// A step, from 0.
pub(super) fn known(story: &Story, index: usize) -> Known {
    let Some(step) = story.scenario.steps.get(index) else {
        return Known::nothing(
            format!("Step {}", index.saturating_add(1)),
            format!("The scenario has {} only.", count(story.scenario.steps.len() as u64, "step")),
        );
    };
    let words = script::words(step);
    let mut lines = vec![];
    let chapter = &story.scenario.chapters[step.chapter].title;
    if !chapter.is_empty() {
        lines.push(row("chapter", &**chapter));
    }
    lines.push(row("operation", &*words));
    lines.extend(step.op.process.as_ref().map(|process| row("process", &**process)));
    lines.extend(step.note.as_ref().map(|note| Line::of(Role::Note, &**note)));
    let moments = story.timeline.moments(index);
    let events = moments.len();
    let (number, last) = (index + 1, grouped(events as u64));
    lines.push(row("events", format!("{last}, from :{number}.1 to :{number}.{events}")));
    // What comes of it is not told before it has come.
    if story.timeline.moment() + 1 < moments.end {
        lines.push(Line::of(Role::Dim, "It is not done yet at this moment."));
        return Known::new(format!("Step {} · {words}", index + 1), lines);
    }
    let ended = outcome::words(&step.op.action, &story.timeline.steps()[index].outcome);
    lines.push(row("outcome", ended));
    lines.extend(costs(story, index));
    Known::new(format!("Step {} · {words}", index + 1), lines)
}

/// What the events of a step add to the counters, as far as they add anything.
fn costs(story: &Story, index: usize) -> Vec<Line> {
    let mut counters = Counters::default();
    for event in story.timeline.events(index) {
        counters.add(event, &story.system().costs);
    }
    let Counters { accesses, tlb_hits, tlb_misses, walks, pte_reads, traps, page_faults, .. } = counters;
    let Counters { frames_copied, frames_zeroed, page_ins, page_outs, evictions, cycles, .. } = counters;
    let all = [
        ("accesses", accesses),
        ("TLB hits", tlb_hits),
        ("TLB misses", tlb_misses),
        ("walks", walks),
        ("PTE reads", pte_reads),
        ("traps", traps),
        ("page faults", page_faults),
        ("copied", frames_copied),
        ("zeroed", frames_zeroed),
        ("read in", page_ins),
        ("written out", page_outs),
        ("frames taken", evictions),
        ("cycles", cycles),
    ];
    all.into_iter().filter(|(_, many)| *many > 0).map(|(name, many)| row(name, grouped(many))).collect()
}
