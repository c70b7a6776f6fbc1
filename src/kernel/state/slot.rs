//! Slots of swap, and the PTEs that name them.

use super::software_bits::{COW, SWAPPED};
use crate::hw::{Contents, Flags, Geometry, Ppn, Pte};
use serde::Serialize;
use std::fmt;

/// What of a page's flags outlives its stay in swap: A and D begin anew.
const KEPT: Flags = Flags(Flags::R.0 | Flags::W.0 | Flags::X.0 | Flags::U.0 | COW.0);

/// The number of a slot, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct SwapSlot(pub u32);

impl fmt::Display for SwapSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A slot that is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Swapped {
    /// How many PTEs name it, and pages of shared memory; 0 while only a frame keeps it.
    pub refs: u32,
    /// What was written.
    pub page: Contents,
    /// The frame that has come back with the same bytes.
    pub frame: Option<Ppn>,
}

/// The slot that an invalid PTE names, if it is one of a page in swap.
pub fn slot_of(pte: Pte, geometry: &Geometry) -> Option<SwapSlot> {
    let swapped = !pte.is_valid() && pte.flags().has(SWAPPED);
    swapped.then(|| SwapSlot(pte.ppn(geometry).0 as u32))
}

/// The PTE of a page in swap that had these flags.
pub(in crate::kernel) fn swapped_entry(slot: SwapSlot, flags: Flags) -> Pte {
    Pte::new(Ppn(slot.0.into()), Flags(flags.0 & KEPT.0) | SWAPPED)
}
