//! The memory of a bare machine, which has no frames: the words that were written, as wide as a PTE.

use super::{Line, Mark, Panel, Role, Thing, count, touched::Touched};
use crate::hw::PhysAddr;
use crate::story::Story;

/// More words than this before the one that changed, or after it, are not shown.
const MOST_WORDS: usize = 200;

/// The panel.
pub fn panel(story: &Story, touched: &Touched) -> Panel {
    let memory = story.system().machine.memory();
    let width = story.system().geometry().pte_bytes;
    let written: Vec<PhysAddr> = story.timeline.words().collect();
    if written.is_empty() {
        return Panel::new("Memory", vec![Line::of(Role::Dim, "All zeros so far.")]);
    }
    let now = written.iter().position(|pa| touched.bytes(*pa, width)).unwrap_or_default();
    let (first, end) = (now.saturating_sub(MOST_WORDS), (now + MOST_WORDS).min(written.len()));
    let more = |words: usize, place: &str| {
        (words > 0).then(|| Line::of(Role::Dim, format!("… {} {place}", count(words as u64, "word"))))
    };
    let words = written[first..end].iter().map(|pa| {
        let value = memory.read(*pa, width).unwrap_or_default();
        let changed = touched.bytes(*pa, width);
        let role = if changed { Role::Changed } else { Role::Plain };
        let mark = if changed { Mark::Changed } else { Mark::None };
        Line::of(Role::Dim, format!("{pa} "))
            .with(role, format!("{value:#x}"))
            .of_thing(Thing::Word(*pa))
            .marked(mark)
    });
    let lines = more(first, "below").into_iter().chain(words).chain(more(written.len() - end, "above"));
    Panel::new(format!("Memory · {} written", count(written.len() as u64, "word")), lines.collect())
}
