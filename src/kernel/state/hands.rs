//! What the policies of page replacement remember.

use crate::hw::Ppn;

/// What the policies remember besides what each frame has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hands {
    /// How many pages have come into memory.
    pub arrivals: u64,
    /// How many times pages were used, as far as a policy wants to know.
    pub uses: u64,
    /// The frame that the clock's hand has passed last.
    pub hand: Option<Ppn>,
    /// The state of the random numbers.
    pub random: u64,
    /// How many frames the kernel has looked at to find pages that may go, or that grow older.
    pub looked_at: u64,
}
