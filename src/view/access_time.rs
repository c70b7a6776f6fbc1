//! The effective access time of a bare machine: what an access took on average, and what the formula says.

use super::{Line, Role};
use crate::hw::Event as Hw;
use crate::kernel::{Costs, Event};
use crate::story::Story;

/// The accesses of a chapter that were translated and reached memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accesses {
    /// How many.
    pub count: u64,
    /// How many of them found nothing in the TLB.
    pub misses: u64,
    /// What they took: look-ups, PTE reads, and the data.
    pub cycles: u64,
}

impl Accesses {
    /// Those of this moment's chapter, up to this moment.
    pub fn of(story: &Story) -> Self {
        let costs = story.system().costs;
        let Some(step) = story.step() else { return Self::default() };
        let mut done = Self::default();
        // An access that ends in a trap is none: what it took is left out.
        let (mut begun, mut looked_up) = (Self::default(), 0u64);
        for moment in story.chapter_start(step.chapter)..=story.timeline.moment() {
            let Some(Event::Hardware(event)) = story.timeline.event(moment) else { continue };
            match event {
                Hw::TlbHit { .. } | Hw::TlbMiss { .. } => {
                    looked_up += 1;
                    begun.misses += u64::from(matches!(event, Hw::TlbMiss { .. }));
                    begun.cycles += costs.tlb;
                }
                Hw::PteRead { .. } => begun.cycles += costs.memory,
                Hw::Trap { .. } => (begun, looked_up) = (Self::default(), 0),
                // Where translation is off nothing is looked up.
                Hw::MemRead { .. } | Hw::MemWrite { .. } | Hw::MemFetch { .. } if looked_up > 0 => {
                    looked_up -= 1;
                    done.count += 1;
                    done.misses += begun.misses;
                    done.cycles += begun.cycles + costs.memory;
                    begun = Self::default();
                }
                _ => {}
            }
        }
        done
    }

    /// In cycles, on average; there is at least one access.
    pub fn measured(&self) -> f64 {
        self.cycles as f64 / self.count as f64
    }

    /// In cycles, if every walk reads so many PTEs: TLB + memory + miss ratio × levels × memory.
    pub fn by_formula(&self, costs: &Costs, levels: u64) -> f64 {
        let miss_ratio = self.misses as f64 / self.count as f64;
        (costs.tlb + costs.memory) as f64 + miss_ratio * (levels * costs.memory) as f64
    }
}

/// The lines; none where nothing was translated.
pub fn lines(story: &Story) -> Vec<Line> {
    let accesses = Accesses::of(story);
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
