//! The effective access time of a bare machine: what an access took on average, and what the formula says.

use super::{Line, Role};
use crate::story::Story;
use crate::timeline::accesses::{Accesses, Counting};

/// The accesses of this moment's chapter, up to this moment.
fn of_chapter(story: &Story) -> Accesses {
    let Some(step) = story.step() else { return Accesses::default() };
    let (costs, mut counting) = (story.system().costs, Counting::default());
    for moment in story.chapter_start(step.chapter)..=story.timeline.moment() {
        story.timeline.event(moment).into_iter().for_each(|event| counting.see(event, &costs));
    }
    counting.done()
}

/// The lines; none where nothing was translated.
pub fn lines(story: &Story) -> Vec<Line> {
    let accesses = of_chapter(story);
    if story.system().policies.is_some() || accesses.count == 0 {
        return vec![];
    }
    let costs = &story.system().costs;
    let line = |name: &str, value: String| Line::of(Role::Dim, format!("{name:14}")).with(Role::Plain, value);
    vec![
        line("access time", format!("{:.1} in this chapter", accesses.measured())),
        line("  miss ratio", format!("{} of {}", accesses.misses, accesses.count)),
        line("  1 level", format!("{:.1} by formula", accesses.by_formula(costs, 1))),
        line("  3 levels", format!("{:.1} by formula", accesses.by_formula(costs, 3))),
        Line::of(Role::Dim, "  formula     ").with(
            Role::Dim,
            format!("{} + {} + miss ratio × levels × {}", costs.tlb, costs.memory, costs.memory),
        ),
    ]
}
