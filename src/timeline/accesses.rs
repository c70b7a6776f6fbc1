//! What accesses take: those that were translated and reached memory, counted as they happen.

use crate::hw::Event as Hw;
use crate::kernel::{Costs, Event};
use std::ops::{Add, Sub};

/// Accesses that were translated and reached memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accesses {
    /// How many.
    pub count: u64,
    /// How many of them found nothing in the TLB.
    pub misses: u64,
    /// What they took: look-ups, PTE reads, and the data.
    pub cycles: u64,
}

impl Accesses {
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

impl Add for Accesses {
    type Output = Self;
    fn add(self, more: Self) -> Self {
        Self {
            count: self.count + more.count,
            misses: self.misses + more.misses,
            cycles: self.cycles + more.cycles,
        }
    }
}

/// Of totals: what was added since earlier ones.
impl Sub for Accesses {
    type Output = Self;
    fn sub(self, earlier: Self) -> Self {
        Self {
            count: self.count - earlier.count,
            misses: self.misses - earlier.misses,
            cycles: self.cycles - earlier.cycles,
        }
    }
}

/// Counts accesses, event by event. One that ends in a trap is none: what it took is left out.
#[derive(Clone, Debug, Default)]
pub struct Counting {
    done: Accesses,
    begun: Accesses,
    looked_up: u64,
}

impl Counting {
    /// An event.
    pub fn see(&mut self, event: &Event, costs: &Costs) {
        let Event::Hardware(event) = event else { return };
        match event {
            Hw::TlbHit { .. } | Hw::TlbMiss { .. } => {
                self.looked_up += 1;
                self.begun.misses += u64::from(matches!(event, Hw::TlbMiss { .. }));
                self.begun.cycles += costs.tlb;
            }
            Hw::PteRead { .. } => self.begun.cycles += costs.memory,
            Hw::Trap { .. } => (self.begun, self.looked_up) = (Accesses::default(), 0),
            // Where translation is off nothing is looked up.
            Hw::MemRead { .. } | Hw::MemWrite { .. } | Hw::MemFetch { .. } if self.looked_up > 0 => {
                self.looked_up -= 1;
                let begun = std::mem::take(&mut self.begun);
                self.done = self.done
                    + Accesses { count: 1, misses: begun.misses, cycles: begun.cycles + costs.memory };
            }
            _ => {}
        }
    }

    /// The accesses so far.
    pub fn done(&self) -> Accesses {
        self.done
    }
}
