//! What the run has cost so far.

use super::{Line, Look, Panel, Role, access_time, grouped};
use crate::kernel::setup::Reclaim;
use crate::story::Story;

/// The panel: those counters first that the stories turn on.
pub fn panel(story: &Story, _look: &Look) -> Panel {
    let items = items(story).into_iter();
    let lines = items.map(|(name, value)| Line::of(Role::Dim, format!("{name:14}")).with(Role::Plain, value));
    Panel::new("Costs so far", lines.chain(access_time::lines(story)).collect())
}

/// The same in one line.
pub fn line(story: &Story) -> Line {
    let items = items(story).into_iter().map(|(name, value)| format!("{name} {value}"));
    Line::of(Role::Plain, items.collect::<Vec<_>>().join(" · "))
}

fn items(story: &Story) -> Vec<(&'static str, String)> {
    let counters = &story.system().counters;
    let lookups = counters.tlb_hits + counters.tlb_misses;
    let mut items = vec![("page faults", grouped(counters.page_faults))];
    if story.system().policies.is_some() {
        items.extend([
            ("pages copied", grouped(counters.frames_copied)),
            ("pages zeroed", grouped(counters.frames_zeroed)),
            ("pages read", grouped(counters.page_ins)),
            ("pages written", grouped(counters.page_outs)),
        ]);
    }
    if story.system().policies.as_ref().is_some_and(|policies| policies.reclaim != Reclaim::None) {
        items.push(("frames taken", grouped(counters.evictions)));
        items.push(("pages in swap", grouped(story.system().swap_used())));
    }
    items.push(("TLB hits", format!("{} of {}", grouped(counters.tlb_hits), grouped(lookups))));
    items.push(("PTE reads", grouped(counters.pte_reads)));
    items.push(("cycles", grouped(counters.cycles)));
    items
}
